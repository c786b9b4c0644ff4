from __future__ import annotations

import json

import pytest
from starlette.requests import Request

from postops.sandbox.forms import BadBody, Upload, nest, read_fields, read_json


def request(body, kind):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    return Request(scope, receive)


def test_names_spell_structures():
    pairs = [
        ("a", "1"),
        ("a", "2"),
        ("l[]", "x"),
        ("l[]", "y"),
        ("p[options][]", "o"),
        ("p[n]", "5"),
        ("rows[][id]", "1"),
        ("rows[][alt]", "one"),
        ("rows[][id]", "2"),
        ("", "nameless"),
    ]
    assert nest(pairs) == {
        "a": "2",
        "l": ["x", "y"],
        "p": {"options": ["o"], "n": "5"},
        "rows": [{"id": "1", "alt": "one"}, {"id": "2"}],
        "": "nameless",
    }


def test_names_that_contradict_each_other_do_no_harm():
    assert nest([("a", "1"), ("a[]", "2")]) == {"a": ["2"]}
    assert nest([("a", "1"), ("a[b]", "2")]) == {"a": {"b": "2"}}
    assert nest([("a[]", "1"), ("a[][b]", "2")]) == {"a": ["1", {"b": "2"}]}


async def test_the_encodings():
    form = request(b"a=%C3%A9&b[]=1", "application/x-www-form-urlencoded")
    assert await read_fields(form) == {"a": "é", "b": ["1"]}
    assert await read_fields(request(b'{"a": [1]}', "application/json; charset=utf-8")) == {
        "a": [1]
    }
    assert await read_fields(request(b"", "application/json")) == {}
    pair = request(b'{"a": "\\ud83d\\ude80"}', "application/json")
    assert await read_fields(pair) == {"a": "🚀"}


async def test_multipart_keeps_every_byte():
    data = bytes(range(256)) + b"\r\n--nope\r\n"
    body = (
        b'--B\r\nContent-Disposition: form-data; name="d"\r\n\r\n\xc3\xa9\r\n'
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="a b.png"\r\n'
        b"Content-Type: image/png\r\n\r\n" + data + b"\r\n--B--\r\n"
    )
    fields = await read_fields(request(body, 'multipart/form-data; boundary="B"'))
    assert fields == {"d": "é", "file": Upload("a b.png", "image/png", data)}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=B"),
        (b"--B\r\n\r\nx", "multipart/form-data; boundary=B"),
        (b"--B\r\nX: y\r\n\r\nx\r\n--B--", "multipart/form-data; boundary=B"),
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b'{"a": "\\ud800"}', "application/json"),
        (b"\xff", "application/json"),
    ],
)
async def test_bodies_that_are_not_what_they_say(body, kind):
    with pytest.raises(BadBody):
        await read_fields(request(body, kind))


def test_depth_does_not_crash():
    with pytest.raises(BadBody):
        read_json(b'{"a":' + b"[" * 200_000)
    assert read_json(json.dumps({"a": None}).encode()) == {"a": None}

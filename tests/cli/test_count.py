from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from postops import platforms
from postops.cli import run

if TYPE_CHECKING:
    from pathlib import Path


class Bytes(io.BytesIO):
    name = "<stdin>"


class Stdin(io.TextIOWrapper):
    def __init__(self, data: bytes) -> None:
        super().__init__(Bytes(data))


def count(data: bytes, *args: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.stdin", Stdin(data))
    return run(["count", *args])


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"Hello", 5), (b"Hello\n", 5), (b"Hello\n\n", 6), (b"Hello\r\n", 5), (b"", 0), (b"\n", 0)],
)
def test_one_final_line_end_is_no_part_of_it(
    data: bytes,
    expected: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert count(data, "--format", "json", monkeypatch=monkeypatch) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == 1
    assert [c["platform"] for c in document["counts"]] == list(platforms.names())
    assert {c["count"] for c in document["counts"]} == {expected}


def test_each_platform_counts_by_its_own_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = tmp_path / "draft.txt"
    draft.write_text("👩‍👩‍👧 https://example.org/" + "x" * 300)
    assert run(["count", "--format", "json", str(draft)]) == 0
    counts = {c["platform"]: c for c in json.loads(capsys.readouterr().out)["counts"]}
    assert counts["x"]["count"] == 2 + 1 + 23
    assert counts["mastodon"]["count"] == 1 + 1 + 23
    assert not counts["bluesky"]["fits"]
    assert counts["bluesky"]["bytes"] == len(draft.read_bytes())


def test_the_text_form_and_a_choice_of_platforms(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ("--platform", "x", "--platform", "x", "--platform", "bluesky", "-")
    assert count(b"x" * 290, *args, monkeypatch=monkeypatch) == 0
    assert capsys.readouterr().out.splitlines() == [
        "bluesky    290 of 300 graphemes, 290 bytes: fits",
        "x          290 of 280 weighted characters, 290 bytes: too long",
    ]


def test_what_cannot_be_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert count(b"ab\xff", monkeypatch=monkeypatch) == 2
    assert "not UTF-8: byte 2 is 0xff" in capsys.readouterr().err
    for args in (("--platform", "myspace"), (str(tmp_path / "nowhere"),), (str(tmp_path),)):
        assert count(b"a", *args, monkeypatch=monkeypatch) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert "Traceback" not in err

"""X by the words of others: its own SDK's models, and an OAuth library everybody uses."""

from __future__ import annotations

import json as jsons
import re
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postops.platforms.x.oauth1 import authorization
from tests.platforms.harness import Server, account, json, outgoing, picture, poll, receipt, video

schemas = pytest.importorskip("xdk.schemas", reason="X's own SDK (xdk) is not installed")
signature = pytest.importorskip("oauthlib.oauth1.rfc5849.signature")


def unknown(model: Any) -> list[str]:
    """Fields of a document that the SDK's model does not know, at any depth."""
    found = list(model.model_extra or {})
    for name in type(model).model_fields:
        value = getattr(model, name)
        for one in value if isinstance(value, list) else [value]:
            if hasattr(one, "model_extra"):
                found += unknown(one)
    return found


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ({}, {}),
        ({"poll": poll()}, {"reply_settings": "mentionedUsers"}),
        ({"files": [picture()]}, {"made_with_ai": True, "paid_partnership": True}),
        ({"number": 2, "parent": receipt("5")}, {}),
        ({}, {"community_id": "7", "share_with_followers": True, "for_super_followers_only": True}),
    ],
)
async def test_a_post_is_what_xs_own_sdk_would_send(
    given: dict[str, Any], options: dict[str, Any]
) -> None:
    script = Server({"POST /2/tweets": json(201, {"data": {"id": "1", "text": "Hello, world"}})})
    out = outgoing("x", options=options, **given)
    await account("x", script).publish(out, {"media_ids": ["5"] * len(out.files)})
    sent = jsons.loads(script.requests[0].content)
    model = schemas.CreatePostsRequest.model_validate(sent)
    assert unknown(model) == []
    assert model.model_dump(exclude_none=True, exclude_unset=True) == sent


async def test_uploads_are_what_xs_own_sdk_would_send() -> None:
    routes = {
        "POST /2/media/upload/initialize": json(200, {"data": {"id": "5"}}),
        "POST /2/media/upload/5/append": json(200, {"data": {}}),
        "POST /2/media/upload/5/finalize": json(200, {"data": {"id": "5"}}),
        "POST /2/media/upload": json(200, {"data": {"id": "6"}}),
        "POST /2/media/metadata": json(200, {"data": {"id": "6"}}),
    }
    script = Server(routes)
    await account("x", script).prepare(outgoing("x", files=[picture(), video()]))
    models = {
        "POST /2/media/upload/initialize": schemas.InitializeMediaUploadRequest,
        "POST /2/media/metadata": schemas.CreateMediaMetadataRequest,
    }
    for route, model in models.items():
        sent = jsons.loads(script.asked(route)[0].content)
        assert unknown(model.model_validate(sent)) == []
    names = {
        "POST /2/media/upload": schemas.MediaUploadRequest,
        "POST /2/media/upload/5/append": schemas.AppendMediaUploadRequest,
    }
    for route, model in names.items():
        fields = set(re.findall(rb'; name="(\w+)"', script.asked(route)[0].content))
        assert {name.decode() for name in fields} <= set(model.model_fields)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    query=st.dictionaries(st.text("abc_.%+ é", min_size=1, max_size=8), TEXT, max_size=4),
    secrets=st.tuples(TEXT, TEXT),
    nonce=st.text("abc123", min_size=1, max_size=8),
)
def test_signatures_are_those_of_another_library(
    query: dict[str, str], secrets: tuple[str, str], nonce: str
) -> None:
    url = "https://api.x.com/2/users/12/tweets"
    login = {
        "consumer_key": "key",
        "consumer_secret": secrets[0],
        "access_token": "token",
        "access_token_secret": secrets[1],
    }
    header = authorization(login, "GET", url, query, timestamp=1_700_000_000, nonce=nonce)
    fields = {k: unquote(v) for k, v in re.findall(r'(\w+)="([^"]*)"', header)}
    mine = fields.pop("oauth_signature")
    pairs = signature.collect_parameters(uri_query=urlencode(query)) + list(fields.items())
    base = signature.signature_base_string("GET", url, signature.normalize_parameters(pairs))
    assert mine == signature._sign_hmac("SHA-1", base, *secrets)

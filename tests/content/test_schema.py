"""The committed schemas: complete, current, and fit for an editor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from postops import platforms
from postops.cli.schema import as_text
from postops.cli.schema import schemas as committed
from postops.content.schema import schemas

ROOT = Path(__file__).parents[2]
NAMES = ("bluesky", "mastodon", "x")


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    return schemas({name: platforms.load(name) for name in NAMES})


def walk(node: Any, path: str = "") -> Any:
    yield path, node
    children = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, child in children:
        yield from walk(child, f"{path}/{key}")


def test_each_is_a_schema_with_a_head_and_examples_it_takes(whole: dict[str, Any]) -> None:
    assert set(whole) == {"post.schema.json", "campaign.schema.json", "config.schema.json"}
    for schema in whole.values():
        Draft7Validator.check_schema(schema)
        assert schema["$id"].startswith("urn:postops:schema:")
        assert schema["title"].startswith("postops ")
        assert schema["description"]
        assert schema["examples"]
        for example in schema["examples"]:
            Draft7Validator(schema).validate(example)


def test_every_key_says_what_it_is_for(whole: dict[str, Any]) -> None:
    for name, schema in whole.items():
        for path, node in walk(schema):
            if path.endswith("/properties") and not path.endswith("/if/properties"):
                for key, value in node.items():
                    told = value.get("description") or "$ref" in value or "const" in value
                    assert told, f"{name}{path}/{key}"


def test_nothing_of_the_readers_own_shows_and_no_null_is_taken(whole: dict[str, Any]) -> None:
    for schema in whole.values():
        for path, node in walk(schema):
            if isinstance(node, dict):
                assert node.get("type") != "null", path
                assert not (path.endswith("/properties") and "at" in node), path


def test_references_lead_somewhere(whole: dict[str, Any]) -> None:
    for schema in whole.values():
        for _, node in walk(schema):
            if isinstance(node, dict) and "$ref" in node:
                assert node["$ref"].removeprefix("#/$defs/") in schema["$defs"]


@pytest.mark.parametrize(
    ("account", "fine"),
    [
        ({"platform": "mastodon", "instance": "https://mastodon.social"}, True),
        ({"platform": "mastodon"}, False),
        ({"platform": "mastodon", "instance": "https://m.org", "handle": "x"}, False),
        ({"platform": "bluesky", "handle": "acme.bsky.social"}, True),
        ({"platform": "bluesky", "handle": "a.b", "credentials": {"app_password": "env:P"}}, True),
        ({"platform": "bluesky", "handle": "a.b", "credentials": {"api_key": "env:P"}}, False),
        ({"platform": "bluesky", "handle": "a.b", "credentials": {"app_password": "pw"}}, False),
        ({"platform": "myspace"}, False),
        ({}, False),
    ],
)
def test_an_account_takes_the_keys_of_its_platform(
    whole: dict[str, Any], account: dict[str, Any], fine: bool
) -> None:
    document = {"version": 1, "accounts": {"a": account}}
    assert Draft7Validator(whole["config.schema.json"]).is_valid(document) is fine


@pytest.mark.parametrize(
    ("block", "fine"),
    [
        ({"mastodon": {"visibility": "unlisted", "text": "x"}}, True),
        ({"mastodon": {"visibility": "secret"}}, False),
        ({"mastodon": {"subreddit": "x"}}, False),
        ({"mastodon-main": {"visibility": "anything"}}, True),
        ({"x": {"text": 1}}, False),
    ],
)
def test_a_post_knows_the_options_of_each_platform(
    whole: dict[str, Any], block: dict[str, Any], fine: bool
) -> None:
    assert Draft7Validator(whole["post.schema.json"]).is_valid({"platforms": block}) is fine


def test_what_is_committed_is_current() -> None:
    for name, schema in committed().items():
        assert (ROOT / "schema" / name).read_text(encoding="utf-8") == as_text(schema), name

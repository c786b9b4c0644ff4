"""The JSON Schemas for editors, from the very shapes that are read.

An editor takes one with a line in the file itself, below the opening `---` of a post:

    # yaml-language-server: $schema=../schema/post.schema.json

What other rooms bring along is an argument: the platforms' own keys, and the ledger's event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from postops.config import ConfigFile
from postops.content.front import CampaignFront, PostFront
from postops.reading.schema import DIALECT, json_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

Schema = dict[str, Any]

_POST_EXAMPLE = {
    "accounts": ["bluesky-main", "mastodon-main"],
    "publish_at": "2026-03-01T10:30",
    "hashtags": ["OpenScience"],
    "media": [{"path": "../media/chart.png", "alt": "Downloads have doubled since May."}],
}
_CAMPAIGN_EXAMPLE = {"title": "Spring launch", "starts": "2026-03-01", "ends": "2026-03-31"}
_CONFIG_EXAMPLE = {
    "version": 1,
    "timezone": "Europe/Berlin",
    "accounts": {
        "mastodon-main": {
            "platform": "mastodon",
            "instance": "https://mastodon.social",
            "credentials": {"access_token": "env:MASTODON_TOKEN"},
        }
    },
    "defaults": {"accounts": ["mastodon-main"]},
}


class PlatformShapes(Protocol):
    """What a platform brings: the shapes of its account block and of its block in a post."""

    Settings: type[Any]
    Options: type[Any]
    credentials: tuple[tuple[str, ...], ...]


def schemas(
    platforms: Mapping[str, Any] | None = None, event: type[Any] | None = None
) -> dict[str, Schema]:
    """All schemas by file name. `platforms` maps names to `PlatformShapes`."""
    platforms = platforms or {}
    found = {
        "post.schema.json": _post(platforms),
        "campaign.schema.json": _whole("campaign", CampaignFront, _CAMPAIGN_EXAMPLE),
        "config.schema.json": _config(platforms),
    }
    if event is not None:
        found["ledger-event.schema.json"] = _whole("ledger event", event)
    return found


def _whole(title: str, shape: type[Any], example: Schema | None = None) -> Schema:
    schema = json_schema(shape)
    definitions = schema.pop("$defs", {})
    head = {
        "$schema": DIALECT,
        "$id": f"urn:postops:schema:{title.replace(' ', '-')}:1",
        "title": f"postops {title}",
    }
    result = {**head, **schema, "$defs": definitions}
    if example is not None:
        result["examples"] = [example]
    return result


def _post(platforms: Mapping[str, PlatformShapes]) -> Schema:
    """A post's `platforms:` block knows each platform's options; account names take any."""
    schema = _whole("post", PostFront, _POST_EXAMPLE)
    definitions = schema["$defs"]
    known = {}
    for name, platform in sorted(platforms.items()):
        options = _embed(definitions, name, platform.Options)
        own = definitions["OverrideBlock"]
        definitions[f"{name}-options"] = {
            **own,
            "description": f"What {name} gets instead, and options of its own.",
            "properties": {**own["properties"], **options["properties"]},
            "additionalProperties": False,
        }
        known[name] = {"$ref": f"#/$defs/{name}-options"}
    schema["properties"]["platforms"]["properties"] = known
    return schema


def _config(platforms: Mapping[str, PlatformShapes]) -> Schema:
    """An account's block takes exactly the keys of the platform it names."""
    schema = _whole("config", ConfigFile, _CONFIG_EXAMPLE)
    definitions = schema["$defs"]
    if not platforms:
        return schema
    own = definitions["AccountBlock"]
    own["properties"]["platform"]["enum"] = sorted(platforms)
    cases = []
    for name, platform in sorted(platforms.items()):
        settings = _embed(definitions, name, platform.Settings)
        properties = {**own["properties"], **settings["properties"]}
        properties["platform"] = {"const": name}
        properties["credentials"] = _credentials(own, platform)
        definitions[f"{name}-account"] = {
            "type": "object",
            "description": f"A login on {name}.",
            "properties": properties,
            "required": ["platform", *settings.get("required", ())],
            "additionalProperties": False,
        }
        test = {"properties": {"platform": {"const": name}}, "required": ["platform"]}
        cases.append({"if": test, "then": {"$ref": f"#/$defs/{name}-account"}})
    own["allOf"] = cases
    return schema


def _credentials(account: Schema, platform: PlatformShapes) -> Schema:
    schema: Schema = account["properties"]["credentials"]
    names = dict.fromkeys(name for names in platform.credentials for name in names)
    value = {
        "description": "Which environment variable holds it.",
        **schema["additionalProperties"],
    }
    return {**schema, "properties": dict.fromkeys(names, value), "additionalProperties": False}


def _embed(definitions: Schema, name: str, shape: type[Any]) -> Schema:
    """The schema of a platform's shape, its definitions put among the others."""
    inner = json_schema(shape, prefix=f"{name}-")
    definitions.update(inner.pop("$defs", {}))
    inner.setdefault("properties", {})
    return inner

"""How X gives a text back: t.co links, escaped, with entities, cut when it is long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from postops.sandbox.links import find_links

from .weight import weighted_length

if TYPE_CHECKING:
    from postops.sandbox.world import SandboxAccount, World

_HASHTAG = re.compile(r"(?<![\w&/])[#＃](?P<tag>\w*[^\W\d_]\w*)")
_MENTION = re.compile(r"(?<![\w!#$%&*@＠])[@＠](?P<name>[A-Za-z0-9_]{1,20})(?![@\w])")
# twitter-text: what follows is white space or punctuation of ASCII, `_` included.
_CASHTAG = re.compile(
    r"(?<!\S)\$(?P<tag>[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?)(?=\Z|[\s!-/:-@\[-`{-~])"
)
_SHORT = 280


def cashtags(text: str) -> list[str]:
    """List cashtags without the sign."""
    return [match["tag"] for match in _CASHTAG.finditer(text)]


def mentions(text: str) -> set[str]:
    """Return mentioned usernames, in lower case."""
    return {match["name"].lower() for match in _MENTION.finditer(text)}


def shown(world: World, account: SandboxAccount, post: dict[str, Any]) -> dict[str, Any]:
    """Return `text`, `entities` and, for a long post, `note_post`."""
    text, entities = _shorten(world, account, post)
    if weighted_length(post["text"]) <= _SHORT:
        return {"text": text, "entities": entities}
    short_link = f"https://t.co/{_code(world, post['id'], 'more')}"
    cut = f"{text[: _SHORT - 24].rstrip()}… {short_link}"
    kept = {
        kind: [one for one in some if one["end"] <= _SHORT - 24] for kind, some in entities.items()
    }
    return {
        "text": cut,
        "entities": {kind: some for kind, some in kept.items() if some},
        "note_post": {"text": text, "entities": entities},
    }


def _shorten(
    world: World, account: SandboxAccount, post: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    source, text, done = post["text"], "", 0
    urls: list[dict[str, Any]] = []
    for link in find_links(source):
        text += _escape(source[done : link.start])
        full = link.url if "://" in link.url else f"http://{link.url}"
        short = f"https://t.co/{_code(world, full)}"
        display = re.sub(r"^https?://(www\.)?", "", full)
        urls.append(
            {
                "start": len(text),
                "end": len(text) + len(short),
                "url": short,
                "expanded_url": full,
                "display_url": display if len(display) <= 27 else display[:26] + "…",
            }
        )
        text += short
        done = link.end
    text += _escape(source[done:])
    for index, media in enumerate(post["media_ids"][:1]):
        text, more = _media_link(world, account, post, text, index)
        urls.append(more | {"media_key": f"3_{media}"})
    entities = {"urls": urls, **_signs(text)}
    return text, {kind: some for kind, some in entities.items() if some}


def _media_link(
    world: World, account: SandboxAccount, post: dict[str, Any], text: str, index: int
) -> tuple[str, dict[str, Any]]:
    """Append the link that stands for attached media."""
    short = f"https://t.co/{_code(world, post['id'], 'media')}"
    text = f"{text} {short}" if text else short
    where = f"https://x.com/{account.handle}/status/{post['id']}/photo/{index + 1}"
    return text, {
        "start": len(text) - len(short),
        "end": len(text),
        "url": short,
        "expanded_url": where,
        "display_url": f"pic.x.com/{short[-10:]}",
    }


def _signs(text: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, pattern, group, name in (
        ("hashtags", _HASHTAG, "tag", "tag"),
        ("cashtags", _CASHTAG, "tag", "tag"),
        ("mentions", _MENTION, "name", "username"),
    ):
        found[kind] = [
            {"start": match.start(), "end": match.end(), name: match[group]}
            for match in pattern.finditer(text)
        ]
    return found


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _code(world: World, *parts: str) -> str:
    return world.token("t.co", *parts)[:10]

"""Real posts of other projects are read, once their keys are put in our words.

The corpora are not part of the repository; without them these tests say so and skip.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from postops.content.frontmatter import read_document
from postops.content.posts import read_post

if TYPE_CHECKING:
    from postops.config import Config
    from postops.reading import Fault

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"
GALAXY = sorted((CORPORA / "galaxy-social" / "posts").rglob("*.md"))
TWEETS = sorted((CORPORA / "k8s-contributor-tweets").rglob("*.tweet"))

pytestmark = pytest.mark.skipif(not GALAXY, reason=f"no corpora in {CORPORA}")


def inside(faults: tuple[Fault, ...], data: bytes) -> bool:
    lines = data.decode().replace("\r\n", "\n").split("\n")
    return all(
        1 <= f.span.line <= len(lines) and 1 <= f.span.column <= len(lines[f.span.line - 1]) + 1
        for f in faults
    )


def mapped(front: dict[str, Any]) -> dict[str, Any]:
    """galaxy-social's words in ours: accounts, and what differs from one to the other."""
    accounts = list(front["media"])
    blocks: dict[str, Any] = {}
    for account in accounts:
        hashtags = (front.get("hashtags") or {}).get(account)
        mentions = (front.get("mentions") or {}).get(account)
        block = {"hashtags": hashtags, "mentions": mentions}
        if any(block.values()):
            blocks[account] = {k: v for k, v in block.items() if v}
    return {"accounts": accounts, "platforms": blocks}


def test_there_are_as_many_as_expected() -> None:
    assert len(GALAXY) == 57
    assert len(TWEETS) == 19


@pytest.mark.parametrize("file", GALAXY, ids=lambda f: f.name)
def test_a_galaxy_post(file: Path, config: Config) -> None:
    data = file.read_bytes()
    document = read_document(data, "posts/a.md")
    assert document.faults == ()
    assert document.front is not None
    as_it_is = read_post(data, "posts/a.md", config, None)
    assert {f.rule for f in as_it_is.faults} <= {"wrong-type", "unknown-key"}
    assert as_it_is.faults
    assert inside(as_it_is.faults, data)

    plain = json.loads(json.dumps(mapped(document.front)))
    front = yaml.safe_dump(plain, allow_unicode=True)
    ours = read_post(f"---\n{front}---\n{document.body}".encode(), "posts/a.md", config, None)
    assert ours.faults == ()
    assert ours.post is not None
    assert ours.post.accounts == tuple(document.front["media"])
    assert ours.post.body == document.body
    assert data.decode().replace("\r\n", "\n").endswith(ours.post.body)
    for account, tags in (document.front.get("hashtags") or {}).items():
        if tags and account in ours.post.accounts:
            assert ours.post.overrides[account].hashtags == tuple(t.lstrip("#") for t in tags)


@pytest.mark.parametrize("file", TWEETS, ids=lambda f: f.name)
def test_a_kubernetes_tweet(file: Path, config: Config) -> None:
    data = file.read_bytes()
    raw = read_post(data, "posts/a.md", config, None)
    assert raw.post is None
    assert [f.rule for f in raw.faults] == ["front-matter-missing"]

    ours = read_post(b"---\naccounts: [bluesky-main]\n---\n" + data, "posts/a.md", config, None)
    assert ours.faults == ()
    assert ours.post is not None
    assert ours.post.body.encode() == data.replace(b"\r\n", b"\n")

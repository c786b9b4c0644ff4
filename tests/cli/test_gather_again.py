"""What is written of settled posts is what was known of them, byte for byte, or it is made anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from postops.cli import _gather
from postops.cli._gather import Gathering
from postops.config import read_config
from postops.content.index import PostIndex
from postops.content.source import Entry
from postops.ledger.state import DeliveryState, LedgerState

CONFIG = b"""\
version: 1
accounts: {sky: {platform: bluesky, handle: acme.example}}
defaults: {accounts: [sky]}
"""
LINES = [PostIndex(f"posts/{name}.md", name * 40, name, accounts=None) for name in "abc"]


def written(lines: list[PostIndex]) -> bytes:
    return b"".join(orjson.dumps(line.to_dict()) + b"\n" for line in lines)


def gather(known: bytes, entries: list[PostIndex]) -> Any:
    state = LedgerState()
    for line in LINES:
        name = f"{line.id}@sky"
        done = DeliveryState(name, post=line.id, account="sky", phase="published", blob=line.blob)
        state.deliveries[name] = done
    tree = SimpleNamespace(
        walk=lambda _: [Entry(line.path, "file", line.blob) for line in entries], commit="c" * 40
    )
    return Gathering(
        tip=SimpleNamespace(tree=tree, unpushed=frozenset(), local=None),  # type: ignore[arg-type]
        config=read_config(CONFIG, Path("/nowhere")),
        state=state,
        campaigns={},
        ready={"sky"},
        now=datetime(2026, 1, 15, 12, tzinfo=UTC),
        horizon=timedelta(0),
        everything=False,
    ).gather(known)


@pytest.mark.parametrize(
    "known",
    [
        written(LINES),
        written(LINES) + b"garbage\n",
        written(LINES) + written(LINES[:1]),
        written([*LINES, PostIndex("posts/gone.md", "d" * 40, "gone")]),
    ],
)
def test_the_index_is_that_of_the_posts_there_are(known: bytes) -> None:
    assert gather(known, LINES).content == written(LINES)
    assert gather(known, LINES[:2]).content == written(LINES[:2])


def test_what_is_settled_is_not_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_posts(*_: object, **__: object) -> None:
        raise AssertionError("nothing is due")

    monkeypatch.setattr(_gather, "check_posts", check_posts)
    found = gather(written(LINES), LINES)
    assert found.wishes == ()
    assert found.ids == {"posts/a.md": "a", "posts/b.md": "b", "posts/c.md": "c"}

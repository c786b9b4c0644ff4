"""What verify finds that no reader stumbles over. The rest is in tests/cli/test_ledger.py."""

from __future__ import annotations

from typing import Any

import pytest

from postops.ledger.audit import audit, misshapen
from postops.ledger.folded import FOLDED
from tests.insights.histories import History
from tests.ledger.memory_remote import MemoryHead
from tests.ledger.test_folded import changed, kept

GOOD = {"type": "claimed", "delivery": "a@b", "part": 1}


@pytest.mark.parametrize(
    ("event", "wrong"),
    [
        (GOOD, None),
        ({**GOOD, "unknown": 1}, None),
        ({"type": "published", "delivery": "a@b", "lateness": 3}, None),
        ({"type": "folded", "digest": "sha256:0"}, None),
        ({"type": "folded"}, "folded, and no digest"),
        ({"type": "bound", "account": "a"}, None),
        ({"type": "bound", "delivery": "a@b"}, "bound, and no account"),
        ({"type": "listed", "account": "a", "posts": 3}, None),
        ({"type": "claimed"}, "claimed, and no delivery"),
        ({**GOOD, "delivery": "a"}, "'a' is not a delivery (post@account)"),
        ({**GOOD, "keys": ["a"]}, "keys is of the wrong type (list)"),
        ({**GOOD, "part": 1.5}, "part is of the wrong type (float)"),
    ],
)
def test_shapes(event: dict[str, Any], wrong: str | None) -> None:
    assert misshapen(event) == wrong


def head(**files: bytes) -> MemoryHead:
    made = kept(History(5, 40).events, [20])
    return MemoryHead("x", "x", made.files | {FOLDED: files.get("folded", made.files[FOLDED])})


def test_a_good_ledger() -> None:
    found = audit(head())
    assert (found.faults, found.notes, found.snapshot) == ([], [], "good")
    assert found.types.total() == found.state.seq == 41


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"junk", "cannot be read"),
        (changed(head(), vouched="sha256:0"), "is not what the events add up to"),
        (changed(head(), newest_day="state/ledger/2026/01/02.jsonl"), "is not what the events"),
    ],
)
def test_a_bad_snapshot(data: bytes, said: str) -> None:
    found = audit(head(folded=data))
    assert found.snapshot == "bad"
    ((where, what),) = found.faults
    assert where == FOLDED
    assert said in what


def test_a_snapshot_nobody_vouched_for() -> None:
    """Right, but any who may write could have put it there."""
    good = head()
    newest = max(path for path in good.files if path != FOLDED)
    first, rest = good.files[newest].split(b"\n", 1)
    assert b'"folded"' in first
    assert rest
    files = {path: data for path, data in good.files.items() if path < newest or path == FOLDED}
    found = audit(MemoryHead("x", "x", files))
    assert found.snapshot == "bad"
    assert "vouches for" in found.faults[0][1]


def test_a_newer_snapshot_is_no_fault() -> None:
    found = audit(head(folded=changed(head(), version=2)))
    assert (found.snapshot, found.faults) == ("newer", [])
    assert found.notes == [f"{FOLDED} is of a newer postops and was not looked at"]


def test_a_torn_line_is_a_note() -> None:
    good = head()
    newest = max(path for path in good.files if path != FOLDED)
    torn = MemoryHead("x", "x", good.files | {newest: good.files[newest] + b'{"v":1,'})
    found = audit(torn)
    assert found.faults == []
    (note,) = found.notes
    assert note.endswith("a torn line; the next write removes it")

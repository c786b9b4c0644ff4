from __future__ import annotations

from postops.errors import LedgerError
from postops.ledger.difference import difference
from tests.insights.histories import History
from tests.ledger.memory_remote import MemoryHead

FILES = History(1, 30).files()
DAY = max(FILES)


def ids(events: list[dict]) -> list[str]:
    return [event["id"] for event in events]


def test_what_only_one_of_them_has() -> None:
    lines = FILES[DAY].splitlines(keepends=True)
    more = MemoryHead("x", "x", FILES)
    less = MemoryHead("x", "x", FILES | {DAY: b"junk\n[]\n" + b"".join(lines[:-2])})
    found = difference(more, less)
    assert (len(found.missing), found.new, found.common, found.readable) == (2, [], 28, True)
    assert ids(found.missing) == [f"{29:026d}", f"{30:026d}"]
    back = difference(less, more)
    assert (back.missing, ids(back.new), back.common) == ([], ids(found.missing), 28)


def test_an_anchor_whose_commit_is_gone() -> None:
    class Gone(MemoryHead):
        def listing(self, prefix: str) -> dict[str, str]:
            raise LedgerError("bad object")

    found = difference(Gone("x", "x", {}), MemoryHead("x", "x", FILES))
    assert (found.missing, len(found.new), found.common, found.readable) == ([], 30, 0, False)

"""When the anchor vouches for a head, and in which words it does not."""

from __future__ import annotations

from postops.ledger.anchor import why_held
from tests.ledger.memory_remote import MemoryHead

DAY = {"state/ledger/2026/03/01.jsonl": b"a line\n"}
FIRST = MemoryHead("a" * 40, "a" * 40, DAY)


def test_nothing_was_ever_written() -> None:
    assert why_held(MemoryHead(None, None, {})) is None


def test_the_anchor_names_the_head_or_one_before_it() -> None:
    assert why_held(FIRST) is None
    assert why_held(MemoryHead("b" * 40, "a" * 40, DAY, FIRST)) is None


def test_a_fork_has_the_ledger_but_not_the_anchor() -> None:
    assert "no refs/postops/anchor" in (why_held(MemoryHead("a" * 40, None, DAY)) or "")


def test_other_files_of_the_state_need_no_anchor() -> None:
    """`state/` may hold what a person put there before the first claim."""
    assert why_held(MemoryHead("a" * 40, None, {"state/README.md": b"x"})) is None


def test_a_missing_branch_is_told_from_a_rewritten_one() -> None:
    gone = why_held(MemoryHead(None, "a" * 40, {}))
    assert gone == f"the state branch is missing, but the anchor remembers {'a' * 12}"
    other = why_held(MemoryHead("b" * 40, "a" * 40, DAY))
    assert other == f"the state branch was rewritten: {'b' * 12} does not follow {'a' * 12}"


def test_an_emptied_branch_is_held_too() -> None:
    """No daily file is left to notice anything by: only the anchor knows."""
    assert "rewritten" in (why_held(MemoryHead("b" * 40, "a" * 40, {})) or "")

"""New posts that look like published ones: by what they hold, and by where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from postops.plan import with_renames
from tests.plan.test_decide import CLAIM, published, state_of, wish

if TYPE_CHECKING:
    from postops.ledger.state import LedgerState
    from postops.plan import Wish

OLD: dict[str, Any] = {"delivery": "old@main", "path": "posts/old.md"}
CONTENTS = {"source": "sha256:s1", "blob": "b1"}
OUT = {"type": "published", **OLD, **CONTENTS, "part": 1, "parts": 1, "remote_id": "r1"}


def new(**changes: object) -> Wish:
    return wish(delivery="new@main", post="new", path="posts/new.md", **changes)


def origin(one: Wish, state: LedgerState, *, paths: tuple[str, ...] = ("posts/new.md",)) -> object:
    [found] = with_renames([one], state, paths)
    return found.renamed_from


@pytest.mark.parametrize(
    ("differs", "expected"),
    [
        pytest.param({}, "old", id="to the letter"),
        pytest.param({"blob": "b2"}, "old", id="the same words"),
        pytest.param({"source": None}, "old", id="not read, the same file"),
        pytest.param({"blob": "b2", "source": "sha256:s2"}, None, id="other words"),
    ],
)
def test_what_a_vanished_post_held(differs: dict[str, Any], expected: str | None) -> None:
    assert origin(new(**differs), state_of(OUT)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([CLAIM | OLD | CONTENTS], "old", id="under way"),
        pytest.param([CLAIM | OLD | CONTENTS, {"type": "in_doubt", **OLD}], "old", id="in doubt"),
        pytest.param([CLAIM | OLD | CONTENTS, {"type": "released", **OLD}], None, id="not sent"),
    ],
)
def test_what_may_be_out_counts(said: list[dict[str, Any]], expected: str | None) -> None:
    assert origin(new(), state_of(*said)) == expected


def test_while_the_old_file_is_there_it_is_a_copy() -> None:
    assert origin(new(), state_of(OUT), paths=("posts/new.md", "posts/old.md")) is None


def test_another_id_in_the_same_place() -> None:
    moved = wish(delivery="new@main", post="new", path="posts/old.md", source="x", blob="b2")
    assert origin(moved, state_of(OUT), paths=("posts/old.md",)) == "old"


def test_what_has_a_history_of_its_own_is_nothing_new() -> None:
    mine = OUT | {"delivery": "new@main", "path": "posts/new.md"}
    assert origin(new(), state_of(OUT, mine)) is None


def test_what_another_run_published_since_counts_in_the_next_plan() -> None:
    wishes = [new()]
    assert with_renames(wishes, state_of(), ("posts/new.md",)) == wishes
    [found] = with_renames(wishes, state_of(OUT), ("posts/new.md",))
    assert found.renamed_from == "old"


def test_a_post_is_known_by_what_an_update_may_have_made_of_it() -> None:
    """Edited, and a run died at the update; then the edited file was moved."""
    update = {**CLAIM, "action": "update", "source": "sha256:s2", "blob": "b2"}
    given_back = {**CLAIM, "type": "released"}
    for open_or_not in ((), (given_back,)):
        state = state_of(CLAIM, published(1), published(2), update, *open_or_not)
        moved = wish(delivery="b@main", post="b", path="posts/b.md", blob="b9", source="sha256:s2")
        [found] = with_renames([moved], state, ["posts/b.md"])
        assert found.renamed_from == "a"

"""A renaming counts before it is written down, and the ledger is left as it is."""

from __future__ import annotations

from postops.ledger.renaming import as_named
from postops.ledger.state import LedgerState, apply
from tests.ledger.test_state import CLAIM, DONE, after, bound

WAS = {"new": "old"}


def known() -> LedgerState:
    out, begun = DONE | {"delivery": "a@old"}, CLAIM | {"delivery": "b@old"}
    return after(bound("old"), bound("other"), out, begun, DONE | {"delivery": "a@other"})


def test_an_old_name_is_read_as_the_new_one() -> None:
    state = known()
    seen = as_named(state, WAS)
    assert seen.deliveries.keys() == {"a@new", "b@new", "a@other"}
    assert {done.account for done in seen.by_post("a")} == {"new", "other"}
    assert seen.bound["new"].bound_at == state.bound["old"].bound_at
    assert (seen.bound["new"].account, "old" in seen.bound) == ("new", False)
    assert seen.remote_ids("new") == {"r1"}


def test_it_is_what_the_ledger_says_once_a_run_has_written_it_down() -> None:
    state = known()
    seen = as_named(state, WAS)
    apply(state, bound("new", was="old"))
    assert seen.deliveries == state.deliveries
    assert (seen.renamed, seen.owned) == (state.renamed, state.owned)
    assert seen.bound["new"].bound_at == state.bound["new"].bound_at


def test_the_ledger_itself_stays_as_it_is() -> None:
    state, fresh = known(), known()
    as_named(state, WAS).delivery("a@new").phase = "failed"
    assert state.deliveries.keys() == fresh.deliveries.keys()
    assert (state.bound.keys(), state.renamed) == (fresh.bound.keys(), {})
    assert (state.delivery("a@old").name, state.delivery("a@old").phase) == ("a@old", "published")
    assert [done.name for done in state.by_post("a")] == ["a@old", "a@other"]


def test_where_there_is_nothing_to_rename_it_is_the_very_state() -> None:
    state = known()
    assert as_named(state, {}) is state
    assert as_named(state, {"new": "never-there"}) is state
    assert as_named(state, {"other": "old"}) is state  # bound: what the ledger has counts


def test_of_two_that_claim_to_have_been_it_the_first_is() -> None:
    seen = as_named(known(), {"new": "old", "newer": "old"})
    assert "a@new" in seen.deliveries
    assert "newer" not in seen.bound


def test_a_renaming_that_was_taken_back() -> None:
    state = known()
    apply(state, bound("new", was="old"))
    seen = as_named(state, {"old": "new"})
    assert seen.delivery("a@old").phase == "published"
    assert seen.delivery("a@new") is seen.delivery("a@old")

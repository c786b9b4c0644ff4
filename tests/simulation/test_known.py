"""What is known to go wrong, each as small as it gets. A mark goes when its cause is mended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from postops.ledger.chain import is_day
from postops.ledger.state import fold
from tests.simulation.content import PostSpec
from tests.simulation.exhaustive import smallest, workloads
from tests.simulation.seeds import NATIVE, scenario
from tests.simulation.telling import before_a_renaming, late_edit, wrong_clock
from tests.simulation.upsets import Cut, Renaming
from tests.simulation.wider import RENAMING, wider
from tests.simulation.world import Scenario, Start, Verdict, World

pytestmark = pytest.mark.simulation

A = PostSpec("a", ("one",), ("One", "Two"), due=60.0)
NAMED_ANEW = (Renaming(2000.0, "one", "two"),)


def carried_out(scenario: Scenario) -> Verdict:
    return World(scenario).run()


def test_what_was_published_before_a_renaming_is_not_given_up_as_expired() -> None:
    post = replace(A, expires=7200.0)
    world = Scenario(
        1, (("one", "search"),), (post,), (Start(100.0), Start(9000.0)), upsets=NAMED_ANEW
    )
    assert carried_out(world).violations == []


def test_a_claim_from_before_a_renaming_is_settled() -> None:
    assert carried_out(before_a_renaming()).violations == []


def test_a_claim_from_before_a_renaming_is_settled_once_the_new_name_is_known() -> None:
    later = PostSpec("b", ("one",), ("Bee",), due=3000.0)
    starts = (Start(100.0), Start(3000.0, keeps=False), Start(6000.0))
    two = Scenario(
        1, (("one", "search"),), (A, later), starts, upsets=NAMED_ANEW, plan={8: "crash-after"}
    )
    assert carried_out(two).violations == []


def test_a_run_from_before_a_renaming_does_not_send_beside_one_from_after_it() -> None:
    assert carried_out(wider(1632, (RENAMING,))).violations == []


def test_a_machine_with_a_wrong_clock_gives_nothing_up() -> None:
    found = carried_out(wrong_clock())
    assert (found.violations, found.counts["posts"]) == ([], 2)


def test_no_skew_at_all_can_be_asked_for() -> None:
    found = carried_out(Scenario(1, (("one", "search"),), (A,), (Start(100.0),), skew=0.0))
    assert found.counts.get("posts", 0) == 2


def test_a_thread_in_doubt_is_not_sent_on_over_parts_that_are_there() -> None:
    """Two parts went out, neither was written down, and the key is too old to be trusted."""
    starts = (Start(100.0), Start(20_000.0, keeps=False))
    one = Scenario(1, (("one", "key-only"),), (A,), starts, plan={12: "crash-before"})
    assert carried_out(one).violations == []


@pytest.mark.parametrize("kind", ["search", "key-ignored"])
@pytest.mark.parametrize("back", [2, None])
def test_what_was_cut_off_is_looked_for_where_there_is_a_list(kind: str, back: int | None) -> None:
    """Not promised today: the command that accepts says so. Wanted all the same."""
    cut = replace(smallest()[kind], upsets=(Cut(900.0, back, 600.0),))
    assert carried_out(cut).counts.get("sent again: nobody knew", 0) == 0


def test_an_edit_whose_first_try_is_late_does_not_take_the_place_of_a_newer_one() -> None:
    """The second try is answered, a newer edit is sent within a minute, and then the first lands."""
    assert carried_out(late_edit()).violations == []


def test_what_was_cut_off_and_is_refused_as_a_duplicate_has_not_failed() -> None:
    cut = replace(smallest()["refusing"], upsets=(Cut(900.0, 2, 600.0),))
    assert carried_out(cut).counts.get("failed", 0) == 0


def test_two_runs_at_once_keep_to_the_pace_of_an_account() -> None:
    assert carried_out(wider(13879)).violations == []


def test_a_renaming_that_is_taken_back_and_made_again_sends_nothing_twice() -> None:
    """Claimed as one, given back, sent as the other while the branch was rewound."""
    assert carried_out(wider(9479)).violations == []


def test_after_a_cut_late_news_of_a_part_leave_the_doubt_about_another() -> None:
    assert carried_out(wider(20856)).violations == []


@pytest.mark.parametrize(
    "seed",
    [
        12952,  # a later part's end came in without the earlier part
        25368,
        41730,  # a doubt about a part that its own run had told of meanwhile
        92660,  # a claim that took over a doubtful one, and whose push gave no answer, was given back
        102900,  # an update was known, and what it updated was cut off
        211558,  # an edit whose word a cut took away, and then the file was moved
        212206,  # of what is there twice one part is asked about, after an update, too
        212541,
        313103,  # a thread that was refused in its midst stays so while it is deleted
        371512,  # what a dead run knew of a renamed account comes after the renaming
        780771,  # it had to wait behind what was found to be there
        796841,  # a run that slept while the ledger was cut, and the cut accepted
        824777,  # refused for what another name had sent, before a cut
    ],
)
def test_what_was_found_and_mended(seed: int) -> None:
    assert carried_out(wider(seed)).violations == []


@pytest.mark.parametrize(
    "one",
    [
        *(scenario(506159), wider(602969), wider(290768), scenario(NATIVE + 313823)),
        *(wider(564681), wider(644888), wider(712610)),
    ],
    ids=["twins", "cap", "shared", "dead", "cut", "quiet", "begun"],
)
def test_what_looked_wrong_and_is_not(one: Scenario) -> None:
    """A thread that answers what its twin adopted; a cap, and a post that nobody knows was deleted;
    a post that two took for their own; what a dead machine thought was its own; a pace that was
    cut off; quiet hours that began while a call was being prepared; a thread of which a cut left
    the middle.
    """
    assert carried_out(one).violations == []


def test_a_thread_that_is_there_twice_is_not_sent_a_third_time() -> None:
    """People deleted its first part; of what was sent before, the ledger heard only later."""
    assert carried_out(wider(140614)).violations == []


def test_what_is_sent_once_more_is_not_sent_after_it_expired() -> None:
    assert carried_out(scenario(611216)).violations == []


def test_what_was_seen_to_be_dropped_stays_in_doubt_whatever_a_dead_run_says() -> None:
    assert carried_out(scenario(522468)).violations == []


def test_what_two_posts_were_found_in_is_not_deleted_for_one_of_them() -> None:
    assert carried_out(wider(260660)).violations == []


@pytest.mark.parametrize("seed", [106004, 110247, 478427])
def test_who_finds_out_second_does_not_take_over_from_who_was_first(seed: int) -> None:
    """Both looked for what a dead run had sent; the other had claimed it, or settled it, by then."""
    assert carried_out(scenario(seed)).violations == []


def test_what_was_refused_is_not_given_up_as_expired_by_who_did_not_know() -> None:
    """In time by one clock and refused, expired by the other; what is told last is the milder."""
    world = World(replace(workloads()["expiring handle"], plan={11: "reject"}))
    verdict = world.run()
    assert (verdict.violations, verdict.counts["failed"]) == ([], 1)
    files = {path: data for path, data in world.cloud.head.files.items() if is_day(path)}
    assert [one.phase for one in fold(files).deliveries.values()] == ["failed"]


def test_after_a_cut_no_deletion_is_left_open_that_nothing_would_finish() -> None:
    """The word of it was cut off, and its file came back: a person is asked."""
    assert carried_out(wider(10389)).violations == []


def test_a_post_is_not_sent_under_the_name_its_unfinished_edit_was_moved_to() -> None:
    assert carried_out(scenario(71310)).violations == []


def test_what_was_deleted_is_not_doubted_by_who_saw_it_dropped_before() -> None:
    assert carried_out(scenario(83464)).violations == []


def test_one_login_under_two_names_is_held_to_no_single_end() -> None:
    assert carried_out(wider(160563)).violations == []


def test_a_new_name_may_be_left_to_the_next_run_while_another_is_at_the_old_one() -> None:
    assert carried_out(scenario(NATIVE + 701731)).violations == []

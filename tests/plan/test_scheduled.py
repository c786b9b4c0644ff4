"""What the platform publishes by itself: when it is handed over, taken back, looked for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from postops.config import Pace
from postops.model import NativeSchedule, Source
from postops.plan import Guard, Terms, Wish, iso, make_plan
from postops.plan.scheduled import AFTER, AHEAD, MARGIN
from postops.reading.hours import parse_hours
from tests.plan.test_decide import NOW, state_of, terms, wish

if TYPE_CHECKING:
    from datetime import datetime

HOUR = timedelta(hours=1)
NATIVE = NativeSchedule(300, 3, 2, Source("a test", "2026-11-28"))
DUE = NOW + 3 * HOUR
NEAREST = timedelta(seconds=300) + MARGIN + Terms(NOW, {}).clock_skew


def later(due: datetime = DUE, **changes: object) -> Wish:
    return wish(**{"due_at": due, "native": NATIVE, **changes})


def claim(due: datetime = DUE, **more: object) -> dict:
    base = {"type": "claimed", "delivery": "a@main", "action": "schedule", "parts": 1}
    return base | {"payload": "sha256:p1", "source": "sha256:s1", "due_at": iso(due)} | more


def there(due: datetime = DUE, **more: object) -> list[dict]:
    event = claim(due, **more) | {"type": "scheduled", "scheduled_id": "7"}
    return [claim(due, **more), event]


def told(wishes: list[Wish], *events: dict, **changes: object) -> dict[str, str]:
    """What becomes of each delivery: an action, or the reason it waits."""
    plan = make_plan(wishes, state_of(*events), terms(**changes))
    found = {action.delivery: action.action for action in plan.actions}
    return {**found, **{one.delivery: one.reason for one in plan.waiting}}


# ------------------------------------------------------------------------ hand over


@pytest.mark.parametrize(
    ("ahead", "becomes"),
    [
        (AHEAD, "schedule"),
        (AHEAD + timedelta(seconds=1), "not-due"),
        (NEAREST + timedelta(seconds=1), "schedule"),
        (NEAREST, "not-due"),
    ],
)
def test_from_a_day_before_until_shortly_before_it_can_be_taken(
    ahead: timedelta, becomes: str
) -> None:
    assert told([later(NOW + ahead)]) == {"a@main": becomes}


@pytest.mark.parametrize(
    ("changes", "becomes"),
    [
        ({"native": None}, "not-due"),
        ({"parts": 2}, "not-due"),
        ({"credentials": False}, "not-due"),
        ({"expires_at": DUE}, "not-due"),
        ({"expires_at": DUE + HOUR}, "schedule"),
        ({"draft": True}, "draft"),
        ({"hold": True}, "hold"),
        ({"unpushed": True}, "unpushed"),
        ({"invalid": "no"}, "invalid"),
        ({"renamed_from": "b"}, "renamed"),
    ],
)
def test_it_keeps_to_all_a_publish_keeps_to(changes: dict, becomes: str) -> None:
    assert told([later(**changes)]) == {"a@main": becomes}


@pytest.mark.parametrize(
    ("pace", "becomes"),
    [
        (Pace(quiet=(parse_hours("14:00-16:00"),)), "not-due"),  # it is due at 15:00
        (Pace(quiet=(parse_hours("11:00-13:00"),)), "schedule"),  # and handed over at 12:00
    ],
)
def test_quiet_hours_count_when_it_is_due(pace: Pace, becomes: str) -> None:
    assert told([later()], paces={"main": pace}) == {"a@main": becomes}


def test_spacing_and_caps_count_when_it_is_due() -> None:
    near = later(DUE + HOUR / 2, delivery="b@main", post="b", payload="sha256:p2")
    both = [later(), near]
    assert told(both, paces={"main": Pace(spacing=HOUR)}) == {
        "a@main": "schedule",
        "b@main": "not-due",
    }
    assert told(both, *there(), paces={"main": Pace(per_day=1)}) == {
        "a@main": "scheduled",
        "b@main": "not-due",
    }


def test_what_waits_there_takes_its_place_among_what_is_sent() -> None:
    soon = there(NOW + HOUR / 2)
    other = wish(delivery="b@main", post="b", payload="sha256:p2")
    found = told([later(NOW + HOUR / 2), other], *soon, paces={"main": Pace(spacing=HOUR)})
    assert found == {"a@main": "scheduled", "b@main": "spacing"}


def test_the_platform_takes_so_many_a_day_and_so_many_in_all() -> None:
    def many(*dues: datetime) -> list[Wish]:
        names = "abcdef"
        return [
            later(due, delivery=f"{n}@main", post=n, payload=n)
            for n, due in zip(names, dues, strict=False)
        ]

    a_day = told(many(DUE, DUE, DUE))
    assert list(a_day.values()) == ["schedule", "schedule", "not-due"]
    midnight = NOW + 12 * HOUR
    in_all = told(many(DUE, DUE, midnight, midnight))
    assert list(in_all.values()) == ["schedule", "schedule", "schedule", "not-due"]
    plan = make_plan(many(DUE, DUE, DUE), state_of(), terms())
    assert "holds no more" in (plan.waiting[0].detail or "")
    here = told([*many(DUE)[1:], later(payload="z", delivery="z@main", post="z")], *there())
    assert here["z@main"] == "schedule"


def test_hand_overs_count_with_what_is_sent_for_the_guard() -> None:
    due_now = wish(delivery="b@main", post="b", payload="sha256:p2")
    assert told([later(), due_now], guard=Guard(publishes=1)) == {
        "b@main": "publish",
        "a@main": "guard",
    }


def test_what_the_platform_refused_goes_out_by_a_run_unless_its_time_changes() -> None:
    no = {"type": "unscheduled", "delivery": "a@main", "refused": True, "due_at": iso(DUE)}
    assert told([later()], claim(), no) == {"a@main": "not-due"}
    assert told([later(DUE + HOUR)], claim(), no) == {"a@main": "schedule"}
    assert told([later(NOW)], claim(NOW), no | {"due_at": iso(NOW)}) == {"a@main": "publish"}


# ------------------------------------------------------------------------ while it waits there


def test_it_waits_until_a_little_after_its_time_and_is_looked_for() -> None:
    plan = make_plan([later()], state_of(*there()), terms())
    assert [(w.reason, w.until) for w in plan.waiting] == [("scheduled", DUE)]
    late = NOW - terms().clock_skew - AFTER
    assert told([later(late)], *there(late)) == {"a@main": "confirm"}
    almost = late + timedelta(seconds=1)
    assert told([later(almost)], *there(almost)) == {"a@main": "scheduled"}


@pytest.mark.parametrize(
    "changes",
    [
        {"payload": "sha256:other"},
        {"due_at": DUE + HOUR},
        {"hold": True},
        {"draft": True},
        {"invalid": "no"},
        {"native": None},
        {"parts": 2},
        {"expires_at": DUE},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_it_is_taken_back_when_its_file_wants_something_else(changes: dict) -> None:
    assert told([later()._replace(**changes)], *there()) == {"a@main": "cancel"}


def test_it_is_taken_back_when_nobody_wants_it_or_somebody_wants_it_now() -> None:
    assert told([], *there()) == {"a@main": "cancel"}
    assert told([later()], *there(), now_for={"a"}) == {"a@main": "cancel"}
    quiet = Pace(quiet=(parse_hours("14:00-16:00"),))
    assert told([later()], *there(), paces={"main": quiet}) == {"a@main": "cancel"}


def test_it_is_taken_back_at_any_number() -> None:
    events = [
        event
        for n in range(5)
        for event in there(delivery=f"{n}@main", payload=f"sha256:{n}", scheduled_id=str(n))
    ]
    assert set(told([], *events, guard=Guard(withdraws=3)).values()) == {"cancel"}


def test_a_commit_that_waits_here_does_not_call_it_back() -> None:
    assert told([later(unpushed=True)], *there()) == {"a@main": "scheduled"}


def test_nothing_can_be_done_without_an_account_or_its_credentials() -> None:
    assert told([later(hold=True, credentials=False)], *there()) == {"a@main": "no-credentials"}
    assert told([later()], *there(), platforms={}) == {"a@main": "unknown-account"}
    assert told([], *there(), platforms={}) == {"a@main": "unknown-account"}


def test_a_platform_that_asked_to_wait_is_left_alone() -> None:
    until = {"type": "deferred", "delivery": "a@main", "until": iso(NOW + HOUR)}
    cancel = claim(action="cancel")
    assert told([later(hold=True)], *there(), cancel, until) == {"a@main": "deferred"}
    assert told([later()], *there(), cancel, until) == {"a@main": "scheduled"}


def test_an_open_claim_is_waited_for_and_then_settled() -> None:
    lease = {"lease_until": iso(NOW + HOUR)}
    assert told([later(hold=True)], claim(**lease)) == {"a@main": "claimed"}
    assert told([later(hold=True)], claim(lease_until=iso(NOW - HOUR))) == {"a@main": "reconcile"}


# ------------------------------------------------------------------------ the same words twice


def test_the_same_words_are_kept_apart() -> None:
    """A receipt that is not known yet could be taken for that of the other."""
    twin = later(DUE + HOUR / 2, delivery="b@main", post="b")
    assert told([later(), twin]) == {"a@main": "schedule", "b@main": "not-due"}
    now = wish(delivery="b@main", post="b")
    soon = NOW + HOUR
    assert told([later(soon), now], *there(soon)) == {"a@main": "scheduled", "b@main": "same-words"}
    assert told([later(), now], *there()) == {"a@main": "scheduled", "b@main": "publish"}
    elsewhere = wish(delivery="b@other", post="b", account="other", platform="bluesky")
    known = {"main": "bluesky", "other": "bluesky"}
    found = told([later(soon), elsewhere], *there(soon), platforms=known, backfill=True)
    assert found["b@other"] == "publish"


def test_what_is_being_sent_is_not_handed_over_as_well() -> None:
    sending = claim(NOW, delivery="b@main", action="publish", lease_until=iso(NOW + HOUR))
    assert told([later()], sending)["a@main"] == "not-due"


def test_what_is_taken_back_comes_first() -> None:
    """A platform that asks for a pause asks the whole account."""
    now = wish(delivery="b@main", post="b", payload="sha256:p2")
    plan = make_plan([later(hold=True), now], state_of(*there()), terms())
    assert [action.action for action in plan.actions] == ["cancel", "publish"]


def test_until_when_the_same_words_wait_is_said_as_long_as_it_is_known() -> None:
    """Or a run that waits would look again and again."""
    now = wish(delivery="b@main", post="b")
    for due, known in ((NOW, True), (NOW - HOUR, False)):
        plan = make_plan([later(due), now], state_of(*there(due)), terms())
        [until] = [one.until for one in plan.waiting if one.reason == "same-words"]
        assert until == (due + terms().clock_skew + AFTER if known else None)

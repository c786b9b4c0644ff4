"""What an account's own limits and its platform's budget hold back, and what they never hold."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from postops.config import Pace
from postops.plan import Plan, Terms, Wish, iso, make_plan
from postops.reading.hours import parse_hours
from tests.plan.test_decide import CLAIM, DONE, NOW, published, state_of, terms, wish

if TYPE_CHECKING:
    from postops.ledger.state import LedgerState

HOUR = timedelta(hours=1)
NIGHT = Pace(quiet=(parse_hours("11:00-13:00"),))  # NOW is at 12:00
SLOW = Pace(spacing=HOUR)


def on(pace: Pace, **changes: object) -> Terms:
    return terms(paces={"main": pace}, **changes)


def wishes(count: int, **changes: object) -> list[Wish]:
    """Due a minute after one another."""
    return [
        wish(
            delivery=f"{n}@main",
            post=str(n),
            due_at=NOW - timedelta(minutes=count - n),
            **changes,
        )
        for n in range(count)
    ]


def sent(name: str, ago: timedelta) -> dict:
    at = {"published_at": iso(NOW - ago), "on_remove": "keep"}
    return published(1, delivery=f"{name}@main", parts=1, **at)


def held(plan: Plan) -> dict[str, tuple[str, object]]:
    return {w.delivery: (w.reason, w.until) for w in plan.waiting}


def going(plan: Plan) -> list[str]:
    return [f"{a.action} {a.delivery}" for a in plan.actions]


# ------------------------------------------------------------------------ quiet hours


def test_quiet_hours_hold_what_is_new_until_they_end() -> None:
    plan = make_plan([wish()], state_of(), on(NIGHT))
    assert held(plan) == {"a@main": ("quiet-hours", NOW + HOUR)}
    assert going(make_plan([wish()], state_of(), on(NIGHT, now=NOW + HOUR))) == ["publish a@main"]


def test_a_post_due_within_the_horizon_is_held_by_the_hours_it_falls_in() -> None:
    soon = wish(due_at=NOW + timedelta(minutes=1))
    pace = Pace(quiet=(parse_hours("12:01-12:30"),))
    plan = make_plan([soon], state_of(), on(pace, horizon=timedelta(minutes=2)))
    assert held(plan) == {"a@main": ("quiet-hours", NOW + timedelta(minutes=30))}


def test_a_person_who_says_now_is_not_held_by_quiet_hours_but_by_caps() -> None:
    asked = on(NIGHT, now_for=frozenset({"a"}))
    assert going(make_plan([wish()], state_of(), asked)) == ["publish a@main"]
    both = NIGHT._replace(spacing=HOUR)
    plan = make_plan([wish()], state_of(sent("z", HOUR / 2)), on(both, now_for={"a"}))
    assert held(plan) == {"a@main": ("spacing", NOW + HOUR / 2)}


@pytest.mark.parametrize("late", ["skip", "ask"])
def test_grace_counts_from_the_end_of_the_hold(late: str) -> None:
    night = Pace(quiet=(parse_hours("01:00-11:00"),))
    due = wish(late=late, grace=2 * HOUR, due_at=NOW - 10 * HOUR)  # 02:00
    assert going(make_plan([due], state_of(), on(night))) == ["publish a@main"]
    tardy = on(night, now=NOW + HOUR + timedelta(seconds=1))
    [(reason, _)] = held(make_plan([due], state_of(), tardy)).values()
    assert reason == {"skip": "late", "ask": "ask"}[late]
    [(reason, _)] = held(make_plan([due], state_of(), terms())).values()
    assert reason in ("late", "ask")


def test_grace_counts_from_the_place_in_the_queue() -> None:
    """Nine due at once, an hour apart: the ninth is eight hours behind and not late."""
    hourly = [sent(f"z{n}", n * HOUR) for n in range(1, 9)]
    last = wish(late="skip", grace=HOUR, due_at=NOW - 8 * HOUR)
    assert going(make_plan([last], state_of(*hourly), on(SLOW))) == ["publish a@main"]
    [(reason, _)] = held(make_plan([last], state_of(), on(SLOW))).values()
    assert reason == "late"


def test_nothing_goes_out_after_it_expired_however_long_it_was_held() -> None:
    short = wish(expires_at=NOW + HOUR / 2)
    assert held(make_plan([short], state_of(), on(NIGHT)))["a@main"][0] == "quiet-hours"
    plan = make_plan([short], state_of(), on(NIGHT, now=NOW + HOUR))
    assert held(plan)["a@main"][0] == "expired"


# ------------------------------------------------------------------------ spacing, daily cap


def test_spacing_counts_from_the_last_post_and_lines_the_others_up() -> None:
    plan = make_plan(wishes(3), state_of(sent("z", HOUR / 4)), on(SLOW))
    assert going(plan) == []
    first = NOW + HOUR * 3 / 4
    assert held(plan) == {f"{n}@main": ("spacing", first + n * HOUR) for n in range(3)}
    plan = make_plan(wishes(3), state_of(sent("z", HOUR)), on(SLOW))
    assert going(plan) == ["publish 0@main"]
    assert held(plan) == {f"{n}@main": ("spacing", NOW + n * HOUR) for n in (1, 2)}


def test_a_daily_cap_holds_until_midnight_and_past_the_quiet_hours() -> None:
    pace = Pace(per_day=2, quiet=(parse_hours("00:00-07:30"),))
    state = state_of(sent("z", HOUR), sent("y", 13 * HOUR))  # y was yesterday
    plan = make_plan(wishes(4), state, on(pace))
    assert going(plan) == ["publish 0@main"]
    morning = NOW + 19.5 * HOUR
    assert held(plan) == {
        "1@main": ("daily-cap", morning),
        "2@main": ("daily-cap", morning),
        "3@main": ("daily-cap", morning + 16.5 * HOUR + 7.5 * HOUR),
    }


def test_a_day_is_one_of_the_configured_zone() -> None:
    pace = Pace(per_day=1, zone="Asia/Tokyo")  # NOW is 21:00 there
    plan = make_plan([wish()], state_of(sent("z", HOUR)), on(pace))
    assert held(plan) == {"a@main": ("daily-cap", NOW + 3 * HOUR)}


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({}, id="under way"),
        pytest.param({"lease_until": iso(NOW - HOUR)}, id="of a dead run"),
    ],
)
def test_a_claim_counts_as_a_post(event: dict) -> None:
    claim = {**CLAIM, "delivery": "z@main", "lease_until": iso(NOW + HOUR), **event}
    state = state_of({**claim, "recorded_at": iso(NOW - HOUR / 2)})
    plan = make_plan([wish()], state, on(SLOW))
    assert held(plan)["a@main"] == ("spacing", NOW + HOUR / 2)


def test_what_is_in_doubt_counts_and_what_was_released_does_not() -> None:
    claim = {**CLAIM, "delivery": "z@main", "recorded_at": iso(NOW - HOUR / 2)}
    over = {"type": "in_doubt", "delivery": "z@main", "part": 1, "reason": "?", "account": "main"}
    assert held(make_plan([wish()], state_of(claim, over), on(SLOW)))["a@main"][0] == "spacing"
    released = over | {"type": "released"}
    assert going(make_plan([wish()], state_of(claim, released), on(SLOW))) == ["publish a@main"]


def test_other_accounts_do_not_count() -> None:
    other = sent("z", HOUR / 2) | {"delivery": "z@other", "account": "other"}
    assert going(make_plan([wish()], state_of(other), on(SLOW))) == ["publish a@main"]


def test_force_lifts_caps_and_not_quiet_hours() -> None:
    pace = Pace(per_day=1, spacing=HOUR)
    state = state_of(sent("z", HOUR / 2))
    assert len(make_plan(wishes(3), state, on(pace, force=True)).actions) == 3
    assert not make_plan(wishes(3), state, on(NIGHT, force=True)).actions


def test_all_that_quiet_hours_hold_is_held() -> None:
    plan = make_plan(wishes(3), state_of(), on(NIGHT))
    assert held(plan) == {f"{n}@main": ("quiet-hours", NOW + HOUR) for n in range(3)}


def test_a_thousand_that_wait_are_lined_up_in_no_time() -> None:
    pace = Pace(per_day=2, spacing=HOUR / 4, quiet=NIGHT.quiet, zone="Europe/Berlin")
    plan = make_plan([w._replace(due_at=NOW - HOUR) for w in wishes(1000)], state_of(), on(pace))
    there = ZoneInfo("Europe/Berlin")
    days = Counter(w.until.astimezone(there).date() for w in plan.waiting if w.until)
    assert (len(days), set(days.values()), days[NOW.date()]) == (500, {1, 2}, 1)


def test_what_is_held_does_not_use_up_the_guard() -> None:
    plan = make_plan(wishes(60), state_of(), on(SLOW))
    assert going(plan) == ["publish 0@main"]
    assert {w.reason for w in plan.waiting} == {"spacing"}


@pytest.mark.parametrize(
    ("events", "changes", "action"),
    [
        pytest.param((CLAIM, published(1)), {}, "resume", id="resume"),
        pytest.param((CLAIM,), {}, "reconcile", id="reconcile"),
        pytest.param(
            DONE,
            {"source": "sha256:new", "on_edit": "update", "can_update": True, "parts": 2},
            "update",
            id="update",
        ),
    ],
)
def test_only_what_is_new_is_held(events: tuple, changes: dict, action: str) -> None:
    full = Pace(per_day=1, spacing=HOUR, quiet=NIGHT.quiet)
    done = tuple(e | {"published_at": iso(NOW)} if "published_at" in e else e for e in events)
    [_, *rest] = done
    released = [] if action != "resume" else [{**CLAIM, "type": "released"}]
    state = state_of(done[0], *rest, *released, BUDGET(0))
    assert going(make_plan([wish(**changes)], state, on(full))) == [f"{action} a@main"]


def test_a_withdrawal_is_never_held() -> None:
    full = Pace(per_day=1, spacing=HOUR, quiet=NIGHT.quiet)
    assert going(make_plan([], state_of(*DONE, BUDGET(0)), on(full))) == ["withdraw a@main"]


# ------------------------------------------------------------------------ budgets


def BUDGET(remaining: int, **changes: object) -> dict:  # noqa: N802 - reads like the others
    reset = {"limit": 100, "remaining": remaining, "reset_at": iso(NOW + HOUR)}
    return {"type": "budget", "account": "main", "budget": reset | changes}


def test_the_excess_waits_for_the_platform_to_have_calls_again() -> None:
    plan = make_plan(wishes(4, parts=2), state_of(BUDGET(6)), terms())
    assert going(plan) == ["publish 0@main", "publish 1@main"]  # one call is for logging in
    assert held(plan) == {f"{n}@main": ("rate-limit", NOW + HOUR) for n in (2, 3)}


def test_nothing_smaller_overtakes() -> None:
    long, short = wishes(2)
    plan = make_plan([long._replace(parts=9), short], state_of(BUDGET(5)), terms())
    assert going(plan) == []


@pytest.mark.parametrize(
    "budget",
    [
        pytest.param(BUDGET(0, reset_at=iso(NOW)), id="over"),
        pytest.param({"type": "budget", "account": "main", "budget": {"cost": 1}}, id="unknown"),
        pytest.param(BUDGET(0) | {"account": "other"}, id="another account's"),
    ],
)
def test_a_budget_that_says_nothing_holds_nothing(budget: dict) -> None:
    assert len(make_plan(wishes(3), state_of(budget), terms()).actions) == 3


def test_force_leaves_the_rate_limit_to_the_platform() -> None:
    assert len(make_plan(wishes(3), state_of(BUDGET(0)), terms(force=True)).actions) == 3


# ------------------------------------------------------------------------ a ledger from the future


def ahead(by: timedelta) -> LedgerState:
    return state_of({**CLAIM, "delivery": "z@main", "recorded_at": iso(NOW + by)})


def test_a_ledger_from_the_future_holds_everything_and_skips_nothing() -> None:
    late = wish(delivery="b@main", post="b", late="skip", due_at=NOW - 9 * HOUR)
    draft = wish(delivery="c@main", post="c", draft=True)
    plan = make_plan([wish(), late, draft], ahead(timedelta(minutes=3)), terms())
    assert plan.actions == ()
    assert {w.delivery: w.reason for w in plan.waiting} == {
        "a@main": "clock",
        "b@main": "clock",
        "c@main": "draft",
        "z@main": "clock",
    }
    assert "12:03:00Z" in str(plan.waiting[0].detail)


def test_the_allowed_skew_is_no_future() -> None:
    plan = make_plan([wish()], ahead(timedelta(minutes=2)), terms())
    assert "publish a@main" in going(plan)


def test_what_holds_it_longest_is_told() -> None:
    pace = Pace(per_day=2, spacing=timedelta(seconds=30))
    plan = make_plan(wishes(3), state_of(sent("z", HOUR)), on(pace))
    assert going(plan) == ["publish 0@main"]
    assert held(plan)["1@main"] == ("daily-cap", NOW + 12 * HOUR)
    [told, *_] = plan.waiting
    assert told.detail == "2 a day"


@pytest.mark.parametrize(
    ("seconds", "told"), [(30, "30 s apart"), (90, "90 s apart"), (120, "2 min apart")]
)
def test_spacing_is_told_to_the_second(seconds: int, told: str) -> None:
    plan = make_plan(wishes(2), state_of(), on(Pace(spacing=timedelta(seconds=seconds))))
    assert [one.detail for one in plan.waiting] == [told]

"""What the plan decides, row by row, and that it is a value."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from postops.ledger.state import LedgerState, apply
from postops.plan import Action, Guard, Past, Terms, Waiting, Wish, iso, make_plan

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG_AGO = "2026-01-01T00:00:00.000Z"
BOUND = {
    "type": "bound",
    "account": "main",
    "platform": "bluesky",
    "identity": {"id": "did:plc:a", "handle": "a.test", "url": "https://bsky.app/profile/a.test"},
    "recorded_at": LONG_AGO,
}


def state_of(*events: dict) -> LedgerState:
    state = LedgerState()
    for seq, event in enumerate((BOUND, *events), 1):
        base = {"v": 1, "seq": seq, "prev": "", "id": f"E{seq:025}", "run": "dead"}
        apply(state, base | {"recorded_at": iso(NOW - timedelta(hours=2))} | event)
    return state


def wish(**changes: object) -> Wish:
    made = Wish(
        delivery="a@main",
        post="a",
        account="main",
        platform="bluesky",
        path="posts/a.md",
        blob="b1",
        commit="c1",
        due_at=NOW - timedelta(minutes=5),
        source="sha256:s1",
        payload="sha256:p1",
    )
    return made._replace(**changes)  # type: ignore[arg-type]


def terms(**changes: object) -> Terms:
    made = Terms(now=NOW, platforms={"main": "bluesky"}, past=Past(frozenset({"c1"})))
    return made._replace(**changes)  # type: ignore[arg-type]


def decide(one: Wish, state: LedgerState | None = None, on: Terms | None = None) -> object:
    plan = make_plan([one], state or state_of(), on or terms())
    [found] = [*plan.actions, *plan.waiting] or [None]
    return found


CLAIM = {
    "type": "claimed",
    "delivery": "a@main",
    "account": "main",
    "action": "publish",
    "part": 1,
    "parts": 2,
    "generation": 1,
    "attempt": 1,
    "keys": {"1": "k1", "2": "k2"},
    "source": "sha256:s1",
    "payload": "sha256:p1",
    "commit": "c1",
    "blob": "b1",
    "path": "posts/a.md",
    "lease_until": iso(NOW - timedelta(hours=1)),
    "on_edit": "update",
    "on_remove": "withdraw",
}


def published(part: int, **more: object) -> dict:
    return {
        **{k: CLAIM[k] for k in ("delivery", "account", "parts", "source", "payload", "commit")},
        **{k: CLAIM[k] for k in ("blob", "path", "on_edit", "on_remove")},
        "type": "published",
        "part": part,
        "remote_id": f"r{part}",
        "url": f"https://a.test/{part}",
        "extra": {},
        "published_at": iso(NOW - timedelta(hours=2)),
        **more,
    }


DONE = (CLAIM, published(1), published(2))


@pytest.mark.parametrize(
    ("changes", "events", "expected"),
    [
        pytest.param({}, (), "publish", id="due"),
        pytest.param({"due_at": NOW + timedelta(seconds=1)}, (), "not-due", id="a second early"),
        pytest.param({"draft": True}, (), "draft", id="draft"),
        pytest.param({"hold": True}, (), "hold", id="hold"),
        pytest.param({"unpushed": True}, (), "unpushed", id="unpushed"),
        pytest.param({"invalid": "text-too-long"}, (), "invalid", id="invalid"),
        pytest.param({"credentials": False}, (), "no-credentials", id="no credentials"),
        pytest.param({"renamed_from": "b"}, (), "renamed", id="renamed"),
        pytest.param({"expires_at": NOW}, (), "expired", id="expires this second"),
        pytest.param({"expires_at": NOW + timedelta(seconds=1)}, (), "publish", id="not expired"),
        pytest.param(
            {"due_at": NOW - timedelta(hours=7), "late": "skip"}, (), "late", id="late: skip"
        ),
        pytest.param(
            {"due_at": NOW - timedelta(hours=7), "late": "ask"}, (), "ask", id="late: ask"
        ),
        pytest.param({"due_at": NOW - timedelta(hours=7)}, (), "publish", id="late: post"),
        pytest.param(
            {"due_at": NOW - timedelta(hours=6), "late": "skip"}, (), "publish", id="in grace"
        ),
        pytest.param(
            {"due_at": datetime(2025, 12, 31, tzinfo=UTC)}, (), "before-account", id="old news"
        ),
        pytest.param({}, (CLAIM,), "reconcile", id="claim of a dead run"),
        pytest.param(
            {"expires_at": NOW, "late": "skip"}, (CLAIM,), "reconcile", id="reconcile before expiry"
        ),
        pytest.param(
            {},
            ({**CLAIM, "lease_until": iso(NOW + timedelta(seconds=1))},),
            "claimed",
            id="lease",
        ),
        pytest.param({}, DONE, None, id="settled"),
        pytest.param({"hold": True, "draft": True}, DONE, None, id="settled, then held"),
        pytest.param(
            {}, (CLAIM, published(1), {**CLAIM, "type": "released"}), "resume", id="half a thread"
        ),
        pytest.param({"source": "sha256:s2"}, DONE, "edited", id="edited, on_edit: ignore"),
        pytest.param(
            {"source": "sha256:s2", "on_edit": "update"}, DONE, "edited", id="cannot update"
        ),
        pytest.param(
            {"source": "sha256:s2", "on_edit": "update", "can_update": True, "parts": 2},
            DONE,
            "update",
            id="edited, on_edit: update",
        ),
        pytest.param(
            {"source": "sha256:s2", "on_edit": "update", "can_update": True, "parts": 3},
            DONE,
            "edited",
            id="edited into another number of parts",
        ),
        pytest.param(
            {},
            (CLAIM, {**CLAIM, "type": "failed", "error": "no"}),
            "failed",
            id="failed, unchanged",
        ),
        pytest.param(
            {"payload": "sha256:p2"},
            (CLAIM, {**CLAIM, "type": "failed", "error": "no"}),
            "publish",
            id="failed, then mended",
        ),
        pytest.param(
            {},
            (CLAIM, {**CLAIM, "type": "deferred", "until": iso(NOW + timedelta(minutes=1))}),
            "deferred",
            id="asked to wait",
        ),
        pytest.param(
            {},
            (CLAIM, {**CLAIM, "type": "deferred", "until": iso(NOW)}),
            "publish",
            id="waited long enough",
        ),
        pytest.param(
            {"source": "sha256:s2", "on_edit": "update", "can_update": True, "parts": 2},
            (*DONE, LATER := {**CLAIM, "type": "deferred", "until": iso(NOW + timedelta(hours=1))}),
            "deferred",
            id="edited, asked to wait",
        ),
        pytest.param(
            {"source": "sha256:s2", "on_edit": "update", "can_update": True, "parts": 2},
            (*DONE, {**LATER, "until": iso(NOW)}),
            "update",
            id="edited, waited long enough",
        ),
        pytest.param(
            {},
            (CLAIM, {**CLAIM, "type": "in_doubt", "reason": "two match"}),
            "in-doubt",
            id="in doubt",
        ),
    ],
)
def test_one_delivery(changes: dict, events: tuple[dict, ...], expected: str | None) -> None:
    found = decide(wish(**changes), state_of(*events))
    if isinstance(found, Action):
        assert found.action == expected
    elif isinstance(found, Waiting):
        assert found.reason == expected
    else:
        assert expected is None


def test_a_half_sent_thread_goes_on_with_the_first_part_that_is_missing() -> None:
    state = state_of(CLAIM, published(1), {**CLAIM, "type": "released"})
    found = decide(wish(), state)
    assert isinstance(found, Action)
    assert found.part == 2


def test_now_overrides_the_time_and_nothing_else() -> None:
    early = wish(due_at=NOW + timedelta(days=1))
    found = decide(early, on=terms(now_for={"a"}))
    assert isinstance(found, Action)
    assert found.due_at == NOW
    held = decide(early._replace(hold=True), on=terms(now_for={"a"}))
    assert isinstance(held, Waiting)


def test_the_first_run_does_not_flood_a_new_account() -> None:
    empty = LedgerState()
    old = wish(due_at=NOW - timedelta(days=30))
    fresh = wish(due_at=NOW - timedelta(minutes=1))
    assert isinstance(decide(fresh, empty), Action)
    found = decide(old, empty)
    assert isinstance(found, Waiting)
    assert found.reason == "before-account"
    assert isinstance(decide(old, empty, terms(backfill=True)), Action)


def test_what_a_person_asked_to_send_again_is_neither_late_nor_old_news() -> None:
    skipped = {**CLAIM, "type": "skipped", "due_at": iso(NOW - timedelta(days=90))}
    retried = {"type": "retried", "delivery": "a@main", "account": "main"}
    one = wish(due_at=NOW - timedelta(days=90), late="skip")
    assert decide(one, state_of(skipped)) is None
    assert isinstance(decide(one, state_of(skipped, retried)), Action)
    early = decide(one._replace(due_at=NOW + timedelta(days=1)), state_of(skipped, retried))
    assert isinstance(early, Waiting)


@pytest.mark.parametrize("state", [LedgerState(), state_of()])
def test_a_post_of_unknown_age_is_never_sent_on_a_guess(state: LedgerState) -> None:
    one = wish(due_at=None)
    found = decide(one, state)
    assert isinstance(found, Waiting)
    assert found.reason == "unknown-age"
    assert isinstance(decide(one, state, terms(backfill=True)), Action)
    assert isinstance(decide(one, state, terms(now_for={"a"})), Action)


def test_the_horizon_takes_in_what_becomes_due_during_the_run() -> None:
    soon = wish(due_at=NOW + timedelta(seconds=90))
    assert isinstance(decide(soon, on=terms(horizon=timedelta(seconds=90))), Action)
    assert isinstance(decide(soon, on=terms(horizon=timedelta(seconds=89))), Waiting)


def test_a_removed_file_is_withdrawn_only_if_it_said_so_when_it_was_published() -> None:
    plan = make_plan([], state_of(*DONE), terms())
    assert [a.action for a in plan.actions] == ["withdraw"]
    keep = [{**event, "on_remove": "keep"} for event in DONE]
    assert make_plan([], state_of(*keep), terms()) == plan._replace(actions=())


def test_an_open_claim_of_a_removed_post_is_reconciled_first() -> None:
    plan = make_plan([], state_of(CLAIM), terms())
    assert [a.action for a in plan.actions] == ["reconcile"]
    [waiting] = make_plan([], state_of(CLAIM), terms(platforms={})).waiting
    assert waiting.reason == "unknown-account"


def test_the_guard_holds_the_excess_of_each_account_and_nothing_else() -> None:
    wishes = [
        wish(delivery=f"p{n}@{account}", post=f"p{n}", account=account)
        for n in range(4)
        for account in ("main", "other")
    ]
    on = terms(guard=Guard(publishes=3), platforms={"main": "bluesky", "other": "bluesky"})
    plan = make_plan(wishes, state_of({**BOUND, "account": "other"}), on)
    assert len(plan.actions) == 6
    assert {w.delivery for w in plan.waiting} == {"p3@main", "p3@other"}
    assert {w.reason for w in plan.waiting} == {"guard"}
    assert not make_plan(wishes, state_of(), on._replace(guard=None, backfill=True)).waiting


def test_filters_leave_the_rest_out_of_the_plan() -> None:
    wishes = [wish(), wish(delivery="b@main", post="b")]
    plan = make_plan(wishes, state_of(), terms(posts={"b"}))
    assert [a.delivery for a in plan.actions] == ["b@main"]
    assert not make_plan(wishes, state_of(), terms(accounts={"x"})).actions


def test_the_plan_is_a_value_whatever_the_order_of_the_wishes() -> None:
    wishes = [wish(delivery=f"p{n}@main", post=f"p{n}") for n in range(9)]
    plan = make_plan(wishes, state_of(), terms())
    random.Random(1).shuffle(wishes)
    again = make_plan(wishes, state_of(), terms())
    assert again == plan
    assert again.digest == plan.digest
    assert again.as_json() == plan.as_json()


def test_an_update_that_a_run_died_at_is_made_up_for_whatever_the_file_says_now() -> None:
    update = {**CLAIM, "action": "update", "source": "sha256:s2", "payload": "sha256:p2"}
    state = state_of(CLAIM, published(1), published(2), update, {**CLAIM, "type": "released"})
    old = wish(parts=2, can_update=True, on_edit="ignore")
    found = decide(old, state)
    assert isinstance(found, Action)
    assert found.action == "update"
    for unread in (old._replace(source=None, hold=True), old._replace(hold=True)):
        waits = decide(unread, state)
        assert isinstance(waits, Waiting)
        assert waits.reason == "hold"
    other = decide(old._replace(source="sha256:s3"), state)
    assert isinstance(other, Waiting)
    assert other.reason == "edited"
    sure = state_of(
        CLAIM, published(1), published(2), update, {**CLAIM, "type": "released", "unsent": True}
    )
    assert decide(old, sure) is None

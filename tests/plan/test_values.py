"""A plan is a value: what its digest covers, its JSON, times as text."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postops.errors import UnsafePlan
from postops.plan import iso, make_plan, parse
from tests.plan.test_decide import NOW, state_of, terms, wish


def test_the_digest_covers_the_text_but_not_the_time_of_asking() -> None:
    plan = make_plan([wish()], state_of(), terms())
    later = make_plan([wish()], state_of(), terms(now=NOW + timedelta(minutes=1)))
    other = make_plan([wish(payload="sha256:p2")], state_of(), terms())
    assert plan.digest == later.digest != other.digest
    plan.expect(None)
    plan.expect(plan.digest)
    with pytest.raises(UnsafePlan, match="not the reviewed"):
        other.expect(plan.digest)


def test_json_has_the_documented_shape() -> None:
    document = make_plan(
        [wish(), wish(delivery="b@main", post="b", draft=True)], state_of(), terms()
    ).as_json()
    assert document["version"] == 1
    assert document["at"] == "2026-03-01T12:00:00Z"
    assert document["actions"] == [
        {
            "delivery": "a@main",
            "post": "a",
            "account": "main",
            "platform": "bluesky",
            "action": "publish",
            "due_at": "2026-03-01T11:55:00Z",
        }
    ]
    assert document["waiting"] == [{"delivery": "b@main", "reason": "draft", "until": None}]


def test_times_survive_the_way_to_text_and_back() -> None:
    assert parse(iso(NOW)) == NOW
    assert iso(NOW.replace(microsecond=250_000)) == "2026-03-01T12:00:00.250Z"
    assert iso(None) is None
    assert parse(None) is None


def test_what_is_given_up_is_what_is_too_late() -> None:
    day = timedelta(days=1)
    wishes = [
        wish(delivery="a@main", post="a", due_at=NOW - day, late="skip"),
        wish(delivery="b@main", post="b", expires_at=NOW),
        wish(delivery="c@main", post="c", due_at=NOW - day, late="ask"),
        wish(delivery="d@main", post="d", draft=True, expires_at=NOW),
    ]
    plan = make_plan(wishes, state_of(), terms())
    found = [(one.delivery, one.reason) for one in plan.skips]
    assert found == [("a@main", "late"), ("b@main", "expired")]

"""A row gives back the delivery it was made of, and nobody pays for one that is not looked at."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from postops.ledger.row import Rows, pack, unpack
from postops.ledger.state import DeliveryState, LedgerState, PartState, apply
from tests.ledger.conftest import claimed, published

AT = "2026-03-01T10:00:00Z"
NAME = "hello@main"


def after(*events: dict[str, Any]) -> DeliveryState:
    state = LedgerState()
    for number, event in enumerate(events):
        apply(state, {"id": f"{number}", "run": "one", "recorded_at": AT, **event})
    return state.deliveries[NAME]


HISTORIES = {
    "new": after({"type": "retried", "delivery": NAME}),
    "claimed": after(claimed()),
    "published": after(claimed(), published()),
    "moved": after(claimed(), published(), claimed(action="update", commit="d" * 40)),
    "thread": after(claimed(parts=2, keys={"1": "a", "2": "b"}), published(parts=2)),
    "withdrawn": after(claimed(), published(), {"type": "withdrawn", "delivery": NAME}),
    "failed": after(claimed(), {"type": "failed", "delivery": NAME, "error": "no"}),
    "handle": after(claimed(), {"type": "handle", "delivery": NAME, "part": 1, "handle": "h"}),
    "adopted": after({**published(extra={"cid": "x"}), "type": "adopted"}),
    "scheduled": after(
        claimed(action="schedule"),
        {"type": "scheduled", "delivery": NAME, "scheduled_id": "7", "due_at": AT},
    ),
    "refused": after(
        claimed(action="schedule", due_at=AT),
        {"type": "unscheduled", "delivery": NAME, "refused": True},
    ),
    "sent-again": after(claimed(), published(again=True)),
    "doubt": after(claimed(), {"type": "in_doubt", "delivery": NAME, "candidates": [{"id": "1"}]}),
    "later-part": DeliveryState(
        NAME, "hello", "main", first_claim_at=AT, part_since={1: AT, 2: "2026-03-02T10:00:00Z"}
    ),
    "no-part-since": DeliveryState(NAME, "hello", "main", first_claim_at=AT),
    "no-last-commit": DeliveryState(NAME, "hello", "main", commit="c" * 40),
}


@pytest.mark.parametrize("history", HISTORIES)
def test_a_row_gives_back_the_delivery(history: str) -> None:
    delivery = HISTORIES[history]
    assert unpack(NAME, pack(delivery)) == delivery
    assert pack(unpack(NAME, pack(delivery))) == pack(delivery)


def test_what_is_usual_is_left_out() -> None:
    assert pack(DeliveryState(NAME, "hello", "main")) == b"{}"
    row = orjson.loads(pack(HISTORIES["published"]))
    assert row.keys().isdisjoint({"name", "post", "account", "last_commit", "part_since", "claim"})
    assert row["parts"].keys() == {"1"}
    assert "extra" not in row["parts"]["1"]


def test_a_row_is_one_line_that_depends_on_no_order() -> None:
    one, two = (after(claimed(parts=2, keys={"1": "a", "2": "b"})) for _ in range(2))
    two.keys = dict(reversed(two.keys.items()))
    one.reason = two.reason = "two\nlines"
    assert pack(one) == pack(two)
    assert b"\n" not in pack(one)


def test_an_account_is_what_follows_the_last_at() -> None:
    delivery = unpack("p@q@main", b"{}")
    assert (delivery.post, delivery.account) == ("p@q", "main")


def test_rows_stay_bytes_until_they_are_looked_at() -> None:
    rows = Rows({NAME: pack(HISTORIES["published"]), "broken@main": b"not a row"}, {})
    assert "broken@main" in rows
    assert "other@main" not in rows
    assert (len(rows), list(rows)) == (2, [NAME, "broken@main"])
    assert rows.raw("broken@main") == b"not a row"
    assert rows[NAME] == HISTORIES["published"]
    with pytest.raises(orjson.JSONDecodeError):
        rows["broken@main"]


def test_looking_at_a_row_tells_whose_remote_posts_they_are() -> None:
    owned: dict[str, set[str]] = {"main": {"before"}}
    delivery = DeliveryState(
        NAME, "hello", "main", parts={1: PartState(1, "id-1"), 2: PartState(2)}
    )
    rows = Rows({NAME: pack(delivery), "other@side": pack(delivery)}, owned)
    assert owned == {"main": {"before"}}
    assert rows.get(NAME) == delivery
    assert owned == {"main": {"before", "id-1"}}


def test_a_change_to_a_delivery_is_in_its_row() -> None:
    before = pack(HISTORIES["published"])
    rows = Rows({NAME: before}, {})
    assert rows[NAME] is rows.get(NAME)
    assert rows.raw(NAME) == before
    rows[NAME].reason = "changed"
    assert orjson.loads(rows.raw(NAME))["reason"] == "changed"


def test_rows_take_and_drop_deliveries_as_a_mapping_does() -> None:
    rows = Rows({NAME: b"{}"}, {})
    fresh = DeliveryState("new@main", "new", "main")
    rows["new@main"] = fresh
    assert rows["new@main"] is fresh
    del rows[NAME]
    assert list(rows) == ["new@main"]
    assert rows.get(NAME) is None
    assert rows.get(NAME, fresh) is fresh
    with pytest.raises(KeyError):
        rows[NAME]

"""Lines are sorted, stamped, and always writable."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import orjson
import pytest

from postops.ledger.events import TYPES, Event, encode, stamp
from tests.ledger.ticking import Ticking


def test_a_stamped_event_says_who_and_when() -> None:
    event = stamp({"type": "skipped", "delivery": "a@b", "reason": None}, Ticking(), "7-1")
    assert event["recorded_at"] == "2026-03-01T10:00:00.001Z"
    assert (event["v"], event["run"], len(event["id"])) == (1, "7-1", 26)
    assert "reason" not in event
    assert "seq" not in event


def test_an_unknown_type_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="sent"):
        stamp({"type": "sent"}, Ticking(), "1")


def test_keys_are_sorted() -> None:
    assert encode({"b": 1, "a": {"d": 1, "c": {2: "x"}}}) == b'{"a":{"c":{"2":"x"},"d":1},"b":1}'


@pytest.mark.parametrize(
    "said",
    ["\ud800 half", {"deep": ["\udfff"]}, 2**70, Path("x"), {("a",): 1}, float("nan"), b"raw"],
    ids=str,
)
def test_whatever_a_platform_said_can_be_written(said: object) -> None:
    line = encode({"error": said, "type": "failed"})
    assert b"\n" not in line
    assert orjson.loads(line)["type"] == "failed"


def test_what_nests_too_deep_to_be_written_is_cut() -> None:
    deep = orjson.loads(b"[" * 900 + b"]" * 900)
    assert len(encode({"raw": {"deep": deep}, "type": "failed"})) < 300


def test_the_shape_documents_every_field() -> None:
    assert all(field.metadata.get("doc") for field in fields(Event))
    assert len(TYPES) == 20

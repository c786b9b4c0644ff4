"""What a race of publishers came to is told, and a fault of it is no proof."""

from __future__ import annotations

from tests.kills.campaign import Tally
from tests.kills.crowd import Crowded
from tests.proving import report
from tests.proving.simulated import Total


def found(*crowded: tuple[str, Crowded | None]) -> report.Found:
    return report.Found(Total(), Total(), [], [], crowded, Tally(), [], [], [], [], 0.0)


def test_publishers_that_raced_are_told_of() -> None:
    raced = Crowded(16, rounds=2, posts=24, deliveries=36, pushes=200, refused=160, yielded=61)
    told = found(("file", raced), ("http", None))
    assert told.wrong == []
    text = "\n".join(report.lines(told))
    assert "file: publishers raced: 16, rounds 2, posts 24, deliveries 36, duplicates 0" in text
    assert "http: publishers raced: not run" in text


def test_a_fault_of_a_race_is_wrong() -> None:
    raced = Crowded(16, rounds=1, duplicates=1, faults=["duplicate: tusk shows 'a' 2 times"])
    assert found(("file", raced)).wrong == ["file: duplicate: tusk shows 'a' 2 times"]

from __future__ import annotations

from datetime import timedelta

from postops.output.matrix import markdown, text
from postops.plan.matrix import Load, Matrix
from postops.plan.shards import Shard
from tests.output.sample import AT, loud, plain

FOUND = Matrix(
    AT,
    (
        Load(Shard(1, 10), ("bird", "sky"), 12, AT + timedelta(hours=1)),
        Load(Shard(2, 10), ("tusk",), 0, AT + timedelta(hours=2)),
        Load(Shard(3, 10), ("owl",), 0, None),
    ),
)


def test_a_line_a_shard() -> None:
    assert text(FOUND, plain).splitlines() == [
        "1/10  12 due                              bird, sky",
        "2/10  nothing until 2026-03-01T12:30:00Z  tusk",
        "3/10  nothing to do                       owl",
    ]


def test_those_that_will_be_started_stand_out() -> None:
    lines = text(FOUND, loud).splitlines()
    assert [line.partition(">")[0] for line in lines] == [
        "<green",
        "<bright_black",
        "<bright_black",
    ]


def test_a_table_for_a_summary() -> None:
    assert markdown(FOUND).splitlines()[2:] == [
        "| shard | | accounts |",
        "| --- | --- | --- |",
        "| 1/10 | 12 due | `bird` `sky` |",
        "| 2/10 | nothing until 2026-03-01T12:30:00Z | `tusk` |",
        "| 3/10 | nothing to do | `owl` |",
    ]


def test_without_an_account_it_is_one_bare_line() -> None:
    assert text(Matrix(AT, (Load(Shard(1, 3), (), 0, None),)), plain) == "1/3  nothing to do"

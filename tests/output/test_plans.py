from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from postops.output.plans import WORDS, markdown, text, waiting_line
from postops.plan import Action, ActionName, Plan, Reason, Waiting
from tests.output.sample import AT, HOSTILE, loud, plain

LATER = AT + timedelta(hours=1)


def action(name: str = "a@sky", kind: ActionName = "publish", part: int = 1) -> Action:
    post, _, account = name.rpartition("@")
    return Action(name, post, account, "bluesky", kind, AT, part)


def test_every_reason_has_words() -> None:
    assert set(WORDS) == set(get_args(Reason))


def test_drift_is_said_as_such() -> None:
    plan = Plan(AT, (action(kind="update"), action("b@sky", "withdraw")), ())
    assert text(plan, plain).splitlines()[:2] == [
        "update    a@sky  edited since it was published",
        "withdraw  b@sky  removed since it was published",
    ]
    assert "| withdraw | `b@sky` | removed since it was published |" in markdown(plan)


def test_what_happens_and_what_waits() -> None:
    plan = Plan(
        AT,
        (action(), action("long/name@tusk", "resume", 2)),
        (Waiting("b@sky", "not-due", LATER), Waiting("c@sky", "invalid", detail="a-rule in c.md")),
    )
    assert text(plan, plain).splitlines() == [
        "publish   a@sky           due 2026-03-01T10:30:00Z",
        "resume    long/name@tusk  due 2026-03-01T10:30:00Z, from part 2",
        "",
        "waiting",
        "          b@sky           not due until 2026-03-01T11:30:00Z",
        "          c@sky           has errors (a-rule in c.md)",
        "",
        f"plan {plan.digest}",
    ]


def test_nothing_to_do() -> None:
    assert text(Plan(AT, (), ()), plain).startswith("nothing to do\n")
    assert "Nothing to do." in markdown(Plan(AT, (), ()))


@pytest.mark.parametrize("kind", get_args(ActionName))
def test_every_action_has_a_colour(kind: ActionName) -> None:
    said = text(Plan(AT, (action(kind=kind),), ()), loud)
    assert said.startswith("<")
    assert kind in said


def test_a_time_that_nobody_knows() -> None:
    unknown = Action("a@sky", "a", "sky", "bluesky", "publish", None)
    assert "as soon as merged" in text(Plan(AT, (unknown,), ()), plain)
    assert "as soon as merged" in markdown(Plan(AT, (unknown,), ()))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_and_details_command_nothing(hostile: str) -> None:
    name = f"{hostile}@sky"
    waiting = Waiting(name, "invalid", detail=hostile)
    named = name.replace("\udce9", "")  # the plan's digest needs a name that is text
    plan = Plan(AT, (action(named),), (waiting,))
    for said in (text(plan, plain), markdown(plan), waiting_line(waiting, plain)):
        assert "\x1b" not in said
        assert "\r" not in said
        assert "##[" not in said
        assert not any(line.lstrip().startswith("::") for line in said.splitlines())
    rows = [line for line in markdown(plan).splitlines() if line.startswith("|")]
    assert len(rows) == 6


def test_markdown_is_cut_to_what_a_summary_takes() -> None:
    long = "x" * 200
    actions = tuple(action(f"{long}{number}@sky") for number in range(4000))
    waiting = tuple(Waiting(f"{long}{number}@tusk", "draft") for number in range(4000))
    said = markdown(Plan(AT, actions, waiting))
    assert len(said.encode()) < 1024**2
    assert said.count("... and ") == 2
    assert said.rstrip().endswith("`")


def test_markdown_says_why() -> None:
    said = markdown(Plan(AT, (action(),), (Waiting("b@sky", "invalid", LATER, "why | so"),)))
    assert "| publish | `a@sky` | 2026-03-01T10:30:00Z |" in said
    assert "| `b@sky` | has errors: `why \\| so` | 2026-03-01T11:30:00Z |" in said

"""Plans for people: in a terminal and on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.output.safe import SUMMARY_BYTES, cell, cut, one_line
from postops.plan import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from postops.plan import Action, Plan, Waiting

_COLOURS = {
    "publish": "green",
    "resume": "green",
    "reconcile": "yellow",
    "look": "yellow",
    "update": "cyan",
    "withdraw": "red",
    "schedule": "green",
    "cancel": "red",
    "confirm": "yellow",
}

WORDS = {
    "not-due": "not due",
    "draft": "a draft",
    "hold": "on hold",
    "unpushed": "not on the content branch yet",
    "invalid": "has errors",
    "no-credentials": "no credentials",
    "unknown-account": "no such account",
    "scheduled": "handed over: the platform publishes it",
    "same-words": "the same words wait at the platform",
    "claimed": "another run is at it",
    "in-doubt": "in doubt: postops resolve",
    "failed": "the platform said no",
    "deferred": "the platform asked to wait",
    "ask": "missed its time: postops publish --post ... --now",
    "late": "missed its time",
    "expired": "expired",
    "unknown-age": "nobody here can tell how old it is",
    "before-account": "older than the account",
    "renamed": "looks like a renamed post",
    "quiet-hours": "quiet hours",
    "spacing": "too soon after the last post",
    "daily-cap": "the day's posts are sent",
    "rate-limit": "ahead of the platform's rate limit",
    "clock": "the ledger is ahead of this clock",
    "guard": "held by the guard",
    "edited": "edited after it was published",
    "removed": "removed after it was published",
}
"""What each reason to wait means, in a few words."""


def text(plan: Plan, style: Callable[..., str]) -> str:
    """What will happen, then what waits and why, then the digest to ask for."""
    names = [a.delivery for a in plan.actions] + [w.delivery for w in plan.waiting]
    width = max(map(len, names), default=0)
    lines = [_action(action, width, style) for action in plan.actions]
    if not lines:
        lines = ["nothing to do"]
    if plan.waiting:
        lines += ["", style("waiting", bold=True)]
        lines += [_waiting(waiting, width, style) for waiting in plan.waiting]
    return "\n".join([*lines, "", style(f"plan {plan.digest}", fg="bright_black")])


def _action(action: Action, width: int, style: Callable[..., str]) -> str:
    name = style(f"{action.action:<9}", fg=_COLOURS[action.action], bold=True)
    due = f"due {iso(action.due_at)}" if action.due_at else "as soon as merged"
    due = _DRIFT.get(action.action, due)
    part = f", from part {action.part}" if action.part > 1 else ""
    return f"{name} {one_line(action.delivery):<{width}}  {due}{part}"


_DRIFT = {
    "look": "sent again a while ago: is it there once?",
    "update": "edited since it was published",
    "withdraw": "removed since it was published",
}
"""Why something that is out is looked at or touched: its time has passed, and is not the reason."""


def _waiting(waiting: Waiting, width: int, style: Callable[..., str]) -> str:
    until = f" until {iso(waiting.until)}" if waiting.reason in FUTURE and waiting.until else ""
    detail = style(f" ({one_line(waiting.detail)})", fg="bright_black") if waiting.detail else ""
    return (
        f"          {one_line(waiting.delivery):<{width}}  {WORDS[waiting.reason]}{until}{detail}"
    )


def waiting_line(waiting: Waiting, style: Callable[..., str]) -> str:
    """One delivery that waits, on a line of its own."""
    return _waiting(waiting, 0, style)


FUTURE = frozenset(
    {
        "not-due",
        "scheduled",
        "same-words",
        "claimed",
        "deferred",
        "quiet-hours",
        "spacing",
        "daily-cap",
        "rate-limit",
    }
)
"""The reasons that end by themselves: then the time until when is worth telling."""


def markdown(plan: Plan) -> str:
    """Two tables for a pull request or a job summary, cut to what GitHub takes."""
    lines = ["### postops plan", ""]
    actions = [
        f"| {a.action} | {cell(a.delivery)} | {_DRIFT.get(a.action) or iso(a.due_at) or 'as soon as merged'} |"
        for a in plan.actions
    ]
    waiting = [f"| {cell(w.delivery)} | {_why(w)} | {iso(w.until) or ''} |" for w in plan.waiting]
    said = "Nothing to do.\n"
    if actions:
        head = ["| action | delivery | due |", "| --- | --- | --- |"]
        said = cut(head, actions, SUMMARY_BYTES // 2)
    if waiting:
        head = ["", "| waiting | why | until |", "| --- | --- | --- |"]
        said += cut(head, waiting, SUMMARY_BYTES // 2 - 200)
    return "\n".join([*lines, said, f"`{plan.digest}`", ""])


def _why(waiting: Waiting) -> str:
    return WORDS[waiting.reason] + (f": {cell(waiting.detail)}" if waiting.detail else "")

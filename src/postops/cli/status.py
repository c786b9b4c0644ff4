"""`postops status`: what became of every delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postops.cli import _options
from postops.cli._options import formats, style
from postops.output.safe import one_line

if TYPE_CHECKING:
    from postops.cli._edge import Invocation
    from postops.ledger.state import DeliveryState
    from postops.plan import Waiting

_COLOURS = {
    "published": "green",
    "scheduled": "green",
    "withdrawn": "cyan",
    "waiting": "blue",
    "skipped": "bright_black",
}


@click.command(
    "status",
    epilog="""\b
Examples:
  postops status
  postops status launch/hello
  postops status --format json
""",
)
@click.argument("post", required=False)
@_options.sandbox
@formats("text", "json")
@click.pass_obj
def command(invocation: Invocation, /, post: str | None, sandbox: bool, style: str) -> None:
    """Tell what became of every delivery.

    Or of one POST, an id or a path. What the ledger says was done, and for the rest what the plan says it waits for.
    """
    rows, held = _rows(invocation, post, sandbox=sandbox)
    if held:
        click.echo(f"note: everything is held: {one_line(held)}", err=True)
    if style == "json":
        click.echo(_options.as_json({"version": 1, "held": held, "deliveries": rows}))
    else:
        click.echo("\n".join(_lines(rows)) or "nothing was published yet")


def _rows(
    invocation: Invocation, post: str | None, *, sandbox: bool
) -> tuple[list[dict[str, Any]], str | None]:
    """What is told of each delivery; and why everything is held, if it is."""
    from postops.cli import _open
    from postops.cli._sweep import Asked, sweep

    with _open.place(invocation, sandbox=sandbox) as at:
        seen = _open.view(at)
        now = at.clock.now()
        swept = sweep(at, seen, Asked(posts=(post,) if post else None), now)
        plan = swept.plan(now)
        rows = {
            done.name: _done(done)
            for done in swept.state().deliveries.values()
            if swept.terms.covers(done.post, done.account)
        }
        for waiting in plan.waiting:
            rows[waiting.delivery] = _waits(waiting, rows.get(waiting.delivery))
        for action in plan.actions:
            row = rows.setdefault(action.delivery, _row(action.delivery, "waiting"))
            coming = f"the next run will {action.action} it"
            row["reason"] = f"{row['reason']}; {coming}" if row["reason"] else coming
        return [rows[name] for name in sorted(rows)], seen.held


def _row(delivery: str, state: str, **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("url", "published_at", "lateness_seconds", "reason", "until"))
    return {"delivery": delivery, "state": state, **empty, **more}


def _done(done: DeliveryState) -> dict[str, Any]:
    first = done.parts.get(1)
    return _row(
        done.name,
        done.phase.replace("_", "-"),
        url=first.url if first else None,
        published_at=done.published_at,
        lateness_seconds=done.lateness,
        reason=done.error or done.reason,
    )


def _waits(waiting: Waiting, row: dict[str, Any] | None) -> dict[str, Any]:
    """A delivery that was never begun waits; one that was, keeps its state and gets the reason."""
    from postops.output.plans import FUTURE, WORDS
    from postops.plan import iso

    row = row or _row(waiting.delivery, "waiting")
    said = WORDS[waiting.reason] + (f" ({waiting.detail})" if waiting.detail else "")
    until = iso(waiting.until) if waiting.reason in FUTURE else None
    return row | {"reason": said, "until": until}


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    width = max((len(row["delivery"]) for row in rows), default=0)
    lines = []
    for row in rows:
        colour = _COLOURS.get(row["state"], "yellow")
        tail = [row["url"] or "", _late(row["lateness_seconds"]), row["reason"] or ""]
        if row["until"]:
            tail.append(f"until {row['until']}")
        name = f"{one_line(row['delivery']):<{width}}"
        said = "  ".join(one_line(part) for part in tail if part)
        lines.append(f"{name}  {style(row['state'], fg=colour)}  {said}".rstrip())
    return lines


def _late(seconds: float | None) -> str:
    """Lateness, where it is worth a word."""
    if seconds is None or seconds < 60:
        return ""
    minutes = round(seconds / 60)
    return f"{minutes} min late" if minutes < 120 else f"{round(minutes / 60)} h late"

"""What a run did, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.output.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from postops.publish.ports import Result

_COLOURS = {
    "published": "green",
    "updated": "cyan",
    "withdrawn": "cyan",
    "skipped": "bright_black",
    "deferred": "yellow",
    "scheduled": "green",
    "cancelled": "cyan",
}


def line(result: Result, style: Callable[..., str]) -> str:
    """One result, as it happens."""
    outcome = style(f"{result.outcome:<9}", fg=_COLOURS.get(result.outcome, "red"), bold=True)
    tail = result.url or ""
    if result.error:
        tail = f"{tail}  {result.error}".strip()
    return f"{outcome} {one_line(result.delivery)}  {one_line(tail)}".rstrip()


def counts(results: Sequence[Result]) -> dict[str, int]:
    """How often each outcome came out, in alphabetical order."""
    found: dict[str, int] = {}
    for result in results:
        found[result.outcome] = found.get(result.outcome, 0) + 1
    return dict(sorted(found.items()))


def closing(results: Sequence[Result], waiting: int) -> str:
    """The last line of a run."""
    said = ", ".join(f"{number} {outcome}" for outcome, number in counts(results).items())
    return f"{said or 'nothing was due'}; {waiting} waiting"

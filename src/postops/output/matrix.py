"""Which shards have work, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.output.safe import cell, one_line
from postops.plan import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from postops.plan.matrix import Load, Matrix


def text(matrix: Matrix, style: Callable[..., str]) -> str:
    """A line for every shard that has accounts."""
    width = max(len(str(load.shard)) for load in matrix.loads)
    names = [_said(load) for load in matrix.loads]
    wide = max(map(len, names))
    return "\n".join(
        f"{style(f'{load.shard!s:<{width}}', fg='green' if load.due else 'bright_black')}"
        f"  {said:<{wide}}  {one_line(', '.join(load.accounts))}".rstrip()
        for load, said in zip(matrix.loads, names, strict=True)
    )


def markdown(matrix: Matrix) -> str:
    """A table for a job summary."""
    lines = ["### postops plan", "", "| shard | | accounts |", "| --- | --- | --- |"]
    lines += [
        f"| {load.shard} | {_said(load)} | {' '.join(map(cell, load.accounts))} |"
        for load in matrix.loads
    ]
    return "\n".join([*lines, ""])


def _said(load: Load) -> str:
    if load.due:
        return f"{load.due} due"
    return f"nothing until {iso(load.next_at)}" if load.next_at else "nothing to do"

"""Strict YAML with marks, and typed shapes read from it. Nothing here knows what a post is.

`yaml.parse` turns text into values that know their place in the file; `shape.read` turns those
into frozen dataclasses. What is wrong is returned as `Fault`s: neither ever raises for content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from postops.diagnostics import Fix, Span

__all__ = ["Fault"]


class Fault(NamedTuple):
    """Something wrong with what was read. `rule` is the readable name of the rule it falls under.

    The policy room knows the rule's code and severity and makes the `Diagnostic`.
    """

    rule: str
    span: Span
    message: str
    help: str | None = None
    fix: Fix | None = None

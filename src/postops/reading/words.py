"""How faults are worded: showing what was written, safely and briefly."""

from __future__ import annotations

from typing import Any

_LONGEST = 60


def show(value: Any) -> str:
    """A value in backquotes, cut short; whatever cannot be seen is escaped.

    Titles and keys come from strangers: a terminal must never run what they hold.
    """
    text = value if isinstance(value, str) else _literal(value)
    cut = text[:_LONGEST] + "…" if len(text) > _LONGEST else text
    if not cut.isprintable():
        cut = "".join(c if c.isprintable() else escape(c) for c in cut)
    return f"'{cut}'" if "`" in cut else f"`{cut}`"


def escape(char: str) -> str:
    """One character as `U+200B`-style text."""
    return f"<U+{ord(char):04X}>"


def _literal(value: Any) -> str:
    return (
        {True: "true", False: "false", None: "null"}.get(value, repr(value))
        if (value is None or isinstance(value, bool))
        else repr(value)
    )


def kind(value: Any) -> str:
    """What a value is, in the words of someone who writes YAML."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "a block of keys"


def one_of(names: list[str] | tuple[str, ...]) -> str:
    """`a`, `b` or `c`."""
    shown = [f"`{name}`" for name in names]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " or " + shown[-1]


def nearest(word: str, known: list[str] | tuple[str, ...]) -> str | None:
    """The one known word that was surely meant, or `None`."""
    folded = word.strip().lower().replace("-", "_").replace(" ", "_")
    for name in known:
        if name.lower().replace("-", "_") == folded:
            return name
    from difflib import get_close_matches

    lowered = {name.lower(): name for name in known}
    close = get_close_matches(word.lower()[:_LONGEST], list(lowered), n=1, cutoff=0.7)
    return lowered[close[0]] if close else None

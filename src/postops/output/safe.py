"""Text by strangers, made harmless for where it is shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# GitHub's runner obeys a line of any log that begins with `::`, and `##[` wherever it stands.
_COMMAND = re.compile(r"^([ \t]*):(?=:)|#(?=#\[)", re.MULTILINE)
_BACKTICKS = re.compile("`+")


def terminal(text: str) -> str:
    """Without what a terminal or the log of a workflow would obey.

    Escape sequences, carriage returns and bidi controls; and workflow commands, whether or not this
    is a workflow: its log may be that of any program.
    """
    if text.isascii() and text.isprintable() and "::" not in text and "##[" not in text:
        return text
    shown = _CONTROL.sub(lambda m: f"\\u{ord(m[0]):04x}", text)
    return _COMMAND.sub(lambda m: f"{m[1]}\\u003a" if m[1] is not None else "\\u0023", shown)


def diff(text: str) -> str:
    """A diff: line ends stay what they are, so that one of harmless lines can still be applied."""
    lines = text.split("\n")
    return "\n".join(
        terminal(line.removesuffix("\r")) + "\r" * line.endswith("\r") for line in lines
    )


def one_line(text: str) -> str:
    """The same, with line breaks shown as a sign."""
    return terminal(text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\u23ce"))


def json_text(text: str) -> str:
    """A JSON document that may be printed to the log of a workflow: the same document."""
    return text.replace("##[", "#\\u0023[")


def command_data(text: str) -> str:
    """As the message of a GitHub workflow command: it ends at the line break."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str) -> str:
    """As a property of a GitHub workflow command, which also ends at `:` and `,`."""
    return command_data(text).replace(":", "%3A").replace(",", "%2C")


def cell(text: str) -> str:
    """Inside a cell of a Markdown table, as code: no mention pings, no HTML, no way out."""
    flat = one_line(text).replace("\t", " ")
    # Readers of tables differ over `\\|`; a line that only looks like a bar is none to any of them.
    flat = flat.replace("\\|", "\\\u2223").replace("|", "\\|")
    return f"{fence(flat, 1)}{_padded(flat)}{fence(flat, 1)}"


SUMMARY_BYTES = 1_000_000
"""A step's summary is refused over 1 MiB (GitHub's workflow commands reference)."""


def cut(head: Sequence[str], rows: Sequence[str], room: int = SUMMARY_BYTES) -> str:
    """A Markdown table with as many rows as there is room for, and how many more there are."""
    lines = [*head]
    left = room - sum(len(line.encode()) + 1 for line in head)
    for number, row in enumerate(rows):
        left -= len(row.encode()) + 1
        if left < 0:
            lines += ["", f"... and {len(rows) - number} more"]
            break
        lines.append(row)
    return "\n".join([*lines, ""])


def fence(text: str, at_least: int) -> str:
    """More backticks than the longest run in the text."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    return "`" * (at_least if longest < at_least else longest + 1)


def _padded(text: str) -> str:
    return f" {text} " if text.startswith("`") or text.endswith("`") or not text.strip() else text

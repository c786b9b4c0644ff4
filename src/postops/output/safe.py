"""Text by strangers, made harmless for where it is shown."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BACKTICKS = re.compile("`+")


def terminal(text: str) -> str:
    """Without what a terminal would obey: escape sequences, carriage returns, bidi controls."""
    return _CONTROL.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def one_line(text: str) -> str:
    """The same, with line breaks shown as a sign."""
    return terminal(text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\u23ce"))


def command_data(text: str) -> str:
    """As the message of a GitHub workflow command: it ends at the line break."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str) -> str:
    """As a property of a GitHub workflow command, which also ends at `:` and `,`."""
    return command_data(text).replace(":", "%3A").replace(",", "%2C")


def cell(text: str) -> str:
    """Inside a cell of a Markdown table, as code: no mention pings, no HTML, no way out."""
    flat = one_line(text).replace("|", "\\|")
    return f"{fence(flat, 1)}{_padded(flat)}{fence(flat, 1)}"


def block(text: str) -> str:
    """As a fenced block that nothing in the text can close."""
    marks = fence(text, 3)
    return f"{marks}text\n{terminal(text)}\n{marks}"


def fence(text: str, at_least: int) -> str:
    """More backticks than the longest run in the text."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    return "`" * max(at_least, longest + 1)


def _padded(text: str) -> str:
    return f" {text} " if text.startswith("`") or text.endswith("`") or not text else text

"""The Markdown we read: CommonMark and tables, with four rules bent to what posts need.

- `---` is always a rule of its own, never the underline of a heading or the head of a table.
- URLs, `@handles` and `#hashtags` are taken as they stand, so no `_` or `*` in them is emphasis.
- HTML comments may span blank lines, other HTML never swallows the Markdown around it.
- Link destinations are kept as written, not re-encoded.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline

MAX_NESTING = 20
"""Quotes and lists inside one another; deeper ones are reported as lost."""

_URL_REST = re.compile(r"://(?:[^\s<>\[\]`\\&]|&(?!amp;))+")
_HANDLE = re.compile(r"@\w[\w.-]*(?:@[\w.-]+)?")
_HASHTAG = re.compile(r"[#]\w+")
_ACTIVE = re.compile(r"[\\`*\[<&]|(?<![^\W_])_|_(?![^\W_])")
_INTERRUPTS = ["paragraph", "reference", "blockquote"]


@cache
def parser() -> MarkdownIt:
    """The one parser, made when the first text needs it."""
    from markdown_it import MarkdownIt

    class Parser(MarkdownIt):
        def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
            return url.replace(" ", "%20")

        def normalizeLinkText(self, link: str) -> str:  # noqa: N802
            return link

    parser = Parser("commonmark", {"maxNesting": MAX_NESTING})
    parser.enable("table").disable(["lheading", "text_join"])
    parser.block.ruler.at("html_block", _comment, {"alt": _INTERRUPTS})
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.after("text", "verbatim", _verbatim)
    parser.core.ruler.at("inline", _inline)
    return parser


def _inline(state: StateCore) -> None:
    """Parse only inline text that has something to parse; the rest keeps its content."""
    for token in state.tokens:
        if token.type == "inline" and _ACTIVE.search(token.content):
            token.children = []
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def _verbatim(state: StateInline, silent: bool) -> bool:
    """Take a URL (from its colon on), a handle or a hashtag without looking inside."""
    pos, src = state.pos, state.src
    found = _verbatim_end(src, pos, state.posMax)
    if found <= pos:
        return False
    if not silent:
        state.append_pending(src[pos:found])
    state.pos = found
    return True


def _verbatim_end(src: str, pos: int, end: int) -> int:
    char = src[pos]
    before = src[pos - 1] if pos else ""
    if char == ":":
        if before not in ("p", "s", "P", "S"):
            return -1
        match = _URL_REST.match(src, pos, end)
        if match is None or not src[max(0, pos - 5) : pos].lower().endswith(("http", "https")):
            return -1
        return pos + len(match[0].rstrip("*_~?!.,:;'\")"))
    if char not in ("@", "#") or before.isalnum():
        return -1
    match = (_HANDLE if char == "@" else _HASHTAG).match(src, pos, end)
    if match is None:
        return -1
    # `_@name_` is an emphasised handle; `@name_` alone keeps its underscore.
    word = match[0].rstrip("_.-") if before == "_" else match[0].rstrip(".-")
    return pos + len(word)


def _comment(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    """An HTML comment that begins and ends a line, over as many lines as it likes."""
    start = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith("<!--", start) or state.is_code_block(line):
        return False
    close = _comment_close(state, start + 4)
    last = bisect_left(state.eMarks, close + 3, line, end_line)
    if close < 0 or last >= end_line or state.src[close + 3 : state.eMarks[last]].strip():
        return False
    if not silent:
        state.line = last + 1
    return True


def _comment_close(state: StateBlock, start: int) -> int:
    """Where the next `-->` stands, remembered: a run of openers must not search again and again."""
    since, close = state.env.get("comment", (0, -2))
    if not (since <= start and (start <= close or close == -1)):
        close = state.src.find("-->", start)
        state.env["comment"] = (start, close)
    return int(close)


def _table(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    """The library's table, unless the row below is only hyphens: that may be a thread break."""
    from markdown_it.rules_block import table

    if "|" not in state.src or line + 1 >= end_line:
        return False
    below = state.src[state.bMarks[line + 1] : state.eMarks[line + 1]].strip()
    return below.strip("-") != "" and table(state, line, end_line, silent)

"""A Markdown text to a `Flow`: block by block, with list signs, quotes and thread breaks.

Decisions, where Markdown and a post differ: a line break is a line break; blocks are apart by a
blank line where the source has one, else by a line break; exactly `---` parts a thread, more
hyphens underline a heading or are a rule; bullets are "• ", quotes keep "> ",
numbered lists keep their numbers (a list written `1. 1. 1.` is counted); a heading is a line of its
own; code keeps its text; a row of a table is a line, its cells parted by " | "; `~~struck~~` stays
as it is, since without its marks it would say the opposite.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from postops.render.flow import Block, Flow, Image, Lost, Piece, Section, section
from postops.render.grammar import MAX_NESTING, parser
from postops.render.inline import Line

if TYPE_CHECKING:
    from markdown_it.token import Token

_INDENT = re.compile(r"\n[ \t]+")
_TRAILING = re.compile(r"[^\S\n]+(?=\n)")
_UNDERLINE = re.compile(r"\n=+[ \t]*(?=\n|\Z)")
_TALL = re.compile(r"\n{4,}")


def read_markdown(text: str) -> Flow:
    """The flow of a Markdown text. Never fails: to Markdown every text means something."""
    env: dict[str, object] = {}
    walk = Walk(text)
    tokens = parser().parse(text, env)
    for index, token in enumerate(tokens):
        act = _ACTS.get(token.type)
        if act is not None:
            act(walk, token, tokens, index)
    walk.close_section()
    walk.unused(env.get("references"))
    return Flow(tuple(walk.sections) or (section([], [], 0),), tuple(walk.losses))


class Container:
    """A quote or list entry: what stands before its first line and before all others."""

    __slots__ = ("first", "fresh", "rest")

    def __init__(self, first: str, rest: str) -> None:
        self.first, self.rest, self.fresh = first, rest, True

    def next(self) -> str:
        lead = self.first if self.fresh else self.rest
        self.fresh = False
        return lead


class Walk:
    """The walk along the tokens: what is open, and what has been read so far."""

    def __init__(self, text: str) -> None:
        self.source = text.split("\n")
        self.sections: list[Section] = []
        self.losses: list[Lost] = []
        self.blocks: list[Block] = []
        self.images: list[Image] = []
        self.open: list[Container] = []
        self.numbers: list[list[str]] = []  # what the entries of the open lists still show
        self.start = self.end = self.ended = 0  # lines of this block; where the last one ended
        self.rows: list[Piece] | None = None  # the table being read
        self.urls: set[str] = set()

    # ------------------------------------------------------------------ leaves

    def leaf(self, token: Token, _tokens: list[Token], _index: int) -> None:
        self.start, self.end = token.map or (self.start, self.end)

    def heading(self, token: Token, tokens: list[Token], index: int) -> None:
        self.leaf(token, tokens, index)
        self.losses.append(Lost("heading", self.start, 0))

    def inline(self, token: Token, _tokens: list[Token], _index: int) -> None:
        pieces = self.read_inline(token)
        if self.rows is not None:
            if self.rows and self.rows[-1] != "\n":
                self.rows.append(" | ")
            self.rows.extend(pieces or [""])
        else:
            self.emit(pieces)

    def read_inline(self, token: Token) -> list[Piece]:
        content = token.content
        if token.children:
            line = token.map[0] if token.map else self.start
            run = Line(line, self.source, self.images, self.losses, self.urls)
            pieces = run.read(token.children)
        else:
            pieces = [_INDENT.sub("\n", content)] if content else []
        if "\n=" in content:
            shorn = [_UNDERLINE.sub("", p) if isinstance(p, str) else p for p in pieces]
            if shorn != pieces:
                self.losses.append(Lost("heading", self.start, 0))
            return shorn
        return pieces

    def code(self, token: Token, tokens: list[Token], index: int) -> None:
        self.leaf(token, tokens, index)
        self.losses.append(Lost("code block", self.start, 0))
        self.emit([_TALL.sub("\n\n\n", token.content.strip("\n"))])

    def rule(self, token: Token, tokens: list[Token], index: int) -> None:
        self.leaf(token, tokens, index)
        mark = self.source[self.start].strip() if token.level == 0 else ""
        if mark == "---":
            self.close_section()
            self.start = self.end
        elif not mark.strip("-") and mark and self.blocks and self.ended == self.start:
            # More hyphens, right under a text: the underline of a heading.
            self.losses.append(Lost("heading", self.start - 1, 0))
        else:
            self.losses.append(Lost("rule", self.start, 0))

    # ------------------------------------------------------------------ tables

    def open_table(self, token: Token, tokens: list[Token], index: int) -> None:
        self.leaf(token, tokens, index)
        self.losses.append(Lost("table", self.start, 0))
        self.rows = []

    def open_row(self, _token: Token, _tokens: list[Token], _index: int) -> None:
        if self.rows:
            self.rows.append("\n")

    def close_table(self, _token: Token, _tokens: list[Token], _index: int) -> None:
        rows, self.rows = self.rows or [], None
        self.emit(rows)

    # ------------------------------------------------------------------ containers

    def open_quote(self, token: Token, tokens: list[Token], index: int) -> None:
        self.contain(Container("> ", "> "), token, tokens, index)

    def open_entry(self, token: Token, tokens: list[Token], index: int) -> None:
        sign = self.numbers[-1].pop() if self.numbers[-1] else "• "
        self.contain(Container(sign, " " * len(sign)), token, tokens, index)

    def contain(self, container: Container, token: Token, tokens: list[Token], index: int) -> None:
        self.open.append(container)
        if token.level >= MAX_NESTING - 1 and tokens[index + 1].nesting < 0:
            self.losses.append(Lost("nesting", (token.map or [0])[0], 0))

    def close(self, _token: Token, _tokens: list[Token], _index: int) -> None:
        self.open.pop()

    def open_bullets(self, _token: Token, _tokens: list[Token], _index: int) -> None:
        self.numbers.append([])

    def open_numbers(self, token: Token, tokens: list[Token], index: int) -> None:
        self.numbers.append(_numbers(token, tokens, index)[::-1])

    def close_list(self, _token: Token, _tokens: list[Token], _index: int) -> None:
        self.numbers.pop()

    # ------------------------------------------------------------------ what comes out

    def emit(self, pieces: list[Piece]) -> None:
        pieces = _clean(pieces)
        if not pieces:
            return
        shared = ""
        if self.open:
            shared = "".join([c.rest for c in self.open if not c.fresh]).rstrip()
            pieces = self.led(pieces)
        before = ""
        if self.blocks:
            between = self.source[self.ended : self.start]
            apart = any(not line.strip(" >\t") for line in between)
            before = f"\n{shared}\n" if apart else "\n"
        self.blocks.append(Block(before, tuple(pieces), self.start))
        self.ended = self.end

    def led(self, pieces: list[Piece]) -> list[Piece]:
        """The pieces with the signs of the quotes and lists they stand in before every line."""
        lead = "".join([c.next() for c in self.open])
        rest = "\n" + "".join([c.rest for c in self.open])
        bare = re.compile(re.escape(rest) + "(?=\n)")  # a line on which nothing follows the signs

        def led(text: str) -> str:
            return bare.sub(rest.rstrip(" "), text.replace("\n", rest))

        return [lead, *[led(p) if isinstance(p, str) and "\n" in p else p for p in pieces]]

    def close_section(self) -> None:
        """End the part; one in which nothing stands is none."""
        if self.blocks or self.images:
            line = self.blocks[0].line if self.blocks else self.start
            self.sections.append(section(self.blocks, self.images, line))
        self.blocks, self.images = [], []

    def unused(self, references: object) -> None:
        """A line that only looked like a link reference would vanish without a word."""
        if isinstance(references, dict):
            for reference in references.values():
                if reference["href"] not in self.urls:
                    self.losses.append(Lost("unused link reference", reference["map"][0], 0))


def _numbers(token: Token, tokens: list[Token], index: int) -> list[str]:
    """The signs of a numbered list: as written, or counted where all are the same."""
    signs: list[str] = []
    for at in range(index + 1, len(tokens)):
        entry = tokens[at]
        if entry.level == token.level and entry.nesting < 0:
            break
        if entry.type == "list_item_open" and entry.level == token.level + 1:
            signs.append(entry.info)
    if len(set(signs)) == 1:
        signs = [str(int(signs[0]) + step) for step in range(len(signs))]
    mark = tokens[index + 1].markup
    return [f"{sign}{mark} " for sign in signs]


def _clean(pieces: list[Piece]) -> list[Piece]:
    """Join neighbouring text and drop white space at the ends of lines and of the block."""
    if len(pieces) > 1:
        joined: list[Piece] = []
        for piece in pieces:
            if isinstance(piece, str) and joined and isinstance(joined[-1], str):
                joined[-1] += piece
            elif piece:
                joined.append(piece)
        pieces = joined
    if not pieces:
        return []
    last = len(pieces) - 1
    for index, piece in enumerate(pieces):
        if isinstance(piece, str):
            text = _TRAILING.sub("", piece) if "\n" in piece else piece
            text = text.lstrip("\n") if index == 0 else text
            pieces[index] = text.rstrip() if index == last else text
    return [piece for piece in pieces if piece]


_ACTS = {
    "paragraph_open": Walk.leaf,
    "heading_open": Walk.heading,
    "inline": Walk.inline,
    "fence": Walk.code,
    "code_block": Walk.code,
    "hr": Walk.rule,
    "table_open": Walk.open_table,
    "tr_open": Walk.open_row,
    "table_close": Walk.close_table,
    "blockquote_open": Walk.open_quote,
    "blockquote_close": Walk.close,
    "list_item_open": Walk.open_entry,
    "list_item_close": Walk.close,
    "bullet_list_open": Walk.open_bullets,
    "bullet_list_close": Walk.close_list,
    "ordered_list_open": Walk.open_numbers,
    "ordered_list_close": Walk.close_list,
}

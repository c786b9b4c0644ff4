"""Inline Markdown to pieces of text: markers go, words stay, images step out of the line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from postops.render.flow import Image, Lost, Piece, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it.token import Token

_WEB = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")

# Only what is HTML is dropped: `Vec<String>` or `<your name>` are words somebody wrote.
_NAMES = """
    a abbr address article aside audio b big blockquote body br button caption center cite code
    dd del details dfn div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4
    h5 h6 head header hr html i iframe img input ins kbd label legend li link main mark meta nav
    object ol p picture pre q s samp script section small source span strike strong style sub
    summary sup svg table tbody td tfoot th thead tr tt u ul var video wbr
"""
_HTML = frozenset(_NAMES.split())


class Line:
    """Collects one inline run. `line` is where it starts, `source` all lines of the text.

    Images, losses and the destinations used are noted in what the caller hands in.
    """

    def __init__(
        self,
        line: int,
        source: Sequence[str],
        images: list[Image],
        losses: list[Lost],
        urls: set[str],
    ) -> None:
        self.line = line
        self.source = source
        self.images = images
        self.losses = losses
        self.urls = urls
        self.out: list[Piece] = []
        self.text = ""
        self.seen = 0  # the column up to which the line of the source is accounted for
        self.gap = False  # something just stepped out of the line
        self.outer: tuple[str, Token] | None = None

    def read(self, tokens: Sequence[Token]) -> list[Piece]:
        """All pieces; empty where nothing but images and comments stood there."""
        for token in tokens:
            if token.type in ("text", "text_special", "code_inline"):
                self.add(token.content)
            else:
                act = _ACTS.get(token.type)
                if act is not None:
                    act(self, token)
        if self.text:
            self.out.append(self.text)
        return self.out

    def add(self, text: str) -> None:
        if self.gap:
            if (not self.text and not self.out) or self.text.endswith((" ", "\n")):
                text = text.lstrip(" ")
            self.gap = not text
        self.text += text

    def lose(self, what: str, needle: str = "") -> None:
        self.losses.append(Lost(what, self.line, self.column(needle)))

    def column(self, needle: str) -> int:
        """Where something of this line stands in the source, looking on from what came before."""
        if not needle or self.line >= len(self.source):
            return 0
        found = self.source[self.line].find(needle, self.seen)
        if found < 0:
            return 0
        self.seen = found + len(needle)
        return found

    # ------------------------------------------------------------------ what each token does

    def newline(self, _token: Token | None = None) -> None:
        """A line break in the source is a line break in the post."""
        self.line, self.seen = self.line + 1, 0
        if self.outer is not None:
            self.text += " "
        elif not (self.gap and (self.text.endswith("\n") or (not self.text and not self.out))):
            self.text = self.text.rstrip(" ") + "\n"
            self.gap = False

    def emphasis(self, token: Token) -> None:
        self.lose("emphasis", token.markup)

    def close_emphasis(self, token: Token) -> None:
        self.column(token.markup)

    def open_link(self, token: Token) -> None:
        self.outer = (self.text, token)
        self.text = ""

    def close_link(self, _token: Token) -> None:
        if self.outer is None:
            return
        raw, (self.text, opened) = self.text, self.outer
        self.outer = None
        url, words = str(opened.attrs.get("href", "")), raw.strip()
        self.urls.add(url)
        if "title" in opened.attrs:
            self.lose("link title", str(opened.attrs["title"]))
        if words and raw[0].isspace():
            self.add(" ")
        self.put_link(words, url)
        if words and raw[-1].isspace():
            self.text += " "

    def put_link(self, words: str, url: str) -> None:
        if _WEB.match(url):
            if self.text:
                self.out.append(self.text)
            self.text, self.gap = "", False
            self.out.append(Words(words or url, url))
        elif _SCHEME.match(url):
            shown = url.removeprefix("mailto:")
            self.add(shown if words in ("", shown, url) else f"{words} ({shown})")
        else:
            self.lose("relative link", url)
            self.add(words)

    def image(self, token: Token) -> None:
        path = str(token.attrs.get("src", ""))
        self.urls.add(path)
        alt = "".join(_spoken(token.children or ()))
        self.images.append(Image(path, alt, self.line, self.column("![")))
        self.gap = True

    def html(self, token: Token) -> None:
        content = token.content
        name = _TAG_NAME.match(content)
        if content.startswith("<!--"):
            self.line, self.seen = self.line + content.count("\n"), 0
            self.gap = True
        elif name is None or name[1].lower() not in _HTML:
            self.add(content)
        elif name[1].lower() == "br":
            self.text = self.text.rstrip(" ") + "\n"
        else:
            self.lose("html", content)


_ACTS: dict[str, Callable[[Line, Token], None]] = {
    "softbreak": Line.newline,
    "hardbreak": Line.newline,
    "em_open": Line.emphasis,
    "strong_open": Line.emphasis,
    "em_close": Line.close_emphasis,
    "strong_close": Line.close_emphasis,
    "link_open": Line.open_link,
    "link_close": Line.close_link,
    "image": Line.image,
    "html_inline": Line.html,
}


def _spoken(tokens: Sequence[Token]) -> list[str]:
    """The words of an alt text."""
    return [" " if t.type == "softbreak" else t.content for t in tokens if t.type != "html_inline"]

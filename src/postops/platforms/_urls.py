"""Finding URLs the way twitter-text's grammar does, in time linear in the text.

The reference is one large backtracking expression. What it accepts can be said without
backtracking: a URL starts after a permitted character, takes the longest run of labels and
ends its domain at the last dot there that a known top-level domain follows. So those dots
are found first (most texts have none), and only text around them is looked at.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from postops import tlds
from postops.platforms._charsets import members

if TYPE_CHECKING:
    from collections.abc import Iterator


class TextUrl(NamedTuple):
    """A URL in a text: `start` and `end` in code points, `url` as detected."""

    start: int
    end: int
    url: str


class Grammar(NamedTuple):
    """One dialect of the grammar, compiled."""

    suffixes: frozenset[str]
    """Top-level domains, lower case."""
    suffix: re.Pattern[str]
    """After a dot: group 1 an ASCII name, else a punycode name."""
    unicode_suffix: re.Pattern[str]
    """A top-level domain that is not ASCII."""
    start: re.Pattern[str]
    """The start of a label, after a character that may precede a URL."""
    chain: re.Pattern[str]
    """The same: group 1 a protocol, group 2 all labels with their dots, or just one word."""
    chain_at_start: re.Pattern[str]
    """The same for the very start of a text, where nothing precedes."""
    protocol_end: re.Pattern[str]
    """The name of a protocol that ends a word, after a character that may precede a URL."""
    label: re.Pattern[str]
    """One character that may begin a label."""
    tail: re.Pattern[str]
    """After the domain: group 1 the path; port and query follow the same match."""


class Found(NamedTuple):
    """One match: `text[start:end]` with its domain and, where there is one, its path."""

    start: int
    domain: int
    domain_end: int
    path: bool
    end: int


def scan(text: str, grammar: Grammar) -> Iterator[Found]:
    """Every match from left to right, never overlapping, whether or not it has a protocol."""
    ends = suffix_ends(text, grammar)
    if not ends:
        return
    domains = _Domains(text, ends)
    position = labels_end = 0
    seen = -1
    while (dot := domains.next_dot(position)) >= 0:
        if dot != seen:
            # Neither labels nor a protocol contain a space: nothing before it reaches this dot.
            position, seen = max(position, text.rfind(" ", position, dot)), dot
        head = _head(text, position, labels_end, grammar, domains)
        if head is None:
            return
        start, domain, labels_end = head
        end_dot = domains.last_dot(domain, labels_end)
        if end_dot < 0:
            blocked = domains.next_dot(domain)
            if not 0 <= blocked < labels_end:
                position = max(position + 1, labels_end - 1)
                continue
            # An underscore spoils that label; what follows the underscore may start a URL.
            match = grammar.label.search(text, domains.underscore[blocked] + 1)
            start = domain = match.start() if match else blocked
            end_dot = blocked
        domain_end = ends[end_dot]
        tail = grammar.tail.match(text, domain_end)
        position = tail.end() if tail else domain_end
        yield Found(start, domain, domain_end, bool(tail and tail[1]), position)


def _head(
    text: str, position: int, labels_end: int, grammar: Grammar, domains: _Domains
) -> tuple[int, int, int] | None:
    """Start, domain start and end of the labels of the next possible URL, one character on."""
    if position == 0:
        first = _first(text, grammar, domains)
        if first:
            return first
    if position + 1 < labels_end:
        # Labels already measured are not measured again: that would be quadratic.
        match = grammar.start.search(text, position + 1)
        if match and match.start() < labels_end - 1:
            return match.start(), match.start(), labels_end
    return _next_labels(text, position + 1, grammar)


def _next_labels(text: str, at: int, grammar: Grammar) -> tuple[int, int, int] | None:
    while match := grammar.chain.search(text, at):
        if match[2] is not None:
            return match.start(), *match.span(2)
        # A word without a dot is skipped whole, except for the protocol it may end in.
        at = match.end()
        if text.startswith("://", at):
            protocol = grammar.protocol_end.search(text, max(match.start() + 1, at - 6), at)
            inner = grammar.chain.match(text, protocol.start()) if protocol else None
            if inner and inner[2] is not None:
                return inner.start(), *inner.span(2)
    return None


def _first(text: str, grammar: Grammar, domains: _Domains) -> tuple[int, int, int] | None:
    """At the very start, a character that may precede a URL is tried as that first."""
    match = grammar.chain.match(text, 1)
    if match and match[2] and domains.last_dot(*match.span(2)) >= 0:
        return 1, *match.span(2)
    match = grammar.chain_at_start.match(text)
    return (0, *match.span(2)) if match and match[2] else None


class _Domains:
    """The dots that a top-level domain follows, and the underscores before them."""

    def __init__(self, text: str, ends: dict[int, int]) -> None:
        self.dots = list(ends)
        self.underscore: dict[int, int] = {}
        self.clean: list[int] = []
        previous = 0
        for dot in self.dots:
            label = text.rfind(".", previous, dot) + 1
            self.underscore[dot] = found = text.rfind("_", max(label, previous), dot)
            if found < 0:
                self.clean.append(dot)
            previous = dot

    def next_dot(self, position: int) -> int:
        """The first dot at or after `position`, or -1."""
        at = bisect_left(self.dots, position)
        return self.dots[at] if at < len(self.dots) else -1

    def last_dot(self, start: int, end: int) -> int:
        """The last dot that can end a domain beginning at `start` with labels to `end`."""
        at = bisect_left(self.clean, end) - 1
        if at >= 0 and self.clean[at] >= start:
            return self.clean[at]
        first = self.next_dot(start)
        return first if start < first < end and self.underscore[first] < start else -1


def compile_grammar(
    *,
    not_label: str,
    not_before: str,
    protocols: str,
    punycode: str,
    not_after: str,
    tail: str,
) -> Grammar:
    """A grammar from character sets (see `_charsets.members`) and two expressions."""
    label, before = f"[^{members(not_label)}]", f"(?<=[^{members(not_before)}])"
    word = f"{label}++(?:[-_]++{label}++)*+"
    chain = f"({protocols}://)?(?:((?:{word}\\.)++)|{word})"
    suffixes, after = tlds.twitter(), members(not_after)
    return Grammar(
        suffixes=suffixes,
        suffix=re.compile(
            rf"\.(?:([0-9A-Za-z]++)(?![{after}])|[xX][nN]--({punycode})|(?=[0-9A-Za-z\x80-\U0010ffff]))"
        ),
        unicode_suffix=re.compile(_unicode_suffix(suffixes, after)),
        start=re.compile(f"{before}{label}"),
        chain=re.compile(f"{before}{chain}"),
        chain_at_start=re.compile(chain),
        protocol_end=re.compile(rf"{before}{protocols}\Z"),
        label=re.compile(label),
        tail=re.compile(tail),
    )


def _unicode_suffix(suffixes: frozenset[str], after: str) -> str:
    # Longest first, as a name may begin another; letters of both cases, as /i has it.
    names = sorted((name for name in suffixes if not name.isascii()), key=len, reverse=True)
    cased = ("".join(_both_cases(letter) for letter in name) for name in names)
    return f"(?:{'|'.join(cased)})(?![{after}0-9A-Za-z])"


def _both_cases(letter: str) -> str:
    upper = letter.upper()
    return f"[{letter}{upper}]" if len(upper) == 1 and upper != letter else letter


def suffix_ends(text: str, grammar: Grammar) -> dict[int, int]:
    """For each dot that a top-level domain follows: where that one ends."""
    ends: dict[int, int] = {}
    for match in grammar.suffix.finditer(text):
        dot, name = match.start(), match[1]
        if name is not None and name.lower() in grammar.suffixes:
            ends[dot] = match.end()
        elif (end := _other_end(text, match, grammar)) > 0:
            ends[dot] = end
    return ends


def _other_end(text: str, match: re.Match[str], grammar: Grammar) -> int:
    if found := grammar.unicode_suffix.match(text, match.start() + 1):
        return found.end()
    return match.end() if match[2] else 0

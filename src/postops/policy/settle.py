"""What is reported of what was found: `allow:` in a file, and `rules:` in the configuration.

Rules know nothing of this. A firm rule cannot be allowed, ignored or weighed otherwise: it says
that nothing could be read or sent at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from postops.diagnostics import Diagnostic, Severity, Span, ordered, selects, with_severity
from postops.policy.examine import stamp
from postops.policy.registry import Problem, by_name
from postops.reading.words import nearest, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from postops.config import Config
    from postops.policy.card import Card
    from postops.policy.registry import Rule


@dataclass(frozen=True)
class Wanted:
    """Which rules are in effect, and how they weigh. Codes, prefixes of codes or names."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    severity: Mapping[str, str]

    @classmethod
    def of(cls, config: Config, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Wanted:
        """What the command line selects takes the place of the configuration's choice."""
        rules = config.rules
        return cls(tuple(select) or rules.select, (*rules.ignore, *ignore), rules.severity)

    def takes(self, rule: Rule) -> bool:
        """Whether findings of this rule are reported."""
        if rule.firm:
            return True
        if self.select and not selects(self.select, rule.code, rule.name):
            return False
        return not (self.ignore and selects(self.ignore, rule.code, rule.name))

    def weighed(self, diagnostic: Diagnostic) -> Diagnostic:
        """The finding with the severity asked for."""
        asked = self.severity.get(diagnostic.name) or self.severity.get(diagnostic.code)
        if asked is None or by_name()[diagnostic.code].firm:
            return diagnostic
        return with_severity(diagnostic, Severity(asked))


def settle(
    found: Iterable[Diagnostic], cards: Iterable[Card], wanted: Wanted, *, whole: bool = True
) -> list[Diagnostic]:
    """What is left to report, sorted.

    `whole`: all posts were looked at together. Otherwise a rule of a set that found nothing proves
    nothing, so that an `allow` for it is not called unused.
    """
    allowing = {card.path: card for card in cards if card.allow}
    used: set[tuple[str, str]] = set()
    kept: list[Diagnostic] = []
    for diagnostic in found:
        card = allowing.get(diagnostic.span.path)
        rule = by_name()[diagnostic.code]
        if card is not None and not rule.firm and _allowed(diagnostic, card, used):
            continue
        if wanted.takes(rule):
            kept.append(wanted.weighed(diagnostic))
    for card in allowing.values():
        kept += [wanted.weighed(one) for one in _leftovers(card, used, wanted, whole)]
    return ordered(kept)


def _allowed(diagnostic: Diagnostic, card: Card, used: set[tuple[str, str]]) -> bool:
    for word in card.allow:
        if word in (diagnostic.name, diagnostic.code):
            used.add((card.path, word))
            return True
    return False


def _leftovers(
    card: Card, used: set[tuple[str, str]], wanted: Wanted, whole: bool
) -> Iterator[Diagnostic]:
    """Words of `allow` that name no rule, or that nothing was found for."""
    for index, word in enumerate(card.allow):
        rule = by_name().get(word)
        line, column = card.allow_marks[index]
        span = Span(card.path, line, column)
        if rule is None or rule.firm:
            yield from _said("unknown-allow", _unknown(word, rule, span), card, wanted)
        elif (card.path, word) not in used and wanted.takes(rule) and (whole or rule.on != "set"):
            message = f"{show(word)} is allowed here, but there is nothing to allow"
            problem = Problem(span, message, "take it out of `allow`")
            yield from _said("unused-allow", problem, card, wanted)


def _unknown(word: str, rule: Rule | None, span: Span) -> Problem:
    if rule is not None:
        message = f"{show(word)} cannot be allowed"
        return Problem(span, message, "mend what it reports")
    names = tuple(name for name in by_name() if not name.startswith("PO"))
    meant = nearest(word, names)
    help_ = f"did you mean `{meant}`?" if meant else "`postops rule` lists all rules"
    return Problem(span, f"there is no rule {show(word)}", help_)


def _said(name: str, problem: Problem, card: Card, wanted: Wanted) -> Iterator[Diagnostic]:
    rule = by_name()[name]
    if wanted.takes(rule):
        yield stamp(rule, problem, card.id, None)

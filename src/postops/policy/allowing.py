"""What is said about `allow:` in a post and `rules:` in the configuration themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.diagnostics import Severity, Span
from postops.errors import ConfigError
from postops.policy.registry import Problem, all_rules, by_name, rule
from postops.reading.marked import key_span, value_span
from postops.reading.words import nearest, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from postops.policy.subjects import OnSet


@rule("PO090", "unused-allow", severity=Severity.WARNING, on="fault", since="0.1")
def unused_allow() -> None:
    """## What it does
    Finds rules named under `allow` that have nothing to report in this post.

    ## Why
    What is allowed for ever hides the next, real mistake.

    ## Example
    ```markdown
    ---
    allow: [bare-domain]
    ---
    No domain here.
    ```

    ## Fix
    Take the rule out of `allow`.
    """


@rule("PO091", "unknown-allow", severity=Severity.WARNING, on="fault", since="0.1")
def unknown_allow() -> None:
    """## What it does
    Finds words under `allow` that are no rule, or a rule that cannot be allowed because nothing
    could be read or sent.

    ## Why
    A misspelt rule allows nothing.

    ## Example
    ```markdown
    ---
    allow: [bare-domains]
    ---
    ```

    ## Fix
    Write the rule's name or code; `postops rule` lists them.
    """


@rule("PO092", "unknown-rule", severity=Severity.WARNING, on="set", since="0.1", firm=True)
def unknown_rule(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds words under `rules` in postops.yaml that are neither a rule nor the beginning of a code,
    and rules that cannot be ignored or weighed otherwise because they say that nothing could be read
    or sent.

    ## Why
    A misspelt rule changes nothing.

    ## Example
    ```yaml
    rules: {ignore: [missing-alt]}
    ```

    ## Fix
    Write the rule's name or code; `postops rule` lists them.
    """
    block = given.config.front.get("rules") or {}
    for key in ("select", "ignore"):
        for index, word in enumerate(block.get(key, ())):
            if not _begins(word):
                yield _unknown(word, value_span(block[key], index, given.config.path))
            elif key == "ignore" and _firm(word):
                yield _fixed(word, value_span(block[key], index, given.config.path))
    for word in block.get("severity", ()):
        span = key_span(block["severity"], word, given.config.path)
        if word not in by_name():
            yield _unknown(word, span)
        elif _firm(word):
            yield _fixed(word, span)


def require(words: Iterable[str]) -> None:
    """Raise `ConfigError` for the first word that is neither a rule nor the beginning of a code."""
    for word in words:
        if not _begins(word):
            problem = _unknown(word, Span(""))
            raise ConfigError(problem.message, help=problem.help)


def _begins(word: str) -> bool:
    return word in by_name() or (
        word.startswith("PO") and any(one.code.startswith(word) for one in all_rules())
    )


def _firm(word: str) -> bool:
    known = by_name().get(word)
    return known is not None and known.firm


def _fixed(word: str, span: Span) -> Problem:
    message = f"the rule {show(word)} can be neither ignored nor weighed otherwise"
    return Problem(span, message, "take it out")


def _unknown(word: str, span: Span) -> Problem:
    meant = nearest(word, tuple(name for name in by_name() if not name.startswith("PO")))
    help_ = f"did you mean `{meant}`?" if meant else "`postops rule` lists all rules"
    return Problem(span, f"there is no rule {show(word)}", help_)

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.diagnostics import Diagnostic, Severity, Span
from postops.policy.card import Card
from postops.policy.registry import by_name
from postops.policy.settle import Wanted, settle

if TYPE_CHECKING:
    from collections.abc import Iterable

PATH = "posts/a.md"


def found(name: str, path: str = PATH, line: int = 4, account: str | None = None) -> Diagnostic:
    rule = by_name()[name]
    span = Span(path, line)
    return Diagnostic(rule.code, rule.name, rule.severity, span, "it is wrong", account=account)


def card(*allow: str) -> Card:
    marks = [[2, 9 + index] for index in range(len(allow))]
    return Card(PATH, "0", "a", allow=allow, allow_marks=marks)


def wanted(
    select: Iterable[str] = (), ignore: Iterable[str] = (), severity: dict[str, str] | None = None
) -> Wanted:
    return Wanted(tuple(select), tuple(ignore), severity or {})


def names(diagnostics: list[Diagnostic]) -> list[str]:
    return [one.name for one in diagnostics]


@pytest.mark.parametrize("word", ["clash", "PO307"])
def test_allow_takes_names_and_codes(word: str) -> None:
    assert settle([found("clash"), found("clash", line=9)], [card(word)], wanted()) == []


def test_allow_speaks_of_its_own_file_only() -> None:
    left = settle([found("clash", "posts/b.md")], [card("clash")], wanted())
    assert names(left) == ["unused-allow", "clash"]


def test_allow_takes_no_prefixes() -> None:
    left = settle([found("clash")], [card("PO3")], wanted())
    assert names(left) == ["unknown-allow", "clash"]


def test_a_firm_rule_cannot_be_allowed_ignored_or_weighed() -> None:
    terms = wanted(
        select=["PO1"], ignore=["media-missing", "PO2"], severity={"media-missing": "notice"}
    )
    left = settle([found("media-missing")], [card("media-missing")], terms)
    assert [(one.name, one.severity) for one in left] == [("media-missing", Severity.ERROR)]


@pytest.mark.parametrize("word", ["clash", "PO307", "PO3", "PO"])
def test_select_and_ignore_take_names_codes_and_prefixes(word: str) -> None:
    both = [found("clash"), found("bidi-control")]
    assert "clash" in names(settle(both, [], wanted(select=[word])))
    assert "clash" not in names(settle(both, [], wanted(ignore=[word])))


def test_what_is_not_selected_is_not_reported() -> None:
    both = [found("clash"), found("bidi-control")]
    assert names(settle(both, [], wanted(select=["PO1"]))) == ["bidi-control"]
    assert names(settle(both, [], wanted(select=["PO"], ignore=["PO1"]))) == ["clash"]


@pytest.mark.parametrize("word", ["clash", "PO307"])
def test_severity_by_name_or_code(word: str) -> None:
    left = settle([found("clash"), found("bidi-control")], [], wanted(severity={word: "error"}))
    assert {one.name: one.severity for one in left} == {
        "clash": Severity.ERROR,
        "bidi-control": Severity.ERROR,
    }
    assert settle([found("clash")], [], wanted())[0].severity is Severity.WARNING


def test_the_severity_of_an_unused_allow_is_set_like_any_other() -> None:
    left = settle([], [card("clash")], wanted(severity={"unused-allow": "error"}))
    assert [(one.name, one.severity) for one in left] == [("unused-allow", Severity.ERROR)]


def test_an_unused_allow_is_where_it_stands() -> None:
    (left,) = settle([found("clash")], [card("clash", "bare-domain")], wanted())
    assert (left.name, left.span, left.post) == ("unused-allow", Span(PATH, 2, 10), "a")


def test_an_allow_for_a_rule_not_in_effect_is_not_unused() -> None:
    assert settle([], [card("bare-domain")], wanted(ignore=["PO120"])) == []
    assert settle([], [card("bare-domain")], wanted(select=["PO3"])) == []
    assert settle([], [card("qqq")], wanted(ignore=["unknown-allow"])) == []


def test_not_having_looked_at_all_posts_proves_no_allow_unused() -> None:
    both = [card("clash", "bare-domain")]
    assert [one.span.column for one in settle([], both, wanted(), whole=False)] == [10]


def test_an_unknown_word_gets_a_hint() -> None:
    near, far = settle([], [card("bare-domains", "qqq")], wanted())
    assert near.help == "did you mean `bare-domain`?"
    assert far.help == "`postops rule` lists all rules"


def test_what_is_left_is_sorted_and_said_once() -> None:
    left = settle([found("clash", line=9), found("clash"), found("clash")], [], wanted())
    assert [one.span.line for one in left] == [4, 9]

"""How mistakes are told: the rule, the words, the remedy, and a fix only where it is certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from postops.content.fixes import apply_fixes
from postops.diagnostics import Span
from postops.reading.limits import Pattern
from postops.reading.marked import MarkedList, MarkedMap
from postops.reading.wrong import Report
from postops.reading.yaml import parse

if TYPE_CHECKING:
    from postops.reading import Fault


def told(text: str, *told_of: tuple[str, tuple[Any, ...]]) -> list[Fault]:
    """What a report says of keys of a text: pairs of a method and its arguments after the block."""
    value = parse(text, "f.md").value
    report = Report("f.md")
    for method, arguments in told_of:
        getattr(report, method)(*[value if a is BLOCK else a for a in arguments])
    return report.faults


BLOCK = object()


def unknown(text: str, key: str, known: tuple[str, ...], **elsewhere: str) -> Fault:
    [fault] = told(text, ("unknown_key", (BLOCK, key, known, elsewhere)))
    return fault


def wrong(text: str, *wanted: type, says: str = "so") -> Fault:
    value = parse(text, "f.md").value
    [fault] = told(text, ("wrong_type", (value["k"], BLOCK, "k", frozenset(wanted), says)))
    return fault


def fixed(text: str, fault: Fault) -> str | None:
    return apply_fixes(text.encode(), [fault.fix])[0].decode() if fault.fix else None


# ------------------------------------------------------------------------ keys


def test_a_near_miss_is_offered_as_a_fix() -> None:
    fault = unknown("titel: a", "titel", ("title", "text"))
    assert (fault.rule, fault.message) == ("unknown-key", "there is no key `titel`")
    assert fault.help == "did you mean `title`?"
    assert fixed("titel: a", fault) == "title: a"


def test_but_not_where_the_right_key_is_there_as_well() -> None:
    fault = unknown("titel: a\ntitle: b", "titel", ("title",))
    assert fault.help == "did you mean `title`?"
    assert fault.fix is None


def test_a_word_of_another_tool_is_explained_and_never_rewritten() -> None:
    fault = unknown("Date: 2026-03-01", "Date", ("publish_at",), date="publish_at")
    assert (fault.help, fault.fix) == ("did you mean `publish_at`?", None)


def test_a_key_like_no_other_is_answered_with_all_there_are() -> None:
    assert unknown("zzz: 1", "zzz", ("b", "a")).help == "known here: `a` or `b`"
    assert unknown("zzz: 1", "zzz", ()).help == "known here: nothing"


def test_a_missing_key_is_told_at_the_block_that_lacks_it() -> None:
    [fault] = told("inner: {}", ("missing_key", (BLOCK, "inner", "path")))
    assert (fault.rule, fault.message) == ("missing-key", "`inner` lacks the key `path`")
    assert (fault.span, fault.help) == (Span("f.md", 1, 8), "add `path:`")


@pytest.mark.parametrize(
    ("entries", "name"), [([], "the file"), ([{}], "item 1"), ([{}, {}], "item 1")]
)
def test_the_root_of_a_file_has_a_name_of_its_own(entries: list[Any], name: str) -> None:
    holder = MarkedList()
    holder.extend(entries)
    report = Report("f.md")
    report.missing_key(holder, 0, "accounts")
    assert report.faults[0].message == f"{name} lacks the key `accounts`"


def test_a_chosen_name_that_cannot_be_one_is_not_repeated_as_a_value() -> None:
    limit = Pattern("[a-z]+", "small letters")
    [fault] = told("X: 1", ("invalid_key", ("X", BLOCK, limit)))
    assert (fault.message, fault.help) == (
        "the name `X` is not small letters",
        "choose small letters",
    )


# ------------------------------------------------------------------------ values


def test_an_empty_value_is_told_with_its_most_common_cause() -> None:
    fault = wrong("k: #tag", str)
    assert (fault.rule, fault.message) == ("wrong-type", "`k` has no value")
    assert "begins with `#`" in (fault.help or "")
    assert fault.fix is None


@pytest.mark.parametrize(
    ("text", "wanted", "after"),
    [
        ("k: 2026", str, 'k: "2026"'),
        ("k: 1.10", str, 'k: "1.10"'),
        ("k: true  # note", str, 'k: "true"  # note'),
        ("k: yes", bool, "k: true"),
        ("k: OFF", bool, "k: false"),
        ("k: 'n'", bool, "k: false"),
        ("k: maybe", bool, None),
        ("k: one", MarkedList, "k: [one]"),
        ("k: a/b-c.d", MarkedList, "k: [a/b-c.d]"),
        ("k: a, b", MarkedList, None),
        ("k: 'a b'", MarkedList, None),
        ("k: 7", MarkedList, None),
        ("k: [a]", str, None),
        ("k: {a: 1}", str, None),
        ("k: text", int, None),
        ("k: text", MarkedMap, None),
    ],
)
def test_a_fix_is_offered_only_where_one_reading_is_left(
    text: str, wanted: type, after: str | None
) -> None:
    fault = wrong(text, wanted)
    assert fixed(text, fault) == after
    assert fault.help


def test_what_cannot_be_fixed_is_told_as_the_field_would_have_it() -> None:
    assert wrong("k: [a]", str, says="a text").help == "write a text"
    assert wrong("k: [a]", str, says="a text").message == "`k` is a list, not a text"


def test_a_text_over_many_lines_is_told_without_a_fix() -> None:
    text = "k: |\n  yes\n"
    value = parse(text, "f.md").value
    value["k"] = "yes"
    report = Report("f.md")
    report.wrong_type("yes", value, "k", frozenset((bool,)), "true or false")
    report.wrong_type("yes", value, "k", frozenset((MarkedList,)), "a list")
    assert [(f.help, f.fix) for f in report.faults] == [
        ("write `true`", None),
        ("write `[yes]`", None),
    ]


# ------------------------------------------------------------------------ limits and choices


def invalid(text: str, **options: Any) -> Fault:
    value = parse(text, "f.md").value
    limit = Pattern("[a-z]+", "small letters", **options)
    [fault] = told(text, ("invalid", (value["k"], BLOCK, "k", limit)))
    return fault


def test_a_value_that_is_not_allowed_is_shown() -> None:
    fault = invalid("k: A1")
    assert (fault.rule, fault.message) == ("invalid-value", "`k` `A1` is not small letters")
    assert fault.help == "write small letters"


def test_a_secret_a_list_and_a_block_are_not_shown() -> None:
    assert "hunter2" not in str(invalid("k: hunter2", secret=True))
    assert invalid("k: [A]").message == "`k` needs small letters"
    assert invalid("k: {A: 1}").message == "`k` is not small letters"


def test_a_limit_may_have_a_rule_of_its_own() -> None:
    class Special(Pattern):
        rule = "bad-zone"

    value = parse("k: A", "f.md").value
    report = Report("f.md")
    report.invalid("A", value, "k", Special("[a-z]", "a zone"))
    report.invalid_key("k", value, Special("[A-Z]", "a zone"))
    assert [fault.rule for fault in report.faults] == ["bad-zone"] * 2


@pytest.mark.parametrize(
    ("text", "after"),
    [("k: Auto", "k: auto"), ("k: 'nonn'", "k: none"), ("k: zebra", None), ("k: 7", None)],
)
def test_a_choice_that_was_surely_meant_is_written(text: str, after: str | None) -> None:
    value = parse(text, "f.md").value
    [fault] = told(text, ("not_among", (value["k"], BLOCK, "k", ("auto", "none"))))
    assert (fault.rule, fault.help) == ("invalid-value", "write `auto` or `none`")
    assert fixed(text, fault) == after


def test_choices_need_not_be_texts() -> None:
    [fault] = told("k: 2", ("not_among", (2, BLOCK, "k", (1,))))
    assert (fault.message, fault.help) == ("`k` cannot be `2`", "write `1`")

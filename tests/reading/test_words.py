from __future__ import annotations

import pytest

from postops.reading.words import kind, nearest, one_of, show


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "`plain`"), ("a`b", "'a`b'"), ("\x1b[31m", "`<U+001B>[31m`"),
        ("\u202eevil", "`<U+202E>evil`"), ("zero\u200bwidth", "`zero<U+200B>width`"), (7, "`7`"),
        (True, "`true`"), (None, "`null`"), (1.5, "`1.5`"), ("x" * 99, "`" + "x" * 60 + "…`"),
    ],
)  # fmt: skip
def test_what_was_written_is_shown_safely(value: object, shown: str) -> None:
    assert show(value) == shown


def test_kinds_have_names_people_use() -> None:
    values = [None, True, 1, 1.5, "a", [], {}]
    assert [kind(v) for v in values] == [
        "empty", "true or false", "a number", "a number", "a text", "a list", "a block of keys",
    ]  # fmt: skip


def test_choices_are_joined() -> None:
    assert one_of(["a"]) == "`a`"
    assert one_of(("a", "b", "c")) == "`a`, `b` or `c`"


@pytest.mark.parametrize(
    ("word", "meant"),
    [("publish-at", "publish_at"), ("Publish_At", "publish_at"), ("publsh_at", "publish_at"),
     ("acounts", "accounts"), ("totally-else", None), ("", None)],
)  # fmt: skip
def test_the_nearest_known_word(word: str, meant: str | None) -> None:
    assert nearest(word, ("accounts", "publish_at")) == meant

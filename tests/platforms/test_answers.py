"""Reading documents nobody vouches for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from postops.errors import OutcomeUnknown
from postops.platforms._answers import Answer, dig, printable, web_address, when
from postops.platforms.base import Unreadable

DOCUMENT = {"a": [{"b": "c"}, None, True], "n": 1, "s": "x"}


@pytest.mark.parametrize(
    ("path", "of", "value"),
    [
        (("a", 0, "b"), str, "c"),
        (("n",), int, 1),
        (("n",), str, None),
        (("a", 2), bool, True),
        (("a", 2), int, None),
        (("a", 9), dict, None),
        (("a", -1), bool, None),
        (("a", "b"), str, None),
        (("s", 0), str, None),
        ((), dict, DOCUMENT),
        (("missing", "deeper"), str, None),
    ],
)
def test_dig_gives_the_value_of_the_right_type_or_nothing(path, of, value) -> None:
    assert dig(DOCUMENT, *path, of=of) == value


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-01T09:30:00.000Z", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01T10:30:00+01:00", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:00", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("9999-12-31T23:59:59", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_as_utc(text, at) -> None:
    assert when(text) == at


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://social.example/@acme/1", True),
        ("http://mastodon.localhost/@acme/1", True),
        ("https://例え.example/1", True),
        ("javascript:alert(1)", False),
        ("https://a.example/\x1b[31m", False),
        ("https://a.example/ b", False),
        ("https://a.example/\ud800", False),
        ("https://a.example/" + "x" * 2000, False),
        ("", False),
        (None, False),
    ],
)
def test_only_urls_that_can_stand_in_a_report_are_taken(text, good) -> None:
    assert web_address(text) == (text if good else None)


def test_a_servers_words_are_made_harmless() -> None:
    said = printable("\x1b[31mno\r\n::set-output\u202e " + "x" * 400, frozenset({"xxxx"}))
    assert said.startswith("[31mno ::set-output ")
    assert "x" not in said
    assert len(said) <= 300
    assert printable("\ud800é") == "é"


def test_an_unreadable_answer_to_publishing_is_never_a_no() -> None:
    read = Answer(200, {}, {"id": 7}, "asking", effect=False)
    sent = Answer(200, {}, {"id": 7}, "publishing", effect=True)
    with pytest.raises(Unreadable):
        read.get("id", of=str)
    with pytest.raises(OutcomeUnknown, match="publishing: the answer makes no sense"):
        sent.get("id", of=str)

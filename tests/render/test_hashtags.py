"""One spelling of each hashtag, and none that the text holds."""

from __future__ import annotations

import pytest

from postops.render.hashtags import line_of, normalized


def test_signs_spaces_and_repetitions_go():
    assert normalized(["#One", "##two", " three four ", "ONE", "＃日本", "#", "", "Straße", "STRASSE"]) == [
        "One", "two", "threefour", "日本", "Straße",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("nothing", "#Open #日本"),
        ("#open", "#日本"),
        ("x #OPEN, (#日本)", ""),
        ("＃日本", "#Open"),
        ("#opening a#open &#open", "#Open #日本"),
    ],
)
def test_those_in_the_text_are_left_out(text, left):
    assert line_of(["Open", "日本"], ["first", text]) == left


def test_no_hashtags_no_paragraph():
    assert line_of([], ["#a"]) == ""

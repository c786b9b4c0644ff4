"""Long texts become parts: nothing lost, nothing cut that must stay whole, and it takes no age."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from postops.render import render
from postops.render.split import split
from tests.render.fakes import RICH, SHORT, account, config, post


def cut(text: str, limit: int, **suffixes: str) -> list[str]:
    cuts = split(text, lambda t: len(t) <= limit, [], **suffixes)
    return [text[c.start : c.end].rstrip() + c.suffix for c in cuts]


def parts(body: str, platform=SHORT, **keys):
    return render(post(body, thread="auto", **keys), account(), config(), platform).parts


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("", 5, [""]),
        ("fits", 5, ["fits"]),
        ("One two.\n\nThree four five", 16, ["One two.", "Three four five"]),
        ("One two. Three four five", 16, ["One two.", "Three four five"]),
        ("one two\nthree four", 12, ["one two", "three four"]),
        ("one two three four", 10, ["one two", "three four"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("Hi!\n\nA much longer paragraph. More", 30, ["Hi!\n\nA much longer paragraph.", "More"]),
        ("Ask Dr. Who now. Or not", 18, ["Ask Dr. Who now.", "Or not"]),
        ("Ask J. S. Bach. Or not", 16, ["Ask J. S. Bach.", "Or not"]),
        ("See p. 12 of z.B. this one", 19, ["See p. 12 of z.B.", "this one"]),
        ("Really?! (Yes.) Go on", 17, ["Really?! (Yes.)", "Go on"]),
        ("Wait... what is this", 12, ["Wait...", "what is this"]),
        ("今日は。明日は！", 5, ["今日は。", "明日は！"]),
        ("彼は「はい。」と言った", 7, ["彼は「はい。」", "と言った"]),
        (
            "Some text here.\n\nTitle\n\nWhat it says",
            23,
            ["Some text here.", "Title\n\nWhat it says"],
        ),
        ("Some text. So:\nwhat it says", 16, ["Some text.", "So:\nwhat it says"]),
        ("Some words\n\n#tag\n\nand the end", 17, ["Some words\n\n#tag", "and the end"]),
        ("Announced:\n\nsomething", 12, ["Announced:", "something"]),
        ("Top:\n• one\n• two\n• three", 14, ["Top:\n• one", "• two\n• three"]),
    ],
)
def test_where_it_cuts(text, limit, expected):
    assert cut(text, limit) == expected


def test_a_cluster_is_never_cut():
    family = "👩‍👩‍👧‍👦"
    assert cut(family * 3, 2 * len(family) + 3) == [family * 2, family]


def test_the_first_part_leaves_room_for_its_suffix_and_the_last_for_its_own():
    found = cut("One two. Three four. Five six.", 22, first="\n\nURL", last="\n\n#tag")
    assert found == ["One two.\n\nURL", "Three four.", "Five six.\n\n#tag"]


def test_the_last_suffix_gets_words_to_stand_with():
    assert cut("One two three four", 18, last="\n\n#tag") == ["One two three", "four\n\n#tag"]


def test_a_last_suffix_beside_one_word_stands_alone():
    assert cut("a" * 18, 18, last="\n\n#tag") == ["a" * 18, "#tag"]


def test_a_whole_stretch_is_sent_too_long_rather_than_cut():
    text = "see " + "x" * 30 + " end"
    found = split(text, lambda t: len(t) <= 10, [(4, 34)])
    assert [text[c.start : c.end] for c in found] == ["see", "x" * 30, "end"]


def test_words_behind_a_link_stay_together():
    body = "word " * 15 + "[these are the words of the link](https://example.org/) end"
    found = parts(body, RICH)
    assert [f.value for part in found for f in part.facets] == ["https://example.org/"]
    spelled = parts(body, SHORT)
    assert any("these are the words of the link (https://example.org/)" in p.text for p in spelled)


def test_parts_say_the_line_they_come_from():
    body = (
        "\n\nFirst line.\nSecond, of many words, " + "more, " * 20 + "\n\n- one\n- " + "two " * 20
    )
    assert [part.span.line for part in parts(body)] == [3, 4, 6]


def test_images_stay_with_the_first_part_of_their_section():
    body = "![a](a.png)\n\n" + "word " * 30 + "\n---\n![b](b.png)\n\n" + "more " * 30
    assert [[m.path for m in p.media] for p in parts(body)] == [["a.png"], [], ["b.png"], []]


WORDS = st.sampled_from(
    ["a", "word", "Sentence.", "Dr.", "https://example.org/a_b", "@who@example.org", "#tag", "🎉",
     "今日は。", "नमस्ते", "e\u0301", "[two words](https://example.org/x)", "\n\n", "\n", "- x", "\n---\n"]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=120).map(" ".join)


@given(TEXTS, st.sampled_from([SHORT, RICH]))
@example("a " * 49 + "a", SHORT)
@settings(max_examples=150, deadline=None)
def test_every_part_fits_and_all_words_stay_in_order(body, platform):
    whole = render(post(body, thread="none"), account(), config(), platform).parts
    cut_up = render(post(body, thread="auto"), account(), config(), platform).parts
    assert all(part.measure.fits for part in cut_up)
    assert " ".join(p.text for p in cut_up).split() == " ".join(p.text for p in whole).split()
    assert [f.value for p in cut_up for f in p.facets] == [f.value for p in whole for f in p.facets]
    for part in cut_up:
        data = part.text.encode()
        for facet in part.facets:
            assert data[facet.start : facet.end].decode().strip() != ""


LONG = {
    "sentences": "Some words of a sentence. ",
    "paragraphs": "Some words\n\n",
    "links": "[a b](https://example.org/1) ",
    "handles": "@who ",
    "one word": "aaaaaaaaaa",
    "clusters": "👩‍👩‍👧‍👦",
    "japanese": "今日は、明日も。",
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_text_costs_its_length(name):
    def seconds(size: int) -> float:
        text = LONG[name] * (size // len(LONG[name]))
        began = time.process_time()
        parts(text, RICH)
        return time.process_time() - began

    short = min(seconds(10_000) for _ in range(3))
    assert any(seconds(40_000) < 9 * short + 0.03 for _ in range(4))


def test_facets_of_parts_are_counted_from_their_own_beginning():
    body = (
        "ä " * 40 + "[wörter](https://example.org/1) " + "ö " * 40 + "[mehr](https://example.org/2)"
    )
    for part in parts(body, RICH):
        data = part.text.encode()
        said = [data[f.start : f.end].decode() for f in part.facets]
        assert all(re.fullmatch("wörter|mehr", word) for word in said)

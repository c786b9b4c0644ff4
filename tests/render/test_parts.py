"""Where the link, the hashtags and the media of a post go."""

from __future__ import annotations

import pytest

from postops.config import Utm
from postops.diagnostics import Span
from postops.model import Link, Media
from postops.render import render
from tests.render.fakes import ALONE, PLAIN, RICH, SHORT, account, config, platform, post

SPAN = Span("posts/a/post.md")
URL = "https://e.org/a"
LINK = Link(URL, SPAN)


def parts(one, chosen=PLAIN, utm=None):
    return render(one, account(on=chosen.name), config(utm), chosen).parts


def texts(one, chosen=PLAIN, utm=None):
    return [part.text for part in parts(one, chosen, utm)]


def test_the_link_closes_the_first_part_and_the_hashtags_the_last():
    one = post("one\n---\ntwo\n---\nthree", link=LINK, hashtags=("tag",))
    assert texts(one) == [f"one\n\n{URL}", "two", "three\n\n#tag"]
    assert [part.number for part in parts(one)] == [1, 2, 3]


def test_in_a_single_part_the_hashtags_follow_the_link():
    assert texts(post("one", link=LINK, hashtags=("tag",))) == [f"one\n\n{URL}\n\n#tag"]


def test_without_a_body_no_blank_line_comes_first():
    assert texts(post("", link=LINK)) == [URL]
    assert texts(post("", hashtags=("tag",))) == ["#tag"]
    assert texts(post("", link=LINK, hashtags=("tag",))) == [f"{URL}\n\n#tag"]


def test_a_link_any_part_shows_is_not_repeated():
    assert texts(post(f"one\n---\nsee {URL}", link=LINK)) == ["one", f"see {URL}"]


def test_hashtags_any_part_says_are_not_repeated():
    assert texts(post("one #Tag\n---\ntwo", hashtags=("tag", "new"))) == ["one #Tag", "two\n\n#new"]


def test_the_link_of_a_part_that_had_to_be_cut_closes_the_last_piece_that_is_still_the_first():
    made = parts(post("word " * 40, link=LINK, hashtags=("tag",), thread="auto"), SHORT)
    assert all(part.measure.fits for part in made)
    assert len(made) > 1
    assert [URL in part.text for part in made] == [True] + [False] * (len(made) - 1)
    assert made[0].text.endswith(f"\n\n{URL}")
    assert made[-1].text.endswith("\n\n#tag")
    words = " ".join(part.text for part in made).replace(URL, "").replace("#tag", "").split()
    assert words == ["word"] * 40


def test_nothing_is_cut_unless_it_has_to_be_and_may_be():
    long = "word " * 40
    assert len(parts(post(long), SHORT)) == 1
    assert len(parts(post("short", thread="auto"), SHORT)) == 1
    assert len(parts(post(long, thread="auto"), platform("whole", limit=50, thread=False))) == 1
    assert len(parts(post(long, thread="auto"), ALONE)) == 1


def test_every_part_says_from_which_line_it_comes():
    one = post("a\n---\nb\n\n" + "word " * 30 + "\n\nend of it", thread="auto")
    made = parts(one, SHORT)
    assert [part.span.line for part in made][:2] == [1, 3]
    assert [part.span.line for part in made] == sorted(part.span.line for part in made)
    assert made[-1].span.line in (5, 7)


def test_media_hang_on_the_first_piece_of_their_section():
    image = Media("f.png", "F", SPAN)
    one = post("word " * 30 + "\n---\n![b](b.png) " + "word " * 30, media=(image,), thread="auto")
    made = parts(one, SHORT)
    shown = [[media.path for media in part.media] for part in made]
    assert [names for names in shown if names] == [["f.png"], ["b.png"]]
    assert shown[0] == ["f.png"]


@pytest.mark.parametrize("body", ["", "Grüße", "Grüße " * 30])
def test_where_links_are_rich_the_links_paragraph_leads_to_the_tagged_address(body):
    utm = Utm("s", None, None, frozenset())
    one = post(body, link=LINK, thread="auto")
    first = parts(one, RICH, utm)[0]
    data = first.text.encode()
    [(kind, shown, value)] = [
        (f.type, data[f.start : f.end].decode(), f.value) for f in first.facets
    ]
    assert (kind, shown, value) == ("link", URL, f"{URL}?utm_source=s")
    assert f"{URL}?" not in first.text


def test_elsewhere_the_tagged_address_is_what_stands_there():
    assert texts(post("a", link=LINK), PLAIN, Utm("s", None, None, frozenset())) == [
        f"a\n\n{URL}?utm_source=s"
    ]


def test_a_link_is_never_cut_in_two():
    long = f"https://e.org/{'x' * 60}"
    made = parts(post(f"{'word ' * 12}{long} {'word ' * 12}", thread="auto"), SHORT)
    assert sum(long in part.text for part in made) == 1

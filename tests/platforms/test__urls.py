"""The scan beneath both dialects: where it starts, what it skips, that it stays linear."""

from __future__ import annotations

from postops.platforms import _urls
from postops.platforms._twitter_urls import grammar
from tests.rigs.stuck import not_stuck


def _found(text: str) -> list[str]:
    return [text[found.start : found.end] for found in _urls.scan(text, grammar())]


def test_a_match_without_a_scheme_uses_up_its_text() -> None:
    assert _found("a.com/https://b.com c.com") == ["a.com/https://b.com", "c.com"]


def test_the_first_character_is_first_tried_as_what_precedes() -> None:
    assert _found("éa.com") == ["a.com"]
    assert _found("é.com") == ["é.com"]
    assert _found('"http://a.com') == ["http://a.com"]


def test_an_underscore_only_moves_the_start() -> None:
    assert _found("x_y.com") == ["y.com"]
    assert _found("x_-y.com") == ["y.com"]
    assert _found("a.com_com.com_b") == ["a.com", "com.com"]
    assert _found("com_com.com_com.com") == ["com.com", "com.com"]


def test_nothing_without_a_known_domain() -> None:
    assert _found("a.b c.notatld http://x") == []


def test_suffixes_end_at_a_boundary() -> None:
    ends = _urls.suffix_ends("a.com b.comx c.com- d.xn--p1ai e.рф f.рф1 g.日", grammar())
    assert ends == {1: 5, 21: 30, 32: 35}


def test_labels_are_not_measured_again_after_each_match() -> None:
    text = "com_com." * 40_000
    with not_stuck(30):
        assert len(_found(text)) > 10_000

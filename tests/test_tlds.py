"""The two lists of top-level domains."""

from __future__ import annotations

from postops import tlds


def test_sizes_are_those_of_the_sources() -> None:
    assert len(tlds.iana()) == 1438
    assert len(tlds.twitter()) == 1574


def test_the_lists_differ_where_the_sources_do() -> None:
    assert {"com", "md", "app", "рф", "中文网"} <= tlds.iana() & tlds.twitter()
    assert {"onion", "um"} <= tlds.twitter() - tlds.iana()
    assert {"amazon", "kids", "music"} <= tlds.iana() - tlds.twitter()


def test_names_are_lower_case_without_dots() -> None:
    for name in tlds.iana() | tlds.twitter():
        assert name == name.lower()
        assert "." not in name

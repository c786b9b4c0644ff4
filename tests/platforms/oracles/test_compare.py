"""Fresh random texts against the references themselves (needs Node)."""

from __future__ import annotations

import pytest

from tests.platforms.oracles import compare
from tests.platforms.oracles.texts import texts


@pytest.mark.node
@pytest.mark.parametrize("oracle", sorted(compare.SOURCES))
def test_nothing_differs_on_random_texts(oracle: str) -> None:
    different, left_out = compare.compare(oracle, texts(seed=4242, count=2000))
    assert different == []
    assert left_out < 100


def test_a_refused_link_is_left_out_of_the_comparison() -> None:
    refused = {"facets": [["link", 0, 11, "httpbin.org"]]}
    assert compare.refused_link(refused)
    assert not compare.refused_link({"facets": [["link", 0, 11, "https://httpbin.org"]]})

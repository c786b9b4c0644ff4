"""In ASCII hashtags are found without the letters of the world: with them they are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postops.platforms import _mastodon_text, _twitter_tags

if TYPE_CHECKING:
    from types import ModuleType

PIECES = [
    *["#", "##", "#a", "a", "1", "_", "B", "Z9", " ", "&", "\n", "\t", "\x1c", "\x1f", "\v", "\f"],
    *[":", "://", "http", "/", "-", ".", "(", ")", "#1", "#_", "#a1", " #x", "\x00", "\x7f"],
]
texts = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


@pytest.mark.uncounted
@pytest.mark.parametrize("module", [_mastodon_text, _twitter_tags])
@settings(max_examples=600, deadline=None)
@given(text=texts)
def test_ascii_needs_no_other_letters(module: ModuleType, text: str) -> None:
    quick = module.find_hashtags(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_ascii_hashtag", module._hashtag)
        if hasattr(module, "_ascii_letter"):
            patch.setattr(module, "_ascii_letter", module._letter)
        assert module.find_hashtags(text) == quick

from __future__ import annotations

import pytest

from postops.sandbox.mastodon.text import count, hashtags, mentioned, to_html


@pytest.mark.parametrize(
    ("text", "spoiler", "expected"),
    [
        ("hello", "", 5),
        ("see https://example.com/a/very/long/path?x=1 now", "", 31),
        ("example.com", "", 11),
        ("thanks @alice@social.example!", "", 14),
        ("@bob hi", "", 7),
        ("text", "spoilers", 12),
        ("👩‍💻👨‍🚀", "", 2),
        ("e\u0301", "", 1),
        ("今日は", "", 3),
        ("#gitops", "", 7),
        ("ahttps://example.com/x", "", 22),
        ("🏳️‍⚧️" * 500, "", 500),
        ("https://example.com/a https://example.org/b", "", 47),
    ],
)
def test_counting(text, spoiler, expected):
    assert count(text, spoiler, 23) == expected


@pytest.fixture
def peopled(world):
    for name in ("alice", "bob"):
        world.add_account("mastodon", name)
    return world


def test_mentions_are_of_this_instance(peopled):
    text = "@alice @bob@mastodon.localhost @alice @carol @alice@elsewhere.test mail@bob"
    assert [a.name for a in mentioned(peopled, text)] == ["alice", "bob"]


def test_hashtags_need_a_letter():
    assert hashtags("#one #2 #Two_2 a#b #日本 /#no") == ["one", "two_2", "日本"]


def test_html(peopled):
    html = to_html(peopled, 'Hi @alice & <b>"\nhttps://example.com/a?b=1&c=2\n\n\nend #tag')
    assert html == (
        '<p>Hi <span class="h-card" translate="no">'
        '<a href="http://mastodon.localhost/@alice" class="u-url mention">@<span>alice</span></a>'
        "</span> &amp; &lt;b&gt;&quot;<br />"
        '<a href="https://example.com/a?b=1&amp;c=2" target="_blank" rel="nofollow noopener" '
        'translate="no"><span class="invisible">https://</span>'
        '<span>example.com/a?b=1&amp;c=2</span><span class="invisible"></span></a></p>'
        '<p>end <a href="http://mastodon.localhost/tags/tag" class="mention hashtag" rel="tag">'
        "#<span>tag</span></a></p>"
    )
    assert to_html(peopled, "  ") == ""


def test_what_is_cut_from_sight_stays_in_the_text(peopled):
    url = "https://www.example.com/a/very/long/path/indeed"
    html = to_html(peopled, url)
    assert '<span class="invisible">https://www.</span>' in html
    assert '<span class="ellipsis">example.com/a/very/long/path/i</span>' in html

from __future__ import annotations

import pytest

from postops.sandbox.mastodon.text import count, hashtags, mentioned, signs, to_html
from tests.rigs.stuck import not_stuck


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
        ("あ" * 470 + " https://ja.wikipedia.org/wiki/日本の歴史年表一覧", "", 494),
        ("gemini://example.com/a/long/path/indeed", "", 23),
        ("https://a.co/@bob@b.example @bob@b.example", "", 28),
        ("@bob@b.example://x @bob@@", "", 25),
        ("  \n", "", 0),
    ],
)
def test_counting(text, spoiler, expected):
    assert count(text, spoiler, 23) == expected


@pytest.mark.parametrize(
    ("text", "spoiler", "expected"),
    [
        ("text", "https://example.com/a/long/path", 35),
        ("text", "@alice@social.example", 25),
        ("https://example.com/a/long/path", "spoilers", 31),
        ("@alice@social.example", "spoilers", 14),
        ("", "spoilers", 8),
    ],
)
def test_a_warning_counts_as_it_stands(text, spoiler, expected):
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(#gitops) [#gitops] ,#gitops", []),
        ("#gitops,\n#line \u3000#wide", ["gitops", "line", "wide"]),
        ("#l·l #ラブ・ライブ #می\u200cخواهم", ["l·l", "ラブ・ライブ", "می\u200cخواهم"]),
        ("#end· #·start #1·2 #1_2 #1_", ["end", "1·2", "1_2"]),
        ("#नमस्ते ＃全角", ["नमस्ते", "全角"]),
        ("#onehttps://example.com", ["one"]),
    ],
)
def test_what_is_a_hashtag(text, expected):
    assert hashtags(text) == expected


@pytest.mark.parametrize("text", ["#1" + "·" * 50_000, "#" * 50_000, "#a_" * 20_000, "@a" * 20_000])
def test_hostile_text_is_quick(text):
    with not_stuck():
        hashtags(text)
        signs(text)
        count(text, "", 23)


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


def test_other_schemes_are_shown_whole(peopled):
    html = to_html(peopled, "gemini://example.com/a (#no) #l·l")
    assert '<span class="invisible"></span><span>gemini://example.com/a</span>' in html
    assert "(#no) <a " in html
    assert "#<span>l·l</span>" in html


def test_where_the_signs_stand():
    assert signs("Hi @a.b, #tag #2 @c@d.example!") == [(3, 7), (9, 13), (17, 29)]


def test_a_mention_names_the_instance_without_its_port(peopled):
    peopled.origins["mastodon"] = "http://127.0.0.1:4000"
    assert [a.name for a in mentioned(peopled, "@bob@127.0.0.1 @alice@127.0.0.2")] == ["bob"]

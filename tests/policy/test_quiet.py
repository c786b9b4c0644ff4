"""What is found must be the same, whether posts are read briefly or all of them are rendered."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postops import platforms
from postops.config import read_config
from postops.content.source import Entry
from postops.policy import examine as examining
from postops.policy.card import look, sent_of
from postops.policy.check import check, examine_entries
from postops.policy.quiet import LINK, SILENT, USUAL
from postops.policy.registry import all_rules
from postops.policy.subjects import Context
from postops.policy.targets import targets_of
from tests.policy.cases import NOW

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

CONFIG = """\
version: 1
timezone: Europe/Berlin
accounts:
  bluesky-main: {platform: bluesky, handle: acme.bsky.social}
  mastodon-main: {platform: mastodon, instance: "https://mastodon.social"}
  mastodon-long: {platform: mastodon, instance: "https://long.example", max_characters: 900}
  x-main: {platform: x, username: acme}
  x-other: {platform: x, username: other}
groups: {all: [bluesky-main, mastodon-main, x-main]}
defaults: {accounts: [all]}
"""
UTMS = (
    "",
    'utm: {source: "{platform}", medium: social, campaign: "{campaign}"}\n',
    'utm: {source: "{account}", campaign: "{post}", hosts: [example.org]}\n',
    'utm: {source: "a.b.", medium: "é"}\n',
)
CAMPAIGN = "---\ntitle: Spring\nhashtags: [Spring]\nutm: {medium: spring}\n---\n"
URLS = (
    "https://example.org/a",
    "https://example.org/a/",
    "https://example.org/b?x=1",
    "http://www.example.org/a",
    "https://example.org/a.html",
    "https://foo.internal/path/that/nobody/links",
    "https://foo.dev.internal/path",
    "https://t.co/abc",
    "https://example.org/_x_",
    "https://example.co.uk",
    "https://example.org/c?utm_source=x",
    "ftp://example.org/",
    "HTTP://example.org/",
    "https://me:secret@example.org/",
)
PIECES = (
    *[
        "word ",
        "Hello, ",
        "it's ",
        "2.5 ",
        "v2.0. ",
        "1) ",
        "(sic) ",
        "so - ",
        "– ",
        "naïve ",
        "Ŀ ",
    ],
    *[
        "\n",
        "\n\n",
        "\n\n\n",
        "\n- one",
        "\n- two\n",
        "\n  three",
        "    code",
        "\n\n    code\n",
        "   ",
        "\n1. first",
        "\n> q",
        "\n---\n",
    ],
    *[
        "*em* ",
        "_em_ ",
        "snake_case ",
        "**b**",
        "`code` ",
        "# head\n",
        "<b>",
        "<!-- c -->",
        "&amp; ",
    ],
    *["& ", "Q&A ", "| a | b |\n|---|---|\n", "![x](a.png)", "[ref][a] ", "\\ ", "~~no~~ "],
    *[
        "@name ",
        "a@b.example ",
        "#tag ",
        "# ",
        "$ABC ",
        "$5 ",
        "example.com ",
        "README.md ",
        "e.g. ",
    ],
    *[
        "🎉",
        "👩‍🚀",
        "🇩🇪",
        "漢",
        "e\u0301",
        "\u200b",
        "\u202e",
        "\t",
        "  \n",
        "…",
        "“x”",
        "x" * 60 + " ",
    ],
    *[f"{u} " for u in URLS],
    *[f"({u}) " for u in URLS[:3]],
    *[f"{u}.\n" for u in URLS[:4]],
    *[f"[words]({u}) " for u in URLS],
    *[f"[example]({u}), " for u in URLS[:3]],
    *[f"[{u}]({u})\n" for u in URLS[:3]],
    *["[words](a.md) ", "[words](https://example.org/a)s ", "[ w](https://example.org/a) "],
)
KEYS = (
    "accounts: [x-main, x-other]",
    "accounts: [mastodon-long, bluesky-main]",
    "campaign: spring",
    "hashtags: [Release]",
    "hashtags: [Release, release, News]",
    "hashtags: [open-science]",
    "hashtags: ['2026', ab]",
    "hashtags: [Aaa, Bbb, Ccc, Ddd, Eee, Fff, Ggg, Hhh, Iii]",
    *[f"link: {url}" for url in URLS if url.startswith("http")],
    "link: {url: 'https://example.org/a', title: A}",
    "link: {url: 'https://example.org/a', image: a.png}",
    "platforms: {x: {text: Short and sweet}}",
    "platforms: {x: {text: 'See [words](https://example.org/q)'}, bluesky: {hashtags: [Other]}}",
    "platforms: {x: {text: '![x](a.png)'}, mastodon: {content_warning: Careful}}",
    "platforms: {x-main: {text: ''}, bluesky: {link: 'https://example.org/z'}}",
    "platforms: {mastodon: {media: []}, linkedin: {text: 'a'}}",
    "content_warning: Careful",
    "poll: {options: [a, b], duration: 1d}",
    "media: [{path: a.png}]",
    "variants: {a: {text: One}, b: {text: Two}}",
    "thread: auto",
    "draft: true",
    "allow: [bare-domain, lost-markdown]",
)


class InMemory:
    """Files without a disk."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {path: text.encode() for path, text in files.items()}

    def walk(self, prefix: str) -> list[Entry]:
        found = [path for path in self.files if path.startswith(f"{prefix}/")]
        return [Entry(path, "file", None, len(self.files[path])) for path in sorted(found)]

    def find(self, path: str) -> Entry | None:
        return Entry(path, "file") if path in self.files else None

    def open(self, path: str) -> BytesIO:
        return BytesIO(self.files[path])

    def load(self, entries: Any, limit: int) -> Iterator[tuple[Entry, bytes]]:
        del limit
        for entry in entries:
            yield entry, self.files[entry.path]

    def untracked(self, paths: Collection[str]) -> dict[str, bool]:
        return {path: False for path in paths if path not in self.files}


bodies = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.lists(st.sampled_from([*PIECES[:10], *PIECES[11:15], *PIECES[-40:]]), max_size=14).map(
        "".join
    ),
    st.integers(20, 70).map(lambda n: "word " * n),
    st.text(max_size=40),
)


@st.composite
def posts(draw: Any) -> str:
    keys = draw(
        st.lists(st.sampled_from(KEYS), max_size=3, unique_by=lambda k: k.partition(":")[0])
    )
    body = draw(bodies)
    return "\n".join(["---", "title: T", *keys, "---", body]).replace("\r", " ")


def repository(texts: list[str], utm: str) -> tuple[InMemory, Any]:
    files = {f"posts/{number}.md": text for number, text in enumerate(texts)}
    files["campaigns/spring.md"] = CAMPAIGN
    return InMemory(files), read_config((CONFIG + utm).encode(), Path("/nowhere"))


WIDE = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@pytest.mark.uncounted
@WIDE
@given(st.lists(posts(), min_size=1, max_size=6), st.sampled_from(UTMS))
def test_the_short_way_finds_what_the_long_way_finds(texts: list[str], utm: str) -> None:
    source, config = repository([*texts, texts[0].replace("title: T", "title: U")], utm)
    short = check(source, config, now=NOW, jobs=1).diagnostics
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examining, "sent_quietly", lambda *_: None)
        assert short == check(source, config, now=NOW, jobs=1).diagnostics


@WIDE
@given(posts(), st.sampled_from(UTMS))
def test_a_text_looks_as_written_as_it_looks_when_set(text: str, utm: str) -> None:
    source, config = repository([text], utm)
    targets = targets_of(config).by_name
    (brief,) = examine_entries(
        source.walk("posts"), Context(config, source, {}, targets, brief=True)
    )
    (whole,) = examine_entries(source.walk("posts"), Context(config, source, {}, targets))
    assert brief.diagnostics == whole.diagnostics
    if brief.card is not None and not brief.messages:
        looks = {name: sent.looks for name, sent in brief.card.sent.items()}
        assert looks == {name: sent_of(one).looks for name, one in whole.messages.items()}
        assert {part.measure.fits for m in whole.messages.values() for part in m.parts} <= {True}
        assert brief.card._replace(sent={}) == whole.card._replace(sent={})


@WIDE
@given(posts(), st.sampled_from(UTMS))
def test_calling_every_rule_finds_nothing_more(text: str, utm: str) -> None:
    """The traits of `traits`, on posts nobody thought of."""

    def every(on: str, _traits: object, platform: str | None = None) -> list[Any]:
        return [r for r in all_rules() if r.on == on and r.only in (None, platform)]

    source, config = repository([text.replace("](h", "](H", text.count("word") % 2)], utm)
    context = Context(config, source, {}, targets_of(config).by_name)
    (usual,) = examine_entries(source.walk("posts"), context)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examining, "chosen", every)
        (found,) = examine_entries(source.walk("posts"), context)
    assert found.diagnostics == usual.diagnostics


@pytest.mark.parametrize(
    "body",
    [
        "Hello, world: it's 2.5 times as fast (really)!",
        "Two lines\nand a paragraph.\n\n- one\n- two\n\nRead [all of it](https://example.org/a).",
        "„Grüße“ – 🎉 https://example.org/a?x=1",
    ],
)
def test_what_most_posts_are_is_not_rendered(body: str) -> None:
    source, config = repository([f"---\nhashtags: [News]\n---\n{body}\n"], UTMS[1])
    context = Context(config, source, {}, targets_of(config).by_name, brief=True)
    (found,) = examine_entries(source.walk("posts"), context)
    assert not found.messages
    assert found.card is not None
    assert all(sent.payload == "" for sent in found.card.sent.values())


def test_every_rule_of_messages_was_thought_of() -> None:
    """Whoever adds one has to look whether `quiet` lets nothing pass that it would find."""
    assert {rule.name for rule in all_rules() if rule.on == "message"} == SILENT


@pytest.mark.parametrize("name", platforms.names())
@pytest.mark.parametrize("suffix", sorted(USUAL))
def test_every_platform_knows_usual_addresses(name: str, suffix: str) -> None:
    platform = platforms.load(name)
    for rest in ("", "/", "/a", f"/{'a' * 60}?b=c&utm_source=x"):
        for host in ("a", "www.example", "a-b.c.co"):
            url = f"https://{host}.{suffix}{rest}"
            assert [(one.start, one.end) for one in platform.facets(url)] == [(0, len(url))]
            assert platform.count(url) <= max(LINK, len(url))


def test_posts_that_look_alike_are_compared_word_by_word() -> None:
    texts = [
        "---\n---\nRead this, please",
        "---\n---\nRead this please",
        "---\n---\nread  this, please",
    ]
    source, config = repository([text.replace("---\n", "---\ntitle: T\n", 1) for text in texts], "")
    found = check(source, config, now=NOW, jobs=1)
    assert {one.span.path for one in found.diagnostics} == {"posts/2.md"}
    assert len({card.sent["x-main"].text for card in found.cards}) == 2


def test_a_look_is_that_of_letters_digits_and_the_last_address() -> None:
    assert look("Read *this* 5 times") == look("read this 5 (times)")
    assert look("a https://example.org/x?utm_source=y") == look("A https://example.org/x.")
    assert look("a https://example.org/x") != look("a https://example.org/y")
    assert look("a #Tag") == look("a")

"""One file by itself. What each rule finds is in the case files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postops.config import read_config
from postops.content.posts import read_post
from postops.content.source import WorkTree
from postops.policy.examine import Examined, examine
from postops.policy.subjects import Context
from postops.policy.targets import targets_of
from tests.policy.cases import CONFIG
from tests.policy.pictures import make
from tests.policy.test_check import lay, names, post

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def examined(root: Path, text: str, config: str = CONFIG) -> Examined:
    lay(root, {"posts/a.md": text, "posts/a.png": make("png 9x9")}, config)
    setting = read_config(config.encode(), root)
    source = WorkTree(root)
    context = Context(setting, source, {}, targets_of(setting).by_name)
    read = read_post(text.encode(), "posts/a.md", setting, source)
    return examine(read, context, "posts/a.md")


def test_what_cannot_be_read_has_neither_card_nor_messages(tmp_path: Path) -> None:
    found = examined(tmp_path, "Hello")
    assert names(found.diagnostics) == ["front-matter-missing"]
    assert (found.path, found.post, found.card, dict(found.messages)) == (
        "posts/a.md",
        None,
        None,
        {},
    )


def test_there_is_a_message_for_every_account(tmp_path: Path) -> None:
    found = examined(tmp_path, post("Hello", "platforms: {x: {text: Short}}"))
    assert {name: one.parts[0].text for name, one in found.messages.items()} == {
        "bluesky-main": "Hello",
        "mastodon-main": "Hello",
        "x-main": "Short",
    }
    assert found.card is not None
    digests = {name: one.digest for name, one in found.messages.items()}
    assert {name: sent.payload for name, sent in found.card.sent.items()} == digests


def test_the_same_file_gives_the_same(tmp_path: Path) -> None:
    text = post("**Hello** example.com &#x202e;", "media: [{path: a.png}]", "colour: green")
    assert examined(tmp_path, text) == examined(tmp_path, text)


def test_a_picture_of_the_body_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    usual = WorkTree.open

    def counted(self: WorkTree, path: str) -> Any:
        opened.append(path)
        return usual(self, path)

    monkeypatch.setattr(WorkTree, "open", counted)
    found = examined(tmp_path, post("Hello\n\n![A](a.png)"))
    assert len(found.messages) == 3
    assert opened == ["posts/a.png"]


def test_a_file_shown_in_several_places_is_reported_in_each(tmp_path: Path) -> None:
    keys = ["media: [{path: a.png}]", "platforms: {x: {media: [{path: a.png}]}}"]
    found = examined(tmp_path, post("Hello\n\n![](a.png)", *keys))
    lines = [one.span.line for one in found.diagnostics if one.name == "missing-alt-text"]
    assert lines == [3, 4, 8]


def test_a_missing_card_image_is_an_error_of_the_post(tmp_path: Path) -> None:
    link = 'link: {url: "https://example.org/", image: nowhere.png}'
    (found,) = examined(tmp_path, post("Hello", link)).diagnostics
    assert (found.name, found.post, found.account) == ("media-missing", "a", None)


def test_a_finding_for_some_accounts_names_them(tmp_path: Path) -> None:
    two = CONFIG.replace(
        "  x-main:", '  m-two: {platform: mastodon, instance: "https://m.example"}\n  x-main:'
    )
    found = examined(tmp_path, post("Thanks to @alice", "accounts: [all, m-two]"), two)
    local = [one.account for one in found.diagnostics if one.name == "local-mention"]
    assert local == ["mastodon-main", "m-two"]
    only = examined(tmp_path, post("Thanks to @alice", "accounts: [mastodon-main, m-two]"), two)
    local = [one.account for one in only.diagnostics if one.name == "local-mention"]
    assert local == [None]


def test_a_thread_is_cut_by_the_accounts_own_limit(tmp_path: Path) -> None:
    """Not by the platform's usual one: the rule would then look at parts nobody sends."""
    config = CONFIG.replace("platform: x,", "platform: x, max_characters: 1000,")
    long = examined(tmp_path, post("word " * 150, "accounts: [x-main]", "thread: auto"), config)
    assert len(long.messages["x-main"].parts) == 1
    assert long.diagnostics == ()
    usual = examined(tmp_path, post("word " * 150, "accounts: [x-main]", "thread: auto"))
    assert len(usual.messages["x-main"].parts) == 3


def test_only_so_many_findings_of_a_rule_are_reported(tmp_path: Path) -> None:
    links = " ".join(f"http://example.org/{n}" for n in range(90))
    found = examined(tmp_path, post(links, "accounts: [mastodon-main]"))
    assert names(found.diagnostics).count("plain-http-link") == 50

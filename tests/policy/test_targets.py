from __future__ import annotations

from pathlib import Path

from postops.config import Config, read_config
from postops.content.posts import read_post
from postops.policy.targets import config_faults, option_faults, targets_of


def config(*accounts: str) -> Config:
    text = "\n".join(["version: 1", "accounts:", *(f"  {one}" for one in accounts), ""])
    return read_config(text.encode(), Path())


def test_an_account_has_its_platform_and_its_own_limit() -> None:
    found = targets_of(config("a: {platform: x}", "b: {platform: x, max_characters: 25000}"))
    assert found.faults == ()
    assert {name: one.limit.limit for name, one in found.by_name.items()} == {"a": 280, "b": 25000}
    assert found.by_name["a"].title == "X"
    assert found.by_name["a"].can is found.by_name["a"].platform.capabilities


def test_faults_say_which_account_they_stop() -> None:
    found = targets_of(
        config(
            "a: {platform: mastodon}",
            "b: {platform: myspace}",
            'c: {platform: x, colour: blue, credentials: {key: "env:K"}}',
        )
    )
    assert [(account, fault.rule) for account, fault in found.faults] == [
        ("a", "missing-key"),
        ("b", "unknown-platform"),
        ("c", "unknown-setting"),
        ("c", "unknown-credential"),
    ]
    assert sorted(found.by_name) == ["a", "c"]


def test_an_account_with_wrong_settings_still_has_the_platforms_limit() -> None:
    found = targets_of(config("a: {platform: mastodon, max_characters: many}"))
    assert found.by_name["a"].limit.limit == 500


def test_hints() -> None:
    faults = targets_of(config("a: {platform: blue-sky}", "b: {platform: myspace}")).faults
    assert [fault.help for _, fault in faults] == [
        "did you mean `bluesky`?",
        "known: `bluesky`, `mastodon` or `x`",
    ]


def options(text: str) -> list[tuple[str, str]]:
    setting = config("main: {platform: mastodon, instance: 'https://m.example'}")
    data = f"---\nplatforms:\n  {text}\n---\nHello\n".encode()
    post = read_post(data, "posts/a.md", setting, None).post
    assert post is not None
    return [(fault.rule, fault.message) for fault in option_faults(post, setting)]


def test_options_are_read_by_the_platform_of_the_block() -> None:
    assert options("mastodon: {visibility: private, sensitive: true}") == []
    assert options("main: {visibility: private}") == []
    assert options("x: {visibility: private}") == [
        ("unknown-option", "there is no key `visibility`")
    ]
    assert options("main: {sensitive: sometimes}") == [
        ("wrong-type", "`sensitive` is a text, not true or false")
    ]
    assert options("nobody: {visibility: private}") == []  # another rule's affair


def test_a_secret_in_the_configuration_is_found_and_not_repeated() -> None:
    (fault,) = config_faults(config("a: {platform: x, api_secret: q8Zr2LmX0vTn5WcB}"))
    assert fault.rule == "plaintext-secret"
    assert "q8Zr" not in f"{fault.message}{fault.help}"
    assert list(config_faults(config('a: {platform: x, credentials: {k: "env:TOKEN"}}'))) == []

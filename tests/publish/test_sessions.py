"""Who an account is, and whose clock is right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.stage import Stage

ALL = ("sky", "tusk", "bird")


async def test_the_wrong_login_is_never_used(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    await on.run()
    other = on.world.add_account("mastodon", "somebody-else")
    key = on.config.accounts["tusk"].credentials["access_token"]
    on.environ[key] = other.credentials["access_token"]
    on.posts["posts/b.md"] = "---\naccounts: [tusk]\n---\nSecond\n"
    results = await on.run()
    assert results["b@tusk"].outcome == "held"
    assert "belong to" in (results["b@tusk"].error or "")
    assert on.world.timeline("mastodon", "somebody-else") == []


async def test_two_names_for_one_login_are_refused(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    await on.run()
    accounts = dict(on.config.accounts)
    ivory = replace(accounts.pop("tusk"), name="ivory")
    on.config = replace(on.config, accounts={**accounts, "ivory": ivory})
    on.posts = {"posts/b.md": "---\naccounts: [ivory]\n---\nSecond\n"}
    results = await on.run()
    assert results["b@ivory"].outcome == "held"
    assert "already known as tusk" in (results["b@ivory"].error or "")


async def test_a_renamed_account_keeps_its_history(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    await on.run()
    accounts = dict(on.config.accounts)
    ivory = replace(accounts.pop("tusk"), name="ivory", was="tusk")
    on.config = replace(on.config, accounts={**accounts, "ivory": ivory})
    on.posts = {
        "posts/a.md": "---\naccounts: [ivory]\n---\nHello there\n",
        "posts/b.md": "---\naccounts: [ivory]\n---\nSecond\n",
    }
    await on.run()
    assert [p.text for p in on.world.timeline("mastodon", "tusk")] == ["Hello there", "Second"]


async def test_a_clock_an_hour_wrong_holds_the_account(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.world.advance(3600)
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"held"}
    assert all("clock" in (r.error or "") for r in results.values())
    assert [on.live(account) for account in ALL] == [[], [], []]

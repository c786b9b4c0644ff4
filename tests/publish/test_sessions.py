"""Who an account is, and whose clock is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from postops.errors import AuthExpired, NotSent, Rejected
from postops.ledger.state import LedgerState, apply
from postops.model import Identity
from postops.publish.ports import Login
from postops.publish.sessions import Held, bind, connect, misnamed
from tests.publish.desks import bench

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.desks import Bench
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
    ivory = accounts.pop("tusk")._replace(name="ivory")
    on.config = replace(on.config, accounts={**accounts, "ivory": ivory})
    on.posts = {"posts/b.md": "---\naccounts: [ivory]\n---\nSecond\n"}
    results = await on.run()
    assert results["b@ivory"].outcome == "held"
    assert "already known as tusk" in (results["b@ivory"].error or "")


async def test_two_new_names_for_one_login_send_once(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk, ivory]\n---\nHello there\n"})
    ivory = on.config.accounts["tusk"]._replace(name="ivory")
    on.config = replace(on.config, accounts={**on.config.accounts, "ivory": ivory})
    for _ in range(2):
        results = await on.run()
        assert results["a@tusk"].outcome == "held"
        assert "already known as ivory" in (results["a@tusk"].error or "")
        assert on.live("tusk") == ["Hello there"]


def test_of_two_names_the_one_that_came_first_stays() -> None:
    """Two runs that bound them at the same moment both see it, before either claims anything."""
    state = LedgerState()
    for number, name in enumerate(("ivory", "tusk"), 1):
        identity = {"id": "7", "handle": "@acme", "url": "https://a.test/@acme"}
        said = {"type": "bound", "account": name, "platform": "mastodon", "identity": identity}
        apply(state, said | {"seq": number, "id": f"E{number}", "recorded_at": "2026-03-01"})
    assert misnamed("ivory", state) is None
    assert misnamed("tusk", state) == ("tusk: another run knows @acme as ivory")
    assert misnamed("nobody", state) is None


async def test_a_renamed_account_keeps_its_history(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    await on.run()
    accounts = dict(on.config.accounts)
    ivory = accounts.pop("tusk")._replace(name="ivory", was="tusk")
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


# ------------------------------------------------------------------------ one login


async def connected(
    on: Bench, *, was: str | None = None, name: str = "acme"
) -> dict[str, object] | None:
    login = Login(on.platform, was)
    identity = (await connect(name, login, on.clock, on.desk.terms)).identity
    return bind(name, login, identity, on.ledger.state)


async def test_a_new_account_is_bound_to_who_the_platform_says_it_is() -> None:
    on = await bench()
    assert await connected(on) == {
        "type": "bound",
        "account": "acme",
        "platform": "played",
        "identity": {"id": "1", "handle": "acme", "url": "https://p.test/acme"},
    }


async def test_a_known_account_is_not_bound_again_even_under_a_new_handle() -> None:
    on = await bench()
    on.ledger.record(await connected(on) or {})
    on.platform.answers["whoami"] = [Identity("1", "acme-renamed", "https://p.test/new")]
    assert await connected(on) is None


async def test_another_identity_under_a_known_name_is_held() -> None:
    on = await bench()
    on.ledger.record(await connected(on) or {})
    on.platform.answers["whoami"] = [Identity("2", "mallory", "https://p.test/m")]
    with pytest.raises(Held, match="belong to mallory, but this name stands for acme"):
        await connected(on)


async def test_one_identity_under_two_names_is_held_unless_it_says_which_it_was() -> None:
    on = await bench()
    on.ledger.record(await connected(on) or {})
    with pytest.raises(Held, match="`was: acme`"):
        await connected(on, name="other")
    with pytest.raises(Held, match="already known as acme"):
        await connected(on, name="other", was="third")
    event = await connected(on, name="other", was="acme")
    assert event is not None
    assert (event["account"], event["was"]) == ("other", "acme")


async def test_the_same_id_on_another_platform_is_somebody_else() -> None:
    on = await bench()
    on.ledger.record((await connected(on) or {}) | {"platform": "elsewhere"})
    assert await connected(on, name="other") is not None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AuthExpired("expired"), "acme: the platform does not take the credentials .expired."),
        (Rejected("blocked", status=403), "acme: logging in failed .blocked."),
    ],
)
async def test_a_login_that_is_refused_is_held_at_once(error: Exception, words: str) -> None:
    on = await bench()
    on.platform.answers["whoami"] = [error]
    with pytest.raises(Held, match=words):
        await connected(on)
    assert len(on.platform.calls) == 1


async def test_a_platform_out_of_reach_is_tried_so_often_and_then_held() -> None:
    on = await bench()
    on.platform.answers["whoami"] = [NotSent("no route")] * 3
    with pytest.raises(Held, match=r"not reachable .no route."):
        await connected(on)
    assert len(on.platform.calls) == on.desk.terms.tries
    on.platform.answers["whoami"] = [NotSent("no route")] * 2
    assert await connected(on) is not None
    assert on.clock.waited > 1


@pytest.mark.parametrize("off", [-121, 121])
async def test_a_clock_that_is_off_by_more_than_is_allowed_holds_the_account(off: int) -> None:
    on = await bench()
    on.platform.server_date = on.clock.at + timedelta(seconds=off)
    with pytest.raises(Held, match=r"clock is [+-]121 s"):
        await connected(on)


@pytest.mark.parametrize("off", [-119, 0, 119])
async def test_a_little_is_allowed(off: int) -> None:
    on = await bench()
    on.platform.server_date = on.clock.at + timedelta(seconds=off)
    assert await connected(on) is not None


@pytest.mark.parametrize(("off", "fast"), [(-90, 90), (0, 0), (90, 0)])
async def test_how_far_this_machine_is_ahead_is_known(off: int, fast: int) -> None:
    on = await bench()
    on.platform.server_date = on.clock.at + timedelta(seconds=off)
    session = await connect("acme", Login(on.platform), on.clock, on.desk.terms)
    assert fast <= session.fast.total_seconds() < fast + 1


async def test_a_platform_that_tells_no_time_is_taken_at_this_machines_word() -> None:
    on = await bench()
    assert on.platform.server_date is None
    on.clock.at += timedelta(days=9)
    assert await connected(on) is not None


async def test_what_no_platform_tells_of_a_slow_clock_the_ledger_does(
    stage: Callable[..., Stage],
) -> None:
    on = stage()
    on.clock.pause(7200)
    assert {r.outcome for r in (await on.run()).values()} == {"published"}
    on.posts["posts/b.md"] = "---\naccounts: [tusk]\n---\nLater\n"
    on.clock.at -= timedelta(hours=1)  # and the platforms' with it, so that they see no difference
    assert await on.run() == {}
    assert on.ledger is not None
    assert {w.reason for w in on.plan(on.ledger).waiting} == {"clock"}
    assert on.live("tusk") == ["Hello there"]


async def test_the_clock_is_compared_before_anything_is_written() -> None:
    on = await bench()
    on.ledger.record(await connected(on) or {})
    on.platform.server_date = on.clock.at + timedelta(hours=1)
    with pytest.raises(Held, match="clock"):
        await connected(on)


async def test_credentials_that_are_refused_hold_their_account_and_no_other(
    stage: Callable[..., Stage],
) -> None:
    on = stage()
    on.environ[on.config.accounts["tusk"].credentials["access_token"]] = "wrong"
    results = await on.run()
    assert {n: r.outcome for n, r in results.items()} == {
        "a@sky": "published",
        "a@bird": "published",
        "a@tusk": "held",
    }
    assert on.phases().get("a@tusk", "new") == "new"


async def test_a_new_name_for_another_login_takes_over_nothing() -> None:
    on = await bench()
    on.ledger.record(await connected(on) or {})
    on.platform.answers["whoami"] = [Identity("2", "mallory", "https://p.test/m")]
    with pytest.raises(Held, match=r"`was: acme` was acme on played, .* belong to mallory"):
        await connected(on, name="other", was="acme")


async def test_what_others_call_by_another_name_may_not_be_used_any_more() -> None:
    on = await bench()
    assert misnamed("acme", on.ledger.state) is None
    first = await connected(on) or {}
    on.ledger.record(first)
    assert misnamed("acme", on.ledger.state) is None
    on.ledger.record(await connected(on, name="other", was="acme") or {})
    assert "it is called other by now" in (misnamed("acme", on.ledger.state) or "")
    on.ledger.record(first)  # by a run that had logged in before
    assert "another run knows acme as other" in (misnamed("acme", on.ledger.state) or "")
    assert misnamed("other", on.ledger.state) is None

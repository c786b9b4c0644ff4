"""`publish --wait`, and an account's own limits, on a real repository: what is sent, and when."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.cli.site import Site


def when(site: Site, moment: datetime, act: Callable[[], object]) -> None:
    """Do something while a command waits, as its clock passes `moment`."""
    sleep, left = site.clock.sleep, [act]

    async def watched(seconds: float) -> None:
        await sleep(seconds)
        if left and site.clock.now() >= moment:
            await asyncio.to_thread(left.pop())

    site.clock.sleep = watched  # type: ignore[method-assign]


def soon(site: Site, **span: float) -> datetime:
    return site.clock.now().replace(microsecond=0) + timedelta(**span)


@pytest.mark.parametrize(
    ("change", "live"),
    [
        pytest.param({"body": "New words"}, ["New words"], id="edited"),
        pytest.param({"hold": True}, [], id="held"),
        pytest.param({"draft": True}, [], id="drafted"),
        pytest.param({"publish_at": "2099-01-01T10:00Z"}, [], id="put off"),
        pytest.param(None, [], id="removed"),
    ],
)
def test_what_changed_during_the_wait_is_not_sent_as_it_was(
    bare_site: Site, change: dict | None, live: list[str]
) -> None:
    site = bare_site
    site.configure(("sky",))
    due = soon(site, minutes=10)
    keys = {"body": "Old words", "publish_at": due.isoformat()}
    site.merge({"posts/a.md": post(**keys)})
    changed = None if change is None else post(**(keys | change))
    when(site, due - timedelta(minutes=4), lambda: site.merge({"posts/a.md": changed}))
    ran = site.run("publish", "--wait", "15m")
    assert ran.code == 0, ran.err
    assert site.live("sky") == live


def test_two_posts_of_one_wait_leave_each_on_its_second(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky",))
    first, second = soon(site, minutes=5), soon(site, minutes=5, seconds=20)
    site.merge(
        {
            "posts/a.md": post("A", publish_at=first.isoformat()),
            "posts/b.md": post("B", publish_at=second.isoformat()),
        }
    )
    assert site.run("publish", "--wait", "10m").code == 0
    at = [p.created_at for p in site.world.timeline("bluesky", "sky")]
    assert site.live("sky") == ["A", "B"]
    for due, sent in zip((first, second), at, strict=True):
        # Sleeps side by side add up on this clock: the five seconds are the push's.
        assert timedelta(0) <= sent - due < timedelta(seconds=10)


def test_limits_of_the_configuration_are_kept_and_shown(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky",), defaults={"accounts": ["sky"], "limits": {"spacing": "20m"}})
    site.merge({f"posts/{name}.md": post(name) for name in "abc"})
    ran = site.run("publish")
    assert ran.code == 0, ran.err
    assert site.live("sky") == ["a"]
    assert site.waiting() == {"b@sky": "spacing", "c@sky": "spacing"}
    assert "too soon after the last post" in site.run("plan").out
    # What is held comes free while the run waits, at the earliest moment and not before.
    ran = site.run("publish", "--wait", "25m")
    assert ran.code == 0, ran.err
    assert site.live("sky") == ["a", "b"]
    first, second = (p.created_at for p in site.world.timeline("bluesky", "sky"))
    # The platform's `Date`, which the ledger keeps, has whole seconds.
    gap = second - first - timedelta(minutes=20)
    assert timedelta(seconds=-1) <= gap < timedelta(seconds=10)
    assert site.run("publish", "--force").code == 0
    assert site.live("sky") == ["a", "b", "c"]


def test_quiet_hours_hold_all_but_what_a_person_asks_for(bare_site: Site) -> None:
    site = bare_site
    now = site.clock.now()
    quiet = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}"
    site.configure(("sky",), defaults={"accounts": ["sky"], "quiet_hours": [quiet]})
    site.merge({"posts/a.md": post("A"), "posts/b.md": post("B")})
    assert site.run("publish").code == 0
    assert site.live("sky") == []
    assert site.waiting() == {"a@sky": "quiet-hours", "b@sky": "quiet-hours"}
    assert site.run("publish", "--post", "a", "--now").code == 0
    assert site.live("sky") == ["A"]
    site.clock.pause(2 * 3600 + 60)
    assert site.run("publish").code == 0
    assert site.live("sky") == ["A", "B"]

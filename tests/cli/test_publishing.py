"""A run from end to end: two at once, and what a run comes to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from postops.cli._publishing import Outcome, Request, Watcher
from postops.plan import Action, Plan, Waiting
from postops.publish.ports import Result
from tests.cli.site import post
from tests.rigs.git import slow_pushes

if TYPE_CHECKING:
    from tests.cli.site import Site

AT = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
EMPTY = Outcome("run", dry_run=False, results=(), plan=Plan(AT, (), ()), notes=())


@pytest.mark.parametrize(
    ("results", "waiting", "signal", "code"),
    [
        ((), (), None, 0),
        ((Result("a@x", "published"), Result("b@x", "deferred")), (), None, 0),
        ((Result("a@x", "failed"),), (), None, 1),
        ((Result("a@x", "in-doubt"),), (), None, 1),
        ((), (Waiting("a@x", "not-due"), Waiting("b@x", "ask")), None, 0),
        ((), (Waiting("a@x", "no-credentials"),), None, 1),
        ((), (Waiting("a@x", "guard"),), None, 1),
        ((Result("a@x", "failed"),), (), 2, 130),
        ((), (), 15, 143),
    ],
)
def test_exit_codes(
    results: tuple[Result, ...], waiting: tuple[Waiting, ...], signal: int | None, code: int
) -> None:
    outcome = EMPTY._replace(results=results, plan=Plan(AT, (), waiting), signal=signal)
    assert outcome.exit_code == code


def test_what_was_a_result_is_not_said_twice() -> None:
    waiting = (Waiting("a@x", "failed"), Waiting("b@x", "failed"))
    outcome = EMPTY._replace(results=(Result("a@x", "failed"),), plan=Plan(AT, (), waiting))
    assert [w.delivery for w in outcome.alarms] == ["b@x"]
    told = outcome.as_json()
    assert told["summary"] == {"failed": 1, "waiting": 2}
    assert told["version"] == 1


def test_a_request_looks_ahead_as_far_as_it_waits() -> None:
    assert Request().asked().horizon == timedelta(0)
    assert Request(wait=timedelta(seconds=30)).asked().horizon == timedelta(seconds=30)
    assert Request(wait=timedelta(hours=1)).asked().horizon == timedelta(seconds=90)
    assert Request(dry_run=True).asked().everything


def test_a_watcher_may_do_nothing() -> None:
    watcher = Watcher()
    watcher.planned(EMPTY.plan)
    watcher.waits(AT)
    watcher.result(Result("a@x", "published"))


def test_two_runs_at_once_send_everything_once(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky", "tusk"))
    site.merge({f"posts/{n}.md": post(f"Post {n}") for n in range(4)})
    slow_pushes(site.repo.remote, 0.2)
    places = [site.elsewhere("one"), site.elsewhere("two"), site.elsewhere("three")]
    programs = [site.start("publish", at=place) for place in places]
    ended = [(*program.communicate(timeout=120), program.returncode) for program in programs]
    for account in ("sky", "tusk"):
        assert sorted(site.live(account)) == [f"Post {n}" for n in range(4)], ended
    assert all(code in (0, 1) for _, _, code in ended), ended
    assert site.run("publish").code == 0
    assert set(site.states().values()) == {"published"}


def test_only_what_was_reviewed(bare_site: Site) -> None:
    """With a digest, a run that stays sends nothing that was not due when it was reviewed."""
    site = bare_site
    site.configure(("sky",))
    soon = (site.clock.now() + timedelta(minutes=5)).isoformat()
    site.merge({"posts/a.md": post("A"), "posts/b.md": post("B", publish_at=soon)})
    digest = site.json("plan")["digest"]
    assert site.run("publish", "--plan-digest", digest, "--wait", "10m").code == 0
    assert site.live("sky") == ["A"]


def test_an_action_the_guard_let_through_counts_once() -> None:
    from postops.plan import Guard, Terms, Wish, make_plan
    from tests.cli.states import empty_state

    wishes = [
        Wish(f"{n}@x", str(n), "x", "bluesky", f"posts/{n}.md", "b", "c", AT) for n in range(3)
    ]
    terms = Terms(now=AT, platforms={"x": "bluesky"}, guard=Guard(publishes=2))
    first = make_plan(wishes, empty_state(), terms)
    assert [a.delivery for a in first.actions] == ["0@x", "1@x"]
    again = make_plan(wishes[1:], empty_state(), terms._replace(passed=first.actions))
    assert [a.delivery for a in again.actions] == ["1@x"]
    assert [(w.delivery, w.reason) for w in again.waiting] == [("2@x", "guard")]
    assert isinstance(again.actions[0], Action)


def test_a_run_that_only_gives_up_logs_in_for_it_once(bare_site: Site) -> None:
    """Whose clock is right? With nothing to do there is nobody to talk to."""
    site = bare_site
    site.configure(("tusk",))
    site.merge({"posts/a.md": post("Old", late="skip", publish_at="2026-01-01T10:00Z")})
    assert site.run("publish").code == 0
    assert site.states() == {"a@tusk": "skipped"}
    calls = len(site.world.calls)
    assert calls > 0
    assert site.run("publish").code == 0
    assert len(site.world.calls) == calls

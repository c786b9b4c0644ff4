"""What was sent again is looked for once more, by the first run two hours later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from postops.errors import NotSent, PostopsError, RateLimited, Rejected
from postops.model import Certainty
from postops.plan.looks import AFTER
from tests.publish.test_repeat import LOST, Stand


async def sent_again(*, took_effect: bool) -> Stand:
    """Its first answer was lost, a list that lags for hours did not show it, and it was sent again."""
    on = Stand(Certainty.SEARCH)
    on.there.lists, on.there.refuses = True, False
    on.there.unlisted = {"n1"} if took_effect else set()
    on.there.script = [("after" if took_effect else "before", LOST)]
    result = await on.run()
    assert result is not None
    assert result.outcome == "published"
    on.there.asked.clear()
    return on


def told(on: Stand) -> list[str]:
    return [event["type"] for event in on.events if event["type"] in ("looked", "in_doubt")]


async def test_a_twin_is_for_a_person() -> None:
    on = await sent_again(took_effect=True)
    on.there.unlisted.clear()
    on.clock.pause(AFTER.total_seconds() - 60)
    assert await on.run() is None
    assert on.there.asked == []
    on.clock.pause(60)
    result = await on.run()
    assert result is not None
    assert (result.outcome, on.phase) == ("in-doubt", "in_doubt")
    assert "it is there twice" in (result.error or "")
    assert on.events[-1]["candidates"] == ["https://p.test/n2", "https://p.test/n1"]
    assert await on.run() is None
    assert (len(on.there.asked), on.there.sent) == (1, ["Part 1"] * 2)


async def test_where_there_is_none_nobody_hears_of_it_and_it_is_over() -> None:
    on = await sent_again(took_effect=False)
    on.clock.pause(AFTER.total_seconds())
    assert await on.run() is None
    assert (told(on), on.phase, len(on.there.asked)) == (["looked"], "published", 1)
    on.later(hours=9)
    assert await on.run() is None
    assert len(on.there.asked) == 1


async def test_where_the_platform_does_not_answer_the_next_run_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def down(name: str, at: Any) -> Any:
        raise NotSent("no way there")

    on = await sent_again(took_effect=True)
    on.there.unlisted.clear()
    on.clock.pause(AFTER.total_seconds())
    with monkeypatch.context() as patched:
        patched.setattr(on.there, "receipt", down)
        assert await on.run() is None
    assert (told(on), len(on.there.asked)) == ([], 1)
    assert await on.run() is not None
    assert told(on) == ["in_doubt"]


async def test_without_a_login_nobody_looks_and_nobody_is_alarmed() -> None:
    on = await sent_again(took_effect=True)
    on.clock.pause(AFTER.total_seconds())
    on.logged_in = False
    assert await on.run() is None
    assert (told(on), on.there.asked) == ([], [])


async def test_what_cannot_be_told_apart_is_not_looked_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def other(delivery: str, commit: str | None = None) -> Any:
        loaded = load(delivery, commit)
        return loaded._replace(message=loaded.message._replace(digest="sha256:other"))

    on = await sent_again(took_effect=True)
    load = on.load
    monkeypatch.setattr(on, "load", other)
    on.clock.pause(AFTER.total_seconds())
    assert await on.run() is None
    assert on.there.asked == []
    assert on.events[-1]["reason"] == "this postops renders it differently than was sent"


async def test_nor_is_what_cannot_be_read_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(delivery: str, commit: str | None = None) -> Any:
        raise PostopsError("the commit is gone")

    on = await sent_again(took_effect=True)
    monkeypatch.setattr(on, "load", gone)
    on.clock.pause(AFTER.total_seconds())
    assert await on.run() is None
    assert (on.events[-1]["type"], on.events[-1]["reason"]) == ("looked", "the commit is gone")


async def test_what_was_edited_meanwhile_is_looked_for_as_it_was_sent() -> None:
    on = await sent_again(took_effect=True)
    on.there.unlisted.clear()
    on.text = "Other words"
    on.clock.pause(AFTER.total_seconds())
    result = await on.run()
    assert result is not None
    assert result.outcome == "in-doubt"


@pytest.mark.parametrize("script", [[], [("after", LOST)]], ids=["at once", "found"])
async def test_what_was_sent_once_is_not_looked_for(script: list[Any]) -> None:
    on = Stand(Certainty.SEARCH)
    on.there.lists, on.there.script = True, script
    result = await on.run()
    assert result is not None
    assert result.outcome == "published"
    on.there.asked.clear()
    on.clock.pause((AFTER + timedelta(hours=1)).total_seconds())
    assert await on.run() is None
    assert (on.there.asked, told(on)) == ([], [])


@pytest.mark.parametrize(
    "error", [NotSent("no way there"), RateLimited("slow down", retry_after=600), Rejected("no")]
)
async def test_nor_is_anything_asked_where_the_first_claim_came_to_no_call(
    error: Exception,
) -> None:
    on = Stand(Certainty.SEARCH)
    on.there.lists, on.there.script = True, [("before", error)] * 3
    result = await on.run()
    assert result is not None
    assert result.outcome in ("unsent", "deferred", "failed")
    on.there.script, on.text = [], "Other words"
    on.later(minutes=15)
    result = await on.run()
    assert result is not None
    assert result.outcome == "published"
    on.clock.pause(AFTER.total_seconds())
    assert await on.run() is None
    assert on.there.asked == []


async def test_where_nothing_lists_there_is_nothing_to_look_at() -> None:
    on = Stand(Certainty.DUPLICATE_REJECTION)
    on.there.script = [("after", LOST)]
    await on.run()
    on.there.asked.clear()
    on.clock.pause(AFTER.total_seconds())
    assert await on.run() is None
    assert on.there.asked == []

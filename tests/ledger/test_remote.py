"""One contract for whatever keeps a ledger: git in each placement, and its stand-in in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.errors import LedgerConflict, LedgerError
from postops.git import Repository
from postops.ledger.git_remote import GitRemote
from tests.ledger.memory_remote import Cloud, MemoryRemote
from tests.rigs.git import clone, fail_pushes_once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from postops.ledger.remote import StateHead, StateRemote
    from tests.ledger.conftest import Runner
    from tests.rigs.git import Repo

    Faulty = tuple[StateRemote, Callable[[], None], Callable[[], None]]

DAY, OTHER, VIEW = "state/ledger/2026/03/01.jsonl", "state/ledger/2026/03/02.jsonl", "state/v.json"


async def grown(remote: StateRemote) -> StateHead:
    head = await remote.fetch()
    return await remote.push(head, {OTHER: b"2\n", DAY: b"1\n", VIEW: b"\xff\x00"}, "begin")


def contents(head: StateHead) -> dict[str, bytes]:
    return head.read_many(head.paths("state/"))


async def test_where_nothing_was_pushed_there_is_nothing(runner: Runner) -> None:
    head = await runner().fetch()
    assert head.anchor is None
    assert head.paths("state/") == []
    assert dict(head.listing("state/")) == {}
    assert head.read(DAY) is None
    assert head.read_many([DAY]) == {}
    assert head.descends()


async def test_what_one_pushes_the_other_fetches(runner: Runner) -> None:
    pushed = await grown(runner())
    fetched = await runner().fetch()
    assert fetched.sha is not None
    assert (fetched.sha, fetched.anchor) == (pushed.sha, pushed.anchor)
    assert contents(fetched) == contents(pushed) == {DAY: b"1\n", OTHER: b"2\n", VIEW: b"\xff\x00"}
    assert dict(fetched.listing("state/")) == dict(pushed.listing("state/"))
    assert fetched.descends()
    assert pushed.descends()


async def test_a_head_is_read_below_a_prefix_and_leaves_out_what_is_not_there(
    runner: Runner,
) -> None:
    await grown(runner())
    head = await runner().fetch()
    assert head.paths("state/ledger/") == [DAY, OTHER]
    assert head.listing("state/ledger/").keys() == {DAY, OTHER}
    assert head.paths("state/none/") == []
    assert head.read("state/none") is None
    assert head.read_many([VIEW, "state/none"]) == {VIEW: b"\xff\x00"}


async def test_a_push_replaces_whole_files_and_keeps_the_others(runner: Runner) -> None:
    first = await grown(runner())
    remote = runner()
    second = await remote.push(await remote.fetch(), {DAY: b"other"}, "go on")
    assert contents(second) == {DAY: b"other", OTHER: b"2\n", VIEW: b"\xff\x00"}
    before, after = first.listing("state/"), second.listing("state/")
    assert {path for path in after if after[path] != before[path]} == {DAY}
    assert second.sha != first.sha
    assert second.anchor != first.anchor
    assert (await runner().fetch()).descends()


async def test_a_head_shows_what_it_was_whatever_comes_after(runner: Runner) -> None:
    await grown(runner())
    remote = runner()
    old = await remote.fetch()
    await remote.push(old, {DAY: b"other"}, "go on")
    assert old.read(DAY) == b"1\n"


@pytest.mark.parametrize("begun", [False, True], ids=["empty", "begun"])
async def test_of_two_on_the_same_base_one_wins(runner: Runner, begun: bool) -> None:
    one, two = runner(), runner()
    if begun:
        await grown(one)
    mine, theirs = await one.fetch(), await two.fetch()
    won = await one.push(mine, {DAY: b"mine"}, "mine")
    with pytest.raises(LedgerConflict):
        await two.push(theirs, {DAY: b"theirs"}, "theirs")
    now = await two.fetch()
    assert (now.sha, now.anchor, now.read(DAY)) == (won.sha, won.anchor, b"mine")
    assert (await two.push(now, {DAY: b"theirs"}, "again")).read(DAY) == b"theirs"


async def test_the_head_a_push_returns_is_a_base_for_the_next(runner: Runner) -> None:
    remote = runner()
    head = await grown(remote)
    for number in range(3):
        head = await remote.push(head, {DAY: b"%d" % number}, "next")
    assert (await runner().fetch()).read(DAY) == b"2"


@pytest.fixture(params=["memory", "git"])
def fault(request: pytest.FixtureRequest, repo: Repo, tmp_path: Path) -> Faulty:
    """A remote, the way to have it refuse the next push, and the way to cut it off."""
    if request.param == "memory":
        cloud = Cloud()

        def cut() -> None:
            cloud.unreachable = True

        return MemoryRemote(cloud), lambda: cloud.faults.append("refused"), cut
    remote = GitRemote(Repository.discover(clone(repo.remote, tmp_path / "c")))

    def move_away() -> None:
        repo.remote.rename(repo.remote.with_name("gone.git"))

    return remote, lambda: fail_pushes_once(repo.remote), move_away


async def test_a_refused_push_is_no_conflict_and_changes_nothing(
    fault: Faulty,
) -> None:
    remote, refuse, _ = fault
    head = await grown(remote)
    refuse()
    with pytest.raises(LedgerError, match="refused") as caught:
        await remote.push(head, {DAY: b"other"}, "go on")
    assert not isinstance(caught.value, LedgerConflict)
    assert contents(await remote.fetch()) == contents(head)
    assert (await remote.push(head, {DAY: b"other"}, "again")).read(DAY) == b"other"


async def test_a_remote_that_is_gone_can_neither_be_read_nor_written(
    fault: Faulty,
) -> None:
    remote, _, cut = fault
    head = await grown(remote)
    cut()
    with pytest.raises(LedgerError) as fetched:
        await remote.fetch()
    with pytest.raises(LedgerError) as pushed:
        await remote.push(head, {DAY: b"other"}, "go on")
    assert LedgerConflict not in {type(fetched.value), type(pushed.value)}

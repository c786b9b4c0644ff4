"""Claims and outcomes, over every remote alike."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest

from postops.errors import LedgerConflict, LedgerDamaged, LedgerError
from postops.ledger.chain import Link, is_day, verify
from postops.ledger.journal import ACCEPTED, Ledger
from tests.ledger.conftest import claimed, published
from tests.ledger.memory_remote import Cloud, MemoryOutbox, MemoryRemote
from tests.ledger.ticking import Ticking

if TYPE_CHECKING:
    from pathlib import Path

    from postops.ledger.remote import StateHead
    from tests.ledger.conftest import Runner


async def opened(runner: Runner, folder: Path, run: str, clock: Ticking | None = None) -> Ledger:
    return await Ledger.open(runner(), folder / run, clock or Ticking(), run)


async def soon() -> None:
    """Let the tasks that are ready take a step."""
    await asyncio.get_running_loop().run_in_executor(None, int)


def events(head: StateHead) -> list[dict]:
    """Every event of a head, the chain proven."""
    found, link = [], Link()
    for path in filter(is_day, head.paths("state/ledger/")):
        read = verify(path, head.read(path) or b"", link)
        assert not read.torn
        found += read.events
        link = read.link
    return found


async def test_a_claim_and_its_outcome_are_read_back(runner: Runner, tmp_path: Path) -> None:
    mine = await opened(runner, tmp_path, "one")
    (claim,) = await mine.claim([claimed()])
    assert (claim["seq"], claim["prev"], claim["run"]) == (1, "", "one")
    assert mine.state.delivery("hello@main").phase == "claimed"

    (outcome,) = mine.record(published())
    assert mine.pending == 1
    assert mine.state.delivery("hello@main").phase == "published"
    await mine.push()
    assert mine.pending == 0
    mine.close()

    theirs = await opened(runner, tmp_path, "two")
    state = theirs.state.delivery("hello@main")
    assert (state.phase, state.parts[1].remote_id) == ("published", "id-hello@main")
    assert theirs.state.remote_ids("main") == {"id-hello@main"}
    assert [e["id"] for e in events(theirs.head)] == [claim["id"], outcome["id"]]
    assert theirs.state.genesis == claim["id"]
    assert (theirs.state.seq, theirs.state.tip) == (mine.state.seq, mine.state.tip)
    theirs.close()


async def test_of_two_claims_one_wins(runner: Runner, tmp_path: Path) -> None:
    one = await opened(runner, tmp_path, "one")
    two = await opened(runner, tmp_path, "two")
    await one.claim([claimed()])
    with pytest.raises(LedgerConflict):
        await two.claim([claimed()])
    await two.refresh()
    assert two.state.delivery("hello@main").claim["run"] == "one"
    assert two.pending == 0
    await two.claim([claimed("other@main")])
    assert [e["run"] for e in events(two.head)] == ["one", "two"]


@pytest.mark.parametrize(
    "runner", ["memory", "file", "same", "local", "local-same", "http"], indirect=True
)
async def test_truly_simultaneous_claims(runner: Runner, tmp_path: Path) -> None:
    ledgers = [await opened(runner, tmp_path, f"run{n}") for n in range(4)]
    results = await asyncio.gather(
        *(ledger.claim([claimed()]) for ledger in ledgers), return_exceptions=True
    )
    assert sorted(type(r).__name__ for r in results) == ["LedgerConflict"] * 3 + ["list"]
    await ledgers[0].refresh()
    assert len(events(ledgers[0].head)) == 1


async def test_what_is_pending_survives_a_conflict(runner: Runner, tmp_path: Path) -> None:
    one = await opened(runner, tmp_path, "one")
    two = await opened(runner, tmp_path, "two")
    await one.claim([claimed()])
    one.record(published())
    await two.refresh()
    await two.claim([claimed("b@main")])
    two.record(published("b@main"))
    with pytest.raises(LedgerConflict):
        await one.claim([claimed("c@main")])
    assert one.pending == 1
    assert one.state.delivery("hello@main").phase == "published"
    assert one.state.delivery("b@main").phase == "claimed"
    assert one.state.delivery("c@main").phase == "new"
    await one.push()
    await two.push()
    await one.refresh()
    assert [(e["type"], e["delivery"]) for e in events(one.head)] == [
        ("claimed", "hello@main"),
        ("claimed", "b@main"),
        ("published", "hello@main"),
        ("published", "b@main"),
    ]
    assert one.state.delivery("b@main").phase == "published"
    assert (one.state.seq, one.pending, two.pending) == (4, 0, 0)


async def test_lines_and_files_go_with_the_push(runner: Runner, tmp_path: Path) -> None:
    one = await opened(runner, tmp_path, "one")
    two = await opened(runner, tmp_path, "two")
    one.stage("state/content/posts.jsonl", b"old\n")
    one.stage("state/content/posts.jsonl", b"new\n")
    one.append_lines("state/metrics/2026/03/01.jsonl", [b"1"])
    two.append_lines("state/metrics/2026/03/01.jsonl", [b"2", b"3"])
    await one.push()
    await two.push()
    await two.push()
    await one.refresh()
    assert one.head.read("state/content/posts.jsonl") == b"new\n"
    assert one.head.read("state/metrics/2026/03/01.jsonl") == b"1\n2\n3\n"
    before = one.head.sha
    one.stage("state/content/posts.jsonl", b"new\n")
    one.append_lines("state/metrics/2026/03/01.jsonl", [])
    await one.push()
    assert one.head.sha == before, "nothing differs, so there is nothing to commit"
    for path in ("state/ledger/2026/03/01.jsonl", "posts/a.md"):
        with pytest.raises(ValueError, match="not a file to stage"):
            one.stage(path, b"")


async def test_recording_goes_on_while_a_push_is_under_way(runner: Runner, tmp_path: Path) -> None:
    ledger = await opened(runner, tmp_path, "one")
    await ledger.claim([claimed("a@main"), claimed("b@main")])
    ledger.record(published("a@main"))
    push = asyncio.create_task(ledger.push())
    await soon()
    ledger.record(published("b@main"))
    await push
    assert ledger.state.delivery("b@main").phase == "published"
    await ledger.push()
    assert [e["delivery"] for e in events(ledger.head)] == ["a@main", "b@main"] * 2


async def test_never_appended_to_a_file_older_than_the_newest(
    runner: Runner, tmp_path: Path
) -> None:
    ahead = await opened(runner, tmp_path, "ahead", Ticking("2026-03-02T00:00:00+00:00"))
    await ahead.claim([claimed("a@main")])
    behind = await opened(runner, tmp_path, "behind", Ticking("2026-03-01T23:59:00+00:00"))
    await behind.claim([claimed("b@main")])
    later = await opened(runner, tmp_path, "later", Ticking("2026-03-03T00:00:00+00:00"))
    await later.claim([claimed("c@main")])
    assert [p[-13:] for p in later.head.paths("state/ledger/")] == [
        "2026/03/02.jsonl"[-13:],
        "2026/03/03.jsonl"[-13:],
    ]
    await behind.refresh()
    assert [e["run"] for e in events(behind.head)] == ["ahead", "behind", "later"]
    assert behind.state.newest_day == "state/ledger/2026/03/03.jsonl"


async def test_racing_appends_lose_nothing(runner: Runner, tmp_path: Path) -> None:
    async def work(number: int) -> None:
        ledger = await opened(runner, tmp_path, f"r{number}", Ticking(seed=number))
        for step in range(3):
            ledger.record(published(f"p{number}-{step}@main"))
            await ledger.push()
        ledger.close()

    await asyncio.gather(*(work(number) for number in range(4)))
    last = await opened(runner, tmp_path, "last")
    assert len({e["delivery"] for e in events(last.head)}) == last.state.seq == 12


# ---------------------------------------------------------------- what a dead run leaves


async def test_the_next_run_pushes_what_a_dead_one_recorded(runner: Runner, tmp_path: Path) -> None:
    """kill -9 between the call to the platform and the push."""
    box = tmp_path / "box"
    remote = runner()
    if isinstance(remote, MemoryRemote):
        pytest.skip("the memory would die with the process")

    async def die() -> None:
        ledger = await Ledger.open(remote, box, Ticking(), "dead")
        await ledger.claim([claimed()])
        ledger.record(published())
        os.kill(os.getpid(), signal.SIGKILL)

    dead = get_context("fork").Process(
        target=lambda: asyncio.new_event_loop().run_until_complete(die())
    )
    dead.start()
    dead.join()
    assert dead.exitcode == -signal.SIGKILL
    ledger = await Ledger.open(runner(), box, Ticking(), "next")
    assert ledger.state.delivery("hello@main").phase == "published"
    assert [(e["type"], e["run"]) for e in events(ledger.head)] == [
        ("claimed", "dead"),
        ("published", "dead"),
    ]
    ledger.close()
    assert list(box.iterdir()) == []


async def test_an_outbox_that_landed_is_not_pushed_again(tmp_path: Path) -> None:
    """kill -9 between the push and the emptying of the outbox."""
    cloud, box = Cloud(), MemoryOutbox()
    first = await Ledger.open(MemoryRemote(cloud), box, Ticking(), "dead")
    first.record(published())
    kept = list(box.lines)
    await first.push()
    box.lines = kept
    again = await Ledger.open(MemoryRemote(cloud), box, Ticking(), "next")
    assert (again.pending, again.state.seq, box.lines) == (0, 1, [])


async def test_a_live_runs_outbox_is_left_alone(tmp_path: Path) -> None:
    cloud = Cloud()
    live = await Ledger.open(MemoryRemote(cloud), tmp_path, Ticking(), "live")
    live.record(published())
    other = await Ledger.open(MemoryRemote(cloud), tmp_path, Ticking(), "other")
    assert (other.pending, other.state.seq) == (0, 0)
    with pytest.raises(LedgerError, match="has the name of this run"):
        await Ledger.open(MemoryRemote(cloud), tmp_path, Ticking(), "live")
    live.close()
    assert (tmp_path / "live.jsonl").exists()
    third = await Ledger.open(MemoryRemote(cloud), tmp_path, Ticking(), "third")
    assert third.state.delivery("hello@main").phase == "published"


# ---------------------------------------------------------------- refusals and lost answers


async def test_a_push_whose_answer_was_lost_has_landed() -> None:
    cloud = Cloud(faults=["lost-answer", "lost-answer", "lost-answer"])
    ledger = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(), "one")
    (claim,) = await ledger.claim([claimed()])
    assert (claim["seq"], cloud.commits) == (1, 1)
    ledger.record(published())
    await ledger.push()
    assert (ledger.pending, cloud.commits, ledger.state.seq) == (0, 2, 2)
    ledger.append_lines("state/metrics/a.jsonl", [b"1"])
    await ledger.push()
    await ledger.push()
    assert (cloud.commits, ledger.head.read("state/metrics/a.jsonl")) == (3, b"1\n")


async def test_a_refusal_is_an_error_and_keeps_what_is_pending() -> None:
    cloud, box = Cloud(faults=["refused", "refused"]), MemoryOutbox()
    ledger = await Ledger.open(MemoryRemote(cloud), box, Ticking(), "one")
    with pytest.raises(LedgerError, match="hook declined") as caught:
        await ledger.claim([claimed()])
    assert not isinstance(caught.value, LedgerConflict)
    assert ledger.state.delivery("hello@main").phase == "new"
    ledger.record(published())
    with pytest.raises(LedgerError, match="hook declined"):
        await ledger.push()
    assert (ledger.pending, len(box.lines)) == (1, 1)
    await ledger.push()
    assert (ledger.pending, box.lines) == (0, [])


async def test_a_claim_that_may_have_landed_unseen_is_given_back() -> None:
    cloud, box = Cloud(), MemoryOutbox()

    class Cut(MemoryRemote):
        """The answer is lost, and then the network."""

        async def push(self, base, changes, message):
            self.cloud.faults.append("lost-answer")
            try:
                return await super().push(base, changes, message)
            finally:
                self.cloud.unreachable = True

    ledger = await Ledger.open(Cut(cloud), box, Ticking(), "one")
    with pytest.raises(LedgerError, match="answer of the push was lost"):
        await ledger.claim([claimed()])
    cloud.unreachable = False
    after = await Ledger.open(MemoryRemote(cloud), box, Ticking("2026-03-01T11:00:00Z"), "two")
    state = after.state.delivery("hello@main")
    assert (state.phase, state.claim, cloud.commits) == ("released", None, 2)
    assert state.keys == {1: "key-hello@main"}


async def test_a_claim_that_took_over_another_is_not_given_back() -> None:
    """What was under way under the first is still to be found out."""
    cloud, box = Cloud(), MemoryOutbox()
    ledger = await Ledger.open(MemoryRemote(cloud), box, Ticking(), "one")
    [first] = await ledger.claim([claimed()])
    cloud.unreachable = True
    with pytest.raises(LedgerError):
        await ledger.claim([claimed() | {"attempt": 2}])
    assert (ledger.pending, box.lines) == (0, [])
    assert ledger.state.delivery("hello@main").claim == first


async def test_giving_back_does_not_end_the_claim_of_another() -> None:
    cloud = Cloud()
    one = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(), "one")
    two = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(), "two")
    await two.claim([claimed()])
    cloud.unreachable = True
    with pytest.raises(LedgerError):
        await one.claim([claimed()])
    cloud.unreachable = False
    await one.push()
    assert one.state.delivery("hello@main").claim["run"] == "two"


async def test_a_cancelled_claim_is_given_back() -> None:
    cloud = Cloud()

    class Slow(MemoryRemote):
        async def push(self, base, changes, message):
            head = await super().push(base, changes, message)
            await asyncio.Event().wait()
            return head

    ledger = await Ledger.open(Slow(cloud), MemoryOutbox(), Ticking(), "one")
    task = asyncio.create_task(ledger.claim([claimed()]))
    await soon()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    ledger.remote = MemoryRemote(cloud)
    await ledger.push()
    assert ledger.state.delivery("hello@main").phase == "released"
    assert [e["type"] for e in events(ledger.head)] == ["claimed", "released"]


async def test_a_lock_that_nobody_took_is_tried_again_with_waits() -> None:
    cloud, clock = Cloud(faults=["stuck-lock"] * 3), Ticking()
    ledger = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), clock, "one")
    await ledger.claim([claimed()])
    assert ledger.state.seq == 1
    assert 0.05 < clock.waited < 1
    cloud.faults = ["stuck-lock"] * 1000
    ledger.record(published())
    with pytest.raises(LedgerConflict, match="gave up"):
        await ledger.push()
    assert ledger.pending == 1
    assert clock.waited < 120


class Outrun(MemoryRemote):
    """Another runner is faster, so many times."""

    times = 0
    slow: Ticking | None = None

    async def push(self, base, changes, message):
        if self.times:
            self.times -= 1
            if self.slow:
                self.slow.pause(20)
            other = await Ledger.open(MemoryRemote(self.cloud), MemoryOutbox(), Ticking(), "other")
            other.record(published(f"other-{self.times}@main"))
            await other.push()
        return await super().push(base, changes, message)


async def test_where_others_move_on_a_place_in_the_line_is_waited_for() -> None:
    """16 racers x 100: who lost 40 races in a row gave up, while the ledger grew all the time."""
    remote, clock = Outrun(Cloud()), Ticking()
    ledger = await Ledger.open(remote, MemoryOutbox(), clock, "one")
    ledger.record(published())
    remote.times = 60
    await ledger.push()
    assert (ledger.pending, ledger.state.seq) == (0, 61)
    assert clock.waited < 60
    ledger.record(published("again@main"))
    remote.times, remote.slow = 100, clock
    with pytest.raises(LedgerConflict, match="gave up"):
        await ledger.push()
    assert (ledger.pending, remote.times > 80) == (1, True)


async def test_a_read_only_folder_is_found_before_anything_is_claimed(tmp_path: Path) -> None:
    (tmp_path / "box").write_text("a file where the folder belongs")
    with pytest.raises(LedgerError, match="cannot write") as caught:
        await Ledger.open(MemoryRemote(Cloud()), tmp_path / "box", Ticking(), "one")
    assert "make room" in caught.value.help


async def test_a_full_disk_keeps_the_outcome_for_the_push(tmp_path: Path) -> None:
    cloud = Cloud()
    ledger = await Ledger.open(MemoryRemote(cloud), tmp_path, Ticking(), "one")
    ledger.record(published("a@main"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = (tmp_path / "one.jsonl").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, hard))
    try:
        with pytest.raises(LedgerError, match="cannot write"):
            ledger.record(published("b@main"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    assert (tmp_path / "one.jsonl").stat().st_size == size
    ledger.record(published("c@main"))
    await ledger.push()
    assert [e["delivery"] for e in events(ledger.head)] == ["a@main", "b@main", "c@main"]


async def test_a_torn_outbox_line_is_dropped_and_garbage_named(tmp_path: Path) -> None:
    ledger = await Ledger.open(MemoryRemote(Cloud()), tmp_path, Ticking(), "one")
    ledger.record(published())
    ledger.close()
    with (tmp_path / "one.jsonl").open("ab") as file:
        file.write(b'{"type":"publi')
    cloud = Cloud()
    again = await Ledger.open(MemoryRemote(cloud), tmp_path, Ticking(), "one")
    assert (again.state.seq, again.pending) == (1, 0)
    again.close()
    (tmp_path / "bad.jsonl").write_bytes(b"no json\n")
    with pytest.raises(LedgerDamaged, match=r"bad\.jsonl:1: not an event"):
        await Ledger.open(MemoryRemote(cloud), tmp_path, Ticking(), "two")
    assert (tmp_path / "bad.jsonl").exists()


# ---------------------------------------------------------------- damage and the anchor


async def ledger_with_two(cloud: Cloud) -> str:
    ledger = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(), "one")
    await ledger.claim([claimed()])
    ledger.record(published())
    await ledger.push()
    return ledger.state.newest_day or ""


def rewrite(cloud: Cloud, path: str, data: bytes) -> None:
    from dataclasses import replace

    files = {**cloud.head.files, path: data}
    cloud.head = replace(cloud.head, sha="f" * 40, anchor="f" * 40, files=files)


async def test_a_torn_line_is_repaired_by_the_next_write() -> None:
    cloud = Cloud()
    day = await ledger_with_two(cloud)
    rewrite(cloud, day, cloud.head.files[day] + b'{"v":1,"se')
    ledger = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(), "two")
    assert ledger.repairs == [f"{day}:3: a torn line is set aside"]
    assert ledger.state.delivery("hello@main").phase == "published"
    await ledger.claim([claimed("b@main")])
    assert [e["seq"] for e in events(ledger.head)] == [1, 2, 3]


async def test_a_last_line_without_its_end_counts() -> None:
    cloud = Cloud()
    day = await ledger_with_two(cloud)
    rewrite(cloud, day, cloud.head.files[day].rstrip(b"\n"))
    ledger = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(), "two")
    assert (ledger.state.seq, ledger.repairs) == (2, [])
    await ledger.claim([claimed("b@main")])
    assert [e["seq"] for e in events(ledger.head)] == [1, 2, 3]


@pytest.mark.parametrize("known", [True, False], ids=["while running", "at the start"])
async def test_every_flipped_byte_is_found(known: bool) -> None:
    cloud = Cloud()
    day = await ledger_with_two(cloud)
    ledger = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(), "two")
    good = cloud.head
    data = good.files[day]
    for at in range(data.index(b"\n")):  # in the line that the next one vouches for
        rewrite(cloud, day, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        fresh = Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(), "three")
        look = ledger.refresh if known else lambda fresh=fresh: fresh
        with pytest.raises(LedgerError, match=f"{day}:[12]"):
            await look()
        fresh.close()
        cloud.head = good
        if known:
            await ledger.refresh()
            assert ledger.state.seq == 2


async def test_what_is_pending_stays_shown_when_a_refresh_finds_damage() -> None:
    cloud = Cloud()
    day = await ledger_with_two(cloud)
    ledger = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(), "two")
    ledger.record(published("b@main"))
    rewrite(cloud, day, b"garbage\n")
    with pytest.raises(LedgerDamaged, match=f"{day}:1: not an event"):
        await ledger.refresh()
    assert ledger.state.delivery("b@main").phase == "published"
    assert ledger.pending == 1


async def test_a_missing_branch_holds_everything_until_it_is_accepted() -> None:
    from dataclasses import replace

    cloud, box = Cloud(), MemoryOutbox()
    await ledger_with_two(cloud)
    ledger = await Ledger.open(MemoryRemote(cloud), box, Ticking(), "two")
    assert not await ledger.accept()
    ledger.record(published("b@main"))
    cloud.head = replace(cloud.head, sha=None, files={}, parent=None)
    await ledger.refresh()
    assert "missing" in (ledger.held or "")
    for act in (ledger.push(), ledger.claim([claimed("c@main")])):
        with pytest.raises(LedgerDamaged, match="missing") as caught:
            await act
        assert "accept" in (caught.value.help or "")
    ledger.close()

    later = await Ledger.open(MemoryRemote(cloud), box, Ticking(), "three")
    assert (later.pending, bool(later.held)) == (1, True)
    assert await later.accept(by="ada")
    assert later.held is None
    line = later.head.read(ACCEPTED) or b""
    assert b'"by":"ada"' in line
    assert later.accepted_at is not None
    assert later.accepted_at.isoformat(timespec="milliseconds")[:23].encode() in line
    assert (await Ledger.open(MemoryRemote(cloud), box, Ticking(), "four")).accepted_at is not None
    await later.push()
    assert [e["delivery"] for e in events(later.head)] == ["b@main"]


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        (b"", None),
        (b"{}\nnonsense\n[1]\n", None),
        (b'{"at":"2026-03-01T09:00:00Z"}\n{"at":"2026-02-01T09:00:00Z"}\n', "2026-03-01T09:00"),
        (b'{"at":"2026-03-01T09:00:00Z"}\n{"at":"2026-04-01T09:00:00Z"', "2026-03-01T09:00"),
        (b'{"at":7}\n{"at":"2026-03-01T10:00:00+01:00"}\n', "2026-03-01T09:00"),
    ],
)
async def test_the_last_time_history_was_accepted_as_missing(lines: bytes, at: str | None) -> None:
    cloud = Cloud()
    remote = MemoryRemote(cloud)
    await remote.push(cloud.head, {ACCEPTED: lines}, "by hand")
    ledger = await Ledger.open(remote, MemoryOutbox(), Ticking(), "one")
    found = ledger.accepted_at
    assert (found and found.isoformat()[:16]) == at


# ---------------------------------------------------------------- accounts


async def test_identities_and_budgets_are_rebased_too() -> None:
    cloud = Cloud()
    one = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(), "one")
    two = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(), "two")
    identity = {"id": "did:1", "handle": "ada", "url": "https://x"}
    await one.claim([{"type": "bound", "account": "old", "platform": "x", "identity": identity}])
    two.record({"type": "budget", "account": "old", "budget": {"left": 3}})
    two.record(published("hello@old"))
    await two.push()
    assert two.state.budgets["old"] == {"left": 3}
    assert two.state.bound["old"].id == "did:1"
    await one.refresh()
    one.record(
        {"type": "bound", "account": "new", "platform": "x", "identity": identity, "was": "old"}
    )
    assert one.state.delivery("hello@new").phase == "published"
    two.record(published("late@old"))
    await two.push()
    await one.push()
    for ledger in (one, two):
        await ledger.refresh()
        assert ledger.state.delivery("hello@new").phase == "published"
        assert ledger.state.delivery("late@new").phase == "published"
        assert ledger.state.delivery("hello@old") is ledger.state.delivery("hello@new")
        assert ledger.state.budgets == {"new": {"left": 3}}
        assert ledger.state.remote_ids("new") == {"id-hello@old", "id-late@old"}
        assert set(ledger.state.bound) == {"new"}

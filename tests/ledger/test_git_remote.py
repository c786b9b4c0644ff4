"""What only real git can show: refusals, races, damage to refs, and a clone left as it was."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

import pytest

from postops import git as postops_git
from postops.errors import ConfigError, LedgerConflict, LedgerDamaged, LedgerError, LedgerVersion
from postops.git import Repository
from postops.ledger import swap
from postops.ledger.git_remote import ANCHOR, GitRemote
from postops.ledger.journal import Ledger
from tests.ledger.conftest import claimed, published
from tests.ledger.ticking import Ticking
from tests.rigs.git import (
    STATE,
    clone,
    commit,
    fail_pushes_once,
    git,
    install_hook,
    protect,
    push,
    run,
    show,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rigs.git import Repo
    from tests.rigs.git_http import HttpBackend

DAY = "state/ledger/2026/03/01.jsonl"


async def opened(where: Path, run: str = "one", branch: str = "postops-state") -> Ledger:
    remote = GitRemote(Repository.discover(where), branch)
    return await Ledger.open(remote, where / ".postops/outbox", Ticking(), run)


def picture(where: Path) -> tuple[str, ...]:
    """All of a clone that belongs to its user."""
    refs = git(where, "for-each-ref").splitlines()
    return (
        git(where, "status", "--porcelain=v2", "--branch", "--untracked-files=all"),
        git(where, "diff"),
        git(where, "diff", "--cached"),
        git(where, "config", "--list", "--local"),
        "\n".join(line for line in refs if "refs/postops/remote/" not in line),
        str((where / ".git/HEAD").read_text()),
        str((where / ".git/index").read_bytes()),
        str((where / ".git/FETCH_HEAD").exists()),
        (where / ".git/shallow").read_text() if (where / ".git/shallow").exists() else "complete",
    )


# ---------------------------------------------------------------- the user's clone


@pytest.mark.parametrize("branch", ["postops-state", "same"])
@pytest.mark.parametrize("kind", ["full", "shallow", "blobless", "detached"])
async def test_the_clone_stays_as_it_was(
    repo: Repo, tmp_path: Path, kind: str, branch: str
) -> None:
    repo.commit({"posts/a.md": "a", "posts/gone.md": "g", ".gitignore": ".postops/\n"})
    repo.commit({"posts/b.md": "b"})
    repo.push()
    first = await opened(repo.path, "first", branch)
    await first.claim([claimed("before@main")])

    where = clone(
        repo.remote, tmp_path / "c", shallow=kind == "shallow", blobless=kind == "blobless"
    )
    if kind == "detached":
        git(where, "checkout", "--quiet", "--detach")
    write(where, {"posts/a.md": "changed", "posts/new.md": "untracked", "posts/gone.md": None})
    write(where, {"posts/b.md": "staged"})
    git(where, "add", "posts/b.md")
    commits = git(where, "log", "--format=%H")
    before = picture(where)

    ledger = await opened(where, "two", branch)
    assert ledger.held is None
    await ledger.claim([claimed()])
    ledger.record(published())
    await ledger.push()
    await ledger.refresh()
    assert ledger.state.seq == 3
    ledger.close()
    assert picture(where) == before
    assert git(where, "log", "--format=%H") == commits
    assert not list((where / ".git").glob("fast_import*"))

    # The next run in a clone of the same kind sees all of it.
    again = clone(
        repo.remote, tmp_path / "d", shallow=kind == "shallow", blobless=kind == "blobless"
    )
    next_run = await opened(again, "three", branch)
    assert next_run.held is None
    assert next_run.state.delivery("hello@main").phase == "published"


async def test_the_users_hooks_and_signing_have_no_part(repo: Repo, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    for name in ("pre-push", "reference-transaction", "post-commit", "pre-commit"):
        hook = repo.path / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\necho {name} >> {trace}\nexit 1\n")
        hook.chmod(0o755)
    for key, value in {
        "commit.gpgSign": "true",
        "push.gpgSign": "true",
        "gpg.program": "/nonexistent",
        "remote.origin.mirror": "true",
        "fetch.prune": "true",
        "core.quotePath": "true",
        "push.default": "nothing",
    }.items():
        repo.git("config", key, value)
    ledger = await opened(repo.path)
    await ledger.claim([claimed()])
    assert not trace.exists()
    assert git(repo.remote, "rev-parse", STATE) == ledger.head.sha


async def test_inside_a_hook_of_git_the_right_repository_is_used(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    ledger = await opened(repo.path)
    await ledger.claim([claimed()])
    monkeypatch.delenv("GIT_DIR")
    assert git(repo.remote, "rev-parse", STATE) == ledger.head.sha


async def test_what_a_state_commit_is(repo: Repo) -> None:
    ledger = await opened(repo.path)
    await ledger.claim([claimed("a@main"), claimed("b@main")])
    ledger.record(published("a@main"))
    await ledger.claim([claimed("c@main")])
    assert git(repo.remote, "log", "-1", "--format=%an <%ae>|%cn|%B", STATE).split("\n") == [
        "postops <postops@users.noreply.github.com>|postops|publish: 1 claimed, 1 published",
        "",
        "run: one",
    ]
    assert git(repo.remote, "log", "--format=%s", STATE).split("\n")[1] == "publish: 2 claimed"
    assert git(repo.remote, "ls-tree", "-r", "--name-only", STATE) == DAY
    assert git(repo.remote, "rev-parse", ANCHOR) == git(repo.remote, "rev-parse", STATE)
    assert git(repo.remote, "fsck", "--strict") == ""


async def test_a_sha256_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "--object-format=sha256", "remote.git")
    where = tmp_path / "work"
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "--initial-branch=main", "work")
    git(where, "remote", "add", "origin", f"file://{tmp_path}/remote.git")
    commit(where, {"a": "1"})
    push(where)
    ledger = await opened(where)
    await ledger.claim([claimed()])
    await ledger.claim([claimed("b@main")])
    assert len(ledger.head.sha or "") == 64
    assert (await opened(where, "two")).state.seq == 2


# ---------------------------------------------------------------- same


async def test_content_pushed_meanwhile_is_no_conflict(repo: Repo, tmp_path: Path) -> None:
    other = clone(repo.remote, tmp_path / "author")
    ledger = await opened(repo.path, branch="same")
    for number in range(3):
        git(other, "pull", "--quiet", "origin", "main")
        commit(other, {f"posts/{number}.md": "text"})
        push(other)
        await ledger.claim([claimed(f"p{number}@main")])
    assert ledger.state.seq == 3
    tip = git(repo.remote, "rev-parse", "main")
    assert tip == ledger.head.sha
    names = git(repo.remote, "ls-tree", "-r", "--name-only", "main").splitlines()
    assert {DAY, "posts/0.md", "posts/2.md", "postops.yaml"} <= set(names)
    changed = git(repo.remote, "log", "--author=postops@", "--name-only", "--format=", "main")
    assert set(changed.split()) == {DAY}


def test_only_state_counts_as_moved(repo: Repo, tmp_path: Path) -> None:
    remote = GitRemote(Repository.discover(repo.path), "same")
    base = remote.fetch_sync()
    other = clone(repo.remote, tmp_path / "author")
    commit(other, {"posts/a.md": "text"})
    push(other)
    head = remote.push_sync(base, {"state/x": b"1"}, "x")
    assert git(repo.remote, "rev-parse", "main") == head.sha
    with pytest.raises(LedgerConflict):
        remote.push_sync(base, {"state/x": b"2"}, "y")
    assert show(repo.remote, "main", "state/x") == "1"


async def test_same_never_carries_commits_that_were_not_pushed(repo: Repo) -> None:
    repo.commit({"posts/secret.md": "not yet"})
    ledger = await opened(repo.path, branch="same")
    await ledger.claim([claimed()])
    assert "secret" not in git(repo.remote, "ls-tree", "-r", "--name-only", "main")
    assert git(repo.remote, "log", "--format=%s", "main").splitlines()[0] == "publish: 1 claimed"


async def test_same_on_a_named_content_branch(repo: Repo) -> None:
    repo.push("live")
    remote = GitRemote(Repository.discover(repo.path), "same", "live")
    ledger = await Ledger.open(remote, repo.path / ".postops/outbox", Ticking(), "one")
    await ledger.claim([claimed()])
    assert show(repo.remote, "live", DAY)
    assert run(repo.remote, "cat-file", "-e", f"main:{DAY}").returncode


async def test_same_without_its_state_folder_is_held(repo: Repo, tmp_path: Path) -> None:
    ledger = await opened(repo.path, branch="same")
    await ledger.claim([claimed()])
    await ledger.claim([claimed("b@main")])
    vandal = clone(repo.remote, tmp_path / "v")
    first_line = (vandal / DAY).read_text().split("\n")[0] + "\n"
    commit(vandal, {DAY: first_line})
    push(vandal)
    await ledger.refresh()
    assert "rewritten" in (ledger.held or "")
    commit(vandal, {DAY: None})
    push(vandal)
    shallow = clone(repo.remote, tmp_path / "s", shallow=True)
    with pytest.raises(LedgerDamaged, match="rewritten"):
        await (await opened(shallow, branch="same")).claim([claimed()])


async def test_a_state_branch_beside_same_is_refused(repo: Repo, bare_local: Repository) -> None:
    await (await opened(repo.path)).claim([claimed()])
    await (await opened(bare_local.root)).claim([claimed()])
    for where in (repo.path, bare_local.root):
        with pytest.raises(ConfigError, match="postops-state") as caught:
            await opened(where, "two", branch="same")
        assert "branch: postops-state" in (caught.value.help or "")


# ---------------------------------------------------------------- without a remote


async def test_without_a_remote_same_keeps_the_status_clean(bare_local: Repository) -> None:
    where = bare_local.root
    write(where, {".git/info/exclude": ".postops/\n", "posts/new.md": "x"})
    git(where, "add", "posts/new.md")
    before = git(where, "status", "--porcelain")
    ledger = await opened(where, branch="same")
    await ledger.claim([claimed()])
    await ledger.claim([claimed("b@main")])
    assert git(where, "status", "--porcelain") == before == "A  posts/new.md"
    assert (where / DAY).read_bytes() == ledger.head.read(DAY)

    (where / DAY).write_text("edited by hand")
    await ledger.claim([claimed("c@main")])
    assert (where / DAY).read_text() == "edited by hand"
    assert git(where, "rev-parse", "HEAD") == ledger.head.sha


async def test_without_a_remote_a_commit_by_hand_is_no_conflict(bare_local: Repository) -> None:
    ledger = await opened(bare_local.root, branch="same")
    await ledger.claim([claimed()])
    commit(bare_local.root, {"posts/b.md": "b"})
    await ledger.claim([claimed("b@main")])
    assert show(bare_local.root, "HEAD", "posts/b.md") == "b"
    assert ledger.state.seq == 2


async def test_without_a_remote_same_needs_a_branch(bare_local: Repository) -> None:
    git(bare_local.root, "checkout", "--quiet", "--detach")
    with pytest.raises(ConfigError, match="no content branch"):
        await opened(bare_local.root, branch="same")


async def test_without_a_remote_a_stuck_lock_is_an_error(bare_local: Repository) -> None:
    ledger = await opened(bare_local.root)
    (bare_local.common / "refs/postops").mkdir(parents=True, exist_ok=True)
    (bare_local.common / "refs/postops/anchor.lock").touch()
    with pytest.raises(LedgerError, match=r"cannot be written.*anchor\.lock") as caught:
        await ledger.claim([claimed()])
    assert not isinstance(caught.value, LedgerConflict)


# ---------------------------------------------------------------- refusals


async def test_a_protected_branch_is_an_error_with_its_reason(repo: Repo) -> None:
    protect(repo.remote)
    ledger = await opened(repo.path)
    with pytest.raises(LedgerError, match="GH006: Protected branch update failed") as caught:
        await ledger.claim([claimed()])
    assert not isinstance(caught.value, LedgerConflict)
    assert "contents: write" in (caught.value.help or "")
    assert ledger.state.delivery("hello@main").phase == "new"
    assert run(repo.remote, "rev-parse", "--verify", ANCHOR).returncode, "the push is atomic"


async def test_a_refused_push_goes_with_the_next(repo: Repo) -> None:
    ledger = await opened(repo.path)
    await ledger.claim([claimed()])
    fail_pushes_once(repo.remote, "fetch first, said the hook")
    ledger.record(published())
    with pytest.raises(LedgerError, match="pre-receive hook declined") as caught:
        await ledger.push()
    assert not isinstance(caught.value, LedgerConflict)
    ledger.close()
    after = await opened(repo.path, "two")
    assert after.state.delivery("hello@main").phase == "published"


async def test_over_http(repo: Repo, tmp_path: Path, http_backend: HttpBackend) -> None:
    server = http_backend(repo.remote)
    server.credentials = ("x-access-token", "canary-secret")
    where = clone(repo.remote, tmp_path / "c")
    git(where, "remote", "set-url", "origin", server.url)
    # What actions/checkout leaves behind.
    git(where, "config", f"http.{server.url}.extraheader", f"AUTHORIZATION: {server.expected()}")
    ledger = await opened(where)
    server.lose_answers = 1
    (claim,) = await ledger.claim([claimed()])
    assert claim["seq"] == ledger.state.seq == 1
    server.read_only = True
    with pytest.raises(LedgerError, match="403"):
        await ledger.claim([claimed("b@main")])
    server.read_only = False
    server.credentials = ("x-access-token", "other")
    with pytest.raises(LedgerError) as caught:
        await ledger.refresh()
    assert "cannot be reached" in str(caught.value)


async def test_an_unreachable_remote_shows_no_credentials(repo: Repo) -> None:
    ledger = await opened(repo.path)
    repo.git("remote", "set-url", "origin", "http://ada:canary-secret@127.0.0.1:1/x.git")
    fresh = GitRemote(Repository.discover(repo.path))
    with pytest.raises(LedgerError, match="cannot be reached") as caught:
        await fresh.fetch()
    assert "canary" not in f"{caught.value}{caught.value.help}"
    assert caught.value.exit_code == 1
    ledger.remote = fresh
    with pytest.raises(LedgerError) as caught:
        await ledger.claim([claimed()])
    assert "canary" not in f"{caught.value}{caught.value.help}"
    assert ledger.pending == 1, "the claim is given back once the remote is there again"


async def test_a_hung_remote_is_given_up(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    install_hook(repo.remote, "pre-receive", "sleep 30")
    monkeypatch.setattr(swap, "NETWORK_SECONDS", 0.3)
    ledger = await opened(repo.path)
    with pytest.raises(LedgerError, match=r"no answer in 0\.3 s"):
        await ledger.claim([claimed()])


async def test_a_push_killed_after_it_landed_has_landed(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_hook(repo.remote, "post-receive", "sleep 30")
    monkeypatch.setattr(swap, "NETWORK_SECONDS", 1.0)
    ledger = await opened(repo.path)
    (claim,) = await ledger.claim([claimed()])
    assert (claim["seq"], ledger.state.seq, ledger.pending) == (1, 1, 0)
    assert git(repo.remote, "rev-list", "--count", STATE) == "1"


async def test_git_objects_that_cannot_be_written(repo: Repo) -> None:
    ledger = await opened(repo.path)
    objects = repo.path / ".git/objects"
    kept = repo.path / ".git/kept"
    objects.rename(kept)
    objects.write_text("not a folder")
    with pytest.raises(LedgerError) as caught:
        await ledger.claim([claimed()])
    objects.unlink()
    kept.rename(objects)
    assert "cannot be written" in str(caught.value)
    await ledger.claim([claimed("b@main")])


# ---------------------------------------------------------------- damage


async def two_commits(repo: Repo) -> Ledger:
    ledger = await opened(repo.path)
    await ledger.claim([claimed()])
    ledger.record(published())
    await ledger.push()
    ledger.close()
    return ledger


async def test_a_deleted_state_branch_is_held(repo: Repo) -> None:
    await two_commits(repo)
    git(repo.remote, "update-ref", "-d", STATE)
    ledger = await opened(repo.path, "two")
    assert "missing" in (ledger.held or "")
    with pytest.raises(LedgerDamaged):
        await ledger.claim([claimed()])
    assert await ledger.accept("ada")
    await ledger.claim([claimed("b@main")])
    assert (await opened(repo.path, "three")).state.seq == 1


@pytest.mark.parametrize("shallow", [False, True])
async def test_a_rewound_state_branch_is_held(repo: Repo, tmp_path: Path, shallow: bool) -> None:
    await two_commits(repo)
    git(repo.remote, "update-ref", STATE, f"{STATE}~1")
    where = clone(repo.remote, tmp_path / "c", shallow=shallow)
    ledger = await opened(where, "two")
    assert "rewritten" in (ledger.held or "")
    with pytest.raises(LedgerDamaged, match="rewritten"):
        await ledger.claim([claimed("b@main")])
    assert await ledger.accept()
    await ledger.claim([claimed("b@main")])
    after = await opened(where, "three")
    assert (after.held, after.state.seq) == (None, 2)


async def test_a_commit_by_hand_on_top_is_fine(repo: Repo, tmp_path: Path) -> None:
    await two_commits(repo)
    hand = clone(repo.remote, tmp_path / "h")
    git(hand, "checkout", "--quiet", "postops-state")
    commit(hand, {"README.md": "what this branch is"})
    push(hand, "postops-state")
    ledger = await opened(repo.path, "two")
    assert ledger.held is None
    await ledger.claim([claimed("b@main")])
    assert show(repo.remote, STATE, "README.md") == "what this branch is"


async def test_a_history_cut_short_is_proven_by_its_lines(repo: Repo, tmp_path: Path) -> None:
    """A shallow clone of the state branch itself: the anchor's commit has no known descendants."""
    await two_commits(repo)
    hand = clone(repo.remote, tmp_path / "h")
    git(hand, "checkout", "--quiet", "postops-state")
    commit(hand, {"README.md": "1"})
    push(hand, "postops-state")
    where = tmp_path / "s"
    git(tmp_path, "clone", "-q", "--depth=1", "-b", "postops-state", f"file://{repo.remote}", "s")
    ledger = await opened(where, "two")
    assert (ledger.held, ledger.state.seq) == (None, 2)


@pytest.mark.parametrize(
    ("line", "error", "says"),
    [
        ("garbage", LedgerDamaged, f"{DAY}:3: not an event"),
        ('{"v":2,"type":"sent"}', LedgerVersion, f"{DAY}:3: written by a newer postops"),
    ],
)
async def test_a_bad_line_stops_the_run_before_it_writes(
    repo: Repo, tmp_path: Path, line: str, error: type[LedgerError], says: str
) -> None:
    await two_commits(repo)
    hand = clone(repo.remote, tmp_path / "h")
    git(hand, "checkout", "--quiet", "postops-state")
    commit(hand, {DAY: (hand / DAY).read_text() + line + "\n"})
    push(hand, "postops-state")
    tip = git(repo.remote, "rev-parse", STATE)
    with pytest.raises(error, match=says) as caught:
        await opened(repo.path, "two")
    assert caught.value.exit_code == (2 if error is LedgerVersion else 1)
    assert git(repo.remote, "rev-parse", STATE) == tip
    assert not (repo.path / ".postops/outbox/two.jsonl").exists()


async def test_a_torn_line_in_git_is_repaired(repo: Repo, tmp_path: Path) -> None:
    await two_commits(repo)
    hand = clone(repo.remote, tmp_path / "h")
    git(hand, "checkout", "--quiet", "postops-state")
    commit(hand, {DAY: (hand / DAY).read_text() + '{"v":1,"id'})
    push(hand, "postops-state")
    ledger = await opened(repo.path, "two")
    assert ledger.repairs
    await ledger.claim([claimed("b@main")])
    assert (await opened(repo.path, "three")).repairs == []
    assert show(repo.remote, STATE, DAY).count("\n") == 2


# ---------------------------------------------------------------- races between processes

WORKER = """
import asyncio, sys
from pathlib import Path
from postops.clock import SystemClock
from postops.git import Repository
from postops.ledger.git_remote import GitRemote
from postops.ledger.journal import Ledger

async def main(where, run, branch):
    remote = GitRemote(Repository.discover(Path(where)), branch)
    ledger = await Ledger.open(remote, Path(where) / ".postops/outbox", SystemClock(), run)
    for step in range(5):
        ledger.record({"type": "published", "delivery": f"{run}-{step}@main", "part": 1})
        await ledger.push()
    ledger.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize(("branch", "count"), [("postops-state", 8), ("same", 4)])
async def test_processes_in_a_race_lose_nothing(
    repo: Repo, tmp_path: Path, branch: str, count: int
) -> None:
    """Half of them share one clone, so that they also race for its refs and its outbox folder."""
    other = clone(repo.remote, tmp_path / "c")
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            WORKER,
            str((repo.path, other)[n % 2]),
            f"run{n}",
            branch,
            stderr=asyncio.subprocess.PIPE,
        )
        for n in range(count)
    ]
    for worker in workers:
        _, err = await worker.communicate()
        assert worker.returncode == 0, err.decode()[-800:]
    ledger = await opened(repo.path, "last", branch)
    assert (ledger.state.seq, len(ledger.state.deliveries)) == (count * 5, count * 5)
    assert ledger.held is None


def test_ctrl_c_does_not_reach_git(repo: Repo) -> None:
    """Its processes belong to a session of their own."""
    done = Repository(repo.path, repo.path / ".git").run(
        "-c", f"alias.who=!{sys.executable} -c 'import os; print(os.getsid(0))'", "who"
    )
    assert int(done.text) != os.getsid(0)


async def test_lost_locks_while_fetching_are_tried_again(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    await two_commits(repo)
    lock = repo.path / ".git/refs/postops/remote/state.lock"
    repo.git("config", "core.filesRefLockTimeout", "1")
    ledger = await opened(repo.path, "two")
    elsewhere = clone(repo.remote, repo.path.parent / "e")
    await (await opened(elsewhere, "x")).claim([claimed("x@main")])
    lock.touch()
    real, calls = postops_git.Repository.fetch, []

    def unlocking(self, *args, **kw):
        calls.append(1)
        if len(calls) == 3:
            lock.unlink()
        return real(self, *args, **kw)

    monkeypatch.setattr(postops_git.Repository, "fetch", unlocking)
    await ledger.refresh()
    assert (ledger.state.seq, len(calls)) == (3, 3)
    await (await opened(elsewhere, "y")).claim([claimed("y@main")])
    lock.touch()
    with pytest.raises(LedgerError, match="could not lock"):
        await ledger.refresh()


def test_only_its_own_heads(repo: Repo) -> None:
    class Foreign:
        sha = anchor = None

    with pytest.raises(TypeError):
        GitRemote(Repository.discover(repo.path)).push_sync(Foreign(), {}, "x")  # type: ignore[arg-type]

"""The rig is real git, and a race of pushers ends as the ledger's compare-and-swap needs it to."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.rigs.git import (
    STATE,
    clone,
    commit,
    fail_pushes_once,
    git,
    protect,
    run,
    show,
    slow_pushes,
    url,
)

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.rigs.git import Repo
    from tests.rigs.git_http import HttpBackend

PUSHERS = 6
# What git says to one who was second: at the same moment, later, and later with a lease.
TOO_LATE = re.compile(r"cannot lock ref|failed to update ref|fetch first|stale info")


@pytest.fixture(params=["file", "http"])
def serve(request: pytest.FixtureRequest, http_backend: HttpBackend) -> Callable[[Path], str]:
    return url if request.param == "file" else lambda remote: http_backend(remote).url


def pushers(where: str, tmp_path: Path, count: int = 2) -> list[Path]:
    """Clones that each have one commit of their own to push."""
    clones = [clone(where, tmp_path / f"pusher-{n}") for n in range(count)]
    for n, path in enumerate(clones):
        commit(path, {f"{n}.txt": str(n)}, f"From {n}")
    return clones


def race(clones: list[Path], *options: str) -> list[subprocess.CompletedProcess[str]]:
    start = threading.Barrier(len(clones))

    def push(path: Path) -> subprocess.CompletedProcess[str]:
        start.wait()
        return run(path, "push", *options, "origin", f"HEAD:{STATE}")

    with ThreadPoolExecutor(len(clones)) as pool:
        return list(pool.map(push, clones))


def test_racing_pushes_have_one_winner(repo: Repo, serve, tmp_path: Path) -> None:
    repo.push(STATE)
    clones = pushers(serve(repo.remote), tmp_path, PUSHERS)

    pushed = race(clones)

    won = [path for path, done in zip(clones, pushed, strict=True) if done.returncode == 0]
    lost = [done.stderr for done in pushed if done.returncode]
    assert len(won) == 1
    assert git(repo.remote, "rev-parse", STATE) == git(won[0], "rev-parse", "HEAD")
    assert [words for words in lost if not TOO_LATE.search(words)] == []


def test_racing_creations_have_one_winner(repo: Repo, serve, tmp_path: Path) -> None:
    # An empty lease says "this ref must not exist yet": how a ledger is begun.
    clones = pushers(serve(repo.remote), tmp_path, PUSHERS)

    pushed = race(clones, f"--force-with-lease={STATE}:")

    assert sorted(bool(done.returncode) for done in pushed) == [False] + [True] * (PUSHERS - 1)
    assert all(TOO_LATE.search(done.stderr) for done in pushed if done.returncode)


def test_who_pushes_while_another_push_is_under_way_cannot_lock_the_ref(
    repo: Repo, serve, tmp_path: Path
) -> None:
    # Both saw the same head, so only the lock on the server can tell them apart.
    repo.push(STATE)
    first, second = pushers(serve(repo.remote), tmp_path)
    slow_pushes(repo.remote, 0.3)

    pushed = race([first, second])

    (words,) = [done.stderr for done in pushed if done.returncode]
    assert "[remote rejected]" in words
    assert re.search(r"cannot lock ref|failed to update ref", words)


def test_who_comes_later_must_fetch_first(repo: Repo, serve, tmp_path: Path) -> None:
    repo.push(STATE)
    first, second = pushers(serve(repo.remote), tmp_path)

    assert run(first, "push", "origin", f"HEAD:{STATE}").returncode == 0
    late = run(second, "push", "origin", f"HEAD:{STATE}")

    assert late.returncode == 1
    assert "(fetch first)" in late.stderr


def test_who_comes_later_with_a_lease_has_stale_info(repo: Repo, serve, tmp_path: Path) -> None:
    head = repo.git("rev-parse", "HEAD")
    repo.push(STATE)
    first, second = pushers(serve(repo.remote), tmp_path)
    lease = f"--force-with-lease={STATE}:{head}"

    assert run(first, "push", lease, "origin", f"HEAD:{STATE}").returncode == 0
    late = run(second, "push", lease, "origin", f"HEAD:{STATE}")

    assert late.returncode == 1
    assert "(stale info)" in late.stderr


def test_an_atomic_push_moves_both_refs_or_none(repo: Repo, serve, tmp_path: Path) -> None:
    repo.push(STATE)
    first, second = pushers(serve(repo.remote), tmp_path)
    both = ["--atomic", "origin", f"HEAD:{STATE}", "HEAD:refs/postops/anchor"]

    assert run(first, "push", *both).returncode == 0
    assert run(second, "push", *both).returncode == 1

    heads = {git(repo.remote, "rev-parse", ref) for ref in (STATE, "refs/postops/anchor")}
    assert heads == {git(first, "rev-parse", "HEAD")}


def test_a_protected_branch_is_no_lost_race(repo: Repo, serve, tmp_path: Path) -> None:
    work = clone(serve(repo.remote), tmp_path / "other")
    protect(repo.remote)

    refused = run(work, "push", "origin", f"HEAD:{STATE}")

    assert refused.returncode == 1
    assert "GH006: Protected branch" in refused.stderr
    assert "(hook declined)" in refused.stderr
    assert not TOO_LATE.search(refused.stderr)
    git(work, "push", "origin", "HEAD:refs/heads/other")


def test_a_push_that_fails_once_passes_the_second_time(repo: Repo) -> None:
    fail_pushes_once(repo.remote, "error: try again")

    refused = run(repo.path, "push", "origin", f"HEAD:{STATE}")

    assert "remote: error: try again" in refused.stderr
    assert "pre-receive hook declined" in refused.stderr
    repo.push(STATE)


def test_slow_pushes_take_their_time(repo: Repo) -> None:
    slow_pushes(repo.remote, 0.2)
    started = time.monotonic()

    repo.push(STATE)

    assert time.monotonic() - started >= 0.2


def test_clones_may_be_shallow_or_blobless(repo: Repo, serve, tmp_path: Path) -> None:
    repo.commit({"posts/new.md": "new\n"})
    repo.push()
    where = serve(repo.remote)

    shallow = clone(where, tmp_path / "shallow", shallow=True)
    blobless = clone(where, tmp_path / "blobless", blobless=True)

    assert git(shallow, "rev-list", "--count", "HEAD") == "1"
    assert (shallow / ".git/shallow").exists()
    assert git(blobless, "rev-list", "--count", "HEAD") == "2"
    assert git(blobless, "config", "remote.origin.promisor") == "true"
    repo.commit({"posts/new.md": "newer\n"})
    repo.push()
    git(blobless, "fetch", "--quiet", "origin")
    missing = git(blobless, "rev-list", "--objects", "--missing=print", "origin/main")
    assert "\n?" in missing
    assert show(blobless, "origin/main", "posts/new.md") == "newer"


def test_commits_are_the_same_for_ever(repo: Repo) -> None:
    # Dates, identity and bytes are all fixed, so a hash may stand in a test.
    assert repo.git("log", "-1", "--format=%an <%ae> %aI %cI") == (
        "Ada Author <ada@example.org> 2026-01-05T09:00:00+00:00 2026-01-05T09:00:00+00:00"
    )
    head = repo.commit({"a": b"\r\n\xff", "posts/README.md": None}, when="2026-02-01T00:00:00Z")
    assert repo.git("show", "--format=%ct", "--name-status", head).split() == [
        "1769904000", "A", "a", "D", "posts/README.md",
    ]  # fmt: skip
    assert (repo.path / "a").read_bytes() == b"\r\n\xff"
    assert repo.git("status", "--porcelain") == ""


def test_the_users_configuration_is_not_seen(repo: Repo, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / ".gitconfig").write_text("[user]\n  name = Somebody\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))

    assert run(repo.path, "config", "user.name").returncode == 1


def test_http_asks_for_credentials(repo: Repo, http_backend: HttpBackend, tmp_path: Path) -> None:
    server = http_backend(repo.remote)
    server.credentials = ("x-access-token", "t0ken")

    assert "could not read Username" in run(tmp_path, "ls-remote", server.url).stderr
    header = f"http.{server.url}.extraheader=Authorization: {server.expected()}"
    assert "refs/heads/main" in git(tmp_path, "-c", header, "ls-remote", server.url)


def test_http_can_be_read_only(repo: Repo, http_backend: HttpBackend) -> None:
    server = http_backend(repo.remote)
    server.read_only = True
    repo.git("fetch", server.url)

    refused = run(repo.path, "push", server.url, f"HEAD:{STATE}")

    assert refused.returncode == 128
    assert "error: 403" in refused.stderr


def test_http_can_lose_an_answer_after_the_effect(repo: Repo, http_backend: HttpBackend) -> None:
    server = http_backend(repo.remote)
    server.lose_answers = 1

    lost = run(repo.path, "push", server.url, f"HEAD:{STATE}")

    assert lost.returncode != 0
    assert git(repo.remote, "rev-parse", STATE) == repo.git("rev-parse", "HEAD")
    assert run(repo.path, "push", server.url, f"HEAD:{STATE}").returncode == 0


def test_http_takes_a_pack_in_chunks_and_sets_the_date(
    repo: Repo, http_backend: HttpBackend, tmp_path: Path
) -> None:
    import random
    import urllib.request

    server = http_backend(repo.remote)
    server.date = "Mon, 05 Jan 2026 09:00:00 GMT"
    big = random.Random(0).randbytes(3 << 20)
    repo.commit({"big.bin": big})

    git(repo.path, "push", server.url, "HEAD:main")

    assert (clone(server.url, tmp_path / "again") / "big.bin").read_bytes() == big
    assert ("POST", f"/{repo.remote.name}/git-receive-pack") in server.requests
    with urllib.request.urlopen(f"{server.url}/info/refs?service=git-upload-pack") as answer:
        assert answer.headers["Date"] == server.date


def test_the_skeleton_is_committed_and_pushed(repo: Repo) -> None:
    assert show(repo.remote, "main", "postops.yaml").startswith("version: 1\n")
    assert isinstance(repo.path, Path)
    assert {p.name for p in repo.path.iterdir()} == {".git", "postops.yaml", "posts", "campaigns"}

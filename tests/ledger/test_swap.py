"""Both refs move or none does, and whoever lost a race is told apart from whoever was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from postops.errors import LedgerConflict, LedgerError
from postops.git import Completed, Repository
from postops.ledger.swap import Move, push, refusal, update
from tests.rigs.git import STATE, fail_pushes_once, git, install_hook, protect, run, url

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.rigs.git import Repo

ANCHOR = "refs/postops/anchor"
IDENTITY = {"GIT_COMMITTER_NAME": "Ada Author", "GIT_COMMITTER_EMAIL": "ada@example.org"}
Swap = Callable[["Sequence[Move]"], None]


@pytest.fixture(params=["push", "update"])
def place(request: pytest.FixtureRequest, repo: Repo) -> tuple[Path, Swap]:
    """Where the refs are, and the way to move them there."""
    repository = Repository.discover(repo.path)
    if request.param == "push":
        return repo.remote, lambda moves: push(repository, url(repo.remote), moves)
    return repo.path, lambda moves: update(repository, moves)


@pytest.fixture
def commits(repo: Repo) -> list[str]:
    """Three commits that only this clone has; none of them is on a branch of the ledger."""
    return [repo.commit({"state/x": text}, text) for text in ("one", "two", "three")]


def refs(where: Path) -> list[str | None]:
    found = [run(where, "rev-parse", "--verify", "--quiet", ref) for ref in (STATE, ANCHOR)]
    return [done.stdout.strip() or None for done in found]


def both(old: str | None, new: str) -> list[Move]:
    return [Move(STATE, old, new), Move(ANCHOR, old, new)]


def test_both_refs_are_made_and_then_moved(place: tuple[Path, Swap], commits: list[str]) -> None:
    where, swap = place
    swap(both(None, commits[0]))
    assert refs(where) == [commits[0]] * 2
    swap(both(commits[0], commits[1]))
    assert refs(where) == [commits[1]] * 2


@pytest.mark.parametrize("stale", [STATE, ANCHOR])
def test_one_ref_that_moved_keeps_both_where_they_are(
    place: tuple[Path, Swap], commits: list[str], stale: str
) -> None:
    where, swap = place
    one, two, three = commits
    swap([Move(ref, None, two if ref == stale else one) for ref in (STATE, ANCHOR)])
    before = refs(where)
    with pytest.raises(LedgerConflict, match="another runner"):
        swap(both(one, three))
    assert refs(where) == before


def test_a_lock_that_a_dead_git_left_is_named(repo: Repo, commits: list[str]) -> None:
    lock = repo.remote / f"{STATE}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    with pytest.raises(LedgerConflict, match=r"holds .*postops-state\.lock") as caught:
        push(Repository.discover(repo.path), url(repo.remote), both(None, commits[0]))
    assert "remove that file" in (caught.value.help or "")
    lock.unlink()
    push(Repository.discover(repo.path), url(repo.remote), both(None, commits[0]))


def test_a_ref_that_must_not_exist_and_does_is_a_lost_race(
    place: tuple[Path, Swap], commits: list[str]
) -> None:
    where, swap = place
    swap(both(None, commits[0]))
    with pytest.raises(LedgerConflict):
        swap(both(None, commits[1]))
    assert refs(where) == [commits[0]] * 2


def test_a_ref_that_vanished_is_not_made_again(
    place: tuple[Path, Swap], commits: list[str]
) -> None:
    where, swap = place
    with pytest.raises(LedgerError):
        swap(both(commits[0], commits[1]))
    assert refs(where) == [None, None]


@pytest.mark.parametrize("hinder", [protect, fail_pushes_once])
def test_a_refusal_is_no_race_and_moves_nothing(
    repo: Repo, commits: list[str], hinder: Callable[[Path], None]
) -> None:
    hinder(repo.remote)
    with pytest.raises(LedgerError, match="refused the ledger") as caught:
        push(Repository.discover(repo.path), url(repo.remote), both(None, commits[0]))
    assert not isinstance(caught.value, LedgerConflict)
    assert "contents: write" in (caught.value.help or "")
    assert refs(repo.remote) == [None, None]


def test_a_hook_that_speaks_of_races_is_still_a_refusal(repo: Repo, commits: list[str]) -> None:
    install_hook(repo.remote, "pre-receive", "echo 'error: fetch first, then sign off'; exit 1")
    with pytest.raises(LedgerError, match="refused the ledger") as caught:
        push(Repository.discover(repo.path), url(repo.remote), both(None, commits[0]))
    assert not isinstance(caught.value, LedgerConflict)


def test_a_remote_that_is_not_there_is_no_refusal(
    repo: Repo, commits: list[str], tmp_path: Path
) -> None:
    with pytest.raises(LedgerError, match="cannot be pushed") as caught:
        push(Repository.discover(repo.path), url(tmp_path / "gone.git"), both(None, commits[0]))
    assert not isinstance(caught.value, LedgerConflict)


def test_a_commit_that_does_not_exist_cannot_be_written(repo: Repo) -> None:
    with pytest.raises(LedgerError, match="cannot be written") as caught:
        update(Repository.discover(repo.path), both(None, "d" * 40))
    assert not isinstance(caught.value, LedgerConflict)
    assert refs(repo.path) == [None, None]


def test_a_push_takes_no_tags_along_and_runs_no_hook_of_the_user(
    repo: Repo, commits: list[str]
) -> None:
    repo.git("tag", "--annotate", "v1", "--message", "v1", commits[0], **IDENTITY)
    repo.git("config", "push.followTags", "true")
    hook = repo.path / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    push(Repository.discover(repo.path), url(repo.remote), both(None, commits[0]))
    assert git(repo.remote, "tag") == ""


@pytest.mark.parametrize(
    ("cause", "stderr", "race"),
    [
        ("fetch first", "", True),
        ("stale info", "", True),
        ("incorrect old value provided", "", True),
        ("reference already exists", "", True),
        ("atomic transaction failed", "remote: error: cannot lock ref 'x': is at 1", True),
        ("atomic transaction failed", "remote: error: GH006: Protected branch", False),
        ("protected branch hook declined", "remote: error: cannot lock ref 'x'", False),
    ],
)
def test_the_words_of_git_tell_a_race_from_a_refusal(cause: str, stderr: str, race: bool) -> None:
    said = f"To origin\n!\tabc:{STATE}\t[remote rejected] ({cause})\nDone"
    assert isinstance(refusal(Completed(said.encode(), stderr, 1)), LedgerConflict) is race

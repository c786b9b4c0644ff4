from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from postops.policy import check as checking
from postops.policy import workers
from postops.policy.workers import processors
from tests.policy.test_check import lay, post, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    files = {f"posts/{n:02}.md": post(f"**Hello** {n} example.com", "tags: [x]") for n in range(23)}
    lay(tmp_path, {**files, "posts/broken.md": "broken"})
    return tmp_path


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The children that were really started; a few files are worth it here."""
    monkeypatch.setattr(workers, "WORTH_A_FORK", 3)
    children: list[int] = []
    fork = os.fork

    def counted() -> int:
        pid = fork()
        if pid:
            children.append(pid)
        return pid

    monkeypatch.setattr(os, "fork", counted)
    return children


@pytest.mark.parametrize("jobs", [2, 3, 5])
def test_several_processes_find_what_one_finds(
    jobs: int, repository: Path, forks: list[int]
) -> None:
    alone = run(repository, jobs=1)
    assert forks == []
    assert run(repository, jobs=jobs) == alone
    assert len(forks) == jobs - 1
    assert alone.summary.errors == 1


def test_as_many_as_there_are_processors(
    repository: Path, forks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "processors", lambda: 3)
    run(repository)
    assert len(forks) == 2
    assert processors() >= 1


def test_few_files_are_not_worth_a_fork(
    repository: Path, forks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "WORTH_A_FORK", 300)
    run(repository, jobs=2)
    assert forks == []


def test_a_process_with_threads_does_not_fork(repository: Path, forks: list[int]) -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        run(repository, jobs=2)
    finally:
        done.set()
        thread.join()
    assert forks == []


def in_children(act: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    parent, examine = os.getpid(), checking.examine

    def failing(read, context, path):
        if os.getpid() != parent:
            act()
        return examine(read, context, path)

    monkeypatch.setattr(checking, "examine", failing)


def raise_error() -> None:
    raise RuntimeError("a child fails")


@pytest.mark.parametrize("act", [raise_error, lambda: os._exit(9), lambda: os.kill(os.getpid(), 9)])
def test_the_share_of_a_child_that_fails_is_examined_here(
    act: Callable[[], None],
    repository: Path,
    forks: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone = run(repository, jobs=1)
    in_children(act, monkeypatch)
    assert run(repository, jobs=2) == alone
    assert len(forks) == 1


def test_a_failure_everywhere_is_raised_here(
    repository: Path, forks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(read, context, path):
        raise RuntimeError(path)

    monkeypatch.setattr(checking, "examine", failing)
    with pytest.raises(RuntimeError, match=r"posts/"):
        run(repository, jobs=2)
    for pid in forks:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, 0)

"""The same ledger over every way to keep it: in memory, and in git in each placement."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from postops.git import Repository
from postops.ledger.git_remote import GitRemote
from tests.ledger.memory_remote import Cloud, MemoryRemote
from tests.rigs.git import SKELETON, clone, commit

if TYPE_CHECKING:
    from pathlib import Path

    from postops.ledger.remote import StateRemote
    from tests.rigs.git import Repo
    from tests.rigs.git_http import HttpBackend

Runner = Callable[[], "StateRemote"]


def claimed(name: str = "hello@main", **more: Any) -> dict[str, Any]:
    return {
        "type": "claimed",
        "delivery": name,
        "action": "publish",
        "parts": 1,
        "keys": {"1": f"key-{name}"},
        "source": "sha256:aa",
        "payload": "sha256:bb",
        "commit": "c" * 40,
        **more,
    }


def published(name: str = "hello@main", **more: Any) -> dict[str, Any]:
    return {
        "type": "published",
        "delivery": name,
        "part": 1,
        "parts": 1,
        "remote_id": f"id-{name}",
        "url": "https://example.org/1",
        **more,
    }


@pytest.fixture(params=["memory", "file", "same", "local", "local-same"])
def runner(
    request: pytest.FixtureRequest, repo: Repo, tmp_path: Path, http_backend: HttpBackend
) -> Runner:
    """Makes one runner's remote after another, all of one ledger. Slower, and so on request: http."""
    kind = request.param
    cloud = Cloud()
    counter = iter(range(100))
    if kind.startswith("local"):
        repo.git("remote", "remove", "origin")
    url = http_backend(repo.remote).url if kind == "http" else repo.remote

    def make() -> StateRemote:
        if kind == "memory":
            return MemoryRemote(cloud)
        branch = "same" if kind.endswith("same") else "postops-state"
        if kind.startswith("local"):
            return GitRemote(Repository.discover(repo.path), branch)
        return GitRemote(Repository.discover(clone(url, tmp_path / f"c{next(counter)}")), branch)

    return make


@pytest.fixture
def bare_local(tmp_path: Path) -> Repository:
    """A repository without a remote."""
    import subprocess

    path = tmp_path / "local"
    path.mkdir()
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(path)], check=True)
    commit(path, SKELETON, "Begin")
    return Repository.discover(path)

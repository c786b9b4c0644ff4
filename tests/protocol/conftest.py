"""One server and one template of a repository for all scenarios; each gets a world of its own."""

from __future__ import annotations

import asyncio
import json
import queue
import shutil
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from postops.sandbox.serve import serve
from postops.sandbox.world import World
from tests.cli.site import KINDS, SECRETS, VARIABLES, Jumping
from tests.protocol.scene import Moments, Scene
from tests.rigs.git import SKELETON, Repo, clone, git, make_remote, url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def clock() -> Jumping:
    return Jumping()


@pytest.fixture(scope="session")
def served(clock: Jumping) -> Iterator[World]:
    """The platforms, served; emptied for every scenario."""
    made, stop, lines = World(clock.now), threading.Event(), queue.Queue[str]()
    serving = serve(made, announce=lines.put, stop=stop)
    thread = threading.Thread(target=lambda: asyncio.run(serving))
    thread.start()
    made.origins |= json.loads(lines.get(timeout=10))["origins"]
    yield made
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.fixture
def world(served: World, clock: Jumping) -> World:
    clock.ahead = timedelta(0)
    served.offset = 0.0
    for full in (served.accounts, served.shelves, served.windows, served.calls):
        full.clear()
    served.faults = Moments()
    for name, kind in KINDS.items():
        served.add_account(kind, name)
    return served


@pytest.fixture(scope="session")
def template(served: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A remote and a clone of it, configured; origin is to be set where it is copied to."""
    folder = tmp_path_factory.mktemp("template")
    remote = make_remote(folder)
    made = Repo(clone(remote, folder / "work"), remote)
    made.commit(SKELETON | {"postops.yaml": configuration(served)}, "Begin")
    made.push()
    return folder


def configuration(world: World, **more: object) -> str:
    """All three accounts; posts go to tusk where they do not say."""
    accounts = {
        name: {
            "platform": kind,
            **world.add_account(kind, name).settings,
            "credentials": {SECRETS[name]: f"env:{VARIABLES[name]}"},
        }
        for name, kind in KINDS.items()
    }
    document = {"version": 1, "accounts": accounts, "defaults": {"accounts": ["tusk"]}, **more}
    return json.dumps(document, indent=1) + "\n"


@pytest.fixture
def scene(
    template: Path,
    world: World,
    clock: Jumping,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Scene]:
    """A site of its own, made by copying."""
    shutil.copytree(template, tmp_path / "site")
    repo = Repo(tmp_path / "site/work", tmp_path / "site/remote.git")
    git(repo.path, "remote", "set-url", "origin", url(repo.remote))
    for name in KINDS:
        secret = world.account(KINDS[name], name).credentials[SECRETS[name]]
        monkeypatch.setenv(VARIABLES[name], secret)
    made = Scene(repo, world, clock, capsys, monkeypatch)
    yield made
    for program in made.started:
        with program:  # closes its pipes
            program.kill()

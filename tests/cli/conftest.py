"""The command line on a real repository and served platforms: see site.py."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from typing import TYPE_CHECKING

import pytest

from postops.sandbox.serve import serve
from postops.sandbox.world import World
from tests.cli.site import Jumping, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rigs.git import Repo


@pytest.fixture
def clock() -> Jumping:
    return Jumping()


@pytest.fixture
def world(clock: Jumping) -> Iterator[World]:
    """The platforms, served."""
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
def bare_site(
    repo: Repo,
    world: World,
    clock: Jumping,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:
    """The skeleton, not configured yet."""
    made = Site(repo, world, clock, capsys, monkeypatch)
    yield made
    for program in made.started:
        with program:  # closes its pipes
            program.kill()


@pytest.fixture
def site(bare_site: Site) -> Site:
    """Three accounts: sky on Bluesky, tusk on Mastodon, bird on X."""
    bare_site.configure()
    return bare_site

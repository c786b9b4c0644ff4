"""Real processes, real git, real servers: raced against one another, and killed."""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.kills.campaign import Tally, campaign
from tests.kills.crowd import Crowded, crowd
from tests.kills.zygote import Zygote
from tests.ledger.racing import race
from tests.rigs import lighttpd
from tests.rigs.pds.install import InstallError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.ledger.racing import Raced

PROCESSES = 16


def races(appends: int) -> list[tuple[str, Raced | None]]:
    """Sixteen processes on one ledger: in a folder, and behind a web server. `None`: not here."""
    found: list[tuple[str, Raced | None]] = []
    with tempfile.TemporaryDirectory(prefix="postops-races-") as folder:
        home = Path(folder)
        (home / "file").mkdir()
        (home / "http").mkdir()
        found.append(("file", race(home / "file", processes=PROCESSES, appends=appends)))
        try:
            web = lighttpd.serve(home / "http")
        except (InstallError, lighttpd.StartError):
            return [*found, ("http", None)]
        try:
            raced = race(home / "http", processes=PROCESSES, appends=appends, web=web)
            return [*found, ("http", raced)]
        finally:
            web.stop()


def crowds(on_a_folder: int, behind_a_server: int) -> list[tuple[str, Crowded | None]]:
    """Sixteen publishers on one remote, for so many rounds each. `None`: not to be had here."""
    found: list[tuple[str, Crowded | None]] = []
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postops-crowds-")))
        (home / "file").mkdir()
        (home / "http").mkdir()
        zygote = Zygote()
        stack.callback(zygote.close)
        found.append(("file", crowd(home / "file", zygote, rounds=on_a_folder)))
        try:
            web = lighttpd.serve(home / "http")
        except (InstallError, lighttpd.StartError):
            return [*found, ("http", None)]
        stack.callback(web.stop)
        raced = crowd(home / "http", zygote, rounds=behind_a_server, web=web)
        return [*found, ("http", raced)]


def kills(until: float, platforms: Sequence[str], seed: int) -> Tally:
    """Kill until a time of `time.monotonic`, and at least a few."""
    if time.monotonic() > until:
        return campaign(5, platforms=platforms, seed=seed)
    return campaign(until=until, platforms=platforms, seed=seed)

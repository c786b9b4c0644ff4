"""The web server rig serves what git needs, and leaves nothing behind."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.rigs import lighttpd
from tests.rigs.git import clone, commit, git, make_remote, push, run
from tests.rigs.pds.install import InstallError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rigs.lighttpd import WebServer


def test_it_takes_pushes_and_says_who_lost(tmp_path: Path, web_server: WebServer) -> None:
    remote = make_remote(tmp_path)
    server = web_server(tmp_path)
    one, other = (clone(server.url(remote), tmp_path / name) for name in ("one", "other"))
    made = commit(one, {"a.txt": "one"})
    push(one)
    assert git(remote, "rev-parse", "main") == made
    commit(other, {"a.txt": "other"})
    refused = run(other, "push", "origin", "HEAD:main")
    assert refused.returncode == 1
    assert "rejected" in refused.stderr
    assert git(remote, "rev-parse", "main") == made
    late = clone(server.url(remote), tmp_path / "late", blobless=True)
    assert (late / "a.txt").read_text() == "one"


def test_a_stopped_server_is_gone(tmp_path: Path, web_server: WebServer) -> None:
    server = web_server(tmp_path)
    server.stop()
    server.stop()
    port = int(server.url(tmp_path).split(":")[2].partition("/")[0])
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass


def test_a_package_that_cannot_be_had_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(lighttpd.shutil, "which", lambda *_, **__: None)
    with pytest.raises(InstallError, match="apt-get does not run"):
        lighttpd.found()
    assert sorted(p.name for p in (tmp_path / "postops-tests").iterdir()) == ["lighttpd.lock"]

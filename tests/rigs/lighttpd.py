"""`git http-backend` behind a real web server: lighttpd, as a git host has one.

    server = lighttpd.serve(folder)            # folder holds bare repositories
    clone(server.url(folder / "remote.git"), tmp_path / "work")
    server.stop()

The server is the system's, else Debian's package unpacked into a cache outside the clone: no root,
nothing installed. Tests that cannot have it skip and say so, unless `POSTOPS_REQUIRE` names
`lighttpd`; then they fail. The small bridge of `git_http` stays the better rig for faults of the
server: this one is for what only a real one does, many processes at once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.rigs.git import environment
from tests.rigs.pds.install import InstallError, _cache, _only_one, _whole
from tests.tools.node import unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    WebServer = Callable[[Path], "Lighttpd"]

SECONDS = 120
READY_SECONDS = 10.0
IDLE_SECONDS = 900  # a server whose owner was killed ends by itself
STARTS = 3  # the port is picked before the server takes it, so another process may win it
CONFIG = """\
server.document-root = "{home}"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{home}/error.log"
server.modules = ("mod_alias", "mod_setenv", "mod_cgi")
alias.url = ("/git" => "{backend}")
cgi.assign = ("" => "")
setenv.set-environment = (
  "GIT_PROJECT_ROOT" => "{folder}",
  "GIT_HTTP_EXPORT_ALL" => "1",
  "REMOTE_USER" => "tester",
  "GIT_CONFIG_NOSYSTEM" => "1",
  "GIT_CONFIG_GLOBAL" => "{devnull}",
  "HOME" => "{devnull}",
  "PATH" => "{path}"
)
"""


class StartError(Exception):
    """The server ended, or did not listen in time."""


class Lighttpd:
    """A running server over one folder of bare repositories."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
        self._process = process
        self._folder = folder
        self._port = port

    def url(self, remote: Path) -> str:
        """Where git finds a bare repository of the folder."""
        return f"http://127.0.0.1:{self._port}/git/{remote.relative_to(self._folder)}"

    def stop(self) -> None:
        """End the server; a second call does nothing."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
            return
        self._process.kill()
        self._process.wait()


def serve(folder: Path) -> Lighttpd:
    """Serve the bare repositories of a folder. Raises `InstallError` and `StartError`."""
    program, modules = found()
    for left in reversed(range(STARTS)):
        try:
            return _start(program, modules, folder)
        except StartError:
            if not left:
                raise
    raise AssertionError("unreachable")


def found() -> tuple[Path, Path]:
    """lighttpd and its modules. Raises `InstallError` with the reason."""
    if system := shutil.which("lighttpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        modules = [p.parent for p in Path("/usr/lib").glob("**/lighttpd/mod_cgi.so")]
        if modules:
            return Path(system), modules[0]
    cache = _cache()
    cache.mkdir(parents=True, exist_ok=True)
    with _only_one(cache / "lighttpd.lock"):
        here = [p for p in sorted(cache.glob("lighttpd-*")) if (p / "usr/sbin/lighttpd").exists()]
        home = here[-1] if here else _unpacked(cache)
    return home / "usr/sbin/lighttpd", next(home.glob("usr/lib/**/mod_cgi.so")).parent


def _unpacked(cache: Path) -> Path:
    """Debian's package, downloaded and unpacked; the folder is named after its version."""
    with _whole(cache / "lighttpd.unpacking") as scratch:
        _run(["apt-get", "download", "lighttpd"], scratch)
        [package] = scratch.glob("lighttpd_*.deb")
        version = package.name.split("_")[1].replace("%3a", "-")
        _run(["dpkg-deb", "-x", str(package), "."], scratch)
        package.unlink()
        _run([str(scratch / "usr/sbin/lighttpd"), "-v"], scratch)
    return (cache / "lighttpd.unpacking").rename(cache / f"lighttpd-{version}")


def _run(command: list[str], cwd: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallError(f"{command[0]} does not run: {error}") from error
    if done.returncode:
        raise InstallError(f"{' '.join(command[:2])} failed: {done.stderr.strip()[-400:]}")


def _start(program: Path, modules: Path, folder: Path) -> Lighttpd:
    home = folder / f".lighttpd-{time.monotonic_ns()}"
    home.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    core = subprocess.check_output(["git", "--exec-path"], text=True).strip()
    text = CONFIG.format(
        home=home, port=port, folder=folder, backend=f"{core}/git-http-backend",
        devnull=os.devnull, path=os.environ.get("PATH", os.defpath),
    )  # fmt: skip
    (home / "lighttpd.conf").write_text(text)
    process = subprocess.Popen(
        [program, "-D", "-f", home / "lighttpd.conf", "-m", modules, "-i", str(IDLE_SECONDS)],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return Lighttpd(process, folder, port)
        threading.Event().wait(0.02)
    process.kill()
    process.wait()
    log = home / "error.log"
    raise StartError(log.read_text()[-400:] if log.exists() else "lighttpd said nothing")


@pytest.fixture
def web_server() -> Iterator[WebServer]:
    """Call it with a folder of bare repositories; it gives a `Lighttpd`."""
    started: list[Lighttpd] = []

    def begin(folder: Path) -> Lighttpd:
        try:
            started.append(serve(folder))
        except (InstallError, StartError) as error:
            unavailable("lighttpd", str(error))
        return started[-1]

    yield begin
    for server in started:
        server.stop()

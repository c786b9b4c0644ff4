"""A site: posts in a real repository, platforms served on loopback, and the command line on them.

    def test_it(site: Site) -> None:
        site.merge({"posts/a.md": post("Hello")})
        assert site.run("publish").code == 0
        assert site.live("sky") == ["Hello"]

Commands run in this process on the site's clock, which jumps instead of waiting; `site.start` runs
one as a program of its own, on the machine's clock.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from postops.cli import run
from postops.clock import SystemClock
from postops.sandbox.faults import Fault
from tests.rigs.git import STATE, Repo, clone, git

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import pytest

    from postops.sandbox.world import World

KINDS = {"sky": "bluesky", "tusk": "mastodon", "bird": "x"}
SECRETS = {"sky": "app_password", "tusk": "access_token", "bird": "access_token"}
VARIABLES = {"sky": "SKY_PASSWORD", "tusk": "TUSK_TOKEN", "bird": "BIRD_TOKEN"}
CREATE = {
    "sky": ("bluesky", "POST", "/xrpc/com.atproto.repo.putRecord"),
    "tusk": ("mastodon", "POST", "/api/v1/statuses"),
    "bird": ("x", "POST", "/2/tweets"),
}


def post(body: str = "Hello there", **keys: object) -> str:
    """A post; keys as they stand in front matter, values as JSON (which is YAML)."""
    lines = [f"{key}: {json.dumps(value)}" for key, value in ({"title": "A"} | keys).items()]
    return "---\n" + "\n".join(lines) + f"\n---\n{body}\n"


class Jumping(SystemClock):
    """The machine's time, plus what was waited for."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead

    async def sleep(self, seconds: float) -> None:
        await super().sleep(0.001)
        self.pause(seconds)

    def pause(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


class Ran(NamedTuple):
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Site:
    """See the head of this file."""

    repo: Repo
    world: World
    clock: Jumping
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.repo.path

    # ------------------------------------------------------------------ files

    def merge(self, files: dict[str, str | bytes | None], *, days_ago: float = 0) -> str:
        """Commit and push: what a merged pull request leaves."""
        commit = self.commit(files, days_ago=days_ago)
        self.repo.push()
        return commit

    def commit(self, files: dict[str, str | bytes | None], *, days_ago: float = 0) -> str:
        """Commit, here only, at the machine's time: programs of their own go by it."""
        return self.repo.commit(files, when=SystemClock().now() - timedelta(days=days_ago))

    def configure(
        self, accounts: tuple[str, ...] = ("sky", "tusk", "bird"), **more: object
    ) -> None:
        """Write and merge postops.yaml for the served platforms."""
        self.merge({"postops.yaml": self.configuration(accounts, **more)})

    def configuration(self, accounts: tuple[str, ...], **more: object) -> str:
        described = {}
        for name in accounts:
            made = self.world.add_account(KINDS[name], name)
            secret = made.credentials[SECRETS[name]]
            self.patch.setenv(VARIABLES[name], secret)
            credentials = {SECRETS[name]: f"env:{VARIABLES[name]}"}
            described[name] = {"platform": KINDS[name], **made.settings, "credentials": credentials}
        document = {
            "version": 1,
            "accounts": described,
            "defaults": {"accounts": list(accounts)},
            **more,
        }
        return json.dumps(document, indent=1) + "\n"

    # ------------------------------------------------------------------ commands

    def run(self, *args: str, at: Path | None = None) -> Ran:
        """One command, here and now."""
        self.capture.readouterr()
        code = run(["-C", str(at or self.path), *args], clock=self.clock)
        return Ran(code, *self.capture.readouterr())

    def json(self, *args: str, code: int = 0) -> Any:
        ran = self.run(*args, "--format", "json")
        assert ran.code == code, ran.err
        assert ran.json["version"] == 1
        return ran.json

    def start(self, *args: str, at: Path | None = None, **more: Any) -> subprocess.Popen[str]:
        """One command, as a program."""
        command = [sys.executable, "-m", "postops", "-C", str(at or self.path), *args]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
        more = streams | {"stderr": subprocess.PIPE} | more
        program: subprocess.Popen[str] = subprocess.Popen(
            command, text=True, env=os.environ | more.pop("env", {}), **more
        )
        self.started.append(program)
        return program

    # ------------------------------------------------------------------ the truth

    def live(self, account: str) -> list[str]:
        """The texts an account shows, oldest first."""
        return [p.text for p in self.world.timeline(KINDS[account], account) if not p.deleted]

    def fault(self, account: str, **more: Any) -> None:
        """Let the call that creates a post go wrong."""
        platform, method, path = CREATE[account]
        self.world.faults.add(Fault(platform, account, method, path, **more))

    def states(self) -> dict[str, str]:
        return {d["delivery"]: d["state"] for d in self.json("status")["deliveries"]}

    def waiting(self, *args: str) -> dict[str, str]:
        return {w["delivery"]: w["reason"] for w in self.json("plan", *args)["waiting"]}

    def events(self, ref: str = STATE) -> list[dict[str, Any]]:
        """The ledger, as the remote has it."""
        listed = git(self.repo.remote, "ls-tree", "-r", "--name-only", ref, "state/ledger/")
        days = sorted(listed.splitlines())
        lines = "\n".join(git(self.repo.remote, "show", f"{ref}:{day}") for day in days)
        return [json.loads(line) for line in lines.splitlines()]

    def types(self, ref: str = STATE) -> list[str]:
        return [event["type"] for event in self.events(ref)]

    def after_the_lease(self) -> None:
        self.clock.pause(25 * 60)

    def elsewhere(self, name: str = "elsewhere", **more: bool) -> Path:
        """Another clone, as another machine has it."""
        return clone(self.repo.remote, self.path.parent / name, **more)


def footprint(path: Path) -> dict[str, str]:
    """All of a clone that is its user's: work tree, index, HEAD and refs."""
    refs = git(path, "for-each-ref", "--format=%(refname) %(objectname)")
    return {
        "status": git(path, "status", "--porcelain", "--branch"),
        "head": (path / ".git" / "HEAD").read_text(),
        "refs": "\n".join(r for r in refs.splitlines() if not r.startswith("refs/postops/")),
        "index": git(path, "ls-files", "--stage"),
        "config": (path / ".git" / "config").read_text(),
    }

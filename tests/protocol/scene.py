"""What a scenario is told with: a site, and moments at which a test may look or step in.

    def test_it(scene: Scene) -> None:
        scene.merge({"posts/a.md": post("Hello")})
        scene.at_call("tusk", lambda: found.append(scene.types()))   # just before it takes effect
        assert scene.run("publish").code == 0

Accounts sky (Bluesky), tusk (Mastodon) and bird (X) are configured; a post that names none goes to
tusk.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from postops.sandbox.faults import Fault, FaultPlan
from tests.cli.site import CREATE, KINDS, Site
from tests.rigs.git import STATE, git, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from postops.sandbox.world import Call, TimelinePost

LOOKUPS = {
    "sky": ("bluesky", "GET", "/xrpc/com.atproto.repo.getRecord"),
    "tusk": ("mastodon", "GET", "/api/v1/accounts/*/statuses"),
    "bird": ("x", "GET", "/2/users/*/tweets"),
}
DELETE = {
    "sky": ("bluesky", "POST", "/xrpc/com.atproto.repo.deleteRecord"),
    "tusk": ("mastodon", "DELETE", "/api/v1/statuses/*"),
    "bird": ("x", "DELETE", "/2/tweets/*"),
}
LOGIN = {
    "sky": ("bluesky", "POST", "/xrpc/com.atproto.server.createSession"),
    "tusk": ("mastodon", "GET", "/api/v1/accounts/verify_credentials"),
    "bird": ("x", "GET", "/2/users/me"),
}
ANCHOR = "refs/postops/anchor"
ALL = ("sky", "tusk", "bird")
SOMEBODY = {
    f"GIT_{r}_{k}": "a@b.example" for r in ("AUTHOR", "COMMITTER") for k in ("NAME", "EMAIL")
}


@dataclass(slots=True)
class Moments(FaultPlan):
    """A fault plan whose faults may be acts: they run before the platform does anything."""

    acts: list[tuple[Fault, Callable[[], object]]] = field(default_factory=list)

    def take(self, platform: str, account: str | None, method: str, path: str) -> Fault | None:
        for when, act in self.acts:
            if when.matches(platform, account, method, path):
                act()
        return FaultPlan.take(self, platform, account, method, path)


@dataclass
class Scene(Site):
    """See the head of this file."""

    @property
    def moments(self) -> Moments:
        assert isinstance(self.world.faults, Moments)
        return self.world.faults

    # ------------------------------------------------------------------ stepping in

    def at(self, where: tuple[str, str, str], act: Callable[[], object]) -> None:
        """Do something just before a platform answers such a request: (platform, method, path)."""
        platform, method, path = where
        self.moments.acts.append((Fault(platform, None, method, path), act))

    def at_call(self, account: str, act: Callable[[], object]) -> None:
        """The same, before each call that creates a post."""
        self.at(CREATE[account], act)

    def undisturbed(self) -> None:
        """Nothing goes wrong any more, and nobody looks."""
        self.moments.clear()
        self.moments.acts.clear()

    def dies_at_call(self, *accounts: str, sent: bool, nth: int = 1) -> None:
        """Leave what a run leaves that dies at its call: an open claim, and nobody who knows.

        Its answer is lost, and so is every answer to the question whether it is there. The next
        run comes after the lease, and the platforms work again.
        """
        for account in accounts:
            self.fault(account, effect="drop", when="after" if sent else "before", nth=nth)
            platform, method, path = LOOKUPS[account]
            self.moments.add(Fault(platform, None, method, path, status=503, times=99))
        ran = self.run("publish")
        assert ran.code == 1, ran.out + ran.err
        assert ran.out.count("unknown  ") == len(accounts), ran.out
        self.undisturbed()
        self.after_the_lease()

    def clock_is(self, seconds: float) -> None:
        """Put this machine's clock off from the platforms'."""
        self.clock.ahead += timedelta(seconds=seconds)
        self.world.offset -= seconds

    # ------------------------------------------------------------------ the truth

    def publishes(self, code: int = 0) -> str:
        """Run `publish`; gives what it said on both streams."""
        ran = self.run("publish")
        assert ran.code == code, ran.out + ran.err
        return ran.out + ran.err

    def made(self, where: tuple[str, str, str]) -> list[Call]:
        """The calls of a kind so far."""
        platform, method, path = where
        kind = Fault(platform, None, method, path)
        return [c for c in self.world.calls if kind.matches(c.platform, None, c.method, c.path)]

    def calls(self, account: str) -> int:
        """How often a post was created, or tried to be."""
        return len(self.made(CREATE[account]))

    def timeline(self, account: str) -> list[TimelinePost]:
        return self.world.timeline(KINDS[account], account)

    def remote_events(self) -> list[dict[str, Any]]:
        """`events`, also where there is no ledger yet."""
        there = run(self.repo.remote, "rev-parse", "--verify", "--quiet", STATE).returncode == 0
        return self.events() if there else []

    def refs(self) -> str:
        """All the remote holds, by name."""
        return git(self.repo.remote, "for-each-ref", "--format=%(refname) %(objectname)")

    def outbox(self) -> list[dict[str, Any]]:
        """What is recorded on this disk and not pushed."""
        files = sorted((self.path / ".postops/outbox").glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

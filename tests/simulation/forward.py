"""What people see only goes forward: never an older text again while the ledger has a newer one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from postops.ledger.state import DeliveryState
    from tests.simulation.content import Commit
    from tests.simulation.platforms import Remote
    from tests.simulation.world import World


class Forward:
    """Part of the checker: claims to change what is out, and the changes as they happen."""

    def __init__(self, world: World, say: Callable[[str, str], None]) -> None:
        self.world = world
        self.say = say
        self._newest: dict[str, str] = {}  # the commit each text was last taken from

    def event(
        self,
        event: Mapping[str, Any],
        name: str,
        held: Mapping[str, Any] | None,
        seen: Mapping[str, Commit],
    ) -> None:
        """A line of the ledger landed. `held` is the open claim before it, `seen` each run's tip."""
        kind, commit = event.get("action"), event.get("commit")
        change = event["type"] == "claimed" and kind in ("update", "withdraw")
        # A change that a dead run began is finished as it was claimed, and that is forward.
        if change and not (held and held.get("action") == kind):
            tip, newest = seen.get(event["run"]), self._newest.get(name)
            if tip is not None and newest is not None and newest not in tip.past:
                self.say("forward", f"{event['run']} at {tip.name} {kind}s {name} of {newest}")
        if commit is not None and not (change and kind == "withdraw"):
            self._newest[name] = commit

    def updating(self, claim: Mapping[str, Any], name: str, post: Remote, text: str) -> None:
        """What is there, and counts as `name`'s, becomes what the commit of the claim says."""
        if claim.get("action") != "update":
            self.say("I5", f"{name} is updated without a claim")
            return
        then = self.world.content.commits[claim["commit"]].posts
        spec = then.get(name.rpartition("@")[0])
        if spec is None or spec.texts[post.part - 1] != text:
            self.say("I3", f"{name} #{post.part} becomes what its commit does not say")

    def cut(self, known: Iterable[tuple[str, DeliveryState]]) -> None:
        """The ledger was rewritten: what it has now counts."""
        self._newest = {name: done.last_commit for name, done in known if done.last_commit}

"""What goes wrong on purpose: a plan of faults, counted per matching request."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LONGEST = 3600
_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("platform", "method", "path", "when", "effect"), (str,)),
    **dict.fromkeys(("nth", "times", "status"), (int,)),
    "account": (str, type(None)),
    "seconds": (int, float),
    "retry_after": (int, type(None)),
}

When = Literal["before", "after"]
Effect = Literal["status", "drop", "latency", "expire-token", "rate-limit"]


class AnswerLost(Exception):  # noqa: N818  # it is not an error of ours: it is what was asked for
    """The connection broke before the answer; whoever carries the bytes turns this into one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to go wrong.

    platform: a platform's name, or "*"
    account: a sandbox account's name; None is any, signed in or not
    method: an HTTP method, or "*"
    path: a glob over the URL path, such as "/xrpc/*.putRecord"
    nth, times: it strikes matching requests nth .. nth + times - 1, counted from 1
    when: "before" the effect (nothing happened) or "after" it (it happened, the answer changes)
    effect: "status" answers `status`; "drop" breaks the connection without an answer; "latency"
        waits `seconds`; "expire-token" answers as for an expired token and lets the account's
        tokens run out where the platform has such tokens; "rate-limit" answers 429
    retry_after: seconds until the limit lifts, told the way the platform tells it
    """

    platform: str
    account: str | None
    method: str
    path: str
    nth: int = 1
    times: int = 1
    when: When = "before"
    effect: Effect = "status"
    status: int = 500
    seconds: float = 0.0
    retry_after: int | None = None

    def __post_init__(self) -> None:
        for one in fields(self):
            value, kinds = getattr(self, one.name), _KINDS[one.name]
            if not isinstance(value, kinds) or isinstance(value, bool):
                raise ValueError(f"{one.name} is {value!r}")  # noqa: TRY004  # callers catch one
        if not 0 <= self.seconds <= _LONGEST:
            raise ValueError(f"seconds is {self.seconds}, not from 0 to {_LONGEST}")
        if self.when not in get_args(When):
            raise ValueError(f"when is {self.when!r}, not one of {', '.join(get_args(When))}")
        if self.effect not in get_args(Effect):
            raise ValueError(f"effect is {self.effect!r}, not one of {', '.join(get_args(Effect))}")
        if self.nth < 1 or self.times < 1:
            raise ValueError("nth and times count from 1")
        if not 400 <= self.status <= 599:
            raise ValueError(f"status is {self.status}, not an error status")

    def matches(self, platform: str, account: str | None, method: str, path: str) -> bool:
        """Say whether this request is one it counts."""
        return (
            self.platform in ("*", platform)
            and self.account in (None, account)
            and self.method.upper() in ("*", method)
            and fnmatchcase(path, self.path)
        )


@dataclass(slots=True)
class FaultPlan:
    """Faults in order, each with the number of requests it has matched so far."""

    faults: list[Fault] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)

    @classmethod
    def parse(cls, document: Any) -> FaultPlan:
        """Read a list of fault objects, or `{"faults": [...]}`.

        Raises ValueError naming the first object that is not a fault.
        """
        entries = document.get("faults", []) if isinstance(document, dict) else document
        if not isinstance(entries, list):
            raise ValueError("a fault plan is a list of faults")  # noqa: TRY004  # callers catch one
        plan = cls()
        for number, entry in enumerate(entries, start=1):
            plan.add(_fault(number, entry))
        return plan

    def add(self, *faults: Fault) -> None:
        """Append faults; those already there keep their counts."""
        for fault in faults:
            self.faults.append(fault)
            self.seen.append(0)

    def clear(self) -> None:
        """Forget every fault."""
        self.faults.clear()
        self.seen.clear()

    def take(self, platform: str, account: str | None, method: str, path: str) -> Fault | None:
        """Count one request and return the first fault that strikes it."""
        struck: Fault | None = None
        for index, fault in enumerate(self.faults):
            if not fault.matches(platform, account, method, path):
                continue
            self.seen[index] += 1
            if struck is None and fault.nth <= self.seen[index] < fault.nth + fault.times:
                struck = fault
        return struck

    def to_json(self) -> list[dict[str, Any]]:
        """Return every fault with `seen`, so that a reloaded plan goes on counting."""
        pairs = zip(self.faults, self.seen, strict=True)
        return [asdict(fault) | {"seen": seen} for fault, seen in pairs]

    @classmethod
    def from_json(cls, entries: Iterable[Mapping[str, Any]]) -> FaultPlan:
        """Read back what `to_json` gave."""
        plan = cls()
        for number, entry in enumerate(entries, start=1):
            plan.add(_fault(number, {k: v for k, v in entry.items() if k != "seen"}))
            plan.seen[-1] = int(entry["seen"])
        return plan


_KEYS = frozenset(f.name for f in fields(Fault))


def _fault(number: int, entry: Any) -> Fault:
    if not isinstance(entry, dict):
        raise ValueError(f"fault {number} is not an object")  # noqa: TRY004  # callers catch one
    if unknown := sorted(set(entry) - _KEYS):
        raise ValueError(f"fault {number} has unknown keys: {', '.join(unknown)}")
    defaults: dict[str, Any] = {"account": None, "method": "*", "path": "*"}
    try:
        return Fault(**(defaults | entry))
    except (TypeError, ValueError) as fault:
        raise ValueError(f"fault {number}: {fault}") from fault

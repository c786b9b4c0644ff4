"""What goes wrong, and at which step."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

CRASHES = ("crash-before", "crash-after")

# By kind of step; what each one does is said where it is carried out (platforms.py, remote.py).
KINDS: dict[str, tuple[str, ...]] = {
    "publish": (
        "lost-answer",
        "cut-answer",
        "lost-request",
        "late",
        "error-before",
        "error-after",
        "no-connection",
        "rate-limit",
        "rate-limit-long",
        "reject",
        "auth",
    ),
    "read": ("no-connection", "error-before", "rate-limit", "auth"),
    "prepare": ("no-connection", "error-before", "rate-limit", "reject"),
    "change": ("lost-answer", "lost-request", "error-after", "no-connection", "rate-limit-long"),
    "fetch": ("unreachable",),
    "content": ("unreachable",),
    "push": ("refused", "stuck", "lost-answer", "late", "unreachable"),
    "disk": (),
}
RATES = (0.0, 0.01, 0.03, 0.08, 0.2)

# Known later, and drawn apart: every older seed stays the world it was.
LATER: dict[str, tuple[str, ...]] = {"change": ("late", "cut-answer", "reject", "auth")}


class Faults:
    """A fault by step number: of a plan, or drawn. `happened` is the plan that repeats it.

    `later` draws those of `LATER`, in the place of every second fault at such a step.
    """

    def __init__(
        self,
        plan: dict[int, str] | None = None,
        rng: Random | None = None,
        rate: float = 0.0,
        crash: float = 0.0,
        later: Random | None = None,
    ) -> None:
        self.plan = plan or {}
        self.rng = rng
        self.rate = rate
        self.crash = crash
        self.later = later
        self.calm = False
        self.happened: dict[int, str] = {}

    def at(self, number: int, kind: str) -> str | None:
        """What goes wrong at this step; `None` is nothing."""
        if self.calm:
            return None
        if self.rng is None:
            fault = self.plan.get(number)
            fault = fault if fault in choices(kind) else None
        else:
            fault = self._draw(self.rng, kind)
        if fault is not None:
            self.happened[number] = fault
        return fault

    def _draw(self, rng: Random, kind: str) -> str | None:
        drawn = rng.random()
        if drawn < self.crash:
            return CRASHES[drawn < self.crash / 2]
        if drawn < self.crash + 0.003:
            return "sigterm"
        kinds = KINDS[kind]
        if kinds and drawn < self.crash + 0.003 + self.rate:
            fault = kinds[int(rng.random() * len(kinds))]
            if self.later is not None and kind in LATER and self.later.random() < 0.5:
                return self.later.choice(LATER[kind])
            return fault
        return None


def choices(kind: str) -> tuple[str, ...]:
    """Everything that can go wrong at a step of this kind."""
    return (*CRASHES, "sigterm", *KINDS[kind], *LATER.get(kind, ()))

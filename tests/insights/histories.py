"""Ledgers at random: whatever may be written, in orders nobody would plan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from postops.ledger.chain import Link, extend

if TYPE_CHECKING:
    from pathlib import Path

TYPES = (
    *("claimed", "claimed", "claimed", "published", "published", "published", "handle"),
    *("updated", "withdrawn", "failed", "deferred", "released", "skipped", "in_doubt"),
    *(
        "resolved",
        "adopted",
        "retried",
        "scheduled",
        "scheduled",
        "scheduled",
        "unscheduled",
        "looked",
    ),
)
ACTIONS = ("publish", "publish", "update", "withdraw", "schedule", "cancel", "confirm")
POSTS = ("p@q", "two\nlines", "three", "four", "five", "six")


class History:
    """Events of a few deliveries of a few accounts, some of which are renamed under way."""

    def __init__(self, seed: int, size: int) -> None:
        self.random = Random(seed)
        self.at = datetime(2026, 1, 1, tzinfo=UTC)
        self.claims: list[str] = ["no-such-claim"]
        self.events = [self._event(number) for number in range(1, size + 1)]

    def files(self) -> dict[str, bytes]:
        """As the ledger keeps them: chained, some days with many events, some with none."""
        lines, _ = extend(self.events, Link())
        days: dict[str, bytes] = {}
        for number, line in enumerate(lines):
            day = f"state/ledger/2026/{1 + number // 90:02}/{1 + number % 90 // 30:02}.jsonl"
            days[day] = days.get(day, b"") + line + b"\n"
        return days

    def _event(self, number: int) -> dict[str, Any]:
        pick = self.random
        self.at += timedelta(minutes=pick.randint(1, 90))
        event: dict[str, Any] = {
            "v": 1,
            "id": f"{number:026d}",
            "recorded_at": self._iso(self.at),
            "run": f"run-{pick.randint(1, 3)}",
        }
        if pick.random() < 0.03:
            return event | self._bound()
        return event | self._on_delivery(event["id"])

    def _bound(self) -> dict[str, Any]:
        pick = self.random
        account = pick.choice("abc")
        event = {"type": "bound", "account": account, "platform": pick.choice(["x", "mastodon"])}
        return event | ({"was": pick.choice("abc")} if pick.random() < 0.6 else {})

    def _on_delivery(self, id_: str) -> dict[str, Any]:
        pick = self.random
        kind = pick.choice(TYPES)
        event: dict[str, Any] = {
            "type": kind,
            "delivery": f"{pick.choice(POSTS)}@{pick.choice('abc')}",
        }
        if kind == "claimed":
            self.claims.append(id_)
            event |= self._some(action=pick.choice(ACTIONS))
        elif pick.random() < 0.3:
            event["claim"] = pick.choice(self.claims[-4:])
        if kind == "resolved":
            event["outcome"] = pick.choice(["published", "not-published"])
        return event | self._some(
            part=pick.randint(1, 3),
            parts=pick.randint(1, 3),
            attempt=pick.randint(1, 5),
            source=f"sha256:{pick.random()}",
            payload=f"sha256:{pick.random()}",
            commit=f"{pick.random()}",
            blob=pick.choice(["b1", "b2", "b3"]),
            candidates=pick.choice([[], ["https://example.org/1"]]),
            path=f"posts/{pick.random()}.md",
            due_at=self._iso(self.at),
            url=f"https://example.org/{pick.random()}",
            remote_id=pick.choice(["id-1", "id-1", "id-1", "id-2", "id-3"]),
            scheduled_id=f"later-{pick.randint(1, 5)}",
            published_at=self._iso(self.at + timedelta(seconds=pick.randint(0, 9))),
            lateness=pick.randint(0, 9000) / 1000,
            until=self._iso(self.at + timedelta(hours=1)),
            error=f"no {pick.random()}",
            reason=f"because {pick.random()}",
            **({"generation": pick.randint(1, 3)} if pick.random() < 0.3 else {}),
        )

    def _some(self, **keys: Any) -> dict[str, Any]:
        return {key: value for key, value in keys.items() if self.random.random() < 0.6}

    def _iso(self, at: datetime) -> str:
        # A runner whose clock is behind.
        at -= timedelta(minutes=self.random.choice([0, 0, 0, 200]))
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def written(root: Path, files: dict[str, bytes]) -> Path:
    """Put files below `root`; gives its `state` folder."""
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (root / "state").mkdir(exist_ok=True)
    return root / "state"

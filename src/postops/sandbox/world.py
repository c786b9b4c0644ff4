"""The World: everything the emulated platforms know, as plain JSON documents."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from .blobs import Blobs
from .emulation import emulation
from .faults import FaultPlan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

_VERSION = 1
_CALLS_KEPT = 200


class TimelineMedia(TypedDict):
    """One attachment of a timeline post."""

    alt: str
    mime: str
    bytes: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class TimelinePost:
    """A post as the platform holds it; `raw` is the platform's own document."""

    id: str
    url: str
    text: str
    created_at: datetime
    in_reply_to: str | None
    media: list[TimelineMedia]
    deleted: bool
    raw: dict[str, Any]


@dataclass(slots=True)
class SandboxAccount:
    """A login. `settings` and `credentials` are what postops.yaml would hold for it."""

    platform: str
    name: str
    id: str
    handle: str
    settings: dict[str, Any]
    credentials: dict[str, str]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was answered, for the page: status 0 is an answer that was lost."""

    at: datetime
    platform: str
    account: str | None
    method: str
    path: str
    status: int
    fault: str | None


class World:
    """All state of the sandbox. `now` gives aware UTC times; `seed` fixes ids and metrics."""

    def __init__(self, now: Callable[[], datetime], seed: int = 0) -> None:
        self._now = now
        self.seed = seed
        self.offset = 0.0
        self.accounts: dict[tuple[str, str], SandboxAccount] = {}
        self.shelves: dict[str, dict[str, Any]] = {}
        self.windows: dict[str, tuple[float, int]] = {}
        self.origins: dict[str, str] = {}
        self.faults = FaultPlan()
        self.blobs = Blobs()
        self.calls: list[Call] = []

    def now(self) -> datetime:
        """Return the world's time: the clock it was given, plus what `advance` added."""
        return self._now() + timedelta(seconds=self.offset)

    def advance(self, seconds: float) -> None:
        """Move the world's time on. Raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError("time only moves forward")
        self.offset += seconds

    def origin(self, platform: str) -> str:
        """Return where a platform answers: a fixed name in process, a port when served."""
        return self.origins.get(platform, f"http://{platform}.localhost")

    def shelf(self, platform: str, *path: str) -> dict[str, Any]:
        """Return the platform's own document, or a dictionary inside it, made when missing."""
        place = self.shelves.setdefault(platform, {})
        for name in path:
            place = place.setdefault(name, {})
        return place

    def token(self, *parts: str) -> str:
        """Derive forty hex digits from the seed: credentials that are the same every time."""
        key = f"postops-sandbox:{self.seed}".encode()
        return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).hexdigest()[:40]

    def add_account(
        self, platform: str, name: str, *, options: Mapping[str, Any] | None = None
    ) -> SandboxAccount:
        """Return the account, made on first use; given options are laid over the old ones."""
        known = self.accounts.get((platform, name))
        merged = (known.options if known else {}) | dict(options or {})
        # Made afresh each time, so that settings name where the platform is served now; ids and
        # credentials come from the seed and stay the same.
        account = emulation(platform).new_account(self, name, merged)
        self.accounts[platform, name] = account
        return account

    def account(self, platform: str, name: str) -> SandboxAccount:
        """Return a known account. Raises KeyError."""
        return self.accounts[platform, name]

    def accounts_on(self, platform: str) -> list[SandboxAccount]:
        """List a platform's accounts by name."""
        return [a for (where, _), a in sorted(self.accounts.items()) if where == platform]

    def timeline(self, platform: str, name: str) -> list[TimelinePost]:
        """List all an account posted, oldest first; deleted posts stay, marked."""
        return emulation(platform).timeline(self, self.account(platform, name))

    def costs(self, platform: str, name: str) -> Mapping[str, float]:
        """Say what an account spent, in USD by heading."""
        return emulation(platform).costs(self, self.account(platform, name))

    def record(self, call: Call) -> None:
        """Remember a request for the page; only the newest are kept."""
        self.calls.append(call)
        del self.calls[:-_CALLS_KEPT]

    def save(self, path: Path) -> None:
        """Write everything but the log of calls, replacing `path` in one step.

        Blobs go to a directory beside it, first, so that a document never names missing bytes.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self.blobs.save(_blob_folder(path))
        document = {
            "version": _VERSION,
            "seed": self.seed,
            "offset": self.offset,
            "accounts": [asdict(account) for _, account in sorted(self.accounts.items())],
            "shelves": self.shelves,
            "windows": self.windows,
            "faults": self.faults.to_json(),
        }
        partial = path.with_name(path.name + ".part")
        partial.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        partial.replace(path)

    @classmethod
    def load(cls, path: Path, now: Callable[[], datetime]) -> World:
        """Read a saved world. Raises FileNotFoundError, or ValueError for another version."""
        document = json.loads(path.read_text(encoding="utf-8"))
        if document.get("version") != _VERSION:
            raise ValueError(f"{path}: sandbox state of version {document.get('version')!r}")
        world = cls(now, document["seed"])
        world.offset = document["offset"]
        world.shelves = document["shelves"]
        world.windows = {key: (start, used) for key, (start, used) in document["windows"].items()}
        world.faults = FaultPlan.from_json(document["faults"])
        world.blobs = Blobs(_blob_folder(path))
        for saved in document["accounts"]:
            account = SandboxAccount(**saved)
            world.accounts[account.platform, account.name] = account
        return world


def _blob_folder(path: Path) -> Path:
    return path.with_name(path.name + ".blobs")

"""The platforms of a campaign, and what they show: the served sandbox, and a real Bluesky PDS."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import httpx

from tests.rigs.pds import install
from tests.rigs.pds.rig import Pds

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.kills.zygote import Zygote
    from tests.rigs.pds.rig import PdsAccount

READY_SECONDS = 20.0
KINDS = {"sky": "bluesky", "tusk": "mastodon", "bird": "x"}


class Shown(NamedTuple):
    """A post as a platform shows it. `pictures` are alt texts."""

    id: str
    text: str
    parent: str | None
    pictures: tuple[str, ...]


class Servers(Protocol):
    """`kinds`: the platform of each account. `configured`: their blocks in postops.yaml.

    `environ` holds their secrets. `behind`: whether the servers keep the machine's time, so that
    their `Date` has to be moved by as much as the publisher's clock.
    """

    kinds: dict[str, str]
    configured: dict[str, dict[str, Any]]
    environ: dict[str, str]
    behind: bool

    def advance(self, seconds: float) -> None: ...
    def shown(self) -> dict[str, list[Shown]]: ...
    def close(self) -> None: ...


class Sandbox:
    """`postops sandbox serve`: three platforms, so three classes of certainty."""

    behind = False

    def __init__(self, zygote: Zygote, folder: Path, accounts: Iterable[str] = KINDS) -> None:
        self._zygote = zygote
        self.kinds = {name: KINDS[name] for name in accounts}
        folder.mkdir()
        out, state = folder / "announced", folder / "world.json"
        args = ["-C", str(folder), "sandbox", "serve", "--state", str(state)]
        self._pid = zygote.start(args, out, 0.0)
        page = _announced(out)["page"]
        # Kept alive, connections would be cut by every season's end.
        self._http = httpx.Client(base_url=page, trust_env=False, timeout=30)
        self.configured: dict[str, dict[str, Any]] = {}
        self.environ: dict[str, str] = {}
        for name, kind in self.kinds.items():
            self._add(name, kind)

    def _add(self, name: str, kind: str) -> None:
        # A listing that lags, as X's does: settling has to wait it out.
        options = {"lag_seconds": 20} if kind == "x" else {}
        given = {"platform": kind, "name": name, "options": options}
        made = self._post("accounts", given)
        names = {field: f"{name}_{field}".upper() for field in made["credentials"]}
        self.environ |= {names[field]: secret for field, secret in made["credentials"].items()}
        credentials = {field: f"env:{variable}" for field, variable in names.items()}
        self.configured[name] = {"platform": kind, **made["settings"], "credentials": credentials}

    def _post(self, what: str, given: dict[str, Any]) -> Any:
        answer = self._http.post(f"/_sandbox/{what}", json=given)
        assert answer.is_success, answer.text
        return answer.json()

    def advance(self, seconds: float) -> None:
        """Move the platforms' time on."""
        self._post("clock", {"seconds": seconds})

    def shown(self) -> dict[str, list[Shown]]:
        """What is live on every account."""
        accounts = self._http.get("/_sandbox/state").json()["accounts"]
        return {
            account["name"]: [_post(p) for p in account["posts"] if not p["deleted"]]
            for account in accounts
        }

    def close(self) -> None:
        self._http.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)
        self._zygote.wait(self._pid)


def _post(one: dict[str, Any]) -> Shown:
    pictures = tuple(media["alt"] for media in one["media"])
    return Shown(one["id"], one["text"], one["in_reply_to"], pictures)


def _announced(out: Path) -> dict[str, str]:
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends:
        if out.exists() and (text := out.read_text()).endswith("\n"):
            origins: dict[str, str] = json.loads(text)["origins"]
            return origins
        threading.Event().wait(0.02)
    raise RuntimeError(f"the sandbox did not start: {out.read_text() if out.exists() else ''}")


class RealPds:
    """One new account on a Bluesky PDS."""

    behind = True

    def __init__(self, pds: Pds) -> None:
        self._pds = pds
        self.kinds = {"sky": "bluesky"}
        self._account: PdsAccount = pds.create_account()
        block = {"platform": "bluesky", "handle": self._account.handle, "service": pds.url}
        self.configured = {"sky": {**block, "credentials": {"app_password": "env:SKY_PASSWORD"}}}
        self.environ = {"SKY_PASSWORD": self._account.app_password}

    def advance(self, seconds: float) -> None:
        """A real server has its own time: see `child.Watched`."""

    def shown(self) -> dict[str, list[Shown]]:
        """What the repository holds."""
        return {"sky": [_record(one) for one in self._pds.records(self._account.did)]}

    def close(self) -> None:
        """The server is shared; what the account holds stays."""


def _record(one: dict[str, Any]) -> Shown:
    value = one["value"]
    parent = value["reply"]["parent"]["uri"] if "reply" in value else None
    images = value.get("embed", {}).get("images", [])
    pictures = tuple(image["alt"] for image in images)
    return Shown(one["uri"], value["text"], parent, pictures)


def start_pds() -> Pds:
    """A server of one's own. Raises `InstallError` or `StartError`."""
    return Pds.start(*install.packages(lambda _: None))

"""Reads the case files beside this one: prose, and fenced samples of what a rule finds and lets be.

    ## Fails: a text that is too long        a case begins; `Passes` and `Fails` are only read by you
    ```yaml config                           postops.yaml, where the usual one will not do
    ```markdown file=posts/a.md              a file, as it is
    ```bytes file=posts/a.md                 a file, with Python's escapes for what cannot be shown
    ```media file=posts/a.png                a file, in the words of `pictures`
    ```unreadable file=posts/a.md            a file nobody may read
    ```ledger                                what was published: a YAML list of deliveries
    ```expect                                every finding of this file's rule, and no other

A case without `expect` passes: the rule finds nothing. The clock says noon of 15 January 2026.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from postops.config import read_config
from postops.content.posts import read_post
from postops.content.source import WorkTree
from postops.ledger.state import DeliveryState, LedgerState
from postops.policy.check import Report, check
from postops.render import source_digest
from tests.policy.pictures import make

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from postops.config import Config

HERE = Path(__file__).parent
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
CONFIG = """\
version: 1
timezone: Europe/Berlin
accounts:
  bluesky-main: {platform: bluesky, handle: acme.bsky.social}
  mastodon-main: {platform: mastodon, instance: "https://mastodon.social"}
  x-main: {platform: x, username: acme}
groups: {all: [bluesky-main, mastodon-main, x-main]}
defaults: {accounts: [all]}
"""
_BLOCK = re.compile(r"^(`{3,})([a-z]+)(?: ([^\n]*))?\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


class Tracked(WorkTree):
    """A work tree of which git knows all files but those whose names say otherwise."""

    def untracked(self, paths: Collection[str]) -> dict[str, bool]:
        names = ("untracked", "ignored")
        return {path: "ignored" in path for path in paths if any(name in path for name in names)}


@dataclass
class Case:
    """One sample: a small repository, and what the rule finds in it."""

    rule: str
    title: str
    config: str = CONFIG
    files: dict[str, bytes] = field(default_factory=dict)
    ledger: list[dict[str, Any]] | None = None
    expect: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def write(self, root: Path) -> None:
        for name, data in {"postops.yaml": self.config.encode(), **self.files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for name in self.unreadable:
            (root / name).chmod(0)

    def check(self, root: Path, **how: Any) -> Report:
        """What `check` says of the case as it lies below `root`."""
        config = read_config((root / "postops.yaml").read_bytes(), root)
        source = Tracked(root)
        how = {"now": NOW, "ledger": self.state(root, config), **how}
        return check(source, config, **how)

    def found(self, report: Report) -> list[str]:
        """The lines of `expect` for a report."""
        return [line(d) for d in report.diagnostics if d.name == self.rule]

    def state(self, root: Path, config: Config) -> LedgerState | None:
        """The ledger; `source_of` stands for the digest of a file as it is now."""
        if self.ledger is None:
            return None
        state = LedgerState()
        for keys in self.ledger:
            said = dict(keys)
            if path := said.pop("source_of", None):
                post = read_post((root / path).read_bytes(), path, config, WorkTree(root)).post
                assert post is not None
                said["source"] = source_digest(post)
            name = f"{said['post']}@{said['account']}"
            state.deliveries[name] = DeliveryState(name, **{"phase": "published", **said})
        return state


def line(diagnostic: Any) -> str:
    """A finding as `expect` has it."""
    who = f" ({diagnostic.account})" if diagnostic.account else ""
    return f"{diagnostic.span} {diagnostic.code} {diagnostic.name}: {diagnostic.message}{who}"


def cases(path: Path) -> Iterator[Case]:
    """The cases of one file."""
    for chapter in path.read_text(encoding="utf-8").split("\n## ")[1:]:
        case = Case(path.stem, chapter.partition("\n")[0])
        for match in _BLOCK.finditer(chapter):
            _add(case, match[2], match[3] or "", match[4])
        yield case


def _add(case: Case, kind: str, about: str, text: str) -> None:
    name = about.removeprefix("file=")
    if kind == "yaml" and about == "config":
        case.config = text
    elif kind == "ledger":
        case.ledger = yaml.safe_load(text) or []
    elif kind == "expect":
        case.expect = text.splitlines()
    elif kind == "media":
        case.files[name] = make(text)
    elif kind == "bytes":
        case.files[name] = ast.literal_eval(f'b"""{text}"""')
    elif about.startswith("file="):
        case.files[name] = text.encode()
        if kind == "unreadable":
            case.unreadable.append(name)


def all_cases() -> list[Case]:
    return [case for path in sorted(HERE.glob("*.md")) for case in cases(path)]

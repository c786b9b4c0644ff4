"""What was found in each file, kept until the file, its media or the rules change.

One file: a line that says for what it holds, and a digest, then JSON. Whatever does not fit is not
used: a cache is never a reason to fail, and never a reason to report anything else.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from postops import __version__
from postops.content.source import WorkTree
from postops.diagnostics import Diagnostic, Edit, Fix, Severity, Span
from postops.policy.card import Card

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from postops.config import Config
    from postops.content.source import ContentSource, Entry
    from postops.model import Campaign
    from postops.policy.examine import Examined

FORMAT = 3
FILE_NAME = "check.json"
RACY = 50_000_000
"""Nanoseconds. A file changed so shortly before could change again without a new time stamp."""

_ROOMS = ("content", "platforms", "policy", "reading", "render")

Stamp = tuple[int, int, int] | None
"""When a file was changed (twice, by its own word and the system's) and its size."""


class Row(NamedTuple):
    """What is kept of an examined file."""

    path: str
    diagnostics: tuple[Diagnostic, ...]
    card: Card | None

    @classmethod
    def of(cls, examined: Examined) -> Row:
        return cls(examined.path, examined.diagnostics, examined.card)


def to_json(rows: Sequence[Row]) -> bytes:
    """Rows for a pipe or a file."""
    import orjson

    return orjson.dumps([_pack(row) for row in rows])


def from_json(data: bytes) -> list[Row]:
    """The way back. Raises `ValueError`, `TypeError` and their kind for anything else."""
    import orjson

    return [_unpack(row) for row in orjson.loads(data)]


def open_cache(
    directory: Path | None,
    source: ContentSource,
    config: Config,
    campaigns: Sequence[Campaign],
) -> Cache | None:
    """The cache of a work tree; `None` where there is none to be had."""
    if directory is None or not isinstance(source, WorkTree):
        return None
    if not may_write(directory):
        return None
    return Cache(directory, source.root, _key(config, campaigns))


def may_write(directory: Path) -> bool:
    """Whether a cache is ours: a stranger may have committed a link, to have us write elsewhere."""
    return not any(part.is_symlink() for part in (directory, directory.parent))


class Cache:
    """The rows of one work tree."""

    def __init__(self, directory: Path, root: Path, key: str) -> None:
        self.file = directory / FILE_NAME
        self.mark = directory / f"{FILE_NAME}.{os.getpid()}"
        self.root = str(root)
        self.head = f"postops {FORMAT} {key}"
        self.stamps: dict[str, Stamp] = {}
        self.began = self._touch()
        self.stored = self._load()

    def fresh(self, entries: Sequence[Entry]) -> dict[str, Row]:
        """The rows of those files that are as they were, and so are the media they show."""
        try:
            paths = [entry.path for entry in entries if self._is_fresh(entry.path)]
            return {path: _unpack(self.stored[path][1]) for path in paths}
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            self.stored = {}  # right by its digest, yet not ours
            return {}

    def keep(self, known: Mapping[str, Row], made: Mapping[str, Row]) -> None:
        """Store what is worth it, in one piece or not at all."""
        if not made and len(known) == len(self.stored):
            with suppress(OSError):
                self.mark.unlink()
            return
        import orjson

        entries = {path: self.stored[path] for path in known}
        for path, row in made.items():
            stamps = self._stamps(path, row)
            if stamps is not None and path.isprintable():  # a name that is no text is no JSON
                entries[path] = [stamps, _pack(row)]
        self._write(orjson.dumps(entries))

    # ------------------------------------------------------------------ freshness

    def _is_fresh(self, path: str) -> bool:
        stored = self.stored.get(path)
        if stored is None:
            return False
        return all(self._stamp(name) == tuple(stamp) for name, stamp in stored[0].items())

    def _stamps(self, path: str, row: Row) -> dict[str, Stamp] | None:
        """The stamps of a file and its media; `None` where they prove nothing."""
        media = () if row.card is None else row.card.media
        stamps = {name: self._stamp(name) for name in (path, *media)}
        for stamp in stamps.values():
            if stamp is None or max(stamp[:2]) > self.began - RACY:
                return None
        return stamps

    def _stamp(self, path: str) -> Stamp:
        if path not in self.stamps:
            try:
                status = os.lstat(f"{self.root}/{path}")
            except (OSError, ValueError):
                self.stamps[path] = None
            else:
                self.stamps[path] = (status.st_mtime_ns, status.st_ctime_ns, status.st_size)
        return self.stamps[path]

    # ------------------------------------------------------------------ the file

    def _touch(self) -> int:
        """When this began, by the clock of the file system."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.mark.touch()
            return self.mark.stat().st_mtime_ns
        except OSError:
            return 0

    def _load(self) -> dict[str, Any]:
        import orjson

        try:
            head, _, data = self.file.read_bytes().partition(b"\n")
            if head != f"{self.head} {checksum(data)}".encode():
                return {}
            stored = orjson.loads(data)
        except (OSError, ValueError):
            return {}
        return stored if isinstance(stored, dict) else {}

    def _write(self, data: bytes) -> None:
        try:
            self.mark.write_bytes(f"{self.head} {checksum(data)}\n".encode() + data)
            self.mark.replace(self.file)
        except OSError:
            return


def checksum(data: bytes) -> str:
    """A digest of what is kept: against what was cut off, not against an attacker."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _key(config: Config, campaigns: Sequence[Campaign]) -> str:
    """All that decides what is found in a file, besides the file and its media."""
    about = [__version__, sys.version, rules_stamp(), config.path, config.digest]
    about += [f"{campaign.path} {campaign.blob}" for campaign in campaigns]
    return checksum("\n".join(about).encode())


def rules_stamp() -> str:
    """The newest file of the rooms that decide: rules under development have no version."""
    package = Path(__file__).parents[1]
    stamps = [
        f"{file.path} {file.stat().st_mtime_ns}"
        for room in _ROOMS
        for directory in (package / room, *_below(package / room))
        for file in os.scandir(directory)
        if file.name.endswith(".py")
    ]
    return checksum("\n".join(sorted(stamps)).encode())


def _below(directory: Path) -> list[Path]:
    return [Path(one.path) for one in os.scandir(directory) if one.is_dir()]


# --------------------------------------------------------------------------- rows as JSON


def _pack(row: Row) -> list[Any]:
    card = None if row.card is None else row.card.row()
    return [row.path, [pack_one(one) for one in row.diagnostics], card]


def pack_one(one: Diagnostic) -> list[Any]:
    """A finding for JSON."""
    fix = None
    if one.fix is not None:
        edits = [[list(edit.span), edit.text] for edit in one.fix.edits]
        fix = [one.fix.title, edits, one.fix.safe]
    span = list(one.span)
    return [
        one.code,
        one.name,
        one.severity.value,
        span,
        one.message,
        one.help,
        fix,
        one.post,
        one.account,
    ]


def _unpack(row: Sequence[Any]) -> Row:
    path, diagnostics, card = row
    found = tuple([unpack_one(one) for one in diagnostics]) if diagnostics else ()
    return Row(path, found, None if card is None else Card.from_row(card))


def unpack_one(row: Sequence[Any]) -> Diagnostic:
    """The way back from `pack_one`."""
    code, name, severity, span, message, help_, packed, post, account = row
    fix = None
    if packed is not None:
        title, edits, safe = packed
        fix = Fix(title, tuple([Edit(Span(*at), text) for at, text in edits]), safe)
    return Diagnostic(
        code, name, Severity(severity), Span(*span), message, help_, fix, post, account
    )

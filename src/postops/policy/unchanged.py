"""What the last check of a whole work tree came to, for when not one file has changed since.

Only names, sizes and times of files are looked at then. Whatever decides besides the files is part
of the key; and the outcome holds only until the next moment at which a rule could see the clock
otherwise. As with the cache of rows: what does not fit is not used.
"""

from __future__ import annotations

import hashlib
import os
import sys
from array import array
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from postops import __version__
from postops.diagnostics import Summary
from postops.policy.cache import RACY, checksum, may_write, pack_one, rules_stamp, unpack_one

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from postops.diagnostics import Diagnostic
    from postops.policy.card import Card
    from postops.policy.check import Report

FORMAT = 3
FILE_NAME = "outcome.json"
FOLDERS = ("campaigns", "posts")

_SECOND = timedelta(seconds=1)


class Outcome(NamedTuple):
    """What a report says, whoever made it."""

    diagnostics: list[Diagnostic]
    summary: Summary


class Memory:
    """The outcome of one work tree's last check, as asked with the same words.

    `about` is all that decides besides the files below `FOLDERS` and `also`: paths relative to the
    root, of files or folders, whether or not they are there.
    """

    def __init__(
        self, directory: Path, root: Path, about: Sequence[str], also: Iterable[str]
    ) -> None:
        self.file = directory / FILE_NAME
        self.mark = directory / f"{FILE_NAME}.{os.getpid()}"
        self.root = str(root)
        self.usable = may_write(directory)
        words = "\n".join([__version__, sys.version, rules_stamp(), *about])
        self.head = f"postops {FORMAT} {checksum(words.encode())}"
        self.began = 0
        self.listing = _Listing(self.root)
        for folder in (*FOLDERS, *also):
            self.listing.add(folder)

    def recall(self, now: datetime) -> Outcome | None:
        """The outcome, where it still holds."""
        if not self.usable:
            return None
        try:
            head, _, data = self.file.read_bytes().partition(b"\n")
            if head == f"{self.head} {checksum(data)}".encode():
                return self._fitting(orjson.loads(data), now)
        except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError):
            pass
        self.began = self._touch()
        return None

    def _fitting(self, kept: dict[str, Any], now: datetime) -> Outcome | None:
        since, until = (datetime.fromisoformat(text) for text in kept["holds"])
        media = self._media(kept["media"])
        seen = [self.listing.digest(), media.digest()]
        if not since <= now < until or seen != kept["seen"]:
            self.began = self._touch()
            return None
        return Outcome([unpack_one(row) for row in kept["found"]], Summary(*kept["summary"]))

    def keep(self, report: Report, now: datetime, grace: timedelta) -> None:
        """Keep a report of all files, made since `recall` knew nothing."""
        paths = sorted({path for card in report.cards for path in card.media})
        media = self._media(paths)
        if not self.began:
            return
        if not report.lasting or max(self.listing.newest, media.newest) > self.began - RACY:
            with suppress(OSError):
                self.mark.unlink()
            return
        kept = {
            "seen": [self.listing.digest(), media.digest()],
            "media": paths,
            "holds": [now.isoformat(), holds_until(report.cards, now, grace).isoformat()],
            "found": [pack_one(one) for one in report.diagnostics],
            "summary": list(report.summary),
        }
        try:
            data = orjson.dumps(kept)
        except orjson.JSONEncodeError:  # a file name that is no text
            return
        try:
            self.mark.write_bytes(f"{self.head} {checksum(data)}\n".encode() + data)
            self.mark.replace(self.file)
        except OSError:
            return

    def _media(self, paths: Sequence[str]) -> _Listing:
        """Media, and git's index: it says whether they will be there when the post is published."""
        found = _Listing(self.root)
        for path in paths:
            found.add_file(path)
        if paths:
            found.add_file(_index(self.root))
        return found

    def _touch(self) -> int:
        """When this began, by the clock of the file system; 0 where nothing can be written."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.mark.touch()
            return self.mark.stat().st_mtime_ns
        except OSError:
            return 0


def holds_until(cards: Iterable[Card], now: datetime, grace: timedelta) -> datetime:
    """The next moment at which a rule about times could find something else.

    Rules compare the second in which a post is due, or its grace ends, with the one it is.
    """
    next_ = datetime.max.replace(tzinfo=UTC)
    for card in cards:
        due = card.due_at
        if due is None:
            continue
        due = due.replace(microsecond=0)
        for wait in (timedelta(0), _SECOND, grace, grace + _SECOND):
            if now - wait < due and due < next_ - wait:
                next_ = due + wait
    return next_


def _index(root: str) -> str:
    """Git's index, relative to the root; where it would be, if there is no repository.

    Looked up in git's files, for starting git costs more than all the rest.
    """
    above = os.path.realpath(root)
    while not os.path.lexists(f"{above}/.git") and above != os.path.dirname(above):  # noqa: PTH120
        above = os.path.dirname(above)  # noqa: PTH120
    git = f"{above}/.git"
    with suppress(OSError, ValueError), open(git, encoding="utf-8") as file:  # noqa: PTH123
        # A linked work tree, or a submodule: a file that says where git is.
        git = os.path.join(above, file.read(4096).removeprefix("gitdir:").strip())  # noqa: PTH118
    return os.path.relpath(f"{git}/index", root)


class _Listing:
    """Names, kinds, sizes and times of files, in a digest; `newest` is the last change of all."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.names: list[str] = []
        self.numbers = array("q")
        self.newest = 0

    def add(self, path: str) -> None:
        """All that lies below a folder; links are not followed."""
        self.add_file(path)
        try:
            entries = sorted(os.scandir(f"{self.root}/{path}"), key=lambda entry: entry.name)
            for entry in entries:
                inner = f"{path}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    self.add(inner)
                else:
                    self._note(inner, entry.stat(follow_symlinks=False))
        except (OSError, ValueError):
            self.names.append(path)

    def add_file(self, path: str) -> None:
        """One file, or its absence."""
        try:
            self._note(path, os.lstat(f"{self.root}/{path}"))
        except (OSError, ValueError):
            self.names.append(path)

    def _note(self, path: str, status: os.stat_result) -> None:
        changed, noted = status.st_mtime_ns, status.st_ctime_ns
        self.names.append(path)
        self.numbers.extend((status.st_mode, changed, noted, status.st_size))
        self.newest = max(self.newest, changed, noted)

    def digest(self) -> str:
        names = "\0".join(self.names).encode("utf-8", "surrogateescape")
        return hashlib.blake2b(names + self.numbers.tobytes(), digest_size=16).hexdigest()

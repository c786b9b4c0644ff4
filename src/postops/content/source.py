"""Where content is read from: the work tree, for `validate`; a commit, for what is published.

Both say the same of the same files, so that what was checked is what is sent. Paths are relative
to the repository, with `/`. Symbolic links, submodules and devices are never followed or opened.
"""

from __future__ import annotations

import os
import stat
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from postops.git import Repository

EntryKind = Literal["file", "symlink", "submodule", "closed", "other"]
"""`closed` is a folder that must not be read."""

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
_CHUNK = 500  # posts held in memory at once

LARGEST = 1024 * 1024 * 1024
"""Bytes of one file taken. GitHub refuses files above 100 MB, and Git LFS above 5 GB."""


class Entry(NamedTuple):
    """Something that has a path. `blob` and `size` are `None` where finding out costs a read."""

    path: str
    kind: EntryKind
    blob: str | None = None
    size: int | None = None


class ContentSource(Protocol):
    """A tree of files."""

    def walk(self, prefix: str) -> list[Entry]:
        """Everything below the directory `prefix` (`posts`), sorted by path; no directories."""

    def find(self, path: str) -> Entry | None:
        """What stands at exactly this path, letter case and all; `None` for nothing or a
        directory. A path that leads through a symbolic link is a `symlink`."""

    def open(self, path: str) -> BinaryIO:
        """A regular file's bytes. Raises `OSError` for anything else."""

    def load(self, entries: Iterable[Entry], limit: int) -> Iterator[tuple[Entry, bytes | None]]:
        """The bytes of many files; `None` where one is larger than `limit` or cannot be read."""

    def untracked(self, paths: Collection[str]) -> Mapping[str, bool]:
        """Which of these files git does not know, so that no commit would hold them; and whether
        it is told to ignore them."""


class WorkTree:
    """The files on disk below `root`. Without a repository every file counts as tracked."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._root = str(root)
        self._names: dict[Path, frozenset[str]] = {}

    def walk(self, prefix: str) -> list[Entry]:
        found: list[Entry] = []
        waiting = [prefix]
        while waiting:
            directory = waiting.pop()
            try:
                entries = list(os.scandir(self.root / directory))
            except PermissionError:
                found.append(Entry(directory, "closed"))
                continue
            except OSError:
                continue
            if any(entry.name == ".git" for entry in entries):
                found.append(Entry(directory, "submodule"))
                continue
            for entry in entries:
                path = f"{directory}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
                else:
                    found.append(self._entry(path, entry.stat(follow_symlinks=False)))
        return sorted(found)

    def find(self, path: str) -> Entry | None:
        here = self.root
        parts = path.split("/")
        for number, part in enumerate(parts, 1):
            # A file system may take chart.png for Chart.png; git and the platforms' readers do not.
            try:
                names = self._names_in(here)
                status = os.lstat(here / part)
            except OSError:
                return None
            if part not in names:
                return None
            here = here / part
            if stat.S_ISLNK(status.st_mode):
                return Entry(path, "symlink")
            if stat.S_ISDIR(status.st_mode):
                if (here / ".git").exists() and number < len(parts):
                    return Entry(path, "submodule")
                continue
            return self._entry(path, status) if number == len(parts) else None
        return None

    def open(self, path: str) -> BinaryIO:
        handle, _ = self._opened(path)
        try:
            return os.fdopen(handle, "rb")
        except BaseException:
            os.close(handle)
            raise

    def _opened(self, path: str) -> tuple[int, int]:
        """A regular file, and its size."""
        # Between look and open a link may have been put there; a FIFO would wait for ever.
        handle = os.open(f"{self._root}/{path}", _FLAGS)
        status = os.fstat(handle)
        if stat.S_ISREG(status.st_mode):
            return handle, status.st_size
        os.close(handle)
        raise OSError("not a regular file")

    def load(self, entries: Iterable[Entry], limit: int) -> Iterator[tuple[Entry, bytes | None]]:
        for entry in entries:
            yield entry, self._bytes(entry.path, limit)

    def untracked(self, paths: Collection[str]) -> Mapping[str, bool]:
        if not paths:
            return {}  # most posts show nothing: git is not even started
        from postops.errors import PostopsError
        from postops.git import Repository

        try:
            repository = Repository.discover(self.root)
            below = self.root.resolve().relative_to(repository.root.resolve()).as_posix()
            return _untracked(repository, "" if below == "." else f"{below}/", paths)
        except PostopsError:  # no repository, no git: then there is nothing to be in
            return {}

    def _names_in(self, directory: Path) -> frozenset[str]:
        """The names in a directory, listed once: a thousand posts may share one of media."""
        if directory not in self._names:
            self._names[directory] = frozenset(os.listdir(directory))  # noqa: PTH208
        return self._names[directory]

    def _bytes(self, path: str, limit: int) -> bytes | None:
        """Without a file object, which costs as much as the reading does."""
        try:
            handle, size = self._opened(path)
        except OSError:
            return None
        piece = min(size, limit) + 1
        try:
            pieces = [os.read(handle, piece)]
            while pieces[-1] and sum(map(len, pieces)) <= limit:
                pieces.append(os.read(handle, piece))
        except OSError:
            return None
        finally:
            os.close(handle)
        data = b"".join(pieces)
        return data if len(data) <= limit else None

    @staticmethod
    def _entry(path: str, status: os.stat_result) -> Entry:
        if stat.S_ISREG(status.st_mode):
            return Entry(path, "file", None, status.st_size)
        return Entry(path, "symlink" if stat.S_ISLNK(status.st_mode) else "other")


def _untracked(repository: Repository, prefix: str, paths: Collection[str]) -> dict[str, bool]:
    """Asked in one process, and in a second one only where there is something to be said."""
    asked = [f"{prefix}{path}" for path in sorted(paths)]
    words = asked if len(asked) <= _CHUNK else [prefix or "."]
    listed = repository.run("ls-files", "-z", "--full-name", "--", *words).stdout
    unknown = set(asked) - set(os.fsdecode(listed).split("\0"))
    if not unknown:
        return {}
    # It takes no literal pathspecs; after `./` no name is taken for anything but a name.
    data = os.fsencode("".join(f"./{name}\0" for name in sorted(unknown)))
    words = ["--no-literal-pathspecs", "check-ignore", "-z", "--stdin"]
    told = repository.run(*words, input=data, check=False).stdout
    ignored = set(os.fsdecode(told).split("\0"))
    return {name.removeprefix(prefix): f"./{name}" in ignored for name in sorted(unknown)}


_KINDS: dict[str, EntryKind] = {
    "100644": "file",
    "100755": "file",
    "100664": "file",
    "120000": "symlink",
    "160000": "submodule",
}


class CommitTree:
    """The files of one commit. What it holds is tracked by nature."""

    def __init__(self, repository: Repository, commit: str) -> None:
        self.repository = repository
        self.commit = commit
        self._directories: dict[str, dict[str, Entry]] = {}

    def walk(self, prefix: str) -> list[Entry]:
        listed = self.repository.ls_tree(self.commit, f"{prefix}/")
        entries = [
            Entry(item.path, _KINDS.get(item.mode, "other"), item.blob)
            for item in listed
            if item.path.startswith(f"{prefix}/")
        ]
        return sorted(entries)

    def find(self, path: str) -> Entry | None:
        entry = self._below(path).get(path)
        if entry is not None:
            return entry
        # A symbolic link or submodule on the way is listed under its own, shorter path.
        above = path.rpartition("/")[0]
        while above:
            found = self._below(above).get(above)
            if found is not None:
                return found._replace(path=path) if found.kind != "file" else None
            above = above.rpartition("/")[0]
        return None

    def open(self, path: str) -> BinaryIO:
        entry = self.find(path)
        if entry is None or entry.kind != "file" or entry.blob is None:
            raise OSError(f"{path} is not a regular file")
        if not self._small([entry.blob], LARGEST):
            raise OSError(f"{path} is larger than {LARGEST // 1024**2} MiB")
        return BytesIO(self.repository.cat([entry.blob])[entry.blob])

    def load(self, entries: Iterable[Entry], limit: int) -> Iterator[tuple[Entry, bytes | None]]:
        waiting = [entry for entry in entries if entry.blob is not None]
        self.repository.complete([entry.blob for entry in waiting if entry.blob])
        for start in range(0, len(waiting), _CHUNK):
            chunk = waiting[start : start + _CHUNK]
            small = self._small([entry.blob for entry in chunk if entry.blob], limit)
            data = self.repository.cat(small)
            for entry in chunk:
                yield entry, data.get(entry.blob or "")

    def untracked(self, paths: Collection[str]) -> Mapping[str, bool]:
        del paths
        return {}

    def _small(self, blobs: list[str], limit: int) -> list[str]:
        """Those blobs that are not larger than `limit`: a huge one is never taken into memory."""
        names = "".join(f"{blob}\n" for blob in blobs).encode()
        form = "--batch-check=%(objectname) %(objectsize)"
        done = self.repository.run("cat-file", form, input=names)
        pairs = (line.split(" ") for line in done.text.splitlines())
        return [blob for blob, size in pairs if size.isdigit() and int(size) <= limit]

    def _below(self, path: str) -> dict[str, Entry]:
        """What stands beside `path`, asked of git once for each directory."""
        directory = path.rpartition("/")[0]
        if directory not in self._directories:
            prefix = f"{directory}/" if directory else ""
            done = self.repository.run(
                "ls-tree", "-z", "--full-tree", self.commit, "--", *([prefix] if prefix else [])
            )
            found = {}
            for record in os.fsdecode(done.stdout).split("\0")[:-1]:
                facts, _, name = record.partition("\t")
                mode, kind, blob = facts.split(" ")
                if kind != "tree":
                    found[name] = Entry(name, _KINDS.get(mode, "other"), blob)
            self._directories[directory] = found
        return self._directories[directory]

"""One state of `state/` read from git objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.errors import LedgerDamaged, LedgerError
from postops.git import GitFailed, blob_id
from postops.ledger.chain import LEDGER, STATE, is_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from postops.git import Repository


class GitHead:
    """A `StateHead`. Listings and bytes are read when first asked for.

    `same` says that `sha` is a commit of the content branch, whose history is not the ledger's.
    """

    def __init__(
        self,
        repository: Repository,
        sha: str | None,
        anchor: str | None,
        *,
        same: bool = False,
        files: dict[str, str] | None = None,
        cache: dict[str, bytes] | None = None,
    ) -> None:
        self.repository = repository
        self.sha = sha
        self.anchor = anchor
        self.same = same
        self._files = files
        self._cache = cache or {}

    @property
    def files(self) -> dict[str, str]:
        """Every file below `state/` with its blob."""
        if self._files is None:
            self._files = _files(self.repository, self.sha) if self.sha else {}
        return self._files

    def listing(self, prefix: str) -> Mapping[str, str]:
        return {path: blob for path, blob in self.files.items() if path.startswith(prefix)}

    def paths(self, prefix: str) -> list[str]:
        return sorted(self.listing(prefix))

    def read(self, path: str) -> bytes | None:
        return self.read_many([path]).get(path)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        wanted = {path: self.files[path] for path in paths if path in self.files}
        missing = [blob for blob in wanted.values() if blob not in self._cache]
        found = _cat(self.repository, missing) | self._cache if missing else self._cache
        return {path: found[blob] for path, blob in wanted.items()}

    def descends(self) -> bool:
        if self.anchor in (None, self.sha):
            return True
        if self.sha is None or self.anchor is None:
            return False
        # Commits of a shallow clone have no parents: there the lines alone are the proof.
        ordered = self.same or self.repository.is_ancestor(self.anchor, self.sha)
        if not ordered and not self.repository.is_shallow:
            return False
        # Somebody may have taken lines away in a commit like any other.
        return self._holds_lines_of(self.anchor)

    def _holds_lines_of(self, anchor: str) -> bool:
        """Whether every daily file of the anchor is here, the last one perhaps longer."""
        before = {p: b for p, b in _files(self.repository, anchor).items() if is_day(p)}
        changed = [path for path, blob in before.items() if self.files.get(path) != blob]
        if not changed:
            return True
        if changed != [max(before)] or changed[0] not in self.files:
            return False
        old = _cat(self.repository, [before[changed[0]]])[before[changed[0]]]
        new = self.read(changed[0]) or b""
        # Up to the last line end: a torn piece behind it may have been removed.
        return new.startswith(old[: old.rfind(b"\n") + 1])

    def after(self, sha: str, anchor: str, changes: Mapping[str, bytes]) -> GitHead:
        """The head that a push of `changes` on top of this one leaves; nothing is read again."""
        ids = {p: blob_id(data, self.repository.object_format) for p, data in changes.items()}
        cache = {ids[path]: data for path, data in changes.items()}
        files = self.files | ids
        return GitHead(self.repository, sha, anchor, same=self.same, files=files, cache=cache)

    def days(self) -> dict[str, str]:
        """The daily files of the ledger with their blobs."""
        return {path: blob for path, blob in self.listing(LEDGER).items() if is_day(path)}


def _files(repository: Repository, commit: str) -> dict[str, str]:
    try:
        entries = repository.ls_tree(commit, STATE)
    except GitFailed as error:
        raise LedgerError(f"the ledger cannot be read: {error}", help=error.help) from error
    for entry in entries:
        if entry.mode not in ("100644", "100755") or {"..", ".git"} & set(entry.path.split("/")):
            raise LedgerDamaged(
                f"{entry.path}: not a plain file (mode {entry.mode})",
                help="remove it from the state branch",
                where=entry.path,
            )
    return {entry.path: entry.blob for entry in entries}


def _cat(repository: Repository, blobs: list[str]) -> dict[str, bytes]:
    try:
        return repository.cat(blobs)
    except GitFailed as error:
        raise LedgerError(f"the ledger cannot be read: {error}", help=error.help) from error

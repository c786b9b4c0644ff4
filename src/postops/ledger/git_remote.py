"""The ledger in git: on a branch of its own, or in `state/` on the content branch (`same`).

Whatever the placement, nothing of the user's clone changes: commits are made from git objects,
fetched refs live below `refs/postops/remote/`, and pushes go to the URL of the remote. Without a
remote the local refs themselves are swapped.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from postops.errors import ConfigError, LedgerConflict, LedgerError
from postops.git import GitFailed, missing_ref
from postops.ledger import checkout, swap
from postops.ledger.anchor import why_held
from postops.ledger.chain import STATE, is_day
from postops.ledger.commit import build
from postops.ledger.git_head import GitHead
from postops.ledger.reading_copy import NOTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.git import Repository
    from postops.ledger.remote import StateHead

DEFAULT_BRANCH = "postops-state"
ANCHOR = "refs/postops/anchor"
_LOCAL_STATE = "refs/postops/remote/state"
_LOCAL_ANCHOR = "refs/postops/remote/anchor"
_TRIES = 12


class GitRemote:
    """A `StateRemote`. `branch` is `state.branch` of the configuration: a name, or `same`.

    `content_branch` counts with `same` only; by default it is the one the remote's HEAD names.
    """

    def __init__(
        self,
        repository: Repository,
        branch: str = DEFAULT_BRANCH,
        content_branch: str | None = None,
    ) -> None:
        self.repository = repository
        self.same = branch == "same"
        self._branch = content_branch if self.same else branch
        self._url: str | None = None
        self._remote: str | None = None
        self._ready = False

    # ------------------------------------------------------------------ the port

    async def fetch(self) -> GitHead:
        import asyncio

        return await asyncio.to_thread(self.fetch_sync)

    async def push(self, base: StateHead, changes: Mapping[str, bytes], message: str) -> GitHead:
        import asyncio

        return await asyncio.to_thread(self.push_sync, base, changes, message)

    def fetch_sync(self) -> GitHead:
        """The head as it is now, for commands that only read."""
        self._prepare()
        for _ in range(_TRIES):
            with contextlib.suppress(_Locked):
                head = self._head()
                if why_held(head) is None:
                    return head
                # A push may have landed between the reading of the two refs: look again.
                again = self._head()
                if (again.sha, again.anchor) == (head.sha, head.anchor):
                    return again
        raise LedgerError(
            "git fetch could not lock its refs",
            help="is another git running here? If not, remove *.lock below .git/refs/postops",
        )

    def push_sync(self, base: StateHead, changes: Mapping[str, bytes], message: str) -> GitHead:
        """Compare and swap; see `StateRemote.push`."""
        self._prepare()
        if not isinstance(base, GitHead):
            raise TypeError("not a head of this remote")
        for _ in range(_TRIES):
            try:
                return self._push_once(base, changes, message)
            except LedgerConflict:
                if not self.same:
                    raise
                base = self._rebased(base)
        raise LedgerConflict("the content branch moved too often", help="run it again")

    # ------------------------------------------------------------------ how

    @property
    def ref(self) -> str:
        """The branch that holds `state/`."""
        return f"refs/heads/{self._branch}"

    def _prepare(self) -> None:
        """Find the remote and the branch, once. Raises `ConfigError`."""
        if self._ready:
            return
        self._remote = self.repository.remote()
        if self._remote is not None:
            self._url = self.repository.push_url(self._remote)
        elif self._is_elsewhere():
            raise LedgerError(
                "the ledger is on a remote that this clone has no more",
                help="add it again (git remote add): by an empty ledger all would be sent again."
                f" To begin anew all the same: git update-ref -d {_LOCAL_ANCHOR}; rm -r {STATE}",
            )
        if self.same:
            self._prepare_same()
        self._ready = True

    def _is_elsewhere(self) -> bool:
        """Whether this clone, which has no remote, has seen the ledger of one."""
        if self.repository.rev_parse(_LOCAL_ANCHOR) is not None:
            return True
        copied = not self.same and (self.repository.root / NOTE).exists()
        return copied and self.repository.rev_parse(self.ref) is None

    def _prepare_same(self) -> None:
        state = f"refs/heads/{DEFAULT_BRANCH}"
        if self._remote is None:
            head = self.repository.head_branch()
            foreign = self.repository.rev_parse(state) is not None
        else:
            head, refs = self._ask(self._remote, "HEAD", state)
            foreign = state in refs
        if foreign:
            raise ConfigError(
                f"the ledger is on the branch {DEFAULT_BRANCH}, but postops.yaml says state: same",
                help=f"set state: {{branch: {DEFAULT_BRANCH}}}, or move state/ over and delete it",
            )
        self._branch = self._branch or head
        if self._branch is None:
            raise ConfigError(
                "no content branch to keep state/ on",
                help="name it in postops.yaml: content_branch: main",
            )

    def _ask(self, remote: str, *patterns: str) -> tuple[str | None, dict[str, str]]:
        try:
            return self.repository.list_remote(remote, *patterns)
        except GitFailed as error:
            raise LedgerError(str(error), help=error.help) from error

    def _head(self) -> GitHead:
        if self._remote is None:
            state, anchor = self._look(self.ref, ANCHOR)
        else:
            state, anchor = self._fetch(self._remote)
        head = GitHead(self.repository, state, anchor, same=self.same)
        if self.same and head.sha:
            self.repository.prefetch(head.sha, STATE)
        return head

    def _look(self, *refs: str) -> list[str | None]:
        listed = self.repository.run("for-each-ref", "--format=%(refname) %(objectname)", *refs)
        found = dict(line.split(" ") for line in listed.text.splitlines())
        return [found.get(ref) for ref in refs]

    def _fetch(self, remote: str) -> list[str | None]:
        """The state branch and the anchor of the remote; in one request where both exist."""
        wanted = {self.ref: _LOCAL_STATE, ANCHOR: _LOCAL_ANCHOR}
        try:
            self._fetch_refs(remote, wanted)
        except GitFailed as error:
            if not missing_ref(error):
                raise LedgerError(str(error), help=error.help) from error
            # Not from refs of ours: another process of this clone may be writing them.
            _, there = self._ask(remote, *wanted)
            present = {ref: wanted[ref] for ref in wanted if ref in there}
            if present:
                self._fetch_refs(remote, present)
            return [there.get(ref) for ref in wanted]
        return self._look(*wanted.values())

    def _fetch_refs(self, remote: str, wanted: Mapping[str, str]) -> None:
        refspecs = [f"+{theirs}:{ours}" for theirs, ours in wanted.items()]
        try:
            self.repository.fetch(remote, *refspecs, complete=not self.same)
        except GitFailed as error:
            if error.completed and "cannot lock ref" in error.completed.stderr:
                raise _Locked from error
            raise

    def _push_once(self, base: GitHead, changes: Mapping[str, bytes], message: str) -> GitHead:
        # A content commit says nothing of the ledger's history: the anchor is a commit of its own.
        anchored = base.days() | dict.fromkeys(filter(is_day, changes), "") if self.same else None
        sha, anchor = build(
            self.repository, base.sha, changes, message,
            anchor_parent=base.anchor, anchor_files=anchored,
        )  # fmt: skip
        moves = [swap.Move(self.ref, base.sha, sha), swap.Move(ANCHOR, base.anchor, anchor)]
        if self._url is not None:
            swap.push(self.repository, self._url, moves)
        else:
            swap.update(self.repository, moves)
        head = base.after(sha, anchor, changes)
        if self._url is None and self.repository.head_branch() == self._branch:
            checkout.follow(self.repository, base, head, changes)
        return head

    def _rebased(self, base: GitHead) -> GitHead:
        """The new tip, where only content moved. Raises `LedgerConflict` where `state/` did."""
        head = self.fetch_sync()
        if head.files != base.files or head.anchor != base.anchor:
            raise LedgerConflict("another runner moved the ledger first", help="run it again")
        return head


class _Locked(Exception):  # noqa: N818 - another process of this clone fetches right now
    pass

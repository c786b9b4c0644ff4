"""Move the state ref and the anchor together, or not at all: the compare-and-swap."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from postops.errors import LedgerConflict, LedgerError
from postops.git import NETWORK_SECONDS, GitFailed, reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postops.git import Completed, Repository

# What git says to the loser of a race, and to nobody else. The last two are newer git's words.
_RACE = (
    "fetch first",
    "non-fast-forward",
    "stale info",
    "cannot lock ref",
    "failed to update ref",
    "incorrect old value provided",
    "reference already exists",
)
# An atomic push that lost at the server names the cause on the line before.
_ATOMIC = ("atomic transaction failed", "atomic push fail")


class Move(NamedTuple):
    """A ref to move from one commit (`None`: it must not exist) to another."""

    ref: str
    old: str | None
    new: str


def push(repository: Repository, url: str, moves: Sequence[Move]) -> None:
    """Move refs of a remote. Raises `LedgerConflict` or `LedgerError`."""
    leases = [f"--force-with-lease={move.ref}:{move.old or ''}" for move in moves]
    refspecs = [f"{move.new}:{move.ref}" for move in moves]
    try:
        done = repository.run(
            "push", "--porcelain", "--atomic", "--no-verify", "--no-follow-tags", *leases, url,
            *refspecs, check=False, seconds=NETWORK_SECONDS,
        )  # fmt: skip
    except GitFailed as error:
        raise LedgerError(f"the ledger cannot be pushed: {error}", help=error.help) from error
    if done.code:
        raise refusal(done)


def update(repository: Repository, moves: Sequence[Move]) -> None:
    """Move refs of the repository itself. Raises `LedgerConflict` or `LedgerError`."""
    zeros = "0" * (64 if repository.object_format == "sha256" else 40)
    lines = [f"update {move.ref} {move.new} {move.old or zeros}\n" for move in moves]
    done = repository.run("update-ref", "--stdin", input="".join(lines).encode(), check=False)
    if done.code == 0:
        return
    if "but expected" in done.stderr or "reference already exists" in done.stderr:
        raise _lost()
    raise LedgerError(f"the ledger cannot be written: {reason(done.stderr)}")


def refusal(done: Completed) -> LedgerError:
    """The error for a push that git or the remote refused."""
    lines = [line for line in done.text.splitlines() if line.startswith("!")]
    causes = [match[1] for line in lines if (match := re.search(r"\(([^)]*)\)$", line))]
    said = causes + (
        [line for line in done.stderr.splitlines() if line.startswith("remote: error:")]
        if any(word in cause for cause in causes for word in _ATOMIC)
        else []
    )
    if any(word in text for text in said for word in _RACE):
        return _locked(done.stderr) or _lost()
    why = "; ".join(dict.fromkeys([reason(done.stderr), *causes]))
    if lines:
        return LedgerError(
            f"the remote refused the ledger: {why}",
            help="let the job write (permissions: contents: write) and past the rules of the branch",
        )
    return LedgerError(
        f"the ledger cannot be pushed: {why}", help="check the network and the credentials"
    )


def _locked(said: str) -> LedgerConflict | None:
    """A push that is under way holds it for milliseconds; a git that died there, for ever."""
    lock = re.search(r"Unable to create '([^']+\.lock)': File exists", said)
    if lock is None:
        return None
    return LedgerConflict(
        f"another push holds {lock[1]}",
        help="if none is under way, a git has died there: remove that file",
    )


def _lost() -> LedgerConflict:
    return LedgerConflict("another runner moved the ledger first", help="run it again")

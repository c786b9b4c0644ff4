"""What postops keeps in this clone: its own folder, and the ledger as it was last seen.

Nobody is asked here: `validate` works offline.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from postops.config import Config
    from postops.ledger.state import LedgerState


FOLDER = ".postops"


def own_folder(root: Path) -> Path:
    """`.postops/`, which ignores itself. Where it cannot be made, whoever needs it will say so."""
    folder = root / FOLDER
    mark = folder / ".gitignore"
    with contextlib.suppress(OSError):
        if not mark.exists():
            folder.mkdir(exist_ok=True)
            mark.write_text("*\n", encoding="utf-8")
    return folder


def ledger_state(config: Config) -> LedgerState | None:
    """The ledger as last seen here, by today's names; `None` where it never was.

    Read from `state/` on disk, else from the branch as the last fetch left it. Raises
    `LedgerError` for a damaged one.
    """
    from postops.cli._naming import named

    seen = _last_seen(config)
    return None if seen is None else named(seen, config)


def _last_seen(config: Config) -> LedgerState | None:
    if (config.root / "state" / "ledger").is_dir():
        from postops.ledger.disk_head import last_seen

        seen = last_seen(config.root)
        if seen is not None:
            return seen
    ref = f"refs/remotes/origin/{config.state}"
    if config.state == "same" or not _has_ref(config.root, ref):
        return None
    return _fetched(config.root, ref)


def _has_ref(root: Path, ref: str) -> bool:
    """Whether git knows the ref; looked up in its files, for starting git costs more."""
    git = root / ".git"
    if (git / ref).exists():
        return True
    try:
        return f" {ref}\n" in (git / "packed-refs").read_text(encoding="utf-8")
    except OSError:
        return False


def _fetched(root: Path, ref: str) -> LedgerState:
    from postops.git import Repository
    from postops.ledger.follow import Follower
    from postops.ledger.git_head import GitHead

    follower = Follower()
    follower.follow(GitHead(Repository.discover(root), ref, None))
    return follower.state

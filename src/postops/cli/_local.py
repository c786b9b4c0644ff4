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
    """The ledger as last seen here; `None` where it never was.

    Read from `state/` on disk, else from the branch as the last fetch left it. Raises
    `LedgerError` for a damaged one.
    """
    days = sorted((config.root / "state" / "ledger").glob("[0-9]*/[0-9]*/[0-9]*.jsonl"))
    if days:
        from postops.ledger.state import fold

        return fold({day.relative_to(config.root).as_posix(): day.read_bytes() for day in days})
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
    from postops.ledger.chain import is_day
    from postops.ledger.state import fold

    repository = Repository.discover(root)
    entries = [e for e in repository.ls_tree(ref, "state/ledger/") if is_day(e.path)]
    data = repository.cat(entry.blob for entry in entries)
    return fold({entry.path: data[entry.blob] for entry in entries})

"""`state/` on disk: a copy to read and query, where the ledger has a branch of its own.

What was folded into the ledger's snapshot is brought along only for those who query it.

The folder ignores itself (a `.gitignore` of `*`), so nothing of the user's has to change. What it
was made from is noted in it; a `state/` without that note is somebody else's and is not touched.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import orjson

from postops.errors import ConfigError
from postops.ledger.chain import STATE, is_day

if TYPE_CHECKING:
    from pathlib import Path

    from postops.git import Repository
    from postops.ledger.remote import StateHead

NOTE = "state/.postops-copy.json"
_AT_ONCE = 100  # files held in memory


def check(repository: Repository) -> None:
    """Raise `ConfigError` where `state/` is tracked, or was not made by postops."""
    if repository.tracks(STATE):
        raise ConfigError(
            "state/ is tracked by git, but the ledger is on a branch of its own",
            help="git rm -r --cached state, and commit; or set state: {branch: same}",
            where="state",
        )
    _note(repository.root)


def write(root: Path, head: StateHead, folded: str | None = None) -> list[str]:
    """Bring `state/` to `head`; gives the paths that were written or removed.

    Daily files up to `folded`, the last one in the ledger's snapshot, are left out unless they are
    here already: a run that starts on an empty disk does not need them. Each file is replaced at
    once, never half. Raises `ConfigError` for a foreign `state/`.
    """
    known: dict[str, list[Any]] = _note(root).get("files", {})
    wanted = head.listing(STATE)
    left_out = {
        p for p in wanted if folded and is_day(p) and p <= folded and not known.get(p, [])[1:]
    }
    changed = [
        path
        for path, blob in wanted.items()
        if path not in left_out and not _is_there(root / path, blob, known.get(path))
    ]
    gone = [path for path in known if path not in wanted]
    (root / STATE).mkdir(exist_ok=True)
    _replace(root / STATE / ".gitignore", b"*\n")
    for start in range(0, len(changed), _AT_ONCE):
        for path, data in head.read_many(changed[start : start + _AT_ONCE]).items():
            _replace(root / path, data)
    for path in gone:
        (root / path).unlink(missing_ok=True)
    files = {
        path: [blob] if path in left_out else [blob, *_facts(root / path)]
        for path, blob in wanted.items()
    }
    _replace(root / NOTE, orjson.dumps({"version": 1, "head": head.sha, "files": files}))
    return sorted(changed + gone)


def _note(root: Path) -> dict[str, Any]:
    """What the copy was made from; empty where there is none yet."""
    folder = root / STATE.rstrip("/")
    if not folder.exists() and not folder.is_symlink():
        return {}
    with contextlib.suppress(OSError, ValueError):
        if folder.is_symlink():
            raise OSError
        note = orjson.loads((root / NOTE).read_bytes())
        if isinstance(note, dict) and note.get("version") == 1:
            return note
    if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
        return {}
    raise ConfigError(
        "state/ is not a copy made by postops, and postops would write over it",
        help="move it away: mv state state.old",
        where="state",
    )


def _is_there(path: Path, blob: str, noted: list[Any] | None) -> bool:
    facts = _facts(path)
    return bool(facts) and noted == [blob, *facts]


def _facts(path: Path) -> list[int]:
    """Enough to see that somebody edited a file of the copy."""
    try:
        facts = path.stat()
    except OSError:
        return []
    return [facts.st_size, facts.st_mtime_ns]


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)

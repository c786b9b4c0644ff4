"""`same` without a remote: the branch that is checked out moved, so its `state/` follows.

Only here does postops write to the index and the work tree, and only the files it just committed;
otherwise `git status` would show them as deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.git import Repository
    from postops.ledger.git_head import GitHead


def follow(
    repository: Repository, base: GitHead, head: GitHead, changes: Mapping[str, bytes]
) -> None:
    """Bring index and work tree to `head` for the paths of `changes`; edits of others stay."""
    lines = "".join(f"100644 {head.files[path]} 0\t{path}\n" for path in changes)
    repository.run("update-index", "--add", "--index-info", input=lines.encode())
    before = base.read_many(changes)
    for path, data in changes.items():
        target = repository.root / path
        if target.exists() and target.read_bytes() != before.get(path):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

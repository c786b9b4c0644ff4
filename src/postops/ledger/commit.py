"""Make the next commit of the ledger without a work tree or an index, in one git process."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from postops.errors import LedgerError
from postops.git import GitFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.git import Repository

IDENTITY = "postops <postops@users.noreply.github.com>"


def build(
    repository: Repository,
    parent: str | None,
    changes: Mapping[str, bytes],
    message: str,
    *,
    anchor_parent: str | None = None,
    anchor_files: Mapping[str, str] | None = None,
) -> tuple[str, str]:
    """Commit whole files on top of `parent`: its id, and that of the commit to anchor.

    They are the same, unless `anchor_files` (path and blob) are given: then the anchor is a commit
    of its own that holds just those. No ref is left behind. Raises `LedgerError`.
    """
    # fast-import needs a ref to build on; the stream itself drops it again at its end.
    ref = f"refs/postops/build-{os.getpid()}-{threading.get_ident()}"
    stream = [_commit(ref, 1, parent, message), *_inline(changes), b"get-mark :1\n"]
    stream += [_drop(ref, repository)]
    if anchor_files is not None:
        held = {path: blob for path, blob in anchor_files.items() if path not in changes}
        stream += [_commit(ref, 2, anchor_parent, message, new=True), *_existing(held)]
        stream += [*_inline({p: d for p, d in changes.items() if p in anchor_files})]
        stream += [b"get-mark :2\n", _drop(ref, repository)]
    stream.append(b"done\n")
    try:
        # The pack is taken apart again at once: what is packed tightly was packed for nothing.
        done = repository.run(
            "-c", "pack.compression=0", "fast-import", "--quiet", "--done", "--force", "--date-format=now",
            input=b"".join(stream),
        )  # fmt: skip
    except GitFailed as error:
        raise LedgerError(
            f"the ledger cannot be written: {error}",
            help="is the disk full, or .git not writable?",
        ) from error
    ids = done.text.split()
    return ids[0], ids[-1]


def _commit(ref: str, mark: int, parent: str | None, message: str, *, new: bool = False) -> bytes:
    text = message.encode()
    origin = f"from {parent}\n" if parent else ""
    # Without a parent only files that are named belong to the commit.
    clear = "deleteall\n" if new or not parent else ""
    head = f"commit {ref}\nmark :{mark}\nauthor {IDENTITY} now\ncommitter {IDENTITY} now\n"
    return b"%sdata %d\n%s\n%s" % (head.encode(), len(text), text, (origin + clear).encode())


def _inline(files: Mapping[str, bytes]) -> list[bytes]:
    return [
        b"M 100644 inline %s\ndata %d\n%s\n" % (_quoted(path), len(data), data)
        for path, data in files.items()
    ]


def _existing(files: Mapping[str, str]) -> list[bytes]:
    return [b"M 100644 %s %s\n" % (blob.encode(), _quoted(path)) for path, blob in files.items()]


def _quoted(path: str) -> bytes:
    escaped = os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return b'"' + escaped.replace(b"\n", b"\\n") + b'"'


def _drop(ref: str, repository: Repository) -> bytes:
    zeros = "0" * (64 if repository.object_format == "sha256" else 40)
    return f"reset {ref}\nfrom {zeros}\n\n".encode()

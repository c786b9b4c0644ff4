"""Writing a file of the repository: whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path


def save(path: Path, data: bytes) -> None:
    """Put `data` in the place of what the file holds; its mode stays. Raises `OSError`.

    A disk that is full, or a process that dies, leaves the file as it was.
    """
    path = path.resolve()  # a link stays one
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as part:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        shutil.copymode(path, beside)
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise

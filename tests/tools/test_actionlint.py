from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tools.actionlint import lint

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOW = """
on: push
jobs:
  one:
    runs-on: ubuntu-latest
    if: {condition}
    steps:
      - uses: $/
      - run: echo "${{{{ github.event.head_commit.message }}}}"
"""


@pytest.mark.node
def test_finds_faults_and_forgives_only_what_is_newer_than_itself(tmp_path: Path) -> None:
    workflow = tmp_path / "one.yml"
    workflow.write_text(WORKFLOW.format(condition="vars.ON == 'yes' && github.nonsense == 1"))
    findings = lint(workflow)
    assert len(findings) == 2
    assert 'property "nonsense" is not defined' in findings[0]
    assert "potentially untrusted" in findings[1]

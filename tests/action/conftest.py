"""An action runs here as on GitHub; `act` runs action.yml over a stub of postops and keeps its calls."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.tools.composite import Run, bundle, run_composite

ROOT = Path(__file__).resolve().parents[2]
STUB = Path(__file__).parent / "stub"


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle("composite", tmp_path_factory.mktemp("driver"))


class Act:
    """Runs action.yml; `calls` are the argument lists the stub got, root options left out."""

    def __init__(self, driver: Path, tmp_path: Path) -> None:
        self.driver = driver
        self.workspace = tmp_path / "repository"
        self.temp = tmp_path / "runner"
        self.record = tmp_path / "calls"
        self.workspace.mkdir()
        self.temp.mkdir()
        self.record.touch()
        self.behaviour = tmp_path / "behaviour.json"

    @property
    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in self.record.read_text().splitlines()]

    def __call__(
        self,
        behaviour: dict[str, Any] | None = None,
        interrupt: dict[str, str] | None = None,
        **inputs: str,
    ) -> Run:
        self.behaviour.write_text(json.dumps(behaviour or {}))
        named = {name.replace("_", "-"): value for name, value in inputs.items()}
        return run_composite(
            self.driver,
            ROOT / "action.yml",
            {"python": sys.executable} | named,
            workspace=self.workspace,
            temp=self.temp,
            env={
                "PYTHONPATH": str(STUB),
                "STUB": str(self.behaviour),
                "STUB_CALLS": str(self.record),
            },
            interrupt=interrupt,
        )


@pytest.fixture
def act(driver: Path, tmp_path: Path) -> Act:
    return Act(driver, tmp_path)

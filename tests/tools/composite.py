"""Run a composite action on this machine, with GitHub's own parser and evaluator (composite.mjs).

`bundle(name, folder)` packs a driver of this folder with GitHub's packages into one file;
`run_composite` executes an action with it and gives back a `Run`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.tools import node

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Run:
    """What became of an action: `conclusion` is success, failure or cancelled."""

    errors: list[str]
    conclusion: str
    outputs: dict[str, str]
    summary: str
    steps: dict[str, dict[str, Any]]  # by id

    @property
    def log(self) -> str:
        return "".join(step.get("log", "") for step in self.steps.values())


def bundle(name: str, folder: Path) -> Path:
    """GitHub's packages import JSON in a way Node refuses; one CommonJS file has no such trouble."""
    modules = node.need_modules("tools")
    packed = folder / f"{name}.cjs"
    done = node.run_node(
        modules / "esbuild/bin/esbuild",
        *(HERE / f"{name}.mjs", f"--outfile={packed}"),
        *("--bundle", "--platform=node", "--format=cjs", "--log-level=warning"),
        modules=modules,
    )
    assert done.returncode == 0, done.stderr
    return packed


def run_composite(
    driver: Path,
    action: Path,
    inputs: Mapping[str, str],
    *,
    workspace: Path,
    temp: Path,
    env: Mapping[str, str] | None = None,
    uses: Mapping[str, Mapping[str, str]] | None = None,
    interrupt: Mapping[str, str] | None = None,
) -> Run:
    """Execute the action's steps in `workspace`; `uses` gives the outputs of its `uses:` steps."""
    given = {
        "action": str(action),
        "inputs": dict(inputs),
        "github": {},
        "env": dict(env or {}),
        "workspace": str(workspace),
        "temp": str(temp),
        "uses": uses or {},
        "interrupt": interrupt,
    }
    done = node.run_node(driver, stdin=json.dumps(given))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return Run(
        errors=told["errors"],
        conclusion=told.get("conclusion", "invalid"),
        outputs=told.get("outputs", {}),
        summary=told.get("summary", ""),
        steps={step["id"]: step for step in told.get("steps", [])},
    )

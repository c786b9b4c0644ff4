"""The workflows of this repository, read by GitHub's own parser and held to what they promise."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action.conftest import ROOT
from tests.tools import node
from tests.tools.actionlint import lint
from tests.tools.composite import bundle

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PIN = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def load(name: str) -> dict[str, Any]:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())
    workflow["on"] = workflow.pop(True)  # YAML 1.1 takes the key `on` for a truth value
    return workflow


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle("parse_workflow", tmp_path_factory.mktemp("parser"))


@pytest.mark.node
def test_github_reads_every_workflow_without_complaint(parser: Path) -> None:
    read = json.loads(node.run_node(parser, *FILES).stdout)
    assert {Path(name).stem for name in read} == {"ci", "metrics", "publish", "validate"}
    assert {name: file["errors"] for name, file in read.items() if file["errors"]} == {}


@pytest.mark.node
@pytest.mark.parametrize(
    ("word", "slip", "complaint"),
    [
        ("deployment:", "deploiment:", "deploiment"),
        ("vars.", "var.", "Unrecognized named-value: 'var'"),
    ],
)
def test_githubs_parser_would_complain(
    parser: Path, tmp_path: Path, word: str, slip: str, complaint: str
) -> None:
    workflow = tmp_path / "wrong.yml"
    workflow.write_text((ROOT / ".github/workflows/publish.yml").read_text().replace(word, slip))
    errors = json.loads(node.run_node(parser, workflow).stdout)[str(workflow)]["errors"]
    assert any(complaint in error for error in errors)


@pytest.mark.parametrize("file", [*FILES, ROOT / "action.yml"], ids=lambda file: file.name)
def test_every_action_of_others_is_pinned(file: Path) -> None:
    for line in file.read_text().splitlines():
        if "uses:" in line and "$/" not in line:
            assert PIN.search(line), line


@pytest.mark.parametrize("name", ["validate", "publish", "metrics", "ci"])
def test_the_action_is_given_only_inputs_it_has(name: str) -> None:
    known = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    for step in steps(load(name)):
        if step.get("uses") == "$/":
            assert set(step.get("with", {})) <= set(known)


def test_validation_needs_no_secret_and_no_right_to_write() -> None:
    workflow = load("validate")
    assert set(workflow["on"]) == {"pull_request"}
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["validate"]["permissions"] == {"contents": "read"}
    assert "secrets." not in (ROOT / ".github/workflows/validate.yml").read_text()


def test_publishing_is_never_cut_off_by_the_next_run_nor_outlives_its_claims() -> None:
    workflow = load("publish")
    assert workflow["concurrency"]["cancel-in-progress"] is False
    assert workflow["jobs"]["publish"]["timeout-minutes"] < 20  # the default lease, in minutes


def test_publishing_can_be_woken_by_schedule_hand_or_outside_clock() -> None:
    events = load("publish")["on"]
    assert set(events) == {"schedule", "workflow_dispatch", "repository_dispatch"}
    minutes = events["schedule"][0]["cron"].split()[0].split(",")
    assert not {"0", "30", "*"} & set(minutes)


def test_nothing_is_published_before_the_repository_says_so() -> None:
    for name in ("publish", "metrics"):
        assert "vars.POSTOPS_PUBLISH == 'on'" in load(name)["jobs"][name]["if"]


def test_the_workflows_hand_over_every_credential_the_configuration_names() -> None:
    configuration = ROOT / "postops.yaml"
    if not configuration.exists():
        pytest.skip("this repository has no postops.yaml")
    wanted = set(re.findall(r"env:([A-Z0-9_]+)", configuration.read_text()))
    for name in ("publish", "metrics"):
        given = {key for step in steps(load(name)) for key in step.get("env", {})}
        assert wanted <= given, name


def test_ci_runs_what_a_developer_runs() -> None:
    assert ".ci/run" in [step.get("run") for step in steps(load("ci"))]
    assert "./scripts/test" in (ROOT / ".ci" / "run").read_text()


# ------------------------------------------------------------------------ the one in the docs


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    """The workflow on the page about matrices, as a file."""
    page = (ROOT / "docs" / "github.md").read_text()
    block = re.search(r"<!-- workflow -->\n```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert block is not None
    file = tmp_path / "matrix.yml"
    file.write_text(block[1])
    return file


@pytest.mark.node
def test_github_reads_the_workflow_with_a_matrix(parser: Path, shown: Path) -> None:
    assert json.loads(node.run_node(parser, shown).stdout)[str(shown)]["errors"] == []
    assert lint(shown) == []


def test_the_workflow_with_a_matrix_keeps_what_the_others_promise(shown: Path) -> None:
    workflow = yaml.safe_load(shown.read_text())
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    plan, publish = workflow["jobs"]["plan"], workflow["jobs"]["publish"]
    ours = [step for step in steps(workflow) if step["uses"].startswith("postops/")]
    assert [step["with"]["command"] for step in ours] == ["plan", "publish"]
    for step in ours:
        assert set(step["with"]) <= set(action["inputs"])
    assert "shards" in action["outputs"]
    assert ours[0]["with"]["wait"] == ours[1]["with"]["wait"]
    assert "env" not in ours[0]
    assert plan["permissions"] == {"contents": "read"}
    assert publish["strategy"]["fail-fast"] is False
    assert publish["timeout-minutes"] < 20
    assert workflow["concurrency"]["cancel-in-progress"] is False
    for line in shown.read_text().splitlines():
        assert "actions/" not in line or PIN.search(line), line

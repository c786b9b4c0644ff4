"""action.yml, executed: what reaches the command line, what comes back, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from postops.publish.ports import ALARMS
from scripts import action
from tests.action.conftest import ROOT, Act

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.node


def answer(*results: dict[str, Any]) -> dict[str, Any]:
    return {
        "answer": {"version": 1, "run": "r1", "dry_run": False, "results": results, "summary": {}}
    }


def result(delivery: str, outcome: str, **more: str) -> dict[str, Any]:
    return {"delivery": delivery, "outcome": outcome, "url": None, "error": None} | more


def test_validates_everything_unless_told_otherwise(act: Act) -> None:
    run = act()
    assert run.conclusion == "success"
    assert act.calls[0] == ["-C", ".", "validate", "--format", "github"]


def test_findings_fail_the_job_and_still_reach_the_summary(act: Act) -> None:
    run = act({"exit": 1, "print": "::error file=posts/a.md,line=3::text is too long"})
    assert run.conclusion == "failure"
    assert run.steps["run"]["status"] == 1
    assert "::error file=posts/a.md,line=3::" in run.steps["run"]["log"]
    assert "summary of ['-C', '.', 'validate', '--format', 'markdown']" in run.summary


def test_every_validate_input_becomes_its_own_argument(act: Act) -> None:
    act(
        paths="posts/a b.md\n\nposts/ü.md\n",
        since="origin/main",
        select="PO1\nmissing-alt-text",
        ignore="PO2",
        strict="true",
        config="other.yaml",
        directory="site",
    )
    options = "--since origin/main --select PO1 --select missing-alt-text --ignore PO2 --strict"
    assert act.calls[0] == [
        *["-C", "site", "--config", "other.yaml", "validate", "--format", "github"],
        *options.split(),
        *("--", "posts/a b.md", "posts/ü.md"),
    ]


def test_every_publish_input_becomes_its_own_argument(act: Act) -> None:
    act(
        answer(),
        command="publish",
        account="x-main\nmastodon-main",
        post="spring",
        now="true",
        shard="2/3",
        wait="10m",
        force="true",
        plan_digest="sha256:ab",
        dry_run="true",
        sandbox="true",
    )
    line = (
        "-C . publish --format json --shard 2/3 --sandbox --dry-run --account x-main --account mastodon-main"
        " --post spring --now --wait 10m --force --plan-digest sha256:ab"
    )
    assert act.calls == [line.split()]  # and a rehearsal has nothing to flush


def test_publish_counts_its_results(act: Act) -> None:
    behaviour = answer(
        result("spring@x-main", "published", url="https://x.example/1"),
        result("spring@mastodon-main", "failed", error="no | such\n::error::token"),
        result("autumn@x-main", "in-doubt"),
    )
    run = act(behaviour | {"exit": 1}, command="publish")
    assert run.conclusion == "failure"
    assert run.outputs["published"] == "1"
    assert run.outputs["failed"] == "2"
    assert "| spring@x-main | published | https://x.example/1 |" in run.summary
    assert r"no \| such ::error::token" in run.summary


def test_no_text_of_a_platform_can_begin_a_line_of_the_log(act: Act) -> None:
    hostile = "first\n::set-output name=x::y\r\n::stop-commands::t"
    run = act(answer(result("a@b", "failed", error=hostile)), command="publish")
    lines = run.steps["report"]["log"].splitlines()
    assert any("first%0A::set-output" in line for line in lines)
    assert not any(line.lstrip().startswith("::") for line in lines)


def test_publish_flushes_even_when_it_failed(act: Act) -> None:
    run = act(answer() | {"exit": 1}, command="publish")
    assert run.conclusion == "failure"
    assert act.calls[-1] == ["-C", ".", "flush"]


def test_an_interrupt_reaches_postops_itself_and_the_flush_follows(act: Act) -> None:
    run = act({"hold": True}, command="publish", interrupt={"step": "run", "on": "holding"})
    assert run.conclusion == "cancelled"
    assert "heard the interrupt" in run.steps["run"]["log"]
    assert run.steps["run"]["status"] == 130
    assert act.calls[-1] == ["-C", ".", "flush"]
    assert "ended without an answer" in run.summary


def test_plan_gives_the_digest_and_summarises_that_very_plan(act: Act) -> None:
    plan = {"version": 1, "at": "2026-03-01T09:30:00Z", "digest": "sha256:cd", "actions": []}
    run = act({"answer": plan}, command="plan")
    assert run.outputs["plan-digest"] == "sha256:cd"
    assert act.calls[1] == [
        "-C",
        ".",
        "plan",
        "--format",
        "markdown",
        "--at",
        "2026-03-01T09:30:00Z",
    ]
    assert run.summary.startswith("summary of")


def test_plan_with_a_matrix_says_which_shards_have_work(act: Act) -> None:
    found = {"version": 1, "at": "2026-03-01T09:30:00Z", "matrix": {"shard": ["1/3", "3/3"]}}
    run = act({"answer": found}, command="plan", matrix="3", wait="8m")
    assert json.loads(run.outputs["shards"]) == ["1/3", "3/3"]
    assert run.outputs["plan-digest"] == ""
    asked = ["--matrix", "3", "--wait", "8m"]
    assert act.calls[0] == ["-C", ".", "plan", "--format", "json", *asked]
    again = ["plan", "--format", "markdown", *asked, "--at", "2026-03-01T09:30:00Z"]
    assert act.calls[1] == ["-C", ".", *again]
    none = act({"answer": found | {"matrix": {"shard": []}}}, command="plan", matrix="3")
    assert none.outputs["shards"] == "[]"  # what a workflow compares with


def test_metrics_are_pulled_and_pushed(act: Act) -> None:
    assert act(command="metrics").conclusion == "success"
    assert act.calls == [["-C", ".", "metrics", "pull"], ["-C", ".", "flush"]]


def test_sarif_is_written_where_asked(act: Act) -> None:
    act(sarif_file="out.sarif", behaviour={"exit": 1})
    assert "'--format', 'sarif'" in (act.workspace / "out.sarif").read_text()


@pytest.mark.parametrize("name", ["since", "paths", "select", "config", "directory"])
def test_shell_syntax_in_an_input_is_only_text(act: Act, name: str) -> None:
    value = "a\"; touch hit; '; touch hit; $(touch hit) `touch hit` && touch hit | touch hit"
    act(**{name: value})
    assert value in act.calls[0]
    assert not list(act.workspace.rglob("hit"))


@pytest.mark.parametrize(
    ("inputs", "complaint"),
    [
        ({"paths": "posts/a.md\n--fix"}, "`paths` may not begin with a dash"),
        ({"since": "--config=evil.yaml"}, "`since` may not begin with a dash"),
        ({"directory": "-C/etc"}, "`directory` may not begin with a dash"),
        ({"sarif-file": "-o"}, "`sarif-file` may not begin with a dash"),
        ({"command": "publish", "shard": "-1/3"}, "`shard` may not begin with a dash"),
        ({"command": "publish", "matrix": "3"}, "`matrix` means nothing to `publish`"),
        ({"since": "a\x1b[2J"}, "control character"),
        ({"strict": "yes"}, "`strict` is `true` or `false`"),
        ({"command": "publish --force"}, "`command` is one of"),
        ({"force": "true"}, "`force` means nothing to `validate`"),
        ({"command": "publish", "paths": "posts/a.md"}, "`paths` means nothing to `publish`"),
    ],
)
def test_what_is_not_plainly_a_value_is_refused(
    act: Act, inputs: dict[str, str], complaint: str
) -> None:
    run = act(**{name.replace("-", "_"): value for name, value in inputs.items()})
    assert run.conclusion == "failure"
    assert run.steps["arguments"]["status"] == 2
    assert complaint in run.log
    assert act.calls == []


def test_an_input_that_does_not_exist_is_reported(act: Act) -> None:
    assert act(acount="x").errors == ["Unexpected input: acount"]


def test_nothing_is_imported_from_the_repository_that_is_worked_on(act: Act) -> None:
    (act.workspace / "json.py").write_text("import pathlib; pathlib.Path('hit').touch()")
    assert act(answer(), command="publish").conclusion == "success"
    assert not (act.workspace / "hit").exists()


def test_a_long_summary_is_cut_where_github_would_drop_it(act: Act) -> None:
    short = [result(f"post-{n}@x-main", "published", url="https://x.example/1") for n in range(20)]
    assert "cut here" not in act(answer(*short), command="publish").summary
    long = [row | {"url": "u" * 60_000} for row in short]
    summary = act(answer(*long), command="publish").summary
    assert len(summary.encode()) < 1024 * 1024
    assert summary.endswith("(cut here: GitHub shows no more)\n")


def test_python_is_set_up_unless_one_is_given(act: Act, tmp_path: Path) -> None:
    given = act()
    assert given.steps["setup"]["outcome"] == "skipped"
    missing = act(python="")
    assert missing.steps["setup"]["uses"].startswith("actions/setup-python@")
    assert missing.steps["setup"]["with"]["python-version"] == "3.13"
    assert missing.steps["install"]["outcome"] == "failure"  # set-up is not run here


def test_inputs_and_outputs_are_described_and_no_expression_stands_in_a_script() -> None:
    described = yaml.safe_load((ROOT / "action.yml").read_text())
    assert all(i["description"] and "default" in i for i in described["inputs"].values())
    assert all(o["description"] for o in described["outputs"].values())
    assert not any("${{" in step.get("run", "") for step in described["runs"]["steps"])


def test_the_action_counts_as_failed_what_postops_raises_an_alarm_for() -> None:
    assert set(action.FAILURES) == ALARMS

"""action.yml with the real postops: installed by the action's own steps, then run on a small repository."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.action.conftest import ROOT
from tests.tools import node
from tests.tools.composite import Run, run_composite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.node

CONFIGURATION = """\
version: 1
timezone: Europe/Berlin
accounts:
  bluesky-main: {platform: bluesky, handle: acme.bsky.social, credentials: {app_password: "env:BSKY"}}
  mastodon-main: {platform: mastodon, instance: "https://social.example", credentials: {access_token: "env:MASTODON"}}
groups: {all: [bluesky-main, mastodon-main]}
defaults: {accounts: [all]}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "posts").mkdir(parents=True)
    (folder / "postops.yaml").write_text(CONFIGURATION)
    (folder / "posts" / "hello.md").write_text(
        "---\ntitle: Hello\n---\nGood morning from a test.\n"
    )
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


@pytest.fixture
def act(driver: Path, repository: Path, tmp_path: Path) -> Callable[..., Run]:
    pytest.importorskip("postops.cli.publish", reason="the command line is not complete yet")
    (tmp_path / "runner").mkdir()

    def run(**inputs: str) -> Run:
        return run_composite(
            driver,
            ROOT / "action.yml",
            {"python": sys.executable} | {name.replace("_", "-"): v for name, v in inputs.items()},
            workspace=repository,
            temp=tmp_path / "runner",
        )

    return run


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Change the posts")


def test_a_sound_repository_passes(act: Callable[..., Run]) -> None:
    run = act(command="validate")
    assert run.conclusion == "success", run.log
    assert "::error" not in run.log


def test_a_mistake_fails_with_an_annotation_at_its_line(
    act: Callable[..., Run], repository: Path
) -> None:
    (repository / "posts" / "long.md").write_text(f"---\ntitle: Long\n---\n{'too long ' * 100}\n")
    run = act(command="validate", sarif_file=str(repository / "findings.sarif"))
    assert run.conclusion == "failure"
    assert run.steps["run"]["status"] == 1
    assert "::error file=posts/long.md,line=" in run.log
    assert "posts/long.md" in run.summary
    assert "posts/long.md" in (repository / "findings.sarif").read_text()


def test_publishing_twice_publishes_once(act: Callable[..., Run]) -> None:
    first = act(command="publish", sandbox="true")
    assert first.conclusion == "success", first.log
    assert (first.outputs["published"], first.outputs["failed"]) == ("2", "0")
    assert "hello@bluesky-main" in first.summary
    second = act(command="publish", sandbox="true")
    assert second.conclusion == "success", second.log
    assert second.outputs["published"] == "0"


def test_only_the_reviewed_plan_is_published(act: Callable[..., Run], repository: Path) -> None:
    reviewed = act(command="plan", sandbox="true")
    assert reviewed.outputs["plan-digest"].startswith("sha256:")
    assert "hello" in reviewed.summary
    (repository / "posts" / "later.md").write_text("---\ntitle: Later\n---\nNot reviewed.\n")
    commit(repository)
    refused = act(command="publish", sandbox="true", plan_digest=reviewed.outputs["plan-digest"])
    assert refused.conclusion == "failure"
    assert refused.outputs["published"] in ("", "0")


def test_the_jobs_of_a_matrix_share_the_accounts(act: Callable[..., Run]) -> None:
    planned = act(command="plan", matrix="3", sandbox="true")
    assert planned.conclusion == "success", planned.log
    shards = json.loads(planned.outputs["shards"])
    assert shards == ["1/3", "2/3"]  # two accounts, each with something due
    assert "| 1/3 | 1 due |" in planned.summary
    for shard in shards:
        run = act(command="publish", shard=shard, sandbox="true")
        assert (run.conclusion, run.outputs["published"]) == ("success", "1"), run.log
    assert act(command="plan", matrix="3", sandbox="true").outputs["shards"] == "[]"


@pytest.mark.registry
def test_the_action_installs_the_pinned_versions(driver: Path, tmp_path: Path) -> None:
    run = run_composite(
        driver,
        ROOT / "action.yml",
        {"command": "validate", "directory": "nowhere"},
        workspace=tmp_path,
        temp=tmp_path,
        uses={"setup": {"python-path": sys.executable}},
    )
    install = run.steps["install"]
    if install["status"] != 0:
        node.unavailable("registry", f"the packages could not be installed: {install['log']}")
    pinned = (ROOT / "constraints.txt").read_text()
    site = next((tmp_path / "postops").glob("lib/python*/site-packages"))
    installed = {path.name for path in site.glob("*.dist-info")}
    assert any(name.startswith("postops-") for name in installed)
    click = next(line for line in pinned.splitlines() if line.startswith("click=="))
    assert f"{click.replace('==', '-')}.dist-info" in installed

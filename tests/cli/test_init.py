from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from postops.cli import run
from postops.cli.init import FILES
from tests.rigs.git import Repo, clone

HERE = Path(__file__).resolve().parents[2]


def test_an_empty_folder_becomes_a_repository_of_posts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(tmp_path), "init"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [f"wrote {name}" for name in (*FILES, ".gitignore")]
    assert [line.strip()[:2] for line in err.splitlines() if line.strip()[:1].isdigit()] == [
        "1.",
        "2.",
        "3.",
    ]
    assert run(["-C", str(tmp_path), "validate", "--strict"]) == 0
    assert capsys.readouterr().out.startswith("1 file: ")
    assert (tmp_path / ".gitignore").read_text() == ".postops/\n/state/\n"
    assert (tmp_path / "postops.yaml").read_text().startswith("# yaml-language-server: $schema=")


def test_a_second_time_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["-C", str(tmp_path), "init"])
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    capsys.readouterr()
    assert run(["-C", str(tmp_path), "init"]) == 0
    assert {line[:5] for line in capsys.readouterr().out.splitlines()} == {"kept "}
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_nothing_of_an_existing_repository_is_written_over(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.write({".gitignore": b"caf\xe9\n*.pyc", ".github/workflows/publish.yml": "mine\n"})
    config = (repo.path / "postops.yaml").read_text()
    assert run(["-C", str(repo.path), "init"]) == 0
    out = capsys.readouterr().out
    assert "kept  postops.yaml" in out
    assert "kept  .github/workflows/publish.yml" in out
    assert "wrote posts/hello.md" in out
    assert (repo.path / "postops.yaml").read_text() == config
    assert (repo.path / ".github/workflows/publish.yml").read_text() == "mine\n"
    ignored = (repo.path / ".gitignore").read_bytes()
    assert ignored == b"caf\xe9\n*.pyc\n.postops/\n/state/\n"
    assert run(["-C", str(repo.path), "validate"]) == 0


def test_state_is_tracked_where_the_ledger_lives_on_the_content_branch(tmp_path: Path) -> None:
    (tmp_path / "postops.yaml").write_text("version: 1\naccounts: {}\nstate: {branch: same}\n")
    assert run(["-C", str(tmp_path), "init"]) == 0
    assert (tmp_path / ".gitignore").read_text() == ".postops/\n"


def test_a_folder_is_made(tmp_path: Path) -> None:
    assert run(["-C", str(tmp_path), "init", "social/posts"]) == 0
    assert (tmp_path / "social/posts/postops.yaml").exists()


def test_a_file_in_the_way_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "posts").write_text("a file")
    assert run(["-C", str(tmp_path), "init"]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_the_first_run_has_somewhere_to_go(repo: Repo, tmp_path: Path) -> None:
    fresh = clone(repo.remote, tmp_path / "fresh")
    (fresh / "postops.yaml").unlink()
    assert run(["-C", str(fresh), "init"]) == 0
    assert run(["-C", str(fresh), "publish", "--sandbox"]) == 0


@pytest.mark.parametrize("name", ["validate", "publish"])
def test_the_workflows_grant_little_and_pin_what_ours_pin(name: str) -> None:
    written = FILES[f".github/workflows/{name}.yml"]
    workflow = yaml.safe_load(written)
    [job] = workflow["jobs"].values()
    assert workflow["permissions"] == {}
    assert job["permissions"] == {"contents": "write" if name == "publish" else "read"}
    assert job["steps"][1]["with"]["command"] == name
    ours = (HERE / ".github/workflows" / f"{name}.yml").read_text()
    assert job["steps"][0]["uses"] in ours
    assert ("schedule" in workflow[True]) is (name == "publish")  # YAML 1.1 reads `on` as true


def test_secrets_are_only_in_the_environment_that_can_be_restricted(tmp_path: Path) -> None:
    assert run(["-C", str(tmp_path), "init"]) == 0
    assert yaml.safe_load(FILES[".github/workflows/publish.yml"])["jobs"]["publish"][
        "environment"
    ] == ("social")


def test_an_auditor_finds_nothing_but_the_tag(tmp_path: Path) -> None:
    """The commit of a tag cannot be written into what it tags."""
    assert run(["-C", str(tmp_path), "init"]) == 0
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [zizmor, "--persona=auditor", "--offline", "--quiet", "--format=json", tmp_path]
    found = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    assert {one["ident"] for one in found} == {"unpinned-uses"}

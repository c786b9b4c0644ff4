"""The scripts around the code: what is pinned, and that no failing gate goes unseen."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^([a-z0-9-]+)==([\w.+]+)( ; .+)?$")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    matches = {line: PIN.match(line) for line in lines if not line.startswith("#")}
    assert [line for line, match in matches.items() if not match] == []
    return {match[1]: match[2] for match in matches.values() if match}


def test_every_declared_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    ]
    names = {normal(re.split(r"[<>=!~ ;\[]", line, maxsplit=1)[0]) for line in declared}
    assert names - set(pins()) == set()


def test_lock_files_hold_digests_and_no_registry() -> None:
    for lock in (ROOT / "tests").rglob("package-lock.json"):
        text = lock.read_text()
        assert '"integrity"' in text
        assert '"resolved"' not in text


TOOL = """#!/bin/sh
case "{name} $1" in
  "python -c") exec "{python}" "$@" ;;
  "postops publish") echo "${{ANSWER-}}" ;;
  *) echo "{name} says $*" ;;
esac
case " $FAILING " in *" {name} "*) exit 1 ;; esac
"""


def test_the_hook_wakes_for_what_validate_reads() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    wanted = ["posts/a.md", "posts/2026/b.md", "campaigns/c.md", "postops.yaml", "postops.yml"]
    others = ["README.md", "docs/posts/a.md", "posts/a.png", "site/postops.yaml"]
    assert [path for path in wanted + others if re.search(hook["files"], path)] == wanted
    assert (
        hook["entry"].split()[0]
        in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose tools are stand-ins: all succeed but those named in FAILING."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    tools = tmp_path / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("python", "uv", "ruff", "mypy", "pytest", "lint-imports", "postops"):
        (tools / name).write_text(TOOL.format(name=name, python=sys.executable))
        (tools / name).chmod(0o755)
    return tmp_path


def run(
    clone: Path, script: str, *words: str, failing: str = "", answer: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [clone / "scripts" / script, *words],
        env={"PATH": "/usr/bin:/bin", "FAILING": failing, "ANSWER": answer},
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_gates_run_and_one_failure_is_enough(clone: Path) -> None:
    done = run(clone, "test", "lint", "types", "layers", "tests", failing="ruff pytest")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "2 passed, 2 failed"
    assert "FAILED: lint tests" in done.stdout
    assert "ruff says check" in done.stdout  # what failed is shown,
    assert "mypy says" not in done.stdout  # what passed is not


def test_success_is_said_and_returned(clone: Path) -> None:
    done = run(clone, "test", "lint", "tests")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "2 passed, 0 failed"
    assert re.search(r"^lint +ok +\d+\.\d s$", done.stdout, re.MULTILINE)


def test_an_unknown_gate_is_not_passed_over(clone: Path) -> None:
    done = run(clone, "test", "lint", "type")
    assert done.returncode == 2
    assert "no gate named type" in done.stderr


def test_nothing_is_installed_twice_but_after_a_change(clone: Path) -> None:
    assert "install the pinned packages" in run(clone, "test", "lint").stdout
    assert ".venv is up to date" in run(clone, "test", "lint").stdout
    with (clone / "constraints.txt").open("a") as pinned:
        pinned.write("# changed\n")
    assert "install the pinned packages" in run(clone, "test", "lint").stdout


def test_a_failed_installation_ends_it(clone: Path) -> None:
    done = run(clone, "test", "lint", failing="python uv")
    assert done.returncode == 1
    assert "python says -m pip install" in done.stdout
    assert "lint" not in done.stdout


def test_without_a_fitting_python_the_remedy_is_named(clone: Path, tmp_path: Path) -> None:
    shutil.rmtree(clone / ".venv")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "dirname", "mktemp", "rm", "awk", "sed", "cat", "cksum", "head"):
        (tools / name).symlink_to(shutil.which(name) or name)
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tools / "python3").chmod(0o755)
    done = subprocess.run(
        ["bash", clone / "scripts" / "test"],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stdout


def test_the_demo_shows_every_command_and_its_time(clone: Path) -> None:
    done = run(clone, "demo", answer='{"results": [{"delivery": "a@b", "outcome": "waiting"}]}')
    assert done.returncode == 0, done.stderr
    shown = [line for line in done.stdout.splitlines() if line.startswith("$ ")]
    assert shown[:4] == [
        "$ postops validate",
        "$ postops publish --sandbox",
        "$ postops status --sandbox",
        "$ postops metrics pull --sandbox",
    ]
    assert len(re.findall(r"^\(\d+\.\d s\)$", done.stdout, re.MULTILINE)) == len(shown) == 5
    assert "ok: the second run published nothing" in done.stdout


def test_the_demo_fails_if_anything_is_published_twice(clone: Path) -> None:
    done = run(clone, "demo", answer='{"results": [{"delivery": "a@b", "outcome": "published"}]}')
    assert done.returncode == 1
    assert "FAILED: published twice: a@b" in done.stderr


def test_the_demo_ends_at_the_first_command_that_fails(clone: Path) -> None:
    done = run(clone, "demo", failing="postops")
    assert done.returncode == 1
    assert done.stdout.count("\n$ ") == 1
    assert "FAILED: postops validate (exit status 1)" in done.stderr

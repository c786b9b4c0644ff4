"""The house holds itself to its own rules: layers, sizes, mirror tests, what a start may import."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.tools import node

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "postops"
TESTS = ROOT / "tests"
FILES = sorted(SOURCE.rglob("*.py"))

LONGEST_FILE = 550
LONGEST_FUNCTION = 60
TOO_SMALL_FOR_A_TEST = 20  # lines: nothing but names and constants fits in

# Each costs more than the whole of `postops --version` may; all are for commands that go further.
HEAVY = {"httpx", "pydantic", "duckdb", "asyncio", "jinja2", "starlette", "uvicorn", "cryptography"}


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def test_rooms_import_only_what_lies_below_them() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_outgrows_its_idea() -> None:
    assert [shown(path) for path in FILES if lines(path) > LONGEST_FILE] == []


def test_no_function_outgrows_a_screen() -> None:
    long = [
        f"{shown(path)}:{function.lineno} {function.name}"
        for path in FILES
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for found in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
            yield found


def test_every_file_has_its_mirror_test() -> None:
    assert [shown(path) for path in FILES if needs_test(path) and not is_tested(path)] == []


def needs_test(path: Path) -> bool:
    return not path.name.startswith("__") and lines(path) > TOO_SMALL_FOR_A_TEST


def is_tested(path: Path) -> bool:
    """A test file of the same place and name; for a file of rules, their case files will do.

    A package inside a room stands for one idea that outgrew a file: its tests may stay in one file
    of its name (`test_bluesky.py`, `test_bluesky_pds.py`) or in a folder of its name.
    """
    place = path.relative_to(SOURCE).parent
    if len(place.parts) > 1:
        package = TESTS / place
        in_one = [*package.parent.glob(f"test_{package.name}*.py"), *package.glob("test_*.py")]
        if in_one:
            return True
    mirrors = [TESTS / place / f"test_{name}.py" for name in (path.stem, path.stem.lstrip("_"))]
    cases = [TESTS / place / f"{rule}.md" for rule in rules(path)]
    return any(mirror.exists() for mirror in mirrors) or (
        bool(cases) and all(case.exists() for case in cases)
    )


def rules(path: Path) -> Iterator[str]:
    """The names of the rules a file defines: `@rule("PO101", "text-too-long", …)`."""
    for function in functions(path):
        for mark in function.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "rule":
                yield from (str(ast.literal_eval(word)) for word in mark.args[1:2])


def test_the_command_line_starts_without_anything_heavy() -> None:
    pytest.importorskip("postops.cli", reason="there is no command line yet")
    assert imported("import postops.cli") & HEAVY == set()


def test_validating_a_file_imports_nothing_heavy(tmp_path: Path) -> None:
    pytest.importorskip("postops.cli.validate", reason="there is no `postops validate` yet")
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.md").write_text("---\naccounts: [b]\n---\nGood morning.\n")
    (tmp_path / "postops.yaml").write_text(
        "version: 1\naccounts: {b: {platform: bluesky, handle: a.example}}\n"
    )
    run = f"""
import sys
sys.argv = ["postops", "-C", {str(tmp_path)!r}, "validate", "posts/a.md"]
from postops.__main__ import main
try:
    main()
except SystemExit as end:
    assert end.code in (0, 1, None), end.code
"""
    assert imported(run) & HEAVY == set()


def imported(program: str) -> set[str]:
    """The modules a program leaves in memory, run by a fresh interpreter."""
    tell = "\nimport json as j, sys as s; print(j.dumps(list(s.modules)), file=s.stderr)"
    done = subprocess.run([sys.executable, "-c", program + tell], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_no_file_names_a_registry_or_this_machine() -> None:
    """Where packages come from is the machine's affair; a name in a file would bind everyone to it."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone, so there is no list of committed files")
    names = sorted(registry_hosts())
    if len(ROOT.parts) > 2:  # a clone at /app would find its name everywhere
        names.append(str(ROOT))
    assert names
    found = {name: files_that_say(name) for name in names}
    assert {name: files for name, files in found.items() if files} == {}


def registry_hosts() -> set[str]:
    """The hosts that pip and npm are set to use on this machine, and pip's own default."""
    from pip._internal.models.index import PyPI

    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    if node.executable():
        npm = [*node.npm(), "config", "get", "registry"]
        told += subprocess.run(
            npm, capture_output=True, text=True, env=node.environment(None)
        ).stdout
    hosts = re.findall(r"https?://(?:[^@/\s]*@)?([^/:'\s]+)", told)
    return {*hosts, PyPI.netloc, PyPI.file_storage_domain}


def files_that_say(name: str) -> list[str]:
    grep = ["git", "grep", "--files-with-matches", "--fixed-strings", "-e", name]
    return subprocess.run(grep, cwd=ROOT, capture_output=True, text=True).stdout.split()

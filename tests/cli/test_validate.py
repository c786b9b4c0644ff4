"""`postops validate`: which files, which findings, in which form, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from postops.cli import run
from postops.policy import cache, unchanged
from tests.cli.site import Ran, post
from tests.rigs.git import Repo, git
from tests.sandbox.conftest import png

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("text", "json", "github", "sarif", "markdown")
BIDI = post("Words \u202e reordered, and a link: example.org")


@pytest.fixture
def root(repo: Repo) -> Path:
    repo.commit({"posts/good.md": post("Fine")})
    repo.push()
    return repo.path


def validate(root: Path, capsys: pytest.CaptureFixture[str], *args: str) -> Ran:
    capsys.readouterr()
    code = run(["-C", str(root), "validate", *args])
    return Ran(code, *capsys.readouterr())


def test_a_clean_repository(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = validate(root, capsys)
    assert ran == (0, "1 file: nothing to say\n", "")
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_exits_alike(root: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate(root, capsys, "--format", form).code == 0
    (root / "posts/bad.md").write_text(BIDI)
    assert validate(root, capsys, "--format", form).code == 1
    assert validate(root, capsys, "--format", form, "posts/good.md").code == 0


def test_warnings_fail_when_strict(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "posts/odd.txt").write_text("never published")
    assert validate(root, capsys).code == 0
    ran = validate(root, capsys, "--strict")
    assert ran.code == 1
    assert "never-published" in ran.out
    assert validate(root, capsys, "--strict", "--ignore", "never-published").code == 0


def test_rules_are_chosen_by_code_prefix_and_name(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "posts/bad.md").write_text(BIDI)
    for word in ("bidi-control", "PO110", "PO1"):
        assert validate(root, capsys, "--select", word).code == 1
        assert validate(root, capsys, "--ignore", word).code == 0
    assert validate(root, capsys, "--select", "PO2").code == 0


@pytest.mark.parametrize("option", ["--select", "--ignore"])
@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("bidi-contrl", "there is no rule `bidi-contrl`\n  help: did you mean `bidi-control`?"),
        ("PO7", "there is no rule `PO7`"),
        ("", "there is no rule ``"),
    ],
)
def test_a_rule_that_does_not_exist_finds_nothing_wrong_and_so_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], option: str, word: str, told: str
) -> None:
    (root / "posts/bad.md").write_text(BIDI)
    ran = validate(root, capsys, option, word)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_which_files(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "posts/sub").mkdir()
    (root / "posts/sub/bad.md").write_text(BIDI)

    def looked(*args: str, at: Path = root) -> int:
        told = json.loads(validate(at, capsys, "--format", "json", *args).out)
        files: int = told["summary"]["files"]
        return files

    assert looked() == 2
    assert looked("posts") == 2
    assert looked("posts/sub") == 1
    assert looked("posts/good.md", "posts/sub/bad.md") == 2
    assert looked("sub", at=root / "posts") == 1
    assert looked(str(root / "posts/good.md")) == 1
    for path in ("posts/none.md", "../outside.md", "/etc/hostname"):
        ran = validate(root, capsys, path)
        assert (ran.code, ran.out) == (2, "")


def test_only_what_a_branch_changed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "posts/new.md").write_text(BIDI)
    told = validate(root, capsys, "--since", "origin/main", "--format", "json").json
    assert {d["path"] for d in told["diagnostics"]} == {"posts/new.md"}
    assert told["summary"]["files"] == 1
    git(root, "add", "posts/new.md")
    assert validate(root, capsys, "--since", "HEAD").code == 1
    assert validate(root, capsys, "--since", "no-such").code == 2


def test_fixes_are_shown_then_made(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = root / "posts/bom.md"
    bad.write_bytes(b"\xef\xbb\xbf" + post("Words").encode())
    before = bad.read_bytes()
    ran = validate(root, capsys, "--diff")
    assert ran.code == 1
    assert ran.out.startswith("--- ")
    assert bad.read_bytes() == before
    ran = validate(root, capsys, "--fix")
    assert ran.code == 0
    assert "fixed posts/bom.md" in ran.err
    assert bad.read_bytes() == post("Words").encode()
    ran = validate(root, capsys, "--diff")
    assert (ran.code, ran.out) == (0, "")
    assert validate(root, capsys, "--fix").err == ""


def test_the_machine_forms_parse(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "posts/bad.md").write_text(BIDI)
    told = validate(root, capsys, "--format", "json").json
    assert told["version"] == 1
    [first, *_] = told["diagnostics"]
    assert (first["path"], first["severity"]) == ("posts/bad.md", "error")
    sarif = validate(root, capsys, "--format", "sarif").json
    assert sarif["version"] == "2.1.0"
    github = validate(root, capsys, "--format", "github").out
    assert github.startswith("::error file=posts/bad.md,line=")
    assert validate(root, capsys, "--format", "markdown").out.startswith("### postops validate\n")


def test_what_is_written_in_a_post_never_commands_a_workflow(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "::set-output name=a::b\n\n::stop-commands::x \u202e\n\n##[add-mask]secret \u202e"
    (root / "posts/bad.md").write_text(post(hostile, title="::error::\x1b]52;c;aGk=\x07"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for form in FORMATS:
        ran = validate(root, capsys, "--format", form)
        assert ran.code == 1
        for line in (ran.out + ran.err).splitlines():
            assert "##[" not in line
            assert "\x1b]" not in line
            assert "\u202e" not in line or form in ("json", "sarif")
            if line.lstrip().startswith("::"):
                assert form == "github"
                assert line.startswith(("::error ", "::warning ", "::notice "))


def test_names_that_are_no_text(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsencode(root) + b"/posts/caf\xe9\x1b[31m.md"
    with open(name, "wb") as file:  # noqa: PTH123
        file.write(BIDI.encode())
    for form in FORMATS:
        ran = validate(root, capsys, "--format", form)
        assert ran.code == 1, ran.err
        assert "\x1b[31m" not in ran.out


def test_a_damaged_ledger_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = root / "state/ledger/2026/01/05.jsonl"
    day.parent.mkdir(parents=True)
    day.write_text("rubbish\n")
    ran = validate(root, capsys)
    assert ran.code in (0, 1)
    assert "bug" not in ran.err


def test_the_cache_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "posts/bad.md").write_text(BIDI)
    first = validate(root, capsys)
    assert validate(root, capsys) == first
    assert validate(root, capsys, "--no-cache") == first
    (root / "posts/bad.md").write_text(post("Good now"))
    assert validate(root, capsys).code == 0


def test_without_git_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "postops.yaml").write_text("version: 1\naccounts: {}\n")
    (tmp_path / "posts").mkdir()
    assert validate(tmp_path, capsys).code == 0
    assert validate(tmp_path, capsys, "--since", "main").code == 2


def test_offline_and_as_a_program(root: Path) -> None:
    """git is not even started for a few files."""
    import sys

    env = {k: v for k, v in os.environ.items() if k != "PATH"} | {"PATH": "/nowhere"}
    done = subprocess.run(
        [sys.executable, "-m", "postops", "-C", str(root), "validate", "posts/good.md"],
        env=env,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 file: nothing to say\n", "")


def test_nothing_of_what_is_no_post_is_shown(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A link out of the repository, a pipe nobody writes to, a file of gigabytes: none is read."""
    (tmp_path / "secret").write_text("a line of another file\n")
    (root / "posts/link.md").symlink_to(tmp_path / "secret")
    os.mkfifo(root / "posts/pipe.md")
    with (root / "posts/huge.md").open("wb") as file:
        file.truncate(1 << 36)
    ran = validate(root, capsys)
    assert ran.code == 1
    for name in ("link", "pipe", "huge"):
        assert f"posts/{name}.md:1:1: " in ran.out
    assert "another file" not in ran.out + ran.err


# ------------------------------------------------------------------------ what git knows


@pytest.fixture
def remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all files had been there for long: change times cannot be set back."""
    monkeypatch.setattr(cache, "RACY", -(10**18))
    monkeypatch.setattr(unchanged, "RACY", -(10**18))


PICTURE = post("Look", accounts=["mastodon-main"], media=[{"path": "new.png", "alt": "A dot"}])


def found(ran: Ran) -> list[str]:
    return [f"{d['severity']} {d['name']} {d['line']}" for d in ran.json["diagnostics"]]


@pytest.mark.usefixtures("remembering")
@pytest.mark.parametrize("where", ["clone", "linked work tree", "folder of a clone"])
def test_media_that_git_does_not_know_are_told_until_it_does(
    repo: Repo, where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever was kept of the check before: no file changes by being added."""
    root = repo.path
    if where == "linked work tree":
        root = tmp_path / "linked"
        git(repo.path, "worktree", "add", "-q", str(root), "-b", "other")
    if where == "folder of a clone":
        root = repo.path / "social"
        root.mkdir()
        (root / "postops.yaml").write_bytes((repo.path / "postops.yaml").read_bytes())
    for name, data in (("a.md", PICTURE.encode()), ("new.png", png())):
        (root / "posts").mkdir(exist_ok=True)
        (root / "posts" / name).write_bytes(data)

    def said() -> list[str]:
        twice = [found(validate(root, capsys, "--format", "json")) for _ in range(2)]
        assert twice[0] == twice[1]
        return twice[0]

    assert said() == ["warning media-untracked 4"]
    assert validate(root, capsys, "--strict", "posts/a.md").code == 1
    git(root, "add", "posts/new.png")
    assert said() == []
    assert (root / ".postops/cache/outcome.json").exists()
    git(root, "rm", "--cached", "--quiet", "posts/new.png")
    assert said() == ["warning media-untracked 4"]
    (root / ".gitignore").write_text("*.png\n")
    assert said() == ["error media-ignored 4"]
    (root / ".gitignore").unlink()
    assert said() == ["warning media-untracked 4"]
    git(root, "add", "posts/new.png")
    assert said() == []


def test_git_is_not_started_for_posts_that_show_nothing(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    assert validate(root, capsys).code == 0
    assert validate(root, capsys, "posts/good.md").code == 0


def test_without_a_repository_nothing_is_said_of_it(
    tmp_path: Path, repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "plain"
    (root / "posts").mkdir(parents=True)
    (root / "postops.yaml").write_bytes((repo.path / "postops.yaml").read_bytes())
    (root / "posts/a.md").write_text(PICTURE)
    (root / "posts/new.png").write_bytes(png())
    assert found(validate(root, capsys, "--format", "json")) == []

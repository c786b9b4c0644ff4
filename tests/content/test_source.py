"""The work tree and a commit say the same of the same files, and follow nothing."""

from __future__ import annotations

import os
import socket
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from postops.content.posts import blob_id
from postops.content.source import CommitTree, Entry, WorkTree
from postops.git import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rigs.git import Repo

FILES = {
    "posts/a.md": "---\ntitle: a\n---\n",
    "posts/deep/er/b.md": "B",
    "posts/ünï/c d.md": "C",
    "posts/big.md": "x" * 5000,
    "media/chart.png": b"\x89PNG",
    "postsx/no.md": "no",
}


@pytest.fixture(params=["work tree", "commit"])
def source(request: pytest.FixtureRequest, repo: Repo) -> WorkTree | CommitTree:
    repo.write(FILES)
    (repo.path / "posts/link.md").symlink_to("a.md")
    (repo.path / "linked").symlink_to("media")
    inner = repo.path / "posts/sub"
    inner.mkdir()
    repo.git("init", "-q", str(inner))
    for key, value in (("user.name", "a"), ("user.email", "a@b")):
        repo.git("-C", str(inner), "config", key, value)
    (inner / "in.md").write_text("in")
    repo.git("-C", str(inner), "add", "in.md")
    repo.git("-C", str(inner), "commit", "-qm", "in")
    repo.git("add", "--all")
    commit = repo.commit({}, "All")
    repository = Repository.discover(repo.path)
    if request.param == "commit":
        return CommitTree(repository, commit)
    return WorkTree(repo.path)


def test_walking_lists_files_and_what_is_none(source: WorkTree | CommitTree) -> None:
    found = {e.path: e.kind for e in source.walk("posts") if not e.path.startswith("posts/sub")}
    assert found == {
        "posts/README.md": "file",
        "posts/a.md": "file",
        "posts/big.md": "file",
        "posts/deep/er/b.md": "file",
        "posts/link.md": "symlink",
        "posts/ünï/c d.md": "file",
    }
    assert [e.path for e in source.walk("posts")] == sorted(e.path for e in source.walk("posts"))
    assert source.walk("nowhere") == []
    assert not any(e.kind == "file" for e in source.walk("posts") if e.path.startswith("posts/sub"))


def test_finding_is_exact(source: WorkTree | CommitTree) -> None:
    found = source.find("media/chart.png")
    assert found is not None
    assert (found.path, found.kind) == ("media/chart.png", "file")
    assert source.find("posts/ünï/c d.md") is not None
    for path in ("media/Chart.png", "MEDIA/chart.png", "media", "media/none.png", "none/chart.png",
                 "media/chart.png/x", "posts/u\u0308ni\u0308/c d.md"):  # fmt: skip
        assert source.find(path) is None, path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("posts/link.md", "symlink"),
        ("linked/chart.png", "symlink"),
        ("posts/sub/in.md", "submodule"),
    ],
)
def test_links_and_submodules_are_seen_for_what_they_are(
    source: WorkTree | CommitTree, path: str, kind: str
) -> None:
    found = source.find(path)
    assert found is not None
    assert found.kind == kind


def test_opening_takes_regular_files_only(source: WorkTree | CommitTree) -> None:
    with source.open("media/chart.png") as file:
        assert file.read() == b"\x89PNG"
    for path in ("posts/link.md", "none", "posts"):
        with pytest.raises(OSError):
            source.open(path)


def test_loading_many_leaves_out_what_is_too_large(source: WorkTree | CommitTree) -> None:
    entries = [e for e in source.walk("posts") if e.kind == "file"]
    loaded = dict(source.load(entries, 4000))
    assert [e.path for e in loaded] == [e.path for e in entries]
    by_path = {e.path: data for e, data in loaded.items()}
    assert by_path["posts/big.md"] is None
    assert by_path["posts/deep/er/b.md"] == b"B"
    assert by_path["posts/ünï/c d.md"] == b"C"


def test_what_is_tracked(source: WorkTree | CommitTree, repo: Repo) -> None:
    (repo.path / "media/new.png").write_bytes(b"")
    (repo.path / "media/tmp.png").write_bytes(b"")
    (repo.path / ".gitignore").write_text("tmp.*\n")
    found = source.untracked(["media/chart.png", "media/new.png", "media/tmp.png"])
    here = {"media/new.png": False, "media/tmp.png": True}
    assert found == ({} if isinstance(source, CommitTree) else here)
    assert source.untracked(["media/chart.png"]) == source.untracked([]) == {}


def test_a_commit_knows_blob_ids_and_the_same_as_we_compute(repo: Repo) -> None:
    commit = repo.commit(FILES)
    tree = CommitTree(Repository.discover(repo.path), commit)
    entry = next(e for e in tree.walk("posts") if e.path == "posts/a.md")
    assert entry.blob == blob_id(b"---\ntitle: a\n---\n")


def test_a_commit_is_read_and_not_the_work_tree(repo: Repo) -> None:
    commit = repo.commit(FILES)
    repo.write({"posts/a.md": "changed", "posts/new.md": "new", "media/chart.png": None})
    tree = CommitTree(Repository.discover(repo.path), commit)
    assert "posts/new.md" not in {e.path for e in tree.walk("posts")}
    assert tree.find("media/chart.png") is not None
    with tree.open("posts/a.md") as file:
        assert file.read() == b"---\ntitle: a\n---\n"


def test_thousands_of_posts_are_read_from_a_commit_in_a_few_processes(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repo.commit({f"posts/{n}.md": f"---\ntitle: {n}\n---\n" for n in range(1200)})
    tree = CommitTree(Repository.discover(repo.path), commit)
    started: list[object] = []
    popen = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(a) or popen(*a, **k))
    loaded = {e.path: data for e, data in tree.load(tree.walk("posts"), 10_000)}
    assert 1 <= len(started) < 20
    assert loaded["posts/1199.md"] == b"---\ntitle: 1199\n---\n"
    assert len(loaded) == 1201


def test_devices_and_pipes_are_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    os.mkfifo(tmp_path / "posts/pipe.md")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "posts/s.md"))
        tree = WorkTree(tmp_path)
        assert {e.kind for e in tree.walk("posts")} == {"other"}
        for name in ("pipe.md", "s.md"):
            with pytest.raises(OSError):
                tree.open(f"posts/{name}")
        assert [d for _, d in tree.load([Entry("posts/pipe.md", "file")], 10)] == [None]


def test_a_link_put_in_place_of_a_file_after_the_look_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    tree = WorkTree(tmp_path)
    found = tree.find("a.png")
    assert found is not None
    assert found.kind == "file"
    (tmp_path / "a.png").unlink()
    (tmp_path / "a.png").symlink_to("/etc/passwd")
    with pytest.raises(OSError):
        tree.open("a.png")


def test_a_configuration_below_the_root_of_the_repository(repo: Repo) -> None:
    repo.commit({"social/posts/a.md": "A", "public/posts/b.md": "B"})
    tree = WorkTree(repo.path / "social")
    assert tree.untracked(["posts/a.md", "posts/b.md"]) == {"posts/b.md": False}


def test_names_are_names_and_not_patterns(repo: Repo) -> None:
    repo.commit({"media/a.png": "A", "media/[b].png": "B"})
    repo.write({"media/*.png": "new", "media/:(glob)c.png": "new"})
    asked = ["media/*.png", "media/:(glob)c.png", "media/[b].png", "media/ü\n.png"]
    assert WorkTree(repo.path).untracked(asked) == {
        "media/*.png": False,
        "media/:(glob)c.png": False,
        "media/ü\n.png": False,
    }
    repo.write({".gitignore": "*glob*\n"})
    assert WorkTree(repo.path).untracked([*asked, ":(glob)c.png"]) == {
        ":(glob)c.png": True,
        "media/*.png": False,
        "media/:(glob)c.png": True,
        "media/ü\n.png": False,
    }


def test_thousands_of_files_are_asked_about_at_once(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({f"media/{number}.png": "x" for number in range(1500)})
    repo.write({"media/new.png": "x"})
    started = []
    popen = subprocess.Popen

    def counted(*args: Any, **how: Any) -> Any:
        started.append(args)
        return popen(*args, **how)

    monkeypatch.setattr(subprocess, "Popen", counted)
    asked = ["media/new.png", *(f"media/{number}.png" for number in range(1500))]
    assert WorkTree(repo.path).untracked(asked) == {"media/new.png": False}
    assert len(started) == 3  # where is it, which are there, which are ignored


@pytest.mark.parametrize("why", ["no repository", "no git", "not trusted"])
def test_where_git_cannot_be_asked_nothing_is_said(
    tmp_path: Path, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    if why == "no git":
        monkeypatch.setenv("PATH", str(tmp_path))
    if why == "not trusted":
        subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert WorkTree(tmp_path).untracked(["a.png"]) == {}

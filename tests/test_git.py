"""git as the rooms see it: found, read, fetched, and never in anybody's way."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from postops import git as under_test
from postops.content.source import CommitTree
from postops.errors import ConfigError
from postops.git import CONTENT_REF, GitFailed, Repository, TreeEntry, blob_id, reason, redact
from tests.rigs.git import clone, commit, git, push, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rigs.git import Repo

ODD = ["posts/ü.md", 'posts/"q".md', "posts/a b.md", "posts/new\nline.md", "posts/*.md", "posts/-x"]


@pytest.fixture
def repository(repo: Repo) -> Repository:
    return Repository.discover(repo.path)


# ---------------------------------------------------------------- finding it


def test_found_from_below(repo: Repo) -> None:
    found = Repository.discover(repo.path / "posts")
    assert (found.root, found.common) == (repo.path, repo.path / ".git")
    assert found.object_format == "sha1"


def test_found_in_a_linked_work_tree(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "side")
    found = Repository.discover(tmp_path / "linked")
    assert (found.root, found.common) == (tmp_path / "linked", repo.path / ".git")


def test_not_a_repository(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not in a git repository") as caught:
        Repository.discover(tmp_path)
    assert caught.value.help == "start one: git init"
    with pytest.raises(ConfigError, match="no such directory"):
        Repository.discover(tmp_path / "nowhere")


def test_a_bare_repository_has_no_work_tree(remote: Path) -> None:
    with pytest.raises(ConfigError, match="must be run in a work tree"):
        Repository.discover(remote)


def test_git_is_missing(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="git is not installed"):
        Repository.discover(repo.path)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ('[ "$version" ] && echo git version 2.25.1 || echo --path-format=absolute', "too old"),
        (
            '[ "$version" ] || echo fatal: detected dubious ownership in repository >&2; exit 128',
            "does not trust",
        ),
    ],
)
def test_other_gits(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, says: str
) -> None:
    fake = tmp_path / "bin/git"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\ncase "$*" in *version*) version=1;; esac\n{script}\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    with pytest.raises(ConfigError, match=says) as caught:
        Repository.discover(repo.path)
    assert caught.value.help


# ---------------------------------------------------------------- running it


def test_a_failure_says_why_in_one_line(repository: Repository) -> None:
    with pytest.raises(GitFailed, match=r"^git rev-parse: Needed a single revision$") as caught:
        repository.run("rev-parse", "--verify", "nothing")
    assert caught.value.completed
    assert caught.value.completed.code == 128
    assert repository.run("rev-parse", "--verify", "nothing", check=False).code == 128


def test_english_whatever_the_language(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert (
        "Needed a single revision"
        in repository.run("rev-parse", "--verify", "x", check=False).stderr
    )


def test_it_cannot_wait_for_a_password(repository: Repository) -> None:
    done = repository.run("credential", "fill", input=b"url=http://127.0.0.1/x\n", check=False)
    assert "terminal prompts disabled" in done.stderr


def test_a_hung_git_is_killed_with_its_children(repository: Repository, tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(GitFailed, match=r"no answer in 0\.3 s"):
        repository.run("-c", f"alias.hang=!echo $$ > {tmp_path}/pid; sleep 30", "hang", seconds=0.3)
    assert time.monotonic() - started < 5
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_interrupted_a_push_under_way_may_end(repository: Repository, tmp_path: Path) -> None:
    """Ctrl-C while git works: it gets a moment to finish, then we stop."""
    landed = tmp_path / "landed"
    timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), 2))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        repository.run("-c", f"alias.slow=!sleep 0.6; touch {landed}", "slow")
    timer.join()
    assert landed.exists()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("unable to access 'https://ada:s3cret@host/x'", "unable to access 'https://***@host/x'"),
        ("ssh://git@host:22/x and http://t0ken@h/y", "ssh://***@host:22/x and http://***@h/y"),
        ("mail to ada@example.org", "mail to ada@example.org"),
    ],
)
def test_no_credentials_in_messages(text: str, clean: str) -> None:
    assert redact(text) == clean


def test_the_telling_lines() -> None:
    noise = "hint: pull first\nremote: GH006: no\nremote: \nerror: failed to push some refs to 'x'"
    assert reason(noise) == "GH006: no"
    assert reason("just this\n") == "just this"
    assert reason("") == "git gave no reason"


# ---------------------------------------------------------------- remotes and refs


def test_which_remote(repo: Repo, repository: Repository) -> None:
    assert repository.remote() == "origin"
    repo.git("remote", "rename", "origin", "upstream")
    assert repository.remote() == "upstream"
    repo.git("remote", "add", "fork", "x")
    with pytest.raises(ConfigError, match="several remotes") as caught:
        repository.remote()
    assert "rename" in (caught.value.help or "")
    repo.git("remote", "add", "origin", "y")
    assert repository.remote() == "origin"
    for name in ("upstream", "fork", "origin"):
        repo.git("remote", "remove", name)
    assert repository.remote() is None


def test_pushes_go_where_git_would_push(repo: Repo, repository: Repository) -> None:
    repo.git("remote", "set-url", "--push", "origin", "ssh://git@host/x")
    repo.git("config", "url.ssh://git@mirror/.pushInsteadOf", "https://host/")
    assert repository.push_url("origin") == "ssh://git@host/x"


def test_the_default_branch_is_asked_of_the_remote(repo: Repo, repository: Repository) -> None:
    repo.push("trunk")
    git(repo.remote, "symbolic-ref", "HEAD", "refs/heads/trunk")
    assert repository.remote_head("origin") == "trunk"
    git(repo.remote, "symbolic-ref", "HEAD", "refs/heads/unborn")
    with pytest.raises(ConfigError, match="no default branch"):
        repository.remote_head("origin")


@pytest.mark.parametrize("kind", ["full", "shallow", "blobless", "detached"])
def test_content_is_the_fetched_tip(repo: Repo, tmp_path: Path, kind: str) -> None:
    repo.commit({"posts/a.md": "a", "posts/media.png": b"\x89"})
    repo.push()
    where = clone(
        repo.remote, tmp_path / "c", shallow=kind == "shallow", blobless=kind == "blobless"
    )
    if kind == "detached":
        git(where, "checkout", "--quiet", "--detach")
    tip = repo.commit({"posts/b.md": "b", "posts/c.md": "c"})
    repo.push()
    before = (
        git(where, "for-each-ref", "refs/remotes", "refs/heads"),
        git(where, "config", "--list", "--local"),
    )
    marks = Repository.discover(where).boundary

    found = Repository.discover(where)
    content = found.fetch_content_branch()
    assert content == (tip, "main", "origin")
    found.prefetch(tip, "posts/")
    git(where, "remote", "set-url", "origin", "file:///gone")
    blobs = {entry.path: entry.blob for entry in found.ls_tree(tip, "posts/")}
    texts = found.cat(blobs.values())
    assert texts[blobs["posts/b.md"]] == b"b"
    assert texts[blobs["posts/media.png"]] == b"\x89"
    git(where, "remote", "set-url", "origin", f"file://{repo.remote}")
    after = (
        git(where, "for-each-ref", "refs/remotes", "refs/heads"),
        git(where, "config", "--list", "--local"),
    )
    assert after == before
    assert found.boundary == marks
    assert found.is_shallow == (kind == "shallow")
    assert found.rev_parse(CONTENT_REF) == tip


def test_one_request_for_the_blobs_of_a_partial_clone(repo: Repo, tmp_path: Path) -> None:
    tip = repo.commit({f"posts/{n}.md": str(n) for n in range(5)})
    repo.push()
    git(
        tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repo.remote}", "c"
    )
    found = Repository.discover(tmp_path / "c")
    found.prefetch(tip, "posts/")
    found.prefetch(tip, "posts/")
    missing = found.run("rev-list", "--objects", "--missing=print", tip).text
    assert "?" + blob_id(b"3") not in missing
    assert missing.count("?") == 2, "what was not asked for stays away"


def test_blobs_of_a_partial_clone_come_in_one_request(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = repo.commit({f"posts/{n}.md": f"post {n}" for n in range(9)})
    repo.push()
    where = clone(repo.remote, tmp_path / "c", blobless=True)
    other = repo.commit({f"posts/{n}.md": f"new {n}" for n in range(9)})
    repo.push()
    found = Repository.discover(where)
    found.fetch("origin", "+refs/heads/main:refs/postops/remote/content")
    before = (where / ".git/config").read_bytes()

    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE", str(trace))
    for commit_ in (tip, other):
        entries = found.ls_tree(commit_, "posts/")
        assert len(found.cat(entry.blob for entry in entries)) == 10
        tree = CommitTree(found, commit_)
        assert all(data for _, data in tree.load(tree.walk("posts"), 1000))
    lines = trace.read_text().splitlines()
    assert sum("built-in: git fetch " in line for line in lines) == 1
    assert (where / ".git/config").read_bytes() == before
    assert not (where / ".git/FETCH_HEAD").exists()
    with pytest.raises(GitFailed):
        found.cat([blob_id(b"nowhere")])


def test_content_without_a_remote_is_the_local_head(repo: Repo, repository: Repository) -> None:
    repo.git("remote", "remove", "origin")
    head = repo.git("rev-parse", "HEAD")
    assert repository.fetch_content_branch() == (head, "main", None)
    repo.git("branch", "live")
    repo.commit({"posts/a.md": "a"})
    assert repository.fetch_content_branch("live") == (head, "live", None)
    with pytest.raises(ConfigError, match="the branch nope does not exist"):
        repository.fetch_content_branch("nope")
    repo.git("checkout", "--quiet", "--detach")
    assert repository.fetch_content_branch().branch == "HEAD"


def test_content_of_an_empty_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main", ".")
    with pytest.raises(ConfigError, match="there is no commit yet"):
        Repository.discover(tmp_path).fetch_content_branch()


def test_content_branch_missing_or_out_of_reach(repo: Repo, repository: Repository) -> None:
    with pytest.raises(ConfigError, match="no branch release") as caught:
        repository.fetch_content_branch("release")
    assert "content_branch" in (caught.value.help or "")
    repo.git("remote", "set-url", "origin", "http://ada:canary@127.0.0.1:1/x")
    for branch in (None, "main"):
        with pytest.raises(GitFailed, match="the remote cannot be reached") as failed:
            repository.fetch_content_branch(branch)
        assert failed.value.exit_code == 1
        assert "canary" not in str(failed.value)


# ---------------------------------------------------------------- trees and blobs


def test_odd_names_and_modes(repo: Repo, repository: Repository) -> None:
    repo.write({name: name for name in ODD})
    raw = os.fsencode(repo.path) + b"/posts/\xff.md"
    with open(raw, "wb") as file:  # noqa: PTH123 - pathlib has no bytes
        file.write(b"latin")
    (repo.path / "posts/run.sh").write_text("x")
    (repo.path / "posts/run.sh").chmod(stat.S_IRWXU)
    (repo.path / "posts/link").symlink_to("/etc/passwd")
    repo.git("add", "--all")
    tip = repo.commit({})
    entries = {entry.path: entry for entry in repository.ls_tree(tip, "posts/")}
    assert set(ODD) <= set(entries)
    assert os.fsdecode(b"posts/\xff.md") in entries
    assert {entries[p].mode for p in ("posts/run.sh", "posts/link")} == {"100755", "120000"}
    assert entries["posts/ü.md"] == TreeEntry(
        "100644", "blob", blob_id("posts/ü.md".encode()), "posts/ü.md"
    )
    assert "postops.yaml" in {entry.path for entry in repository.ls_tree(tip)}
    assert repository.ls_tree(tip, "nowhere/") == []
    seen = repository.reached(tip, [*ODD, os.fsdecode(b"posts/\xff.md")])
    assert {sha for sha, _ in seen.values()} == {tip}
    assert len(seen) == len(ODD) + 1


def test_blobs_come_back_byte_for_byte(repo: Repo, repository: Repository) -> None:
    contents = [b"", b"\n", b"\0\xff\n\n", b"x" * 300_000]
    repo.commit({f"posts/{n}": data for n, data in enumerate(contents)})
    ids = [blob_id(data) for data in contents]
    assert repository.cat([*ids, ids[0]]) == dict(zip(ids, contents, strict=True))
    assert repository.cat([]) == {}
    with pytest.raises(GitFailed, match="missing"):
        repository.cat([ids[0], "1" * 40])


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_blob_ids_are_gits_own(tmp_path: Path, object_format: str) -> None:
    git(tmp_path, "init", "--quiet", f"--object-format={object_format}", ".")
    (tmp_path / "file").write_bytes(b"text\r\n")
    found = Repository.discover(tmp_path)
    assert found.object_format == object_format
    assert blob_id(b"text\r\n", found.object_format) == git(
        tmp_path, "hash-object", "--no-filters", "file"
    )


# ---------------------------------------------------------------- history


def day(number: int) -> datetime:
    return datetime(2026, 2, number, 12, tzinfo=UTC)


def test_a_post_reaches_the_branch_with_the_merge_not_with_its_commit(
    repo: Repo, repository: Repository
) -> None:
    direct = repo.commit({"posts/direct.md": "1"}, when=day(1))
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit({"posts/branch.md": "1"}, when=day(2))
    repo.git("checkout", "--quiet", "main")
    dates = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in
             (("DATE", day(4).isoformat()), ("NAME", "Ada"), ("EMAIL", "ada@example.org"))}  # fmt: skip
    repo.git("merge", "--quiet", "--no-ff", "-m", "Merge", "side", **dates)
    merge = repo.git("rev-parse", "HEAD")
    seen = repository.reached(merge, ["posts/direct.md", "posts/branch.md", "posts/no.md"])
    assert seen == {"posts/direct.md": (direct, day(1)), "posts/branch.md": (merge, day(4))}


def test_a_post_that_went_and_came_back_counts_from_its_return(
    repo: Repo, repository: Repository
) -> None:
    root = repo.git("rev-list", "--max-parents=0", "HEAD")
    repo.commit({"posts/a.md": "1"}, when=day(1))
    repo.commit({"posts/a.md": None}, when=day(2))
    back = repo.commit({"posts/a.md": "1"}, when=day(3))
    seen = repository.reached(back, ["posts/a.md", "postops.yaml"])
    assert {path: sha for path, (sha, _) in seen.items()} == {
        "posts/a.md": back,
        "postops.yaml": root,
    }


def test_reached_is_the_last_change_and_leaves_out_what_it_cannot_know(
    repo: Repo, repository: Repository, tmp_path: Path
) -> None:
    repo.commit({"posts/a.md": "1", "posts/old.md": "1"}, when=day(1))
    edit = repo.commit({"posts/a.md": "2"}, when=day(2))
    assert repository.reached(edit, ["posts/a.md"]) == {"posts/a.md": (edit, day(2))}
    repo.push()
    where = clone(repo.remote, tmp_path / "c", shallow=True)
    new = repo.commit({"posts/old.md": "2"}, when=day(3))
    repo.push()
    found = Repository.discover(where)
    tip = found.fetch_content_branch().commit
    assert found.reached(tip, ["posts/a.md", "posts/old.md"]) == {"posts/old.md": (new, day(3))}


def test_ancestry(repo: Repo, repository: Repository) -> None:
    old = repo.git("rev-parse", "HEAD")
    new = repo.commit({"posts/a.md": "1"})
    assert repository.is_ancestor(old, new)
    assert repository.is_ancestor(new, new)
    assert not repository.is_ancestor(new, old)
    assert not repository.is_ancestor("1" * 40, new)
    assert repository.merge_base(old, new) == old
    assert repository.merge_base("1" * 40, new) is None


def test_what_changed_since(repo: Repo, repository: Repository, tmp_path: Path) -> None:
    repo.commit({".gitignore": "ignored\n", "posts/gone.md": "1", "posts/same.md": "1"})
    repo.push()
    other = clone(repo.remote, tmp_path / "c")
    commit(other, {"posts/theirs.md": "not ours"})
    push(other)
    repo.git("fetch", "--quiet", "origin", "main")
    repo.commit({"posts/committed ü.md": "1"})
    write(repo.path, {"posts/staged.md": "1", "posts/gone.md": None, "ignored": "x"})
    repo.git("add", "posts/staged.md")
    write(repo.path, {"posts/untracked\n.md": "1"})
    assert repository.changed_since("origin/main") == {
        "posts/committed ü.md",
        "posts/staged.md",
        "posts/gone.md",
        "posts/untracked\n.md",
    }


def test_what_changed_since_nothing_known(repo: Repo, tmp_path: Path) -> None:
    found = Repository.discover(repo.path)
    with pytest.raises(ConfigError, match="unknown commit or branch: nope"):
        found.changed_since("nope")
    repo.git("checkout", "--quiet", "--orphan", "island")
    repo.commit({"posts/a.md": "1"})
    with pytest.raises(ConfigError, match="no common ancestor"):
        found.changed_since("main")
    repo.git("checkout", "--quiet", "main")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit({"posts/b.md": "1"})
    repo.push("side")
    repo.git("checkout", "--quiet", "main")
    repo.commit({"posts/c.md": "1"})
    repo.push()
    where = clone(repo.remote, tmp_path / "c", shallow=True)
    git(where, "fetch", "--quiet", "--depth=1", "origin", "side:side")
    with pytest.raises(ConfigError, match="too shallow to know what changed since side"):
        Repository.discover(where).changed_since("side")


def test_names(repo: Repo, repository: Repository) -> None:
    assert repository.head_branch() == "main"
    assert repository.rev_parse("nope") is None
    assert repository.tracks("posts/")
    assert not repository.tracks("state/")
    repo.git("checkout", "--quiet", "--detach")
    assert repository.head_branch() is None


def test_importing_it_starts_nothing() -> None:
    """Commands that need no git pay for none of it; those that do pay little."""
    code = "import sys, postops.git; print(sorted({'asyncio', 'httpx', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert under_test.NETWORK_SECONDS > under_test.LOCAL_SECONDS

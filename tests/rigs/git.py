"""Real git for tests: a bare remote, work clones, and hooks that make the remote say no.

    def test_it(repo: Repo) -> None:
        repo.commit({"posts/hello.md": "…", "posts/old.md": None}, "Say hello")
        repo.push()
        other = clone(repo.remote, tmp_path / "other", shallow=True)

Nothing of the user's own git shows: no configuration, no identity but the rig's, fixed dates.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

WHEN = "2026-01-05T09:00:00+00:00"
STATE = "refs/heads/postops-state"
AUTHOR = {"NAME": "Ada Author", "EMAIL": "ada@example.org"}

POSTOPS_YAML = """\
version: 1
timezone: Europe/Berlin
accounts:
  bluesky-main:
    platform: bluesky
    handle: acme.bsky.social
    credentials: {app_password: "env:BSKY_APP_PASSWORD"}
  mastodon-main:
    platform: mastodon
    instance: "https://mastodon.social"
    credentials: {access_token: "env:MASTODON_TOKEN"}
groups: {all: [bluesky-main, mastodon-main]}
defaults: {accounts: [all]}
"""
SKELETON = {
    "postops.yaml": POSTOPS_YAML,
    "posts/README.md": "One file, one post.\n",
    "campaigns/README.md": "One file, one campaign.\n",
}


def environment(**more: str) -> dict[str, str]:
    """The environment git runs in: nobody's configuration, English words, no questions."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "file:http",
        "HOME": os.devnull,  # no ~/.netrc either
        "LC_ALL": "C.UTF-8",
        **more,
    }


def run(repo: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """git in `repo`, whatever the outcome: look at `returncode`, `stdout`, `stderr`."""
    return subprocess.run(
        ["git", "-C", str(repo), *args],
        env=environment(**env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def git(repo: Path, *args: str, **env: str) -> str:
    """What git prints, stripped; fails the test with git's own words when git fails."""
    done = run(repo, *args, **env)
    assert done.returncode == 0, f"git {' '.join(args)}\n{done.stdout}{done.stderr}"
    return done.stdout.strip()


def url(remote: Path | str) -> str:
    """`file://` makes git use the real transport; a plain path would be hard-linked."""
    return f"file://{remote}" if isinstance(remote, Path) else remote


def make_remote(tmp_path: Path, name: str = "remote.git") -> Path:
    """An empty bare repository that allows partial clones and pushes over HTTP."""
    remote = tmp_path / name
    remote.mkdir(parents=True)
    git(remote, "init", "--quiet", "--bare", "--initial-branch=main", "--template=")
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant", "http.receivepack"):
        git(remote, "config", key, "true")
    return remote


def clone(remote: Path | str, dest: Path, *, shallow: bool = False, blobless: bool = False) -> Path:
    """A work clone of a bare repository or URL, as actions/checkout makes it with `shallow`."""
    options = ["--depth=1"] * shallow + ["--filter=blob:none"] * blobless
    dest.parent.mkdir(parents=True, exist_ok=True)
    git(dest.parent, "clone", "--quiet", "--template=", *options, url(remote), str(dest))
    return dest


def write(repo: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Write files byte for byte; None removes one."""
    for name, content in files.items():
        path = repo / name
        if content is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def commit(
    repo: Path,
    files: Mapping[str, str | bytes | None],
    message: str = "Change",
    *,
    when: datetime | str = WHEN,
) -> str:
    """Write and commit files, and those alone; the same call gives the same hash for ever."""
    write(repo, files)
    if files:
        git(repo, "add", "--all", "--", *files)
    date = when if isinstance(when, str) else when.isoformat()
    env = {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in AUTHOR.items()}
    env |= {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    git(repo, "commit", "--quiet", "--allow-empty", "--message", message, **env)
    return git(repo, "rev-parse", "HEAD")


def push(repo: Path, ref: str = "main", *options: str) -> str:
    """Push HEAD to a ref of origin; fails the test when it is refused (`run` lets you look)."""
    return git(repo, "push", "--quiet", *options, "origin", f"HEAD:{ref}")


def show(repo: Path, ref: str, path: str) -> str:
    """A file as a ref has it."""
    return git(repo, "show", f"{ref}:{path}")


def install_hook(remote: Path, name: str, script: str) -> None:
    """A shell hook of the bare repository; a second one of that name takes its place."""
    hook = remote / "hooks" / name
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(0o755)


def protect(remote: Path, ref: str = STATE) -> None:
    """Refuse every push to one ref, with the words a protected branch gives."""
    words = f"error: GH006: Protected branch update failed for {ref}."
    install_hook(remote, "update", f'[ "$1" != "{ref}" ] || {{ echo "{words}" >&2; exit 1; }}')


def slow_pushes(remote: Path, seconds: float) -> None:
    """Let every push take this long before anything changes: the pre-receive hook sleeps."""
    install_hook(remote, "pre-receive", f"sleep {seconds}")


def fail_pushes_once(remote: Path, words: str = "error: internal server error") -> None:
    """Refuse the next push, take those after it; in place of `slow_pushes`."""
    script = f'rm "$GIT_DIR/fail-next" 2>/dev/null || exit 0\necho "{words}" >&2; exit 1'
    (remote / "fail-next").touch()
    install_hook(remote, "pre-receive", script)


@dataclass(frozen=True)
class Repo:
    """A work clone and the bare repository it came from."""

    path: Path
    remote: Path

    def git(self, *args: str, **env: str) -> str:
        return git(self.path, *args, **env)

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        write(self.path, files)

    def commit(
        self,
        files: Mapping[str, str | bytes | None],
        message: str = "Change",
        *,
        when: datetime | str = WHEN,
    ) -> str:
        return commit(self.path, files, message, when=when)

    def push(self, ref: str = "main", *options: str) -> str:
        return push(self.path, ref, *options)


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """An empty bare repository."""
    return make_remote(tmp_path)


@pytest.fixture
def repo(tmp_path: Path, remote: Path) -> Repo:
    """A work clone with `postops.yaml`, `posts/` and `campaigns/`, committed and pushed."""
    made = Repo(clone(remote, tmp_path / "work"), remote)
    made.commit(SKELETON, "Begin")
    made.push()
    return made

"""`publish` with nothing due: 10,000 posts, 40,000 events, a remote, and no cache of any kind."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from benchmarks import posts
from benchmarks.measure import POSTOPS, Side, compare, show
from postops.clock import ulid
from postops.config import load_config
from postops.content.index import PostIndex
from postops.content.posts import read_post
from postops.ledger.chain import Link, extend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postops.model import Post

COUNT = 10_000
EVENTS_A_DAY = 400
START = datetime(2024, 1, 1, tzinfo=UTC)
ACCOUNTS = ("mastodon-main", "x-main")


def run(folder: Path, rounds: int) -> None:
    work, remote = folder / "work", folder / "remote.git"
    commit = repository(work, remote)
    history(work, remote, commit)
    environ = {"A": "a", "B": "b", "C": "c"}
    idle = Side("idle", (*POSTOPS, "publish"), work, forget(work), environ)
    floor = Side("floor", (sys.executable, "-m", "benchmarks.floor_idle", str(work)))
    what = f"publish, nothing due: {COUNT:,} posts, {4 * COUNT:,} events"
    show(what, compare(idle, floor, rounds), 4, against="floor")


def repository(work: Path, remote: Path) -> str:
    """The posts, committed and pushed."""
    posts.write(work, COUNT)
    config = (work / "postops.yaml").read_text()
    (work / "postops.yaml").write_text(
        config.replace("[all]", str(list(ACCOUNTS)).replace("'", ""))
    )
    for path in (work / "posts").rglob("*.md"):
        text = path.read_text()
        path.write_text(text.replace("accounts: [bluesky-main, mastodon-main, x-main]\n", ""))
    git(work, "init", "-q", "-b", "main")
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "Posts")
    git(work, "init", "-q", "--bare", "-b", "main", str(remote))
    git(work, "remote", "add", "origin", str(remote))
    git(work, "push", "-q", "origin", "main")
    return git(work, "rev-parse", "HEAD")


def history(work: Path, remote: Path, commit: str) -> None:
    """Everything published long ago, as postops itself would have written it."""
    config = load_config(work)
    read = [
        read_post(path.read_bytes(), path.relative_to(work).as_posix(), config, None).post
        for path in sorted((work / "posts").rglob("*.md"))
    ]
    found = [post for post in read if post is not None]
    state = work.parent / "state-work"
    git(work.parent, "init", "-q", "-b", "postops-state", str(state))
    link = Link(0, "")
    events = list(_events(found, commit))
    for start in range(0, len(events), EVENTS_A_DAY):
        day = (START + timedelta(days=start // EVENTS_A_DAY)).strftime("%Y/%m/%d")
        lines, link = extend(events[start : start + EVENTS_A_DAY], link)
        file = state / "state" / "ledger" / f"{day}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"".join(line + b"\n" for line in lines))
    index = state / "state" / "content" / "posts.jsonl"
    index.parent.mkdir(parents=True)
    rows = sorted((PostIndex.of(post) for post in found), key=lambda row: row.path)
    index.write_bytes(b"".join(orjson.dumps(row.to_dict()) + b"\n" for row in rows))
    git(state, "add", "-A")
    git(state, "commit", "-q", "-m", "History")
    git(
        state,
        "push",
        "-q",
        str(remote),
        "HEAD:refs/heads/postops-state",
        "HEAD:refs/postops/anchor",
    )
    # One run for real brings in what only a run can write (views), so that the next has nothing.
    environ = {"A": "a", "B": "b", "C": "c"}
    subprocess.run([*POSTOPS, "publish"], cwd=work, env={**_env(), **environ}, check=False)


def _events(found: list[Post], commit: str) -> Iterator[dict[str, Any]]:
    number = 0
    for post in found:
        for account in ACCOUNTS:
            shared = {
                "v": 1,
                "run": "RUN",
                "recorded_at": (START + timedelta(minutes=number))
                .isoformat()
                .replace("+00:00", "Z"),
                "delivery": f"{post.id}@{account}",
                "account": account,
                "part": 1,
                "parts": 1,
                "source": "sha256:" + post.blob.ljust(64, "0"),
                "payload": "sha256:" + post.blob.ljust(64, "1"),
                "commit": commit,
                "blob": post.blob,
                "path": post.path,
                "on_edit": "ignore",
                "on_remove": "keep",
            }
            claimed = {"type": "claimed", "action": "publish", "keys": {"1": f"{number:040x}"}}
            done = {
                "type": "published",
                "remote_id": str(number),
                "url": f"https://a.test/{number}",
            }
            for more in (claimed, done):
                number += 1
                yield {**shared, **more, "id": ulid(START, number)}


def git(where: Path, *args: str) -> str:
    who = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
    done = subprocess.run(
        ["git", *who, *args], cwd=where, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _env() -> dict[str, str]:
    import os

    return dict(os.environ)


def forget(root: Path):
    """No cache: not even the copy of `state/` that a run leaves."""

    def forget() -> None:
        for name in (".postops", "state"):
            shutil.rmtree(root / name, ignore_errors=True)

    return forget

"""`plan` and `status` where the ledger is 25 times as long: 1,000,000 events against 40,000.

The same 10,000 posts in the tree, each published to two accounts and then changed again and again
over the years. Both ledgers are as postops writes them: closed months are folded into a snapshot.
Nothing is kept between runs, not even the copy of `state/`.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from benchmarks.idle import ACCOUNTS, forget, git, repository
from benchmarks.measure import POSTOPS, Side, compare, peak_megabytes, show
from postops.clock import ulid
from postops.config import load_config
from postops.content.index import PostIndex
from postops.content.posts import read_post
from postops.git import Repository
from postops.ledger import folded
from postops.ledger.chain import Link, extend
from postops.ledger.follow import Follower
from postops.ledger.git_head import GitHead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postops.model import Post

SHORT, LONG = 40_000, 1_000_000
EVENTS_A_DAY = 400
RATIO, MEGABYTES = 1.2, 200
START = datetime(2019, 1, 1, tzinfo=UTC)


def run(folder: Path, rounds: int) -> None:
    short, long = folder / "short" / "work", folder / "long" / "work"
    short.parent.mkdir()
    commit = repository(short, short.parent / "remote.git")
    shutil.copytree(short.parent, long.parent)
    git(long, "remote", "set-url", "origin", str(long.parent / "remote.git"))
    posts = _posts(short)
    for work, count in ((short, SHORT), (long, LONG)):
        history(work, posts, commit, count)
    for name in ("plan", "status"):
        command = (*POSTOPS, name, "--format", "json")
        sides = [
            Side(f"{count:,} events", command, work, forget(work))
            for work, count in ((long, LONG), (short, SHORT))
        ]
        what = f"{name}: {len(posts):,} posts, {LONG:,} events"
        show(what, compare(*sides, rounds), RATIO, against=sides[1].name)
        forget(long)()
        peak = peak_megabytes(command, long)
        verdict = "ok" if peak <= MEGABYTES else "OVER"
        print(f"{what + ', peak':<58} {peak:6.0f} MB (at most {MEGABYTES})  {verdict}", flush=True)


def history(work: Path, posts: list[Post], commit: str, count: int) -> None:
    """Everything published long ago and changed ever since; the last day is in an open month."""
    state = work.parent / "state-work"
    git(work.parent, "init", "-q", "-b", "postops-state", str(state))
    link, days = Link(), count // EVENTS_A_DAY
    events = _events(posts, commit, count)
    for number in range(days):
        at = START + timedelta(days=number)
        some = [next(events) for _ in range(EVENTS_A_DAY)]
        link = _day(state, at, some, link)
    _index(state, posts)
    git(state, "add", "-A")
    git(state, "commit", "-q", "-m", "History")
    last = _fold(state, START + timedelta(days=days + 31), link)
    git(state, "add", "-A")
    git(state, "commit", "-q", "-m", f"The month of {last:%Y-%m}")
    refs = ("HEAD:refs/heads/postops-state", "HEAD:refs/postops/anchor")
    git(state, "push", "-q", str(work.parent / "remote.git"), *refs)
    shutil.rmtree(state)


def _fold(state: Path, at: datetime, link: Link) -> datetime:
    """What the first write of a new month brings along."""
    head = GitHead(Repository.discover(state), "HEAD", None)
    follower = Follower(whole=True)
    follower.follow(head)
    folding = follower.to_fold(f"state/ledger/{at:%Y/%m/%d}.jsonl")
    assert folding is not None
    (state / folded.FOLDED).write_bytes(folding.data)
    stamp = {"v": 1, "run": "RUN", "recorded_at": _iso(at), "id": ulid(at, folding.upto + 1)}
    _day(state, at, [stamp | folding.draft], link)
    return at


def _day(state: Path, at: datetime, events: list[dict[str, Any]], link: Link) -> Link:
    lines, link = extend(events, link)
    file = state / "state" / "ledger" / f"{at:%Y/%m/%d}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    return link


def _events(posts: list[Post], commit: str, count: int) -> Iterator[dict[str, Any]]:
    number = 0
    for turn in range(count // (2 * len(posts) * len(ACCOUNTS))):
        action, kind = ("update", "updated") if turn else ("publish", "published")
        for post in posts:
            for account in ACCOUNTS:
                shared = {
                    "v": 1,
                    "run": "RUN",
                    "recorded_at": _iso(START + timedelta(minutes=3 * number)),
                    "delivery": f"{post.id}@{account}",
                    "account": account,
                    "part": 1,
                    "parts": 1,
                    "source": "sha256:" + post.blob.ljust(64, "0"),
                    "payload": "sha256:" + f"{turn}".rjust(64, "1"),
                    "commit": commit,
                    "blob": post.blob,
                    "path": post.path,
                    "on_edit": "ignore",
                    "on_remove": "keep",
                }
                claimed = {"type": "claimed", "action": action}
                if not turn:
                    claimed["keys"] = {"1": f"{number:040x}"}
                url = f"https://a.test/{post.blob}"
                for more in (claimed, {"type": kind, "remote_id": post.blob, "url": url}):
                    number += 1
                    yield {**shared, **more, "id": ulid(START, number)}


def _posts(work: Path) -> list[Post]:
    config = load_config(work)
    read = (
        read_post(path.read_bytes(), path.relative_to(work).as_posix(), config, None).post
        for path in sorted((work / "posts").rglob("*.md"))
    )
    return [post for post in read if post is not None]


def _index(state: Path, posts: list[Post]) -> None:
    index = state / "state" / "content" / "posts.jsonl"
    index.parent.mkdir(parents=True)
    rows = sorted((PostIndex.of(post) for post in posts), key=lambda row: row.path)
    index.write_bytes(b"".join(orjson.dumps(row.to_dict()) + b"\n" for row in rows))


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")

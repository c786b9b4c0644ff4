"""`publish` of 200 due deliveries over 10 accounts, each answer 100 ms away."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.idle import git
from benchmarks.measure import POSTOPS, Side, compare, show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNTS = [f"account-{number}" for number in range(10)]
PLAIN = [f"plain-{number}" for number in range(10)]
EACH = 20
ROUNDS = 3  # X takes 100 posts in 15 minutes, emulated or not


def run(folder: Path, rounds: int) -> None:
    numbers = iter(range(10**6))
    with far_platforms() as everybody:
        accounts = {name: everybody[name] for name in ACCOUNTS}
        plain_accounts = {name: everybody[name] for name in PLAIN}
        work, remote = folder / "work", folder / "remote.git"
        environ = repository(work, remote, accounts)

        def fresh_posts() -> None:
            write_posts(work, next(numbers))

        def fresh_texts() -> None:
            text = f"Deployment {next(numbers)} of the plain client is done"
            texts = {name: [f"{text}: {n}" for n in range(EACH)] for name in PLAIN}
            given = {"accounts": plain_accounts, "texts": texts}
            (folder / "plain.json").write_text(json.dumps(given))

        ours = Side("publish", (*POSTOPS, "publish"), work, fresh_posts, environ)
        plain = (sys.executable, "-m", "benchmarks.plain_client", str(folder / "plain.json"))
        theirs = Side("plain client", plain, None, fresh_texts)
        what = f"publish {EACH * len(accounts)} deliveries, {len(accounts)} accounts, 100 ms away"
        show(what, compare(ours, theirs, min(rounds, ROUNDS)), 1.25, against="plain httpx client")


@contextmanager
def far_platforms() -> Iterator[dict]:
    """A server process of its own, so that neither side pays for the platforms' work."""
    command = [sys.executable, "-m", "benchmarks.far_platforms", *ACCOUNTS, *PLAIN]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def repository(work: Path, remote: Path, accounts: dict) -> dict[str, str]:
    """A clone with a remote and the accounts; the environment with their secrets."""
    environ, blocks = {}, []
    for name, account in accounts.items():
        credentials = {}
        for field, secret in account["credentials"].items():
            variable = f"{name}_{field}".upper().replace("-", "_")
            environ[variable] = secret
            credentials[field] = f"env:{variable}"
        block = {"platform": account["platform"], "credentials": credentials, **account["settings"]}
        blocks.append(f"  {name}: {json.dumps(block)}\n")
    git(work.parent, "init", "-q", "--bare", "-b", "main", str(remote))
    git(work.parent, "init", "-q", "-b", "main", str(work))
    git(work, "remote", "add", "origin", str(remote))
    (work / "campaigns").mkdir()
    (work / "postops.yaml").write_text("version: 1\naccounts:\n" + "".join(blocks))
    return environ


def write_posts(work: Path, number: int) -> None:
    """Twenty new posts, due at once, to all ten accounts."""
    shutil.rmtree(work / "posts", ignore_errors=True)
    (work / "posts").mkdir()
    for n in range(EACH):
        text = f"---\naccounts: [{', '.join(ACCOUNTS)}]\n---\nDeployment {number} is done: {n}\n"
        (work / "posts" / f"deployment-{number}-{n}.md").write_text(text)
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", f"Deployment {number}")
    git(work, "push", "-q", "origin", "main")

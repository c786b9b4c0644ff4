"""`postops init`: start a repository of posts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from postops import __version__

if TYPE_CHECKING:
    from postops.cli._edge import Invocation

_SOURCE = "https://raw.githubusercontent.com/postops/postops"

CONFIG = f"""\
# yaml-language-server: $schema={_SOURCE}/v{__version__}/schema/config.schema.json
version: 1
timezone: UTC # of times without an offset, such as Europe/Berlin

accounts:
  # The names are yours. Credentials are names of environment variables, never the secrets.
  bluesky:
    platform: bluesky
    handle: example.bsky.social
    credentials: {{app_password: "env:BLUESKY_APP_PASSWORD"}}
  mastodon:
    platform: mastodon
    instance: https://mastodon.social
    credentials: {{access_token: "env:MASTODON_ACCESS_TOKEN"}}

defaults:
  accounts: [bluesky, mastodon]
"""

POST = """\
---
title: Hello
draft: true # remove this line, and the post goes out as soon as it is merged
---
Hello! From now on, our posts are reviewed like code.
"""

_CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"

VALIDATE = f"""\
name: validate

on:
  pull_request:

permissions: {{}}

concurrency:
  group: validate-${{{{ github.ref }}}}
  cancel-in-progress: true # a newer push makes the older answer worthless

jobs:
  validate:
    name: Check posts and campaigns
    runs-on: ubuntu-latest
    permissions:
      contents: read # to read the posts
    steps:
      - uses: {_CHECKOUT}
        with:
          fetch-depth: 0 # to know what changed since the branch point
          persist-credentials: false
      - uses: postops/postops@v{__version__}
        with:
          command: validate
          since: origin/${{{{ github.base_ref }}}}
"""

PUBLISH = f"""\
name: publish

on:
  schedule:
    - cron: "7,22,37,52 * * * *" # a wake-up hint: each run publishes all that is due
  workflow_dispatch:

permissions: {{}}

concurrency:
  group: postops-publish
  cancel-in-progress: false # never between being sent and being recorded

jobs:
  publish:
    name: Publish what is due
    runs-on: ubuntu-latest
    timeout-minutes: 15 # less than the lease of a claim
    environment: social # restrict it to the default branch, keep the secrets in it
    permissions:
      contents: write # to push the ledger
    steps:
      - uses: {_CHECKOUT}
        with:
          fetch-depth: 0 # when a post was merged is read from the history
          filter: blob:none
          # zizmor: ignore[artipacked] the ledger is pushed with them; no artifact is uploaded
          persist-credentials: true
      - uses: postops/postops@v{__version__}
        with:
          command: publish
        env:
          BLUESKY_APP_PASSWORD: ${{{{ secrets.BLUESKY_APP_PASSWORD }}}}
          MASTODON_ACCESS_TOKEN: ${{{{ secrets.MASTODON_ACCESS_TOKEN }}}}
"""

FILES = {
    "postops.yaml": CONFIG,
    "posts/hello.md": POST,
    "campaigns/.gitkeep": "",
    ".github/workflows/validate.yml": VALIDATE,
    ".github/workflows/publish.yml": PUBLISH,
}
IGNORED = (".postops/", "/state/")

NEXT = """\
next:
  1. name your accounts in postops.yaml; `postops sandbox serve` and `postops publish --sandbox`
     try them without any
  2. make an environment `social` (Settings, Environments), restrict it to the default branch, and
     add the secrets that postops.yaml names to it
  3. remove `draft: true` from posts/hello.md, commit, push, and open a pull request"""


@click.command(
    "init",
    epilog="""\b
Examples:
  postops init
  postops init social
""",
)
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def command(invocation: Invocation, /, folder: Path | None) -> None:
    """Start a repository of posts.

    Here or in FOLDER. Writes a configuration, a first post and two workflows. What is there already is kept as it is.
    """
    root = invocation.directory / (folder or Path())
    for name, text in FILES.items():
        _say(name, written=_write(root / name, text))
    if missing := _unignored(root):
        _ignore(root / ".gitignore", missing)
    _say(".gitignore", written=bool(missing))
    click.echo(NEXT, err=True)


def _say(name: str, *, written: bool) -> None:
    click.echo(f"wrote {name}" if written else f"kept  {name}")


def _write(file: Path, text: str) -> bool:
    """Write a file that is not there yet. Whether it was written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        return False
    return True


def _unignored(root: Path) -> list[str]:
    """The lines that .gitignore lacks. `/state/` is for a ledger on a branch of its own only."""
    from postops.config import load_config
    from postops.errors import ConfigError

    try:
        same = load_config(root, root / "postops.yaml").state == "same"
    except ConfigError:
        same = True  # a mistake in it is for `validate` to report
    wanted = IGNORED[:1] if same else IGNORED
    try:
        there = {
            line.strip()
            for line in (root / ".gitignore").read_text("utf-8", "replace").splitlines()
        }
    except FileNotFoundError:
        return list(wanted)
    return [line for line in wanted if not there & {line, line.strip("/"), f"/{line.strip('/')}/"}]


def _ignore(file: Path, lines: list[str]) -> None:
    """Append, without touching what is there."""
    with file.open("ab+") as stream:
        stream.seek(0)
        gap = "" if stream.read()[-1:] in (b"", b"\n") else "\n"
        stream.write((gap + "".join(f"{line}\n" for line in lines)).encode())

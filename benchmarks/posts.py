"""Made-up repositories: posts like those people write, in any number, always the same."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 1
timezone: Europe/Berlin
accounts:
  bluesky-main: {platform: bluesky, handle: acme.bsky.social, credentials: {app_password: "env:A"}}
  mastodon-main: {platform: mastodon, instance: "https://mastodon.social", credentials: {access_token: "env:B"}}
  x-main: {platform: x, credentials: {access_token: "env:C"}}
groups: {all: [bluesky-main, mastodon-main, x-main]}
defaults: {accounts: [all]}
utm: {source: "{platform}", medium: social, campaign: "{campaign}"}
"""

_WORDS = (
    "release community workshop contributors today documentation support cluster maintainers "
    "survey deadline proposal security update thanks everyone project roadmap meeting notes "
    "conference talk recording slides newcomers issue review faster smaller simpler stable"
).split()


def post(number: int) -> str:
    """One post: a title, a time, tags, a link in the front; two paragraphs, some Markdown."""
    chance = random.Random(number)

    def words(count: int) -> str:
        return " ".join(chance.choice(_WORDS) for _ in range(count))

    day, hour = 1 + number % 28, 8 + number % 10
    month, year, minute = 1 + number // 28 % 12, 2027 + number // 336, number % 60
    lines = [
        "---",
        f"title: {words(3).capitalize()}",
        "accounts: [bluesky-main, mastodon-main, x-main]",
        f"publish_at: {year}-{month:02}-{day:02}T{hour:02}:{minute:02}",
        f"tags: [{chance.choice(_WORDS)}, {chance.choice(_WORDS)}]",
        f"hashtags: [{chance.choice(_WORDS).capitalize()}]",
    ]
    if number % 3 == 0:
        lines.append(f"link: https://example.org/blog/{number}")
    if number % 10 == 0:
        lines += ["platforms:", f'  x: {{text: "{words(8)} {number}"}}']
    lines += ["---", f"{words(9).capitalize()} number {number}."]
    if number % 2:
        lines += ["", f"- {words(4)}", f"- {words(3)}"]
    if number % 50 == 0:  # some findings, as in real life
        lines += ["", f"This is *{words(2)}*, says @{words(1)}."]
    lines += ["", f"Read [{words(2)}](https://example.org/{number}) and tell a friend.", ""]
    return "\n".join(lines)


def write(root: Path, count: int) -> None:
    """A repository of `count` posts in folders of a hundred."""
    (root / "campaigns").mkdir(parents=True, exist_ok=True)
    (root / "postops.yaml").write_text(CONFIG)
    for number in range(count):
        folder = root / "posts" / f"{number // 100:03}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:05}.md").write_text(post(number))

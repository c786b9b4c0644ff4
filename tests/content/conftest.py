from __future__ import annotations

from pathlib import Path

import pytest

from postops.config import Config, read_config

CONFIG = """\
version: 1
timezone: Europe/Berlin
accounts:
  bluesky-main: {platform: bluesky, handle: acme.bsky.social}
  mastodon-main: {platform: mastodon, instance: "https://mastodon.social"}
groups: {all: [bluesky-main, mastodon-main]}
defaults: {accounts: [all]}
"""


@pytest.fixture(scope="session")
def config() -> Config:
    return read_config(CONFIG.encode(), Path("/repo"))

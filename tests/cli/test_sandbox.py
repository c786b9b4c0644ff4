"""The sandbox a user has: of one's own, kept below .postops/, and served to look at."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import httpx
import pytest

from postops.cli._sandbox import FOLDER, load, reconfigured
from postops.clock import SystemClock
from postops.config import load_config
from postops.errors import ConfigError
from postops.sandbox.world import World
from tests.cli.site import footprint, post

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    bare_site.merge({"posts/a.md": post("Hello")})  # the skeleton: public hosts, no secrets
    return bare_site


def test_it_remembers_and_leaves_everything_else_alone(site: Site) -> None:
    before = footprint(site.path)
    assert site.run("publish", "--sandbox").out.count("published") == 2
    site.repo.write({"posts/b.md": post("Not committed")})
    assert site.run("publish", "--sandbox").out.count("published") == 2
    world = load(site.path / FOLDER / "world.json", SystemClock())
    texts = [p.text for p in world.timeline("bluesky", "bluesky-main")]
    assert texts == ["Hello", "Not committed"]
    (site.path / "posts/b.md").unlink()
    assert site.run("publish", "--sandbox").out == ""
    assert footprint(site.path) == before


def test_two_commands_at_once_lose_nothing(site: Site) -> None:
    first, second = site.start("publish", "--sandbox"), site.start("publish", "--sandbox")
    ended = [program.communicate(timeout=60) for program in (first, second)]
    assert {first.returncode, second.returncode} <= {0, 1, 2}, ended
    assert 0 in (first.returncode, second.returncode), ended
    assert site.run("publish", "--sandbox").code == 0
    world = load(site.path / FOLDER / "world.json", SystemClock())
    assert [p.text for p in world.timeline("bluesky", "bluesky-main")] == ["Hello"]


def test_hosts_and_credentials_are_replaced(site: Site) -> None:
    config = load_config(site.path)
    changed, environ = reconfigured(config, World(SystemClock().now))
    assert changed.accounts.keys() == config.accounts.keys()
    assert "bsky.social" not in str(dict(changed.accounts["bluesky-main"].settings))
    for account in changed.accounts.values():
        assert set(account.credentials.values()) <= environ.keys()
    assert (changed.state, changed.content_branch) == ("postops-state", "main")


def test_a_damaged_world_says_what_to_do(site: Site, tmp_path: Path) -> None:
    world = tmp_path / "world.json"
    for text in ("rubbish", "{}", '{"version": 99}', '{"version": 1}'):
        world.write_text(text)
        with pytest.raises(ConfigError, match="not a sandbox") as caught:
            load(world, SystemClock())
        assert caught.value.help == "delete the folder"
    assert load(tmp_path / "none.json", SystemClock()).accounts == {}


def test_serving_what_was_sent(site: Site) -> None:
    assert site.run("publish", "--sandbox").code == 0
    program = site.start("sandbox", "serve")
    assert program.stdout is not None
    told = json.loads(program.stdout.readline())
    assert told["version"] == 1
    assert set(told["origins"]) == {"bluesky", "mastodon", "x", "page"}
    assert "Hello" in httpx.get(told["origins"]["page"] + "/").text
    program.send_signal(signal.SIGINT)
    _, err = program.communicate(timeout=20)
    assert program.returncode in (0, 130)
    assert "Traceback" not in err


def test_it_only_listens_here(site: Site, tmp_path: Path) -> None:
    ran = site.run("sandbox", "serve", "--host", "0.0.0.0", "--state", str(tmp_path / "w.json"))
    assert ran.code == 2
    assert "loopback" in ran.err
    ran = site.run("sandbox", "serve", "--host", "example.org", "--state", str(tmp_path / "w.json"))
    assert ran.code == 2

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest

from postops.sandbox.app import transport
from postops.sandbox.faults import Fault
from postops.sandbox.world import World

from .conftest import START, Clock, png


async def fill(world):
    """Post once everywhere, with a picture, and delete the first Mastodon status."""
    accounts = {name: world.add_account(name, "main") for name in ("bluesky", "mastodon", "x")}
    async with httpx.AsyncClient(transport=transport(world)) as client:
        bluesky = accounts["bluesky"]
        login = {"identifier": bluesky.handle, "password": bluesky.credentials["app_password"]}
        base = "http://bluesky.localhost/xrpc/com.atproto"
        session = (await client.post(f"{base}.server.createSession", json=login)).json()
        auth = {"authorization": f"Bearer {session['accessJwt']}"}
        headers = auth | {"content-type": "image/png"}
        blob = (await client.post(f"{base}.repo.uploadBlob", content=png(), headers=headers)).json()
        embed = {
            "$type": "app.bsky.embed.images",
            "images": [{"alt": "grey", "image": blob["blob"]}],
        }
        record = {"text": "one", "createdAt": "2026-03-01T09:30:00Z", "embed": embed}
        body = {"repo": bluesky.id, "collection": "app.bsky.feed.post", "record": record}
        await client.post(f"{base}.repo.createRecord", json=body, headers=auth)
        for name, path in (("mastodon", "api/v1/statuses"), ("x", "2/tweets")):
            field = {"mastodon": "status", "x": "text"}[name]
            auth = {"authorization": f"Bearer {accounts[name].credentials['access_token']}"}
            url = f"http://{name}.localhost/{path}"
            answer = await client.post(url, json={field: "one"}, headers=auth)
            if name == "mastodon":
                await client.delete(f"{url}/{answer.json()['id']}", headers=auth)
    return session


async def test_saved_and_loaded_it_is_the_same(tmp_path):
    clock, path = Clock(), tmp_path / "deep" / "world.json"
    world = World(clock, seed=7)
    session = await fill(world)
    world.advance(90)
    world.faults.add(Fault("x", None, "*", "*", nth=2))
    world.faults.take("x", None, "GET", "/")
    world.save(path)
    again = World.load(path, clock)
    assert again.now() == START + timedelta(seconds=90)
    assert again.accounts == world.accounts
    assert again.shelves == world.shelves
    assert again.windows == world.windows
    assert again.faults == world.faults
    for name in ("bluesky", "mastodon", "x"):
        assert again.timeline(name, "main") == world.timeline(name, "main")
        assert again.costs(name, "main") == world.costs(name, "main")
    assert again.timeline("bluesky", "main")[0].media[0]["bytes"] == png()
    assert again.timeline("mastodon", "main")[0].deleted
    async with httpx.AsyncClient(transport=transport(again)) as client:
        url = "http://bluesky.localhost/xrpc/com.atproto.server.getSession"
        headers = {"authorization": f"Bearer {session['accessJwt']}"}
        assert (await client.get(url, headers=headers)).status_code == 200, "sessions go on"


async def test_a_loaded_world_goes_on(tmp_path, clock):
    world = World(clock)
    await fill(world)
    world.save(tmp_path / "w.json")
    again = World.load(tmp_path / "w.json", clock)
    await fill(again)
    assert len(again.timeline("bluesky", "main")) == 2
    again.save(tmp_path / "w.json")
    assert len(World.load(tmp_path / "w.json", clock).timeline("mastodon", "main")) == 2


def test_saving_replaces_in_one_step(tmp_path, world, monkeypatch):
    path = tmp_path / "w.json"
    world.save(path)
    before = path.read_text()
    world.add_account("x", "main")

    def fail(*_, **__):
        raise OSError("the disk is full")

    monkeypatch.setattr(json, "dumps", fail)
    with pytest.raises(OSError, match="the disk is full"):
        world.save(path)
    assert path.read_text() == before


def test_another_version_is_not_read(tmp_path, clock):
    path = tmp_path / "w.json"
    path.write_text('{"version": 99}')
    with pytest.raises(ValueError, match="version 99"):
        World.load(path, clock)
    with pytest.raises(FileNotFoundError):
        World.load(tmp_path / "none.json", clock)


@pytest.mark.parametrize(
    ("platform", "settings", "credentials"),
    [
        ("bluesky", {"handle", "service"}, {"app_password"}),
        ("mastodon", {"instance"}, {"access_token"}),
        ("x", {"base_url"}, {"access_token"}),
    ],
)
def test_accounts_are_made_once(world, clock, platform, settings, credentials):
    first = world.add_account(platform, "a-name", options={"limits": {}})
    again = world.add_account(platform, "a-name")
    assert again == first
    assert set(first.settings) == settings
    assert set(first.credentials) == credentials
    assert World(clock).add_account(platform, "a-name", options={"limits": {}}) == first
    other = World(clock, seed=1).add_account(platform, "a-name")
    assert other.credentials != first.credentials
    assert world.add_account(platform, "b").id != first.id


def test_settings_name_where_it_is_served(world):
    world.origins["x"] = "http://127.0.0.1:5"
    assert world.add_account("x", "main").settings == {"base_url": "http://127.0.0.1:5"}


def test_unknown_names(world):
    with pytest.raises(
        ValueError, match="no sandbox for 'myspace'; there is: bluesky, mastodon, x"
    ):
        world.add_account("myspace", "main")
    with pytest.raises(KeyError):
        world.timeline("x", "nobody")


def test_time_only_moves_forward(world):
    world.advance(10)
    assert world.now() == START + timedelta(seconds=10)
    with pytest.raises(ValueError, match="only moves forward"):
        world.advance(-1)

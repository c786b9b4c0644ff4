from __future__ import annotations

import subprocess
import sys

import pytest

from postops.sandbox.emulation import Emulation, emulation, platforms


def test_the_directory_is_the_registry():
    assert platforms() == ("bluesky", "mastodon", "x")


@pytest.mark.parametrize("platform", platforms())
def test_each_offers_what_a_platform_must(platform):
    wanted = [name for name in vars(Emulation) if not name.startswith("_")]
    assert len(wanted) == 7
    for name in wanted:
        assert callable(getattr(emulation(platform), name))


def test_the_world_is_light():
    program = (
        "import sys, datetime\n"
        "from postops.sandbox.world import World\n"
        "world = World(lambda: datetime.datetime.now(datetime.UTC))\n"
        "for name in ('bluesky', 'mastodon', 'x'):\n"
        "    world.add_account(name, 'main'); world.timeline(name, 'main'); world.costs(name, 'main')\n"
        "heavy = {'httpx', 'starlette', 'uvicorn', 'jinja2', 'asyncio', 'regex'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)

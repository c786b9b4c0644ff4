"""Rule 6, prepare: first what nobody can see.

| sentence | proof |
|---|---|
| what has no visible effect is done first, and may be done again | here |
| what goes wrong there is not an unknown outcome | here |
| for `handle` append and push it before the next step (no platform of ours is) | `tests/publish/test_send.py::test_a_handle_is_on_the_remote_before_the_call`, `tests/simulation` |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.sandbox.faults import Fault
from tests.cli.site import post
from tests.protocol.scene import LOOKUPS
from tests.sandbox.conftest import png

if TYPE_CHECKING:
    from tests.protocol.scene import Scene

UPLOAD = {
    "sky": ("bluesky", "POST", "/xrpc/com.atproto.repo.uploadBlob"),
    "tusk": ("mastodon", "POST", "/api/v2/media"),
    "bird": ("x", "POST", "/2/media/upload*"),
}


def picture(scene: Scene, account: str) -> None:
    media = [{"path": "../media/a.png", "alt": "A grey box"}]
    scene.merge({"media/a.png": png(), "posts/a.md": post("Look", accounts=[account], media=media)})


@pytest.mark.parametrize("account", UPLOAD)
def test_an_upload_of_a_dead_run_shows_nowhere_and_is_made_again(
    scene: Scene, account: str
) -> None:
    picture(scene, account)
    scene.dies_at_call(account, sent=False)
    assert scene.timeline(account) == []
    scene.publishes()
    [shown] = scene.timeline(account)
    assert [media["alt"] for media in shown.media] == ["A grey box"]
    assert len(scene.made(UPLOAD[account])) >= 2


@pytest.mark.parametrize("effect", ["drop", "status"])
@pytest.mark.parametrize("account", UPLOAD)
def test_an_upload_whose_answer_is_lost_leaves_no_doubt(
    scene: Scene, account: str, effect: str
) -> None:
    """The claim goes back at once: nobody has to look for a post, and no lease has to run out."""
    picture(scene, account)
    platform, method, path = UPLOAD[account]
    scene.moments.add(Fault(platform, None, method, path, when="after", effect=effect, times=99))
    scene.publishes(code=1)
    assert (scene.calls(account), scene.made(LOOKUPS[account])) == (0, [])
    assert scene.types()[-1] == "released"
    scene.undisturbed()
    scene.publishes()
    assert scene.live(account) == ["Look"]

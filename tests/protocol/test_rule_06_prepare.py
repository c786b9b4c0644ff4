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
from tests.protocol.scene import ALL, LOOKUPS
from tests.sandbox.conftest import png

if TYPE_CHECKING:
    from tests.protocol.scene import Scene

UPLOAD = {
    "sky": ("bluesky", "POST", "/xrpc/com.atproto.repo.uploadBlob"),
    "tusk": ("mastodon", "POST", "/api/v2/media"),
    "bird": ("x", "POST", "/2/media/upload*"),
}


def picture(scene: Scene) -> None:
    media = [{"path": "../media/a.png", "alt": "A grey box"}]
    scene.merge({"media/a.png": png(), "posts/a.md": post("Look", accounts=ALL, media=media)})


def test_an_upload_of_a_dead_run_shows_nowhere_and_is_made_again(scene: Scene) -> None:
    picture(scene)
    scene.dies_at_call(*ALL, sent=False)
    assert [scene.timeline(account) for account in ALL] == [[], [], []]
    scene.after_the_lease()  # X takes a second picture: its list is given all the time it may need
    scene.publishes()
    for account in ALL:
        [shown] = scene.timeline(account)
        assert [media["alt"] for media in shown.media] == ["A grey box"]
        assert len(scene.made(UPLOAD[account])) >= 2


@pytest.mark.parametrize("effect", ["drop", "status"])
def test_an_upload_whose_answer_is_lost_leaves_no_doubt(scene: Scene, effect: str) -> None:
    """The claim goes back at once: nobody has to look for a post, and no lease has to run out."""
    picture(scene)
    for platform, method, path in UPLOAD.values():
        lost = Fault(platform, None, method, path, when="after", effect=effect, times=99)
        scene.moments.add(lost)
    scene.publishes(code=1)
    assert [(scene.calls(name), scene.made(LOOKUPS[name])) for name in ALL] == [(0, [])] * 3
    assert scene.types()[-3:] == ["released"] * 3
    scene.undisturbed()
    scene.publishes()
    assert [scene.live(account) for account in ALL] == [["Look"]] * 3

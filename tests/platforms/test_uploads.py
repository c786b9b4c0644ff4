"""What is uploaded once is not uploaded again for the same part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.errors import NotSent, Rejected
from postops.platforms._uploads import Uploads
from tests.platforms.harness import Server, account, json, outgoing, picture

if TYPE_CHECKING:
    from postops.model import MediaFile


class Desk:
    """Counts uploads; every one gets an id of its own. The first `fails` fail."""

    def __init__(self, fails: int = 0) -> None:
        self.count, self.fails = 0, fails

    async def upload(self, file: MediaFile) -> str:
        self.count += 1
        if self.count <= self.fails:
            raise NotSent("down")
        return f"{file.media.alt}-{self.count}"


async def test_trying_again_attaches_the_same_media() -> None:
    uploads, desk = Uploads(), Desk()
    out = outgoing("x", files=[picture(alt="a"), picture(alt="b")])
    first = await uploads.of(out, desk.upload)
    assert first == ["a-1", "b-2"]
    assert await uploads.of(out, desk.upload) == first
    assert desk.count == 2


async def test_an_upload_that_failed_is_made_up_for() -> None:
    uploads, desk = Uploads(), Desk(fails=1)
    out = outgoing("x", files=[picture(alt="a")])
    with pytest.raises(NotSent):
        await uploads.of(out, desk.upload)
    assert await uploads.of(out, desk.upload) == ["a-2"]


@pytest.mark.parametrize(
    "other",
    [
        outgoing("x", files=[picture(alt="b")]),
        outgoing("x", files=[picture(alt="a", shade=9)]),
        outgoing("x", files=[picture(alt="a", focus=(0.0, 1.0))]),
        outgoing("x", files=[picture(alt="a")], key="another"),
    ],
)
async def test_other_bytes_words_or_posts_are_other_uploads(other) -> None:
    uploads, desk = Uploads(), Desk()
    await uploads.of(outgoing("x", files=[picture(alt="a")]), desk.upload)
    await uploads.of(other, desk.upload)
    assert desk.count == 2


async def test_what_was_refused_is_uploaded_anew() -> None:
    uploads, desk = Uploads(), Desk()
    out = outgoing("x", files=[picture(alt="a")])
    await uploads.of(out, desk.upload)
    uploads.forget(out)
    assert await uploads.of(out, desk.upload) == ["a-2"]


@pytest.mark.parametrize(
    ("platform", "up", "post", "answer"),
    [
        ("mastodon", "POST /api/v2/media", "POST /api/v1/statuses", {"id": "1"}),
        ("x", "POST /2/media/upload", "POST /2/tweets", {"data": {"id": "1"}}),
    ],
)
async def test_platforms_keep_uploads_until_a_post_is_refused(platform, up, post, answer) -> None:
    script = Server(
        {
            up: json(200, answer),
            post: [json(429, {}), json(422, {"error": "no"})],
            "POST /2/media/metadata": json(200, {}),
            "GET /api/v2/instance": json(200, {}),
        }
    )
    login, out = account(platform, script), outgoing(platform, files=[picture()])
    for error, uploads in ((NotSent, 1), (Rejected, 1), (Rejected, 2)):
        prepared = await login.prepare(out)
        assert len(script.asked(up)) == uploads
        with pytest.raises(error):
            await login.publish(out, prepared)

"""Every platform against its emulation, which was written from the platform's documents alone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from postops.errors import (
    AuthExpired,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
)
from postops.model import Outgoing, digest
from postops.platforms import load, names
from postops.platforms.x.media import CHUNK
from postops.sandbox.app import transport
from postops.sandbox.faults import Fault
from postops.sandbox.world import World
from tests.platforms.harness import AT, account, link, outgoing, picture, poll, receipt, video

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.platforms.base import Platform

# The one call of each platform that makes a post.
PUBLISH = {
    "bluesky": "/xrpc/*.putRecord",
    "mastodon": "/api/v1/statuses",
    "x": "/2/tweets",
}


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


class Stage:
    """One account in a world of its own."""

    def __init__(self, platform: str, **options: Any) -> None:
        self.clock = Clock()
        self.world = World(self.clock)
        login = self.world.add_account(platform, "main", options=options)
        self.name, self.login = platform, login
        self.platform: Platform = account(
            platform, transport(self.world), login.settings, login.credentials
        )
        self.platform.now = self.world.now

        async def wait(seconds: float) -> None:
            self.world.advance(seconds)

        self.platform.wait = wait

    def part(self, *given: Any, **more: Any) -> Outgoing:
        """A part with a key of its own, claimed now."""
        kind, number = load(self.name), more.get("number", 1)
        text = given[0] if given else "Hello, world"
        what = f"{text} {number} {len(more.get('files', ()))}"
        seed = bytes.fromhex(digest(what.encode()).removeprefix("sha256:"))
        now = self.world.now()
        key = kind.claim_key(seed, now, number)
        return outgoing(self.name, *given, key=key, at=now, since=now, **more)

    async def publish(self, out: Outgoing) -> Any:
        return await self.platform.publish(out, await self.platform.prepare(out))

    def fault(self, **fault: Any) -> None:
        given = {"method": "POST", "path": PUBLISH[self.name]} | fault
        self.world.faults.add(Fault(self.name, None, **given))

    def live(self) -> list[Any]:
        timeline = self.world.timeline(self.name, "main")
        return [post for post in timeline if not post.deleted]


@pytest.fixture(params=names())
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    return Stage(request.param)


async def test_who_this_is(stage: Stage) -> None:
    who = await stage.platform.whoami()
    assert (who.id, who.handle) == (stage.login.id, stage.login.handle)


async def test_a_text_arrives_as_it_was_sent(stage: Stage) -> None:
    text = "Größe & <b>Maß</b> 🚀\n\nSee https://example.org/a?x=1&y=2 #gitops"
    made = await stage.publish(stage.part(text))
    (post,) = stage.live()
    assert (post.text, post.id) == (text, made.remote_id)
    assert abs(made.at - AT) < timedelta(seconds=2)
    assert made.url.startswith("http")
    assert stage.platform.server_date == AT


async def test_a_thread_hangs_together(stage: Stage) -> None:
    made, parent, root = [], None, None
    for number in (1, 2, 3):
        parent = await stage.publish(
            stage.part(f"Part {number}", number=number, parent=parent, root=root)
        )
        root = root or parent
        made.append(parent)
    first, second, third = stage.live()
    assert [post.id for post in (first, second, third)] == [m.remote_id for m in made]
    assert first.in_reply_to is None
    assert (second.in_reply_to, third.in_reply_to) == (first.id, second.id)
    for number in (3, 2, 1):
        await stage.platform.delete(made[number - 1])
    assert stage.live() == []


async def test_pictures_arrive_with_their_descriptions(stage: Stage) -> None:
    files = [picture(shade=9, alt="Dark"), picture(shade=200, alt="Bright 🌞")]
    await stage.publish(stage.part("Look", files=files))
    (post,) = stage.live()
    assert [media["alt"] for media in post.media] == ["Dark", "Bright 🌞"]
    assert [media["bytes"] for media in post.media] == [file.read() for file in files]


async def test_a_video_is_waited_for(stage: Stage) -> None:
    await stage.publish(stage.part("Watch", files=[video()]))
    (post,) = stage.live()
    assert post.media[0]["mime"] == "video/mp4"


@pytest.mark.parametrize("stage", ["mastodon", "x"], indirect=True)
async def test_without_a_way_to_wait_processing_is_tried_again_later(stage: Stage) -> None:
    stage.platform.wait = None
    with pytest.raises(NotSent, match="still being processed"):
        await stage.platform.prepare(stage.part("Watch", files=[video()]))


ENDINGS = [
    {"effect": "drop", "when": "after"},
    {"effect": "drop", "when": "before"},
    {"effect": "status", "status": 500, "when": "after"},
    {"effect": "status", "status": 500, "when": "before"},
    {"effect": "status", "status": 503, "when": "after"},
]


@pytest.mark.parametrize("fault", ENDINGS)
@pytest.mark.parametrize("files", [0, 1])
async def test_after_a_lost_answer_find_tells_and_there_is_exactly_one(
    stage: Stage, fault: dict[str, Any], files: int
) -> None:
    await stage.publish(stage.part("Something before"))
    stage.fault(**fault)
    out = stage.part("Hello & welcome https://example.org", files=[picture()] * files)
    known = frozenset(post.id for post in stage.live())
    try:
        made = await stage.publish(out)
    except OutcomeUnknown:
        finding = await stage.platform.find(out, known=known)
        assert finding.complete
        if finding.receipts:
            (made,) = finding.receipts
        else:
            made = await stage.publish(out)
    posts = [post for post in stage.live() if post.text == out.part.text]
    assert [post.id for post in posts] == [made.remote_id]
    again = await stage.platform.find(out, known=known)
    assert [found.remote_id for found in again.receipts] == [made.remote_id]


async def test_find_never_takes_what_the_ledger_owns_or_what_looks_else(stage: Stage) -> None:
    first = await stage.publish(stage.part("Hello, world", files=[picture()]))
    await stage.publish(stage.part("Hello, world (2)", number=2, parent=first, root=first))
    out = stage.part("Hello, world")
    finding = await stage.platform.find(out, known=frozenset())
    assert finding == ((), True)
    same = stage.part("Hello, world", files=[picture()])
    owned = await stage.platform.find(same, known=frozenset({first.remote_id}))
    assert owned.receipts == ()


@pytest.mark.parametrize("stage", ["bluesky", "mastodon"], indirect=True)
async def test_sending_the_same_part_twice_makes_one_post(stage: Stage) -> None:
    out = stage.part("Hello, world")
    first, second = await stage.publish(out), await stage.publish(out)
    assert first.remote_id == second.remote_id
    assert len(stage.live()) == 1


async def test_a_rate_limit_says_how_long(stage: Stage) -> None:
    stage.fault(effect="rate-limit", retry_after=77)
    with pytest.raises(RateLimited) as caught:
        await stage.publish(stage.part())
    assert caught.value.retry_after == 77
    assert stage.live() == []


async def test_an_expired_token_publishes_nothing_or_is_renewed(stage: Stage) -> None:
    stage.fault(effect="expire-token")
    if stage.name == "bluesky":
        await stage.publish(stage.part())
        assert len(stage.live()) == 1
        return
    with pytest.raises(AuthExpired):
        await stage.publish(stage.part())
    assert stage.live() == []


async def test_wrong_credentials_are_said_to_be(stage: Stage) -> None:
    wrong = dict.fromkeys(stage.login.credentials, "wrong-wrong-wrong")
    platform = account(stage.name, transport(stage.world), stage.login.settings, wrong)
    with pytest.raises(AuthExpired) as caught:
        await platform.whoami()
    assert "wrong-wrong" not in str(caught.value)


async def test_a_refusal_is_a_refusal(stage: Stage) -> None:
    with pytest.raises(Rejected):
        await stage.publish(stage.part("too long " * 500))
    assert stage.live() == []


async def test_metrics_grow_and_deleted_posts_are_left_out(stage: Stage) -> None:
    kept = await stage.publish(stage.part("One"))
    gone = await stage.publish(stage.part("Two"))
    await stage.platform.delete(gone)
    stage.world.advance(86_400)
    (told,) = await stage.platform.metrics([kept, gone])
    assert told.remote_id == kept.remote_id
    assert (told.likes or 0) > 0
    promised = stage.platform.capabilities.metrics - {"votes", "views"}
    assert {name for name in promised if getattr(told, name) is None} == set()


async def test_deleting_twice_is_fine(stage: Stage) -> None:
    made = await stage.publish(stage.part())
    await stage.platform.delete(made)
    await stage.platform.delete(made)
    assert stage.live() == []


async def test_what_stands_can_be_adopted(stage: Stage) -> None:
    made = await stage.publish(stage.part())
    adopted = await stage.platform.adopt(made.url)
    assert adopted.remote_id == made.remote_id
    assert adopted.extra.get("cid") == made.extra.get("cid")


async def test_a_server_that_is_not_there_is_not_sent() -> None:
    for name in names():
        stage = Stage(name)
        stage.platform.client = httpx.AsyncClient(transport=transport(World(stage.clock)))
        settings = {"bluesky": "service", "mastodon": "instance", "x": "base_url"}
        values = stage.login.settings | {settings[name]: "http://nobody.localhost"}
        stage.platform.settings = load(name).Settings(**values)
        with pytest.raises(NotSent):
            await stage.platform.whoami()


# --------------------------------------------------------------------------- Bluesky


async def test_a_card_and_gates_on_bluesky() -> None:
    stage = Stage("bluesky")
    card = link(title="News", description="All of it")
    out = stage.part("Read", card=card, card_image=picture(), options={"replies": []})
    made = await stage.publish(out)
    again = await stage.publish(out)
    assert (again.remote_id, again.extra) == (made.remote_id, made.extra)
    (post,) = stage.live()
    assert '"News"' in json.dumps(post.raw)
    assert "threadgate" in made.extra["gates"]
    await stage.platform.delete(made)
    assert stage.live() == []


# --------------------------------------------------------------------------- Mastodon


async def test_an_instance_that_ignores_keys_makes_two_and_find_says_so() -> None:
    stage = Stage("mastodon", idempotency="ignored")
    out = stage.part()
    await stage.publish(out)
    await stage.publish(out)
    finding = await stage.platform.find(out, known=frozenset())
    assert len(finding.receipts) == 2


async def test_attached_media_guard_where_keys_are_ignored() -> None:
    stage = Stage("mastodon", idempotency="ignored")
    out = stage.part("Look", files=[picture()])
    made = await stage.publish(out)
    with pytest.raises(Rejected) as caught:
        await stage.publish(out)
    assert caught.value.duplicate
    finding = await stage.platform.find(out, known=frozenset())
    assert [found.remote_id for found in finding.receipts] == [made.remote_id]


async def test_a_status_the_server_silently_dropped_is_noticed() -> None:
    stage = Stage("mastodon", silently_dropped=["buy now"])
    dropped = await stage.publish(stage.part("buy now"))
    kept = await stage.publish(stage.part("not for sale"))
    assert await stage.platform.confirm([dropped, kept]) == {kept.remote_id}


async def test_a_key_that_brings_back_another_status_is_noticed() -> None:
    stage = Stage("mastodon")
    first = stage.part("One")
    await stage.publish(first)
    other = outgoing("mastodon", "Two", key=first.key)
    with pytest.raises(OutcomeUnknown, match="another status"):
        await stage.publish(other)


async def test_the_instances_own_limits_are_asked_first() -> None:
    stage = Stage("mastodon", max_characters=100, description_limit=10)
    with pytest.raises(Rejected, match="takes 100 characters, the text has 150"):
        await stage.platform.prepare(stage.part("x" * 150))
    with pytest.raises(Rejected, match="descriptions of 10 characters"):
        await stage.platform.prepare(stage.part("x", files=[picture(alt="x" * 11)]))
    assert not [call for call in stage.world.calls if call.path == "/api/v2/media"]


async def test_warning_poll_language_and_visibility_arrive() -> None:
    stage = Stage("mastodon")
    out = stage.part(
        "Which?",
        content_warning="Politics",
        language="de",
        poll=poll("Ja", "Nein", multiple=True),
        options={"visibility": "unlisted"},
    )
    await stage.publish(out)
    (post,) = stage.live()
    assert post.raw["spoiler_text"] == "Politics"
    assert post.raw["visibility"] == "unlisted"
    assert post.raw["language"] == "de"
    assert post.raw["poll"]["multiple"] is True
    finding = await stage.platform.find(out, known=frozenset())
    assert len(finding.receipts) == 1


async def test_an_edit_keeps_the_media_and_changes_text_and_description() -> None:
    stage = Stage("mastodon")
    made = await stage.publish(stage.part("Befor", files=[picture(alt="Tpyo")]))
    before = stage.live()[0].raw["media_ids"]
    out = stage.part("Before", files=[picture(alt="Typo", focus=(0.5, -0.25))])
    changed = await stage.platform.update(out, {"media_ids": ["999"]}, made)
    (post,) = stage.live()
    assert (post.text, post.media[0]["alt"], post.raw["media_ids"]) == ("Before", "Typo", before)
    assert (changed.remote_id, changed.at) == (made.remote_id, made.at)
    other = stage.part("Before", files=[picture(shade=1)])
    await stage.platform.update(other, await stage.platform.prepare(other), changed)
    assert stage.live()[0].raw["media_ids"] != before


# --------------------------------------------------------------------------- X


@pytest.mark.parametrize("options", [{}, {"oauth1": True}])
async def test_both_kinds_of_credentials_sign(options: dict[str, Any]) -> None:
    stage = Stage("x", **options)
    made = await stage.publish(stage.part("Signed & sealed", files=[picture()]))
    finding = await stage.platform.find(
        stage.part("Signed & sealed", files=[picture()]), known=frozenset()
    )
    assert [found.remote_id for found in finding.receipts] == [made.remote_id]


async def test_a_duplicate_is_a_hint() -> None:
    stage = Stage("x")
    await stage.publish(stage.part("Again"))
    with pytest.raises(Rejected) as caught:
        await stage.publish(stage.part("Again"))
    assert caught.value.duplicate


async def test_a_lagging_listing_misses_and_then_finds() -> None:
    stage = Stage("x", lag_seconds=30)
    out = stage.part("Slow")
    await stage.publish(out)
    assert (await stage.platform.find(out, known=frozenset())).receipts == ()
    stage.world.advance(stage.platform.capabilities.search_lag_seconds)
    assert len((await stage.platform.find(out, known=frozenset())).receipts) == 1


async def test_a_video_of_several_chunks_arrives_whole() -> None:
    stage = Stage("x")
    long = video(size=CHUNK + 1)
    await stage.publish(stage.part("Watch", files=[long]))
    (post,) = stage.live()
    assert post.media[0]["bytes"] == long.read()


async def test_a_poll_on_x() -> None:
    stage = Stage("x")
    out = stage.part("Which?", poll=poll("Yes", "No", seconds=3601))
    await stage.publish(out)
    (post,) = stage.live()
    assert post.raw["poll"] == {"options": ["Yes", "No"], "minutes": 61}
    assert len((await stage.platform.find(out, known=frozenset())).receipts) == 1


async def test_a_parent_that_is_gone_is_a_refusal(stage: Stage) -> None:
    if stage.name == "bluesky":
        return  # the server does not look
    with pytest.raises(PlatformError) as caught:
        await stage.publish(stage.part("Reply", number=2, parent=receipt("1234567")))
    assert isinstance(caught.value, Rejected)

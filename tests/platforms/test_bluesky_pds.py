"""Bluesky against a real server (PDS): what it takes, keeps, and does when asked twice."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from postops.errors import NeedsReauth, OutcomeUnknown, Rejected
from postops.platforms import load
from postops.platforms.bluesky.record import blob_id
from tests.platforms.harness import AT, account, link, outgoing, picture, receipt, video

if TYPE_CHECKING:
    from postops.model import Outgoing, Receipt
    from postops.platforms.base import Platform
    from tests.rigs.pds.rig import Pds, PdsAccount

pytestmark = pytest.mark.pds
Bluesky = load("bluesky")


class Lossy(httpx.AsyncBaseTransport):
    """Real connections, whose answers to a method are lost `times` times after they came."""

    def __init__(self, method: str, times: int = 1) -> None:
        self.method, self.times = method, times
        self.inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.inner.handle_async_request(request)
        if request.url.path.endswith(self.method) and self.times:
            self.times -= 1
            await answer.aclose()
            raise httpx.ReadError("lost", request=request)
        return answer


def at_work(pds: Pds, who: PdsAccount, transport: Any = None, **settings: str) -> Platform:
    return account(
        "bluesky",
        transport or httpx.AsyncHTTPTransport(),
        {"handle": who.handle, "service": pds.url, **settings},
        {"app_password": who.app_password},
    )


def part(text: str, number: int = 1, **more: Any) -> Outgoing:
    key = Bluesky.claim_key(sha256(f"{text} {number}".encode()).digest(), AT, number)
    return outgoing("bluesky", text, number=number, key=key, **more)


async def publish(platform: Platform, out: Outgoing) -> Receipt:
    return await platform.publish(out, await platform.prepare(out))


async def test_text_and_facets_are_kept_as_written(pds: Pds) -> None:
    who, other = pds.create_account(), pds.create_account()
    platform = at_work(pds, who)
    text = f"Größe 🚀 @{other.handle} https://example.org/a?x=1 #gitops @nobody.test"
    made = await publish(platform, part(text, language="de"))
    (record,) = pds.records(who.did)
    assert (record["uri"], record["cid"]) == (made.remote_id, made.extra["cid"])
    value = record["value"]
    assert (value["text"], value["langs"]) == (text, ["de"])
    shown = {
        text.encode()[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode(): f["features"][0]
        for f in value["facets"]
    }
    assert shown[f"@{other.handle}"]["did"] == other.did
    assert shown["https://example.org/a?x=1"]["uri"] == "https://example.org/a?x=1"
    assert shown["#gitops"]["tag"] == "gitops"
    assert "@nobody.test" not in shown


async def test_pictures_and_cards_are_kept_and_known_again(pds: Pds) -> None:
    who = pds.create_account()
    platform = at_work(pds, who)
    shown = part("Look", files=[picture(alt="Dark", shade=7)])
    read = part("Read", card=link(title="News", description=""), card_image=picture(shade=8))
    for out in (shown, read):
        made = await publish(platform, out)
        finding = await platform.find(out, known=frozenset())
        assert [found.remote_id for found in finding.receipts] == [made.remote_id]
    values = {r["value"]["text"]: r["value"] for r in pds.records(who.did)}
    image = values["Look"]["embed"]["images"][0]
    assert image["alt"] == "Dark"
    assert image["image"]["ref"]["$link"] == blob_id(shown.files[0])
    assert values["Read"]["embed"]["external"]["thumb"]["mimeType"] == "image/png"


async def test_galleries_and_videos_are_taken(pds: Pds) -> None:
    who = pds.create_account()
    platform = at_work(pds, who)
    many = part("Many", files=[picture(shade=shade) for shade in range(5)])
    for out in (many, part("Watch", files=[video()])):
        made = await publish(platform, out)
        finding = await platform.find(out, known=frozenset())
        assert [found.remote_id for found in finding.receipts] == [made.remote_id]


async def test_a_thread_refers_to_what_stands(pds: Pds) -> None:
    who = pds.create_account()
    platform = at_work(pds, who)
    root = await publish(platform, part("Thread", 1))
    second = await publish(platform, part("Thread", 2, parent=root, root=root))
    third = await publish(platform, part("Thread", 3, parent=second, root=root))
    records = {r["uri"]: r for r in pds.records(who.did)}
    assert list(records) == [root.remote_id, second.remote_id, third.remote_id]
    reply = records[third.remote_id]["value"]["reply"]
    assert reply["root"] == {"uri": root.remote_id, "cid": records[root.remote_id]["cid"]}
    assert reply["parent"] == {"uri": second.remote_id, "cid": records[second.remote_id]["cid"]}


@pytest.mark.parametrize(
    ("method", "options"), [("putRecord", {}), ("applyWrites", {"replies": ["mentioned"]})]
)
async def test_a_replay_after_a_lost_answer_leaves_one_record(
    pds: Pds, method: str, options: dict[str, Any]
) -> None:
    who = pds.create_account()
    platform = at_work(pds, who, Lossy(method))
    out = part("Once", options=options)
    prepared = await platform.prepare(out)
    with pytest.raises(OutcomeUnknown):
        await platform.publish(out, prepared)
    (found,) = (await platform.find(out, known=frozenset())).receipts
    again = await platform.publish(out, prepared)
    (record,) = pds.records(who.did)
    assert found.remote_id == again.remote_id == record["uri"]
    assert found.extra == again.extra
    gates = pds.records(who.did, "app.bsky.feed.threadgate")
    assert [gate["value"]["post"] for gate in gates] == ([record["uri"]] if options else [])


async def test_ten_runners_at_once_make_one_record(pds: Pds) -> None:
    who = pds.create_account()
    platform = at_work(pds, who)
    out = part("Race")
    made = await asyncio.gather(*(publish(platform, out) for _ in range(10)))
    assert len({one.remote_id for one in made}) == 1
    assert len(pds.records(who.did)) == 1


async def test_a_part_claimed_anew_is_adopted_and_another_text_is_not(pds: Pds) -> None:
    who = pds.create_account()
    platform = at_work(pds, who)
    out = part("Claimed")
    first = await publish(platform, out)
    later = outgoing("bluesky", "Claimed", key=out.key, at=AT.replace(hour=12))
    assert (await publish(platform, later)).extra["cid"] == first.extra["cid"]
    other = outgoing("bluesky", "Something else", key=out.key)
    with pytest.raises(OutcomeUnknown, match="another record"):
        await publish(platform, other)
    assert await platform.find(other, known=frozenset()) == ((), False)
    assert [r["value"]["text"] for r in pds.records(who.did)] == ["Claimed"]


async def test_absence_is_proven_and_deleting_is_idempotent(pds: Pds) -> None:
    who = pds.create_account()
    platform = at_work(pds, who)
    out = part("Gone", options={"quotes": False})
    assert await platform.find(out, known=frozenset()) == ((), True)
    made = await publish(platform, out)
    for _ in range(2):
        await platform.delete(made)
    assert await platform.find(out, known=frozenset()) == ((), True)
    assert pds.records(who.did, "app.bsky.feed.postgate") == []


async def test_what_the_server_refuses(pds: Pds) -> None:
    who = pds.create_account()
    platform = at_work(pds, who)
    for text in ("a" * 301, "é" * 299 + "👩‍👩‍👧‍👦" * 1500):
        with pytest.raises(Rejected, match="too big"):
            await publish(platform, part(text))
    gone = receipt("at://did:plc:x/app.bsky.feed.post/3jzfcijpj2z2a", cid="not a cid")
    with pytest.raises(Rejected):
        await publish(platform, part("Reply", 2, parent=gone))
    assert pds.records(who.did) == []


async def test_logins(pds: Pds) -> None:
    who = pds.create_account()
    assert (await at_work(pds, who).whoami()).id == who.did
    assert (await at_work(pds, who, handle=who.did).whoami()).handle == who.handle
    wrong = account(
        "bluesky",
        httpx.AsyncHTTPTransport(),
        {"handle": who.handle, "service": pds.url},
        {"app_password": "aaaa-bbbb-cccc-dddd"},
    )
    with pytest.raises(NeedsReauth) as caught:
        await wrong.whoami()
    assert "aaaa-bbbb" not in str(caught.value)


async def test_a_post_made_elsewhere_is_adopted_and_can_be_answered(pds: Pds) -> None:
    who = pds.create_account()
    platform = at_work(pds, who)
    made = await publish(platform, part("First"))
    adopted = await at_work(pds, who).adopt(
        f"https://bsky.app/profile/{who.handle}/post/" + made.remote_id.rpartition("/")[2]
    )
    assert adopted.extra["cid"] == made.extra["cid"]
    await publish(platform, part("Second", 2, parent=adopted, root=adopted))
    assert len(pds.records(who.did)) == 2

from __future__ import annotations

import pytest

from postops.sandbox.faults import Fault
from tests.sandbox.conftest import mp4, png

from .conftest import RKEY


def error(answer):
    return answer.status_code, answer.json()["error"]


async def test_put_is_create_once_with_a_null_swap(bsky):
    first = await bsky.put(swapRecord=None)
    again = await bsky.put(swapRecord=None)
    other = await bsky.put(swapRecord=None, text="changed")
    assert "commit" in first.json()
    assert (again.status_code, "commit" in again.json()) == (200, False)
    assert again.json()["cid"] == first.json()["cid"]
    assert error(other) == (400, "InvalidSwap")
    assert other.json()["message"] == f"Record was at {first.json()['cid']}"
    assert bsky.texts() == ["hello"]


async def test_put_without_a_swap_overwrites_in_silence(bsky):
    first = (await bsky.put()).json()
    assert (await bsky.put(text="changed")).status_code == 200
    assert (await bsky.put(text="more", swapRecord=first["cid"])).status_code == 400
    assert bsky.texts() == ["changed"]


async def test_create_on_an_existing_key_is_a_500_that_writes_nothing(bsky):
    assert (await bsky.create()).status_code == 200
    for text in ("hello", "other"):
        answer = await bsky.create(text=text)
        assert error(answer) == (500, "InternalServerError")
        assert answer.json()["message"] == "Internal Server Error"
    assert bsky.texts() == ["hello"]


async def test_create_without_a_key_gives_a_later_tid_each_time(bsky):
    made = [(await bsky.create(rkey=None, text=str(n))).json()["uri"] for n in range(3)]
    assert made == sorted(set(made))


async def test_a_stale_commit_is_refused(bsky):
    stale = (await bsky.create()).json()["commit"]["cid"]
    current = (await bsky.create(rkey=None)).json()["commit"]["cid"]
    for method in (bsky.create, bsky.put):
        answer = await method(rkey="3jzfcijpj2z2b", swapCommit=stale)
        assert answer.json() == {"error": "InvalidSwap", "message": f"Commit was at {current}"}
    assert (await bsky.create(rkey="3jzfcijpj2z2b", swapCommit=current)).status_code == 200


async def test_delete_is_idempotent_and_frees_the_key(bsky):
    await bsky.create()
    where = bsky.write()
    first = await bsky.post("com.atproto.repo.deleteRecord", where)
    again = await bsky.post("com.atproto.repo.deleteRecord", where)
    assert "commit" in first.json()
    assert (again.status_code, again.json()) == (200, {})
    assert (await bsky.create(text="anew")).status_code == 200
    posts = bsky.world.timeline("bluesky", "main")
    assert [(p.text, p.deleted) for p in posts] == [("hello", True), ("anew", False)]


async def test_delete_compares_the_record_when_asked(bsky):
    await bsky.create()
    answer = await bsky.post("com.atproto.repo.deleteRecord", bsky.write(swapRecord="bafyother"))
    assert error(answer) == (400, "InvalidSwap")


async def test_apply_writes_is_all_or_nothing(bsky):
    def create(rkey, text="part"):
        kind = {"$type": "com.atproto.repo.applyWrites#create", "collection": "app.bsky.feed.post"}
        return kind | {"rkey": rkey, "value": bsky.write(text=text)["record"]}

    method = "com.atproto.repo.applyWrites"
    batch = {"repo": bsky.account.id, "writes": [create(f"3jzfcijpj2z2{c}") for c in "abc"]}
    done = await bsky.post(method, batch)
    assert len(done.json()["results"]) == 3
    assert (await bsky.post(method, batch)).status_code == 500
    mixed = {**batch, "writes": [create("3jzfcijpj2z2d"), create("3jzfcijpj2z2a")]}
    assert (await bsky.post(method, mixed)).status_code == 500
    assert len(bsky.texts()) == 3
    gone = {"$type": "com.atproto.repo.applyWrites#delete", "collection": "app.bsky.feed.post"}
    change = create("3jzfcijpj2z2b", "new") | {"$type": "com.atproto.repo.applyWrites#update"}
    batch["writes"] = [gone | {"rkey": "3jzfcijpj2z2a"}, change]
    results = (await bsky.post(method, batch)).json()["results"]
    assert [r["$type"].partition("#")[2] for r in results] == ["deleteResult", "updateResult"]
    assert bsky.texts() == ["new", "part"]
    assert (await bsky.post(method, batch)).status_code == 500, "it deletes what is gone"


@pytest.mark.parametrize(
    ("writes", "message"),
    [
        ("nothing", "must be an array"),
        ([{}] * 201, "Too many writes. Max: 200"),
        ([{"$type": "x#create"}], "Action not supported"),
    ],
)
async def test_apply_writes_refuses_other_shapes(bsky, writes, message):
    body = {"repo": bsky.account.id, "writes": writes}
    answer = await bsky.post("com.atproto.repo.applyWrites", body)
    assert error(answer) == (400, "InvalidRequest")
    assert message in answer.json()["message"]


async def test_get_and_list(bsky):
    for char in "abcde":
        await bsky.create(rkey=f"3jzfcijpj2z2{char}", text=char)
    where = {"repo": bsky.account.handle, "collection": "app.bsky.feed.post"}
    got = await bsky.get("com.atproto.repo.getRecord", **where, rkey=RKEY)
    assert got.json()["value"]["text"] == "a"
    lost = await bsky.get("com.atproto.repo.getRecord", **where, rkey="3jzfcijpj2z2z")
    assert error(lost) == (400, "RecordNotFound")
    assert lost.json()["message"].startswith(f"Could not locate record: at://{bsky.account.id}/")
    first = (await bsky.get("com.atproto.repo.listRecords", **where, limit=2)).json()
    assert [r["value"]["text"] for r in first["records"]] == ["e", "d"]
    more = await bsky.get("com.atproto.repo.listRecords", **where, cursor=first["cursor"])
    assert [r["value"]["text"] for r in more.json()["records"]] == ["c", "b", "a"]
    upward = await bsky.get("com.atproto.repo.listRecords", **where, reverse="true", cursor=RKEY)
    assert [r["value"]["text"] for r in upward.json()["records"]] == ["b", "c", "d", "e"]
    assert (await bsky.get("com.atproto.repo.listRecords", **where, limit=101)).status_code == 400
    about = await bsky.get("com.atproto.repo.describeRepo", repo=bsky.account.handle)
    assert about.json()["collections"] == ["app.bsky.feed.post"]


async def test_a_repository_nobody_has(bsky):
    for method in ("listRecords", "describeRepo"):
        answer = await bsky.get(f"com.atproto.repo.{method}", repo="no.test", collection="a.b.c")
        assert answer.json()["message"] == "Could not find repo: no.test"
    assert error(await bsky.create(repo="no.test")) == (403, "AccountNotFound")
    other = bsky.world.add_account("bluesky", "other")
    assert error(await bsky.create(repo=other.id)) == (403, "Forbidden")
    lost = await bsky.get("com.atproto.repo.getRecord", repo="no.test", collection="a.b", rkey="c")
    assert error(lost) == (400, "RecordNotFound")


async def upload(bsky, data, mime="image/png"):
    headers = bsky.auth | {"content-type": mime}
    answer = await bsky.post("com.atproto.repo.uploadBlob", content=data, headers=headers)
    return answer.json()["blob"]


async def test_blobs_by_their_content(bsky):
    blob = await upload(bsky, png())
    assert blob == await upload(bsky, png())
    assert blob["size"] == len(png())
    query = {"did": bsky.account.id, "cid": blob["ref"]["$link"]}
    got = await bsky.get("com.atproto.sync.getBlob", **query)
    assert (got.content, got.headers["content-type"]) == (png(), "image/png")
    lost = await bsky.get("com.atproto.sync.getBlob", did=bsky.account.id, cid="bafkno")
    assert error(lost) == (400, "BlobNotFound")


async def test_a_blob_must_be_there_and_be_what_it_is_called(bsky):
    blob = await upload(bsky, png())

    async def post(image):
        embed = {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": image}]}
        return await bsky.create(rkey=None, record={"embed": embed})

    assert (await post(blob)).status_code == 200
    assert error(await post(blob | {"mimeType": "image/jpeg"})) == (400, "InvalidMimeType")
    unknown = {**blob, "ref": {"$link": blob["ref"]["$link"][:-1] + "a"}}
    assert error(await post(unknown)) == (400, "BlobNotFound")


async def test_sound_in_a_films_container_is_no_film(bsky):
    for start, status in ((b"\0\0\0\x14ftypM4A ", 400), (b"\0\0\0\x14ftypisom", 200)):
        blob = await upload(bsky, start + b"\0" * 20, "video/mp4")
        embed = {"$type": "app.bsky.embed.video", "video": blob}
        assert (await bsky.create(record={"embed": embed}, rkey=None)).status_code == status


async def test_too_large_a_blob(bsky, monkeypatch):
    monkeypatch.setattr("postops.sandbox.bluesky.records._MAX_BLOB", 10)
    headers = bsky.auth | {"content-type": "image/png"}
    answer = await bsky.post("com.atproto.repo.uploadBlob", content=png(), headers=headers)
    assert error(answer) == (413, "PayloadTooLarge")


async def test_points_run_out_and_come_back(bsky, clock):
    bsky.world.add_account("bluesky", "main", options={"limits": {"writes": 7}})
    assert (await bsky.create()).headers["ratelimit-remaining"] == "4"
    last = await bsky.create(rkey=None)
    assert last.headers["ratelimit-policy"] == "7;w=3600"
    refused = await bsky.create(rkey=None)
    assert error(refused) == (429, "RateLimitExceeded")
    assert refused.headers["ratelimit-remaining"] == "1"
    assert int(refused.headers["ratelimit-reset"]) == clock().timestamp() + 3600
    clock.tick(3600)
    assert (await bsky.create(rkey=None)).status_code == 200


async def test_a_lost_answer_leaves_what_a_replay_finds(bsky):
    path = "/xrpc/com.atproto.repo.putRecord"
    bsky.world.faults.add(Fault("bluesky", "main", "POST", path, effect="drop", when="after"))
    import httpx

    with pytest.raises(httpx.ReadError):
        await bsky.put(swapRecord=None)
    replay = await bsky.put(swapRecord=None)
    assert (replay.status_code, "commit" in replay.json()) == (200, False)


async def test_an_mp4_is_known_by_its_bytes(bsky):
    assert (await upload(bsky, mp4(), "application/octet-stream"))["mimeType"] == "video/mp4"
    assert (await upload(bsky, b"??", ""))["mimeType"] == "application/octet-stream"

from __future__ import annotations

from tests.sandbox.conftest import mp4, png


async def test_an_upload_becomes_a_blob_after_a_while(bsky, clock):
    limits = await bsky.get("app.bsky.video.getUploadLimits")
    assert limits.json()["canUpload"] is True
    method = f"app.bsky.video.uploadVideo?did={bsky.account.id}&name=a.mp4"
    headers = bsky.auth | {"content-type": "video/mp4"}
    job = (await bsky.post(method, content=mp4(), headers=headers)).json()["jobStatus"]
    assert (job["state"], "blob" in job) == ("JOB_STATE_ENCODING", False)
    again = (await bsky.post(method, content=mp4(), headers=headers)).json()["jobStatus"]
    assert again["jobId"] == job["jobId"]
    clock.tick(2)
    done = await bsky.get("app.bsky.video.getJobStatus", jobId=job["jobId"])
    blob = done.json()["jobStatus"]["blob"]
    embed = {"$type": "app.bsky.embed.video", "video": blob}
    assert (await bsky.create(record={"embed": embed})).status_code == 200


async def test_what_it_refuses(bsky, monkeypatch):
    headers = bsky.auth | {"content-type": "video/mp4"}
    method = "app.bsky.video.uploadVideo?did="
    stranger = await bsky.post(method + "did:plc:none", content=mp4(), headers=headers)
    assert stranger.json()["error"] == "UploadForbidden"
    for data in (b"\0\0\0\x14ftypavif", b"\0\0\0\x14ftypM4A ", b"\0\0\0\x14ftypqt  ", png()):
        other = await bsky.post(method + bsky.account.id, content=data, headers=headers)
        assert other.json()["error"] == "UnsupportedContentType"
    monkeypatch.setattr("postops.sandbox.bluesky.video._MAX_BYTES", 10)
    large = await bsky.post(method + bsky.account.id, content=mp4(), headers=headers)
    assert large.json()["error"] == "VideoTooLarge"
    assert (await bsky.get("app.bsky.video.getJobStatus", jobId="none")).status_code == 400

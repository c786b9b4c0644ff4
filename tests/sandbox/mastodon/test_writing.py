"""Edits: what they keep, clear and refuse."""

from __future__ import annotations

import pytest

POLL = {"options": ["a", "b"], "expires_in": 3600}


@pytest.fixture
def edit(masto):
    async def run(made, **fields):
        answer = await masto("PUT", f"/v1/statuses/{made['id']}", json=fields)
        return answer.json()

    return run


async def test_what_an_edit_leaves_out_is_cleared_but_for_the_language(masto, edit):
    media = (await masto.upload()).json()["id"]
    more = {"visibility": "unlisted", "language": "de", "spoiler_text": "careful", "poll": POLL}
    made = (await masto.post("one", media_ids=[media], **more)).json()
    assert (made["sensitive"], len(made["media_attachments"])) == (True, 1)
    edited = await edit(made, status="two")
    assert (edited["spoiler_text"], edited["sensitive"]) == ("", False)
    assert (edited["media_attachments"], edited["poll"]) == ([], None)
    assert (edited["visibility"], edited["language"]) == ("unlisted", "de")
    assert (await masto("GET", f"/v1/polls/{made['poll']['id']}")).status_code == 404
    assert (await edit(made, status="two", visibility="public"))["visibility"] == "unlisted"
    assert (await edit(made, status="two", language="fr"))["language"] == "fr"


async def test_sensitive_follows_the_warning_or_what_is_said(masto, edit):
    made = (await masto.post("one", sensitive=True)).json()
    assert (await edit(made, status="one"))["sensitive"] is False
    assert (await edit(made, status="one", sensitive=True))["sensitive"] is True
    assert (await edit(made, status="one", spoiler_text="careful"))["sensitive"] is True


async def test_media_named_again_stay_and_take_new_descriptions(masto, edit):
    media = (await masto.upload(description="before")).json()["id"]
    made = (await masto.post("one", media_ids=[media])).json()
    attributes = [{"id": media, "description": "after"}]
    edited = await edit(made, status="two", media_ids=[media], media_attributes=attributes)
    assert edited["media_attachments"][0]["description"] == "after"
    form = {"status": "three", "media_ids[]": media, "media_attributes[][id]": media}
    answer = await masto("PUT", f"/v1/statuses/{made['id']}", data=form)
    assert answer.json()["media_attachments"][0]["description"] == "after"
    # What was taken off still belongs to this status and to no other.
    assert (await edit(made, status="four"))["media_attachments"] == []
    assert (await masto.post("other", media_ids=[media])).status_code == 422
    again = await edit(made, status="four", media_ids=[media])
    assert [one["id"] for one in again["media_attachments"]] == [media]


async def test_without_a_text_the_media_or_the_warning_stand_alone(masto, edit):
    media = (await masto.upload()).json()["id"]
    made = (await masto.post("one", media_ids=[media])).json()
    assert (await edit(made, media_ids=[media]))["content"] == ""
    assert (await edit(made, spoiler_text="only this"))["content"] == "<p>only this</p>"
    assert await edit(made) == {"error": "Validation failed: Text can't be blank"}


async def test_a_poll_asked_again_keeps_its_id_and_its_votes(masto, edit, clock):
    made = (await masto.post("which?", poll=POLL)).json()
    clock.tick(3000)
    before = (await masto("GET", f"/v1/statuses/{made['id']}")).json()["poll"]
    assert before["votes_count"] > 0
    again = (await edit(made, status="which one?", poll=POLL | {"expires_in": 7200}))["poll"]
    assert again == before | {"expires_at": "2026-03-01T12:20:00.000Z"}


@pytest.mark.parametrize("change", [{"options": ["a", "c"]}, {"multiple": True}])
async def test_another_question_keeps_the_id_and_begins_anew(masto, edit, clock, change):
    made = (await masto.post("which?", poll=POLL)).json()
    clock.tick(3000)
    changed = (await edit(made, status="which?", poll=POLL | change))["poll"]
    assert (changed["id"], changed["votes_count"]) == (made["poll"]["id"], 0)
    clock.tick(3000)
    kept = (await edit(made, status="which!", poll=POLL | change))["poll"]
    assert kept["votes_count"] > 0


async def test_a_poll_may_come_late(masto, edit, clock):
    made = (await masto.post("which?")).json()
    clock.tick(3000)
    assert (await edit(made, status="which?", poll=POLL))["poll"]["votes_count"] == 0


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"status": "x" * 501}, "Text character limit of 500 exceeded"),
        ({"poll": POLL | {"expires_in": 299}}, "Poll duration is too short"),
        ({"poll": {"options": ["a", "b"]}}, "Poll duration is too short"),
        (
            {"poll": POLL | {"expires_in": 2_629_747}},
            "Poll duration is too far into the future",
        ),
        ({"poll": POLL | {"options": ["a", " "]}}, "Poll choices must have at least two options"),
    ],
)
async def test_editing_is_checked_like_making(masto, edit, fields, text):
    made = (await masto.post("one", poll=POLL)).json()
    assert await edit(made, **{"status": "two"} | fields) == {"error": f"Validation failed: {text}"}
    assert masto.texts() == ["one"]


async def test_a_refused_edit_changes_no_description(masto, edit):
    media = [(await masto.upload(description="before")).json()["id"] for _ in range(2)]
    made = (await masto.post("one", media_ids=media)).json()
    told = [
        {"id": media[0], "description": "after"},
        {"id": media[1], "description": "x" * 10_001},
    ]
    refused = await edit(made, status="two", media_ids=media, media_attributes=told)
    assert "Description is too long" in refused["error"]
    (post,) = masto.world.timeline("mastodon", "main")
    assert [one["alt"] for one in post.media] == ["before", "before"]


async def test_a_reply_may_be_edited_when_its_parent_is_gone(masto, edit):
    first = (await masto.post("one")).json()
    reply = (await masto.post("two", in_reply_to_id=first["id"])).json()
    await masto("DELETE", f"/v1/statuses/{first['id']}")
    edited = await edit(reply, status="three", in_reply_to_id="1")
    assert (edited["content"], edited["in_reply_to_id"]) == ("<p>three</p>", first["id"])

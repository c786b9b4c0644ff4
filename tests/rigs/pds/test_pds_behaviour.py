"""What postops rests on when it publishes to Bluesky, asked of the real server.

The rules above all: `putRecord` with `swapRecord: null` and a record key of one's own creates, or
says that it exists, and never makes a second post. If a newer PDS breaks one, this file says which.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.rigs.pds.rig import POST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.rigs.pds.rig import Pds, PdsAccount

    Call = Callable[..., httpx.Response]

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_numbers = itertools.count(1)


def tid() -> str:
    """A fresh record key in the form the server demands: 13 characters of sortable base 32."""
    number, key = (1_700_000_000_000_000 << 10) + next(_numbers), ""
    for _ in range(13):
        key, number = ALPHABET[number & 31] + key, number >> 5
    return key


def post(text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"$type": POST, "text": text, "createdAt": "2026-01-05T09:00:00.000Z", **more}


@pytest.fixture(scope="module")
def account(pds: Pds) -> PdsAccount:
    return pds.create_account()


@pytest.fixture(scope="module")
def client(pds: Pds, account: PdsAccount) -> Iterator[httpx.Client]:
    with pds.login(account) as client:
        yield client


@pytest.fixture
def repo_call(client: httpx.Client, account: PdsAccount) -> Call:
    def call(name: str, **body: Any) -> httpx.Response:
        body = {"repo": account.did, "collection": POST, **body}
        path = f"/xrpc/com.atproto.repo.{name}"
        return (
            client.get(path, params=body) if name == "getRecord" else client.post(path, json=body)
        )

    return call


@pytest.fixture
def keys(pds: Pds, account: PdsAccount) -> Callable[[], list[str]]:
    return lambda: [r["uri"].rpartition("/")[2] for r in pds.records(account.did)]


def refused(answer: httpx.Response, status: int, error: str, words: str = "") -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert words in answer.json()["message"]


def test_put_with_a_null_swap_creates_once_and_replays(repo_call: Call, keys) -> None:
    key, record = tid(), post()

    first = repo_call("putRecord", rkey=key, record=record, swapRecord=None)
    again = repo_call("putRecord", rkey=key, record=record, swapRecord=None)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["commit"]["cid"]
    assert "commit" not in again.json()
    assert [again.json()[k] for k in ("uri", "cid")] == [first.json()[k] for k in ("uri", "cid")]
    assert keys().count(key) == 1


def test_put_with_a_null_swap_refuses_another_body(repo_call: Call) -> None:
    key = tid()
    cid = repo_call("putRecord", rkey=key, record=post(), swapRecord=None).json()["cid"]

    other = repo_call("putRecord", rkey=key, record=post("other"), swapRecord=None)

    refused(other, 400, "InvalidSwap", f"Record was at {cid}")
    assert repo_call("getRecord", rkey=key).json()["value"]["text"] == "hello"


def test_ten_parallel_equal_puts_make_one_record(repo_call: Call, keys) -> None:
    key = tid()

    def put(_: int) -> httpx.Response:
        return repo_call("putRecord", rkey=key, record=post(), swapRecord=None)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(put, range(10)))

    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["cid"] for a in answers}) == 1
    assert keys().count(key) == 1


@pytest.mark.parametrize("text", ["hello", "other"])
def test_create_with_a_used_key_looks_like_a_crash(repo_call: Call, keys, text: str) -> None:
    key = tid()
    assert repo_call("createRecord", rkey=key, record=post()).is_success

    refused(repo_call("createRecord", rkey=key, record=post(text)), 500, "InternalServerError")
    assert keys().count(key) == 1


def test_a_post_key_must_be_a_tid(repo_call: Call) -> None:
    answer = repo_call("putRecord", rkey="spring-release", record=post(), swapRecord=None)

    refused(answer, 400, "InvalidRequest", "Invalid TID")


def test_a_missing_record_is_named(repo_call: Call) -> None:
    refused(repo_call("getRecord", rkey=tid()), 400, "RecordNotFound", "Could not locate record")


def test_delete_is_idempotent_and_frees_the_key(repo_call: Call) -> None:
    key = tid()
    repo_call("putRecord", rkey=key, record=post(), swapRecord=None)

    first, again = (repo_call("deleteRecord", rkey=key) for _ in range(2))

    assert first.is_success
    assert "commit" in first.json()
    assert again.is_success
    assert again.json() == {}
    anew = repo_call("putRecord", rkey=key, record=post("anew"), swapRecord=None)
    assert anew.json()["commit"]["cid"]


@pytest.mark.parametrize("cluster", ["x", "é", "👩‍🔬"])
def test_length_is_counted_in_graphemes(repo_call: Call, cluster: str) -> None:
    # The byte limit of 3,000 comes first for long clusters, so only one of them is a long one.
    fits, over = cluster + "x" * 299, cluster + "x" * 300

    assert repo_call("putRecord", rkey=tid(), record=post(fits), swapRecord=None).is_success
    answer = repo_call("putRecord", rkey=tid(), record=post(over), swapRecord=None)

    refused(answer, 400, "InvalidRequest", "maximum 300, got 301")


def test_length_is_also_limited_in_bytes(repo_call: Call) -> None:
    answer = repo_call("putRecord", rkey=tid(), record=post("👩‍🔬" * 280), swapRecord=None)

    refused(answer, 400, "InvalidRequest", "maximum 3000")


def test_a_blob_that_was_never_uploaded_is_refused(repo_call: Call) -> None:
    blob = {
        "$type": "blob",
        "ref": {"$link": "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"},
        "mimeType": "image/png",
        "size": 68,
    }
    embed = {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": "a dot"}]}

    answer = repo_call("putRecord", rkey=tid(), record=post(embed=embed), swapRecord=None)

    refused(answer, 400, "BlobNotFound")


def test_an_uploaded_blob_is_kept_with_the_post(client: httpx.Client, repo_call: Call) -> None:
    headers = {"Content-Type": "image/png"}
    sent = client.post("/xrpc/com.atproto.repo.uploadBlob", content=b"\x89PNG", headers=headers)
    blob = sent.json()["blob"]
    embed = {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": "a dot"}]}
    key = tid()

    assert repo_call("putRecord", rkey=key, record=post(embed=embed), swapRecord=None).is_success
    assert repo_call("getRecord", rkey=key).json()["value"]["embed"]["images"][0]["image"] == blob


def test_a_reply_keeps_its_root_and_parent(repo_call: Call) -> None:
    made = repo_call("putRecord", rkey=tid(), record=post("1/2"), swapRecord=None).json()
    parent = {"uri": made["uri"], "cid": made["cid"]}
    key = tid()
    reply = post("2/2", reply={"root": parent, "parent": parent})

    assert repo_call("putRecord", rkey=key, record=reply, swapRecord=None).is_success
    assert repo_call("getRecord", rkey=key).json()["value"]["reply"]["parent"] == parent


def test_a_reply_to_nothing_is_accepted(repo_call: Call, account: PdsAccount) -> None:
    # So the server is no witness that the parent was published: postops must know it itself.
    cid = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
    nothing = {"uri": f"at://{account.did}/{POST}/{tid()}", "cid": cid}

    reply = post(reply={"root": nothing, "parent": nothing})

    assert repo_call("putRecord", rkey=tid(), record=reply, swapRecord=None).is_success


def test_apply_writes_is_all_or_nothing(client: httpx.Client, account: PdsAccount, keys) -> None:
    def apply(*rkeys: str) -> httpx.Response:
        kind = "com.atproto.repo.applyWrites"
        writes = [
            {"$type": f"{kind}#create", "collection": POST, "rkey": key, "value": post()}
            for key in rkeys
        ]
        return client.post(f"/xrpc/{kind}", json={"repo": account.did, "writes": writes})

    old, new = tid(), tid()
    assert apply(old).is_success

    refused(apply(new, old), 500, "InternalServerError")
    assert new not in keys()


def test_wrong_password_and_garbage_token(pds: Pds, account: PdsAccount) -> None:
    with httpx.Client(base_url=pds.url) as stranger:
        login = {"identifier": account.handle, "password": "wrong"}
        answer = stranger.post("/xrpc/com.atproto.server.createSession", json=login)
        refused(answer, 401, "AuthenticationRequired")
        stranger.headers["Authorization"] = "Bearer garbage"
        refused(stranger.get("/xrpc/com.atproto.server.getSession"), 400, "InvalidToken")


def test_the_did_document_of_the_plc_directory_names_this_pds(
    pds: Pds, account: PdsAccount
) -> None:
    document = httpx.get(f"{pds.plc_url}/{account.did}").json()

    assert document["service"][0]["serviceEndpoint"] == pds.url
    assert document["alsoKnownAs"] == [f"at://{account.handle}"]


def test_every_record_is_listed_over_many_pages(pds: Pds) -> None:
    account = pds.create_account()
    kind = "com.atproto.repo.applyWrites"
    written = [tid() for _ in range(120)]
    with pds.login(account) as client:
        writes = [
            {"$type": f"{kind}#create", "collection": POST, "rkey": key, "value": post()}
            for key in written
        ]
        client.post(f"/xrpc/{kind}", json={"repo": account.did, "writes": writes})

    assert [r["uri"].rpartition("/")[2] for r in pds.records(account.did)] == written

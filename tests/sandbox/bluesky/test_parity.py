"""The same calls, in the same order, to a real PDS and to the sandbox: the same answers."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from postops.sandbox.world import World
from tests.sandbox.conftest import now, png

from .conftest import CREATED

POST = "app.bsky.feed.post"
KEYS = [f"3jzfcijpj2z2{char}" for char in "abcdefg"]
NO_BLOB = {
    "$type": "blob",
    "ref": {"$link": "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"},
    "mimeType": "image/png",
    "size": 10,
}


class Script:
    """Calls one server and keeps what can be compared of its answers."""

    def __init__(self, client: httpx.Client, did: str, handle: str) -> None:
        self.client = client
        self.did = did
        self.names = {did: "DID", handle: "HANDLE"}
        self.seen: list[tuple[str, int, Any]] = []

    def call(self, label: str, method: str, body: Any = None, **more: Any) -> dict[str, Any]:
        url = f"/xrpc/com.atproto.{method}"
        if "params" in more:
            answer = self.client.get(url, **more)
        else:
            answer = self.client.post(
                url, **({"json": body} | more if "content" not in more else more)
            )
        document = answer.json() if answer.content else {}
        self.seen.append((label, answer.status_code, self.plain(document)))
        return document

    def plain(self, value: Any) -> Any:
        if isinstance(value, dict):
            # Only a repository's history differs: commits name keys and times.
            return {k: "…" if k == "commit" else self.plain(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.plain(one) for one in value]
        if isinstance(value, str):
            for name, stand_in in self.names.items():
                value = value.replace(name, stand_in)
            return re.sub(r"Commit was at \w+", "Commit was at …", value)
        return value

    def write(self, rkey: str | None, text: str = "hello", **record: Any) -> dict[str, Any]:
        value = {"$type": POST, "text": text, "createdAt": CREATED, **record}
        body = {"repo": self.did, "collection": POST, "record": value}
        return body | ({"rkey": rkey} if rkey else {})


def play(script: Script) -> None:
    call, write = script.call, script.write
    first = call("create", "repo.createRecord", write(KEYS[0]))
    call("create again", "repo.createRecord", write(KEYS[0]))
    call("create, other body", "repo.createRecord", write(KEYS[0], "other"))
    for text in ("put", "put", "changed"):
        call("put once", "repo.putRecord", write(KEYS[1], text) | {"swapRecord": None})
    call("put over", "repo.putRecord", write(KEYS[1], "over"))
    call("put, wrong swap", "repo.putRecord", write(KEYS[1], "x") | {"swapRecord": first["cid"]})
    stale = first["commit"]["cid"]
    call("stale commit", "repo.createRecord", write(KEYS[2]) | {"swapCommit": stale})
    create = {"$type": "com.atproto.repo.applyWrites#create", "collection": POST}
    batch = [create | {"rkey": key, "value": write(key, key)["record"]} for key in KEYS[3:5]]
    call("batch", "repo.applyWrites", {"repo": script.did, "writes": batch})
    call("batch again", "repo.applyWrites", {"repo": script.did, "writes": batch})
    mixed = [create | {"rkey": KEYS[5], "value": write(None)["record"]}, batch[0]]
    call("batch, one taken", "repo.applyWrites", {"repo": script.did, "writes": mixed})
    gone = {"$type": "com.atproto.repo.applyWrites#delete", "collection": POST, "rkey": KEYS[6]}
    call("batch, one missing", "repo.applyWrites", {"repo": script.did, "writes": [gone]})
    where = {"repo": script.did, "collection": POST}
    for key in (KEYS[0], KEYS[2], KEYS[5]):
        call("get", "repo.getRecord", params=where | {"rkey": key})
    call("list", "repo.listRecords", params=where)
    call("list upwards", "repo.listRecords", params=where | {"reverse": "true", "limit": 2})
    call("delete", "repo.deleteRecord", where | {"rkey": KEYS[0]})
    call("delete again", "repo.deleteRecord", where | {"rkey": KEYS[0]})
    call("create after delete", "repo.createRecord", write(KEYS[0], "anew"))
    blob = call("upload", "repo.uploadBlob", content=png(), headers={"content-type": "image/png"})
    for image in (blob["blob"], NO_BLOB):
        embed = {"$type": "app.bsky.embed.images", "images": [{"alt": "grey", "image": image}]}
        call("picture", "repo.putRecord", write(KEYS[6], embed=embed))
    ref = {
        "uri": f"at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/{POST}/3jzfcijpj2z2z",
        "cid": first["cid"],
    }
    call("reply to nothing", "repo.putRecord", write(KEYS[5], reply={"root": ref, "parent": ref}))
    call("extra field", "repo.putRecord", write(KEYS[5], "extra", marker={"a": [1]}))
    call("resolve", "identity.resolveHandle", params={"handle": "nobody-here.test"})
    refused(script)
    strange(script)


def refused(script: Script) -> None:
    """Call with what must not pass; the words for it are compared by their beginning only."""
    bodies = {
        "long": script.write(KEYS[2], "x" * 301),
        "heavy": script.write(KEYS[2], "👩‍👩‍👧‍👦" * 130),
        "undated": script.write(KEYS[2]) | {"record": {"$type": POST, "text": "x"}},
        "no tid": script.write("self"),
        "langs": script.write(KEYS[2], langs=["en"] * 4),
        "facet": script.write(KEYS[2], facets=[{"index": {"byteStart": 0}, "features": []}]),
    }
    for label, body in bodies.items():
        document = script.call(label, "repo.createRecord", body)
        script.seen[-1] = (label, script.seen[-1][1], document["error"])


def strange(script: Script) -> None:
    """Call with the wrong names, tokens and methods; compare status and error."""
    call, write = script.call, script.write
    handle = next(name for name, stand_in in script.names.items() if stand_in == "HANDLE")
    login = {"identifier": handle, "password": "wrong"}
    calls = [
        ("wrong password", "server.createSession", {"json": login}),
        ("no password", "server.createSession", {"json": {"identifier": handle}}),
        ("garbage token", "repo.createRecord", {"json": write(None), "headers": bearer("x.y.z")}),
        ("other repo", "repo.createRecord", {"json": write(None) | {"repo": "did:plc:aaaa"}}),
        ("bad collection", "repo.createRecord", {"json": write(None) | {"collection": "nodots"}}),
        ("bad key", "repo.createRecord", {"json": write("a b")}),
        ("no record", "repo.createRecord", {"json": {"repo": script.did, "collection": POST}}),
        ("wrong type", "repo.createRecord", {"json": write(None, **{"$type": "a.b.c"})}),
        ("too many", "repo.applyWrites", {"json": {"repo": script.did, "writes": [{}] * 201}}),
        ("not json", "repo.createRecord", {"content": b"{"}),
        ("get a procedure", "repo.createRecord", {"params": {}}),
        ("no such repo", "repo.listRecords", {"params": {"repo": "no.test", "collection": POST}}),
        ("refresh by access token", "server.refreshSession", {"json": None}),
    ]
    for label, method, how in calls:
        document = call(label, method, **how)
        script.seen[-1] = (label, script.seen[-1][1], document.get("error"))


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.pds
def test_the_sandbox_answers_as_a_real_pds(pds, start_serving):
    theirs = pds.create_account()
    with pds.login(theirs) as client:
        real = Script(client, theirs.did, theirs.handle)
        play(real)
    served = start_serving(World(now))
    ours = served.world.add_account("bluesky", "main")
    with httpx.Client(base_url=served.origins["bluesky"]) as client:
        login = {"identifier": ours.handle, "password": ours.credentials["app_password"]}
        session = client.post("/xrpc/com.atproto.server.createSession", json=login).json()
        client.headers["authorization"] = f"Bearer {session['accessJwt']}"
        emulated = Script(client, ours.id, ours.handle)
        play(emulated)
    pairs = zip(real.seen, emulated.seen, strict=True)
    differ = [pair for pair in pairs if pair[0] != pair[1]]
    assert not differ, differ

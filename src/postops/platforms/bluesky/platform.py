"""The calls: write the record under its key, read it back, remove it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from postops.errors import NotSent, OutcomeUnknown, Rejected
from postops.model import Facet, Finding, Identity, Metrics, Receipt
from postops.platforms._answers import dig, when
from postops.platforms._http import Request, call
from postops.platforms._origin import is_loopback, origin
from postops.platforms.base import Platform
from postops.platforms.bluesky.record import (
    POST,
    gate_records,
    handle_of,
    has_card,
    post_record,
    reply_refs,
    same,
)
from postops.platforms.bluesky.session import NoRecord, Sessions
from postops.platforms.bluesky.shape import (
    CAPABILITIES,
    IMAGES_IN_PLAIN_EMBED,
    THUMB_BYTES,
    Options,
    Settings,
)
from postops.platforms.bluesky.tid import is_tid, tid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import httpx

    from postops.model import MediaFile, Outgoing
    from postops.platforms._answers import Answer
    from postops.platforms.base import Prepared

_APP_VIEW = "https://public.api.bsky.app"
_PAGE = re.compile(r"https://bsky\.app/profile/([^/]+)/post/([^/?#]+)/?")
_URI = re.compile(rf"at://([^/]+)/{re.escape(POST)}/([^/?#]+)")


class Bluesky(Platform):
    """One account on Bluesky."""

    name = "bluesky"
    capabilities = CAPABILITIES
    Settings = Settings
    Options = Options
    credentials = (("app_password",),)

    def __init__(
        self, settings: Any, credentials: Mapping[str, str], client: httpx.AsyncClient
    ) -> None:
        super().__init__(settings, credentials, client)
        self._sessions = Sessions(self)
        self._dids: dict[str, str | None] = {}

    # ------------------------------------------------------------------ pure

    @classmethod
    def count(cls, text: str, *, content_warning: str | None = None) -> int:
        """Grapheme clusters. Nothing is shortened, and there are no warnings in words."""
        del content_warning
        from postops.platforms._graphemes import count

        return count(text)

    @classmethod
    def facets(cls, text: str) -> list[Facet]:
        """What Bluesky's own clients would link; the server links nothing itself."""
        from postops.platforms._bluesky_text import detect_facets

        return [Facet(*found) for found in detect_facets(text)]

    @classmethod
    def claim_key(cls, seed: bytes, at: datetime, part: int) -> str:
        """The record key (TID). Never a key of another delivery: see `tid`."""
        return tid(seed, at, part)

    @classmethod
    def origin(cls, settings: Any) -> str:
        """The origin of `service`, where the app password goes."""
        return origin(settings.service, "service")

    # ------------------------------------------------------------------ calls

    async def whoami(self) -> Identity:
        """The DID and the handle. Opens the session."""
        session = await self._sessions.get()
        return Identity(session.did, session.handle, f"https://bsky.app/profile/{session.handle}")

    async def prepare(self, outgoing: Outgoing) -> Prepared:
        """Upload the blobs and resolve the mentions. Both may be repeated."""
        reply_refs(outgoing)  # a thread without CIDs is refused before anything is uploaded
        thumb = outgoing.card_image if has_card(outgoing) else None
        if thumb and thumb.media.facts and thumb.media.facts.bytes > THUMB_BYTES:
            raise Rejected(
                f"bluesky: the card's image has {thumb.media.facts.bytes} bytes",
                help=f"at most {THUMB_BYTES} bytes for `link.image`",
            )
        self._check_gallery(outgoing)
        mentioned = [handle_of(f) for f in outgoing.part.facets if f.type == "mention"]
        found = {handle: await self._did(handle) for handle in dict.fromkeys(mentioned)}
        return {
            "blobs": [await self._upload(file) for file in outgoing.files],
            "thumb": await self._upload(thumb) if thumb else None,
            "dids": {handle: did for handle, did in found.items() if did},
        }

    async def publish(self, outgoing: Outgoing, prepared: Prepared) -> Receipt:
        """Write the record where nothing stands yet; replaying it changes nothing.

        A key that is taken, or a server error, is looked into at once: the same record is this
        part, published before.
        """
        session = await self._sessions.get()
        record = post_record(outgoing, prepared, self.options_of(outgoing.message))
        uri = f"at://{session.did}/{POST}/{outgoing.key}"
        gates = self._gates(uri, outgoing)
        try:
            cid = await self._write(session.did, outgoing.key, record, gates)
        except (Rejected, OutcomeUnknown) as fault:
            told = isinstance(fault, OutcomeUnknown) and fault.status is not None
            if not told and not getattr(fault, "duplicate", False):
                raise
            doubt = fault
        else:
            return self._receipt(uri, cid, self.server_date or outgoing.created_at, gates)
        return await self._standing(outgoing, doubt)

    async def find(self, outgoing: Outgoing, *, known: frozenset[str]) -> Finding:
        """Read the key. Another record under it proves nothing and is for a person to see."""
        answer = await self._get_record(outgoing.key)
        if answer is None:
            return Finding(())
        uri = answer.get("uri", of=str)
        if uri in known or not same(outgoing, dig(answer.document, "value", of=dict)):
            return Finding((), complete=False)
        return Finding((self._read_receipt(answer, uri, self._gates(uri, outgoing)),))

    async def delete(self, receipt: Receipt) -> None:
        """Delete the record, then its gates. All of it may be gone already."""
        _, _, key = receipt.remote_id.rpartition("/")
        gates = [name for name in receipt.extra.get("gates", "").split(",") if name]
        session = await self._sessions.get()
        for collection in (POST, *gates):
            await self._sessions.call(
                Request(
                    what="deleting the post",
                    method="POST",
                    url="com.atproto.repo.deleteRecord",
                    json={"repo": session.did, "collection": collection, "rkey": key},
                )
            )

    async def metrics(self, receipts: Sequence[Receipt]) -> list[Metrics]:
        """Likes, replies, reposts with quotes, bookmarks. Read without logging in."""
        uris = [receipt.remote_id for receipt in receipts]
        answer = await call(
            self,
            Request(
                what="reading metrics",
                method="GET",
                url=f"{self._app_view()}/xrpc/app.bsky.feed.getPosts",
                params={"uris": uris},
            ),
        )
        posts = answer.get("posts", of=list)
        return [_metrics(post) for post in posts if dig(post, "uri", of=str) in uris]

    async def adopt(self, url: str) -> Receipt:
        """The receipt of one of the account's posts, from its page or its `at://` address."""
        match = _PAGE.fullmatch(url) or _URI.fullmatch(url)
        if match is None or not is_tid(match[2]):
            raise Rejected(f"bluesky: {url} is not the address of a post")
        session = await self._sessions.get()
        owner = match[1] if match[1].startswith("did:") else await self._did(match[1].lower())
        if owner != session.did:
            raise Rejected(f"bluesky: {url} is not a post of {session.handle}")
        answer = await self._get_record(match[2])
        if answer is None:
            raise Rejected(f"bluesky: {url} does not exist", status=400)
        return self._read_receipt(answer, answer.get("uri", of=str), {})

    # ------------------------------------------------------------------ one call each

    async def _upload(self, file: MediaFile) -> dict[str, Any]:
        facts = file.media.facts
        answer = await self._sessions.call(
            Request(
                what=f"uploading {file.media.path}",
                method="POST",
                url="com.atproto.repo.uploadBlob",
                headers={"content-type": facts.mime if facts else "application/octet-stream"},
                content=file.read(),
                upload=True,
            )
        )
        answer.get("blob", "ref", "$link", of=str)
        return answer.get("blob", of=dict)

    async def _did(self, handle: str) -> str | None:
        """Whose a handle is; `None` where nobody answers to it. Asked once."""
        if handle not in self._dids:
            request = Request(
                what="resolving a mention",
                method="GET",
                url="com.atproto.identity.resolveHandle",
                params={"handle": handle},
            )
            try:
                answer = await self._sessions.call(request)
            except Rejected as fault:
                if fault.status != 400:
                    raise
                self._dids[handle] = None
            else:
                self._dids[handle] = answer.get("did", of=str)
        return self._dids[handle]

    async def _write(
        self,
        did: str,
        key: str,
        record: dict[str, Any],
        gates: dict[str, dict[str, Any]],
    ) -> str:
        """Create the post, alone or in one commit with its gates. Returns its CID."""
        body: dict[str, Any] = {"repo": did, "validate": True}
        if gates:
            method = "applyWrites"
            kind = "com.atproto.repo.applyWrites#create"
            records = {POST: record, **gates}
            body["writes"] = [
                {"$type": kind, "collection": collection, "rkey": key, "value": value}
                for collection, value in records.items()
            ]
            place: tuple[str | int, ...] = ("results", 0)
        else:
            method = "putRecord"
            body |= {"collection": POST, "rkey": key, "swapRecord": None, "record": record}
            place = ()
        answer = await self._sessions.call(
            Request(
                what="publishing",
                method="POST",
                url=f"com.atproto.repo.{method}",
                json=body,
                effect=True,
            )
        )
        if answer.get(*place, "uri", of=str) != f"at://{did}/{POST}/{key}":
            raise answer.unreadable("it names another record")
        return answer.get(*place, "cid", of=str)

    async def _get_record(self, key: str) -> Answer | None:
        session = await self._sessions.get()
        try:
            return await self._sessions.call(
                Request(
                    what="reading the record",
                    method="GET",
                    url="com.atproto.repo.getRecord",
                    params={"repo": session.did, "collection": POST, "rkey": key},
                )
            )
        except NoRecord:
            return None

    async def _standing(self, outgoing: Outgoing, doubt: Rejected | OutcomeUnknown) -> Receipt:
        """The receipt of what stands under the key if it is this part, else `OutcomeUnknown`."""
        try:
            finding = await self.find(outgoing, known=frozenset())
        except (NotSent, Rejected):
            raise OutcomeUnknown(str(doubt), status=doubt.status) from None
        if finding.receipts:
            return finding.receipts[0]
        if finding.complete:
            raise OutcomeUnknown(str(doubt), status=doubt.status)
        raise OutcomeUnknown(
            f"bluesky: another record stands under the key {outgoing.key}",
            help="look at the account, then `postops resolve`",
            status=doubt.status,
        )

    # ------------------------------------------------------------------ small

    def _gates(self, uri: str, outgoing: Outgoing) -> dict[str, dict[str, Any]]:
        options = self.options_of(outgoing.message)
        return gate_records(uri, outgoing.created_at, options, first=outgoing.parent is None)

    def _app_view(self) -> str:
        if self.settings.app_view:
            return origin(self.settings.app_view, "app_view")
        service = origin(self.settings.service, "service")
        return service if is_loopback(urlsplit(service).hostname or "") else _APP_VIEW

    def _receipt(self, uri: str, cid: str, at: datetime, gates: Mapping[str, Any]) -> Receipt:
        did, key = uri.removeprefix("at://").split("/")[0], uri.rpartition("/")[2]
        extra = {"cid": cid}
        if gates:
            extra["gates"] = ",".join(gates)
        # By DID: the address outlives a change of handle.
        return Receipt(uri, f"https://bsky.app/profile/{did}/post/{key}", at, extra)

    def _read_receipt(self, answer: Answer, uri: str, gates: Mapping[str, Any]) -> Receipt:
        at = when(answer.get("value", "createdAt", of=str))
        if at is None:
            raise answer.unreadable("createdAt is not a time")
        return self._receipt(uri, answer.get("cid", of=str), at, gates)

    @staticmethod
    def _check_gallery(outgoing: Outgoing) -> None:
        for file in outgoing.files:
            facts = file.media.facts
            if len(outgoing.files) > IMAGES_IN_PLAIN_EMBED and not (
                facts and facts.width and facts.height
            ):
                raise Rejected(
                    f"bluesky: the size of {file.media.path} in pixels is not known",
                    help="a gallery needs it; post at most four pictures, or convert this one",
                )


def _metrics(post: Any) -> Metrics:
    reposts, quotes = dig(post, "repostCount", of=int), dig(post, "quoteCount", of=int)
    shares = None if reposts is None and quotes is None else (reposts or 0) + (quotes or 0)
    counts = {name: value for name, value in post.items() if name.endswith("Count")}
    return Metrics(
        remote_id=post["uri"],
        likes=dig(post, "likeCount", of=int),
        comments=dig(post, "replyCount", of=int),
        shares=shares,
        saves=dig(post, "bookmarkCount", of=int),
        raw=counts,
    )

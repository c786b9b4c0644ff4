"""The calls: upload, post with a key, list one's own statuses, edit, delete."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from postops.errors import AuthExpired, NotSent, Rejected
from postops.model import Facet, Finding, Identity, Metrics, Receipt
from postops.platforms._answers import dig, is_id, web_address, when
from postops.platforms._http import Request, call
from postops.platforms._origin import origin
from postops.platforms._uploads import Uploads
from postops.platforms.base import Platform
from postops.platforms.mastodon import scheduled
from postops.platforms.mastodon.compare import poll_of, shape_fits, shown_fits, source_fits
from postops.platforms.mastodon.limits import Allowed, check
from postops.platforms.mastodon.media import media_fields, upload
from postops.platforms.mastodon.refusals import NotThere, refusal
from postops.platforms.mastodon.shape import CAPABILITIES, Options, Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    import httpx

    from postops.model import Entries, Entry, Outgoing, TextLimit
    from postops.platforms._answers import Answer
    from postops.platforms.base import Prepared

_PAGE = 40
_MAX_PAGES = 10
# The server stamps statuses by its own clock, which the protocol allows to differ this much.
_SKEW = timedelta(minutes=2)


class Mastodon(Platform):
    """One account on a Mastodon server."""

    name = "mastodon"
    capabilities = CAPABILITIES
    Settings = Settings
    Options = Options
    credentials = (("access_token",),)

    def __init__(
        self, settings: Any, credentials: Mapping[str, str], client: httpx.AsyncClient
    ) -> None:
        super().__init__(settings, credentials, client)
        self._identity: Identity | None = None
        self._allowed: Allowed | None = None
        self._uploads = Uploads()

    # ------------------------------------------------------------------ pure

    @classmethod
    def count(cls, text: str, *, content_warning: str | None = None) -> int:
        """Characters of text and warning together; links count 23, mentions without servers."""
        from postops.platforms._mastodon_text import length

        return length(text, content_warning or "")

    @classmethod
    def facets(cls, text: str) -> list[Facet]:
        """What the server will make links, mentions and hashtags of."""
        from postops.platforms._mastodon_text import find_hashtags, find_mentions, find_urls
        from postops.platforms._spans import byte_facets

        return byte_facets(text, find_urls(text), find_mentions(text), find_hashtags(text))

    @classmethod
    def text_limit(cls, settings: Any = None) -> TextLimit:
        """500 characters, or what the account's settings say of its server."""
        limit = cls.capabilities.text
        most = settings.max_characters if settings else None
        return limit._replace(limit=most) if most else limit

    @classmethod
    def origin(cls, settings: Any) -> str:
        """The origin of `instance`, where the token goes."""
        return origin(settings.instance, "instance")

    # ------------------------------------------------------------------ calls

    async def whoami(self) -> Identity:
        """The account's id on its server. Asked once."""
        if self._identity is None:
            answer = await self.send(
                "asking who this is", "GET", "/api/v1/accounts/verify_credentials"
            )
            handle = dig(answer.document, "acct", of=str) or answer.get("username", of=str)
            page = web_address(dig(answer.document, "url", of=str)) or self.origin(self.settings)
            self._identity = Identity(answer.id("id"), handle, page)
        return self._identity

    async def get_ready(self) -> None:
        """Ask what the server allows."""
        await self._limits()

    async def prepare(self, outgoing: Outgoing) -> Prepared:
        """Ask what the server allows, then upload. An upload nobody uses is dropped after a day."""
        check(await self._limits(), outgoing)
        return {"media_ids": await self._uploads.of(outgoing, partial(upload, self))}

    async def publish(self, outgoing: Outgoing, prepared: Prepared) -> Receipt:
        """Post with the part's key, and compare what came back: a key may bring another status."""
        answer = await self._post(outgoing, prepared, {"idempotency-key": outgoing.key})
        receipt = self._receipt(answer, answer.document, _digests(outgoing))
        shown = shape_fits(outgoing, answer.document) and shown_fits(outgoing, answer.document)
        if not shown and not await self._is(outgoing, answer.document, receipt.remote_id):
            raise answer.unreadable("it shows another status than the one sent", receipt)
        return receipt

    async def confirm(self, receipts: Sequence[Receipt]) -> frozenset[str]:
        """A spam filter may answer with a status the server never kept: read them back once."""
        ids = [receipt.remote_id for receipt in receipts]
        kept = {dig(status, "id", of=str) for status in await self._listed(ids) or ()}
        return frozenset([i for i in ids if i in kept or await self._is_there(i)])

    async def find(self, outgoing: Outgoing, *, known: frozenset[str]) -> Finding:
        """List own statuses back to the claim and compare each with the part."""
        oldest, complete = outgoing.since - _SKEW, False
        receipts: list[Receipt] = []
        async for answer, page in self._pages():
            for status in page:
                at = when(dig(status, "created_at", of=str))
                status_id = dig(status, "id", of=str)
                words = dig(status, "content", of=str)
                if at is None or words is None or status_id is None or not is_id(status_id):
                    raise answer.unreadable("a status without id, time or words")
                complete = at < oldest  # by the last of the page: the first may be pinned
                if (
                    not complete
                    and status_id not in known
                    and await self._is(outgoing, status, status_id)
                ):
                    receipts.append(self._receipt(answer, status, _digests(outgoing)))
            complete = complete or not page
            if complete:
                break
        return Finding(tuple(receipts), complete)

    async def delete(self, receipt: Receipt) -> None:
        """Delete a status; one that is gone is fine."""
        try:
            await self.send("deleting the post", "DELETE", _path(receipt.remote_id))
        except NotThere:
            return

    async def update(self, outgoing: Outgoing, prepared: Prepared, receipt: Receipt) -> Receipt:
        """Edit a status in place. Media that are the same bytes stay attached as they are.

        Raises `Rejected` where its poll is over: an edit would open it again.
        """
        kept = receipt.extra.get("media", "").split(",")
        same = receipt.extra.get("digests", "") == _digests(outgoing)
        media_ids = kept if same and outgoing.files else prepared["media_ids"]
        fields = self._fields(outgoing, media_ids)
        for fixed in ("visibility", "in_reply_to_id", "quote_approval_policy"):
            fields.pop(fixed, None)
        # What is gone is said to be gone: servers need not take what is left out for that.
        fields |= {
            "spoiler_text": outgoing.message.content_warning or "",
            "media_ids": [*media_ids],
        }
        if "poll" in fields:
            fields["poll"] |= {"expires_in": _seconds_left(outgoing, receipt)}
        fields["media_attributes"] = [
            {"id": media_id, **media_fields(file)}
            for media_id, file in zip(media_ids, outgoing.files, strict=True)
        ]
        answer = await self.send("editing the post", "PUT", _path(receipt.remote_id), json=fields)
        return self._receipt(answer, answer.document, _digests(outgoing))._replace(at=receipt.at)

    async def schedule(
        self, outgoing: Outgoing, prepared: Prepared, at: datetime
    ) -> Entry | Receipt:
        """Hand it over. A server that does not know the field publishes at once, and says so."""
        await scheduled.offered(self)
        fields = {
            "scheduled_at": at.isoformat()
        }  # and no key: servers disagree on what it does here
        answer = await self._post(outgoing, prepared, {}, fields)
        if dig(answer.document, "scheduled_at", of=str) is None and "created_at" in answer.document:
            return self._receipt(answer, answer.document, _digests(outgoing))
        return scheduled.entry(answer, answer.document)

    async def scheduled(
        self, outgoing: Outgoing, at: datetime, *, known: frozenset[str]
    ) -> Entries:
        """Compare all that wait with the part: text, warning, number of media, time."""
        return await scheduled.waiting(self, outgoing, at, known)

    async def pending(self, entry: str) -> Entry | None:
        """Read a waiting status."""
        return await scheduled.one(self, entry)

    async def unschedule(self, entry: str) -> bool:
        """Delete a waiting status."""
        return await scheduled.taken_back(self, entry)

    async def metrics(self, receipts: Sequence[Receipt]) -> list[Metrics]:
        """Favourites, replies, boosts with quotes, votes. One call where the server can."""
        ids = [receipt.remote_id for receipt in receipts]
        found = await self._listed(ids)
        if found is None:
            found = await self._one_by_one(ids)
        return [_metrics(status) for status in found if dig(status, "id", of=str) in ids]

    async def adopt(self, url: str) -> Receipt:
        """The receipt of one of the account's statuses, from its page."""
        base = re.escape(self.origin(self.settings))
        match = re.fullmatch(rf"{base}/(?:@|users/)[^/]+/(?:statuses/)?([A-Za-z0-9]+)/?", url)
        if match is None:
            raise Rejected(f"mastodon: {url} is not the address of a post on this server")
        answer = await self._get(match[1])
        if dig(answer.document, "account", "id", of=str) != (await self.whoami()).id:
            raise Rejected(f"mastodon: {url} is not a post of this account")
        return self._receipt(answer, answer.document)

    async def send(self, what: str, method: str, path: str, **given: Any) -> Answer:
        """One signed call to the server. Raises the error tree."""
        token = {"authorization": f"Bearer {self.secrets['access_token']}"}
        headers = {**given.pop("headers", {}), **token}
        url = self.origin(self.settings) + path
        request = Request(what=what, method=method, url=url, headers=headers, **given)
        return await call(self, request, refusal)

    # ------------------------------------------------------------------ one call each

    async def _post(
        self,
        outgoing: Outgoing,
        prepared: Prepared,
        headers: Mapping[str, str],
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> Answer:
        try:
            return await self.send(
                "publishing",
                "POST",
                "/api/v1/statuses",
                headers=headers,
                json={**self._fields(outgoing, prepared["media_ids"]), **more},
                effect=True,
            )
        except Rejected:
            self._uploads.forget(outgoing)
            raise

    async def _get(self, status_id: str) -> Answer:
        return await self.send("reading the post", "GET", _path(status_id))

    async def _limits(self) -> Allowed:
        """Asked once. A server that does not say is not second-guessed: it will refuse by itself."""
        if self._allowed is None:
            for version in ("v2", "v1"):
                try:
                    answer = await self.send(
                        "asking for the limits", "GET", f"/api/{version}/instance"
                    )
                except AuthExpired:
                    raise
                except Rejected:
                    continue
                self._allowed = Allowed.read(answer.document)
                break
            else:
                self._allowed = Allowed()
        return self._allowed

    async def _pages(self) -> AsyncIterator[tuple[Answer, list[Any]]]:
        """Own statuses, newest first. Not by computed ids: not every server's ids hold the time."""
        path = f"/api/v1/accounts/{(await self.whoami()).id}/statuses"
        query: dict[str, Any] = {"limit": _PAGE, "exclude_reblogs": "true"}
        for _ in range(_MAX_PAGES):
            answer = await self.send("listing own posts", "GET", path, params=query)
            page = answer.get(of=list)
            yield answer, page
            query["max_id"] = dig(page, len(page) - 1, "id", of=str)

    async def _is(self, outgoing: Outgoing, status: Any, status_id: str) -> bool:
        """Whether a status is this part: by its source, or by what it shows without one."""
        if not shape_fits(outgoing, status):
            return False
        source = await self._source(status_id)
        return source_fits(outgoing, source) if source else shown_fits(outgoing, status)

    async def _source(self, status_id: str) -> tuple[str, str] | None:
        try:
            answer = await self.send("reading the source", "GET", f"{_path(status_id)}/source")
        except (NotSent, Rejected):  # not every server has it; what is shown decides then
            return None
        text = dig(answer.document, "text", of=str)
        warning = dig(answer.document, "spoiler_text", of=str)
        return None if text is None else (text, warning or "")

    async def _listed(self, ids: list[str]) -> list[Any] | None:
        """Several in one call. `None` where there is no such list: before 4.3, and elsewhere."""
        found = []
        for start in range(0, len(ids), CAPABILITIES.metrics_batch):
            asked = {"id[]": ids[start : start + CAPABILITIES.metrics_batch]}
            try:
                answer = await self.send("reading posts", "GET", "/api/v1/statuses", params=asked)
                found += answer.get(of=list)
            except AuthExpired:
                raise
            except Rejected:
                return None
        return found

    async def _is_there(self, status_id: str) -> bool:
        try:
            answer = await self._get(status_id)
        except NotThere:
            return False
        if answer.get("id", of=str) != status_id:
            raise answer.unreadable("it shows another status")
        return True

    async def _one_by_one(self, ids: list[str]) -> list[Any]:
        found = []
        for status_id in ids:
            try:
                found.append((await self._get(status_id)).document)
            except NotThere:
                continue
        return found

    # ------------------------------------------------------------------ small

    def _fields(self, outgoing: Outgoing, media_ids: Sequence[str]) -> dict[str, Any]:
        message, options = outgoing.message, self.options_of(outgoing.message)
        fields = {
            "status": outgoing.part.text,
            "visibility": options.visibility,
            "sensitive": options.sensitive or bool(message.content_warning),
            "spoiler_text": message.content_warning,
            "language": message.language,
            "media_ids": list(media_ids),
            "poll": poll_of(outgoing),
            "in_reply_to_id": outgoing.parent.remote_id if outgoing.parent else None,
            "quote_approval_policy": options.quote_approval_policy,
        }
        return {name: value for name, value in fields.items() if value not in (None, [])}

    def _receipt(self, answer: Answer, status: Any, digests: str = "") -> Receipt:
        status_id, at = dig(status, "id", of=str), when(dig(status, "created_at", of=str))
        if status_id is None or at is None or not is_id(status_id):
            raise answer.unreadable("a status without id or time")
        page = web_address(dig(status, "url", of=str)) or web_address(dig(status, "uri", of=str))
        attached = dig(status, "media_attachments", of=list) or []
        media_ids = ",".join(dig(one, "id", of=str) or "" for one in attached)
        # An edit needs both: files whose bytes did not change keep their ids.
        extra = {"media": media_ids, "digests": digests} if media_ids else {}
        return Receipt(status_id, page or self.origin(self.settings) + _path(status_id), at, extra)


def _seconds_left(outgoing: Outgoing, receipt: Receipt) -> int:
    """Until its poll ends: it is not to end later because of an edit."""
    poll, limit = outgoing.message.poll, CAPABILITIES.poll
    assert poll is not None and limit is not None  # noqa: S101, PT018 - asked for by the caller
    left = poll.seconds - int((outgoing.created_at - receipt.at).total_seconds())
    if left < limit.min_seconds:
        raise Rejected("mastodon: its poll is over, or nearly so: an edit would open it again")
    return left


def _path(status_id: str) -> str:
    return f"/api/v1/statuses/{status_id}"


def _digests(outgoing: Outgoing) -> str:
    return ",".join(f.media.facts.digest if f.media.facts else "" for f in outgoing.files)


def _metrics(status: Any) -> Metrics:
    boosts, quotes = dig(status, "reblogs_count", of=int), dig(status, "quotes_count", of=int)
    raw = {name: value for name, value in status.items() if name.endswith("_count")}
    if poll := dig(status, "poll", of=dict):
        raw["poll"] = poll
    return Metrics(
        remote_id=status["id"],
        likes=dig(status, "favourites_count", of=int),
        comments=dig(status, "replies_count", of=int),
        shares=None if boosts is None and quotes is None else (boosts or 0) + (quotes or 0),
        votes=dig(status, "poll", "votes_count", of=int),
        raw=raw,
    )

"""The calls: post, list one's own posts, delete, count."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from postops.errors import AuthExpired, ConfigError, Rejected
from postops.model import Certainty, Facet, Finding, Identity, Metrics, Receipt
from postops.platforms._answers import dig
from postops.platforms._http import Request, call
from postops.platforms._origin import origin
from postops.platforms._uploads import Uploads
from postops.platforms.base import Platform
from postops.platforms.x.compare import echoes, matches, posted_at
from postops.platforms.x.listing import Listing, page_of
from postops.platforms.x.media import upload
from postops.platforms.x.metrics import metrics_of, video_views
from postops.platforms.x.oauth1 import SECRETS, authorization
from postops.platforms.x.refusals import NotThere, refusal
from postops.platforms.x.shape import CAPABILITIES, MOST_CHARACTERS, Options, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

    from postops.model import Message, Outgoing, TextLimit
    from postops.platforms._answers import Answer
    from postops.platforms.base import Prepared

_PAGE = 100
_MAX_PAGES = 5
_SKEW = timedelta(minutes=2)
_PRIVATE_FOR = timedelta(days=29)  # X says 30; a post on the edge would spoil the whole answer
_POST_ID = re.compile(r"[0-9]{1,19}")
# X is renaming tweets to posts: the guides say one thing, the machine-readable reference another.
_SPELLINGS: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("tweet.fields", "referenced_tweets,note_tweet", {}),
    ("post.fields", "note_post", {"expansions": "referenced_posts"}),
)


class X(Platform):
    """One account on X."""

    name = "x"
    capabilities = CAPABILITIES
    Settings = Settings
    Options = Options
    credentials = (SECRETS, ("access_token",))

    def __init__(
        self, settings: Any, credentials: Mapping[str, str], client: httpx.AsyncClient
    ) -> None:
        super().__init__(settings, credentials, client)
        self._identity: Identity | None = None
        self._listing: Listing | None = None
        self._spelling = 0
        self._signed = 0
        self._uploads = Uploads()

    # ------------------------------------------------------------------ pure

    @classmethod
    def count(cls, text: str, *, content_warning: str | None = None) -> int:
        """Weighted characters: one or two each, 23 for a link. There are no warnings."""
        del content_warning
        from postops.platforms._twitter_text import weighted_length

        return weighted_length(text)

    @classmethod
    def facets(cls, text: str) -> list[Facet]:
        """What X will make links, mentions and hashtags of."""
        from postops.platforms._spans import byte_facets
        from postops.platforms._twitter_text import find_hashtags, find_mentions, find_urls

        return byte_facets(text, find_urls(text), find_mentions(text), find_hashtags(text))

    @classmethod
    def cashtags(cls, text: str) -> list[str]:
        """What X takes for cashtags, with the `$`."""
        from postops.platforms._twitter_text import find_cashtags

        return [text[start:end] for start, end, _ in find_cashtags(text)]

    @classmethod
    def text_limit(cls, settings: Any = None) -> TextLimit:
        """280, or what the account's settings say; never more than X takes of anybody."""
        limit = cls.capabilities.text
        if not settings:
            return limit
        return limit._replace(limit=min(settings.max_characters, MOST_CHARACTERS))

    @classmethod
    def origin(cls, settings: Any) -> str:
        """The origin of `base_url`, where the tokens go."""
        return origin(settings.base_url, "base_url")

    @classmethod
    def certainty_for(cls, message: Message) -> tuple[Any, ...]:
        """Duplicates are known by their words: media and polls make the same words new ones."""
        plain = all(part.text.strip() and not part.media for part in message.parts)
        if plain and message.poll is None:
            return cls.capabilities.certainty
        return (Certainty.SEARCH,)

    # ------------------------------------------------------------------ calls

    async def whoami(self) -> Identity:
        """The account's id and name. Asked once: it is paid for."""
        if self._identity is None:
            answer = await self.send("asking who this is", "GET", "/2/users/me")
            user_id, name = (answer.get("data", key, of=str) for key in ("id", "username"))
            if not _POST_ID.fullmatch(user_id):
                raise answer.unreadable("the account's id is no number")
            self._identity = Identity(user_id, name, f"https://x.com/{name}")
        return self._identity

    async def prepare(self, outgoing: Outgoing) -> Prepared:
        """Upload the media. What is not used expires after a day."""
        return {"media_ids": await self._uploads.of(outgoing, partial(upload, self))}

    async def publish(self, outgoing: Outgoing, prepared: Prepared) -> Receipt:
        """Post. A duplicate is `Rejected(duplicate=True)`: a hint to search, never a success."""
        answer = await self._post(outgoing, prepared)
        post_id = answer.get("data", "id", of=str)
        if not _POST_ID.fullmatch(post_id):
            raise answer.unreadable("the post's id is no number")
        if not echoes(outgoing, answer.get("data", "text", of=str)):
            why = "it repeats another text than the one sent"
            raise answer.unreadable(why, self._receipt(post_id))
        return self._receipt(post_id)

    async def find(self, outgoing: Outgoing, *, known: frozenset[str]) -> Finding:
        """Compare each of one's own posts since the claim with the part."""
        me = await self.whoami()
        since = (outgoing.since - _SKEW).astimezone(UTC)
        if self._listing is None or not self._listing.tells(outgoing.as_of, since):
            self._listing = await self._list(me, since)
        alike = (
            self._receipt(post_id)
            for post_id, post in self._listing.posts
            if post_id not in known and matches(outgoing, post, me.handle)
        )
        return Finding(tuple(alike), self._listing.complete)

    async def _list(self, me: Identity, since: datetime) -> Listing:
        """One's own posts since then. Every post in it costs."""
        asked_at = self.now() if self.now else None
        query = {
            "max_results": str(_PAGE),
            "exclude": "retweets",
            "start_time": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        posts: list[tuple[str, Any]] = []
        for _ in range(_MAX_PAGES):
            answer = await self._read_posts(f"/2/users/{me.id}/tweets", query)
            for post in page_of(answer):
                post_id = dig(post, "id", of=str)
                if post_id is None or not _POST_ID.fullmatch(post_id):
                    raise answer.unreadable("a post without an id")
                posts.append((post_id, post))
                self.posts_listed += 1
            token = answer.document["meta"].get("next_token")
            if token is None:
                return Listing(asked_at, since, tuple(posts), complete=True)
            query["pagination_token"] = answer.get("meta", "next_token", of=str)
        return Listing(asked_at, since, tuple(posts), complete=False)

    async def delete(self, receipt: Receipt) -> None:
        """Delete a post; one that is gone is fine."""
        try:
            answer = await self.send(
                "deleting the post", "DELETE", f"/2/tweets/{receipt.remote_id}"
            )
        except NotThere:
            return
        if answer.get("data", "deleted", of=bool) is not True:
            raise Rejected("x: deleting the post: X says it was not deleted")

    async def metrics(self, receipts: Sequence[Receipt]) -> list[Metrics]:
        """Public totals, and for young posts the clicks. Two calls at most; every post costs."""
        now = self.now() if self.now else self.server_date
        young = [r.remote_id for r in receipts if now and now - r.at < _PRIVATE_FOR]
        old = [r.remote_id for r in receipts if r.remote_id not in young]
        found: list[Metrics] = []
        if young:
            try:
                found += await self._metrics(young, "public_metrics,non_public_metrics")
            except AuthExpired:
                raise
            except Rejected:  # the private ones are for the account's own app only
                old = young + old
        if old:
            found += await self._metrics(old, "public_metrics")
        return found

    async def adopt(self, url: str) -> Receipt:
        """The receipt of one of the account's posts, from its page."""
        match = re.fullmatch(
            r"https://(?:www\.|mobile\.)?(?:x|twitter)\.com/\w+(?:/web)?/status/(\d{1,19})/?"
            r"(?:\?\S*)?",
            url,
        )
        if match is None:
            raise Rejected(f"x: {url} is not the address of a post")
        answer = await self.send(
            "reading the post",
            "GET",
            "/2/tweets",
            params={"ids": match[1], "expansions": "author_id"},
        )
        if dig(answer.document, "data", 0, "author_id", of=str) != (await self.whoami()).id:
            raise Rejected(f"x: {url} is not a post of this account")
        return self._receipt(match[1])

    async def send(
        self,
        what: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        **given: Any,
    ) -> Answer:
        """One signed call. Raises the error tree."""
        url, query = self.origin(self.settings) + path, dict(params or {})
        request = Request(
            what=what,
            method=method,
            url=url,
            params=query,
            headers={"authorization": self._authorization(method, url, query)},
            **given,
        )
        static = "access_token_secret" in self.secrets
        return await call(self, request, partial(refusal, static=static))

    # ------------------------------------------------------------------ small

    async def _post(self, outgoing: Outgoing, prepared: Prepared) -> Answer:
        body = _body(outgoing, prepared["media_ids"], self.options_of(outgoing.message))
        try:
            return await self.send("publishing", "POST", "/2/tweets", json=body, effect=True)
        except Rejected:
            self._uploads.forget(outgoing)
            raise

    async def _read_posts(
        self,
        path: str,
        query: Mapping[str, str],
        extra: str = "entities,attachments,conversation_id",
    ) -> Answer:
        """Read posts with their fields, in the spelling this server takes."""
        for spelling in range(self._spelling, len(_SPELLINGS)):
            parameter, names, more = _SPELLINGS[spelling]
            params = {**more, **query, parameter: f"created_at,{names},{extra}"}
            last = spelling == len(_SPELLINGS) - 1
            try:
                answer = await self.send("reading own posts", "GET", path, params=params)
            except Rejected as fault:
                if fault.status != 400 or last:
                    raise
                continue
            posts = dig(answer.document, "data", of=list) or []
            # Asked for always: where it is missing, the fields were not understood.
            if all(dig(post, "created_at", of=str) for post in posts):
                self._spelling = spelling if posts else self._spelling
                return answer
        raise answer.unreadable("posts without the fields asked for")

    async def _metrics(self, ids: list[str], fields: str) -> list[Metrics]:
        query = {
            "ids": ",".join(ids),
            "expansions": "attachments.media_keys",
            "media.fields": "public_metrics",
        }
        answer = await self._read_posts("/2/tweets", query, fields)
        views = video_views(answer.document)
        posts = dig(answer.document, "data", of=list) or []
        return [metrics_of(post, views) for post in posts if dig(post, "id", of=str) in ids]

    def _receipt(self, post_id: str) -> Receipt:
        known = self._identity.handle if self._identity else None
        name = self.settings.username or known or "i"
        return Receipt(post_id, f"https://x.com/{name}/status/{post_id}", posted_at(post_id))

    def _authorization(self, method: str, url: str, query: Mapping[str, str]) -> str:
        if "access_token_secret" not in self.secrets:
            return f"Bearer {self.secrets['access_token']}"
        if self.now is None:
            raise ConfigError("x: signing with OAuth 1.0a needs a clock")
        now: datetime = self.now()
        self._signed += 1
        seed = f"{now.isoformat()} {self._signed} {method} {url}"
        return authorization(
            self.secrets,
            method,
            url,
            query,
            timestamp=int(now.timestamp()),
            nonce=hashlib.sha256(seed.encode()).hexdigest()[:32],
        )


def _body(outgoing: Outgoing, media_ids: Sequence[str], options: Options) -> dict[str, Any]:
    """The new post: fields X does not know are refused, so only those it needs."""
    message, first = outgoing.message, outgoing.part.number == 1
    body: dict[str, Any] = {"text": outgoing.part.text}
    if outgoing.parent:
        body["reply"] = {"in_reply_to_tweet_id": outgoing.parent.remote_id}
    if media_ids:
        body["media"] = {"media_ids": list(media_ids)}
    if message.poll and first:
        minutes = -(-message.poll.seconds // 60)
        body["poll"] = {"options": list(message.poll.options), "duration_minutes": minutes}
    if options.reply_settings and first:
        body["reply_settings"] = options.reply_settings
    if options.community_id:
        body["community_id"] = options.community_id
    flags = (
        "made_with_ai",
        "paid_partnership",
        "for_super_followers_only",
        "share_with_followers",
    )
    return body | {name: True for name in flags if getattr(options, name)}

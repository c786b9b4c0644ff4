"""What a platform has to be: a few facts as data, a pure half for text, an async half for calls.

Rules of a platform file: it gets an `httpx.AsyncClient`, its settings and its opened credentials;
it does not retry, sleep, print, read a clock or a file, and knows nothing of the ledger. HTTP
failures become the error tree through `_http.call`. The pure half must not import httpx: `validate`
never pays for it.

What the calls may raise, whichever platform it is:

| call | may raise |
|---|---|
| `whoami`, `prepare`, `find`, `metrics`, `adopt` | `NotSent` (also `RateLimited`): try again. `Rejected` (also `AuthExpired`, `NeedsReauth`, `Unreadable`): not again unchanged. Never `OutcomeUnknown`: reading, logging in and uploading may all be repeated |
| `delete`, `update` | the same: both are idempotent, so a lost answer is a `NotSent` that is safe to repeat |
| `scheduled`, `pending`, `unschedule` | the same |
| `publish`, `schedule` | the same and `OutcomeUnknown`: `find` first. Whatever else it raises, nothing was published |

What `find` raises speaks of the search only, never of the post: after any of it the outcome is as
unknown as before.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from postops.errors import Rejected
from postops.model import Measure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    import httpx

    from postops.model import (
        Capabilities,
        Entries,
        Entry,
        Facet,
        Finding,
        Identity,
        Message,
        Metrics,
        Outgoing,
        RateLimit,
        Receipt,
        TextLimit,
    )

Prepared = dict[str, Any]
"""What `prepare` leaves for `publish`: JSON, so that it can be kept in the ledger."""


class Unreadable(Rejected):
    """The platform answered what none of its documents allows (no JSON, wrong types, too much).

    Only of calls that may be repeated; an unreadable answer to `publish` is an `OutcomeUnknown`.
    """


class Timeouts(NamedTuple):
    """Seconds a call may take, by phase. `total` bounds a whole call, `upload` one with media."""

    connect: float = 10.0
    read: float = 30.0
    write: float = 30.0
    pool: float = 10.0
    total: float = 60.0
    upload: float = 300.0


class Platform(ABC):
    """One login on one platform. The class is the platform, an instance is an account at work.

    `Settings` and `Options` are frozen dataclasses whose field docstrings become the editors'
    schema: the account's block in `postops.yaml`, and the post's block under `platforms:`.
    `credentials` lists the sets of secrets that suffice, the recommended one first.

    Whoever makes an instance may set `wait` (sleeps so many seconds; media that take time to be
    processed are polled with it), `now` (the time, aware; only OAuth 1.0a signatures and the age of
    posts need it) and `timeouts`. Without `wait`, media still being processed are a `NotSent`.
    `server_date` and `rate` are what the last answer said.
    """

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    Settings: ClassVar[type[Any]]
    Options: ClassVar[type[Any]]
    credentials: ClassVar[tuple[tuple[str, ...], ...]]

    # ------------------------------------------------------------------ pure: text

    @classmethod
    @abstractmethod
    def count(cls, text: str, *, content_warning: str | None = None) -> int:
        """How long a text is in the unit of `capabilities.text`."""

    @classmethod
    @abstractmethod
    def facets(cls, text: str) -> list[Facet]:
        """What the platform (or we, for it) will take as links, mentions and hashtags."""

    @classmethod
    def cashtags(cls, text: str) -> list[str]:
        """The cashtags (`$ABC`) the platform finds; none where nothing is made of them."""
        del text
        return []

    @classmethod
    def text_limit(cls, settings: Any = None) -> TextLimit:
        """The longest text this account may send; some accounts and servers take more."""
        del settings
        return cls.capabilities.text

    @classmethod
    def measure(
        cls, text: str, *, content_warning: str | None = None, settings: Any = None
    ) -> Measure:
        """The count, the bytes, the limit, and whether it fits."""
        limit = cls.text_limit(settings)
        count = cls.count(text, content_warning=content_warning)
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        fits = count <= limit.limit and (limit.max_bytes is None or size <= limit.max_bytes)
        return Measure(count, size, limit.limit, limit.unit, fits)

    @classmethod
    def claim_key(cls, seed: bytes, at: datetime, part: int) -> str:
        """The key a part keeps for ever, made at its first claim.

        `seed` is a digest of the ledger's genesis id, the delivery, the part and the generation.
        """
        del at, part
        return seed.hex()[:40]

    @classmethod
    def options_of(cls, message: Message) -> Any:
        """The message's options in their shape, `cls.Options`. Raises `Rejected` for unknown names.

        Values were checked where the post was read; lists may stand for tuples.
        """
        try:
            return cls.Options(**message.options)
        except TypeError:
            names = ", ".join(sorted(map(str, message.options)))
            raise Rejected(f"{cls.name}: these options are not all known: {names}") from None

    @classmethod
    def origin(cls, settings: Any) -> str:
        """Scheme, host and port the credentials go to: bound into approvals and never changed.

        Raises `ConfigError` where it is no URL, or plain `http` to anything but loopback.
        """
        raise NotImplementedError

    # ------------------------------------------------------------------ async: calls

    def __init__(
        self, settings: Any, credentials: Mapping[str, str], client: httpx.AsyncClient
    ) -> None:
        self.settings = settings
        self.secrets = credentials
        self.client = client
        self.server_date: datetime | None = None
        self.rate: RateLimit | None = None
        self.posts_listed = 0  # of one's own, where the platform charges for each
        self.wait: Callable[[float], Awaitable[None]] | None = None
        self.now: Callable[[], datetime] | None = None
        self.timeouts = Timeouts()

    @abstractmethod
    async def whoami(self) -> Identity:
        """Who the credentials belong to. Logs in where the platform wants that."""

    async def get_ready(self) -> None:  # noqa: B027 - most have nothing to ask
        """Ask ahead for what every `prepare` will need; called while the claims are pushed.

        Nothing rests on it: whatever it raises, `prepare` asks for itself.
        """

    @abstractmethod
    async def prepare(self, outgoing: Outgoing) -> Prepared:
        """Everything without a visible effect: upload media, make the container."""

    @abstractmethod
    async def publish(self, outgoing: Outgoing, prepared: Prepared) -> Receipt:
        """The one irreversible call, one attempt.

        Raises `NotSent`, `Rejected` or `OutcomeUnknown`; what came back is compared with what was
        sent, and a difference is an `OutcomeUnknown`.
        """

    async def confirm(self, receipts: Sequence[Receipt]) -> frozenset[str]:
        """The ids of those that are there, as `publish` was told; only where `capabilities.confirm`.

        For platforms that may accept a post and drop it. Asked once, after the last post of a lane.
        """
        return frozenset(receipt.remote_id for receipt in receipts)

    @abstractmethod
    async def find(self, outgoing: Outgoing, *, known: frozenset[str]) -> Finding:
        """Look for this very part among one's own posts since `outgoing.since`.

        `known` are remote ids the ledger already owns: never a match.
        """

    @abstractmethod
    async def delete(self, receipt: Receipt) -> None:
        """Remove a remote post. One that is already gone is fine."""

    async def update(self, outgoing: Outgoing, prepared: Prepared, receipt: Receipt) -> Receipt:
        """Change a remote post in place; only where `capabilities.update`."""
        raise NotImplementedError

    @abstractmethod
    async def metrics(self, receipts: Sequence[Receipt]) -> list[Metrics]:
        """Totals now, for at most `capabilities.metrics_batch` posts; deleted ones are left out."""

    async def adopt(self, url: str) -> Receipt:
        """The receipt of a post that exists already, from its public URL. Raises `Rejected`."""
        raise NotImplementedError

    # ------------------------------------------------------------------ posts handed over ahead

    async def schedule(
        self, outgoing: Outgoing, prepared: Prepared, at: datetime
    ) -> Entry | Receipt:
        """Hand a part over, to be published at `at`; only where `capabilities.native_schedule`.

        One attempt, which may be as little repeated as `publish`. A `Receipt`: the server published
        it at once.
        """
        raise NotImplementedError

    async def scheduled(
        self, outgoing: Outgoing, at: datetime, *, known: frozenset[str]
    ) -> Entries:
        """Those waiting there with this part's words, media and time. `known`: never a match."""
        raise NotImplementedError

    async def pending(self, entry: str) -> Entry | None:
        """The waiting post of that id; `None` once it was published, or taken back."""
        raise NotImplementedError

    async def unschedule(self, entry: str) -> bool:
        """Take a waiting post back. False: there is none, so it may have been published."""
        raise NotImplementedError

    @classmethod
    def certainty_for(cls, message: Message) -> tuple[Any, ...]:
        """How an unknown outcome of this message is settled; by default as `capabilities` say."""
        del message
        return cls.capabilities.certainty

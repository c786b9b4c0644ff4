"""What a platform has to be: a few facts as data, a pure half for text, an async half for calls.

Rules of a platform file: it gets an `httpx.AsyncClient`, its settings and its opened credentials;
it does not retry, sleep, print, read a clock or a file, and knows nothing of the ledger. HTTP
failures become the error tree through `_http.call`. The pure half must not import httpx: `validate`
never pays for it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from postops.model import Measure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import httpx

    from postops.model import (
        Capabilities,
        Facet,
        Finding,
        Identity,
        Message,
        Metrics,
        Outgoing,
        RateLimit,
        Receipt,
    )

Prepared = dict[str, Any]
"""What `prepare` leaves for `publish`: JSON, so that it can be kept in the ledger."""


class Platform(ABC):
    """One login on one platform. The class is the platform, an instance is an account at work.

    `Settings` and `Options` are frozen dataclasses whose field docstrings become the editors'
    schema: the account's block in `postops.yaml`, and the post's block under `platforms:`.
    `credentials` lists the sets of secrets that suffice, the recommended one first.
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
    def measure(cls, text: str, *, content_warning: str | None = None) -> Measure:
        """The count, the bytes, the limit, and whether it fits."""
        limit = cls.capabilities.text
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
    def origin(cls, settings: Any) -> str:
        """Scheme, host and port the credentials go to: bound into approvals and never changed."""
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

    @abstractmethod
    async def whoami(self) -> Identity:
        """Who the credentials belong to. Logs in where the platform wants that."""

    @abstractmethod
    async def prepare(self, outgoing: Outgoing) -> Prepared:
        """Everything without a visible effect: upload media, make the container."""

    @abstractmethod
    async def publish(self, outgoing: Outgoing, prepared: Prepared) -> Receipt:
        """The one irreversible call, one attempt.

        Raises `NotSent`, `Rejected` or `OutcomeUnknown`; what came back is compared with what was
        sent, and a difference is an `OutcomeUnknown`.
        """

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

    @classmethod
    def certainty_for(cls, message: Message) -> tuple[Any, ...]:
        """How an unknown outcome of this message is settled; by default as `capabilities` say."""
        del message
        return cls.capabilities.certainty

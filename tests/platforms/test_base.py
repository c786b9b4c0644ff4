"""What a platform gets for free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from postops.errors import Rejected
from postops.model import Capabilities, Certainty, Facet, Finding, Identity, Source, TextLimit
from postops.platforms.base import Platform, Timeouts, Unreadable
from tests.platforms.harness import outgoing, receipt


@dataclass(frozen=True)
class Nothing:
    """No settings and no options."""


class Small(Platform):
    """The least a platform can be."""

    name: ClassVar[str] = "small"
    capabilities = Capabilities(
        text=TextLimit(5, "characters", Source("https://small.example", "2026-01-01"), max_bytes=8),
        certainty=(Certainty.NONE,),
    )
    Settings = Nothing
    Options = Nothing
    credentials = ()

    @classmethod
    def count(cls, text: str, *, content_warning: str | None = None) -> int:
        return len(text) + len(content_warning or "")

    @classmethod
    def facets(cls, text: str) -> list[Facet]:
        return []

    async def whoami(self) -> Identity:
        return Identity("1", "small", "https://small.example")

    async def prepare(self, outgoing: Any) -> dict[str, Any]:
        return {}

    async def publish(self, outgoing: Any, prepared: Any) -> Any:
        return receipt("1")

    async def find(self, outgoing: Any, *, known: frozenset[str]) -> Finding:
        return Finding(())

    async def delete(self, receipt: Any) -> None:
        return None

    async def metrics(self, receipts: Any) -> list[Any]:
        return []


def small() -> Small:
    return Small(Nothing(), {"token": "s3cret"}, None)  # type: ignore[arg-type]  # nothing is sent


@pytest.mark.parametrize(
    ("text", "warning", "count", "size", "fits"),
    [
        ("12345", None, 5, 5, True),
        ("123456", None, 6, 6, False),
        ("1234", "cw", 6, 4, False),
        ("ééé", None, 3, 6, True),
        ("🚀🚀🚀", None, 3, 12, False),
        ("\ud800", None, 1, 3, True),
        ("", None, 0, 0, True),
    ],
)
def test_a_text_is_measured_in_units_and_bytes(text, warning, count, size, fits) -> None:
    measure = Small.measure(text, content_warning=warning)
    assert (measure.count, measure.bytes, measure.fits) == (count, size, fits)
    assert (measure.limit, measure.unit) == (5, "characters")


def test_an_account_may_take_more() -> None:
    class Roomy(Small):
        @classmethod
        def text_limit(cls, settings: Any = None) -> TextLimit:
            limit = super().text_limit(settings)
            return limit._replace(limit=10) if settings else limit

    assert not Roomy.measure("1234567").fits
    assert Roomy.measure("1234567", settings=Nothing()).fits


def test_a_key_is_the_seed_unless_a_platform_has_a_form_of_its_own() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    assert Small.claim_key(b"\xab" * 32, at, 1) == "ab" * 20
    assert Small.claim_key(b"\xab" * 32, at, 2) == "ab" * 20


def test_certainty_is_what_the_capabilities_say() -> None:
    assert Small.certainty_for(outgoing("x").message) == (Certainty.NONE,)


def test_options_take_their_shape_and_unknown_ones_are_refused() -> None:
    assert Small.options_of(outgoing("x").message) == Nothing()
    with pytest.raises(Rejected, match="not all known: colour"):
        Small.options_of(outgoing("x", options={"colour": "red"}).message)


async def test_what_not_every_platform_can_do_says_so() -> None:
    with pytest.raises(NotImplementedError):
        Small.origin(Nothing())
    with pytest.raises(NotImplementedError):
        await small().adopt("https://small.example/1")
    with pytest.raises(NotImplementedError):
        await small().update(outgoing("x"), {}, receipt("1"))


def test_a_login_starts_without_a_clock_or_a_way_to_wait() -> None:
    made = small()
    assert (made.wait, made.now, made.server_date, made.rate) == (None, None, None, None)
    assert made.timeouts == Timeouts()
    assert made.timeouts.total >= made.timeouts.read
    assert "s3cret" not in repr(made)


def test_unreadable_is_for_calls_that_may_be_repeated() -> None:
    assert issubclass(Unreadable, Rejected)

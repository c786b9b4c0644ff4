"""How an audience would have answered: numbers that grow with a post's age, never by chance."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

# Half of a post's life is over after a few hours; the tail goes on for days.
_HALF_LIFE_HOURS = 6.0


@dataclass(frozen=True, slots=True)
class Reactions:
    """Totals at one age; no field ever falls as the post grows older."""

    impressions: int
    likes: int
    replies: int
    reposts: int
    quotes: int
    bookmarks: int
    clicks: int
    votes: int


def reactions(seed: int, post: str, age: timedelta) -> Reactions:
    """Return the totals of `post` at `age`: a pure function of its three arguments."""
    digest = hashlib.blake2b(f"{seed}:{post}".encode(), digest_size=16).digest()
    grown = 1 - math.exp(-max(0.0, age.total_seconds()) / 3600 * math.log(2) / _HALF_LIFE_HOURS)

    def total(index: int, low: float, high: float, whole: float) -> int:
        return int((low + (high - low) * digest[index] / 255) * whole * grown)

    audience = 400 * 20 ** (digest[0] / 255)
    return Reactions(
        impressions=int(audience * grown),
        likes=total(1, 0.01, 0.06, audience),
        replies=total(2, 0.0, 0.01, audience),
        reposts=total(3, 0.002, 0.02, audience),
        quotes=total(4, 0.0, 0.004, audience),
        bookmarks=total(5, 0.0, 0.01, audience),
        clicks=total(6, 0.005, 0.04, audience),
        votes=total(7, 0.02, 0.1, audience),
    )


def share_out(seed: int, post: str, total: int, ways: int) -> list[int]:
    """Split poll votes over `ways` options so that they add up to `total`."""
    digest = hashlib.blake2b(f"{seed}:{post}:poll".encode(), digest_size=16).digest()
    weights = [digest[i] + 1 for i in range(ways)]
    shares = [total * weight // sum(weights) for weight in weights]
    shares[0] += total - sum(shares)
    return shares

"""Record keys: 13 characters that sort by time (TID)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

# Sorts like the number it writes; https://atproto.com/specs/tid
_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_SHAPE = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK_BITS = 10
# Parts claimed at one instant differ above these bits and so keep their order.
_SEED_BITS = 17


def is_tid(text: str) -> bool:
    """Whether a text can be a record key of a post."""
    return _SHAPE.fullmatch(text) is not None


def tid(seed: bytes, at: datetime, part: int) -> str:
    """The key of a part claimed at `at`.

    The time is `at` to an eighth of a second, plus as much for every part; the 27 bits below come
    from `seed`, so that deliveries claimed in one push do not meet.
    """
    slot = (((at - _EPOCH) // timedelta(microseconds=1)) >> _SEED_BITS) + part
    low = int.from_bytes(seed[:8], "big") & ((1 << (_SEED_BITS + _CLOCK_BITS)) - 1)
    number = (slot << (_SEED_BITS + _CLOCK_BITS)) | low
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))

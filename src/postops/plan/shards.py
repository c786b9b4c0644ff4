"""Which accounts one of several runners looks after.

An account is never split: its caps, its spacing and its lane are its own. Accounts are sorted by
platform, then name, and dealt out in turn, like cards. So every machine comes to the same from the
same configuration, whatever the order in the file; no shard has more than one account more than
another; the accounts of one platform, which share its slow days and its limits for one address,
are spread; and a person can tell where an account goes without computing a hash. A new account
moves others to another shard: the ledger knows what was done, and no shard keeps anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_WRITTEN = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` runners that share the work; `number` counts from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read `2/3`. Raises `ValueError` for anything that is not a shard."""
        found = _WRITTEN.fullmatch(text)
        if found is None or int(found[1]) > int(found[2]):
            raise ValueError(f"{text!r} is not a shard such as 1/3, 2/3 or 3/3")
        return cls(int(found[1]), int(found[2]))

    def share(self, platforms: Mapping[str, str]) -> Share:
        """What this shard looks after. `platforms` has every configured account's platform."""
        numbers = dealt(platforms, self.count)
        mine = frozenset(name for name, number in numbers.items() if number == self.number)
        return Share(mine, frozenset(platforms) - mine, first=self.number == 1)


@dataclass(frozen=True, slots=True)
class Share:
    """The accounts of one shard.

    What belongs to no configured account (one that was taken out, a file that cannot be read) is
    the first shard's, so that exactly one says so.
    """

    mine: frozenset[str]
    others: frozenset[str]
    first: bool

    def __contains__(self, account: object) -> bool:
        return account in self.mine or (self.first and account not in self.others)


def dealt(platforms: Mapping[str, str], count: int) -> dict[str, int]:
    """The shard, from 1 to `count`, of every account."""
    ordered = sorted((platform, name) for name, platform in platforms.items())
    return {name: at % count + 1 for at, (_, name) in enumerate(ordered)}

"""A delivery as one row of a snapshot, unpacked when somebody asks for it.

What a row leaves out is a default, or stands elsewhere in the row: most deliveries have one part,
published in the first attempt from the commit they were claimed with.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import fields
from typing import Any

import orjson

from postops.ledger.events import encode
from postops.ledger.state import DeliveryState, PartState

_PLAIN = tuple(
    (one.name, one.default)
    for one in fields(DeliveryState)
    if one.name
    not in ("name", "post", "account", "parts", "keys", "part_since", "prepared", "last_commit")
)
_PART = (("remote_id", ""), ("url", ""), ("published_at", ""), ("withdrawn", False))


class Rows(MutableMapping[str, DeliveryState]):
    """Deliveries by name; those of a snapshot stay bytes until they are looked at.

    `owned` is told the remote ids of a row when it is unpacked: later events may drop the part.
    """

    def __init__(self, rows: dict[str, bytes], owned: dict[str, set[str]]) -> None:
        self._all: dict[str, DeliveryState | bytes] = {**rows}
        self._owned = owned

    def __getitem__(self, name: str) -> DeliveryState:
        value = self._all[name]
        if isinstance(value, bytes):
            value = self._all[name] = unpack(name, value)
            for part in value.parts.values():
                if part.remote_id:
                    self._owned.setdefault(value.account, set()).add(part.remote_id)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        value = self._all.get(name, default)
        return self[name] if isinstance(value, bytes) else value

    def __setitem__(self, name: str, value: DeliveryState) -> None:
        self._all[name] = value

    def __delitem__(self, name: str) -> None:
        del self._all[name]

    def __contains__(self, name: object) -> bool:
        return name in self._all

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def raw(self, name: str) -> bytes:
        """The row; made anew where the delivery was looked at, and perhaps changed."""
        value = self._all[name]
        return value if isinstance(value, bytes) else pack(value)


def pack(delivery: DeliveryState) -> bytes:
    """The row, without line end. The same delivery gives the same bytes."""
    row: dict[str, Any] = {}
    for name, default in _PLAIN:
        value = getattr(delivery, name)
        if value != default:
            row[name] = value
    if delivery.last_commit != delivery.commit:
        row["last_commit"] = delivery.last_commit
    for name in ("keys", "prepared"):
        if value := getattr(delivery, name):
            row[name] = value
    if delivery.part_since and delivery.part_since != {1: delivery.first_claim_at}:
        row["part_since"] = delivery.part_since
    elif not delivery.part_since and delivery.first_claim_at:
        row["part_since"] = {}
    if delivery.parts:
        row["parts"] = {number: _part(part) for number, part in delivery.parts.items()}
    return encode(row)


def _part(part: PartState) -> dict[str, Any]:
    said = {name: getattr(part, name) for name, default in _PART if getattr(part, name) != default}
    return said | {"extra": part.extra} if part.extra else said


def unpack(name: str, data: bytes) -> DeliveryState:
    """The delivery of a row."""
    row: dict[str, Any] = orjson.loads(data)
    post, _, account = name.rpartition("@")
    parts = {int(n): PartState(int(n), **said) for n, said in row.pop("parts", {}).items()}
    first = row.get("first_claim_at")
    since = row.pop("part_since", None)
    if since is None:
        since = {1: first} if first else {}
    row.setdefault("last_commit", row.get("commit"))
    return DeliveryState(
        name,
        post,
        account,
        parts=parts,
        keys={int(n): key for n, key in row.pop("keys", {}).items()},
        part_since={int(n): at for n, at in since.items()},
        prepared={int(n): event for n, event in row.pop("prepared", {}).items()},
        **row,
    )

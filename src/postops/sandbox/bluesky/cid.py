"""Content ids: CIDv1 over SHA-256 of raw bytes or of canonical DAG-CBOR."""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import Any

_RAW, _DAG_CBOR = 0x55, 0x71


def cid_of_bytes(data: bytes) -> str:
    """Return the CID of a blob."""
    return _cid(_RAW, data)


def cid_of(document: Any) -> str:
    """Return the CID of a record. Raises ValueError for what DAG-CBOR cannot hold."""
    return _cid(_DAG_CBOR, encode(document))


def _cid(codec: int, data: bytes) -> str:
    raw = bytes([1, codec, 0x12, 0x20]) + hashlib.sha256(data).digest()
    return "b" + base64.b32encode(raw).decode().rstrip("=").lower()


def encode(value: Any) -> bytes:
    """Return canonical DAG-CBOR of a JSON value, with `$link` and `$bytes` as links and bytes."""
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case float():
            raise ValueError("floats are not allowed in records")
        case str():
            data = value.encode()
            return _head(3, len(data)) + data
        case list():
            return _head(4, len(value)) + b"".join(map(encode, value))
        case {"$link": str(link)} if len(value) == 1:
            padded = link[1:].upper() + "=" * (-len(link[1:]) % 8)
            raw = b"\0" + base64.b32decode(padded)
            return b"\xd8\x2a" + _head(2, len(raw)) + raw
        case {"$bytes": str(text)} if len(value) == 1:
            raw = base64.b64decode(text + "=" * (-len(text) % 4))
            return _head(2, len(raw)) + raw
        case dict():
            # Canonical order: shorter keys first, then by their bytes.
            keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
            pairs = (encode(key) + encode(value[key]) for key in keys)
            return _head(5, len(value)) + b"".join(pairs)
    raise ValueError(f"{type(value).__name__} has no place in a record")


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    for code, form, top in ((24, ">B", 8), (25, ">H", 16), (26, ">I", 32), (27, ">Q", 64)):
        if argument < 1 << top:
            return bytes([major << 5 | code]) + struct.pack(form, argument)
    raise ValueError("an integer of more than 64 bits")

"""DuckDB's values as what JSON knows."""

from __future__ import annotations

import base64
import json
import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


def plain(value: Any, kind: str = "") -> Any:
    """Strings, numbers, booleans, `None`, lists and dicts; `kind` is the column's type.

    Times with a zone are UTC with `Z`, spans are seconds, bytes are base64, NaN and infinity are
    `None`: JSON has none of them.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return json.loads(value) if kind == "JSON" else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return plain(float(value)) if value.as_tuple().exponent else int(value)
    if isinstance(value, datetime | date | time | timedelta):
        return _time(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {str(plain(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return str(value)


def _time(value: datetime | date | time | timedelta) -> str | float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime) and value.tzinfo is not None:
        form = "milliseconds" if value.microsecond else "seconds"
        return value.astimezone(UTC).isoformat(timespec=form).replace("+00:00", "Z")
    return value.isoformat()

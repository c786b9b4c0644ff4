from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from postops.insights.query import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("NULL", None),
        ("true", True),
        ("1", 1),
        ("170141183460469231731687303715884105727::HUGEINT", 2**127 - 1),
        ("1.50", 1.5),
        ("2::DECIMAL(18, 0)", 2),
        ("'NaN'::DOUBLE", None),
        ("'-Infinity'::FLOAT", None),
        ("'x'", "x"),
        ("'[1]'", "[1]"),
        ("""'{"a": [1, null]}'::JSON""", {"a": [1, None]}),
        ("NULL::JSON", None),
        ("'\\xAA'::BLOB", "qg=="),
        ("DATE '2026-03-01'", "2026-03-01"),
        ("TIME '10:30'", "10:30:00"),
        ("TIMESTAMP '2026-03-01 10:30'", "2026-03-01T10:30:00"),
        ("TIMESTAMPTZ '2026-03-01 10:30:00+01'", "2026-03-01T09:30:00Z"),
        ("TIMESTAMPTZ '2026-03-01 10:30:00.25+01'", "2026-03-01T09:30:00.250Z"),
        ("INTERVAL 90 SECONDS", 90.0),
        ("[1, NULL]", [1, None]),
        ("['NaN'::DOUBLE]", [None]),
        ("{'a': TIMESTAMPTZ '2026-03-01 10:30:00Z'}", {"a": "2026-03-01T10:30:00Z"}),
        ("MAP {1: DATE '2026-03-01'}", {"1": "2026-03-01"}),
        ("'9d1b6f1c-7a1e-4a52-8b5c-3f6a1c2d3e4f'::UUID", "9d1b6f1c-7a1e-4a52-8b5c-3f6a1c2d3e4f"),
    ],
)
def test_every_value_is_one_json_knows(sql: str, value: Any, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    ((got,),) = run(f"SELECT {sql}", tmp_path / "state").rows
    assert got == value
    assert type(got) is type(value)
    assert json.loads(json.dumps(got, allow_nan=False)) == value


def test_whatever_duckdb_has_becomes_json(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    json.dumps(run("FROM test_all_types()", tmp_path / "state").rows, allow_nan=False)

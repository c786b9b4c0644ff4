from __future__ import annotations

import json
from datetime import date

from postops.insights.campaigns import campaign_line
from postops.model import Campaign


def test_a_campaign_has_every_key_as_json() -> None:
    bare = campaign_line(Campaign("c", "campaigns/c.md", "b1", {}, "Body"))
    full = campaign_line(
        Campaign(
            "c", "campaigns/c.md", "b1", {}, "", "T", date(2026, 3, 1), date(2026, 3, 9),
            ("x",), ("Tag",), ("t",), {"source": "s"},
        )
    )  # fmt: skip
    assert bare.keys() == full.keys()
    assert json.loads(json.dumps(full)) == full
    assert (full["starts"], full["ends"], full["utm"]) == (
        "2026-03-01",
        "2026-03-09",
        {"source": "s"},
    )
    assert (bare["starts"], bare["accounts"], bare["tags"]) == (None, None, [])

"""What publish keeps beside the ledger, so that queries need nothing but `state/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from postops.cli._gather import INDEX
from postops.insights import campaigns, views

if TYPE_CHECKING:
    from postops.cli._sweep import Sweep
    from postops.ledger.journal import Ledger


def stage(ledger: Ledger, swept: Sweep) -> None:
    """Stage the content's index and the views for the next push, where they changed."""
    lines = sorted(swept.campaigns.values(), key=lambda campaign: campaign.path)
    wanted = {
        INDEX: swept.gathered.content,
        campaigns.PATH: b"".join(
            orjson.dumps(campaigns.campaign_line(campaign)) + b"\n" for campaign in lines
        ),
        views.PATH: views.views_sql().encode(),
    }
    for path, data in wanted.items():
        ledger.stage(path, data)

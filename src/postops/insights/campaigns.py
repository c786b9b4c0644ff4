"""A line of `state/content/campaigns.jsonl`: what the view `campaigns` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from postops.model import Campaign

PATH = "state/content/campaigns.jsonl"
VERSION = 1


def campaign_line(campaign: Campaign) -> dict[str, Any]:
    """For JSON. Days are ISO dates; all keys are always there."""
    return {
        "v": VERSION,
        "path": campaign.path,
        "blob": campaign.blob,
        "id": campaign.id,
        "title": campaign.title,
        "starts": None if campaign.starts is None else campaign.starts.isoformat(),
        "ends": None if campaign.ends is None else campaign.ends.isoformat(),
        "accounts": None if campaign.accounts is None else list(campaign.accounts),
        "hashtags": list(campaign.hashtags),
        "tags": list(campaign.tags),
        "utm": dict(campaign.utm),
    }

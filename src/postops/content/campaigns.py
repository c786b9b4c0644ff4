"""The bytes of a file -> a Campaign, with a fault for everything that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postops.content.front import CampaignFront
from postops.content.frontmatter import read_document
from postops.content.posts import bare_hashtags, blob_id, default_id
from postops.content.times import read_day
from postops.model import Campaign
from postops.reading import Fault
from postops.reading.marked import value_span
from postops.reading.shape import read

if TYPE_CHECKING:
    from datetime import date

    from postops.reading.marked import MarkedMap

FOLDER = "campaigns"


class ReadCampaign(NamedTuple):
    """What was read of a file: `None` where nothing could be."""

    campaign: Campaign | None
    faults: tuple[Fault, ...]


def read_campaign(data: bytes, path: str, *, blob: str | None = None) -> ReadCampaign:
    """Read the bytes of the file `path` as a campaign. Never raises for what is in it."""
    document = read_document(data, path)
    if document.front is None:
        return ReadCampaign(None, document.faults)
    front, found = read(CampaignFront, document.front, path, (2, 1))
    faults = [*document.faults, *found]
    front = front or CampaignFront()
    utm = front.utm
    given = {"source": utm.source, "medium": utm.medium, "campaign": utm.campaign}
    campaign = Campaign(
        id=front.id or default_id(path, FOLDER),
        path=path,
        blob=blob or blob_id(data),
        front=document.front,
        body=document.body,
        title=front.title,
        starts=_day(front.starts, "starts", document.front, path, faults),
        ends=_day(front.ends, "ends", document.front, path, faults),
        accounts=None if front.accounts is None else tuple(front.accounts),
        hashtags=bare_hashtags(front.hashtags),
        tags=tuple(front.tags),
        utm={key: value for key, value in given.items() if value is not None},
    )
    if campaign.starts and campaign.ends and campaign.ends < campaign.starts:
        span = value_span(document.front, "ends", path)
        faults.append(Fault("invalid-time", span, "the campaign ends before it starts"))
    return ReadCampaign(campaign, tuple(faults))


def _day(
    text: str | None, key: str, front: MarkedMap, path: str, faults: list[Fault]
) -> date | None:
    if text is None:
        return None
    day = read_day(text, value_span(front, key, path))
    if isinstance(day, Fault):
        faults.append(day)
        return None
    return day

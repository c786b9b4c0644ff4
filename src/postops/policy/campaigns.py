"""Rules about campaigns and the posts in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.diagnostics import Severity, Span
from postops.policy.accounts import unknown_names
from postops.policy.registry import Problem, rule
from postops.policy.secrets import secrets_in
from postops.reading import Fault
from postops.reading.words import nearest, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.config import Config
    from postops.model import Campaign
    from postops.policy.subjects import OnPost, OnSet


@rule(
    "PO420",
    "unknown-campaign",
    severity=Severity.ERROR,
    on="post",
    since="0.1",
    needs=["campaign"],
)
def unknown_campaign(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds posts of a campaign that is not there.

    ## Why
    They lack its accounts, hashtags and link parameters, and are missing in its figures.

    ## Example
    ```markdown
    ---
    campaign: sprnig-launch
    ---
    ```

    ## Fix
    Write the campaign's path below `campaigns/`, without the suffix, or its `id`.
    """
    known = given.context.campaigns
    name = given.post.campaign
    if name is None or name in known:
        return
    meant = nearest(name, tuple(known)) if known else None
    help_ = f"did you mean `{meant}`?" if meant else f"write campaigns/{name}.md"
    yield Problem(given.post.span("campaign"), f"there is no campaign {show(name)}", help_)


@rule(
    "PO421",
    "outside-campaign",
    severity=Severity.WARNING,
    on="post",
    since="0.1",
    needs=["campaign", "time"],
)
def outside_campaign(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds posts that are due before the first or after the last day of their campaign.

    ## Why
    One of the two days is wrong, or the post belongs to another campaign.

    ## Example
    A post due on 2 May in a campaign that ends on 30 April.

    ## Fix
    Move the post, or the days of the campaign.
    """
    campaign = given.context.campaigns.get(given.post.campaign or "")
    due = given.post.publish_at
    if campaign is None or due is None:
        return
    day = due.text[:10]
    if campaign.starts is not None and day < campaign.starts.isoformat():
        message = f"the campaign {show(campaign.id)} begins on {campaign.starts}"
        yield Problem(due.span, message, "move the post, or the campaign")
    elif campaign.ends is not None and day > campaign.ends.isoformat():
        message = f"the campaign {show(campaign.id)} ends on {campaign.ends}"
        yield Problem(due.span, message, "move the post, or the campaign")


@rule("PO422", "duplicate-campaign", severity=Severity.ERROR, on="set", since="0.1")
def duplicate_campaign(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds two campaigns of the same name.

    ## Why
    Nobody can say which of them a post belongs to.

    ## Example
    `campaigns/spring.md` beside `campaigns/2026.md` with `id: spring`

    ## Fix
    Change one `id`.
    """
    first: dict[str, Campaign] = {}
    for campaign in given.campaigns:
        other = first.setdefault(campaign.id, campaign)
        if other is not campaign:
            message = f"{show(other.path)} is called {show(campaign.id)}, too"
            yield Problem(Span(campaign.path), message, "change one `id`")


def campaign_faults(campaign: Campaign, config: Config) -> Iterator[Fault]:
    """What is wrong with a campaign by itself, beyond how it is written."""
    if campaign.accounts is not None:
        for problem in unknown_names(campaign.front["accounts"], campaign.path, config):
            yield Fault("unknown-account", *problem[:4])
    whole = Span(campaign.path)
    for problem in secrets_in(campaign.front, campaign.path, campaign.body, lambda _: whole):
        yield Fault("plaintext-secret", *problem[:4])

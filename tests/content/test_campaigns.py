from __future__ import annotations

from datetime import date

import pytest

from postops.content.campaigns import read_campaign

TEXT = b"""\
---
title: Spring launch
starts: 2026-03-01
ends: 2026-03-31
accounts: [all]
hashtags: ["#Spring"]
tags: [launch]
utm: {campaign: spring, medium: social}
---
What it is about.
"""


def test_every_key_is_read() -> None:
    campaign, faults = read_campaign(TEXT, "campaigns/2026/spring.md")
    assert faults == ()
    assert campaign is not None
    assert campaign.id == "2026/spring"
    assert (campaign.title, campaign.body) == ("Spring launch", "What it is about.\n")
    assert (campaign.starts, campaign.ends) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (campaign.accounts, campaign.hashtags) == (("all",), ("Spring",))
    assert campaign.tags == ("launch",)
    assert campaign.utm == {"campaign": "spring", "medium": "social"}
    assert len(campaign.blob) == 40


def test_an_id_and_a_blob_may_be_given() -> None:
    campaign, _ = read_campaign(b"---\nid: launch\n---\n", "campaigns/a.md", blob="b")
    assert campaign is not None
    assert (campaign.id, campaign.blob) == ("launch", "b")
    assert campaign.accounts is None


@pytest.mark.parametrize(
    ("keys", "rule", "line"),
    [
        ("starts: 2026-02-30", "invalid-time", 2),
        ("starts: soon", "invalid-time", 2),
        ("starts: 2026-03-02\nends: 2026-03-01", "invalid-time", 3),
        ("start: 2026-03-01", "unknown-key", 2),
        ("publish_at: 2026-03-01T10:30", "unknown-key", 2),
        ("utm: {term: x}", "unknown-key", 2),
    ],
)
def test_mistakes(keys: str, rule: str, line: int) -> None:
    campaign, faults = read_campaign(f"---\n{keys}\n---\n".encode(), "campaigns/a.md")
    assert campaign is not None
    assert [(f.rule, f.span.line) for f in faults] == [(rule, line)]


def test_no_front_matter_is_no_campaign() -> None:
    assert read_campaign(b"Text", "campaigns/a.md").campaign is None

"""Sections to parts: set for the platform, cut where asked to, measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.model import Part
from postops.render.draft import Anchor, Cut, Draft, draft, holds
from postops.render.facets import facets, stretches
from postops.render.hashtags import line_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postops.model import Link, Media
    from postops.render.flow import Section
    from postops.render.setting import Setting


def parts(
    setting: Setting,
    sections: Sequence[Section],
    media: Sequence[tuple[Media, ...]],
    link: Link | None,
) -> tuple[Part, ...]:
    """All parts, numbered. `media` goes with the sections; `link` is set only without a card."""
    rich = setting.platform.capabilities.rich_links
    drafts = [draft(one, rich, setting.tagging, setting.own) for one in sections]
    address = ""
    if link is not None and not holds(sections, link.url):
        address = link.url if rich else setting.tagging.own(link.url)
    hashtags = line_of(setting.asked.hashtags, [one.text for one in drafts])
    made: list[Part] = []
    for index, one in enumerate(drafts):
        first = _paragraph(address) if index == 0 else ""
        last = _paragraph(hashtags) if index == len(drafts) - 1 else ""
        cuts = _cuts(setting, one, first, last)
        for cut, line in zip(cuts, one.lines(cuts), strict=True):
            shown = () if cut.start else media[index]
            anchors = one.cut(cut.start, cut.end)
            if rich and first and not made:
                at = len(one.text[: cut.end].rstrip()) + len(first) - len(address)
                at = at if one.text else 0
                anchors.append(Anchor(at, at + len(address), setting.tagging.own(address)))
            made.append(_part(setting, one, cut, line, anchors, shown, len(made) + 1))
    return tuple(made)


def _paragraph(text: str) -> str:
    return f"\n\n{text}" if text else ""


def _cuts(setting: Setting, one: Draft, first: str, last: str) -> list[Cut]:
    """The whole section, unless it may be cut and has to be."""
    text, platform = one.text, setting.platform
    if setting.asked.thread == "none" or not platform.capabilities.thread:
        return [Cut(0, len(text), first + last)]
    # Only a long text pays for what finds its sentences.
    from postops.render.split import split

    whole = stretches(text, platform.facets(text), one.whole)
    return split(text, lambda t: setting.measure(t).fits, whole, first=first, last=last)


def _part(
    setting: Setting,
    one: Draft,
    cut: Cut,
    line: int,
    anchors: Sequence[Anchor],
    media: tuple[Media, ...],
    number: int,
) -> Part:
    text = one.text[cut.start : cut.end].rstrip() + cut.suffix
    text = text if cut.start < cut.end else text.lstrip("\n")
    found = facets(text, anchors, setting.platform, setting.tagging, setting.own)
    return Part(number, text, setting.measure(text), setting.span(line), found, media)

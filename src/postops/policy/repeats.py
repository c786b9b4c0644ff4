"""Rules about saying the same thing again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.diagnostics import Severity
from postops.policy.registry import Problem, rule
from postops.reading.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.policy.card import Card
    from postops.policy.subjects import OnMessage, OnSet


@rule("PO103", "duplicate-content", severity=Severity.WARNING, on="set", since="0.1")
def duplicate_content(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds posts that say the same to the same account, and, on platforms that refuse duplicates,
    the same post to several accounts, and threads of which a part is the same as another post or a
    part of one. Spacing and letter case make no difference; other media or another link card do.

    ## Why
    X refuses a text it has seen, so that half of a thread is left, and its rules forbid identical
    texts from several accounts. Elsewhere followers see it twice.

    ## Example
    `posts/monday.md` and `posts/tuesday.md` with the same words for the same account.

    ## Fix
    Say it in other words, or give one account a text of its own under `platforms`. A reminder that
    is meant to be the same says `allow: [duplicate-content]`.
    """
    first: dict[tuple[str, str], Card] = {}
    parts: dict[tuple[str, str], Card] = {}
    for card in given.cards:
        if card.draft:
            continue
        yield from _refrains(card, given, parts)
        for account, sent in card.sent.items():
            if sent.text:
                earlier = first.setdefault((account, sent.text), card)
                if earlier is not card:
                    yield _again(card, earlier, account)
        if len(card.sent) > 1:
            yield from _echoes(card, given)


def _again(card: Card, earlier: Card, account: str) -> Problem:
    one, other = sorted((earlier, card), key=lambda c: (c.publish_at or "", c.path))
    return Problem(
        other.body_span(),
        f"{account} says the same in {show(one.path)}",
        "say it in other words, or allow it here",
        post=other.id,
        account=account,
    )


def _refrains(card: Card, given: OnSet, first: dict[tuple[str, str], Card]) -> Iterator[Problem]:
    """A part of a thread that another post has as well, where it would be refused."""
    for account, sent in card.sent.items():
        pieces = sent.pieces.split()
        target = given.targets.get(account) if pieces else None
        if target is None or not target.can.refuses_duplicates:
            continue
        found = [first.setdefault((account, piece), card) for piece in pieces]
        earlier = next((one for one in found if one is not card), None)
        if earlier is not None and earlier.sent[account].text != sent.text:
            one, other = sorted((earlier, card), key=lambda c: (c.publish_at or "", c.path))
            what = "a part" if other.sent[account].parts > 1 else "it"
            where = "a part of " if one.sent[account].parts > 1 else ""
            message = (
                f"{what} says the same as {where}{show(one.path)}, which {target.title} refuses"
            )
            help_ = "say it in other words"
            yield Problem(other.body_span(), message, help_, post=other.id, account=account)


def _echoes(card: Card, given: OnSet) -> Iterator[Problem]:
    """One post to several accounts of a platform that forbids it."""
    first: dict[tuple[str, str], str] = {}
    for account, sent in card.sent.items():
        target = given.targets.get(account)
        if target is None or not sent.text or not target.can.refuses_duplicates:
            continue
        other = first.setdefault((target.platform.name, sent.text), account)
        if other != account:
            message = f"{account} and {other} say the same, which {target.title} forbids"
            help_ = f"give {account} a text of its own under `platforms`"
            yield Problem(card.body_span(), message, help_, post=card.id, account=account)


@rule(
    "PO105",
    "too-many-cashtags",
    severity=Severity.ERROR,
    on="message",
    since="0.1",
    needs=["cashtag"],
)
def too_many_cashtags(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds posts with more cashtags (`$ABC`) than a platform takes.

    ## Why
    X refuses a post with more than one, the same one twice included.

    ## Example
    ```markdown
    $ABC and $XYZ rise.
    ```

    ## Fix
    Keep one, and write the others without `$`.
    """
    most = given.can.max_cashtags
    if most is None:
        return
    for part in given.message.parts:
        found = given.target.platform.cashtags(part.text)
        if len(found) > most:
            span = given.place(part, found[most])
            message = f"{len(found)} cashtags; {given.target.title} takes {most}"
            yield Problem(span, message, "write the others without `$`")


@rule(
    "PO123",
    "link-repeated",
    severity=Severity.NOTICE,
    on="message",
    since="0.1",
    needs=["link"],
)
def link_repeated(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds a link that stands twice in the text of one message.

    ## Why
    It costs room, and looks like a mistake: often the body holds the post's `link` in a slightly
    other spelling.

    ## Example
    ```markdown
    See https://example.org/a and again https://example.org/a
    ```

    ## Fix
    Keep one of the two.
    """
    seen: set[str] = set()
    told: set[str] = set()
    for part in given.message.parts:
        for facet in part.facets:
            if facet.type != "link":
                continue
            url = facet.value.rstrip("/")
            if url in seen and url not in told:
                told.add(url)
                span = given.place(part, facet.value)
                yield Problem(span, f"the link {show(facet.value)} stands here twice", "keep one")
            seen.add(url)


@rule("PO124", "part-repeated", severity=Severity.ERROR, on="message", since="0.1")
def part_repeated(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds threads in which a part without media says the same as one before it, on platforms that
    refuse duplicates.

    ## Why
    X refuses the second, and the thread stays half of what was approved.

    ## Example
    ```markdown
    ---
    accounts: [x-main]
    ---
    It is out!

    ---

    It is out!
    ```

    ## Fix
    Say it in other words.
    """
    parts = given.message.parts
    if len(parts) == 1 or not given.can.refuses_duplicates:
        return
    first: dict[str, int] = {}
    for part in parts:
        words = " ".join(part.text.split())
        if not words or part.media:
            continue
        number = first.setdefault(words, part.number)
        if number != part.number:
            message = f"part {part.number} says the same as part {number}"
            yield Problem(
                part.span, f"{message}, which {given.target.title} refuses", "say it in other words"
            )

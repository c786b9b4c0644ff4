"""Rules about what was published before: ids, renames, edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.diagnostics import Edit, Fix, Severity, Span
from postops.policy.registry import Problem, rule
from postops.reading.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.ledger.state import DeliveryState
    from postops.policy.card import Card
    from postops.policy.subjects import OnSet

_THERE = frozenset(("published", "partial", "claimed", "in_doubt"))


@rule("PO501", "duplicate-id", severity=Severity.ERROR, on="set", since="0.1")
def duplicate_id(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds two posts with the same id. A post's id is its `id:`, or its path below `posts/` without
    the suffix.

    ## Why
    The ledger knows a post by its id: of two, one would never be published, or take the place of
    the other.

    ## Example
    A copy of a post, with its `id: spring-release`.

    ## Fix
    Change the `id` of the newer one, or remove it.
    """
    first: dict[str, Card] = {}
    for card in given.cards:
        other = first.setdefault(card.id, card)
        if other is not card:
            for one, twin in ((card, other), (other, card)):
                message = f"{show(twin.path)} has the id {show(card.id)}, too"
                yield Problem(one.span("id"), message, "change one `id`", post=one.id)


@rule(
    "PO502",
    "renamed-after-publish",
    severity=Severity.ERROR,
    on="set",
    since="0.1",
    fixable=True,
)
def renamed_after_publish(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds new posts with exactly the content of a published post whose file is gone.

    ## Why
    The file was renamed, and with it the id that is made of its path: it would be published again.

    ## Example
    `git mv posts/launch.md posts/2026/launch.md` after it was published.

    ## Fix
    Add `id:` with the old id: the fix is offered. If it is meant to go out once more, leave the old
    file where it is: until then the new one waits, allowed or not.
    """
    gone = _gone(given)
    if not gone:
        return
    begun = {one.post for one in _deliveries(given)}
    like = {key: one for one in gone for key in (one.source, one.blob) if key}
    for card in given.cards:
        old = None if card.id in begun else like.get(card.source or "") or like.get(card.blob)
        if old is not None and old.path != card.path:
            message = f"this was published as {show(old.post)}, whose file is gone"
            help_ = f"add `id: {old.post}`, so that it is not published again"
            yield Problem(card.span("id"), message, help_, _keep_id(card, old.post), post=card.id)


@rule("PO503", "id-changed", severity=Severity.ERROR, on="set", since="0.1")
def id_changed(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds files that were published under another id.

    ## Why
    Under its new id the post is a new one, and would be published again.

    ## Example
    `id: launch` added to `posts/spring.md` after it was published as `spring`.

    ## Fix
    Put the old id back: `id:` never changes. If it is another post, give it another path.
    """
    old = {one.path: one.post for one in _gone(given) if one.path}
    if not old:
        return
    begun = {one.post for one in _deliveries(given)}
    for card in given.cards:
        before = old.get(card.path)
        if before is not None and card.id not in begun:
            message = f"this file was published as {show(before)}, and is now {show(card.id)}"
            yield Problem(card.span("id"), message, f"write `id: {before}`", post=card.id)


@rule("PO504", "edited-after-publish", severity=Severity.WARNING, on="set", since="0.1")
def edited_after_publish(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds posts that were changed after they were published, where nothing will be done about it:
    `on_edit: ignore`, or a platform on which posts cannot be changed.

    ## Why
    The file now says something the world has not read.

    ## Example
    A typo mended in a post that is on Bluesky already.

    ## Fix
    Set `on_edit: update` where the platform can, put the old text back, or withdraw the post and
    publish it anew.
    """
    cards = {card.id: card for card in given.cards if card.source}
    told: dict[str, list[str]] = {}
    for done in _deliveries(given):
        card = cards.get(done.post)
        if done.phase != "published" or card is None or done.source in (None, card.source):
            continue
        target = given.targets.get(done.account)
        if card.on_edit != "update" or target is None or not target.can.update:
            told.setdefault(done.post, []).append(done.account)
    for post, accounts in told.items():
        card = cards[post]
        message = f"published to {', '.join(sorted(accounts))}, and changed since"
        help_ = "set `on_edit: update` where the platform can, or put the old text back"
        if card.on_edit == "update":
            help_ = (
                "a post there stays as it is: put the old text back, or withdraw it and post anew"
            )
        yield Problem(card.body_span(), message, help_, post=post)


@rule("PO505", "cannot-update", severity=Severity.NOTICE, on="set", since="0.1")
def cannot_update(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds posts with `on_edit: update` for accounts on platforms where a post, once published,
    cannot be changed.

    ## Why
    There, an edit changes nothing: the plan says `edited`, and the old text stays. Better to know
    it before than after the typo is out.

    ## Example
    ```markdown
    ---
    accounts: [bluesky-main, mastodon-main]
    on_edit: update
    ---
    ```
    An edit reaches Mastodon, and leaves Bluesky as it is.

    ## Fix
    None is needed where that is fine; `allow: [cannot-update]` says so. What has to stay correct
    can be withdrawn and published anew.
    """
    for card in given.cards:
        if card.on_edit != "update":
            continue
        known = [given.targets[name] for name in card.accounts if name in given.targets]
        fixed = [one for one in known if not one.can.update]
        if fixed:
            names = ", ".join(sorted(one.account.name for one in fixed))
            kinds = " and ".join(sorted({one.title for one in fixed}))
            message = (
                f"`on_edit: update` does nothing for {names}: posts on {kinds} stay as they are"
            )
            yield Problem(card.span("on_edit"), message, post=card.id)


def _deliveries(given: OnSet) -> list[DeliveryState]:
    return list(given.ledger.deliveries.values()) if given.ledger is not None else []


def _gone(given: OnSet) -> list[DeliveryState]:
    """Published deliveries of posts no file has the id of; none, where not all files are known."""
    if not given.complete:
        return []
    ids = {card.id for card in given.cards}
    return [one for one in _deliveries(given) if one.post not in ids and one.phase in _THERE]


def _keep_id(card: Card, id_: str) -> Fix | None:
    """Offered, yet not safe: it decides that both are one post."""
    if "id" in card.marks:
        return None
    at = Span(card.path, 2, 1, 2, 1)
    return Fix(f"add `id: {id_}`", (Edit(at, f"id: {id_}\n"),), safe=False)

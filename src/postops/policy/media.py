"""Rules about the files a post shows, whatever the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.diagnostics import Severity, Span
from postops.policy.registry import Problem, rule
from postops.reading.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.model import Link
    from postops.policy.card import Card
    from postops.policy.subjects import OnMessage, OnPost, OnSet


@rule("PO201", "media-missing", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def media_missing() -> None:
    """## What it does
    Finds media that are not there: no such file, another letter case, a URL.

    ## Why
    Without its picture the post is another post.

    ## Example
    ```markdown
    ---
    media:
      - {path: Chart.png, alt: A chart}
    ---
    ```
    beside a file called `chart.png`.

    ## Fix
    Put the file into the repository and write its path relative to the post, letter case and all.
    """


@rule(
    "PO202", "path-escapes-repository", severity=Severity.ERROR, on="fault", since="0.1", firm=True
)
def path_escapes_repository() -> None:
    """## What it does
    Finds media paths that lead out of the repository: absolute paths, too many `..`, symbolic links,
    submodules, git's own directory.

    ## Why
    A post must not be able to publish a file of the machine it is published from.

    ## Example
    ```markdown
    ---
    media:
      - {path: ../../../etc/passwd, alt: A chart}
    ---
    ```

    ## Fix
    Put the file itself into the repository.
    """


@rule("PO203", "media-untracked", severity=Severity.WARNING, on="set", since="0.1")
def media_untracked(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds media that lie on the disk but that were never added to git.

    ## Why
    They are not in the commit that is published: there, the file does not exist.

    ## Example
    A picture made a minute ago. Only a work tree is looked at, and only where git is there to ask.

    ## Fix
    `git add` the file, together with the post.
    """
    for card, path, span in _unknown(given, ignored=False):
        yield Problem(span, f"{show(path)} is not tracked by git", "`git add` it", post=card.id)


@rule("PO209", "media-ignored", severity=Severity.ERROR, on="set", since="0.1")
def media_ignored(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds media that git was told to ignore.

    ## Why
    `git add` leaves them out without a word, and so they are not in the commit that is published.

    ## Example
    A `.gitignore` that says `*.png`, or `build/` where the pictures are made.

    ## Fix
    Keep the file in a folder that is not ignored, or take it out of `.gitignore`; or
    `git add --force` it.
    """
    help_ = "`git add --force` it, or look at .gitignore"
    for card, path, span in _unknown(given, ignored=True):
        yield Problem(span, f"{show(path)} is ignored by git", help_, post=card.id)


def _unknown(given: OnSet, *, ignored: bool) -> Iterator[tuple[Card, str, Span]]:
    """Posts with media that git does not know, and where they name them."""
    if not given.untracked:
        return
    for card in given.cards:
        for path, (line, column) in card.shown.items():
            if given.untracked.get(path) is ignored:
                yield card, path, Span(card.path, line, column)


@rule("PO204", "lfs-pointer", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def lfs_pointer() -> None:
    """## What it does
    Finds files of which only the Git LFS pointer is here.

    ## Why
    The three lines of text would be uploaded as a picture, or published as a post.

    ## Example
    A clone made without Git LFS.

    ## Fix
    `git lfs pull`; in CI set `lfs: true` at actions/checkout. Posts are text and need no LFS.
    """


@rule("PO205", "media-damaged", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def media_damaged() -> None:
    """## What it does
    Finds media that are empty, cut short, or not what their first bytes say.

    ## Why
    The platform refuses them after the upload.

    ## Example
    A download that was interrupted.

    ## Fix
    Save or export the file again.
    """


@rule(
    "PO206",
    "missing-alt-text",
    severity=Severity.WARNING,
    on="post",
    since="0.1",
    needs=["media"],
)
def missing_alt_text(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds pictures and videos without an alternative text. An empty text (`alt: ""`) says that a
    picture is pure decoration, and passes. Pictures of link cards need none.

    ## Why
    Who cannot see the picture learns what it shows only from this text.

    ## Example
    ```markdown
    ---
    media:
      - {path: ../media/chart.png}
    ---
    ```

    ## Fix
    Add `alt:`, or write the text into the brackets of `![…](chart.png)`. Say what the picture shows
    and why it is there.
    """
    cards = {id(link.image) for link in _links(given)}
    for media in given.media:
        if media.alt is None and media.fault is None and id(media) not in cards:
            facts = media.facts
            if facts is None or facts.kind != "audio":
                message = f"{show(media.path)} has no alternative text"
                yield Problem(media.span, message, "say in `alt:` what it shows")


def _links(given: OnPost) -> list[Link]:
    post = given.post
    others = (*post.overrides.values(), *post.variants.values())
    return [link for link in (post.link, *(one.link for one in others)) if link is not None]


@rule(
    "PO207",
    "alt-too-long",
    severity=Severity.ERROR,
    on="message",
    since="0.1",
    needs=["media"],
)
def alt_too_long(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds alternative texts longer than a platform takes.

    ## Why
    The platform refuses the post, or cuts the text in the middle of a sentence.

    ## Example
    An alternative text of 1,200 characters for X, which takes 1,000.

    ## Fix
    Shorten it; long texts in a picture belong into the post or on a page it links.
    """
    most = given.can.alt_limit
    if most is None:
        return
    for part in given.message.parts:
        for media in part.media:
            if media.alt is not None and len(media.alt) > most:
                message = f"{len(media.alt)} characters; {given.target.title} takes {most}"
                yield Problem(
                    media.alt_span or media.span,
                    f"the alternative text has {message}",
                    "shorten it",
                )


@rule(
    "PO225",
    "long-alt-text",
    severity=Severity.WARNING,
    on="message",
    since="0.1",
    needs=["media"],
)
def long_alt_text(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds alternative texts that a platform takes, and some of its servers do not.

    ## Why
    Servers that have not been updated refuse the post. postops asks the server before it publishes.

    ## Example
    An alternative text of 2,000 characters for Mastodon: servers before 4.6 take 1,500.

    ## Fix
    Shorten it, or `allow: [long-alt-text]` where the server is known to be newer.
    """
    most, always = given.can.alt_limit, given.can.alt_warn
    if most is None or always is None:
        return
    for part in given.message.parts:
        for media in part.media:
            if media.alt is not None and always < len(media.alt) <= most:
                length = f"{len(media.alt)} characters"
                message = f"{length}; {given.target.title} may take only {always}"
                span = media.alt_span or media.span
                yield Problem(span, f"the alternative text has {message}", "shorten it")


@rule(
    "PO208",
    "gps-in-photo",
    severity=Severity.WARNING,
    on="post",
    since="0.1",
    needs=["media"],
)
def gps_in_photo(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds photos that say where they were taken.

    ## Why
    Not every platform removes the position, and the repository may be public: it can be somebody's
    home.

    ## Example
    A photo straight from a phone.

    ## Fix
    Export it without position, or remove it: `exiftool -gps:all= photo.jpg`.
    """
    for media in given.media:
        if media.facts is not None and media.facts.has_gps:
            message = f"{show(media.path)} says where it was taken"
            yield Problem(media.span, message, "export it without its position")

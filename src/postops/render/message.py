"""The room's one sentence: what is wanted, its text, its parts, its message.

Where things go: `link` becomes the card where the platform sends one and part 1 shows no media,
else a last paragraph of the first part, unless the body shows it; hashtags are the last paragraph
of the last part; media hang on part 1, an image of the body on the part it stands in. The content
warning is sent with every part, so it counts in every part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postops.model import Loss, Media, Message
from postops.render.digests import payload_digest
from postops.render.flow import merged
from postops.render.parsed import Parsed, parse
from postops.render.parts import parts
from postops.render.setting import Setting, tagging
from postops.render.wanted import key_span, wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from postops.config import Account, Config
    from postops.diagnostics import Span
    from postops.model import Campaign, Post
    from postops.platforms.base import Platform
    from postops.render.flow import Image, Section


def render(
    post: Post,
    account: Account,
    config: Config,
    platform: type[Platform],
    *,
    campaign: Campaign | None = None,
    resolve_media: Callable[[str, Span], Media] | None = None,
    parsed: Parsed | None = None,
    arm: str | None = None,
    settings: Any = None,
) -> Message:
    """The message for one account. Never fails: what does not fit is said in the message.

    `campaign` is the post's, if it has one; `resolve_media` reads the file behind an image in the
    text; `parsed` is what `parse(post)` gave, for posts that go to several accounts; `arm` is the
    variant of an experiment; `settings` are the account's, as its platform's shape read them.
    """
    asked = wanted(post, account, campaign, arm)
    parsed = parsed or parse(post)
    flow = parsed.body if asked.text_of is None else parsed.overrides[asked.text_of]
    tags = tagging(config, campaign, post, account)
    setting = Setting(post, account, arm, platform, asked, flow, tags, settings)
    return _message(setting, resolve_media)


# --------------------------------------------------------------------------- the message


def _message(setting: Setting, resolve: Callable[[str, Span], Media] | None) -> Message:
    asked, can = setting.asked, setting.platform.capabilities
    sections, media = _sections(setting, resolve)
    card = asked.link if can.card and not media[0] else None
    message = Message(
        post=setting.post.id,
        account=setting.account.name,
        platform=setting.platform.name,
        parts=parts(setting, sections, media, None if card else asked.link),
        title=asked.title or None if can.titles else None,
        card=card._replace(url=setting.tagging.own(card.url)) if card else None,
        language=asked.language or None if can.language else None,
        content_warning=setting.warning,
        poll=asked.poll if can.poll else None,
        options=asked.options,
        losses=_losses(setting),
    )
    return message._replace(digest=payload_digest(message))


def _sections(
    setting: Setting, resolve: Callable[[str, Span], Media] | None
) -> tuple[tuple[Section, ...], list[tuple[Media, ...]]]:
    """The parts made by hand and the media of each; one part where threads are not taken."""
    asked, sections = setting.asked, setting.flow.sections
    images = [tuple(_image(setting, i, resolve) for i in s.images) for s in sections]
    if asked.media is not None and asked.text_of is None:
        # An override of the media speaks for the body's images as well.
        images = [() for _ in sections]
    front = setting.post.media if asked.media is None else asked.media
    if len(sections) > 1 and not setting.platform.capabilities.thread:
        return (merged(sections),), [front + tuple(m for group in images for m in group)]
    return sections, [front + images[0], *images[1:]]


def _image(setting: Setting, image: Image, resolve: Callable[[str, Span], Media] | None) -> Media:
    span = setting.span(image.line, image.column)
    found = resolve(image.path, span) if resolve else Media(image.path, None, span)
    return found._replace(alt=image.alt or None, alt_span=span)


def _losses(setting: Setting) -> tuple[Loss, ...]:
    asked, can = setting.asked, setting.platform.capabilities
    losses = [Loss(what, setting.span(line, col)) for what, line, col in setting.flow.losses]
    missing = {
        "content_warning": bool(asked.content_warning) and not can.content_warning,
        "poll": asked.poll is not None and not can.poll,
    }
    for key, lost in missing.items():
        if lost:
            what = key.replace("_", " ")
            losses.append(Loss(what, key_span(setting.post, setting.account, setting.arm, key)))
    if asked.poll is not None and asked.poll.multiple and can.poll and not can.poll.multiple:
        span = key_span(setting.post, setting.account, setting.arm, "poll")
        losses.append(Loss("choice of several options", span))
    sections = setting.flow.sections
    if len(sections) > 1 and not can.thread:
        losses.append(Loss("thread", setting.span(sections[1].line)))
    return tuple(losses)

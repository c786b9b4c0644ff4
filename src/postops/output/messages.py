"""Messages for people: exactly what will be sent, part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.output.safe import one_line, terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from postops.model import Link, Media, Message, Part, Poll


def text(message: Message, style: Callable[..., str]) -> str:
    """One message: a line that names it, then each part with its count, its text and its media."""
    name = f"{message.post}@{message.account}"
    lines = [f"{style(one_line(name), bold=True)}  {message.platform}"]
    if message.title:
        lines.append(f"  title: {one_line(message.title)}")
    if message.content_warning:
        lines.append(f"  content warning: {one_line(message.content_warning)}")
    for part in message.parts:
        lines += _part(part, len(message.parts), style)
    if message.card:
        lines += _card(message.card)
    if message.poll:
        lines.append(_poll(message.poll))
    lines += [
        f"  lost: {one_line(loss.what)} ({one_line(str(loss.span))})" for loss in message.losses
    ]
    return "\n".join(lines)


def _part(part: Part, parts: int, style: Callable[..., str]) -> Iterator[str]:
    measure = part.measure
    size = f"{measure.count} of {measure.limit} {measure.unit}"
    verdict = "" if measure.fits else f", {style('too long', fg='red', bold=True)}"
    number = f"part {part.number} of {parts}: " if parts > 1 else ""
    yield style(f"  {number}{size}", fg="cyan") + verdict
    for line in part.text.split("\n"):
        yield f"    | {terminal(line)}".rstrip()
    for media in part.media:
        yield f"    {_media(media)}"


def _media(media: Media) -> str:
    facts = media.facts
    seen = ""
    if facts is not None:
        size = f", {facts.width}x{facts.height}" if facts.width and facts.height else ""
        seen = f" ({facts.mime}{size}, {facts.bytes} bytes)"
    said = f'"{one_line(media.alt)}"' if media.alt else "no alt text"
    return f"{one_line(media.path)}{seen}: {said}"


def _card(card: Link) -> Iterator[str]:
    yield f"  card: {one_line(card.url)}"
    for words in (card.title, card.description):
        if words:
            yield f"    {one_line(words)}"
    if card.image:
        yield f"    {_media(card.image)}"


def _poll(poll: Poll) -> str:
    return f"  poll, {poll.seconds} s: {' / '.join(one_line(option) for option in poll.options)}"

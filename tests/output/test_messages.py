from __future__ import annotations

import pytest

from postops.diagnostics import Span
from postops.model import Link, Loss, Measure, Media, MediaFacts, Message, Part, Poll
from postops.output.messages import text
from tests.output.sample import HOSTILE, plain

HERE = Span("posts/a.md", 2)
FITS = Measure(5, 5, 300, "graphemes", fits=True)


def test_all_there_can_be() -> None:
    facts = MediaFacts("image/png", 68, "sha256:0", 3, 2)
    picture = Media("media/a.png", "A box", HERE, facts=facts)
    bare = Media("media/b.mp3", None, HERE, facts=MediaFacts("audio/mpeg", 9, "sha256:0"))
    missing = Media("media/c.png", "", HERE)
    message = Message(
        post="a",
        account="sky",
        platform="bluesky",
        parts=(
            Part(1, "One\n\ntwo", FITS, HERE, media=(picture, bare, missing)),
            Part(2, "Long", Measure(301, 301, 300, "graphemes", fits=False), HERE),
        ),
        title="Title",
        content_warning="Warning",
        card=Link("https://x.example", HERE, "A page", "Of words", picture),
        poll=Poll(("yes", "no"), 3600, HERE),
        losses=(Loss("a table", HERE),),
    )
    assert text(message, plain).splitlines() == [
        "a@sky  bluesky",
        "  title: Title",
        "  content warning: Warning",
        "  part 1 of 2: 5 of 300 graphemes",
        "    | One",
        "    |",
        "    | two",
        '    media/a.png (image/png, 3x2, 68 bytes): "A box"',
        "    media/b.mp3 (audio/mpeg, 9 bytes): no alt text",
        "    media/c.png: no alt text",
        "  part 2 of 2: 301 of 300 graphemes, too long",
        "    | Long",
        "  card: https://x.example",
        "    A page",
        "    Of words",
        '    media/a.png (image/png, 3x2, 68 bytes): "A box"',
        "  poll, 3600 s: yes / no",
        "  lost: a table (posts/a.md:2:1)",
    ]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_text_commands_nothing(hostile: str) -> None:
    media = Media(hostile, hostile, HERE)
    message = Message(
        post=hostile,
        account="sky",
        platform="bluesky",
        parts=(Part(1, hostile, FITS, HERE, media=(media,)),),
        title=hostile,
        content_warning=hostile,
        card=Link(hostile, HERE, hostile, hostile),
        poll=Poll((hostile, hostile), 3600, HERE),
        losses=(Loss(hostile, HERE),),
    )
    said = text(message, plain)
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "##[" not in said
    assert "\r" not in said
    assert not any(line.lstrip().startswith("::") for line in said.splitlines())

"""Every file in `cases/` is a post; beside it stands what each platform makes of it.

`<case>.<platform>.txt` is compared with what comes out. To write them anew after a change that is
meant, run with `WRITE_CASES=1` and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from postops import platforms
from postops.content.posts import read_post
from postops.render import render
from tests.render.fakes import ALONE, CARD, PLAIN, RICH, SHORT, account, config

CASES = Path(__file__).parent / "cases"
FAKES = {fake.name: fake for fake in (PLAIN, RICH, CARD, SHORT, ALONE)}
EXPECTED = sorted(CASES.glob("*.*.txt"))


def shown(message, path) -> str:
    """A message as a page: everything in it that render decides."""
    lines = []
    for part in message.parts:
        measure = part.measure
        fits = "" if measure.fits else ", too long"
        lines.append(f"── part {part.number}, line {part.span.line}: {measure.count}{fits}")
        lines += [part.text] if part.text else []
        data = part.text.encode()
        for f in part.facets:
            lines.append(f"── {f.type} {data[f.start : f.end].decode()!r} {f.value}")
        for m in part.media:
            lines.append(f"── media {m.path} {m.alt!r} at {m.span.line}:{m.span.column}")
    for key in ("title", "card", "language", "content_warning", "poll"):
        value = getattr(message, key)
        if value is not None:
            said = value.url if key == "card" else value.options if key == "poll" else value
            lines.append(f"── {key.replace('_', ' ')}: {said}")
    if message.options:
        lines.append(f"── options: {message.options}")
    lines += [f"── lost: {what} at {span.line}:{span.column}" for what, span in message.losses]
    return "\n".join(lines) + "\n"


def rendered(case: str, platform: str) -> str:
    path = f"posts/{case}.md"
    post = read_post((CASES / f"{case}.md").read_bytes(), path, config(), None).post
    assert post is not None
    chosen = FAKES.get(platform) or platforms.load(platform)
    return shown(render(post, account("acme", platform), config(), chosen), path)


@pytest.mark.parametrize("expected", EXPECTED, ids=[path.stem for path in EXPECTED])
def test_case(expected):
    case, platform = expected.stem.rsplit(".", 1)
    found = rendered(case, platform)
    if os.environ.get("WRITE_CASES"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


def test_every_case_is_expected_somewhere():
    assert {p.stem for p in CASES.glob("*.md")} == {p.stem.rsplit(".", 1)[0] for p in EXPECTED}

"""References our text counting is compared with, and what they said (`golden/`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str) -> list[dict[str, Any]]:
    """The recorded cases of one reference; each has its `text`."""
    cases: list[dict[str, Any]] = json.loads((GOLDEN / f"{name}.json").read_text())["cases"]
    return cases


def hostile(length: int = 100_000) -> dict[str, str]:
    """Texts of `length` bytes made to be slow for a backtracking detector."""
    line = (
        "http:// https://a. a. @a.b ( # #a # a.com com_com. foo.bar, 日 日! 日.com 日:// (a.co/ a.co/((( "
        "a.co?x=.. a.co/.., @a@b.c @a@ 🚀 👩\u200d \u200d 🇦 1\ufe0f\u20e3 \u0301 $A( a_ a- _a.com "
        "a.b_c.com. xn-- a.xn--. t.co/ https://t.co/a #1 #· @a. @a- .. rt@ a\u0301.com 中文. 日https://"
    )
    pieces = [*line.split(" "), "#a ", "@a.b ", "a.com ", "$A ", "\n#", "# "]
    made = {}
    for piece in pieces:
        body = piece * (length // len(piece.encode()))
        # A real link at the end keeps the early exits from ending the search.
        made[ascii(piece)] = f"{body} x.com"
        made[f"{piece!a} glued"] = f"{body}!x.com"
    return made

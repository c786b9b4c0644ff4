"""Small platforms whose rules can be read at a glance: what render does, not how others count."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from postops.config import Account, Config, Defaults, Rules, Utm
from postops.diagnostics import Span
from postops.model import Capabilities, Facet, PollLimit, Post, Source, TextLimit
from postops.platforms.base import Platform
from postops.reading.marked import MarkedMap

_FOUND = re.compile(r"(?P<link>https?://[^\s()]+)|(?P<mention>@[\w.@-]+\w)|(?P<tag>#\w+)")
_SOURCE = Source("a test", "2026-11-21")
_POLL = PollLimit(2, 4, 25, 300, 86400, _SOURCE)


class Fake(Platform):
    """Counts code points; finds web addresses, handles and hashtags."""

    name = "plain"
    capabilities = Capabilities(
        text=TextLimit(100, "characters", _SOURCE), certainty=(), content_warning=True
    )

    @classmethod
    def count(cls, text: str, *, content_warning: str | None = None) -> int:
        return len(text) + len(content_warning or "")

    @classmethod
    def facets(cls, text: str) -> list[Facet]:
        found = []
        for match in _FOUND.finditer(text):
            start = len(text[: match.start()].encode())
            kind: Any = match.lastgroup
            found.append(Facet(kind, start, start + len(match[0].encode()), match[0].lstrip("@#")))
        return found


def platform(name: str = "plain", *, limit: int = 100, **capabilities: Any) -> type[Platform]:
    """A fake platform that can what is asked."""
    can = Fake.capabilities._replace(text=TextLimit(limit, "characters", _SOURCE), **capabilities)
    return type(name.title(), (Fake,), {"name": name, "capabilities": can})


PLAIN = platform(limit=1000, poll=_POLL)
SHORT = platform("short", limit=100)
RICH = platform("rich", limit=100, rich_links=True, content_warning=False)
CARD = platform("card", limit=1000, rich_links=True, card=True, language=True, titles=True)
ALONE = platform("alone", thread=False, limit=1000)


def account(name: str = "acme", on: str = "plain") -> Account:
    """An account without settings."""
    return Account(name, on, MarkedMap(), {}, None, Span("postops.yaml"))


def config(utm: Utm | None = None) -> Config:
    """A configuration of which render only reads `utm`."""
    return Config(
        root=Path(),
        path="postops.yaml",
        version=1,
        timezone="UTC",
        accounts={},
        groups={},
        defaults=Defaults((), "post", timedelta(hours=6)),
        content_branch=None,
        state="postops-state",
        lease=timedelta(minutes=20),
        clock_skew=timedelta(minutes=2),
        utm=utm or Utm(None, None, None, frozenset()),
        rules=Rules((), (), {}),
        front=MarkedMap(),
    )


def post(body: str, **keys: Any) -> Post:
    """A post with that body, whose first line is line 1 of its file."""
    return Post(
        id="a/post", path="posts/a/post.md", blob="0", front=None, body=body, body_line=1, **keys
    )

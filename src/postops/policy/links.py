"""Rules about where links lead, and what becomes a link by accident."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import name

from postops.diagnostics import Severity
from postops.policy.registry import Problem, rule
from postops.policy.subjects import markdown_texts, stretch
from postops.reading.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.diagnostics import Span
    from postops.model import Post
    from postops.policy.subjects import OnMessage, OnPost

_DESTINATION = re.compile(
    r"\]\(\s*<?([A-Za-z][A-Za-z0-9+.-]*):[^)\s>]*"
    r"|^ {0,3}\[[^\]\n]+\]:\s*<?([A-Za-z][A-Za-z0-9+.-]*):\S*"
    r"|<([A-Za-z][A-Za-z0-9+.-]+):[^\s<>]*>",
    re.MULTILINE,
)
_WEB_SCHEMES = frozenset(("http", "https", "mailto"))
_URL = re.compile(r"https?://[^\s<>\"'\]\[]+", re.IGNORECASE)
_UNFOLLOWED = re.compile(r"https?://(?:[/?#]|\Z)|[^\s\ufeff]*[\s\ufeff]", re.IGNORECASE)
_AUTHORITY = re.compile(r"https?://([^/?#\s]*)", re.IGNORECASE)

# Scripts that are written together, and so may share a label of a host.
_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "HANGUL"},
    {"LATIN", "CJK", "BOPOMOFO"},
)
# Letters of Cyrillic and Greek that look like Latin ones in most typefaces.
_LOOKALIKES = frozenset("асеорхуіјѕԁһӏԛԝѵɡαινοτυχκρ")


@rule(
    "PO120",
    "bare-domain",
    severity=Severity.WARNING,
    on="message",
    since="0.1",
    needs=["link"],
)
def bare_domain(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds words that a platform makes a link of although nobody wrote `https://`: `example.com`, and
    names of files such as `README.md`, since `.md` is a top-level domain.

    ## Why
    The link may lead to a stranger's page. And X asks more for a post with a link. Where a platform
    cannot hide a link behind words, words that are a domain become a second link, to that domain.

    ## Example
    ```markdown
    Start with README.md.
    ```

    ## Fix
    Write `https://` if the link is meant. A file name can be said in other words: "the readme".
    """
    if not given.can.autolinks_bare_domains:
        return
    for part in given.message.parts:
        data = part.text.encode("utf-8", "replace")
        for facet in part.facets:
            if facet.type != "link":
                continue
            shown = data[facet.start : facet.end].decode("utf-8", "replace")
            if "://" in shown or not _is_bare(shown, facet.value, given):
                continue
            cost = f", which costs {given.can.link_cost}" if given.can.link_cost else ""
            message = f"{given.target.title} makes a link of {show(shown)}{cost}"
            help_ = "write `https://` if it is meant, else say it in other words"
            yield Problem(given.place(part, shown), message, help_)


def _is_bare(shown: str, url: str, given: OnMessage) -> bool:
    """Not words somebody linked by hand, to where they lead on this platform, too."""
    body = given.post.body
    if f"//{shown}" not in f"//{url.partition('://')[2] or url}":
        return False
    if given.can.rich_links:
        return f"[{shown}]" not in body
    host = re.escape(host_of(f"https://{shown}"))
    return not re.search(rf"\[{re.escape(shown)}\]\(<?https?://{host}(?![\w.-])", body)


@rule(
    "PO121",
    "mixed-script-link",
    severity=Severity.WARNING,
    on="post",
    since="0.1",
    needs=["link", "non-ascii"],
)
def mixed_script_link(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds links to hosts whose name mixes scripts, or is made of letters that only look Latin. Names
    in one script (`müller.example`, `пример.example`, `日本.example`) pass.

    ## Why
    A Cyrillic `а` in `pаypal` leads somewhere else, and no reviewer can see it.

    ## Example
    `https://exаmple.org`, with a Cyrillic `а`

    ## Fix
    Type the host again. If it is right, write it as it is sent: `https://xn--…`.
    """
    for url, span in urls(given.post):
        host = host_of(url)
        if not host.isascii() and any(_deceives(label) for label in host.split(".")):
            message = f"the host {show(host)} mixes letters that look alike"
            yield Problem(span, message, f"it is really `{_punycode(host)}`: type it again")


def _deceives(label: str) -> bool:
    if label.isascii():
        return False
    letters = [char for char in label if char.isalpha()]
    if all(char in _LOOKALIKES for char in letters):
        return True
    scripts = {name(char, "").partition(" ")[0] for char in letters}
    return len(scripts) > 1 and not any(scripts <= group for group in _TOGETHER)


def _punycode(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host.encode("ascii", "backslashreplace").decode()


@rule(
    "PO122",
    "link-not-http",
    severity=Severity.WARNING,
    on="post",
    since="0.1",
    needs=["markdown link"],
)
def link_not_http(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds Markdown links to anything but `http`, `https` and `mailto`: `javascript:`, `file:`,
    `ftp:`.

    ## Why
    No platform links them; what is left of them is words followed by an address that nobody can
    follow.

    ## Example
    ```markdown
    [The data](ftp://example.org/data.csv)
    ```

    ## Fix
    Link a page on the web.
    """
    for text, place in markdown_texts(given.post):
        for match in _DESTINATION.finditer(text):
            scheme = (match[1] or match[2] or match[3]).lower()
            if scheme not in _WEB_SCHEMES and (match[3] is None or "/" in match[0]):
                span = stretch(given.post, place, *match.span())
                message = f"a link to {show(scheme + ':')} cannot be followed"
                yield Problem(span, message, "link a page on the web")


@rule(
    "PO125",
    "damaged-link",
    severity=Severity.ERROR,
    on="message",
    since="0.1",
    needs=["link"],
)
def damaged_link(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds words that are linked to an address without a host, or with white space in it.

    ## Why
    Bluesky refuses the whole post for one such link, and nobody could follow it.

    ## Example
    ```markdown
    [The guide](https:///docs/guide)
    ```

    ## Fix
    Complete the address; white space in it is written `%20`.
    """
    for part in given.message.parts:
        for facet in part.facets:
            if facet.type == "link" and _UNFOLLOWED.match(facet.value):
                data = part.text.encode("utf-8", "replace")
                words = data[facet.start : facet.end].decode("utf-8", "replace")
                message = f"{show(facet.value)} is no address that can be followed"
                yield Problem(given.place(part, words), message, "complete it")


def urls(post: Post) -> Iterator[tuple[str, Span]]:
    """Every web address in the texts and links of a post, with its place."""
    for text, place in markdown_texts(post):
        if "://" in text:
            for match in _URL.finditer(text):
                yield match[0].rstrip(".,;:!?)*_"), stretch(post, place, *match.span())
    if post.link is not None:
        yield post.link.url, post.link.span
    for override in (*post.overrides.values(), *post.variants.values()):
        if override.link is not None:
            yield override.link.url, override.link.span


def host_of(url: str) -> str:
    """The host of a web address, as written."""
    match = _AUTHORITY.match(url)
    if match is None:
        return ""
    authority = match[1].rpartition("@")[2]
    return authority if authority.startswith("[") else authority.partition(":")[0]

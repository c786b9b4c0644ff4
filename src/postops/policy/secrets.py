"""Rules about what must never be published: secrets, and the ways to lose them.

A secret that is found is never repeated in a message.
"""

from __future__ import annotations

import re
from functools import cache
from math import log2
from typing import TYPE_CHECKING, Any

from postops.diagnostics import Severity, Span
from postops.policy.links import host_of, urls
from postops.policy.registry import Problem, rule
from postops.policy.subjects import body_stretch, scalars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from postops.policy.subjects import OnPost

# Prefixes their issuers chose so that they can be found.
_SHAPES = {
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,})",
    "a GitLab token": r"\bglpat-[A-Za-z0-9_-]{20,}",
    # A signed link names its key's id, which is no secret.
    "an AWS access key": r"(?<!Credential=)\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a Slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "a Slack webhook": r"hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]+",
    "a Discord webhook": r"discord(?:app)?\.com/api/webhooks/[0-9]+/[A-Za-z0-9_-]{20,}",
    "a Telegram bot token": r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}",
    "a Google API key": r"\bAIza[0-9A-Za-z_-]{35}",
    "a Google OAuth secret": r"\bGOCSPX-[0-9A-Za-z_-]{20,}",
    "a Stripe key": r"\b[rs]k_live_[0-9A-Za-z]{16,}",
    "an npm token": r"\bnpm_[A-Za-z0-9]{36}",
    "a PyPI token": r"\bpypi-AgEI[A-Za-z0-9_-]{40,}",
    "an API key": r"\bsk-[A-Za-z0-9_-]{32,}",
    "an X bearer token": r"\bA{15,}[A-Za-z0-9%]{40,}",
    "a Facebook token": r"\bEAA[A-Za-z0-9]{60,}",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
}
_NAMED = re.compile(
    r"(?<!Amz-)(?:pass(?:word|wd|phrase)|secret|token|(?:api|access|private|secret)[ _-]?key|credential)s?"
    r"[\"'`]?[ \t]{0,3}(?:is|was|are|=|:)[ \t]{0,3}[\"'`]?([^\s\"'`<>]{12,128})",
    re.IGNORECASE,
)
_APP_PASSWORD = re.compile(r"(?<![\w-])(?:[a-z2-7]{4}-){3}[a-z2-7]{4}(?![\w-])")
_SECRET_KEYS = re.compile(r"pass|secret|token|key|credential", re.IGNORECASE)
_ENTROPY = 3.2  # bits a character; words and dates lie below, random letters and digits above


@cache
def _shapes() -> re.Pattern[str]:
    return re.compile("|".join(f"({shape})" for shape in _SHAPES.values()))


def secret(text: str) -> tuple[int, int, str] | None:
    """The first secret in a text: where it stands, and what it is."""
    if match := _shapes().search(text):
        return *match.span(), tuple(_SHAPES)[(match.lastindex or 1) - 1]
    for match in _NAMED.finditer(text):
        if _is_random(match[1]):
            return *match.span(1), "a secret"
    for match in _APP_PASSWORD.finditer(text):
        if any(char.isdigit() for char in match[0]) and not match[0][:4].isdigit():
            return *match.span(), "an app password"
    return None


def _is_random(word: str) -> bool:
    """Whether nobody would write this by hand."""
    if "://" in word or word.startswith(("env:", "$", "{")):
        return False
    mixed = any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
    counts = [word.count(char) / len(word) for char in set(word)]
    return mixed and -sum(share * log2(share) for share in counts) > _ENTROPY


def secrets_in(
    front: Any, path: str, body: str, place: Callable[[tuple[int, int]], Span]
) -> Iterator[Problem]:
    """Secrets in marked values and in a text; `place` gives the span of a stretch of the text."""
    for key, span, value in scalars(front, path):
        if found := secret(value):
            yield _leak(found[2], span)
        elif _SECRET_KEYS.search(key) and len(value) >= 16 and _is_random(value):
            yield _leak("a secret", span)
    if found := secret(body):
        yield _leak(found[2], place(found[:2]))


def _has_secret_key(front: Any) -> bool:
    """Whether a key of the platforms' own blocks could hold a secret: no other key does."""
    return any(_SECRET_KEYS.search(key) for key, _, _ in scalars(front.get("platforms"), ""))


def _leak(what: str, span: Span) -> Problem:
    help_ = "revoke it: it stands in git's history now; keep secrets in the CI's store"
    return Problem(span, f"this looks like {what}", help_)


@rule(
    "PO601",
    "plaintext-secret",
    severity=Severity.ERROR,
    on="post",
    since="0.1",
    needs=["long word"],
)
def plaintext_secret(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds tokens, passwords and private keys in posts, campaigns and postops.yaml: those with a known
    shape, and random-looking words behind "password", "token" and the like. What was found is never
    repeated.

    ## Why
    Whoever can read the repository, or the post, can use it.

    ## Example
    ```markdown
    Log in with the token: q8Zr2LmX0vTn5WcB
    ```

    ## Fix
    Revoke the secret first: removing it leaves it in git's history. Then keep it in the CI's secret
    store and name its variable: `credentials: {access_token: "env:NAME"}`.
    """
    post = given.post
    if secret("\n".join(given.texts)) is None and not _has_secret_key(post.front):
        return
    yield from secrets_in(
        post.front, post.path, post.body, lambda stretch: body_stretch(post, *stretch)
    )


@rule(
    "PO602",
    "credential-in-url",
    severity=Severity.ERROR,
    on="post",
    since="0.1",
    needs=["login"],
)
def credential_in_url(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds links that hold a login: `https://name:password@host`.

    ## Why
    If it is a password, everybody can use it. If it is none, it makes a link look as if it led
    elsewhere: `https://example.org@evil.example` leads to the host behind the `@`.

    ## Example
    ```markdown
    ---
    link: https://example.org@evil.example/
    ---
    ```

    ## Fix
    Remove everything between `//` and `@`.
    """
    for url, span in urls(given.post):
        authority = url.partition("://")[2].partition("/")[0].partition("?")[0].partition("#")[0]
        if "@" in authority:
            message = f"the link holds a login, and leads to {host_of(url)}"
            yield Problem(span, message, "remove everything between `//` and `@`")


@rule(
    "PO603",
    "plain-http-link",
    severity=Severity.WARNING,
    on="post",
    since="0.1",
    needs=["http"],
)
def plain_http_link(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds links that begin with `http://`.

    ## Why
    Whoever stands between can read and change the page. Browsers warn of it.

    ## Example
    ```markdown
    ---
    link: http://example.org/
    ---
    ```

    ## Fix
    Write `https://`.
    """
    for url, span in urls(given.post):
        if url[:7].lower() == "http://":
            yield Problem(span, f"the link to {host_of(url)} is not encrypted", "write `https://`")

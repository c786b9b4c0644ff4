"""One file, examined: a pure function of the file, its media, the campaigns and the configuration.

No clock and no other post come in, so the outcome can be kept until one of these changes.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from postops.content.media import media_at
from postops.content.posts import default_id
from postops.diagnostics import Diagnostic
from postops.policy import traits
from postops.policy.card import card_of, sent_of
from postops.policy.quiet import sent_quietly
from postops.policy.registry import by_name, chosen
from postops.policy.subjects import OnMessage, OnPost, texts
from postops.policy.targets import option_faults
from postops.reading import Fault
from postops.reading.words import show
from postops.render import parse, render, source_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from postops.content.posts import Read
    from postops.diagnostics import Span
    from postops.model import Link, Media, Message, Post
    from postops.policy.card import Card
    from postops.policy.registry import Problem, Rule
    from postops.policy.subjects import Context
    from postops.render import Parsed

_NONE: Mapping[str, Message] = {}

MOST = 50
"""Findings of one rule that are reported of one post or message: the others come after these."""


class Examined(NamedTuple):
    """What came of one file. `diagnostics` are neither suppressed nor weighed yet.

    `messages` are by account; `post` and `card` are `None` where the file could not be read.
    """

    path: str
    diagnostics: tuple[Diagnostic, ...]
    post: Post | None = None
    messages: Mapping[str, Message] = _NONE
    card: Card | None = None


class Found(NamedTuple):
    """A problem with its rule, and the account it is about: `None` for all."""

    rule: Rule
    problem: Problem
    account: str | None


def examine(read: Read, context: Context, path: str) -> Examined:
    """Examine what was read of the file `path`."""
    post = read.post
    if post is None:
        id_ = default_id(path)
        return Examined(path, tuple(stamped_fault(fault, id_) for fault in read.faults))
    accounts = _accounts(post, context)
    sent = sent_quietly(post, accounts, context) if context.brief else None
    if sent is None:
        return _rendered(read, post, accounts, context)
    media = tuple(_media(post, ()))
    diagnostics = _found(read, post, OnPost(post, context, accounts, {}, media, texts(post)), ())
    card = card_of(post, accounts, sent, media, source_digest(post))
    return Examined(post.path, diagnostics, post, {}, card)


def _rendered(read: Read, post: Post, accounts: tuple[str, ...], context: Context) -> Examined:
    """The post with all its messages."""
    resolve, parsed = _resolver(post, context), parse(post)
    messages, arms = _messages(post, accounts, context, resolve, parsed)
    everything = (*messages.values(), *arms)
    media = tuple(_media(post, everything))
    given = OnPost(post, context, accounts, messages, media, texts(post))
    diagnostics = _found(read, post, given, everything)
    source = source_digest(post, resolve_media=resolve, parsed=parsed)
    sent = {name: sent_of(message) for name, message in messages.items()}
    card = card_of(post, accounts, sent, media, source)
    return Examined(post.path, diagnostics, post, messages, card)


def _found(
    read: Read, post: Post, given: OnPost, messages: Iterable[Message]
) -> tuple[Diagnostic, ...]:
    """What was found while reading, and what the rules find."""
    faults = [*read.faults, *option_faults(post, given.context.config)]
    faults += _media_faults(given.media)
    diagnostics = [stamped_fault(fault, post.id) for fault in faults]
    found = [*_on_post(given)]
    for message in messages:
        found += _on_message(message, post, given.context)
    if found:
        diagnostics += _stamped(found, post.id, given.accounts)
    return tuple(diagnostics)


# --------------------------------------------------------------------------- what is examined


def _accounts(post: Post, context: Context) -> tuple[str, ...]:
    return context.config.accounts_for(post, context.campaigns)


def _messages(
    post: Post,
    accounts: tuple[str, ...],
    context: Context,
    resolve: Callable[[str, Span], Media],
    parsed: Parsed,
) -> tuple[dict[str, Message], list[Message]]:
    """The message to each account; and those of the other arms, where there is an experiment."""
    messages: dict[str, Message] = {}
    arms: list[Message] = []
    for name in accounts:
        if name not in context.targets:
            continue
        messages[name] = _render(post, name, context, resolve, parsed)
        arms += [_render(post, name, context, resolve, parsed, arm) for arm in post.variants]
    return messages, arms


def _render(
    post: Post,
    name: str,
    context: Context,
    resolve: Callable[[str, Span], Media],
    parsed: Parsed,
    arm: str | None = None,
) -> Message:
    target = context.targets[name]
    return render(
        post,
        target.account,
        context.config,
        target.platform,
        campaign=context.campaigns.get(post.campaign) if post.campaign else None,
        resolve_media=resolve,
        parsed=parsed,
        arm=arm,
        settings=target.settings,
    )


def _resolver(post: Post, context: Context) -> Callable[[str, Span], Media]:
    """Reads an image of the body once, however many accounts it goes to."""
    known: dict[str, Media] = {}

    def resolve(path: str, span: Span) -> Media:
        if path not in known:
            known[path] = media_at(post.path, path, None, span, context.source)
        return known[path]._replace(span=span)

    return resolve


def _media(post: Post, messages: Iterable[Message]) -> Iterator[Media]:
    """Every file the post shows or means to show, each place once."""
    seen: set[tuple[str, Span]] = set()
    for media in _all_media(post, messages):
        key = (media.path, media.span)
        if key not in seen:
            seen.add(key)
            yield media


def _all_media(post: Post, messages: Iterable[Message]) -> Iterator[Media]:
    yield from post.media
    yield from _image(post.link)
    for override in (*post.overrides.values(), *post.variants.values()):
        yield from override.media or ()
        yield from _image(override.link)
    for message in messages:
        for part in message.parts:
            yield from part.media


def _image(link: Link | None) -> tuple[Media, ...]:
    return (link.image,) if link is not None and link.image is not None else ()


def _media_faults(media: Iterable[Media]) -> Iterator[Fault]:
    for one in media:
        if one.fault is not None:
            name, words = one.fault
            yield Fault(name, one.span, f"{show(one.path)} {words}", _HELP.get(name))


_HELP = {
    "media-missing": "write the path as it is, relative to the post",
    "lfs-pointer": "`git lfs pull` brings it; in CI: `lfs: true` at actions/checkout",
    "media-damaged": "save or export it again",
    "path-escapes-repository": "put the file itself into the repository",
}


# --------------------------------------------------------------------------- what is found


def _on_post(given: OnPost) -> Iterator[Found]:
    seen = traits.of_post(given.post, given.media, given.texts)
    for rule in chosen("post", seen):
        for problem in islice(rule.check(given) or (), MOST):
            yield Found(rule, problem, None)


def _on_message(message: Message, post: Post, context: Context) -> Iterator[Found]:
    given = OnMessage(message, post, context.targets[message.account], context)
    for rule in chosen("message", traits.of_message(message), message.platform):
        for problem in islice(rule.check(given) or (), MOST):
            yield Found(rule, problem, message.account)


def _stamped(found: list[Found], post: str, accounts: tuple[str, ...]) -> list[Diagnostic]:
    """One finding that is the same for all accounts is one finding, and stops the post."""
    about: dict[tuple[Rule, Problem], list[str | None]] = {}
    for rule, problem, account in found:
        about.setdefault((rule, problem), []).append(account)
    stamped: list[Diagnostic] = []
    for (rule, problem), names in about.items():
        everyone = None in names or (len(accounts) > 1 and set(names) == set(accounts))
        whom = [None] if everyone else dict.fromkeys(names)
        stamped += [stamp(rule, problem, post, account) for account in whom]
    return stamped


def stamp(rule: Rule, problem: Problem, post: str | None, account: str | None) -> Diagnostic:
    """A diagnostic with the rule's own severity."""
    return Diagnostic(
        rule.code,
        rule.name,
        rule.severity,
        problem.span,
        problem.message,
        problem.help,
        problem.fix,
        post,
        account,
    )


def stamped_fault(fault: Fault, post: str | None, account: str | None = None) -> Diagnostic:
    """A diagnostic for something found while reading."""
    rule = by_name()[fault.rule]
    return Diagnostic(
        rule.code,
        rule.name,
        rule.severity,
        fault.span,
        fault.message,
        fault.help,
        fault.fix,
        post,
        account,
    )

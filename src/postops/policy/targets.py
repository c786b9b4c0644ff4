"""From the configuration to accounts that can be rendered for, and what is wrong with theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postops import platforms
from postops.errors import ConfigError
from postops.policy.subjects import Target
from postops.reading import Fault
from postops.reading.marked import key_span, value_span
from postops.reading.shape import read
from postops.reading.words import nearest, one_of, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from postops.config import Account, Config
    from postops.model import Post
    from postops.platforms.base import Platform


class Targets(NamedTuple):
    """The accounts by name, and faults each with the account it stops."""

    by_name: Mapping[str, Target]
    faults: tuple[tuple[str, Fault], ...]


def targets_of(config: Config) -> Targets:
    """Load the platform of every account and read its settings."""
    found: dict[str, Target] = {}
    faults: list[tuple[str, Fault]] = []
    for name, account in config.accounts.items():
        try:
            platform = platforms.load(account.platform)
        except ConfigError:
            faults.append((name, _unknown_platform(account, config)))
            continue
        settings, wrong = _settings(account, platform, config)
        faults += [(name, fault) for fault in (*wrong, *_credentials(account, platform, config))]
        found[name] = Target(account, platform, platform.text_limit(settings), settings)
    return Targets(found, tuple(faults))


def _unknown_platform(account: Account, config: Config) -> Fault:
    known = platforms.names()
    block = config.front["accounts"][account.name]
    meant = nearest(account.platform, known)
    return Fault(
        "unknown-platform",
        value_span(block, "platform", config.path),
        f"there is no platform {show(account.platform)}",
        f"did you mean `{meant}`?" if meant else f"known: {one_of(known)}",
    )


def _settings(
    account: Account, platform: type[Platform], config: Config
) -> tuple[object, Iterator[Fault]]:
    at = config.front["accounts"].value_marks.get(account.name, (1, 1))
    shaped = read(platform.Settings, account.settings, config.path, at)
    return shaped.value, _renamed(shaped.faults, "unknown-setting")


def _renamed(faults: tuple[Fault, ...], name: str) -> Iterator[Fault]:
    """The platform's own keys have a rule of their own."""
    for fault in faults:
        yield fault._replace(rule=name) if fault.rule == "unknown-key" else fault


def _credentials(account: Account, platform: type[Platform], config: Config) -> Iterator[Fault]:
    known = tuple(dict.fromkeys(name for group in platform.credentials for name in group))
    for name in account.credentials:
        if name not in known:
            block = config.front["accounts"][account.name]["credentials"]
            yield Fault(
                "unknown-credential",
                key_span(block, name, config.path),
                f"{platform.__name__} has no credential {show(name)}",
                f"known: {one_of(known)}",
            )


def config_faults(config: Config) -> Iterator[Fault]:
    """What is wrong with postops.yaml whatever the accounts."""
    from postops.policy.secrets import secrets_in

    for problem in secrets_in(config.front, config.path, "", lambda _: config.span()):
        yield Fault("plaintext-secret", *problem[:4])


def option_faults(post: Post, config: Config) -> Iterator[Fault]:
    """What is wrong with the platforms' own keys of a post's overrides."""
    for key, override in post.overrides.items():
        account = config.accounts.get(key)
        name = account.platform if account else key
        if override.options and name in platforms.names():
            mark = (override.span.line, override.span.column)
            shaped = read(platforms.load(name).Options, override.options, post.path, mark)
            yield from _renamed(shaped.faults, "unknown-option")

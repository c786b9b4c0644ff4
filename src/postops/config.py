"""postops.yaml -> Config, Account. A platform's own block stays raw: its shape reads it later.

Every mistake is a `ConfigError` that says where it is and what to write instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, cast

from postops.diagnostics import Span
from postops.errors import ConfigError
from postops.model import Late, OnUnknown, Schedule, digest
from postops.reading.durations import Duration, parse_duration
from postops.reading.hosts import url_fault
from postops.reading.hours import Hours, Window, covered, parse_hours
from postops.reading.limits import Pattern, Range
from postops.reading.marked import MarkedList, MarkedMap, key_span, value_span
from postops.reading.shape import REST, read
from postops.reading.words import nearest, show
from postops.reading.yaml import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from postops.model import Campaign, Post

__all__ = ["Account", "Config", "Defaults", "Pace", "Rules", "Utm", "find_root", "load_config"]

FILE_NAME = "postops.yaml"
SIZE_LIMIT = 1024 * 1024
"""Bytes of configuration taken: 10,000 accounts."""

Name = Annotated[
    str,
    Pattern(
        r"[a-z0-9]([a-z0-9-]*[a-z0-9])?",
        "a name of small letters, digits and `-`",
        examples=["bluesky-main"],
    ),
]
EnvName = Annotated[
    str,
    Pattern(
        r"env:[A-Za-z_][A-Za-z0-9_]*",
        "`env:NAME`, the name of an environment variable",
        secret=True,
        examples=["env:BSKY_APP_PASSWORD"],
    ),
]
Branch = Annotated[
    str,
    Pattern(r"[A-Za-z0-9_][A-Za-z0-9_/-]*(\.[A-Za-z0-9_/-]+)*", "the name of a branch"),
]
Host = Annotated[str, Pattern(r"[a-z0-9-]+(\.[a-z0-9-]+)*", "a host name in small letters")]
Template = Annotated[
    str,
    Pattern(
        r"([^\x00-\x20\xa0&?#{}]|\{(platform|account|campaign|post)\})*",
        "a text without spaces, `&`, `?` and `#`, and with no other `{…}` than `{platform}`,"
        " `{account}`, `{campaign}` and `{post}`",
    ),
]
REQUEST = timedelta(seconds=60)
"""How long one request may take at most: `publish.ports.Terms.timeout`, for which `lease` has room."""


# --------------------------------------------------------------------------- the file, as written


@dataclass(frozen=True, eq=False, repr=False)
class LimitsBlock:
    """How much an account may send. A thread counts once."""

    per_day: Annotated[int, Range(1, 1000)] | None = None
    """The most posts a day, from midnight to midnight in `timezone`."""
    spacing: Duration | None = None
    """The least time between two posts."""


@dataclass(frozen=True, eq=False, repr=False)
class AccountBlock:
    """A login on a platform. The other keys are the platform's own."""

    platform: str
    """The platform's name, such as `bluesky` or `mastodon`."""
    credentials: dict[str, EnvName] = field(default_factory=dict)
    """Which environment variable holds which secret: `env:NAME`. Never the secret itself."""
    was: Name | None = None
    """The account's former name, after a rename."""
    limits: LimitsBlock | None = None
    """How much this account may send; what is not said here is as in `defaults`."""
    quiet_hours: list[Hours] | None = None
    """When this account sends nothing new, in place of those in `defaults`; `[]` for never."""
    on_unknown: OnUnknown | None = None
    """What becomes of a post that may have been sent; without it, what `defaults` say."""
    settings: dict[str, Any] = field(default_factory=dict, metadata=REST)


@dataclass(frozen=True, eq=False, repr=False)
class DefaultsBlock:
    """What posts get that do not say otherwise."""

    accounts: list[str] = field(default_factory=list)
    """Names of accounts or groups."""
    late: Late = "post"
    """What to do when the time was missed by more than `grace`."""
    grace: Duration = "6h"
    """How late is still in time. Hours an account's own limits held a post do not count."""
    schedule: Schedule = "run"
    """`native` hands posts over to platforms that publish them at their time by themselves."""
    limits: LimitsBlock = field(default_factory=LimitsBlock)
    """How much every account may send."""
    quiet_hours: list[Hours] = field(default_factory=list)
    """When no account sends anything new, in `timezone`; over midnight too."""
    on_unknown: OnUnknown = "settle"
    """`settle` sends again what the platform shows not to be there; `ask` leaves that to a person."""


@dataclass(frozen=True, eq=False, repr=False)
class StateBlock:
    """Where postops keeps what it did."""

    branch: Branch = "postops-state"
    """A branch of its own, or `same` for `state/` on the content branch."""


@dataclass(frozen=True, eq=False, repr=False)
class UtmBlock:
    """Campaign parameters added to links. `{platform}`, `{account}`, `{campaign}`, `{post}`."""

    source: Template | None = None
    """`utm_source`."""
    medium: Template | None = None
    """`utm_medium`."""
    campaign: Template | None = None
    """`utm_campaign`."""
    hosts: list[Host] = field(default_factory=list)
    """Links in the body to these hosts get the parameters too."""


@dataclass(frozen=True, eq=False, repr=False)
class RulesBlock:
    """Which rules are applied, and how they weigh. Codes, prefixes of codes or names."""

    select: list[str] = field(default_factory=list)
    """Only these rules; all where it is empty."""
    ignore: list[str] = field(default_factory=list)
    """Not these rules."""
    severity: dict[str, Literal["error", "warning", "notice"]] = field(default_factory=dict)
    """How a rule weighs here, by code or name."""


@dataclass(frozen=True, eq=False, repr=False)
class ConfigFile:
    """The configuration of postops, at the root of the repository."""

    version: Literal[1]
    """The version of this format."""
    accounts: dict[Name, AccountBlock]
    """The accounts, by a name of your choice."""
    timezone: str = "UTC"
    """The IANA time zone of times without an offset, such as `Europe/Berlin`."""
    groups: dict[Name, list[str]] = field(default_factory=dict)
    """Names for several accounts at once. A group may hold groups."""
    defaults: DefaultsBlock = field(default_factory=DefaultsBlock)
    """What posts get that do not say otherwise."""
    content_branch: Branch | None = None
    """The branch posts are published from; without it, the remote's default branch."""
    state: Literal["same"] | StateBlock = field(default_factory=StateBlock)
    """Where postops keeps what it did; `same` is short for `{branch: same}`."""
    lease: Duration = "20m"
    """How long a claim lives. Longer than the time limit of the CI job."""
    clock_skew: Duration = "2m"
    """The difference allowed between this machine's clock and the platforms'."""
    utm: UtmBlock = field(default_factory=UtmBlock)
    """Campaign parameters added to links."""
    rules: RulesBlock = field(default_factory=RulesBlock)
    """Which rules are applied, and how they weigh."""


# --------------------------------------------------------------------------- what others use


class Pace(NamedTuple):
    """How fast an account may send: posts a day, the time between two, and hours of quiet.

    Days and hours are those of the time zone `zone`. `None`, zero and nothing: no limit.
    """

    per_day: int | None = None
    spacing: timedelta = timedelta(0)
    quiet: tuple[Window, ...] = ()
    zone: str = "UTC"

    def __bool__(self) -> bool:
        """Whether anything is held back at all."""
        return bool(self.per_day or self.spacing or self.quiet)


class Account(NamedTuple):
    """A configured login. `settings` are the platform's own keys, raw, with their marks.

    `credentials` maps the platform's field to the NAME of an environment variable.
    """

    name: str
    platform: str
    settings: MarkedMap
    credentials: Mapping[str, str]
    was: str | None
    span: Span
    pace: Pace = Pace()
    on_unknown: OnUnknown = "settle"


class Defaults(NamedTuple):
    """What posts get that do not say otherwise."""

    accounts: tuple[str, ...]
    late: Late
    grace: timedelta
    schedule: Schedule = "run"


class Utm(NamedTuple):
    """Templates of the campaign parameters, and hosts whose links in the body get them too."""

    source: str | None
    medium: str | None
    campaign: str | None
    hosts: frozenset[str]


class Rules(NamedTuple):
    """Codes, prefixes or names. `severity` is by code or name."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    severity: Mapping[str, Literal["error", "warning", "notice"]]


@dataclass(frozen=True)
class Config:
    """What postops.yaml says. `root` is the repository's work tree, `path` relative to it.

    `state` is a branch name, or `same`; `content_branch` is `None` for the remote's default.
    """

    root: Path
    path: str
    version: int
    timezone: str
    accounts: Mapping[str, Account]
    groups: Mapping[str, tuple[str, ...]]
    defaults: Defaults
    content_branch: str | None
    state: str
    lease: timedelta
    clock_skew: timedelta
    utm: Utm
    rules: Rules
    front: MarkedMap

    def resolve(self, names: Iterable[str]) -> tuple[str, ...]:
        """The accounts that names of accounts and groups mean, in order, each once.

        Names of neither are left out; `unknown` has them.
        """
        found: dict[str, None] = {}
        for name in names:
            if name in self.accounts:
                found[name] = None
            else:
                found.update(dict.fromkeys(self.resolve(self.groups.get(name, ()))))
        return tuple(found)

    def unknown(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those names that are neither an account nor a group."""
        return tuple(n for n in names if n not in self.accounts and n not in self.groups)

    def accounts_for(self, post: Post, campaigns: Mapping[str, Campaign]) -> tuple[str, ...]:
        """Where a post goes: as it says itself, else its campaign, else the defaults."""
        if post.accounts is not None:
            return self.resolve(post.accounts)
        campaign = campaigns.get(post.campaign) if post.campaign else None
        if campaign is not None and campaign.accounts is not None:
            return self.resolve(campaign.accounts)
        return self.resolve(self.defaults.accounts)

    @cached_property
    def digest(self) -> str:
        """Of all that changes what is rendered and sent: part of every cache's key."""
        import json

        seen = {
            "timezone": self.timezone,
            "accounts": {a.name: [a.platform, a.settings] for a in self.accounts.values()},
            "groups": self.groups,
            "defaults": self.defaults.accounts,
            "utm": [self.utm.source, self.utm.medium, self.utm.campaign, sorted(self.utm.hosts)],
        }
        return digest(json.dumps(seen, sort_keys=True).encode())

    def span(self, *keys: str | int) -> Span:
        """Where a key stands in the file; its nearest parent where it is absent."""
        line, column = 1, 1
        node: Any = self.front
        for key in keys:
            mark = getattr(node, "marks", {}).get(key)
            if mark is None:
                break
            line, column = mark
            node = node[key]
        return Span(self.path, line, column)


# --------------------------------------------------------------------------- reading


def find_root(start: Path) -> Path | None:
    """The nearest directory at or above `start` that holds a postops.yaml.

    The search ends at the root of the repository: what lies above belongs to someone else.
    """
    here = start.resolve()
    for directory in (here, *here.parents):
        if (directory / FILE_NAME).is_file():
            return directory
        if (directory / ".git").exists():
            return None
    return None


def load_config(start: Path, explicit: Path | None = None) -> Config:
    """Find and read the configuration. Raises `ConfigError` for whatever is wrong with it."""
    if explicit is not None:
        file = explicit.resolve()
        return read_config(_bytes_of(file), file.parent, file.name)
    root = find_root(start)
    if root is None:
        other = (start / "postops.yml").exists()
        help_ = "rename postops.yml to postops.yaml" if other else "`postops init` writes one"
        raise ConfigError(f"no {FILE_NAME} in {start} or above it", help=help_)
    return read_config(_bytes_of(root / FILE_NAME), root)


def _bytes_of(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error


def read_config(data: bytes, root: Path, path: str = FILE_NAME) -> Config:
    """Read the bytes of a configuration: of the work tree, or of a commit."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message, help_ = "the file is not UTF-8", "save it as UTF-8"
        raise ConfigError(message, help=help_, where=f"{path}:{line}:1") from error
    parsed = parse(text, path, limit=SIZE_LIMIT)
    front: Any = MarkedMap() if parsed.value is None else parsed.value
    shaped = read(ConfigFile, front, path) if not parsed.faults else None
    faults = shaped.faults if shaped else parsed.faults
    if faults or shaped is None or shaped.value is None:
        raise _error([(f.span, f.message, f.help) for f in faults])
    return _Checked(shaped.value, front, root, path).config()


Mistake = tuple[Span, str, str | None]


def _error(mistakes: list[Mistake]) -> ConfigError:
    """The first mistake, with the others as notes."""
    first, *others = sorted(mistakes, key=lambda m: m[0][:3])
    error = ConfigError(first[1], help=first[2], where=str(first[0]))
    for span, message, _ in others:
        error.add_note(f"{span}: {message}")
    return error


class _Checked:
    """Checks what a shape cannot say, and makes the Config."""

    def __init__(self, file: ConfigFile, front: MarkedMap, root: Path, path: str) -> None:
        self.file, self.front, self.root, self.path = file, front, root, path
        self.mistakes: list[Mistake] = []

    def config(self) -> Config:
        """Raises `ConfigError` for the first of all mistakes."""
        self._zone()
        self._lease()
        self._groups()
        if "accounts" in self.front.get("defaults", ()):
            self._members("the defaults name", self.front["defaults"]["accounts"])
        self._quiet("defaults", holder=self.front)
        for name, block in self.file.accounts.items():
            self._urls(block.settings)
            self._quiet(name, holder=self.front["accounts"])
        if self.mistakes:
            raise _error(self.mistakes)
        return self._build()

    def _mistake(self, span: Span, message: str, help_: str | None) -> None:
        self.mistakes.append((span, message, help_))

    def _zone(self) -> None:
        if zone_known(self.file.timezone):
            return
        message = f"there is no time zone {show(self.file.timezone)}"
        span = value_span(self.front, "timezone", self.path)
        self._mistake(span, message, "write an IANA name such as `Europe/Berlin`, or `UTC`")

    def _lease(self) -> None:
        least = REQUEST + 2 * parse_duration(self.file.clock_skew)
        if parse_duration(self.file.lease) > least:
            return
        span = value_span(self.front, "lease" if "lease" in self.front else "clock_skew", self.path)
        help_ = f"it has to be longer than {REQUEST.seconds} s and twice `clock_skew`"
        self._mistake(span, "`lease` leaves no time to send anything", help_)

    def _groups(self) -> None:
        for name, members in self.front.get("groups", {}).items():
            span = key_span(self.front["groups"], name, self.path)
            if name in self.file.accounts:
                message = f"the group {show(name)} has the name of an account"
                self._mistake(span, message, "rename the group")
            self._members(f"the group {show(name)} holds", members)
            if circle := self._circle((name,)):
                message = f"groups that hold one another: {' > '.join(circle)}"
                self._mistake(span, message, "take one of them out")

    def _members(self, who: str, names: MarkedList) -> None:
        known = (*self.file.accounts, *self.file.groups)
        for index, name in enumerate(names):
            if name not in known:
                meant = nearest(name, known)
                help_ = f"did you mean `{meant}`?" if meant else "name an account or a group"
                message = f"{who} {show(name)}, which is neither an account nor a group"
                self._mistake(value_span(names, index, self.path), message, help_)

    def _circle(self, trail: tuple[str, ...]) -> tuple[str, ...] | None:
        for member in self.file.groups.get(trail[-1], ()):
            if member == trail[0]:
                return (*trail, member)
            if member not in trail and (found := self._circle((*trail, member))):
                return found
        return None

    def _urls(self, settings: Mapping[str, Any]) -> None:
        for key, value in settings.items():
            if isinstance(value, str) and (fault := url_fault(value)):
                span = value_span(cast("MarkedMap", settings), key, self.path)
                self._mistake(span, f"{show(key)} {fault[0]}", fault[1])

    def _quiet(self, key: str, *, holder: Mapping[str, Any]) -> None:
        block = holder.get(key, {})
        if covered([parse_hours(hours) for hours in block.get("quiet_hours", ())]) < 24 * 60:
            return
        span = value_span(block, "quiet_hours", self.path)
        help_ = "shorten them; `hold: true` in a post stops it"
        self._mistake(span, "the quiet hours leave no time of the day to send anything", help_)

    def _build(self) -> Config:
        file = self.file
        return Config(
            root=self.root,
            path=self.path,
            version=file.version,
            timezone=file.timezone,
            accounts={name: self._account(name, block) for name, block in file.accounts.items()},
            groups={name: tuple(members) for name, members in file.groups.items()},
            defaults=Defaults(
                tuple(file.defaults.accounts),
                file.defaults.late,
                parse_duration(file.defaults.grace),
                file.defaults.schedule,
            ),
            content_branch=file.content_branch,
            state="same" if file.state == "same" else file.state.branch,
            lease=parse_duration(file.lease),
            clock_skew=parse_duration(file.clock_skew),
            utm=Utm(file.utm.source, file.utm.medium, file.utm.campaign, frozenset(file.utm.hosts)),
            rules=Rules(tuple(file.rules.select), tuple(file.rules.ignore), file.rules.severity),
            front=self.front,
        )

    def _account(self, name: str, block: AccountBlock) -> Account:
        credentials = {key: value.removeprefix("env:") for key, value in block.credentials.items()}
        return Account(
            name=name,
            platform=block.platform,
            settings=cast("MarkedMap", block.settings),
            credentials=credentials,
            was=block.was,
            span=key_span(self.front["accounts"], name, self.path),
            pace=self._pace(block),
            on_unknown=block.on_unknown or self.file.defaults.on_unknown,
        )

    def _pace(self, block: AccountBlock) -> Pace:
        """The account's own limits, each over that of the defaults."""
        base, own = self.file.defaults, block.limits or LimitsBlock()
        quiet = base.quiet_hours if block.quiet_hours is None else block.quiet_hours
        return Pace(
            own.per_day or base.limits.per_day,
            parse_duration(own.spacing or base.limits.spacing or "0s"),
            tuple(map(parse_hours, quiet)),
            self.file.timezone,
        )


def zone_known(name: str) -> bool:
    """Whether an IANA time zone of that name can be had here.

    The system's own file is looked for first: importing zoneinfo costs more than all of `validate`.
    """
    if name == "UTC":
        return True
    if len(name) > 64 or re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}", name) is None:
        return False
    try:
        with Path("/usr/share/zoneinfo", name).open("rb") as file:
            return file.read(4) == b"TZif"
    except OSError:
        pass
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # not found is a KeyError
        return False
    return True

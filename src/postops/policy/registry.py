"""What a rule is, and the list of all of them.

A rule is one function with `@rule(...)`, in a file of this room named after its subject; its
docstring is its page. It yields `Problem`s and nothing else: it never raises or prints, and knows
neither severity nor suppression nor output. The directory is the registry: whatever `Rule` stands
in a file of this room is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.diagnostics import Fix, Severity, Span

On = Literal["fault", "post", "message", "set"]
"""What a rule looks at.

`fault`: nothing, it was found while reading and is only described here; `post`: one post (given an
`OnPost`); `message`: one rendered delivery (`OnMessage`); `set`: all posts at once (`OnSet`).
"""

FAMILIES: Mapping[str, str] = {
    "PO0": "reading",
    "PO1": "text and links",
    "PO2": "media",
    "PO3": "schedule",
    "PO4": "accounts and campaigns",
    "PO5": "identity and history",
    "PO6": "security",
}

_MACHINERY = frozenset(
    [
        "registry",
        "subjects",
        "traits",
        "plain",
        "quiet",
        "card",
        "examine",
        "targets",
        "check",
        "cache",
        "unchanged",
        "workers",
        "settle",
        "docs",
    ]
)


class Problem(NamedTuple):
    """One finding. `message` in lower case, without full stop or remedy; that is `help`.

    `post` and `account` are said by rules of a set only: elsewhere they are known.
    """

    span: Span
    message: str
    help: str | None = None
    fix: Fix | None = None
    post: str | None = None
    account: str | None = None


Check = Callable[..., Iterable[Problem] | None]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule and its facts.

    `needs` are traits (see `traits`) without all of which it is not even called; `only` is the one
    platform it is about. A `firm` rule cannot be allowed, ignored or weighed otherwise: it says that
    something could not be read or sent at all. `fixable`: some findings carry a fix.
    """

    code: str
    name: str
    severity: Severity
    on: On
    since: str
    check: Check
    doc: str
    needs: frozenset[str] = frozenset()
    only: str | None = None
    firm: bool = False
    fixable: bool = False

    @property
    def family(self) -> str:
        """The family in words."""
        return FAMILIES[self.code[:3]]


def rule(
    code: str,
    name: str,
    *,
    severity: Severity,
    on: On,
    since: str,
    needs: Iterable[str] = (),
    only: str | None = None,
    firm: bool = False,
    fixable: bool = False,
) -> Callable[[Check], Rule]:
    """Make a `Rule` of a function."""

    def made(check: Check) -> Rule:
        return Rule(
            code=code,
            name=name,
            severity=severity,
            on=on,
            since=since,
            check=check,
            doc=check.__doc__ or "",
            needs=frozenset(needs),
            only=only,
            firm=firm,
            fixable=fixable,
        )

    return made


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the room, by code."""
    from importlib import import_module
    from pkgutil import iter_modules

    from postops import policy

    names = [m.name for m in iter_modules(policy.__path__) if m.name not in _MACHINERY]
    modules: list[Any] = [import_module(f"{policy.__name__}.{name}") for name in names]
    found = {
        id(value): value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Rule)
    }
    return tuple(sorted(found.values(), key=lambda one: one.code))


@cache
def by_name() -> Mapping[str, Rule]:
    """Every rule under its name and under its code."""
    known = {one.name: one for one in all_rules()}
    known.update((one.code, one) for one in all_rules())
    return known


@cache
def chosen(on: On, traits: frozenset[str], platform: str | None = None) -> tuple[Rule, ...]:
    """The rules worth calling for a subject with these traits."""
    return tuple(
        one
        for one in all_rules()
        if one.on == on and one.needs <= traits and one.only in (None, platform)
    )

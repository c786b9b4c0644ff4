"""Before anything is claimed: is this the account we think it is, and is the clock right?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from postops.errors import AuthExpired, NotSent, PlatformError

if TYPE_CHECKING:
    from postops.clock import Clock
    from postops.ledger.state import LedgerState
    from postops.model import Identity
    from postops.publish.ports import Login, Terms


_LEFT_OUT = timedelta(seconds=1)
"""A `Date` header tells no fractions of a second: it is up to so much behind its own clock."""


class Held(Exception):  # noqa: N818 - a state of the account, not a fault of ours
    """The account may not be used in this run. The text says why and what to do."""


class Session(NamedTuple):
    """Who we are there, and how far our clock is ahead of the platform's."""

    identity: Identity
    fast: timedelta


async def connect(name: str, login: Login, clock: Clock, terms: Terms) -> Session:
    """Log in, and compare clocks. Raises `Held`."""
    identity = await _whoami(name, login, clock, terms)
    _check_clock(name, login, clock, terms)
    return Session(identity, _ahead(login, clock))


def misnamed(name: str, state: LedgerState) -> str | None:
    """Why an account that was connected may not be used any more: others know it by another name.

    Whoever fetched its configuration before a renaming would not see what they do. Of two names
    for one login, the one that was bound first counts.
    """
    if name in state.renamed:
        return f"{name}: it is called {state.today(name)} by now; the next run knows"
    mine = state.bound.get(name)
    for other in state.bound.values():
        if mine is None or other is mine:
            return None
        if (other.platform, other.id) == (mine.platform, mine.id):
            return f"{name}: another run knows {other.handle} as {other.account}"
    return None


async def _whoami(name: str, login: Login, clock: Clock, terms: Terms) -> Identity:
    for attempt in range(1, terms.tries + 1):
        try:
            return await login.platform.whoami()
        except AuthExpired as error:
            raise Held(f"{name}: the platform does not take the credentials ({error})") from error
        except NotSent as error:
            if attempt == terms.tries:
                raise Held(f"{name}: not reachable ({error})") from error
            await clock.sleep(attempt * (0.5 + clock.random()))
        except PlatformError as error:
            raise Held(f"{name}: logging in failed ({error})") from error
    raise AssertionError("the loop above returns or raises")


def _check_clock(name: str, login: Login, clock: Clock, terms: Terms) -> None:
    """Compare with what the answer to logging in was dated.

    The git host's `Date` is not looked at: git shows it only in a trace of all it says and hears,
    and a request of our own would need the proxy and the certificates git was given. A platform
    that dates nothing leaves what the plan does: a ledger from the future holds everything.
    """
    theirs = login.platform.server_date
    if theirs is None:
        return
    off = clock.now() - theirs
    if not -terms.clock_skew <= off <= terms.clock_skew + _LEFT_OUT:
        raise Held(
            f"{name}: this machine's clock is {off.total_seconds():+.0f} s from the platform's;"
            f" set it right, or raise `clock_skew`"
        )


def _ahead(login: Login, clock: Clock) -> timedelta:
    """Rather a second too much: a `Date` tells no fractions, and took its time to get here."""
    theirs = login.platform.server_date
    return max(timedelta(0), clock.now() - theirs) if theirs else timedelta(0)


def bind(name: str, login: Login, identity: Identity, state: LedgerState) -> dict[str, Any] | None:
    """The `bound` event to record, if the account is new. Raises `Held`.

    One account after the other: two new names may belong to one login.
    """
    platform = login.platform.name
    known = state.bound.get(name)
    if known is not None and known.id != identity.id:
        raise Held(
            f"{name}: the credentials belong to {identity.handle}, but this name stands for"
            f" {known.handle}; give the new login a name of its own"
        )
    if known is not None:
        return None
    old = state.bound.get(login.was or "")
    if old is not None and (old.platform, old.id) != (platform, identity.id):
        raise Held(
            f"{name}: `was: {old.account}` was {old.handle} on {old.platform}, and the credentials"
            f" belong to {identity.handle}; only a new name for the same login takes over a history"
        )
    for other in state.bound.values():
        same = (other.platform, other.id) == (platform, identity.id)
        if same and other.account != login.was:
            raise Held(
                f"{name}: {identity.handle} is already known as {other.account};"
                f" write `was: {other.account}` if it was renamed"
            )
    bound = {
        "type": "bound",
        "account": name,
        "platform": platform,
        "identity": identity._asdict(),
    }
    return bound | ({"was": login.was} if login.was else {})

from __future__ import annotations

import re

import pytest

from postops import errors
from postops.errors import (
    AuthExpired,
    ConfigError,
    LedgerConflict,
    LedgerVersion,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    PostopsError,
    RateLimited,
    Rejected,
    UnsafePlan,
)

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, PostopsError)
]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ConfigError, 2),
        (LedgerVersion, 2),
        (LedgerConflict, 1),
        (UnsafePlan, 1),
        (PlatformError, 1),
        (PostopsError, 1),
    ],
)
def test_exit_codes(kind: type[PostopsError], code: int) -> None:
    assert kind("why").exit_code == code


def test_the_tree_drawn_at_the_head_is_the_tree() -> None:
    above: list[tuple[int, str]] = [(-1, "PostopsError")]
    drawn = {}
    for branch, name in re.findall(r"^([ |]+)[|']- (\w+)", errors.__doc__ or "", re.MULTILINE):
        while above[-1][0] >= len(branch):
            above.pop()
        drawn[name] = above[-1][1]
        above.append((len(branch), name))
    assert drawn == {k.__name__: k.__bases__[0].__name__ for k in KINDS if k is not PostopsError}


def test_every_error_says_what_why_and_where() -> None:
    error = ConfigError("no good", help="mend it", where="postops.yaml:3:1")
    assert (str(error), error.help, error.where) == ("no good", "mend it", "postops.yaml:3:1")
    assert ConfigError("no good").help is None


@pytest.mark.parametrize("kind", [NotSent, Rejected, AuthExpired, OutcomeUnknown])
def test_platform_errors_keep_the_status(kind: type[PlatformError]) -> None:
    assert kind("no", status=418).status == 418
    assert kind("no").status is None


def test_rate_limits_and_duplicates() -> None:
    limited = RateLimited("slow down", retry_after=3.5)
    assert (limited.retry_after, limited.status) == (3.5, 429)
    assert isinstance(limited, NotSent)
    assert Rejected("again", status=403, duplicate=True).duplicate
    assert not Rejected("no").duplicate
    assert issubclass(AuthExpired, Rejected)

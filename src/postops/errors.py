"""Every error postops raises on purpose, sorted by what may be done next.

    PostopsError
     |- ConfigError        nothing can start                                     exit 2
     |- UnsafePlan         a person must say --force                             exit 1
     |- LedgerError        the ledger cannot be read or written                  exit 1
     |   |- LedgerConflict     another runner moved first: fetch, fold, plan again
     |   |- LedgerDamaged      a line, the chain or the anchor is wrong: everything is held
     |   '- LedgerVersion      written by a newer postops: no write               exit 2
     '- PlatformError
         |- NotSent        nothing reached the platform: safe to try again
         |   '- RateLimited    ... but not before `retry_after`
         |- Rejected       the platform said no: never again unchanged
         |   '- AuthExpired    the credentials are no longer taken
         |       '- NeedsReauth    and only a person can renew them
         '- OutcomeUnknown it may exist: find() first, never a blind retry

Faults in what people write (posts, campaigns) are Diagnostics, never exceptions.
"""

from __future__ import annotations


class PostopsError(Exception):
    """The root. `str(error)` is one line for a person; `help` says what to do next."""

    exit_code = 1

    def __init__(self, message: str, *, help: str | None = None, where: str | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.help = help
        self.where = where


class ConfigError(PostopsError):
    """Nothing can start: the configuration, the usage or the repository is wrong."""

    exit_code = 2


class UnsafePlan(PostopsError):  # noqa: N818 - the design's word
    """The plan is larger than the guard allows, or not the one that was reviewed."""


class LedgerError(PostopsError):
    """The ledger cannot be read or written."""


class LedgerConflict(LedgerError):  # noqa: N818 - the design's word
    """Another runner moved the ledger first. Fetch, fold and plan again."""


class LedgerDamaged(LedgerError):  # noqa: N818
    """A line, the hash chain or the anchor does not hold. Nothing is sent until a person looks."""


class LedgerVersion(LedgerError):  # noqa: N818
    """The ledger holds events of a version this postops does not know."""

    exit_code = 2


class PlatformError(PostopsError):
    """A platform call did not give what was asked for.

    `status` is the HTTP status, `None` where no answer came.
    """

    def __init__(
        self,
        message: str,
        *,
        help: str | None = None,  # noqa: A002
        where: str | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message, help=help, where=where)
        self.status = status


class NotSent(PlatformError):  # noqa: N818
    """Nothing reached the platform (DNS, connect, TLS, pool time-out): safe to try again.

    `certain` is false for a call that is harmless to repeat, and of which nobody knows whether it
    arrived: a read, or a change of what is there.
    """

    certain: bool = True


class RateLimited(NotSent):
    """The platform refused for now (429). `retry_after` in seconds, `None` if it did not say."""

    def __init__(
        self, message: str, *, retry_after: float | None, status: int | None = 429
    ) -> None:
        super().__init__(message, status=status)
        self.retry_after = retry_after


class Rejected(PlatformError):  # noqa: N818
    """The platform said no (a parsed 4xx): never again unchanged.

    `duplicate` is true where the refusal hints that the very post is already there; `receipt` is
    that post's (`model.Receipt`), where the refusal names it.
    """

    def __init__(
        self,
        message: str,
        *,
        help: str | None = None,  # noqa: A002
        where: str | None = None,
        status: int | None = None,
        duplicate: bool = False,
        receipt: object = None,
    ) -> None:
        super().__init__(message, help=help, where=where, status=status)
        self.duplicate = duplicate
        self.receipt = receipt


class AuthExpired(Rejected):
    """The credentials are no longer taken."""


class NeedsReauth(AuthExpired):
    """The credentials are no longer taken, and only a person can renew them."""


class OutcomeUnknown(PlatformError):  # noqa: N818
    """It may exist (read time-out, reset after send, 5xx): find() first, never a blind retry.

    `receipt` (`model.Receipt`) is of a post the answer named, where it is not clear whether it is
    the one sent: then nothing is sent again, whatever a list shows.
    """

    receipt: object = None

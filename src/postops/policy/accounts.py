"""Rules about where posts go, and about the accounts themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postops import platforms
from postops.diagnostics import Edit, Fix, Severity, Span
from postops.policy.registry import Problem, rule
from postops.reading.marked import value_span
from postops.reading.words import nearest, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.config import Account, Config
    from postops.policy.subjects import OnPost, OnSet


@rule("PO401", "unknown-account", severity=Severity.ERROR, on="post", since="0.1", fixable=True)
def unknown_account(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds names under `accounts` that are neither an account nor a group of postops.yaml.

    ## Why
    The post would silently not go there.

    ## Example
    ```markdown
    ---
    accounts: [blusky-main]
    ---
    ```

    ## Fix
    Write the name as it stands in postops.yaml; a close one is offered.
    """
    post = given.post
    if post.accounts is not None:
        yield from unknown_names(post.front["accounts"], post.path, given.context.config)


def unknown_names(names: Any, path: str, config: Config) -> Iterator[Problem]:
    """The names of a list that are neither an account nor a group."""
    known = (*config.accounts, *config.groups)
    for index, name in enumerate(names):
        if not isinstance(name, str) or name in known:
            continue
        span = value_span(names, index, path)
        meant = nearest(name, known)
        message = f"{show(name)} is neither an account nor a group"
        help_ = f"did you mean `{meant}`?" if meant else "name an account or group of postops.yaml"
        yield Problem(span, message, help_, _rename(span, meant))


def _rename(span: Span, meant: str | None) -> Fix | None:
    """Offered, yet not safe: it decides where a post goes."""
    if meant is None or span.end_line is None:
        return None
    return Fix(f"write `{meant}`", (Edit(span, meant),), safe=False)


@rule("PO402", "no-accounts", severity=Severity.ERROR, on="post", since="0.1")
def no_accounts(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds posts that go nowhere: neither they nor their campaign nor the defaults name an account.

    ## Why
    They are never published.

    ## Example
    ```markdown
    ---
    accounts: []
    ---
    ```

    ## Fix
    Add `accounts:` to the post, its campaign, or the `defaults` of postops.yaml.
    """
    post = given.post
    if given.accounts or (post.accounts and given.context.config.unknown(post.accounts)):
        return
    message = "the post goes to no account"
    yield Problem(post.span("accounts"), message, "add `accounts:` here, or `defaults` for all")


@rule("PO403", "unknown-platform", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def unknown_platform() -> None:
    """## What it does
    Finds accounts on platforms that postops does not know.

    ## Why
    Nothing can be sent there.

    ## Example
    ```yaml
    accounts: {main: {platform: twitter}}
    ```

    ## Fix
    Write the platform's name: the message lists them.
    """


@rule(
    "PO404",
    "unknown-platform-block",
    severity=Severity.ERROR,
    on="post",
    since="0.1",
    needs=["override"],
)
def unknown_platform_block(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds blocks under `platforms` whose name is neither a platform nor an account.

    ## Why
    What they say is never used: the account gets the text that was meant for others.

    ## Example
    ```markdown
    ---
    platforms:
      twitter: {text: Short}
    ---
    ```

    ## Fix
    Write the platform's or the account's name.
    """
    known = (*platforms.names(), *given.context.config.accounts)
    for key, override in given.post.overrides.items():
        if key not in known:
            meant = nearest(key, known)
            help_ = f"did you mean `{meant}`?" if meant else "name a platform or an account"
            message = f"{show(key)} is neither a platform nor an account"
            yield Problem(override.span, message, help_)


@rule(
    "PO405",
    "unused-override",
    severity=Severity.WARNING,
    on="post",
    since="0.1",
    needs=["override"],
)
def unused_override(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds blocks under `platforms` for platforms or accounts this post does not go to.

    ## Why
    Either the block is a leftover, or an account is missing.

    ## Example
    ```markdown
    ---
    accounts: [bluesky-main]
    platforms:
      x: {text: Short}
    ---
    ```

    ## Fix
    Add the account, or remove the block.
    """
    config = given.context.config
    reached = {*given.accounts, *(config.accounts[name].platform for name in given.accounts)}
    for key, override in given.post.overrides.items():
        if key not in reached and (key in config.accounts or key in platforms.names()):
            message = f"the post does not go to {show(key)}"
            yield Problem(override.span, message, "add an account there, or remove the block")


@rule("PO406", "unknown-option", severity=Severity.ERROR, on="fault", since="0.1", fixable=True)
def unknown_option() -> None:
    """## What it does
    Finds keys in a block under `platforms` that neither posts nor that platform know.

    ## Why
    A misspelt `visibility: private` is a public post.

    ## Example
    ```markdown
    ---
    platforms:
      mastodon: {visiblity: private}
    ---
    ```

    ## Fix
    Write the key that was meant: it is offered where only one is close.
    """


@rule("PO407", "unknown-setting", severity=Severity.ERROR, on="fault", since="0.1", fixable=True)
def unknown_setting() -> None:
    """## What it does
    Finds keys of an account in postops.yaml that its platform does not know.

    ## Why
    A misspelt `instance` or `max_characters` is not followed.

    ## Example
    ```yaml
    accounts: {x-main: {platform: x, max_charcters: 25000}}
    ```

    ## Fix
    Write the key that was meant: it is offered where only one is close.
    """


@rule("PO408", "unknown-credential", severity=Severity.WARNING, on="fault", since="0.1")
def unknown_credential() -> None:
    """## What it does
    Finds credentials of an account that its platform does not use.

    ## Why
    The one it does use may be missing, and the account waits without a word.

    ## Example
    ```yaml
    accounts:
      main: {platform: bluesky, handle: a.example, credentials: {password: "env:PASSWORD"}}
    ```

    ## Fix
    Write the credential's name: the message lists them.
    """


@rule("PO409", "two-names-one-login", severity=Severity.ERROR, on="set", since="0.1")
def two_names_one_login(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds two accounts in postops.yaml that are the same login: the same platform and server with
    the same handle or the same credentials.

    ## Why
    Every post to both would go out twice.

    ## Example
    ```yaml
    accounts:
      main: {platform: bluesky, handle: acme.example}
      news: {platform: bluesky, handle: acme.example}
    ```

    ## Fix
    Remove one of the two. A group gives one account another name.
    """
    first: dict[tuple[Any, ...], Account] = {}
    for account in given.config.accounts.values():
        for login in _logins(account):
            other = first.setdefault(login, account)
            if other is not account:
                message = f"{account.name} and {other.name} are the same login"
                yield Problem(account.span, message, "remove one", account=account.name)
                break


def _logins(account: Account) -> Iterator[tuple[Any, ...]]:
    """What tells a login apart, as far as the configuration says."""
    server = tuple(
        sorted(
            value.rstrip("/").lower()
            for value in account.settings.values()
            if isinstance(value, str) and "://" in value
        )
    )
    for key in ("handle", "username"):
        if isinstance(handle := account.settings.get(key), str):
            yield account.platform, server, key, handle.lower().lstrip("@")
    if account.credentials:
        yield account.platform, server, *sorted(account.credentials.items())

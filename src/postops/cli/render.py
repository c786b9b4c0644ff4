"""`postops render`: show exactly what would be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from postops.cli import _options, _posts
from postops.cli._options import formats, style

if TYPE_CHECKING:
    from collections.abc import Collection

    from postops.cli._edge import Invocation
    from postops.config import Account, Config
    from postops.model import Message


@click.command(
    "render",
    epilog="""\b
Examples:
  postops render launch/hello
  postops render posts/launch/hello.md --account x-main
  postops render launch/hello --format json
""",
)
@click.argument("post", metavar="POST")
@_options.account
@formats("text", "json")
@click.pass_obj
def command(invocation: Invocation, /, post: str, account: tuple[str, ...], style: str) -> None:
    """Show exactly what would be sent.

    Of POST, an id or a path, to each of its accounts. Reads the files as they are on disk. Works offline and without any secret.
    """
    config = invocation.config()
    name = _posts.as_typed(post, invocation.directory, config.root)
    messages = _messages(config, name, account)
    if style == "json":
        from postops.render.as_json import message_json

        document = {"version": 1, "messages": [message_json(message) for message in messages]}
        click.echo(_options.as_json(document))
    else:
        click.echo(_said(messages))


def _said(messages: list[Message]) -> str:
    from postops.output import messages as output

    return "\n\n".join(output.text(message, style) for message in messages)


def _messages(config: Config, name: str, only: Collection[str]) -> list[Message]:
    """The messages of a post, in the order of its accounts. Raises `ConfigError`."""
    from postops import platforms
    from postops.cli._loader import campaigns_of, resolver
    from postops.content.source import WorkTree
    from postops.errors import ConfigError
    from postops.reading.shape import read
    from postops.render import parse, render

    tree = WorkTree(config.root)
    post = _posts.find(tree, config, name)
    campaigns = campaigns_of(tree)
    names = config.accounts_for(post, campaigns)
    if strangers := sorted(set(only) - set(names)):
        goes = ", ".join(names) or "nowhere"
        raise ConfigError(f"{post.id} does not go to {strangers[0]!r}", help=f"it goes to: {goes}")
    parsed = parse(post)

    def message(account: Account) -> Message:
        platform = platforms.load(account.platform)
        return render(
            post,
            account,
            config,
            platform,
            campaign=campaigns.get(post.campaign or ""),
            resolve_media=resolver(tree, post.path),
            parsed=parsed,
            settings=read(platform.Settings, account.settings, config.path).value,
        )

    return [message(config.accounts[n]) for n in names if not only or n in only]

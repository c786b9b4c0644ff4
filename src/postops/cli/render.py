"""`postops render`: show exactly what would be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from postops.cli import _options
from postops.cli._options import formats, style

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from postops.cli._edge import Invocation
    from postops.config import Account, Config
    from postops.content.posts import Read
    from postops.content.source import WorkTree
    from postops.model import Message, Post


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
    name = _named(post, invocation.directory, config.root)
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
    post = _post(tree, config, name)
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


def _post(tree: WorkTree, config: Config, name: str) -> Post:
    """The post with this id or path. Raises `ConfigError` where it is not there or unreadable."""
    from postops.content.posts import default_id
    from postops.errors import ConfigError
    from postops.reading.words import nearest

    known = []
    for path, read in _read(tree, config, name):
        id_ = read.post.id if read.post is not None else default_id(path)
        known += [path, id_]
        if name not in (path, id_):
            continue
        if read.post is None:
            fault = read.faults[0]
            raise ConfigError(fault.message, help=fault.help, where=str(fault.span))
        return read.post
    meant = nearest(name, tuple(known))
    help_ = f"did you mean {meant}?" if meant else None
    raise ConfigError(f"there is no post {name!r}", help=help_)


def _read(tree: WorkTree, config: Config, name: str) -> Iterator[tuple[str, Read]]:
    """All posts, one by one, those first that are likely to be meant."""
    from postops.content.frontmatter import SIZE_LIMIT, too_large
    from postops.content.posts import FOLDER, Read, read_post
    from postops.content.scan import scan

    likely = {name, f"{FOLDER}/{name}.md"}
    entries = sorted(scan(tree, FOLDER).files, key=lambda entry: entry.path not in likely)
    for entry, data in tree.load(entries, SIZE_LIMIT):
        if data is None:
            yield entry.path, Read(None, (too_large(entry.path),))
        else:
            yield entry.path, read_post(data, entry.path, config, tree)


def _named(name: str, directory: Path, root: Path) -> str:
    """POST, relative to the root where it is a path as typed."""
    file = (directory / name).absolute()
    if not file.is_file():
        return name
    try:
        return file.parent.resolve().joinpath(file.name).relative_to(root.resolve()).as_posix()
    except ValueError:
        return name

"""`postops reschedule`: give a post another time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postops.cli import _options, _posts
from postops.cli._options import formats, only_a_diff

if TYPE_CHECKING:
    from postops.cli._edge import Invocation
    from postops.config import Config
    from postops.content.source import WorkTree
    from postops.diagnostics import Fix
    from postops.model import Post, When


@click.command(
    "reschedule",
    epilog="""\b
Examples:
  postops reschedule launch/hello 2026-03-02T09:00
  postops reschedule posts/launch/hello.md 2026-03-02T09:00+01:00
  postops reschedule launch/hello 2026-03-02T09:00 --diff
""",
)
@click.argument("post", metavar="POST")
@click.argument("time", metavar="TIME")
@click.option("--diff", is_flag=True, help="Show what would be changed; change nothing.")
@formats("text", "json")
@click.pass_obj
def command(invocation: Invocation, /, post: str, time: str, diff: bool, style: str) -> None:
    """Give a post another time.

    Writes `publish_at` of POST, an id or a path, in its file, and not one byte besides. TIME is as
    in the file: in the post's time zone, if it has no offset. Nothing changes for the publisher
    until the file is committed and on the content branch. Works offline.
    """
    if diff:
        only_a_diff()
    from postops.content import fixes
    from postops.content.saving import save
    from postops.content.source import WorkTree
    from postops.output import safe

    config = invocation.config()
    tree = WorkTree(config.root)
    name = _posts.as_typed(post, invocation.directory, config.root)
    found = _posts.find(tree, config, name)
    out, handed = _begun(found, config, tree)
    file = config.root / found.path
    before = file.read_bytes()
    when = _time(time, found, config)
    after = fixes.apply_fixes(before, [_edit(found, time, before)]).data
    _check(after, found, when, config)
    if diff:
        click.echo(safe.diff(fixes.diff(found.path, before, after)), nl=False)
        return
    save(file, after)
    if style == "json":
        click.echo(_options.as_json(_document(found, when, out)))
    else:
        click.echo(_said(found, when, out, handed))


def _document(post: Post, when: When, out: list[str]) -> dict[str, Any]:
    from postops.plan import iso

    return {
        "version": 1,
        "post": post.id,
        "path": post.path,
        "publish_at": when.text,
        "due_at": iso(when.at),
        "was": post.publish_at.text if post.publish_at else None,
        "published": out,
    }


def _said(post: Post, when: When, out: list[str], handed: list[str]) -> str:
    from postops.output.safe import terminal
    from postops.plan import iso

    lines = [f"{terminal(post.path)}: publish_at {when.text}, which is {iso(when.at)}"]
    if out:
        lines.append(f"published already, and not again: {', '.join(map(terminal, out))}")
    if handed:
        names = ", ".join(map(terminal, handed))
        lines.append(f"waits at the platform, and the next run takes it back first: {names}")
    if post.draft or post.hold:
        lines.append(f"it stays {'a draft' if post.draft else 'on hold'}")
    return "\n".join([*lines, "commit and push it, or open a pull request"])


def _begun(post: Post, config: Config, tree: WorkTree) -> tuple[list[str], list[str]]:
    """The post's deliveries that are out, and those that wait at a platform.

    Raises `ConfigError` where all are out.
    """
    from postops.cli._loader import campaigns_of
    from postops.cli._local import ledger_state
    from postops.errors import ConfigError

    state = ledger_state(config)
    if state is None:
        return [], []
    names = [f"{post.id}@{account}" for account in config.accounts_for(post, campaigns_of(tree))]
    out = [name for name in names if state.delivery(name).phase in ("published", "withdrawn")]
    if out and len(out) == len(names):
        raise ConfigError(
            f"{post.id} is published: its time is past",
            help="postops withdraw takes it back; postops retry sends a withdrawn one again",
        )
    return out, [name for name in names if state.delivery(name).phase == "scheduled"]


def _time(text: str, post: Post, config: Config) -> When:
    """TIME in the post's own zone. Raises `ConfigError` for one the clocks do not show once."""
    from postops.config import zone_known
    from postops.content.times import read_time
    from postops.diagnostics import Span
    from postops.errors import ConfigError
    from postops.model import When

    own = post.front.get("timezone")
    zone = own if own is not None and zone_known(own) else config.timezone
    when = read_time(text, zone, Span(post.path))
    if not isinstance(when, When):
        raise ConfigError(when.message, help=when.help)
    if when.trouble:
        what = "is twice" if when.trouble == "ambiguous" else "never is"
        help_ = f"the clocks change then: add the offset, such as `{text}+01:00`"
        raise ConfigError(f"{text} {what} in {zone}", help=help_)
    if post.expires_at is not None and when.at >= post.expires_at.at:
        raise ConfigError(
            f"{text} is not before the post expires, {post.expires_at.text}",
            help="change `expires_at` first",
        )
    return when


def _edit(post: Post, text: str, before: bytes) -> Fix:
    """Replace the value, or put the key before the first one, in the same style."""
    from postops.diagnostics import Edit, Fix, Span
    from postops.reading.marked import key_span, value_span

    if "publish_at" in post.front:
        span = value_span(post.front, "publish_at", post.path)
        return Fix("write the time", (Edit(span, text),))
    first = key_span(post.front, next(iter(post.front)), post.path)
    line = before.decode().split("\n")[first.line - 1]
    indent = line[: first.column - 1]
    ends = "\r\n" if line.endswith("\r") else "\n"
    # Where something stands before the first key, all of them are between braces.
    follow = ", " if indent.strip() else ends + indent
    edit = Edit(Span(post.path, first.line, first.column), f"publish_at: {text}{follow}")
    return Fix("write the time", (edit,))


def _check(after: bytes, post: Post, when: When, config: Config) -> None:
    """Read what would be written. Raises `ConfigError` where it does not say what is meant."""
    from postops.content.posts import read_post
    from postops.errors import ConfigError

    read = read_post(after, post.path, config, None).post
    wanted = {**post.front, "publish_at": when.text}
    if read is not None and (read.front, read.body) == (wanted, post.body):
        return
    raise ConfigError(
        f"{post.path} is written in a way that cannot be changed here",
        help=f"write `publish_at: {when.text}` by hand",
    )

"""`postops ledger`: verify it, accept its head, fold closed months."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from postops.cli import _options
from postops.cli._options import formats, style

if TYPE_CHECKING:
    from postops.cli._edge import Invocation
    from postops.cli._open import Place
    from postops.ledger.audit import Audit
    from postops.ledger.journal import Ledger
    from postops.ledger.remote import StateHead

_SHOWN = 20  # events of each kind in the text of `accept`; JSON has them all


@click.group("ledger")
def command() -> None:
    """Verify the ledger, accept its head, fold closed months."""


# ------------------------------------------------------------------------ verify


@command.command(
    "verify",
    epilog="""\b
Examples:
  postops ledger verify
  postops ledger verify --format json
""",
)
@_options.sandbox
@formats("text", "json")
@click.pass_obj
def verify(invocation: Invocation, /, sandbox: bool, style: str) -> int:
    """Read every event ever written and prove the whole ledger.

    The hash chain, the anchor, the shape of every event, and that the snapshot of the closed months
    is what their events add up to. Writes nothing. Exits 1 where something does not hold.
    """
    from postops.cli import _open
    from postops.ledger.audit import audit

    with _open.place(invocation, sandbox=sandbox) as at:
        head = at.remote.fetch_sync()
        found = audit(head)
    report = _report(head, found)
    click.echo(_options.as_json(report) if style == "json" else "\n".join(_said(report)))
    return 1 if found.faults else 0


def _report(head: StateHead, found: Audit) -> dict[str, Any]:
    state = found.state
    return {
        "version": 1,
        "ok": not found.faults,
        "head": head.sha,
        "anchor": head.anchor,
        "genesis": state.genesis,
        "seq": state.seq,
        "tip": state.tip or None,
        "files": found.files,
        "deliveries": len(state.deliveries),
        "events": dict(sorted(found.types.items())),
        "first_recorded_at": found.first_recorded_at,
        "last_recorded_at": state.last_recorded_at,
        "snapshot": found.snapshot,
        "faults": [{"where": where, "message": message} for where, message in found.faults],
        "notes": found.notes,
    }


def _said(report: dict[str, Any]) -> list[str]:
    from postops.output.safe import one_line

    if report["head"] is None and not report["faults"]:
        return ["there is no ledger yet"]
    lines = [
        f"{style('damaged', fg='red')}  {one_line(fault['where'])}: {one_line(fault['message'])}"
        for fault in report["faults"]
    ]
    lines += [f"note: {one_line(note)}" for note in report["notes"]]
    kinds = ", ".join(f"{count} {kind}" for kind, count in report["events"].items())
    first, last = report["first_recorded_at"], report["last_recorded_at"]
    head, anchor, tip = (str(report[name] or "-")[:12] for name in ("head", "anchor", "tip"))
    lines += [
        f"events: {report['seq']}, deliveries: {report['deliveries']}, files: {report['files']}",
        f"  {kinds or 'none'}",
        f"from {first or '-'} to {last or '-'}",
        f"head {head}, anchor {anchor}, tip {tip}, snapshot: {report['snapshot']}",
    ]
    if report["ok"]:
        lines.append(style("everything holds", fg="green"))
    elif any(fault["where"].startswith("state/ledger/") for fault in report["faults"]):
        lines.append("put the branch back to its last good commit, then: postops ledger accept")
    return lines


# ------------------------------------------------------------------------ accept


@command.command(
    "accept",
    epilog="""\b
Examples:
  postops ledger accept          look, and be asked
  postops ledger accept --yes    after having looked
""",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@_options.sandbox
@formats("text", "json")
@click.pass_obj
def accept(invocation: Invocation, /, yes: bool, sandbox: bool, style: str) -> int:
    """Say that the ledger's head is right, after it was held.

    Shows why it is held, and which events the anchor remembers that the head lacks: what they say
    was published is new to postops then. It is looked for before it is sent, but not every platform
    can tell. Who accepted is recorded. Exits 1 when nobody did.
    """
    import asyncio

    return asyncio.run(_accept(invocation, yes=yes, sandbox=sandbox, as_json=style == "json"))


async def _accept(invocation: Invocation, *, yes: bool, sandbox: bool, as_json: bool) -> int:
    from postops.cli import _open

    with _open.place(invocation, sandbox=sandbox) as at:
        async with _open.ledger(at) as ledger:
            if ledger.held is None:
                report = {"version": 1, "held": None, "accepted": False}
                click.echo(_options.as_json(report) if as_json else "nothing is held")
                return 0
            by, report = _who(at), _held(at, ledger)
            click.echo("\n".join(_told(report)), err=as_json)
            accepted = (yes or _agreed()) and await ledger.accept(by)
            if as_json:
                click.echo(_options.as_json(report | {"accepted": accepted, "by": by}))
            elif accepted:
                click.echo(f"accepted by {by}")
            return 0 if accepted else 1


def _agreed() -> bool:
    if not sys.stdin.isatty():
        click.echo(
            "nothing was changed; when you have looked: postops ledger accept --yes", err=True
        )
        return False
    return click.confirm("Is the head right?", err=True)


def _held(at: Place, ledger: Ledger) -> dict[str, Any]:
    from postops.ledger.difference import difference
    from postops.ledger.git_head import GitHead

    head = ledger.head
    found = difference(GitHead(at.repository, head.anchor, None), head)
    return {
        "version": 1,
        "held": ledger.held,
        "head": head.sha,
        "anchor": head.anchor,
        "anchor_readable": found.readable,
        "restore": _restore(at) if found.readable else None,
        "common": found.common,
        "missing": [_row(event) for event in found.missing],
        "new": [_row(event) for event in found.new],
    }


def _restore(at: Place) -> str | None:
    """The command that puts the branch back to what the anchor remembers.

    `None` without a remote, and beside content: there the anchor is no commit of the branch.
    """
    from postops.ledger.git_remote import ANCHOR

    remote = at.repository.remote()
    if at.remote.same or remote is None:
        return None
    return f"git fetch {remote} {ANCHOR} && git push --force {remote} FETCH_HEAD:{at.remote.ref}"


def _row(event: dict[str, Any]) -> dict[str, Any]:
    names = ("seq", "recorded_at", "type", "delivery", "account", "run", "url")
    return {name: event.get(name) for name in names}


def _who(at: Place) -> str:
    """The person, as far as the machine knows: the workflow's actor, else whom git would name."""
    actor = os.environ.get("GITHUB_ACTOR")
    if actor:
        return actor
    name = at.repository.run("config", "user.name", check=False).text
    mail = at.repository.run("config", "user.email", check=False).text
    return f"{name} <{mail}>" if mail else name or os.environ.get("USER") or "unknown"


def _told(report: dict[str, Any]) -> list[str]:
    from postops.output.safe import one_line

    lines = [
        f"held: {one_line(report['held'])}",
        f"head   {report['head'] or 'none'}",
        f"anchor {report['anchor'] or 'none'}",
    ]
    if not report["anchor_readable"]:
        lines.append("what the anchor remembers cannot be read any more")
    lines.append(f"{report['common']} events are in both")
    for kind, words in (("missing", "only the anchor has"), ("new", "only the head has")):
        rows = report[kind]
        lines.append(f"{len(rows)} events {words}")
        for row in rows[-_SHOWN:]:
            what = " ".join(str(row[n]) for n in ("recorded_at", "type", "delivery") if row[n])
            lines.append(f"  {one_line(what)}  {one_line(row['url'] or '')}".rstrip())
    if report["missing"] and report["restore"]:
        lines += ["to bring them back instead of accepting:", f"  {report['restore']}"]
    return lines


# ------------------------------------------------------------------------ compact


@command.command(
    "compact",
    epilog="""\b
Examples:
  postops ledger compact
""",
)
@_options.sandbox
@formats("text", "json")
@click.pass_obj
def compact(invocation: Invocation, /, sandbox: bool, style: str) -> None:
    """Fold closed months into one file.

    No run has to read their events again. The first write of a month does the same; this is for a ledger that has no snapshot yet, or a
    damaged one. The events stay where they are.
    """
    import asyncio

    report = asyncio.run(_compact(invocation, sandbox=sandbox))
    if style == "json":
        click.echo(_options.as_json(report))
    elif report["upto"] is None:
        click.echo("no month is closed yet")
    else:
        said = "folded up to" if report["written"] else "is folded already, up to"
        click.echo(f"{said} {report['upto']}")


async def _compact(invocation: Invocation, *, sandbox: bool) -> dict[str, Any]:
    from postops.cli import _open

    with _open.place(invocation, sandbox=sandbox) as at:
        async with _open.ledger(at) as ledger:
            written = await ledger.compact()
            return {"version": 1, "written": written, "upto": ledger.folded}

"""The command line: one file per command; the only room that joins rooms.

A command is imported when it is called: `postops --version` costs little more than click itself.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postops import __version__
from postops.cli._edge import Edge, Invocation, at_the_edge, colour, mute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postops.clock import Clock

# command -> (file, one line for `postops --help`); the line is checked against the command's own
COMMANDS: dict[str, tuple[str, str]] = {
    "account": ("account", "Look at the configured accounts."),
    "adopt": ("adopt", "Mark what exists already as published."),
    "completion": ("completion", "Print the completion script of a shell."),
    "count": ("count", "Count a text by the rules of each platform."),
    "flush": ("flush", "Bring the outcomes of a dead run to the ledger."),
    "init": ("init", "Start a repository of posts."),
    "ledger": ("ledger", "Verify the ledger, accept its head, fold closed months."),
    "metrics": ("metrics", "Pull what the platforms count."),
    "plan": ("plan", "Show what will happen, when, and why the rest waits."),
    "publish": ("publish", "Send what is due."),
    "query": ("query", "Ask the committed state with SQL."),
    "render": ("render", "Show exactly what would be sent."),
    "reschedule": ("reschedule", "Give a post another time."),
    "resolve": ("resolve", "Settle a delivery that is in doubt."),
    "retry": ("retry", "Let a delivery be sent again."),
    "rule": ("rule", "Explain a rule."),
    "sandbox": ("sandbox", "Run emulated platforms on this machine."),
    "schema": ("schema", "Print a JSON Schema for editors."),
    "status": ("status", "Tell what became of every delivery."),
    "validate": ("validate", "Check posts and campaigns against every platform's policies."),
    "withdraw": ("withdraw", "Delete what was published."),
}

EPILOG = """\b
Examples:
  postops validate                       check everything
  postops plan                           what will happen, and when
  postops publish --dry-run              the same, as publish sees it
  postops publish --sandbox              send to emulated platforms on this machine
  postops status                         what became of every delivery

\b
Exit codes: 0 fine · 1 something needs a person · 2 usage or configuration ·
3 a bug in postops · 130 interrupted · 143 terminated
"""


class _Lazy(click.Group):
    """Knows its commands by name and imports one when it is needed."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would call it a failure
            mute(sys.stdout)
            return 0

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module = import_module(f"postops.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and name[:1] != "-" and not ctx.resilient_parsing:
            from postops.reading.words import nearest, show

            meant = nearest(name, tuple(COMMANDS))
            hint = f"Did you mean {meant}?" if meant else "See postops --help."
            raise click.UsageError(f"There is no command {show(name)}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.command(
    cls=_Lazy,
    epilog=EPILOG,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "POSTOPS",
        "max_content_width": 100,
    },
)
@click.version_option(__version__, "-V", "--version", message="postops %(version)s")
@click.option(
    "-C",
    "directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="Work as if started in DIR.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The configuration; otherwise the nearest postops.yaml upwards.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="When to colour; auto respects NO_COLOR and FORCE_COLOR.",
)
@click.pass_context
def main(ctx: click.Context, directory: Path, config: Path | None, color: str) -> None:
    """Social media posts, reviewed like code.

    Posts are Markdown files in git. A pull request is the approval, a scheduled run sends what is
    due, and the ledger in git says what happened.
    """
    edge: Edge = ctx.obj or Edge()
    ctx.color = edge.colour = colour(color)
    ctx.obj = Invocation(directory, config, edge)


def run(args: Sequence[str] | None = None, *, clock: Clock | None = None) -> int:
    """Run the command line and return its exit code. Never raises."""
    # A name in a file may hold what the terminal's encoding cannot: show it, rather than fail.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    edge = Edge(clock)
    return at_the_edge(lambda: _main(args, edge), edge)


def _main(args: Sequence[str] | None, edge: Edge) -> Any:
    return main.main(args=args, prog_name="postops", standalone_mode=False, obj=edge)

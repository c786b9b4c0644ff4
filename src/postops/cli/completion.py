"""`postops completion`: the completion script of a shell."""

from __future__ import annotations

import click

_WHERE = {
    "bash": 'eval "$(postops completion bash)"  # in ~/.bashrc',
    "zsh": 'eval "$(postops completion zsh)"  # in ~/.zshrc',
    "fish": "postops completion fish > ~/.config/fish/completions/postops.fish",
}


@click.command(
    "completion",
    epilog="\b\nExamples:\n" + "\n".join(f"  {line}" for line in _WHERE.values()),
)
@click.argument("shell", type=click.Choice(sorted(_WHERE)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"click knows no completion for {shell}")
    root = ctx.find_root().command
    click.echo(completion(root, {}, "postops", "_POSTOPS_COMPLETE").source())

"""Options several commands share, so that they are spelled and explained the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from postops.config import Config
    from postops.plan.shards import Shard

sandbox = click.option(
    "--sandbox", is_flag=True, help="Emulated platforms and a ledger of their own, on this machine."
)
account = click.option(
    "--account",
    "account",
    multiple=True,
    metavar="ACCOUNT",
    help="Only this account; may be given again.",
)
post = click.option(
    "--post",
    "post",
    multiple=True,
    metavar="POST",
    help="Only this post, by id or path; may be given again.",
)


class ShardType(click.ParamType):  # type: ignore[type-arg]
    """`1/3`, `2/3`, `3/3`."""

    name = "shard"

    def convert(self, value: Any, param: Any, ctx: Any) -> Shard:
        from postops.plan.shards import Shard

        try:
            return value if isinstance(value, Shard) else Shard.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


shard = click.option(
    "--shard",
    type=ShardType(),
    metavar="I/N",
    help="Only the accounts of the I-th of N runners, who share them.",
)


def formats(*names: str) -> Callable[[Any], Any]:
    """`--format`, with the first as the default; POSTOPS_FORMAT sets it for all commands."""
    return click.option(
        "--format",
        "style",
        type=click.Choice(names),
        default=names[0],
        envvar="POSTOPS_FORMAT",
        help="How to say it.",
    )


def only_a_diff() -> None:
    """With `--diff`: refuse a `--format` that is asked for in the same breath."""
    ctx = click.get_current_context()
    asked = ctx.get_parameter_source("style") is click.core.ParameterSource.COMMANDLINE
    if asked and ctx.params["style"] != "text":
        raise click.UsageError("--diff prints a diff: leave --format out")


class DurationType(click.ParamType):  # type: ignore[type-arg]
    """`90s`, `15m`, `6h`, `2d`."""

    name = "duration"

    def convert(self, value: Any, param: Any, ctx: Any) -> timedelta:
        from postops.reading.durations import parse_duration

        try:
            return parse_duration(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a duration such as 90s, 15m or 6h", param, ctx)


class TimeType(click.ParamType):  # type: ignore[type-arg]
    """A time, in UTC if it has an offset; else naive: `in_zone` makes it one of the configuration."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        from datetime import UTC, datetime

        if isinstance(value, datetime):
            return value

        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a time such as 2026-03-01T10:30Z", param, ctx)
        return at if at.tzinfo is None else at.astimezone(UTC)


def in_zone(at: datetime, config: Config) -> datetime:
    """A time as typed, in UTC: without an offset it is in the configuration's zone, as in a post."""
    from datetime import UTC
    from zoneinfo import ZoneInfo

    return (at.replace(tzinfo=ZoneInfo(config.timezone)) if at.tzinfo is None else at).astimezone(
        UTC
    )


def as_json(document: dict[str, Any]) -> str:
    """For programs; harmless in the log of a workflow."""
    from json import dumps

    from postops.output.safe import json_text

    return json_text(dumps(document, ensure_ascii=False, indent=1))


def style(text: object, **how: Any) -> str:
    """Colour for the output rooms. click takes the colour out again where nobody wants it."""
    return click.style(str(text), **how)

"""`postops validate`: check posts and campaigns against every platform's policies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postops.cli._local import own_folder
from postops.cli._options import formats, only_a_diff, style

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from postops.cli._edge import Invocation
    from postops.config import Config
    from postops.diagnostics import Diagnostic, Fix
    from postops.policy.check import Report
    from postops.policy.unchanged import Outcome


_MOST_SHOWN = 1024 * 1024  # larger files are no posts


@click.command(
    "validate",
    epilog="""\b
Examples:
  postops validate                          everything
  postops validate posts/hello.md           one file
  postops validate --since origin/main      what this branch changes
  postops validate --fix                    mend what can be mended safely
  postops validate --format github          annotations on a pull request
\b
Exits 1 when there is an error; with --strict also for a warning. The same for every format.
""",
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--since", metavar="REF", help="Only files that differ from where REF was left.")
@click.option(
    "--select", multiple=True, metavar="RULE", help="Only these rules (code, prefix, name)."
)
@click.option("--ignore", multiple=True, metavar="RULE", help="Not these rules.")
@click.option("--strict", is_flag=True, help="Exit 1 for warnings, too.")
@click.option("--fix", is_flag=True, help="Mend what can be mended safely, in the files.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; change nothing.")
@click.option("--no-cache", is_flag=True, help="Look at every file again.")
@formats("text", "json", "github", "sarif", "markdown")
@click.pass_obj
def command(invocation: Invocation, /, style: str, **asked: Any) -> int:
    """Check posts and campaigns against every platform's policies.

    Works offline and without any secret. PATHS are files or folders below posts/ and campaigns/;
    named files are not compared with the others.
    """
    if asked["diff"]:
        only_a_diff()
    config = invocation.config()
    paths = _paths(asked["paths"], asked["since"], invocation.directory, config)
    options = {"select": asked["select"], "ignore": asked["ignore"]}
    if asked["select"] or asked["ignore"]:
        from postops.policy.allowing import require

        require((*asked["select"], *asked["ignore"]))
    cache = None if asked["no_cache"] else own_folder(config.root) / "cache"
    now = invocation.clock.now()
    report = _check(config, now, paths, cache, options)
    if asked["diff"]:
        return _show_fixes(config, report)
    if asked["fix"] and _fix(config, report):
        report = _check(config, now, paths, cache, options)
    click.echo(_said(report, config, style))
    bad = report.summary.errors or (asked["strict"] and report.summary.warnings)
    return 1 if bad else 0


def _check(
    config: Config,
    now: datetime,
    paths: frozenset[str] | None,
    cache: Path | None,
    options: dict[str, Any],
) -> Outcome | Report:
    """Check, unless the last check of all files still holds."""
    if cache is None or paths is not None:
        return _report(config, now, paths, cache, options)
    from postops.policy.unchanged import Memory

    memory = Memory(*_known(config, cache, options))
    if (known := memory.recall(now)) is not None:
        return known
    report = _report(config, now, paths, cache, options)
    memory.keep(report, now, config.defaults.grace)
    return report


def _known(
    config: Config, cache: Path, options: dict[str, Any]
) -> tuple[Path, Path, list[str], list[str]]:
    """What decides besides posts and campaigns: configuration, options, and the ledger's files."""
    data = (config.root / config.path).read_bytes()
    about = [config.path, repr(data), repr(sorted(options.items()))]
    ledger = ["state", f".git/refs/remotes/origin/{config.state}", ".git/packed-refs"]
    return cache, config.root, about, ledger


def _report(
    config: Config,
    now: datetime,
    paths: frozenset[str] | None,
    cache: Path | None,
    options: dict[str, Any],
) -> Report:
    from postops.cli._local import ledger_state
    from postops.content.source import WorkTree
    from postops.policy.check import check

    return check(
        WorkTree(config.root),
        config,
        now=now,
        ledger=ledger_state(config),
        paths=paths,
        cache=cache,
        **options,
    )


# ------------------------------------------------------------------------ which files


def _paths(
    named: tuple[Path, ...], since: str | None, directory: Path, config: Config
) -> frozenset[str] | None:
    """The files to look at, relative to the root; `None` for all of them."""
    if since is not None:
        from postops.git import Repository

        changed = Repository.discover(config.root).changed_since(since)
        return frozenset(p for p in changed if p.startswith(("posts/", "campaigns/")))
    if not named:
        return None
    return frozenset(found for path in named for found in _below(directory / path, config.root))


def _below(path: Path, root: Path) -> list[str]:
    """A file, or the files of a folder. A path that is not there is a usage error."""
    absolute = path.absolute()
    if not absolute.exists() and not absolute.is_symlink():
        raise click.UsageError(f"there is no {path}")
    try:
        relative = absolute.parent.resolve().joinpath(absolute.name).relative_to(root.resolve())
    except ValueError:
        raise click.UsageError(f"{path} is outside of {root}") from None
    if not absolute.is_dir() or absolute.is_symlink():
        return [relative.as_posix()]
    files = sorted(found for found in absolute.rglob("*") if not found.is_dir())
    return [(relative / found.relative_to(absolute)).as_posix() for found in files]


# ------------------------------------------------------------------------ fixes


def _fix(config: Config, report: Outcome | Report) -> bool:
    """Apply the safe fixes. Whether anything changed."""
    from postops.content.saving import save

    changed = False
    for path, _, after in _fixed(config, report):
        save(config.root / path, after)
        click.echo(f"fixed {path}", err=True)
        changed = True
    return changed


def _show_fixes(config: Config, report: Outcome | Report) -> int:
    """The safe fixes as a unified diff; 1 if there are any, as `diff` does."""
    from postops.content import fixes
    from postops.output import safe

    changed = [fixes.diff(*fixed) for fixed in _fixed(config, report)]
    click.echo(safe.diff("".join(changed)), nl=False)
    return 1 if changed else 0


def _fixed(config: Config, report: Outcome | Report) -> Iterator[tuple[str, bytes, bytes]]:
    """Path, bytes before and bytes after, of every file that can be mended."""
    from postops.content import fixes

    found: dict[str, list[Fix]] = {}
    for diagnostic in report.diagnostics:
        if diagnostic.fix is not None and diagnostic.fix.safe:
            found.setdefault(diagnostic.span.path, []).append(diagnostic.fix)
    for path, wanted in found.items():
        before = (config.root / path).read_bytes()
        after = fixes.apply_fixes(before, wanted).data
        if after != before:
            yield path, before, after


# ------------------------------------------------------------------------ output


def _said(report: Outcome | Report, config: Config, form: str) -> str:
    diagnostics, summary = report.diagnostics, report.summary
    if form == "json":
        from postops.output import diagnostics_json

        return diagnostics_json.render(diagnostics, summary)
    if form == "github":
        from postops.output import diagnostics_github, diagnostics_text

        lines = diagnostics_github.commands(diagnostics)
        return f"{lines}\n{diagnostics_text.closing(summary, style)}".lstrip("\n")
    if form == "markdown":
        from postops.output import diagnostics_github

        return diagnostics_github.markdown(diagnostics, summary)
    if form == "sarif":
        return _sarif(diagnostics)
    from postops.output import diagnostics_text

    return diagnostics_text.render(diagnostics, summary, line_of=_Lines(config.root), style=style)


def _sarif(diagnostics: list[Diagnostic]) -> str:
    from postops import __version__
    from postops.output import diagnostics_sarif
    from postops.policy import docs

    return diagnostics_sarif.render(diagnostics, version=__version__, pages=docs.sarif_pages())


class _Lines:
    """Lines of files to show under a finding; each file is read once.

    Only of what a post may be: a finding may be about a link to any file of the machine, a pipe that
    never ends, or gigabytes.
    """

    def __init__(self, root: Path) -> None:
        from postops.content.source import WorkTree

        self._source = WorkTree(root)
        self._known: dict[str, list[str]] = {}

    def __call__(self, path: str, number: int) -> str | None:
        if path not in self._known:
            entry = self._source.find(path)
            given = [entry] if entry is not None and entry.kind == "file" else []
            data = next((data for _, data in self._source.load(given, _MOST_SHOWN)), None) or b""
            text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
            self._known[path] = text.split("\n")
        lines = self._known[path]
        return lines[number - 1] if 0 < number <= len(lines) else None

"""The pages of rules: their docstrings, with a table of facts."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from postops.errors import ConfigError
from postops.policy.registry import FAMILIES, all_rules, by_name
from postops.reading.words import nearest

if TYPE_CHECKING:
    from postops.policy.registry import Rule

_OURS = "<!-- Written from the rule's docstring: change it there. -->"


def explain(word: str) -> str:
    """The page of the rule with this code or name. Raises `ConfigError` where there is none."""
    known = by_name()
    found = known.get(word) or known.get(word.upper()) or known.get(word.lower())
    if found is None:
        meant = nearest(word, tuple(known))
        help_ = f"did you mean {meant}?" if meant else "`postops rule` lists all rules"
        raise ConfigError(f"there is no rule {word!r}", help=help_)
    return page(found)


def page(rule: Rule) -> str:
    """Title, facts and docstring, in Markdown."""
    facts = {
        "code": rule.code,
        "severity": rule.severity.value + (", always" if rule.firm else ""),
        "family": rule.family,
        "platforms": rule.only or "all",
        "fix": "offered" if rule.fixable else "by hand",
        "since": rule.since,
    }
    table = [
        f"| {' | '.join(facts)} |",
        f"| {' | '.join('---' for _ in facts)} |",
        f"| {' | '.join(facts.values())} |",
    ]
    return "\n".join([f"# {rule.name}", "", *table, "", text(rule), ""])


def text(rule: Rule) -> str:
    """The docstring without its indentation."""
    first, _, rest = rule.doc.partition("\n")
    return f"{first}\n{dedent(rest)}".strip()


def summary(rule: Rule) -> str:
    """The first sentence of a page, as one line of plain text."""
    said = text(rule).partition("\n\n")[0].partition("\n")[2]
    flat = " ".join(said.split())
    for end in (". ", ": "):
        flat = flat.partition(end)[0]
    return flat.rstrip(".:")


def listing() -> str:
    """All rules, one a line, by family: for a terminal."""
    width = max(len(rule.name) for rule in all_rules())
    lines: list[str] = []
    for prefix, family in FAMILIES.items():
        lines += ["", f"{prefix} {family}"] if lines else [f"{prefix} {family}"]
        for rule in all_rules():
            if rule.code.startswith(prefix):
                lines.append(
                    f"  {rule.code} {rule.name:<{width}}  {rule.severity.value:<7}  {summary(rule)}"
                )
    return "\n".join(lines)


def sarif_pages() -> dict[str, tuple[str, str]]:
    """By code: a line that says what the rule does, and its page in Markdown."""
    return {rule.code: (summary(rule), text(rule)) for rule in all_rules()}


def all_pages() -> dict[str, str]:
    """The files of `docs/rules/`, by name."""
    pages = {f"{rule.name}.md": f"{_OURS}\n\n{page(rule)}" for rule in all_rules()}
    pages["README.md"] = _index()
    return pages


def _index() -> str:
    lines = [_OURS, "", "# Rules"]
    for prefix, family in FAMILIES.items():
        lines += ["", f"## {prefix}: {family}", "", "| code | rule | severity | what it does |"]
        lines.append("| --- | --- | --- | --- |")
        for rule in all_rules():
            if rule.code.startswith(prefix):
                link = f"[{rule.name}]({rule.name}.md)"
                said = summary(rule).replace("|", "\\|")
                lines.append(f"| {rule.code} | {link} | {rule.severity.value} | {said} |")
    return "\n".join([*lines, ""])

"""Every sample of every case file, checked for real; and that every rule has its samples."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from postops.content.fixes import apply_fixes
from postops.policy import docs
from postops.policy.registry import all_rules
from tests.policy.cases import HERE, all_cases, cases

if TYPE_CHECKING:
    from pathlib import Path

    from postops.diagnostics import Diagnostic
    from postops.policy.registry import Rule
    from tests.policy.cases import Case

EVERY = pytest.mark.parametrize("case", all_cases(), ids=lambda c: f"{c.rule}: {c.title}")
RULES = pytest.mark.parametrize("rule", all_rules(), ids=lambda r: r.name)
HEADINGS = ["## What it does", "## Why", "## Example", "## Fix"]


def laid_out(case: Case, root: Path) -> Path:
    if case.unreadable and os.geteuid() == 0:
        pytest.skip("root may read everything")
    case.write(root)
    return root


@EVERY
def test_a_sample(case: Case, tmp_path: Path) -> None:
    report = case.check(laid_out(case, tmp_path))
    assert case.found(report) == case.expect
    for diagnostic in report.diagnostics:
        assert well_worded(diagnostic), diagnostic


def well_worded(found: Diagnostic) -> bool:
    """Lower case but for names, one line, no full stop, and so is the remedy."""
    first = re.sub(r"^(HTML|X|Bluesky|Mastodon|YAML|Windows|.*`)", "", found.message)[:1]
    said = (found.message, found.help or "")
    return not first.isupper() and not any(text.endswith(".") or "\n" in text for text in said)


@EVERY
def test_safe_fixes_mend_what_they_are_offered_for(case: Case, tmp_path: Path) -> None:
    root = laid_out(case, tmp_path)
    fixable = [d for d in case.check(root).diagnostics if d.fix is not None and d.fix.safe]
    if not fixable:
        return
    for path in {d.span.path for d in fixable}:
        data = (root / path).read_bytes()
        fixed = apply_fixes(data, [d.fix for d in fixable if d.span.path == path and d.fix])
        assert fixed.applied
        (root / path).write_bytes(fixed.data)
    left = [(d.span, d.name) for d in case.check(root).diagnostics if d.fix and d.fix.safe]
    assert not set(left) & {(d.span, d.name) for d in fixable}


@RULES
def test_a_rule_has_samples_of_both_kinds(rule: Rule) -> None:
    samples = list(cases(HERE / f"{rule.name}.md"))
    assert any(case.expect for case in samples)
    assert any(not case.expect for case in samples)
    assert all(case.title.startswith("Fails" if case.expect else "Passes") for case in samples)


def test_every_case_file_is_of_a_rule() -> None:
    assert {path.stem for path in HERE.glob("*.md")} == {rule.name for rule in all_rules()}


@RULES
def test_a_rule_has_a_page(rule: Rule) -> None:
    text = docs.text(rule)
    assert [line for line in text.splitlines() if line.startswith("## ")] == HEADINGS
    for part in re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]:
        assert part.strip()


@RULES
def test_a_name_reads_well_after_allow(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert not rule.name.startswith(("no-no", "disallow", "check", "require", "forbid", "avoid"))


@RULES
def test_a_rule_that_says_it_offers_fixes_does_so(rule: Rule, tmp_path: Path) -> None:
    offered = False
    for number, case in enumerate(cases(HERE / f"{rule.name}.md")):
        if not case.unreadable:
            root = tmp_path / str(number)
            case.write(root)
            found = case.check(root).diagnostics
            offered |= any(d.fix is not None for d in found if d.name == rule.name)
    assert offered == rule.fixable

"""A trait that is missing has to prove that the rule finds nothing."""

from __future__ import annotations

import pytest

from postops.policy import examine
from postops.policy.registry import all_rules
from tests.policy.cases import all_cases

FINDING = [case for case in all_cases() if case.expect and not case.unreadable]


@pytest.mark.parametrize("case", FINDING, ids=lambda c: f"{c.rule}: {c.title}")
def test_calling_every_rule_finds_nothing_more(case, tmp_path, monkeypatch) -> None:
    case.write(tmp_path)
    usual = case.check(tmp_path).diagnostics

    def every(on, _traits, platform=None):
        return [r for r in all_rules() if r.on == on and r.only in (None, platform)]

    monkeypatch.setattr(examine, "chosen", every)
    assert case.check(tmp_path).diagnostics == usual

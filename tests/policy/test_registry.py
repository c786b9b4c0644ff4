from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import postops
from postops.diagnostics import Severity
from postops.policy.registry import FAMILIES, Rule, all_rules, by_name, chosen, rule
from postops.policy.traits import TRAITS

SOURCE = Path(postops.__file__).parent


def test_codes_and_names_are_used_once_and_sorted() -> None:
    codes = [one.code for one in all_rules()]
    assert codes == sorted(set(codes))
    assert len({one.name for one in all_rules()}) == len(codes)
    assert all(re.fullmatch(r"PO[0-6][0-9]{2}", code) for code in codes)


def test_every_family_has_rules() -> None:
    assert {one.code[:3] for one in all_rules()} == set(FAMILIES)
    assert all(one.family for one in all_rules())


def test_a_rule_is_known_by_code_and_by_name() -> None:
    assert by_name()["PO101"] is by_name()["text-too-long"]


def test_the_decorator_makes_a_value_and_registers_nothing() -> None:
    @rule("PO199", "nothing-at-all", severity=Severity.NOTICE, on="post", since="9.9")
    def nothing(_: object) -> None:
        """A page."""

    assert isinstance(nothing, Rule)
    assert nothing.doc == "A page."
    assert nothing not in all_rules()


def test_rules_ask_only_for_traits_that_exist() -> None:
    assert {need for one in all_rules() for need in one.needs} <= set(TRAITS)


def test_a_rule_is_called_only_where_its_needs_are_met() -> None:
    names = {one.name for one in chosen("message", frozenset(("mention",)), "x")}
    assert "cut-mention" in names
    assert "local-mention" not in names  # only Mastodon
    assert "link-repeated" not in names  # no link
    assert "local-mention" in {
        one.name for one in chosen("message", frozenset(("mention",)), "mastodon")
    }


def test_firm_rules_are_faults_or_speak_of_the_rules_themselves() -> None:
    """Whoever sets a rule may be wrong about it; only what could not be read is beyond doubt."""
    firm = {one.name for one in all_rules() if one.firm and one.on != "fault"}
    assert firm == {"unknown-rule"}


@pytest.mark.parametrize("room", ["reading", "content"])
def test_every_fault_found_while_reading_has_a_rule(room: str) -> None:
    named = {
        node.value
        for path in (SOURCE / room).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and called(call) in ("Fault", "_add", "_refuse")
        for node in call.args[:1]
        if isinstance(node, ast.Constant)
    }
    assert named
    assert named <= by_name().keys()


def called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]

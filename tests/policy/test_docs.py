from __future__ import annotations

import pytest

from postops.errors import ConfigError
from postops.policy import docs
from postops.policy.registry import all_rules, by_name


def test_a_rule_is_explained_by_code_or_name_in_any_case() -> None:
    page = docs.explain("text-too-long")
    assert page == docs.explain("PO101") == docs.explain("po101") == docs.explain("Text-Too-Long")
    assert page.startswith("# text-too-long\n\n| code | severity | family |")
    assert "| PO101 | error | text and links | all | by hand | 0.1 |" in page
    assert "\n## Fix\n" in page


def test_facts_of_other_rules() -> None:
    assert "| PO002 | error, always |" in docs.explain("PO002")
    assert "| mastodon | by hand |" in docs.explain("local-mention")
    assert "| all | offered |" in docs.explain("bidi-control")


def test_an_unknown_rule_is_an_error_with_a_hint() -> None:
    with pytest.raises(ConfigError, match="there is no rule 'text-to-long'") as error:
        docs.explain("text-to-long")
    assert error.value.help == "did you mean text-too-long?"
    with pytest.raises(ConfigError) as error:
        docs.explain("qqq")
    assert error.value.help == "`postops rule` lists all rules"


def test_the_listing_has_a_line_for_every_rule_under_its_family() -> None:
    lines = docs.listing().splitlines()
    assert lines[0] == "PO0 reading"
    assert len([line for line in lines if line.startswith("  PO")]) == len(all_rules())
    assert "" in lines
    assert any(line.split()[:3] == ["PO307", "clash", "warning"] for line in lines)


def test_there_is_a_file_for_every_rule_and_one_for_all() -> None:
    pages = docs.all_pages()
    assert pages.keys() == {f"{rule.name}.md" for rule in all_rules()} | {"README.md"}
    assert pages["clash.md"].endswith(docs.explain("clash"))
    assert all(f"({rule.name}.md)" in pages["README.md"] for rule in all_rules())


def test_sarif_gets_a_line_and_a_page() -> None:
    pages = docs.sarif_pages()
    assert pages.keys() == {rule.code for rule in all_rules()}
    line, page = pages["PO402"]
    assert line == "Finds posts that go nowhere"
    assert page == docs.text(by_name()["PO402"])


def test_summaries_are_one_line_without_full_stop() -> None:
    for rule in all_rules():
        line = docs.summary(rule)
        assert line.startswith("Finds ")
        assert "\n" not in line
        assert not line.endswith((".", ":"))

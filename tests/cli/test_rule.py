from __future__ import annotations

import pytest

from postops.cli import run


@pytest.mark.parametrize("word", ["PO101", "po101", "text-too-long"])
def test_by_code_or_name(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", word]) == 0
    assert capsys.readouterr().out.startswith("# text-too-long\n")


def test_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule"]) == 0
    assert "PO101 text-too-long" in capsys.readouterr().out


def test_a_slip(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "text-to-long"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "did you mean text-too-long?" in err

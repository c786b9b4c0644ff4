"""Fixes change what they say and nothing else."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from postops.content.fixes import apply_fixes, diff
from postops.content.posts import read_post
from postops.diagnostics import Edit, Fix, Span

if TYPE_CHECKING:
    from pathlib import Path

    from postops.config import Config


def fix(*edits: tuple[int, int, int, int, str], safe: bool = True) -> Fix:
    return Fix("t", tuple(Edit(Span("f", a, b, c, d), text) for a, b, c, d, text in edits), safe)


@pytest.mark.parametrize(
    ("before", "fixes", "after", "applied"),
    [
        ("abc\ndef\n", [fix((2, 1, 2, 4, "X"))], "abc\nX\n", 1),
        ("abc\r\ndef\r\n", [fix((1, 2, 1, 3, "__"))], "a__c\r\ndef\r\n", 1),
        ("\ufeff---\r\nid: a", [fix((2, 1, 2, 3, "title"))], "\ufeff---\r\ntitle: a", 1),
        ("\ufeff---\n", [fix((1, 1, 1, 2, ""))], "---\n", 1),
        ("👩‍👩‍👧 x", [fix((1, 7, 1, 8, "y"))], "👩‍👩‍👧 y", 1),
        ("abc", [fix((1, 4, 1, 4, "d"))], "abcd", 1),
        ("abc", [fix((1, 1, 1, 1, '"'), (1, 4, 1, 4, '"'))], '"abc"', 1),
        ("abc", [fix((1, 1, 1, 3, "X")), fix((1, 2, 1, 4, "Y"))], "Xc", 1),
        ("abc", [fix((1, 1, 1, 1, "X")), fix((1, 1, 1, 1, "Y"))], "Xabc", 1),
        ("abc", [fix((1, 1, 1, 2, "X")), fix((1, 2, 1, 3, "Y"))], "XYc", 2),
        ("abc", [fix((1, 1, 1, 2, "X"), safe=False)], "abc", 0),
        ("abc", [fix((9, 9, 9, 9, "X"))], "abcX", 1),
        ("a\u2028b\nc", [fix((2, 1, 2, 2, "d"))], "a\u2028b\nd", 1),
        ("abc", [fix((1, 1, 1, 2, "X"))] * 2, "Xbc", 1),
    ],
)
def test_edits_are_applied_byte_for_byte(
    before: str, fixes: list[Fix], after: str, applied: int
) -> None:
    assert apply_fixes(before.encode(), fixes) == (after.encode(), applied)


def test_bytes_that_are_not_text_are_left_alone() -> None:
    assert apply_fixes(b"\xff", [fix((1, 1, 1, 2, "X"))]) == (b"\xff", 0)


def test_a_whole_file_is_mended_and_then_has_no_faults(config: Config) -> None:
    before = (
        b"\xef\xbb\xbf---\r\nacounts: bluesky-main  # where\r\nTitle: 2026\r\ndraft: yes\r\n"
        b"late: Skip\r\ncontent_warning: 12:30\r\n---\r\nBody \r\n\r\n"
    )
    once = apply_fixes(before, _fixes(before, config)).data
    twice = apply_fixes(once, _fixes(once, config)).data
    assert twice == (
        b'---\r\naccounts: [bluesky-main]  # where\r\ntitle: "2026"\r\ndraft: true\r\n'
        b'late: skip\r\ncontent_warning: "12:30"\r\n---\r\nBody \r\n\r\n'
    )
    assert _fixes(twice, config) == []


def _fixes(data: bytes, config: Config) -> list[Fix]:
    return [f.fix for f in read_post(data, "posts/a.md", config, None).faults if f.fix]


@pytest.mark.parametrize("after", ["a\nB\nc\n", "a\nB\nc", "", "a\r\nb\u2028x\nc\n"])
@pytest.mark.parametrize("before", ["a\nb\nc\n", "a\nb\nc"])
def test_the_diff_is_one_git_can_apply(before: str, after: str, tmp_path: Path) -> None:
    (tmp_path / "f.md").write_bytes(before.encode())
    text = diff("f.md", before.encode(), after.encode())
    done = subprocess.run(
        ["git", "apply", "--unidiff-zero", "-"],
        cwd=tmp_path,
        input=text.encode(),
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "f.md").read_bytes() == after.encode()


def test_no_change_is_no_diff() -> None:
    assert diff("f.md", b"a\n", b"a\n") == ""

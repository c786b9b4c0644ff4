"""Why front matter was not found: the near miss is named, at its line, with what to write."""

from __future__ import annotations

import pytest

from postops.content.fences import no_closing, no_opening
from postops.diagnostics import Span


@pytest.mark.parametrize(
    ("text", "line", "message", "remedy"),
    [
        ("", 1, "the file is empty", "begin the file with `---`"),
        ("\n \n\t\n", 1, "the file is empty", "begin the file with `---`"),
        ("\n\n---\nid: a\n", 3, "not in the first line", "remove the empty lines"),
        ("+++\nid = 1\n", 1, "begins with `+++` is not read", "YAML between two lines of `---`"),
        ("{\n", 1, "begins with `{` is not read", "YAML between"),
        ("```yaml\n", 1, "begins with '```yaml' is not read", "YAML between"),
        ("~~~\n", 1, "begins with `~~~`", "YAML between"),
        ("<!-- id: a -->\n", 1, "begins with `<!-- id: a -->`", "YAML between"),
        ("--\n", 1, "`--` does not open", "write exactly `---`"),
        ("----\n", 1, "`----` does not open", "write exactly `---`"),
        (" ---\n", 1, "` ---` does not open", "at the line's beginning"),
        ("---yaml\n", 1, "`---yaml` does not open", "write exactly `---`"),
        ("—\n", 1, "`—` does not open", "write exactly `---`"),
        ("- - -\n", 1, "`- - -` does not open", "write exactly `---`"),
        ("***\n", 1, "`***` does not open", "write exactly `---`"),
        ("___\n", 1, "`___` does not open", "write exactly `---`"),
        ("\n\n----\n", 3, "`----` does not open", "write exactly `---`"),
        ("title: a\n", 1, "the keys do not stand between", "above the first key"),
        ("publish_at:\n", 1, "the keys do not stand between", "above the first key"),
        ("\npublish-at: x\n", 2, "the keys do not stand between", "above the first key"),
        ("https://e.org\n", 1, "there is no front matter", "begin the file with `---`"),
        ("- a list\n", 1, "there is no front matter", "begin the file with `---`"),
        ("*strong* words\n", 1, "there is no front matter", "begin the file with `---`"),
        ("Good morning.\n---\n", 1, "there is no front matter", "begin the file with `---`"),
    ],
)
def test_a_first_line_that_is_no_fence(text: str, line: int, message: str, remedy: str) -> None:
    fault = no_opening(text, "posts/a.md")
    assert (fault.rule, fault.span) == ("front-matter-missing", Span("posts/a.md", line))
    assert message in fault.message
    assert remedy in (fault.help or "")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("---\nid: a\n----\nBody", 3, "`----` does not close"),
        ("---\nid: a\n ---\nBody", 3, "` ---` does not close"),
        ("---\nid: a\n...\nBody", 3, "`...` does not close"),
        ("---\nid: a\n...  \nBody", 3, "does not close"),
        ("---\nid: a\n--- end\nBody", 3, "`--- end` does not close"),
        ("---\nid: a\n———\nBody", 3, "`———` does not close"),
        ("---\n--\nid: a\n----\n", 2, "`--` does not close"),
        ("---\nid: a\nBody\n", 1, "never closed"),
        ("---", 1, "never closed"),
        ("---\nid: a\n- one\n- two\n", 1, "never closed"),
    ],
)
def test_a_second_fence_that_is_none(text: str, line: int, message: str) -> None:
    fault = no_closing(text, "posts/a.md")
    assert (fault.rule, fault.span) == ("front-matter-missing", Span("posts/a.md", line))
    assert message in fault.message
    assert "---" in (fault.help or "")


def test_what_strangers_wrote_is_cut_and_escaped() -> None:
    fault = no_opening("---\x1b]0;x\x07" + "y" * 500, "posts/a.md")
    assert "\x1b" not in fault.message
    assert len(fault.message) < 200


def test_a_long_line_of_dashes_takes_no_time() -> None:
    assert "never closed" not in no_closing("---\n" + "- " * 50_000 + "x\n---x", "a.md").message

"""From bytes to front matter and body: fences, encodings, line ends, sizes."""

from __future__ import annotations

import frontmatter
import pytest

from postops.content.fixes import apply_fixes
from postops.content.frontmatter import SIZE_LIMIT, StrictHandler, read_document

MALFORMED = [
    b"",
    b"\n\n",
    b"Just text",
    b"Text\n---\nid: a\n---\n",
    b"\n---\nid: a\n---\nBody",
    b"  \n---\nid: a\n---\nBody",
    b" ---\nid: a\n---\nBody",
    b"\t---\nid: a\n---\nBody",
    b"----\nid: a\n----\nBody",
    b"--\nid: a\n--\nBody",
    b"-\nid: a\n-\n",
    b"---id: a\n---\nBody",
    b"--- id: a\n---\nBody",
    b"---yaml\nid: a\n---\nBody",
    b"--- # comment\nid: a\n---\nBody",
    b"- - -\nid: a\n- - -\nBody",
    b"***\nid: a\n***\nBody",
    b"___\nid: a\n___\nBody",
    b"+++\nid = 'a'\n+++\nBody",
    b'{\n"id": "a"\n}\nBody',
    b"```yaml\nid: a\n```\nBody",
    b"~~~\nid: a\n~~~\nBody",
    b"<!--\nid: a\n-->\nBody",
    "———\nid: a\n———\nBody".encode(),
    "–––\nid: a\n–––\nBody".encode(),
    "‐‐‐\nid: a\n‐‐‐\nBody".encode(),
    "\u2212\u2212\u2212\nid: a\n".encode(),
    b"id: a\ntitle: b\n\nBody",
    b"id: a\n---\nBody",
    b"---\nid: a\nBody without an end",
    b"---\nid: a\n ---\nBody",
    b"---\nid: a\n----\nBody",
    b"---\nid: a\n...\nBody",
    b"---\nid: a\n--- end\nBody",
    "---\nid: a\n———\nBody".encode(),
    b"---",
    b"---\n",
    b"---\r",
    b"---\rid: a\r---\rBody",
    b"\xc2\xa0---\nid: a\n---\n",
    b"\xe2\x80\x8b---\nid: a\n---\n",
]


@pytest.mark.parametrize("data", MALFORMED, ids=repr)
def test_malformed_fences_are_never_taken_for_text(data: bytes) -> None:
    document = read_document(data, "posts/a.md")
    assert document.front is None
    assert [f.rule for f in document.faults] == ["front-matter-missing"]
    (fault,) = document.faults
    assert "---" in (fault.help or "") or "empty lines" in (fault.help or "")
    assert 1 <= fault.span.line <= data.count(b"\n") + 1


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"\n---\nid: a\n---\n", 2, "not in the first line"),
        (b"+++\n", 1, "`+++` is not read"),
        (b"id: a\n", 1, "do not stand between"),
        (b"---\nid: a\n----\n", 3, "`----` does not close"),
        (b"---\nid: a\nBody", 1, "never closed"),
        ("———\n".encode(), 1, "does not open"),
        (b"", 1, "empty"),
        (b"Hello", 1, "no front matter"),
    ],
)
def test_the_near_miss_is_named_where_it_stands(data: bytes, line: int, words: str) -> None:
    (fault,) = read_document(data, "p.md").faults
    assert fault.span.line == line
    assert words in fault.message


@pytest.mark.parametrize(
    ("data", "rule", "line"),
    [
        (b"---\n---\nBody", "front-matter-missing", 1),
        (b"---\n# only a comment\n---\nBody", "front-matter-missing", 1),
        (b"---\n- a\n- b\n---\nBody", "front-matter-invalid", 2),
        (b"---\njust words\n---\nBody", "front-matter-invalid", 2),
        (b"---\n7\n---\nBody", "front-matter-invalid", 2),
        (b"---\n{}\n---\nBody", "front-matter-missing", 1),
        (b"---\nid: a\nid: b\n---\nBody", "duplicate-key", 3),
        (b"---\nid: a\ntitle: *x\n---\nBody", "alias-or-anchor", 3),
        (b"---\nid: a\ntitle: !!str x\n---\nBody", "yaml-tag", 3),
        (b"---\nid: a\n\ntitle: @x\n---\nBody", "front-matter-invalid", 4),
        (b"---\nid: " + b"[" * 30 + b"\n---\nBody", "nested-too-deep", 2),
        (b"---\nid: " + b"x" * 17000 + b"\n---\nBody", "front-matter-too-large", 1),
    ],
)
def test_front_matter_that_is_none_has_a_rule_and_a_line(data: bytes, rule: str, line: int) -> None:
    faults = read_document(data, "p.md").faults
    assert [(f.rule, f.span.line) for f in faults] == [(rule, line)]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Hello",
        "\nHello\n",
        "\n\n  indented\n\n",
        "a\n---\nb\n",
        "---\n",
        " \n",
        "x\u2028y",
        "a\rb",
    ],
)
@pytest.mark.parametrize("fence", ["---\n", "--- \t\n"])
def test_the_body_is_kept_exactly(body: str, fence: str) -> None:
    document = read_document(f"---\nid: a\ntitle: b\n{fence}{body}".encode(), "p.md")
    assert document.front == {"id": "a", "title": "b"}
    assert document.body == body
    assert document.body_line == 5
    assert document.faults == ()


def test_a_file_may_end_with_the_closing_fence() -> None:
    document = read_document(b"---\nid: a\n---", "p.md")
    assert (document.front, document.body, document.body_line) == ({"id": "a"}, "", 4)


def test_windows_line_ends_are_read_as_line_feeds() -> None:
    document = read_document(
        b"---\r\nid: a\r\nid2: |\r\n  x\r\n  y\r\n---\r\nOne\r\n\r\nTwo\r\n", "p.md"
    )
    assert document.front == {"id": "a", "id2": "x\ny\n"}
    assert document.body == "One\n\nTwo\n"
    assert document.body_line == 7
    assert document.faults == ()


def test_a_byte_order_mark_is_a_fault_whose_fix_removes_just_that() -> None:
    data = b"\xef\xbb\xbf---\r\nid: a\r\n---\r\nBody"
    document = read_document(data, "p.md")
    assert document.front == {"id": "a"}
    assert document.front.marks["id"] == (2, 1)
    (fault,) = document.faults
    assert fault.rule == "byte-order-mark"
    assert fault.span[1:] == (1, 1, 1, 2)
    assert fault.fix is not None
    assert apply_fixes(data, [fault.fix]).data == data[3:]


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (b"---\nid: a\n---\ncaf\xe9", (4, 4), "0xE9"),
        ("---\nid: é".encode() + b"\xff\n---\n", (2, 6), "0xFF"),
        ("---\nid: a\n---\n".encode("utf-16"), (1, 1), "0xFF"),
        (b"---\n\xed\xa0\x80", (2, 1), "0xED"),
        (b"\xc0\xaf", (1, 1), "0xC0"),
    ],
)
def test_what_is_not_utf8_is_told_with_its_place(
    data: bytes, place: tuple[int, int], words: str
) -> None:
    document = read_document(data, "p.md")
    assert document.front is None
    (fault,) = document.faults
    assert (fault.rule, fault.span.line, fault.span.column) == ("invalid-encoding", *place)
    assert words in fault.message
    if data.startswith(b"\xff\xfe"):
        assert "UTF-16" in (fault.help or "")


def test_files_that_are_too_large_or_elsewhere_are_refused() -> None:
    head = b"---\nid: a\n---\n"
    assert read_document(head + b"x" * (SIZE_LIMIT - len(head)), "p.md").faults == ()
    (fault,) = read_document(head + b"x" * SIZE_LIMIT, "p.md").faults
    assert fault.rule == "file-too-large"
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
    (fault,) = read_document(pointer, "p.md").faults
    assert fault.rule == "lfs-pointer"
    assert "git lfs pull" in (fault.help or "")


def test_a_nul_in_the_body_is_told_and_the_rest_is_read() -> None:
    document = read_document(b"---\nid: a\n---\nab\x00c", "p.md")
    assert document.front == {"id": "a"}
    (fault,) = document.faults
    assert (fault.rule, fault.span.line, fault.span.column) == ("control-character", 4, 3)


def test_the_handler_is_strict_through_python_frontmatters_own_door_too() -> None:
    post = frontmatter.loads(
        "---\nid: a\nwhen: 2026-03-01\nno: no\n---\nBody", handler=StrictHandler()
    )
    assert post.metadata == {"id": "a", "when": "2026-03-01", "no": "no"}
    assert post.content == "Body"
    with pytest.raises(ValueError, match="alias"):
        frontmatter.loads("---\nid: *a\n---\nBody", handler=StrictHandler())
    with pytest.raises(ValueError, match="twice"):
        frontmatter.loads("---\nid: a\nid: b\n---\nBody", handler=StrictHandler())

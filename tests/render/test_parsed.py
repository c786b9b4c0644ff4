"""A post's Markdown, read once for all its accounts."""

from __future__ import annotations

import subprocess
import sys

from postops.diagnostics import Span
from postops.model import Override
from postops.render.markdown import read_markdown
from postops.render.parsed import parse, read_text
from tests.render.fakes import post

SPAN = Span("posts/a/post.md")


def test_every_text_that_replaces_the_body_is_read_too():
    one = post(
        "*body*",
        overrides={"x": Override(SPAN, text="[a](https://e.org)"), "y": Override(SPAN, title="T")},
        variants={"x": Override(SPAN, text="arm"), "b": Override(SPAN)},
    )
    parsed = parse(one)
    assert parsed.body == read_markdown("*body*")
    assert parsed.overrides == {
        ("platforms", "x"): read_markdown("[a](https://e.org)"),
        ("variants", "x"): read_markdown("arm"),
    }


def test_an_empty_text_is_a_text():
    one = post("body", overrides={"x": Override(SPAN, text="")})
    assert parse(one).overrides == {("platforms", "x"): read_text("")}


def test_the_short_way_and_the_parser_agree():
    for text in ("", "one\n\ntwo", "  a \nb  \n\n\nc", "a_b 1*2", "x\n---\ny", "# t"):
        assert read_text(text) == read_markdown(text), text


def test_a_text_without_markdown_costs_no_parser():
    program = (
        "import sys; from postops.render.parsed import read_text;"
        "read_text('Good morning.\\n\\nhttps://e.org/a_b'); print('markdown_it' in sys.modules);"
        "read_text('*Good* morning.'); print('markdown_it' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"]

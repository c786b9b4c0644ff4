"""Whatever a file holds, reading it ends, raises nothing, and points into the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from postops.config import read_config
from postops.content.campaigns import read_campaign
from postops.content.fixes import apply_fixes
from postops.content.formats.window import Damaged
from postops.content.front import PostFront
from postops.content.media import inspect, resolve
from postops.content.posts import read_post
from postops.errors import ConfigError
from postops.model import MediaFacts
from postops.reading.shape import known_keys

if TYPE_CHECKING:
    from postops.config import Config
    from postops.reading import Fault

QUICK = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])

PIECES = [
    "---\n", "---", "\n", "\r\n", "\r", " ", "  ", "\t", ": ", "- ", "[", "]", "{", "}", ",", "#",
    "'", '"', "|", ">", "&a", "*a", "<<", "!!x", "!", "%", "@", "`", "?", "\\", "\\u", "\ufeff",
    "\u2028", "\x85", "\u200b", "\U0001f468\u200d\U0001f469", "é", "e\u0301", "\x00", "12:30",
    "true", "no", "null", "7", "1.5", "1e5", "a", "b c", "https://x.org", "../", "2026-03-01T10:30",
    "1d", "auto", "path", "alt", "url", "options", "duration", "text", *known_keys(PostFront),
]  # fmt: skip

yaml_values = st.recursive(
    st.sampled_from(["a", "7", "true", "~", "[]", "{}", "''", "12:30", "1d", "https://x.org", "2026-03-01T10:30"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(
            st.sampled_from(["path", "alt", "focus", "url", "image", "options", "duration", "text", "media", "link", "poll", "x"]),
            inner, max_size=4,
        ).map(lambda pairs: "{" + ", ".join(f"{k}: {v}" for k, v in pairs.items()) + "}"),
    ),
    max_leaves=12,
)  # fmt: skip
fronts = st.dictionaries(
    st.sampled_from([*known_keys(PostFront), "acounts"]), yaml_values, max_size=6
)


def check(faults: tuple[Fault, ...], data: bytes) -> None:
    lines = data.decode("utf-8", "replace").split("\n")
    for fault in faults:
        span = fault.span
        assert fault.rule
        assert fault.message
        assert "\n" not in fault.message
        assert 1 <= span.line <= len(lines), fault
        # A BOM is one column more to the editor than to the eye; an end may follow the last char.
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1, fault
        if span.end_line is not None:
            assert span.end_line <= len(lines)
            assert (span.end_line, span.end_column) >= (span.line, span.column)


def read_and_check(data: bytes, config: Config) -> None:
    read = read_post(data, "posts/a.md", config, None)
    check(read.faults, data)
    assert read.post is not None or read.faults
    if read.post is not None:
        assert data.decode("utf-8").replace("\r\n", "\n").endswith(read.post.body)
    fixed = apply_fixes(data, [f.fix for f in read.faults if f.fix])
    check(read_post(fixed.data, "posts/a.md", config, None).faults, fixed.data)
    check(read_campaign(data, "campaigns/a.md").faults, data)


@QUICK
@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf")
@example(b"---\r\n---\r\n")
def test_any_bytes(config: Config, data: bytes) -> None:
    read_and_check(data, config)


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_between_fences(config: Config, data: bytes) -> None:
    read_and_check(b"---\n" + data + b"\n---\nBody", config)


@QUICK
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_pieces_of_yaml_in_any_order(config: Config, text: str) -> None:
    read_and_check(text.encode(), config)
    read_and_check(f"---\n{text}\n---\nBody".encode(), config)


@QUICK
@given(fronts)
def test_any_value_under_any_key(config: Config, front: dict[str, str]) -> None:
    text = "".join(f"{key}: {value}\n" for key, value in front.items())
    read_and_check(f"---\ntitle: t\n{text}---\nBody".encode(), config)


@QUICK
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_configuration_is_read_or_refused(config: Config, text: str) -> None:
    where = "postops.yaml:"
    try:
        read_config(f"version: 1\naccounts: {{a: {{platform: x}}}}\n{text}".encode(), config.root)
    except ConfigError as error:
        where = error.where or ""
    assert where.startswith("postops.yaml:")


MAGIC = st.sampled_from(
    [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"RIFF\0\0\0\0WAVE",
     b"\0\0\0\x14ftypheic\0\0\0\0mif1", b"\0\0\0\x14ftypisom\0\0\0\0mp42", b"\x1aE\xdf\xa3", b"OggS",
     b"fLaC", b"ID3", b"\xff\xfb"]
)  # fmt: skip
BOXES = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.sampled_from([b"moov", b"trak", b"mdia", b"meta", b"iprp", b"ipco", b"ispe", b"iloc",
                         b"iinf", b"IHDR", b"IDAT", b"IEND", b"VP8X", b"ANMF", b"fmt ", b"data",
                         b"\0\0\0\x08", b"\0\0\0\x10", b"\0\0\0\x40", b"\xff\xff\xff\xff"]),
    ),
    max_size=25,
).map(b"".join)  # fmt: skip


@QUICK
@given(MAGIC, BOXES)
def test_any_media(magic: bytes, rest: bytes) -> None:
    try:
        facts = inspect(magic + rest)
    except Damaged:
        return
    assert isinstance(facts, MediaFacts)
    assert facts.seconds is None or 0 <= facts.seconds < 1e12


@QUICK
@given(st.text(max_size=40), st.sampled_from(["posts/a.md", "posts/b/c.md", "a.md"]))
def test_any_path_stays_inside_or_is_refused(written: str, post: str) -> None:
    path, _, fault = resolve(post, written, None)
    if fault is None:
        assert not path.startswith(("/", "../"))
        assert ".." not in path.split("/")
        assert "\\" not in path

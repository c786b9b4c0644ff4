"""What strangers put into a pull request: never a crash, a hang, or a secret told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from postops.config import read_config
from postops.content.source import WorkTree
from postops.policy.check import check
from postops.policy.secrets import secret
from tests.policy.cases import CONFIG, NOW
from tests.policy.test_check import lay, names, post, run
from tests.rigs.stuck import not_stuck

if TYPE_CHECKING:
    from postops.policy.check import Report

SIZE = 50_000


def checked(data: bytes, path: str = "posts/a.md") -> Report:
    with TemporaryDirectory() as directory:
        root = Path(directory)
        lay(root, {path: data})
        return check(WorkTree(root), read_config(CONFIG.encode(), root), now=NOW)


PIECES = st.sampled_from(
    [
        *"@#$*_`[]()<>!&|~\\:/.-+= \n\t\0\x1b\r",
        "---\n", "https://", "http://a@b", "example.com", "![](", "](x.png)", "&#x202e;", "&amp;",
        "\u202e", "\u200b", "\u200d", "\ufeff", "\U000e0041", "👩‍💻", "🏴", "漢", "ش", "नी", "\ud7ff",
        "accounts: ", "[all]", "media: [{path: a.png}]\n", "publish_at: 2026-03-01T10:30\n", "id: ",
        "link: https://a.example\n", "platforms: {x: {text: ", "}}\n", "poll: {options: [a, b]",
        "allow: [clash, x]\n", "token: ", "AKIAIOSFODNN7EXAMPLE", "| a |\n| - |\n", "> ", "1. ",
    ]
)  # fmt: skip


@pytest.mark.uncounted
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=40).map("".join), st.lists(PIECES, max_size=40).map("".join))
@example("title: *x", "Hello")
@example("allow: [[a]]\naccounts: [[x]]", "Hello")
@example("platforms: {x: {text: 5}, 7: {}}", "Hello")
@example("allow: [clash, 5, true]", "Hello")
def test_no_text_makes_the_check_fail(front: str, body: str) -> None:
    report = checked(f"---\n{front}\n---\n{body}".encode("utf-8", "surrogatepass"))
    assert report.files == ("posts/a.md",)
    for found in report.diagnostics:
        assert found.span.line >= 1
        assert found.span.column >= 1


@pytest.mark.uncounted
@settings(max_examples=30)
@given(st.binary(max_size=300), st.sampled_from(["posts/a.md", "campaigns/a.md", "posts/x/a.png"]))
def test_no_bytes_make_the_check_fail(data: bytes, path: str) -> None:
    checked(data, path)
    checked(b"---\ntitle: A\nmedia: [{path: a.png}]\n---\n" + data, path)


LONG = {
    "letters": "a",
    "at signs": "@",
    "handles": "@a.b@c ",
    "hashtags": "#a",
    "hashes": "#",
    "dollars": "$A ",
    "dots": ".",
    "domains": "a.com ",
    "other domains": "".join(f"a{n}.com " for n in range(12_000)),
    "long domain": "a.",
    "links": "https://a.example/?b=c ",
    "schemes": "https://",
    "logins": "https://a@b",
    "brackets": "[a](",
    "references": "[a]: x:\n",
    "autolinks": "<a:",
    "invisible": "a\u200b",
    "overrides": "\u202e",
    "tags": "\U0001f3f4\U000e0067",
    "joiners": "\u200d",
    "entities": "&#x202e;",
    "emoji": "👩‍💻",
    "marks": "e\u0301",
    "right to left": "ש\u200f",
    "passwords": "password: ",
    "tokens": "token=a1",
    "base64": "eyJhYWFhYWFhYWFh.",
    "keys": "-----BEGIN A",
    "hyphens": "ab2d-",
    "capital": "AAAA",
    "quotes": "> ",
    "stars": "*a",
    "lines": "a\n\n",
}


@pytest.mark.uncounted
@pytest.mark.parametrize("unit", LONG.values(), ids=LONG.keys())
def test_long_texts_take_no_longer(unit: str) -> None:
    data = post((unit * (SIZE // len(unit) + 1))[:SIZE]).encode()
    with not_stuck():  # a second on a quiet machine; what is quadratic would take minutes
        checked(data)


@pytest.mark.uncounted
@pytest.mark.parametrize("unit", ["a", "@a.b@c ", "a\u200b"])
def test_long_threads_take_no_longer(unit: str) -> None:
    with not_stuck():
        checked(post((unit * SIZE)[:SIZE], "thread: auto", "accounts: [x-main]").encode())


@pytest.mark.uncounted
def test_long_front_matter_takes_no_longer() -> None:
    for unit in ("a", "@a.b ", "\u200b", "token=a1 ", "https://a@b "):
        with not_stuck():
            checked(post("Hello", f"content_warning: '{(unit * 15_000)[:15_000]}'").encode())


SECRETS = [
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "a1B2" * 8,
    "glpat-" + "a1B2" * 6,
    "AKIA" + "A1B2" * 4,
    "xoxb-" + "1234-" * 4,
    "AIza" + "a1B2C3d" * 5,
    "sk_live_" + "a1B2" * 6,
    "npm_" + "a1B2C3" * 6,
    "sk-" + "a1B2" * 10,
    "eyJ" + "a1B2" * 5 + ".eyJ" + "a1B2" * 5 + ".x",
    "EAA" + "a1B2" * 20,
    "123456789:AA" + "a1B2C3d4E5f" * 3,
    "A" * 22 + "a1B2" * 15,
    "abcd-ef2h-ij3l-mn4p",
    "password is q8Zr2LmX0vTn5WcB",
    "API_KEY=q8Zr2LmX0vTn5WcB",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
]
HARMLESS = [
    "password: change-it-today-please",
    "our token: 2026-03-01T10:30:00Z",
    "The secret is https://example.org/q8Zr2LmX0vTn5WcB",
    "api key: ${{ secrets.API_KEY_2026_PRODUCTION }}",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "see 2025-2026-2027-2028 and easy-come-easy-goes",
    "posts/2026/spring-release-2-announcement-part-1.md",
    "https://example.org/watch?v=dQw4w9WgXcQ&list=PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "https://a.example/x.png?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20250101%2Fus-east-1",
]


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_are_found_and_never_repeated(text: str, tmp_path: Path) -> None:
    lay(
        tmp_path,
        {"posts/a.md": post(f"Look: {text}"), "posts/b.md": post("Hi", f"title: '{text}'")},
    )
    report = run(tmp_path)
    assert names(report.diagnostics).count("plaintext-secret") >= 1
    for found in report.diagnostics:
        if found.name == "plaintext-secret":
            assert text.split()[-1][4:] not in f"{found.message}{found.help}"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_passes(text: str) -> None:
    assert secret(text) is None


def test_a_time_at_the_end_of_time_is_no_failure(tmp_path: Path) -> None:
    keys = ["publish_at: 9999-12-31T23:59", "expires_at: 0001-01-01T00:00"]
    lay(tmp_path, {"posts/a.md": post("Hello", *keys)})
    for now in (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)):
        run(tmp_path, now=now)

"""The last outcome is given again only where a new check would say the same."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postops.config import read_config
from postops.policy import unchanged
from postops.policy.unchanged import FILE_NAME, Memory, Outcome, holds_until
from tests.policy.cases import NOW, all_cases
from tests.policy.pictures import make
from tests.policy.test_check import lay, post, run
from tests.policy.test_quiet import repository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.policy.cases import Case

GRACE = timedelta(hours=6)
LONG_AGO = 1_600_000_000
LATER = NOW + timedelta(seconds=5)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lay(
        tmp_path,
        {
            "posts/a.md": post("**Hello**", "media: [{path: ../media/a.png}]"),
            "posts/b.md": post("Soon", "publish_at: 2026-01-15T15:00:00Z"),
            "posts/broken.md": "Hello",
            "campaigns/spring.md": "---\ntitle: Spring\n---\n",
            "media/a.png": make("png 9x9"),
            "state/ledger/2026/01/01.jsonl": "",
        },
    )
    age(tmp_path)
    return tmp_path


def age(root: Path) -> None:
    """Times far from now: what was changed a moment ago is never trusted."""
    for path in root.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))


def memory(root: Path, *about: str) -> Memory:
    return Memory(root / ".cache", root, about, ["state"])


def remember(root: Path, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """Check and keep, as if all files had been there for long: change times cannot be set back."""
    monkeypatch.setattr(unchanged, "RACY", -(10**18))
    first = memory(root)
    assert first.recall(NOW) is None
    report = run(root)
    first.keep(report, NOW, GRACE)
    return Outcome(report.diagnostics, report.summary)


def test_what_was_found_is_found_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = remember(root, monkeypatch)
    assert made.diagnostics
    assert memory(root).recall(LATER) == made
    assert [path.name for path in (root / ".cache").iterdir()] == [FILE_NAME]


def edit(root: Path) -> None:
    (root / "posts/a.md").write_text(post("**Hellp**", "media: [{path: ../media/a.png}]"))


CHANGES: dict[str, Callable[[Path], Any]] = {
    "an edit": edit,
    "a new post": lambda root: (root / "posts/c.md").write_text(post()),
    "a file that is no post": lambda root: (root / "posts/c.txt").write_text("x"),
    "a removed post": lambda root: (root / "posts/a.md").unlink(),
    "a renamed post": lambda root: (root / "posts/a.md").rename(root / "posts/c.md"),
    "a campaign": lambda root: (root / "campaigns/spring.md").write_text("---\ntitle: S\n---\n"),
    "a picture": lambda root: (root / "media/a.png").write_bytes(make("png 8x8")),
    "a picture gone": lambda root: (root / "media/a.png").unlink(),
    "the ledger": lambda root: (root / "state/ledger/2026/01/02.jsonl").write_text(""),
    "other times only": lambda root: os.utime(root / "posts/a.md", (LONG_AGO, LONG_AGO + 1)),
    "a folder": lambda root: (root / "posts/new").mkdir(),
    "a link": lambda root: (root / "posts/link.md").symlink_to("a.md"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changes_makes_it_forget(
    what: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(root, monkeypatch)
    CHANGES[what](root)
    assert memory(root).recall(LATER) is None


def test_a_change_to_the_same_size_and_time_is_seen(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(root, monkeypatch)
    edit(root)
    os.utime(root / "posts/a.md", (LONG_AGO, LONG_AGO))
    assert memory(root).recall(LATER) is None


def test_other_words_are_another_question(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(root, monkeypatch)
    assert memory(root, "--select PO1").recall(LATER) is None


def test_it_holds_until_a_post_is_due_and_not_before_it_was_made(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(root, monkeypatch)
    due = datetime.fromisoformat("2026-01-15T15:00:00Z")
    assert memory(root).recall(due - timedelta(microseconds=1)) is not None
    assert memory(root).recall(due) is None
    assert memory(root).recall(NOW - timedelta(seconds=1)) is None


def test_files_changed_a_moment_ago_are_not_trusted(root: Path) -> None:
    first = memory(root)
    first.recall(NOW)
    first.keep(run(root), NOW, GRACE)
    assert list((root / ".cache").iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"x", b"postops 1 x y\n{}"])
def test_what_was_not_kept_is_not_used(
    data: bytes, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(root, monkeypatch)
    (root / ".cache" / FILE_NAME).write_bytes(data)
    assert memory(root).recall(LATER) is None


def test_a_flipped_bit_is_noticed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(root, monkeypatch)
    file = root / ".cache" / FILE_NAME
    data = bytearray(file.read_bytes())
    data[-9] ^= 1
    file.write_bytes(data)
    assert memory(root).recall(LATER) is None


def test_a_link_is_not_followed_out_of_the_repository(root: Path, tmp_path_factory: Any) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (root / ".cache").symlink_to(elsewhere)
    first = memory(root)
    assert first.recall(NOW) is None
    first.keep(run(root), NOW, GRACE)
    assert list(elsewhere.iterdir()) == []


def test_a_place_that_cannot_be_written_is_no_failure(root: Path) -> None:
    (root / ".cache").write_text("a file")
    first = memory(root)
    assert first.recall(NOW) is None
    first.keep(run(root), NOW, GRACE)


# --------------------------------------------------------------------------- time


@pytest.mark.uncounted
@pytest.mark.parametrize("case", all_cases(), ids=lambda c: f"{c.rule}: {c.title}")
def test_nothing_else_is_found_while_it_holds(case: Case, tmp_path: Path) -> None:
    case.write(tmp_path)
    report = case.check(tmp_path)
    config = read_config(case.config.encode(), tmp_path)
    until = holds_until(report.cards, NOW, config.defaults.grace)
    last = min(until - timedelta(microseconds=1), NOW + timedelta(days=9000))
    assert case.check(tmp_path, now=last).diagnostics == report.diagnostics


OFFSETS = st.integers(-8 * 3600_000, 8 * 3600_000).map(lambda n: timedelta(milliseconds=n))
KEYS = st.sampled_from(["title: T", "draft: true", "hold: true", "late: skip"])


@pytest.mark.uncounted
@settings(max_examples=75, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(OFFSETS, KEYS, st.booleans()), min_size=1, max_size=4),
    OFFSETS,
    st.floats(0, 1),
)
def test_no_rule_looks_at_the_clock_in_another_way(
    times: list[tuple[timedelta, str, bool]], at: timedelta, share: float
) -> None:
    texts = []
    for offset, key, whole in times:
        due = (NOW + offset).isoformat(timespec="seconds" if whole else "milliseconds")
        texts.append(f"---\n{key}\npublish_at: {due}\n---\nPost {len(texts)}\n")
    source, config = repository(texts, "")
    from postops.ledger.state import LedgerState
    from postops.policy.check import check

    now = NOW + at
    before = check(source, config, now=now, jobs=1, ledger=LedgerState())
    until = holds_until(before.cards, now, config.defaults.grace)
    last = min(until, now + timedelta(days=2)) - timedelta(microseconds=1)
    later = now + (last - now) * share
    after = check(source, config, now=later, jobs=1, ledger=LedgerState())
    assert after.diagnostics == before.diagnostics

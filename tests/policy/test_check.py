"""The whole check: what it looks at, what it compares, and that runs see what `validate` sees."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from postops.config import read_config
from postops.content.scan import scan
from postops.content.source import CommitTree, WorkTree
from postops.diagnostics import Severity
from postops.git import Repository
from postops.ledger.state import DeliveryState, LedgerState
from postops.policy.card import Card
from postops.policy.check import Report, check, check_posts
from postops.policy.settle import Wanted
from tests.policy.cases import CONFIG, NOW
from tests.policy.pictures import make

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from postops.content.source import Entry
    from tests.rigs.git import Repo

SOON = "publish_at: 2026-03-01T10:30"


def lay(root: Path, files: dict[str, str | bytes], config: str = CONFIG) -> None:
    for name, text in {"postops.yaml": config, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def post(body: str = "Hello", *keys: str) -> str:
    return "\n".join(["---", "title: Hello", *keys, "---", body, ""])


def run(root: Path, source: Any = None, **how: Any) -> Report:
    config = read_config((root / "postops.yaml").read_bytes(), root)
    return check(source or WorkTree(root), config, **{"now": NOW, **how})


def names(found: Iterable[Any]) -> list[str]:
    return [one.name for one in found]


def test_an_empty_repository_has_nothing_to_say(tmp_path: Path) -> None:
    lay(tmp_path, {})
    assert run(tmp_path) == Report([], (), (), (0, 0, 0, 0))


def test_a_report_counts_and_lists_what_was_looked_at(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "posts/b.md": post("**Hello**"),
            "posts/a.md": post("Read &#x202e;this", "colour: green"),
            "posts/broken.md": "Hello",
            "campaigns/spring.md": "---\ntitle: Spring\n---\n",
            "posts/README.md": "Not a post",
        },
    )
    report = run(tmp_path)
    assert report.files == ("campaigns/spring.md", "posts/a.md", "posts/b.md", "posts/broken.md")
    assert [card.path for card in report.cards] == ["posts/a.md", "posts/b.md"]
    assert report.summary == (4, 3, 0, 1)
    assert names(report.diagnostics) == [
        "unknown-key",
        "bidi-control",
        "lost-markdown",
        "front-matter-missing",
    ]


def test_findings_say_what_they_stop(tmp_path: Path) -> None:
    body = "漢" * 141
    lay(tmp_path, {"posts/a.md": post(body), "posts/c.md": "---\n- x\n---\n"})
    found = {one.name: one for one in run(tmp_path).diagnostics}
    assert (found["text-too-long"].post, found["text-too-long"].account) == ("a", "x-main")
    assert (found["front-matter-invalid"].post, found["front-matter-invalid"].account) == (
        "c",
        None,
    )


def test_a_finding_that_is_the_same_for_all_accounts_is_said_once(tmp_path: Path) -> None:
    lay(tmp_path, {"posts/a.md": post("**Hello**")})
    (found,) = run(tmp_path).diagnostics
    assert (found.name, found.post, found.account) == ("lost-markdown", "a", None)


def test_arms_of_an_experiment_are_checked_too(tmp_path: Path) -> None:
    arms = ["variants:", "  short: {text: Short}", f"  long: {{text: {'漢' * 141}}}"]
    lay(tmp_path, {"posts/a.md": post("Hello", *arms)})
    (found,) = run(tmp_path).diagnostics
    assert (found.name, found.account, found.span.line) == ("text-too-long", "x-main", 5)


def test_an_account_whose_platform_is_unknown_is_left_out(tmp_path: Path) -> None:
    lay(tmp_path, {"posts/a.md": post()}, CONFIG.replace("platform: x", "platform: y"))
    report = run(tmp_path)
    assert names(report.diagnostics) == ["unknown-platform"]
    assert report.cards[0].accounts == ("bluesky-main", "mastodon-main", "x-main")
    assert sorted(report.cards[0].sent) == ["bluesky-main", "mastodon-main"]


# --------------------------------------------------------------------------- some paths only


def test_named_paths_alone_are_looked_at(tmp_path: Path) -> None:
    lay(tmp_path, {"posts/a.md": post(), "posts/b.md": "Hello", "campaigns/c.md": "Spring"})
    assert run(tmp_path, paths=["posts/a.md"]).diagnostics == []
    assert run(tmp_path, paths=["posts/a.md"]).files == ("posts/a.md",)
    report = run(tmp_path, paths=["posts/b.md", "campaigns/c.md", "README.md", "posts/no.md"])
    assert [str(one.span) for one in report.diagnostics] == ["campaigns/c.md:1:1", "posts/b.md:1:1"]
    assert report.files == ("campaigns/c.md", "posts/b.md")


def test_named_posts_still_have_their_campaign(tmp_path: Path) -> None:
    campaign = "---\naccounts: [bluesky-main]\n---\n"
    lay(tmp_path, {"posts/a.md": post("Hello", "campaign: c"), "campaigns/c.md": campaign})
    report = run(tmp_path, paths=["posts/a.md"])
    assert report.diagnostics == []
    assert report.cards[0].accounts == ("bluesky-main",)


def test_a_named_file_that_is_no_post_is_reported(tmp_path: Path) -> None:
    lay(tmp_path, {"posts/a.txt": "Hello"})
    assert names(run(tmp_path, paths=["posts/a.txt"]).diagnostics) == ["never-published"]


def test_posts_that_were_not_named_prove_nothing(tmp_path: Path) -> None:
    """Neither that an allowed rule finds nothing, nor that a published file is gone."""
    lay(tmp_path, {"posts/a.md": post("Good morning", "allow: [clash]"), "posts/old.md": post()})
    state = LedgerState()
    done = DeliveryState("old@x-main", "old", "x-main", phase="published", path="posts/old.md")
    done.source = run(tmp_path).cards[0].source  # as if a.md had been old.md
    state.deliveries[done.name] = done
    named = ["posts/a.md"]
    assert names(run(tmp_path, ledger=state, paths=named).diagnostics) == []
    (tmp_path / "posts/old.md").unlink()
    assert names(run(tmp_path, ledger=state, paths=named).diagnostics) == []
    assert names(run(tmp_path, ledger=state).diagnostics) == [
        "renamed-after-publish",
        "unused-allow",
    ]


def test_a_named_post_is_told_that_its_time_has_passed(tmp_path: Path) -> None:
    lay(tmp_path, {"posts/a.md": post("Hello", "publish_at: 2025-03-01T10:30")})
    assert names(run(tmp_path).diagnostics) == []
    assert names(run(tmp_path, paths=["posts/a.md"]).diagnostics) == ["time-in-past"]


# --------------------------------------------------------------------------- choosing rules


def test_the_configuration_chooses_and_weighs(tmp_path: Path) -> None:
    rules = "rules: {ignore: [PO120], severity: {lost-markdown: error}}\n"
    lay(tmp_path, {"posts/a.md": post("**Read** example.com")}, CONFIG + rules)
    (found,) = run(tmp_path).diagnostics
    assert (found.name, found.severity) == ("lost-markdown", Severity.ERROR)
    assert names(run(tmp_path, select=["bare-domain", "PO107"]).diagnostics) == ["lost-markdown"]
    assert names(run(tmp_path, ignore=["PO1"]).diagnostics) == []


def test_a_choice_on_the_command_line_takes_the_place_of_the_configurations(tmp_path: Path) -> None:
    lay(tmp_path, {"posts/a.md": post("**Read** example.com")}, CONFIG + "rules: {select: [PO3]}\n")
    config = read_config((tmp_path / "postops.yaml").read_bytes(), tmp_path)
    assert names(run(tmp_path).diagnostics) == []
    assert set(names(run(tmp_path, select=["PO120"]).diagnostics)) == {"bare-domain"}
    assert Wanted.of(config).select == ("PO3",)


# --------------------------------------------------------------------------- sources


class Vanishing(WorkTree):
    """Files that are seen and cannot be read."""

    def load(self, entries: Iterable[Entry], limit: int) -> Iterator[tuple[Entry, bytes | None]]:
        del limit
        for entry in entries:
            yield entry, None


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    lay(tmp_path, {"posts/a.md": post(), "campaigns/b.md": "---\ntitle: B\n---\n"})
    report = run(tmp_path, Vanishing(tmp_path))
    assert names(report.diagnostics) == ["unreadable-file", "unreadable-file"]
    assert report.diagnostics[1].message == "the file cannot be read"


def committed(repo: Repo, files: dict[str, Any]) -> CommitTree:
    commit = repo.commit({"postops.yaml": CONFIG, **files})
    return CommitTree(Repository.discover(repo.path), commit)


def test_a_commit_says_the_same_as_the_work_tree_it_was_made_of(repo: Repo) -> None:
    files = {
        "posts/a.md": post("**Hello** example.com", "media: [{path: a.png}]", SOON),
        "posts/a.png": make("png 9x9 2000001 bytes"),
        "posts/b.md": post("Hello", SOON),
        "posts/c.txt": "never",
        "posts/d.md": "broken",
        "posts/e.md": post("x" * 1_100_000),
        "campaigns/c.md": "no front matter",
    }
    source = committed(repo, files)
    here = run(repo.path, WorkTree(repo.path))
    there = run(repo.path, source)
    assert there.diagnostics == here.diagnostics
    assert there.cards == here.cards
    assert {"media-bytes", "clash", "never-published", "file-too-large"} <= set(
        names(here.diagnostics)
    )


def test_posts_of_a_run_are_checked_as_validate_checks_them(repo: Repo) -> None:
    files = {
        "posts/a.md": post("漢" * 141, "accounts: [x-main, bluesky-main]", SOON),
        "posts/b.md": post("Hello", "accounts: [x-main]", SOON),
        "posts/c.md": "broken",
    }
    source = committed(repo, files)
    config = read_config(CONFIG.encode(), repo.path)
    checked = check_posts(source, config, scan(source, "posts").files, now=NOW)
    report = run(repo.path, source)
    assert checked.diagnostics == report.diagnostics
    one = checked.examined["posts/a.md"]
    assert sorted(one.messages) == ["bluesky-main", "x-main"]
    assert one.post is not None
    assert one.post.blob == repo.git("rev-parse", "HEAD:posts/a.md")
    assert checked.examined["posts/c.md"].card is None


def test_a_run_compares_its_posts_with_all_others(tmp_path: Path) -> None:
    lay(tmp_path, {"posts/a.md": post("Hello", "id: spring", SOON)})
    source = WorkTree(tmp_path)
    config = read_config(CONFIG.encode(), tmp_path)
    entries = scan(source, "posts").files
    other = Card("posts/spring.md", "0", "spring", accounts=("x-main",))
    checked = check_posts(source, config, entries, now=NOW, others=[other])
    assert [(one.name, one.span.path) for one in checked.diagnostics] == [
        ("duplicate-id", "posts/a.md")
    ]
    twin = other._replace(id="b", publish_at="2026-03-01T09:28:00Z")
    checked = check_posts(source, config, entries, now=NOW, others=[twin])
    assert names(checked.diagnostics) == ["clash"]
    assert check_posts(source, config, entries, now=NOW).diagnostics == []


def test_an_old_card_of_a_post_at_hand_is_not_another_post(tmp_path: Path) -> None:
    lay(tmp_path, {"posts/a.md": post()})
    source = WorkTree(tmp_path)
    config = read_config(CONFIG.encode(), tmp_path)
    old = [Card("posts/a.md", "0", "a")]
    entries = scan(source, "posts").files
    assert check_posts(source, config, entries, now=NOW, others=old).diagnostics == []


def test_a_run_knows_of_renames(tmp_path: Path) -> None:
    lay(tmp_path, {"posts/new.md": post()})
    source, config = WorkTree(tmp_path), read_config(CONFIG.encode(), tmp_path)
    state = LedgerState()
    done = DeliveryState("old@x-main", "old", "x-main", phase="published", path="posts/old.md")
    done.blob = run(tmp_path).cards[0].blob
    state.deliveries[done.name] = done
    entries = scan(source, "posts").files
    checked = check_posts(source, config, entries, now=NOW, ledger=state)
    assert names(checked.diagnostics) == ["renamed-after-publish"]
    there = [Card("posts/old.md", "0", "old")]
    assert (
        check_posts(source, config, entries, now=NOW, ledger=state, others=there).diagnostics == []
    )


@pytest.mark.parametrize("zone", [UTC, None])
def test_now_may_be_in_any_zone(tmp_path: Path, zone: Any) -> None:
    lay(tmp_path, {"posts/a.md": post("Hello", "draft: true", "publish_at: 2026-01-15T12:59")})
    now = datetime(2026, 1, 15, 12, tzinfo=UTC).astimezone(zone)
    assert names(run(tmp_path, now=now).diagnostics) == ["stale-draft"]

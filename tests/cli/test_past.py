"""Whether the content branch goes forward, on real clones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.cli import _tip
from postops.cli._past import past
from postops.config import load_config
from postops.git import Repository
from tests.cli.site import post
from tests.protocol.scene import SOMEBODY
from tests.rigs.git import commit, git, push

if TYPE_CHECKING:
    from pathlib import Path

    from postops.plan import Past
    from tests.cli.site import Site

BOTH = {"on_edit": "update", "on_remove": "withdraw"}


@pytest.fixture
def site(bare_site: Site) -> Site:
    bare_site.configure(("tusk",))
    return bare_site


def fetched(clone: Path) -> Past:
    return past(_tip.fetch(Repository.discover(clone), load_config(clone)))


def test_all_that_the_tip_descends_from_and_nothing_else(site: Site) -> None:
    first = site.merge({"posts/a.md": post("One")})
    site.repo.git("checkout", "--quiet", "-b", "side")
    side = site.commit({"posts/b.md": post("Two")})
    site.repo.git("checkout", "--quiet", "main")
    merged = site.merge({"posts/c.md": post("Three")})
    known = fetched(site.path)
    asked = (first, side, merged, "1" * 40)
    assert [one in known.commits for one in asked] == [True, False, True, False]
    assert not known.cut
    site.repo.git("merge", "--quiet", "--no-edit", "side", **SOMEBODY)
    site.repo.push()
    assert side in fetched(site.path).commits


def test_git_is_asked_once_and_only_for_another_commit(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = site.merge({"posts/a.md": post("One")})
    tip = site.merge({"posts/a.md": post("Two")})
    known = fetched(site.path)
    asked: list[str] = []
    run = Repository.run

    def counted(self: Repository, *args: str, **more: object) -> object:
        asked.append(args[0])
        return run(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Repository, "run", counted)
    assert tip in known.commits
    assert asked == []
    assert first in known.commits
    assert "1" * 40 not in known.commits
    assert asked == ["rev-list"]


def test_a_run_that_changes_nothing_does_not_ask(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.merge({"posts/a.md": post("Out", **BOTH), "posts/b.md": post("Edited, to no effect")})
    assert site.run("publish").code == 0
    site.merge({"posts/b.md": post("As on_edit says")})
    asked: list[str] = []
    run = Repository.run

    def counted(self: Repository, *args: str, **more: object) -> object:
        asked.append(args[0])
        return run(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Repository, "run", counted)
    assert site.run("publish").code == 0
    assert "rev-list" not in asked
    site.merge({"posts/a.md": post("Changed", **BOTH)})
    assert site.run("publish").code == 0
    assert asked.count("rev-list") == 1
    assert sorted(site.live("tusk")) == ["Changed", "Edited, to no effect"]


@pytest.mark.parametrize("kind", ["shallow", "blobless"])
def test_small_clones(site: Site, kind: str) -> None:
    """A shallow one does not know whether it goes forward and says so; a blobless one knows."""
    site.merge({"posts/a.md": post("Old", **BOTH), "posts/b.md": post("Gone", **BOTH)})
    assert site.run("publish").code == 0
    site.merge({"posts/a.md": post("New", **BOTH), "posts/b.md": None})
    small = site.elsewhere(**{kind: True})
    ran = site.run("publish", at=small)
    if kind == "shallow":
        assert ran.code == 1
        assert sorted(site.live("tusk")) == ["Gone", "Old"]
        waiting = site.run("plan", "--format", "json", at=small).json["waiting"]
        assert {w["reason"] for w in waiting} == {"unknown-age"}
        assert all("`fetch-depth: 0`" in w["detail"] for w in waiting)
        git(small, "fetch", "--quiet", "--unshallow")
        ran = site.run("publish", at=small)
    assert ran.code == 0, ran.err
    assert site.live("tusk") == ["New"]


def test_a_shallow_clone_that_saw_the_last_event_goes_on(site: Site) -> None:
    """As a runner that keeps its clone: what is fetched later is known with all before it."""
    site.merge({"posts/a.md": post("Old", **BOTH)})
    assert site.run("publish").code == 0
    kept = site.elsewhere(shallow=True)
    site.merge({"posts/a.md": post("New", **BOTH)})
    assert site.run("publish", at=kept).code == 0
    assert site.live("tusk") == ["New"]


@pytest.mark.parametrize("way", ["merge", "squash"])
def test_merges_of_any_kind_go_forward(site: Site, way: str) -> None:
    site.merge({"posts/a.md": post("Old", **BOTH)})
    site.repo.git("checkout", "--quiet", "-b", "edit")
    site.commit({"posts/a.md": post("New", **BOTH)})
    site.repo.git("checkout", "--quiet", "main")
    site.merge({"posts/b.md": post("Meanwhile")})
    assert site.run("publish").code == 0
    if way == "squash":
        site.repo.git("merge", "--quiet", "--squash", "edit", **SOMEBODY)
        commit(site.path, {}, "Edit (#2)")
    else:
        site.repo.git("merge", "--quiet", "--no-edit", "edit", **SOMEBODY)
    push(site.path)
    assert site.run("publish").code == 0
    assert sorted(site.live("tusk")) == ["Meanwhile", "New"]


def test_a_rewritten_history_waits_with_words(site: Site) -> None:
    """No commit of before is left anywhere: nobody can tell, so nothing is changed."""
    site.merge({"posts/a.md": post("Old", **BOTH), "posts/b.md": post("Kept", **BOTH)})
    assert site.run("publish").code == 0
    last = git(site.path, "rev-parse", "HEAD")
    site.repo.git("checkout", "--quiet", "--orphan", "anew")
    commit(site.path, {"posts/a.md": post("New", **BOTH), "posts/b.md": None}, "All of it")
    site.repo.push("main", "--force")
    fresh = site.elsewhere()
    assert last not in git(fresh, "rev-list", "HEAD").split()
    assert site.run("publish", at=fresh).code == 0
    assert sorted(site.live("tusk")) == ["Kept", "Old"]
    waiting = site.run("plan", "--format", "json", at=fresh).json["waiting"]
    assert {w["delivery"]: w["reason"] for w in waiting} == {
        "a@tusk": "edited",
        "b@tusk": "removed",
    }
    assert all(f"behind {last[:12]}, or was rewritten" in w["detail"] for w in waiting)
    assert site.run("withdraw", "b", "--yes", at=fresh).code == 0
    assert site.live("tusk") == ["Old"]

"""Rule 1, content: what is sent is the fetched tip of the content branch, and nothing else.

| sentence | proof |
|---|---|
| content comes from the fetched tip, never from an older commit that is checked out | here; `tests/cli/test_tip.py` |
| a re-run of an old commit sends only today's tip: edited, removed, published since | here |
| never from an unmerged commit that is checked out | here |
| never from an uncommitted work tree | `tests/cli/test_tip.py::test_what_is_not_committed_is_never_sent` |
| `content_branch`, else the remote's HEAD | `test_tip.py::test_another_content_branch`; here |
| without a remote, local HEAD, and the run says so | `test_tip.py::test_without_a_remote_it_says_whose_ledger_this_is` |
| unpushed commits wait as `unpushed` | `test_tip.py::test_what_is_not_pushed_waits_and_says_so` |
| a configured remote that cannot be reached: exit 1, nothing sent | `test_tip.py::test_a_remote_that_cannot_be_reached_stops_everything` |
| `validate` and `render` read the work tree, `plan` what publish reads | here |
| `plan` warns about what is not committed | here |
| shallow and blobless clones | `test_tip.py::test_small_clones` |
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cli.site import post
from tests.rigs.git import git

if TYPE_CHECKING:
    from tests.protocol.scene import Scene


def test_a_rerun_of_an_old_commit_sends_only_todays_tip(scene: Scene) -> None:
    """The job of an old push is started again: its commit is checked out, detached and shallow."""
    old = scene.merge(
        {
            "posts/done.md": post("Published already"),
            "posts/edited.md": post("Old words", publish_at="2099-01-01T10:00Z"),
            "posts/removed.md": post("Thought better of it", publish_at="2099-01-01T10:00Z"),
        }
    )
    scene.publishes()
    scene.merge({"posts/edited.md": post("New words"), "posts/removed.md": None})
    again = scene.elsewhere()
    git(again, "checkout", "--quiet", "--detach", old)
    ran = scene.run("publish", at=again)
    assert ran.code == 0, ran.err
    assert scene.live("tusk") == ["Published already", "New words"]
    assert scene.run("publish", at=again).out == ""
    assert git(again, "rev-parse", "HEAD") == old


def test_what_is_pushed_to_another_branch_waits_for_its_merge(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Merged")})
    scene.repo.git("checkout", "--quiet", "-b", "proposal")
    scene.commit({"posts/b.md": post("Proposed")})
    scene.repo.push("proposal")
    scene.publishes()
    assert scene.live("tusk") == ["Merged"]
    assert scene.waiting() == {"b@tusk": "unpushed"}


def test_without_content_branch_it_is_the_remotes_head(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("On main")})
    scene.repo.git("checkout", "--quiet", "-b", "trunk")
    scene.commit({"posts/a.md": post("On trunk")})
    scene.repo.push("trunk")
    scene.repo.git("checkout", "--quiet", "main")
    git(scene.repo.remote, "symbolic-ref", "HEAD", "refs/heads/trunk")
    scene.publishes()
    assert scene.live("tusk") == ["On trunk"]


def test_validate_and_render_read_the_work_tree_and_plan_what_publish_reads(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Merged words")})
    scene.repo.write({"posts/a.md": post("Words on disk"), "posts/bad.md": "No front matter\n"})
    assert "Words on disk" in scene.run("render", "posts/a.md").out
    assert "posts/bad.md" in scene.run("validate").out
    planned = scene.run("plan", "--format", "json")
    assert [a["delivery"] for a in json.loads(planned.out)["actions"]] == ["a@tusk"]
    assert json.loads(planned.out)["waiting"] == []


def test_plan_warns_about_what_is_not_committed(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Merged"), "posts/gone.md": post("Gone")})
    assert "not committed" not in scene.run("plan").err
    scene.repo.write({"posts/a.md": post("Edited"), "posts/b.md": post("New")})
    (scene.path / "posts/gone.md").unlink()
    (scene.path / "notes.txt").write_text("of no post")
    said = scene.run("plan").err
    assert "3 files are not committed" in said
    assert "posts/a.md" in said
    scene.repo.commit({"posts/a.md": post("Edited"), "posts/b.md": post("New"), "posts/x.md": ""})
    assert "1 file is not committed" in scene.run("plan").err

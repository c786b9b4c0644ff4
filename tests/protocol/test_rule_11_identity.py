"""Rule 11, identity: a name is a login, a post is a post, and old news is not sent.

| sentence | proof |
|---|---|
| `bound` ties an account's name to its platform identity | here |
| credentials of another identity are refused | here |
| the same identity under a new name is refused until `was: old-name` | here |
| ... which has the old name's history from the commit that says so, before it is used | here |
| two names for one login is a diagnostic | `tests/policy/two-names-one-login.md`; here where the configuration does not show it |
| posts due more than `grace` before the account was bound wait for `adopt` or `--backfill` | here; `tests/cli/test_publish.py`, `tests/cli/test_adopt.py` |
| ... the sandbox is exempt | here |
| a post without `publish_at` is due when its commit reached the content branch | here; `tests/test_git.py::test_a_post_reaches_the_branch_with_the_merge_not_with_its_commit` |
| a path that vanished while a similar one appeared is held until `id:` says which it is | `tests/cli/test_gather.py::test_a_renamed_post_is_held_until_a_person_says_which_it_is` |
| ... and the fix is offered | here |
| one path under a new id is held | `test_gather.py::test_a_path_with_another_id_is_held` |
| a rename with its edit, or of a post with an open claim, is never sent twice | here |
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from postops.clock import SystemClock
from tests.cli.site import KINDS, SECRETS, VARIABLES, post
from tests.protocol.scene import ALL, SOMEBODY

if TYPE_CHECKING:
    from tests.protocol.scene import Scene


def renamed(scene: Scene, old: str, new: str, **more: Any) -> None:
    """Give an account of postops.yaml another name, and posts that new one."""
    document = json.loads((scene.path / "postops.yaml").read_text())
    document["accounts"][new] = document["accounts"].pop(old) | more
    document["defaults"]["accounts"] = [new]
    scene.merge({"postops.yaml": json.dumps(document)})


def test_credentials_of_another_identity_are_refused(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Mine", accounts=ALL)})
    scene.publishes()
    bound = [e for e in scene.events() if e["type"] == "bound"]
    assert sorted(e["account"] for e in bound) == sorted(ALL)
    document = json.loads((scene.path / "postops.yaml").read_text())
    for account in ALL:
        other = scene.world.add_account(KINDS[account], "stranger")
        scene.patch.setenv(VARIABLES[account], other.credentials[SECRETS[account]])
        if account == "sky":  # there the handle is part of the login
            document["accounts"]["sky"]["handle"] = other.handle
    scene.merge({"postops.yaml": json.dumps(document)})
    scene.merge({"posts/b.md": post("Not theirs", accounts=ALL)})
    before = scene.types()
    said = scene.publishes(code=1)
    assert scene.types() == before
    for account in ALL:
        assert f"{account}: the credentials belong to " in said
        assert scene.world.timeline(KINDS[account], "stranger") == []
        assert scene.live(account) == ["Mine"]


def test_an_identity_under_a_new_name_is_refused_until_it_says_which_it_was(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Once")})
    scene.publishes()
    renamed(scene, "tusk", "second")
    scene.merge({"posts/b.md": post("New")})
    said = scene.publishes(code=1)
    assert "write `was: tusk` if it was renamed" in said
    assert scene.live("tusk") == ["Once"]
    renamed(scene, "second", "second", was="tusk")
    scene.publishes()
    assert scene.live("tusk") == ["Once", "New"]
    assert scene.states() == {"a@second": "published", "b@second": "published"}


def test_a_claim_under_way_moves_with_its_account(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Once")})
    scene.dies_at_call("tusk", sent=True)
    renamed(scene, "tusk", "second", was="tusk")
    for _ in range(2):
        scene.run("publish")
    assert scene.live("tusk") == ["Once"]
    assert scene.states() == {"a@second": "published"}


def test_a_new_name_has_the_history_before_anybody_logs_in_with_it(scene: Scene) -> None:
    """What is out is not late, expired or lost, whoever has no credentials yet."""
    ends = (scene.clock.now() + timedelta(hours=1)).isoformat()
    text = post("Once", expires_at=ends, publish_at=scene.clock.now().isoformat())
    scene.merge({"posts/a.md": text})
    scene.publishes()
    renamed(scene, "tusk", "second", was="tusk")
    scene.clock.pause(2 * 3600)
    calls, before = len(scene.world.calls), scene.types()
    scene.publishes()
    assert (len(scene.world.calls), scene.types()) == (calls, before)
    assert scene.states() == {"a@second": "published"}
    assert scene.json("plan") | {"at": "", "digest": ""} == {
        "version": 1,
        "at": "",
        "digest": "",
        "held": None,
        "actions": [],
        "waiting": [],
    }


def test_a_renaming_is_written_down_before_anything_else_of_the_account(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Once")})
    scene.publishes()
    renamed(scene, "tusk", "second", was="tusk")
    before = len(scene.events())
    old = post("Too late", late="skip", publish_at="2026-01-01T10:00Z")
    scene.merge({"posts/b.md": old})
    scene.publishes()
    events = scene.events()[before:]
    assert [(e["type"], e.get("was")) for e in events] == [("bound", "tusk"), ("skipped", None)]
    assert scene.states() == {"a@second": "published", "b@second": "skipped"}


def test_a_second_name_for_a_login_that_only_the_platform_can_see_is_held(scene: Scene) -> None:
    """Two tokens of one Mastodon account: the configuration cannot show that they are one."""
    scene.merge({"posts/a.md": post("Once")})
    scene.publishes()
    document = json.loads((scene.path / "postops.yaml").read_text())
    twin = document["accounts"]["tusk"] | {"credentials": {"access_token": "env:TWIN"}}
    document["accounts"]["twin"] = twin
    document["defaults"]["accounts"] = ["tusk", "twin"]
    scene.patch.setenv("TWIN", scene.world.account("mastodon", "tusk").credentials["access_token"])
    scene.merge({"postops.yaml": json.dumps(document), "posts/b.md": post("Twice")})
    assert "twin: tusk is already known as tusk" in scene.publishes(code=1)
    assert scene.live("tusk") == ["Once", "Twice"]


def test_the_first_run_does_not_flood_an_account(scene: Scene) -> None:
    """A year of posts, with and without times, is there before postops is."""
    old = {"publish_at": (scene.clock.now() - timedelta(hours=7)).isoformat()}
    scene.merge({"posts/merged.md": post("Merged long ago")}, days_ago=30)
    recent = {"publish_at": (scene.clock.now() - timedelta(hours=5)).isoformat()}
    scene.merge({"posts/timed.md": post("Due long ago", **old), "posts/new.md": post("New")})
    scene.merge({"posts/recent.md": post("Due within grace", **recent)})
    scene.publishes()
    assert scene.live("tusk") == ["Due within grace", "New"]
    waits = {"merged@tusk": "before-account", "timed@tusk": "before-account"}
    assert scene.waiting() == waits
    scene.clock.pause(30 * 86400)
    scene.publishes()  # old news does not become news by waiting
    assert scene.waiting() == waits

    assert scene.run("adopt", "merged@tusk").code == 0
    assert scene.run("publish", "--backfill").code == 0
    assert scene.live("tusk") == ["Due within grace", "New", "Due long ago"]
    scene.publishes()
    assert scene.waiting() == {}


def test_the_sandbox_is_exempt_from_the_flood_guard(scene: Scene) -> None:
    scene.repo.write({"posts/a.md": post("Old", publish_at="2020-01-01T10:00Z")})
    ran = scene.run("publish", "--sandbox")
    assert (ran.code, ran.out.count("published")) == (0, 1), ran.out + ran.err


def test_a_post_is_due_when_it_is_merged_not_when_it_was_written(scene: Scene) -> None:
    """A branch of last month is merged today: that is news, and not late."""
    scene.merge({"posts/first.md": post("First")})
    scene.publishes()
    scene.repo.git("checkout", "--quiet", "-b", "proposal")
    scene.commit({"posts/a.md": post("Proposed last month", late="skip")}, days_ago=30)
    scene.repo.git("checkout", "--quiet", "main")
    now = SystemClock().now().isoformat()
    dates = {"GIT_AUTHOR_DATE": now, "GIT_COMMITTER_DATE": now}
    scene.repo.git("merge", "--quiet", "--no-ff", "-m", "Merge", "proposal", **SOMEBODY, **dates)
    scene.repo.push()
    scene.publishes()
    assert scene.live("tusk") == ["First", "Proposed last month"]


def test_a_renamed_post_is_held_and_the_fix_is_offered(scene: Scene) -> None:
    scene.merge({"posts/old.md": post("The same")})
    scene.publishes()
    scene.merge({"posts/old.md": None, "posts/new.md": post("The same")})
    scene.publishes(code=1)
    found = json.loads(scene.run("validate", "--format", "json").out)["diagnostics"]
    [fix] = [one["fix"] for one in found if one["name"] == "renamed-after-publish"]
    assert fix["title"] == "add `id: old`"
    scene.merge({"posts/new.md": post("The same").replace("---\n", "---\nid: old\n", 1)})
    scene.publishes()
    assert scene.live("tusk") == ["The same"]
    assert scene.states() == {"old@tusk": "published"}


def test_a_rename_of_a_post_with_an_open_claim_sends_it_once(scene: Scene) -> None:
    scene.merge({"posts/old.md": post("The same")})
    scene.dies_at_call("tusk", sent=True)
    scene.merge({"posts/old.md": None, "posts/new.md": post("The same")})
    for _ in range(2):
        scene.run("publish")
    assert scene.live("tusk") == ["The same"]

"""Rule 10, change: second thoughts come after the settling of what was begun.

| sentence | proof |
|---|---|
| an edited, held, drafted or removed post with an open claim is reconciled first | here |
| ... then follows its new wish | here |
| `on_edit`, `on_remove` are recorded at publish time | here; `tests/cli/test_gather.py::test_a_removed_post_stays_or_goes_as_it_said_when_it_was_published` |
| `plan` shows both as drift before anything happens | here |
| update and withdraw are claimed like publish | here |
| ... are idempotent: what was lost is done again, a 404 on delete is withdrawn | here |
| an update is carried out where the platform can, and refused with a reason where it cannot | here |
| ... and run only for content that descends from the commit of the last event: a branch forced back, to an older text or to before the post | here |
| ... a slow run whose older tip lost a race | here |
| ... shallow, blobless and rewritten clones, merges of any kind | `tests/cli/test_past.py` |
| a withdrawn post comes back only by `retry`, as a new generation with new keys | here |
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from postops.git import Repository
from postops.ledger.git_remote import GitRemote
from postops.ledger.journal import Ledger
from postops.plan import iso
from postops.sandbox.faults import Fault
from tests.cli.site import KINDS, post
from tests.protocol.scene import ALL, DELETE, LOGIN, LOOKUPS, SOMEBODY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.protocol.scene import Scene

EDIT = ("mastodon", "PUT", "/api/v1/statuses/*")
CHANGES: dict[str, tuple[str | None, str | None]] = {
    # what the file says now; why the delivery then waits where nothing was sent
    "edited": (post("New words"), None),
    "held": (post("Old, held", hold=True), "hold"),
    "drafted": (post("Old, drafted", draft=True), "draft"),
    "removed": (None, None),
}


@pytest.fixture
def changed(scene: Scene, request: pytest.FixtureRequest) -> Scene:
    """A run died at its calls, and then the posts were edited, held, drafted and removed."""
    names = {f"posts/{change}.md": post(f"Old, {change}") for change in CHANGES}
    scene.merge(names)
    died = {"effect": "drop", "when": "after" if request.param else "before", "times": 4}
    scene.fault("tusk", **died)
    scene.moments.add(Fault(*LOOKUPS["tusk"][:1], None, *LOOKUPS["tusk"][1:], status=503, times=99))
    scene.publishes(code=1)
    assert set(scene.waiting().values()) == {"claimed"}
    scene.undisturbed()
    scene.after_the_lease()
    scene.merge({f"posts/{change}.md": text for change, (text, _) in CHANGES.items()})
    return scene


@pytest.mark.parametrize("changed", [True], indirect=True, ids=["there"])
def test_a_changed_post_with_an_open_claim_is_reconciled_first(changed: Scene) -> None:
    """It is there: that is written down before anything else, and not sent again."""
    changed.publishes()
    assert changed.live("tusk") == [f"Old, {change}" for change in sorted(CHANGES)]
    assert changed.types() == ["bound", *["claimed"] * 4, *["published"] * 4]


@pytest.mark.parametrize("changed", [False], indirect=True, ids=["absent"])
def test_proven_absent_it_follows_its_new_wish(changed: Scene) -> None:
    changed.publishes()
    assert changed.live("tusk") == ["New words"]
    assert changed.types()[:9] == ["bound", *["claimed"] * 4, *["released"] * 4]
    waits = {f"{change}@tusk": reason for change, (_, reason) in CHANGES.items() if reason}
    assert changed.waiting() == waits


def test_an_update_and_a_withdrawal_wished_meanwhile_follow_the_settling(scene: Scene) -> None:
    """One run settles, the next one changes: an outcome is final for its run."""
    kept = {"on_edit": "update", "on_remove": "withdraw"}
    scene.merge({"posts/a.md": post("Old words", **kept)})
    scene.dies_at_call("tusk", sent=True)
    scene.merge({"posts/a.md": post("New words", **kept)})
    scene.publishes()
    assert scene.live("tusk") == ["Old words"]
    scene.publishes()
    assert scene.live("tusk") == ["New words"]
    scene.merge({"posts/b.md": post("Gone soon", **kept)})
    scene.dies_at_call("tusk", sent=True)
    scene.merge({"posts/b.md": None})
    scene.publishes()
    scene.publishes()
    assert scene.live("tusk") == ["New words"]
    told = [e["type"] for e in scene.events() if e.get("delivery") == "b@tusk"]
    assert told == ["claimed", "published", "claimed", "withdrawn"]


def test_what_a_removed_file_wished_is_known_from_when_it_was_published(scene: Scene) -> None:
    scene.merge(
        {
            "posts/kept.md": post("Kept", on_remove="keep"),
            "posts/gone.md": post("Gone", on_remove="withdraw"),
        }
    )
    scene.publishes()
    known = {e["delivery"]: e["on_remove"] for e in scene.events() if e["type"] == "published"}
    assert known == {"kept@tusk": "keep", "gone@tusk": "withdraw"}
    scene.merge({"posts/kept.md": None, "posts/gone.md": None})
    planned = [(a["action"], a["delivery"]) for a in scene.json("plan")["actions"]]
    assert planned == [("withdraw", "gone@tusk")]
    scene.publishes()
    assert scene.live("tusk") == ["Kept"]


def test_plan_shows_drift_before_anything_happens(scene: Scene) -> None:
    both = {"accounts": ["tusk", "sky"], "on_edit": "update", "on_remove": "withdraw"}
    scene.merge({"posts/a.md": post("Old", **both), "posts/b.md": post("Removed", **both)})
    scene.publishes()
    scene.merge({"posts/a.md": post("New", **both), "posts/b.md": None})
    before = scene.refs()
    planned = scene.json("plan")
    actions = sorted((a["delivery"], a["action"]) for a in planned["actions"])
    assert actions == [("a@tusk", "update"), ("b@sky", "withdraw"), ("b@tusk", "withdraw")]
    [kept] = planned["waiting"]
    assert (kept["delivery"], kept["reason"]) == ("a@sky", "edited")
    assert kept["detail"] == "bluesky cannot change what was published"
    assert (scene.refs(), sorted(scene.live("tusk"))) == (before, ["Old", "Removed"])
    scene.publishes()
    assert (scene.live("tusk"), scene.live("sky")) == (["New"], ["Old"])


def test_updates_and_withdrawals_are_claimed_before_the_call(scene: Scene) -> None:
    both = {"on_edit": "update", "on_remove": "withdraw"}
    scene.merge({"posts/a.md": post("Old", **both), "posts/b.md": post("Gone", **both)})
    scene.publishes()
    last: list[dict[str, Any]] = []

    def look() -> None:
        last.extend(e for e in scene.events() if e["type"] == "claimed")

    scene.merge({"posts/a.md": post("New", **both)})
    scene.at(EDIT, look)
    scene.publishes()
    assert (last[-1]["delivery"], last[-1]["action"]) == ("a@tusk", "update")
    scene.merge({"posts/b.md": None})
    scene.at(DELETE["tusk"], look)
    scene.publishes()
    assert (last[-1]["delivery"], last[-1]["action"]) == ("b@tusk", "withdraw")


def test_what_is_gone_there_counts_as_withdrawn(scene: Scene) -> None:
    """A person deleted it on the platform before the file went."""
    scene.merge({"posts/a.md": post("Gone", accounts=ALL, on_remove="withdraw")})
    scene.publishes()
    for account in ALL:
        withdrawn_by_hand(scene, account)
    scene.merge({"posts/a.md": None})
    scene.publishes()
    assert scene.states() == {f"a@{account}": "withdrawn" for account in ALL}


def withdrawn_by_hand(scene: Scene, account: str) -> None:
    """Delete everything the account shows, with the account's own credentials."""
    made = scene.world.account(KINDS[account], account)
    origin = scene.world.origin(KINDS[account])
    [shown] = scene.timeline(account)
    if account == "sky":
        keys = {"identifier": made.handle, "password": made.credentials["app_password"]}
        session = httpx.post(f"{origin}/xrpc/com.atproto.server.createSession", json=keys).json()
        token = session["accessJwt"]
        rkey = shown.id.rsplit("/", 1)[-1]
        record = {"repo": made.id, "collection": "app.bsky.feed.post", "rkey": rkey}
        url, method = f"{origin}{DELETE['sky'][2]}", "POST"
    else:
        token, record = made.credentials["access_token"], None
        url, method = origin + DELETE[account][2].replace("*", shown.id), "DELETE"
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.request(method, url, json=record, headers=headers).status_code == 200
    assert scene.live(account) == []


@pytest.mark.parametrize("what", ["update", "withdraw"])
def test_a_change_whose_answer_was_lost_is_done_again(scene: Scene, what: str) -> None:
    scene.merge({"posts/a.md": post("Old", on_edit="update", on_remove="withdraw")})
    scene.publishes()
    now = post("New", on_edit="update", on_remove="withdraw") if what == "update" else None
    scene.merge({"posts/a.md": now})
    where = EDIT if what == "update" else DELETE["tusk"]
    scene.moments.add(Fault(where[0], None, *where[1:], when="after", effect="drop", times=9))
    scene.publishes(code=1)
    scene.undisturbed()
    scene.after_the_lease()
    scene.publishes()
    assert scene.live("tusk") == (["New"] if now else [])
    assert scene.types()[-1] == ("updated" if now else "withdrawn")


BOTH = {"on_edit": "update", "on_remove": "withdraw"}


@pytest.fixture
def ahead(scene: Scene) -> list[str]:
    """A post is out, and was updated: the commits from before it, of its first text, of its last."""
    before = scene.repo.git("rev-parse", "HEAD")
    old = scene.merge({"posts/a.md": post("Old", **BOTH)})
    scene.publishes()
    new = scene.merge({"posts/a.md": post("New", **BOTH)})
    scene.publishes()
    assert scene.live("tusk") == ["New"]
    return [before, old, new]


@pytest.mark.parametrize(
    ("back", "reason"),
    [
        pytest.param(1, "edited", id="to its first text"),
        pytest.param(0, "removed", id="to before it was there"),
    ],
)
def test_a_branch_that_is_forced_back_changes_nothing_that_is_out(
    scene: Scene, ahead: list[str], back: int, reason: str
) -> None:
    """Seen from a fresh clone, which never had the newer commit."""
    scene.repo.git("push", "--quiet", "--force", "origin", f"{ahead[back]}:main")
    fresh, before = scene.elsewhere("fresh"), scene.types()
    ran = scene.run("publish", at=fresh)
    assert (ran.code, scene.live("tusk"), scene.types()) == (0, ["New"], before)
    [waits] = scene.run("plan", "--format", "json", at=fresh).json["waiting"]
    assert (waits["delivery"], waits["reason"]) == ("a@tusk", reason)
    assert f"behind {ahead[2][:12]}" in waits["detail"]
    told = scene.run("plan", at=fresh).out
    assert "merge that commit into it" in told
    assert "postops withdraw" in told


@pytest.mark.parametrize("wished", ["Newest", None])
def test_merging_the_newer_commit_lets_it_go_on(
    scene: Scene, ahead: list[str], wished: str | None
) -> None:
    """What was merged on top of the older one waits, until it descends from the newer one as well."""
    scene.repo.git("push", "--quiet", "--force", "origin", f"{ahead[1]}:main")
    scene.repo.git("reset", "--quiet", "--hard", ahead[1])
    scene.merge({"posts/a.md": wished and post(wished, **BOTH)})
    scene.publishes()
    assert scene.live("tusk") == ["New"]
    ours = ("merge", "--quiet", "--no-edit", "--strategy=ours", ahead[2])
    scene.repo.git(*ours, **SOMEBODY)
    scene.repo.push()
    scene.publishes()
    assert scene.live("tusk") == ([wished] if wished else [])


@pytest.mark.parametrize("theirs", ["updated", "released"])
@pytest.mark.parametrize("wished", ["New", None])
def test_a_slow_run_that_lost_a_race_does_not_undo_a_newer_change(
    scene: Scene, wished: str | None, theirs: str
) -> None:
    """It fetched the branch; then something newer is merged, and another run is there first.

    Whatever came of that: it may have arrived.
    """
    scene.merge({"posts/a.md": post("Old", **BOTH)})
    scene.publishes()
    scene.merge({"posts/a.md": wished and post(wished, **BOTH)})
    raced: list[str] = []

    def newest() -> None:
        if not raced:  # the platform waits meanwhile, in a thread of its own
            raced.append(scene.merge({"posts/a.md": post("Newest", **BOTH)}))
            at = scene.elsewhere("theirs")
            other = Thread(target=lambda: asyncio.run(changes(scene, at, raced[0], theirs)))
            other.start()
            other.join()

    scene.at(LOGIN["tusk"], newest)
    scene.publishes()
    assert raced
    assert scene.types()[-2:] == ["claimed", theirs]
    assert (scene.made(EDIT), scene.made(DELETE["tusk"])) == ([], [])
    scene.undisturbed()
    scene.publishes()
    assert scene.live("tusk") == ["Newest"]


async def changes(scene: Scene, clone: Path, commit: str, ends: str) -> None:
    """What another run writes down that updates the post from a newer commit."""
    remote = GitRemote(Repository.discover(clone))
    ledger = await Ledger.open(remote, clone / ".postops/outbox", scene.clock, "theirs")
    until = iso(scene.clock.now() + timedelta(minutes=20))
    about = {"delivery": "a@tusk", "account": "tusk", "part": 1, "parts": 1, "generation": 1}
    claim = about | {"type": "claimed", "action": "update", "attempt": 9, "commit": commit}
    await ledger.claim([claim | {"lease_until": until}])
    ledger.record(about | {"type": ends})
    await ledger.push()
    ledger.close()


def test_withdrawn_it_comes_back_only_by_retry_with_new_keys(scene: Scene) -> None:
    text = post("Back again", on_remove="withdraw")
    scene.merge({"posts/a.md": text})
    scene.publishes()
    scene.merge({"posts/a.md": None})
    scene.publishes()
    for words in (text, post("Edited, and back again", on_remove="withdraw")):
        scene.merge({"posts/a.md": words})
        scene.publishes()
        assert scene.live("tusk") == []
    assert scene.run("retry", "a@tusk").code == 0
    scene.publishes()
    assert scene.live("tusk") == ["Edited, and back again"]
    claims = [e for e in scene.events() if e["type"] == "claimed" and e["action"] == "publish"]
    assert [claim["generation"] for claim in claims] == [1, 2]
    assert claims[0]["keys"]["1"] != claims[1]["keys"]["1"]

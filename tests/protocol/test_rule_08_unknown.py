"""Rule 8, unknown outcome: look, by what the platform makes certain; never send blindly again.

sky is `client-id`, tusk `idempotency-key` with `search`, bird `search` with `duplicate-rejection`.

| sentence | proof |
|---|---|
| each class by `Capabilities.certainty` | here; classes no platform of ours is: `tests/publish/test_repeat.py`, `tests/simulation` |
| `idempotency-key`: the window counts from the first claim's `recorded_at` | `test_repeat.py::test_the_window_counts_from_the_first_claim_with_a_margin` |
| `search`: leave out ids the ledger owns | here |
| ... match text, media count and parent, wait out the lag | `tests/platforms/test_in_the_sandbox.py`; `tests/publish/test_settle.py` |
| `duplicate-rejection`: once more, and adopt the id it names | `test_repeat.py::test_what_arrived_is_adopted_by_the_name_the_refusal_gives` |
| reconciling uses the claim's commit and payload, not today's file | here |
| proven absent: a new claim, same key | here |
| sent again: looked for once more, two hours later | here; `tests/publish/test_look.py` |
| `on_unknown: ask`: what is not found is for a person | here; `tests/publish/test_settle.py` |
| ambiguous: `in_doubt`; `postops resolve` is the way out | here; `tests/cli/test_resolve.py` |
| X: listings only on doubt, one for all that is doubtful, their cost recorded | here; `tests/platforms/test_x.py` |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from postops.sandbox.faults import Fault
from tests.cli.site import CREATE, post
from tests.protocol.scene import ALL, LOOKUPS

if TYPE_CHECKING:
    from tests.protocol.scene import Scene


def claims(scene: Scene) -> list[dict[str, Any]]:
    return [event for event in scene.events() if event["type"] == "claimed"]


def test_a_lost_answer_is_looked_up_and_never_sent_again(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Once", accounts=ALL)})
    for account in ALL:
        scene.fault(account, when="after", effect="drop")
    scene.publishes()
    assert len(claims(scene)) == 3
    for account in ALL:
        assert (scene.live(account), scene.calls(account)) == (["Once"], 1)


def test_proven_absent_it_is_sent_under_a_new_claim_with_the_same_key(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Once", accounts=ALL)})
    scene.dies_at_call(*ALL, sent=False)
    scene.publishes()
    for account in ALL:
        first, second = (e for e in claims(scene) if e["account"] == account)
        assert first["keys"] == second["keys"]
        assert (first["attempt"], second["attempt"]) == (1, 2)
        assert scene.live(account) == ["Once"]


def test_a_claim_is_settled_by_its_own_words_not_by_todays_file(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("As it was claimed", accounts=ALL)})
    scene.dies_at_call(*ALL, sent=True)
    scene.merge({"posts/a.md": post("As it is now", accounts=ALL)})
    scene.publishes()
    for account in ALL:
        assert (scene.live(account), scene.calls(account)) == (["As it was claimed"], 1)
        [claim] = (e for e in claims(scene) if e["account"] == account)
        told = (e for e in scene.events() if e["type"] == "published")
        [published] = (e for e in told if e["account"] == account)
        for key in ("commit", "payload", "source", "blob"):
            assert published[key] == claim[key]
    assert scene.waiting() == {f"a@{account}": "edited" for account in ALL}


def test_a_search_leaves_out_what_the_ledger_owns(scene: Scene) -> None:
    """The same words twice, seconds apart: the one that is there is not taken for the other."""
    same = {"allow": ["duplicate-content"]}
    scene.merge({"posts/a.md": post("Same"), "posts/b.md": post("Same", **same)})
    scene.fault("tusk", nth=2, effect="drop")
    scene.publishes()
    assert scene.live("tusk") == ["Same", "Same"]
    urls = [event["url"] for event in scene.events() if event["type"] == "published"]
    assert len(set(urls)) == 2


def by_hand(scene: Scene, text: str) -> str:
    """Post without postops; gives the URL."""
    account = scene.world.account("mastodon", "tusk")
    answer = httpx.post(
        scene.world.origin("mastodon") + CREATE["tusk"][2],
        json={"status": text},
        headers={"Authorization": f"Bearer {account.credentials['access_token']}"},
    )
    return str(answer.json()["url"])


def test_what_is_ambiguous_is_in_doubt_and_resolve_is_the_way_out(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Is it mine?"), "posts/b.md": post("Other")})
    scene.dies_at_call("tusk", sent=True)
    url = by_hand(scene, "Is it mine?")
    said = scene.publishes(code=1)
    assert "2 posts there match it" in said
    assert scene.states() == {"a@tusk": "in-doubt", "b@tusk": "published"}
    doubt = next(event for event in scene.events() if event["type"] == "in_doubt")
    assert url in doubt["candidates"]
    before = scene.live("tusk")
    scene.publishes(code=1)  # it is said again, and nothing is sent
    assert scene.live("tusk") == before
    assert scene.run("resolve", "a@tusk", "--published", url).code == 0
    scene.publishes()
    assert scene.live("tusk") == before
    assert set(scene.states().values()) == {"published"}


def test_what_was_sent_again_is_looked_for_once_more_hours_later(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Once")})
    scene.dies_at_call("tusk", sent=False)
    scene.publishes()
    url = by_hand(scene, "Once")  # as if the first request had been hours on its way
    assert "nothing was due" in scene.publishes()
    scene.clock.pause(2 * 3600)
    plan = scene.run("plan")
    assert "look      a@tusk  sent again a while ago: is it there once?" in plan.out
    assert "it is there twice" in scene.publishes(code=1)
    assert url in scene.events()[-1]["candidates"]
    assert (scene.states(), scene.calls("tusk")) == ({"a@tusk": "in-doubt"}, 3)
    assert scene.run("resolve", "a@tusk", "--published", url).code == 0
    scene.publishes()
    assert scene.states() == {"a@tusk": "published"}


def test_with_ask_nothing_is_sent_again_but_by_a_person(scene: Scene) -> None:
    ask = {"postops.yaml": scene.configuration(ALL, defaults={"on_unknown": "ask"})}
    scene.merge(ask | {"posts/a.md": post("Once", accounts=["tusk", "bird"])})
    scene.dies_at_call("tusk", "bird", sent=False)
    said = scene.publishes(code=1)
    assert said.count("`on_unknown: ask`") == 2
    assert scene.states() == {"a@tusk": "in-doubt", "a@bird": "in-doubt"}
    scene.publishes(code=1)
    assert (scene.live("tusk"), scene.live("bird")) == ([], [])
    assert scene.run("resolve", "a@tusk", "--not-published").code == 0
    scene.publishes(code=1)
    assert (scene.live("tusk"), scene.live("bird")) == (["Once"], [])


def test_a_listing_that_is_paid_for_is_read_only_on_doubt(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("First", accounts=["bird"])})
    scene.publishes()
    assert scene.made(LOOKUPS["bird"]) == []
    scene.merge(
        {f"posts/{name}.md": post(f"Post {name}", accounts=["bird"]) for name in ("b", "c", "d")}
    )
    scene.fault("bird", effect="drop", when="after", times=3)
    platform, method, path = LOOKUPS["bird"]
    scene.moments.add(Fault(platform, None, method, path, status=503, times=99))
    assert scene.publishes(code=1).count("unknown  ") == 3
    scene.undisturbed()
    scene.after_the_lease()
    scene.world.calls.clear()
    scene.publishes()
    assert sorted(scene.live("bird")) == ["First", "Post b", "Post c", "Post d"]
    assert len(scene.made(LOOKUPS["bird"])) == 1
    [listed] = (event for event in scene.events() if event["type"] == "listed")
    assert (listed["account"], listed["posts"]) == ("bird", 4)  # from minutes before the claims
    assert scene.run("ledger", "verify").code == 0

"""Several runners that share the accounts, on real git and served platforms."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from postops.sandbox.faults import Fault
from tests.cli.site import KINDS, post

if TYPE_CHECKING:
    from tests.cli.site import Site

LOOKED_UP = [
    ("bluesky", "sky", "/xrpc/com.atproto.repo.getRecord"),
    ("mastodon", "tusk", "/api/v1/accounts/*/statuses"),
]
# Dealt by platform, then name: sky (bluesky), tusk (mastodon), bird (x).


def test_two_shards_at_the_same_time_send_everything_once(site: Site) -> None:
    texts = [f"Number {number}" for number in range(6)]
    texts.append("One\n\n---\n\nTwo")
    site.merge({f"posts/{at}.md": post(text) for at, text in enumerate(texts)})
    programs = [
        site.start("publish", "--shard", f"{number}/2", at=site.elsewhere(f"runner-{number}"))
        for number in (1, 2)
    ]
    ends = [(program.communicate(timeout=120), program.returncode) for program in programs]
    assert [code for _, code in ends] == [0, 0], ends
    first, second = (out for (out, _), _ in ends)
    assert {line.split()[1].rpartition("@")[2] for line in first.splitlines()} == {"sky", "bird"}
    assert {line.split()[1].rpartition("@")[2] for line in second.splitlines()} == {"tusk"}
    sent = sorted([*texts[:-1], "One", "Two"])
    assert {name: sorted(site.live(name)) for name in KINDS} == dict.fromkeys(KINDS, sent)
    claimed = [event["delivery"] for event in site.events() if event["type"] == "claimed"]
    assert len(claimed) == len(set(claimed)) == 7 * 3
    assert len({event["run"] for event in site.events()}) == 2
    assert site.run("ledger", "verify").code == 0
    assert "nothing was due" in site.run("publish").err


def test_a_shard_leaves_the_accounts_of_the_others_alone(site: Site) -> None:
    """It neither sends nor skips, nor tells of them, nor ends with 1 for their sake."""
    site.merge({"posts/a.md": post("A"), "posts/bad.md": "No front matter\n"})
    late = {"publish_at": "2026-01-01T10:00Z", "late": "skip"}
    site.merge({"posts/late.md": post("Late", **late)})
    site.patch.delenv("BIRD_TOKEN")
    ran = site.run("publish", "--shard", "2/3", "--backfill")
    assert ran.code == 0, ran.err
    assert {name: site.live(name) for name in KINDS} == {"sky": [], "tusk": ["A"], "bird": []}
    assert {event["account"] for event in site.events()} == {"tusk"}
    assert site.states()["late@sky"] == "waiting"
    ran = site.run("publish", "--shard", "3/3")
    assert (ran.code, "no credentials" in ran.out, "bad.md" in ran.out) == (1, True, False)
    ran = site.run("publish", "--shard", "1/3", "--backfill")
    assert (ran.code, "bad.md" in ran.out, "bird" in ran.out) == (1, True, False)
    assert site.live("sky") == ["A"]


def test_a_shard_settles_only_its_own_open_claims_and_withdraws_only_its_own_posts(
    site: Site,
) -> None:
    site.merge({"posts/a.md": post("A"), "posts/b.md": post("B", on_remove="withdraw")})
    site.fault("sky", when="after", effect="drop")
    site.fault("tusk", when="after", effect="drop")
    for platform, account, path in LOOKED_UP:
        site.world.faults.add(Fault(platform, account, "GET", path, status=503, times=99))
    assert site.run("publish").code == 1
    assert sorted(site.states().values()).count("claimed") == 2
    site.world.faults.clear()
    site.merge({"posts/b.md": None})
    site.after_the_lease()
    assert site.run("publish", "--shard", "2/3").code == 0
    claimed = {name for name, state in site.states().items() if state == "claimed"}
    assert {name.rpartition("@")[2] for name in claimed} == {"sky"}
    assert [site.live(name).count("B") for name in ("sky", "tusk", "bird")] == [1, 0, 1]
    for number in (1, 3):
        assert site.run("publish", "--shard", f"{number}/3").code == 0
    assert {name: site.live(name) for name in KINDS} == {name: ["A"] for name in KINDS}


def test_account_and_shard_narrow_each_other(site: Site) -> None:
    site.merge({"posts/a.md": post("A")})
    assert "nothing was due" in site.run("publish", "--shard", "2/3", "--account", "sky").err
    both = ("--account", "sky", "--account", "bird")
    assert {a["account"] for a in site.json("plan", "--shard", "1/2", *both)["actions"]} == {
        "sky",
        "bird",
    }
    assert {a["account"] for a in site.json("plan", "--shard", "2/2")["actions"]} == {"tusk"}


def test_the_reviewed_plan_of_a_shard(site: Site) -> None:
    site.merge({"posts/a.md": post("A")})
    digest = site.json("plan", "--shard", "1/3")["digest"]
    assert site.run("publish", "--plan-digest", digest).code == 1
    assert site.run("publish", "--shard", "2/3", "--plan-digest", digest).code == 1
    assert site.run("publish", "--shard", "1/3", "--plan-digest", digest).code == 0
    assert (site.live("sky"), site.live("tusk")) == (["A"], [])


@pytest.mark.parametrize("shard", ["0/3", "4/3", "a/b", "1/0", "", "1"])
@pytest.mark.parametrize("command", ["publish", "plan"])
def test_what_is_no_shard_is_a_usage_error(site: Site, command: str, shard: str) -> None:
    site.merge({"posts/a.md": post()})
    ran = site.run(command, "--shard", shard)
    assert (ran.code, ran.out) == (2, "")
    assert "is not a shard such as 1/3" in ran.err
    assert site.live("sky") == []


def test_the_matrix_names_the_shards_that_have_work(site: Site) -> None:
    assert site.json("plan", "--matrix", "3")["matrix"] == {"shard": []}
    site.merge(
        {
            "posts/a.md": post("A", accounts=["sky"]),
            "posts/soon.md": post("Soon", accounts=["bird"], publish_at=_in(site, 600)),
            "posts/later.md": post("Later", accounts=["tusk"], publish_at=_in(site, 9999)),
        }
    )
    assert site.json("plan", "--matrix", "3")["matrix"] == {"shard": ["1/3"]}
    waits = site.json("plan", "--matrix", "3", "--wait", "15m")
    assert waits["matrix"] == {"shard": ["1/3", "3/3"]}
    lines = site.run("plan", "--matrix", "2").out.splitlines()
    assert [line.split()[:2] for line in lines] == [["1/2", "1"], ["2/2", "nothing"]]
    assert lines[0].endswith("  bird, sky")
    for name in waits["matrix"]["shard"]:
        assert site.run("publish", "--wait", "15m", "--shard", name).code == 0
    assert {name: site.live(name) for name in KINDS} == {"sky": ["A"], "tusk": [], "bird": ["Soon"]}
    assert site.json("plan", "--matrix", "3")["matrix"] == {"shard": []}


def test_the_planning_job_needs_no_secret(site: Site) -> None:
    site.merge({"posts/a.md": post("A", accounts=["tusk"])})
    site.patch.delenv("TUSK_TOKEN")
    assert site.json("plan", "--matrix", "3")["matrix"] == {"shard": ["2/3"]}


def test_slips_of_the_matrix(site: Site) -> None:
    for args in (("--matrix", "0"), ("--matrix", "x"), ("--matrix", "2", "--shard", "1/2")):
        ran = site.run("plan", *args)
        assert (ran.code, ran.out) == (2, "")
    assert "--wait needs --matrix" in site.run("plan", "--wait", "5m").err


def _in(site: Site, seconds: int) -> str:
    return (site.clock.now() + timedelta(seconds=seconds)).isoformat(timespec="seconds")

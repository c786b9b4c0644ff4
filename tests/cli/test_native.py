"""`schedule: native` through the real command: real git, a served Mastodon, a clock that moves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from postops.sandbox.faults import Fault
from tests.cli.site import post

if TYPE_CHECKING:
    from tests.cli.site import Site

HOUR = 3600.0


def due(site: Site, seconds: float) -> str:
    at = site.clock.now() + timedelta(seconds=seconds)
    return at.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def later(site: Site, seconds: float = 3 * HOUR, body: str = "Later", **keys: Any) -> str:
    keys = {"publish_at": due(site, seconds), "schedule": "native", "accounts": ["tusk"]} | keys
    return post(body, **keys)


def waiting_there(site: Site) -> list[str]:
    shelf = site.world.shelf("mastodon", "scheduled")
    return [one["fields"]["status"] for one in shelf.values()]


@pytest.fixture
def handed(site: Site) -> Site:
    """One post that waits at Mastodon, due in three hours."""
    assert site.run("publish").code == 0  # so that the account is known, and not new
    site.merge({"posts/a.md": later(site)})
    assert site.waiting() == {}
    [action] = site.json("plan")["actions"]
    assert (action["action"], action["delivery"]) == ("schedule", "a@tusk")
    ran = site.run("publish")
    assert ran.code == 0, ran.err
    assert "scheduled" in ran.out
    return site


def test_it_leaves_on_the_second_whenever_the_next_run_comes(handed: Site) -> None:
    site = handed
    assert (site.live("tusk"), waiting_there(site)) == ([], ["Later"])
    assert site.waiting() == {"a@tusk": "scheduled"}
    assert site.states() == {"a@tusk": "scheduled"}
    assert site.run("publish").out == ""
    site.clock.pause(9 * HOUR)
    assert site.live("tusk") == ["Later"]
    [result] = site.json("publish")["results"]
    assert (result["outcome"], result["delivery"]) == ("published", "a@tusk")
    [row] = site.json("status")["deliveries"]
    assert (row["state"], row["url"]) == ("published", result["url"])
    assert abs(row["lateness_seconds"]) < 1
    assert site.live("tusk") == ["Later"]
    kinds = [kind for kind in site.types() if kind != "bound"]
    assert kinds == ["claimed", "scheduled", "claimed", "published"]
    told = [event.get("action") for event in site.events() if event["type"] == "claimed"]
    assert told == ["schedule", "confirm"]


def test_held_before_its_time_it_does_not_go_out(handed: Site) -> None:
    site = handed
    site.merge({"posts/a.md": later(site, hold=True)})
    [action] = site.json("plan")["actions"]
    assert action["action"] == "cancel"
    assert site.json("publish")["results"][0]["outcome"] == "cancelled"
    assert waiting_there(site) == []
    site.clock.pause(9 * HOUR)
    assert site.live("tusk") == []
    assert site.waiting() == {"a@tusk": "hold"}


def test_edited_it_is_handed_over_anew_in_the_same_run(handed: Site) -> None:
    site = handed
    site.merge({"posts/a.md": later(site, body="Better")})
    assert site.json("publish")["results"][0]["outcome"] == "scheduled"
    assert waiting_there(site) == ["Better"]
    site.clock.pause(4 * HOUR)
    assert site.json("publish")["results"][0]["outcome"] == "published"
    assert site.live("tusk") == ["Better"]


def test_moved_near_it_is_sent_by_a_run(handed: Site) -> None:
    site = handed
    site.merge({"posts/a.md": later(site, 120)})
    assert site.json("publish")["results"][0]["outcome"] == "cancelled"
    assert site.waiting() == {"a@tusk": "not-due"}
    site.clock.pause(130)
    assert site.json("publish")["results"][0]["outcome"] == "published"
    assert site.live("tusk") == ["Later"]


@pytest.mark.parametrize(("remove", "live"), [("keep", ["Later"]), ("withdraw", [])])
def test_removed_it_is_taken_back_or_withdrawn_once_it_was_too_late(
    site: Site, remove: str, live: list[str]
) -> None:
    assert site.run("publish").code == 0
    site.merge(
        {
            "posts/a.md": later(site, on_remove=remove),
            "posts/b.md": later(site, body="Soon", on_remove=remove),
        }
    )
    assert site.run("publish").code == 0
    site.merge({"posts/b.md": None})
    assert site.json("publish")["results"][0]["outcome"] == "cancelled"
    site.merge({"posts/a.md": None})
    site.clock.pause(4 * HOUR)
    assert site.json("publish")["results"][0]["outcome"] == "published"
    site.run("publish")
    assert site.live("tusk") == live


def test_an_answer_that_was_lost_is_looked_for_and_never_sent_again(site: Site) -> None:
    assert site.run("publish").code == 0
    site.merge({"posts/a.md": later(site)})
    site.fault("tusk", effect="drop", when="after")
    assert site.json("publish")["results"][0]["outcome"] == "scheduled"
    assert waiting_there(site) == ["Later"]
    site.clock.pause(4 * HOUR)
    site.run("publish")
    assert site.live("tusk") == ["Later"]


def test_a_server_that_schedules_nothing_leaves_it_to_a_run(site: Site) -> None:
    assert site.run("publish").code == 0
    site.merge({"posts/a.md": later(site)})
    site.world.faults.add(
        Fault("mastodon", "tusk", "GET", "/api/v1/scheduled_statuses", status=404, times=99)
    )
    ran = site.run("publish")
    assert ran.code == 0, ran.err
    assert "a run sends it at its time" in ran.out
    assert site.waiting() == {"a@tusk": "not-due"}
    assert site.run("publish").out == ""
    site.clock.pause(4 * HOUR)
    assert site.json("publish")["results"][0]["outcome"] == "published"
    assert site.live("tusk") == ["Later"]


def test_what_the_server_forgot_is_sent_by_a_run(handed: Site) -> None:
    site = handed
    site.world.shelf("mastodon", "scheduled").clear()
    site.clock.pause(4 * HOUR)
    assert site.json("publish")["results"][0]["outcome"] == "published"
    assert site.live("tusk") == ["Later"]
    reasons = [event.get("reason") or "" for event in site.events()]
    assert any("proven absent" in reason for reason in reasons)


def test_threads_and_other_platforms_wait_for_a_run(site: Site) -> None:
    assert site.run("publish").code == 0
    site.merge(
        {
            "posts/thread.md": later(site, body="One\n\n---\n\nTwo"),
            "posts/sky.md": later(site, accounts=["sky"]),
            "posts/far.md": later(site, 30 * HOUR, body="Far"),
            "posts/near.md": later(site, 300, body="Near"),
            "posts/run.md": later(site, body="Run", schedule="run"),
        }
    )
    names = ("thread@tusk", "sky@sky", "far@tusk", "near@tusk", "run@tusk")
    assert site.waiting() == dict.fromkeys(names, "not-due")
    assert site.json("plan")["actions"] == []


def test_the_default_of_the_configuration_counts(bare_site: Site) -> None:
    site = bare_site
    site.configure(("tusk",), defaults={"accounts": ["tusk"], "schedule": "native"})
    assert site.run("publish").code == 0
    site.merge({"posts/a.md": post("Later", publish_at=due(site, 2 * HOUR))})
    assert site.run("publish").code == 0
    assert site.states() == {"a@tusk": "scheduled"}


def test_withdraw_takes_back_what_waits_and_retry_brings_it_again(handed: Site) -> None:
    site = handed
    ran = site.run("withdraw", "a", "-y")
    assert ran.code == 0, ran.err
    assert (waiting_there(site), site.states()) == ([], {"a@tusk": "withdrawn"})
    assert site.run("publish").out == ""
    assert site.run("retry", "a@tusk").code == 0
    assert site.json("publish")["results"][0]["outcome"] == "scheduled"
    assert waiting_there(site) == ["Later"]


def test_withdraw_deletes_what_went_out_meanwhile(handed: Site) -> None:
    site = handed
    site.clock.pause(4 * HOUR)
    assert site.live("tusk") == ["Later"]
    ran = site.run("withdraw", "a", "-y")
    assert ran.code == 0, ran.err
    assert (site.live("tusk"), site.states()) == ([], {"a@tusk": "withdrawn"})


def test_the_verdicts_of_people_are_refused_while_it_waits(handed: Site) -> None:
    site = handed
    for args in (
        ("resolve", "a@tusk", "--not-published"),
        ("retry", "a@tusk"),
        ("adopt", "a@tusk"),
    ):
        ran = site.run(*args)
        assert ran.code == 2, args
        assert "Traceback" not in ran.err
    assert waiting_there(site) == ["Later"]
    ran = site.run("reschedule", "a", due(site, 5 * HOUR))
    assert "the next run takes it back first: a@tusk" in ran.out


def test_after_its_time_a_person_may_say_what_became_of_it(handed: Site) -> None:
    site = handed
    site.world.shelf("mastodon", "scheduled").clear()
    site.clock.pause(4 * HOUR)
    assert site.run("resolve", "a@tusk", "--not-published").code == 0
    assert site.json("publish")["results"][0]["outcome"] == "published"
    assert site.live("tusk") == ["Later"]


def test_a_renamed_file_waits_until_the_old_one_was_taken_back(handed: Site) -> None:
    site = handed
    text = (site.path / "posts/a.md").read_text()
    site.merge({"posts/a.md": None, "posts/b.md": text})
    site.run("publish")
    site.run("publish")
    assert site.states()["b@tusk"] == "scheduled"
    assert waiting_there(site) == ["Later"]
    site.clock.pause(4 * HOUR)
    site.run("publish")
    assert site.live("tusk") == ["Later"]


def test_a_platform_that_does_not_let_go_is_an_alarm_and_asked_again(handed: Site) -> None:
    site = handed
    site.merge({"posts/a.md": later(site, hold=True)})
    site.world.faults.add(
        Fault("mastodon", "tusk", "DELETE", "/api/v1/scheduled_statuses/*", status=500, times=9)
    )
    ran = site.run("publish")
    assert ran.code == 1
    assert site.states() == {"a@tusk": "scheduled"}
    assert site.run("publish").code == 1
    assert site.run("publish").code == 1
    assert site.json("publish")["results"][0]["outcome"] == "cancelled"
    assert waiting_there(site) == []

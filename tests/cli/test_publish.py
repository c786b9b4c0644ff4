from __future__ import annotations

import os
import pty
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.cli.site import footprint, post
from tests.sandbox.conftest import png

if TYPE_CHECKING:
    from tests.cli.site import Site

ALL = ("sky", "tusk", "bird")


def test_what_is_due_goes_out_once_and_the_ledger_says_so(site: Site) -> None:
    site.merge({"posts/a.md": post("Hello there")})
    before = footprint(site.path)
    ran = site.run("publish")
    assert ran.code == 0, ran.err
    assert [site.live(name) for name in ALL] == [["Hello there"]] * 3
    assert len(ran.out.splitlines()) == 3
    assert "3 published; 0 waiting" in ran.err
    assert site.types().count("published") == 3
    again = site.run("publish")
    assert (again.code, again.out) == (0, "")
    assert "nothing was due" in again.err
    assert [site.live(name) for name in ALL] == [["Hello there"]] * 3
    assert footprint(site.path) == before


def test_both_placements_of_the_ledger(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky",), state={"branch": "same"})
    site.merge({"posts/a.md": post("Hello there")})
    before = footprint(site.path)
    assert site.run("publish").code == 0
    assert site.live("sky") == ["Hello there"]
    assert "published" in site.types("refs/heads/main")
    assert site.states() == {"a@sky": "published"}
    after = footprint(site.path)
    assert {**after, "refs": ""} == {**before, "refs": ""}
    assert site.run("publish").code == 0
    assert site.live("sky") == ["Hello there"]


def test_a_thread_and_an_image_with_its_alt_text(site: Site) -> None:
    text = post("One\n\n---\n\nTwo", media=[{"path": "../media/a.png", "alt": "A grey box"}])
    site.merge({"media/a.png": png(), "posts/t.md": text})
    ran = site.run("publish")
    assert ran.code == 0, ran.err
    for name in ALL:
        assert site.live(name) == ["One", "Two"]
        kind = {"sky": "bluesky", "tusk": "mastodon", "bird": "x"}[name]
        first, second = site.world.timeline(kind, name)
        assert [media["alt"] for media in first.media] == ["A grey box"]
        assert second.in_reply_to == first.id


def test_one_failing_account_holds_up_no_other(site: Site) -> None:
    site.merge({"posts/a.md": post()})
    site.fault("tusk", status=422, times=9)
    ran = site.run("publish")
    assert ran.code == 1
    assert site.live("sky") == site.live("bird") == ["Hello there"]
    assert "failed" in ran.out
    assert site.states() == {"a@bird": "published", "a@sky": "published", "a@tusk": "failed"}


def test_json_says_all_of_it(site: Site) -> None:
    site.merge({"posts/a.md": post(), "posts/later.md": post("x", publish_at="2099-01-01T10:00Z")})
    told = site.json("publish")
    assert sorted(told) == [
        "dry_run",
        "plan_digest",
        "results",
        "run",
        "summary",
        "version",
        "waiting",
    ]
    assert told["dry_run"] is False
    assert [r["delivery"] for r in told["results"]] == ["a@bird", "a@sky", "a@tusk"]
    assert {r["outcome"] for r in told["results"]} == {"published"}
    assert all(r["url"] and r["remote_id"] and r["error"] is None for r in told["results"])
    assert told["summary"] == {"published": 3, "waiting": 3}
    assert {w["reason"] for w in told["waiting"]} == {"not-due"}


def test_a_dry_run_sends_and_writes_nothing(site: Site) -> None:
    site.merge({"posts/a.md": post()})
    before = footprint(site.path)
    ran = site.run("publish", "--dry-run")
    assert ran.code == 0
    assert "publish" in ran.out
    assert "a@sky" in ran.out
    assert site.live("sky") == []
    assert footprint(site.path) == before
    told = site.json("publish", "-n")
    assert (told["dry_run"], told["results"]) == (True, [])


def test_account_and_post_narrow_the_run(site: Site) -> None:
    site.merge({"posts/a.md": post("A"), "posts/b.md": post("B")})
    assert site.run("publish", "--account", "sky", "--post", "a").code == 0
    assert (site.live("sky"), site.live("tusk"), site.live("bird")) == (["A"], [], [])
    assert site.run("publish", "--post", "posts/b.md").code == 0
    assert (site.live("sky"), site.live("tusk")) == (["A", "B"], ["B"])


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--post", "helo"), "did you mean hello?"),
        (("--account", "ski"), "ski"),
        (("--now",), "--now needs --post"),
        (("--wait", "soon"), "not a duration"),
        (("--no-such",), "No such option"),
    ],
)
def test_a_slip_is_a_usage_error_and_nothing_is_sent(
    site: Site, args: tuple[str, ...], says: str
) -> None:
    site.merge({"posts/hello.md": post()})
    ran = site.run("publish", *args)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert site.live("sky") == []


def test_why_a_post_that_was_named_waits_is_said(site: Site) -> None:
    site.merge(
        {"posts/held.md": post("Not yet", hold=True), "posts/other.md": post("O", hold=True)}
    )
    ran = site.run("publish", "--post", "held", "--now")
    assert (ran.code, "on hold" in ran.out, "other@" in ran.out) == (0, True, False)
    assert "on hold" not in site.run("publish").out


def test_without_the_remote_it_was_fetched_from_no_new_ledger_is_begun(site: Site) -> None:
    """In an empty one nothing would have been published yet."""
    assert site.run("publish").code == 0
    before = {account: site.live(account) for account in ("sky", "tusk", "bird")}
    site.repo.git("remote", "remove", "origin")
    ran = site.run("publish")
    assert ran.code == 1
    assert "the ledger is on a remote that this clone has no more" in ran.err
    assert {account: site.live(account) for account in before} == before


def test_now_overrides_the_time_of_one_post(site: Site) -> None:
    later = {"publish_at": "2099-01-01T10:00Z"}
    site.merge({"posts/a.md": post("A", **later), "posts/b.md": post("B", **later)})
    assert site.run("publish").code == 0
    assert site.live("sky") == []
    assert site.run("publish", "--post", "a", "--now").code == 0
    assert site.live("sky") == ["A"]


def test_wait_stays_for_what_becomes_due_and_is_never_early(site: Site) -> None:
    due = site.clock.now().replace(microsecond=0) + timedelta(minutes=6)
    site.merge(
        {
            "posts/now.md": post("Now"),
            "posts/soon.md": post("Soon", publish_at=due.isoformat()),
            "posts/later.md": post("Later", publish_at="2099-01-01T10:00Z"),
        }
    )
    ran = site.run("publish", "--wait", "15m", "--account", "sky")
    assert ran.code == 0, ran.err
    assert site.live("sky") == ["Now", "Soon"]
    at = [p.created_at for p in site.world.timeline("bluesky", "sky")]
    [done] = [d for d in site.json("status")["deliveries"] if d["delivery"] == "soon@sky"]
    assert at[1] >= due
    assert 0 <= done["lateness_seconds"] < 5


def test_the_reviewed_plan_and_no_other(site: Site) -> None:
    site.merge({"posts/a.md": post("A")})
    digest = site.json("plan")["digest"]
    assert digest.startswith("sha256:")
    site.merge({"posts/b.md": post("B")})
    ran = site.run("publish", "--plan-digest", digest)
    assert ran.code == 1
    assert "not the reviewed" in ran.err
    assert site.live("sky") == []
    assert site.run("publish", "--plan-digest", site.json("plan")["digest"]).code == 0
    assert site.live("sky") == ["A", "B"]


def test_the_guard_holds_the_excess_and_force_lifts_it(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky",))
    site.merge({f"posts/{number:02}.md": post(f"Number {number}") for number in range(51)})
    ran = site.run("publish")
    assert ran.code == 1
    assert "held by the guard" in ran.out
    assert len(site.live("sky")) == 50
    site.merge({f"posts/{number:03}.md": post(f"Another {number}") for number in range(50)})
    assert site.run("publish", "--force").code == 0
    assert len(site.live("sky")) == 101


def test_the_sandbox_needs_no_credentials_and_touches_nothing(site: Site) -> None:
    site.repo.write({"posts/a.md": post("Not committed yet")})
    for name in ("SKY_PASSWORD", "TUSK_TOKEN", "BIRD_TOKEN"):
        site.patch.delenv(name)
    before, remote = footprint(site.path), site.repo.git("ls-remote")
    ran = site.run("publish", "--sandbox")
    assert ran.code == 0, ran.err
    assert ran.out.count("published") == 3
    assert site.run("publish", "--sandbox").out == ""
    told = site.json("status", "--sandbox")["deliveries"]
    assert {row["state"] for row in told} == {"published"}
    assert site.live("sky") == []
    assert (footprint(site.path), site.repo.git("ls-remote")) == (before, remote)


def test_a_run_without_credentials_waits_without_a_claim(site: Site) -> None:
    site.merge({"posts/a.md": post()})
    site.patch.delenv("SKY_PASSWORD")
    site.patch.setenv("TUSK_TOKEN", "  ")
    ran = site.run("publish")
    assert ran.code == 1
    assert ran.out.count("no credentials") == 2
    assert site.live("bird") == ["Hello there"]
    claimed = [e["delivery"] for e in site.events() if e["type"] == "claimed"]
    assert claimed == ["a@bird"]


def test_late_posts_go_as_the_file_says(site: Site) -> None:
    days = {"publish_at": "2026-01-01T10:00Z"}
    site.configure(("sky",))
    assert site.run("publish").code == 0
    site.merge(
        {
            "posts/skip.md": post("Skip", late="skip", **days),
            "posts/ask.md": post("Ask", late="ask", **days),
            "posts/old.md": post("Old", expires_at="2026-01-02T10:00Z", **days),
            "posts/post.md": post("Post", **days),
        }
    )
    ran = site.run("publish", "--backfill")
    assert ran.code == 0, ran.err
    assert site.live("sky") == ["Post"]
    states = site.states()
    assert states == {
        "ask@sky": "waiting",
        "old@sky": "skipped",
        "post@sky": "published",
        "skip@sky": "skipped",
    }
    assert site.run("publish").out == ""
    assert site.run("publish", "--post", "ask", "--now").code == 0
    assert site.live("sky") == ["Post", "Ask"]


def test_what_was_due_before_the_account_was_known_waits(site: Site) -> None:
    site.configure(("sky",))
    site.merge({"posts/old.md": post("Old", publish_at="2026-01-01T10:00Z")})
    ran = site.run("publish")
    assert ran.code == 0, ran.err
    assert site.live("sky") == []
    assert site.waiting() == {"old@sky": "before-account"}
    assert site.run("publish", "--backfill").code == 0
    assert site.live("sky") == ["Old"]


def test_a_reader_that_goes_away_cuts_nothing_off(site: Site) -> None:
    site.merge({"posts/a.md": post()})
    program = site.start("publish")
    assert program.stdout is not None
    program.stdout.close()  # as `| head -0` would
    assert program.stderr is not None
    said = program.stderr.read()
    assert program.wait(timeout=60) == 0, said
    assert "3 published" in said
    assert "Broken" not in said
    assert [site.live(name) for name in ALL] == [["Hello there"]] * 3


def test_on_a_terminal_one_sees_how_far_it_is(site: Site) -> None:
    site.merge({"posts/a.md": post()})
    ours, theirs = pty.openpty()
    program = site.start("publish", stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 4096):
            seen += part
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    assert program.wait(timeout=60) == 0
    for counter in (b"0 of 3", b"1 of 3", b"2 of 3"):
        assert b"\r\x1b[K" + counter in seen
    assert seen.endswith(b"\r\x1b[K3 published; 0 waiting\r\n")

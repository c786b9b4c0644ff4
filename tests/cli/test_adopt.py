from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.cli.site import post

if TYPE_CHECKING:
    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    bare_site.configure(("tusk",))
    return bare_site


def by_hand(site: Site, text: str) -> str:
    """Post without postops; gives the URL."""
    token = site.world.account("mastodon", "tusk").credentials["access_token"]
    answer = httpx.post(
        site.world.origin("mastodon") + "/api/v1/statuses",
        json={"status": text},
        headers={"Authorization": f"Bearer {token}"},
    )
    url: str = answer.json()["url"]
    return url


def test_what_was_sent_by_hand_is_never_sent_again(site: Site) -> None:
    site.merge({"posts/a.md": post("By hand")})
    url = by_hand(site, "By hand")
    ran = site.run("adopt", "a@tusk", "--url", url)
    assert (ran.code, ran.out) == (0, "a@tusk: counts as published\n"), ran.err
    assert site.run("publish").out == ""
    assert site.live("tusk") == ["By hand"]
    [row] = site.json("status")["deliveries"]
    assert (row["state"], row["url"]) == ("published", url)


def test_a_post_that_is_another_deliverys_is_not_adopted(site: Site) -> None:
    """Or a withdrawal of one would take the other's away."""
    site.merge({"posts/a.md": post("Ours")})
    site.run("publish")
    [row] = site.json("status")["deliveries"]
    site.merge({"posts/b.md": post("By hand")})
    ran = site.run("adopt", "b@tusk", "--url", row["url"])
    assert ran.code == 2
    assert "that is the post of a@tusk" in ran.err
    assert site.states()["b@tusk"] == "waiting"


def test_without_a_url_it_only_counts(site: Site) -> None:
    site.merge({"posts/a.md": post("Somewhere", draft=True)})
    assert site.run("adopt", "a@tusk").code == 0
    site.merge({"posts/a.md": post("Somewhere")})
    assert site.run("publish").out == ""
    assert site.live("tusk") == []


def test_where_it_is_not_known_nothing_is_changed_or_withdrawn(site: Site) -> None:
    both = {"on_edit": "update", "on_remove": "withdraw"}
    site.merge({"posts/a.md": post("Somewhere", **both), "posts/b.md": post("Other", **both)})
    assert [site.run("adopt", f"{name}@tusk").code for name in "ab"] == [0, 0]
    site.merge({"posts/a.md": post("Somewhere else", **both), "posts/b.md": None})
    [waits] = site.json("plan")["waiting"]
    assert (waits["delivery"], waits["reason"]) == ("a@tusk", "edited")
    assert "`postops adopt --url`" in waits["detail"]
    before = site.types()
    assert [site.run("publish").code for _ in range(2)] == [0, 0]
    assert site.types() == before
    ran = site.run("withdraw", "a", "-y")
    assert (ran.code, ran.out.count("adopted without its address")) == (1, 1)
    assert site.states() == {"a@tusk": "published", "b@tusk": "published"}
    assert [c for c in site.world.calls if c.method in ("PUT", "DELETE")] == []


def test_its_address_may_be_told_later(site: Site) -> None:
    """Then what was wished meanwhile is done: to what is there, which is what was adopted."""
    both = {"on_edit": "update", "on_remove": "withdraw"}
    site.merge({f"posts/{name}.md": post(f"By hand {name}", **both) for name in "ab"})
    urls = {name: by_hand(site, f"By hand {name}") for name in "ab"}
    assert [site.run("adopt", f"{name}@tusk").code for name in "ab"] == [0, 0]
    site.merge({"posts/a.md": post("Mended", **both)})
    for name, url in urls.items():
        ran = site.run("adopt", f"{name}@tusk", "--url", url)
        assert (ran.code, ran.out) == (0, f"{name}@tusk: counts as published\n"), ran.err
    assert site.run("publish").code == 0
    assert site.live("tusk") == ["Mended", "By hand b"]
    site.merge({"posts/b.md": None})
    assert site.run("publish").code == 0
    assert site.live("tusk") == ["Mended"]
    ran = site.run("adopt", "a@tusk", "--url", urls["a"])
    assert (ran.code, "it is published" in ran.err) == (2, True)


def test_all_that_was_due_before_the_account_was_known(site: Site) -> None:
    old = {"publish_at": "2026-01-01T10:00Z"}
    site.merge({"posts/a.md": post("A", **old), "posts/b.md": post("B", **old)})
    ran = site.run("adopt", "--before-account")
    assert ran.out.splitlines() == [f"{n}@tusk: counts as published" for n in "ab"]
    assert site.run("publish", "--backfill").out == ""
    assert site.live("tusk") == []
    ran = site.run("adopt", "--before-account")
    assert (ran.code, ran.out) == (0, "")
    assert "nothing waits" in ran.err


def test_slips(site: Site) -> None:
    site.merge({"posts/a.md": post("A")})
    for args in ((), ("a@tusk", "--before-account"), ("--before-account", "--url", "x")):
        assert site.run("adopt", *args).code == 2
    assert "write POST@ACCOUNT" in site.run("adopt", "posts/a.md").err
    assert "no post goes there" in site.run("adopt", "b@tusk").err
    assert site.run("adopt", "a@tusk", "--url", "https://elsewhere.example/@x/1").code in (1, 2)
    site.patch.delenv("TUSK_TOKEN")
    ran = site.run("adopt", "a@tusk", "--url", "https://tusk.example/@tusk/1")
    assert ran.code == 2
    assert "account check tusk" in ran.err
    assert site.waiting() == {"a@tusk": "no-credentials"}


def test_what_is_published_cannot_be_adopted(site: Site) -> None:
    site.merge({"posts/a.md": post("A")})
    assert site.run("publish").code == 0
    site.merge({"posts/a.md": post("Edited")})
    ran = site.run("adopt", "a@tusk")
    assert ran.code == 2
    assert "is not waiting to be sent: it is published" in ran.err

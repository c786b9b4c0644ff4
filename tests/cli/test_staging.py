from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cli.site import post
from tests.rigs.git import STATE, show

if TYPE_CHECKING:
    from tests.cli.site import Site


def lines(site: Site, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in show(site.repo.remote, STATE, name).splitlines()]


def test_what_queries_need_lies_beside_the_ledger(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky",))
    site.merge(
        {
            "campaigns/spring.md": "---\ntitle: Spring\n---\nWhy.\n",
            "posts/a.md": post("A", campaign="spring", tags=["x"]),
            "posts/b.md": post("B", draft=True),
        }
    )
    assert site.run("publish").code == 0
    posts = lines(site, "state/content/posts.jsonl")
    assert [(p["path"], p["id"], p["draft"]) for p in posts] == [
        ("posts/a.md", "a", False),
        ("posts/b.md", "b", True),
    ]
    [campaign] = lines(site, "state/content/campaigns.jsonl")
    assert campaign["id"] == "spring"
    assert "create" in show(site.repo.remote, STATE, "state/views.sql").lower()
    assert (site.path / "state/views.sql").exists()


def test_it_goes_with_the_first_claim(bare_site: Site) -> None:
    """A push of its own would take a second on a real host, with every run that sends."""
    site = bare_site
    site.configure(("sky",))
    site.merge({"posts/a.md": post("A")})
    site.run("publish")
    site.merge({"posts/b.md": post("B")})
    before = site.repo.git("ls-remote", "origin", STATE).split()[0]
    site.run("publish")
    site.repo.git("fetch", "-q", "origin", STATE)
    made = site.repo.git("log", "--reverse", "--format=%s", "--name-only", f"{before}..FETCH_HEAD")
    claim, outcome = made.split("publish: ")[1:]
    assert claim.startswith("1 claimed")
    assert "state/content/posts.jsonl" in claim
    assert outcome.startswith("1 published")
    assert "state/content" not in outcome


def test_it_is_written_only_where_it_changed(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky",))
    site.merge({"posts/a.md": post("A")})
    assert site.run("publish").code == 0
    before = site.repo.git("ls-remote", "origin", STATE)
    assert site.run("publish").code == 0
    assert site.repo.git("ls-remote", "origin", STATE) == before
    site.merge({"posts/a.md": None})
    assert site.run("publish").code == 0
    assert site.repo.git("ls-remote", "origin", STATE) != before
    assert lines(site, "state/content/posts.jsonl") == []

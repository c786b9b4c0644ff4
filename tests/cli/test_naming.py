"""`was: old-name` counts for every command, before a run has written it down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from postops.cli._naming import in_ledger, named
from postops.config import load_config
from postops.ledger.state import LedgerState
from tests.cli.site import post

if TYPE_CHECKING:
    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    bare_site.configure(("tusk",))
    return bare_site


def renamed(site: Site, *, keep: bool = False) -> None:
    document = json.loads((site.path / "postops.yaml").read_text())
    accounts = document["accounts"]
    accounts["ivory"] = accounts["tusk"] | {"was": "tusk"}
    if not keep:
        del accounts["tusk"]
    document["defaults"]["accounts"] = ["ivory"]
    site.merge({"postops.yaml": json.dumps(document)})


def test_a_name_that_is_still_configured_keeps_what_it_has(site: Site) -> None:
    state = LedgerState()
    renamed(site, keep=True)
    assert named(state, load_config(site.path)) is state


def test_the_names_in_the_ledger(site: Site) -> None:
    renamed(site)
    config, state = load_config(site.path), LedgerState()
    assert in_ledger("a@ivory", state, config) == ("a@tusk", "tusk")
    state.store("a@ivory")
    assert in_ledger("a@ivory", state, config) == ("a@ivory", "ivory")
    assert in_ledger("a@b@other", state, config) == ("a@b@other", "other")


def test_a_verdict_is_about_the_delivery_as_it_is_shown(site: Site) -> None:
    site.merge({"posts/a.md": post("No")})
    site.fault("tusk", status=422)
    assert site.run("publish").code == 1
    renamed(site)
    assert site.states() == {"a@ivory": "failed"}
    ran = site.run("retry", "a@ivory")
    assert ran.code == 0, ran.err
    assert site.run("publish").code == 0
    assert site.states() == {"a@ivory": "published"}
    assert site.live("tusk") == ["No"]


def test_what_was_published_under_the_old_name_can_be_withdrawn(site: Site) -> None:
    site.merge({"posts/a.md": post("Out"), "posts/b.md": post("Stays")})
    assert site.run("publish").code == 0
    renamed(site)
    ran = site.run("withdraw", "a", "--yes")
    assert (ran.code, ran.out.count("withdrawn")) == (0, 1), ran.out + ran.err
    assert site.live("tusk") == ["Stays"]
    assert site.states() == {"a@ivory": "withdrawn", "b@ivory": "published"}

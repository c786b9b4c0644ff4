from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.site import Site


def test_everyone_logs_in(site: Site) -> None:
    ran = site.run("account", "check")
    assert ran.code == 0
    assert [line.split()[:2] for line in ran.out.splitlines()] == [
        ["ok", "sky"],
        ["ok", "tusk"],
        ["ok", "bird"],
    ]
    told = site.json("account", "check", "sky")
    assert told["accounts"][0]["ok"] is True
    assert told["accounts"][0]["id"] == site.world.account("bluesky", "sky").id


def test_what_is_missing_is_named_and_not_shown(site: Site) -> None:
    site.patch.delenv("SKY_PASSWORD")
    site.patch.setenv("TUSK_TOKEN", "wrong-wrong-wrong")
    ran = site.run("account", "check")
    assert ran.code == 1
    assert "failed sky  not set, or empty: SKY_PASSWORD" in ran.out
    assert "failed tusk  " in ran.out
    assert "ok     bird" in ran.out
    assert "wrong-wrong" not in ran.out + ran.err
    assert site.run("account", "check", "bird").code == 0


def test_no_credentials_configured_and_no_such_account(site: Site) -> None:
    ran = site.run("account", "check", "birb")
    assert (ran.code, ran.out) == (2, "")
    assert "accounts: sky, tusk, bird" in ran.err
    text = (site.path / "postops.yaml").read_text()
    (site.path / "postops.yaml").write_text(text.replace('"access_token": "env:TUSK_TOKEN"', ""))
    ran = site.run("account", "check", "tusk")
    assert "no credentials are configured for it" in ran.out


def test_the_sandbox_lets_everyone_in(site: Site) -> None:
    for name in ("SKY_PASSWORD", "TUSK_TOKEN", "BIRD_TOKEN"):
        site.patch.delenv(name)
    assert site.run("account", "check", "--sandbox").code == 0

"""postops.yaml: what it means, and where each mistake in it is said to be."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from postops.config import Config, Pace, find_root, load_config, read_config, zone_known
from postops.errors import ConfigError
from postops.model import Campaign, Post

DESIGNED = """\
version: 1
timezone: Europe/Berlin
accounts:
  bluesky-main: {platform: bluesky, handle: acme.bsky.social, service: "https://bsky.social", credentials: {app_password: "env:BSKY_APP_PASSWORD"}}
  mastodon-main: {platform: mastodon, instance: "https://mastodon.social", credentials: {access_token: "env:MASTODON_TOKEN"}}
  x-main: {platform: x, credentials: {access_token: "env:X_ACCESS_TOKEN"}, was: x-old}
groups: {all: [bluesky-main, mastodon-main, x-main], most: [x-main, bluesky-main], nested: [most, all]}
defaults: {accounts: [all], late: skip, grace: 1h30m}
content_branch: main
state: {branch: postops-state}
lease: 20m
clock_skew: 2m
utm: {source: "{platform}", medium: social, campaign: "{campaign}", hosts: [example.org]}
rules: {select: [PO1], ignore: [bare-domain], severity: {missing-alt-text: error}}
"""
SMALL = "version: 1\naccounts:\n  a: {platform: mastodon}\n"


def config(text: str = DESIGNED) -> Config:
    return read_config(text.encode(), Path("/repo"))


def refused(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        config(text)
    return caught.value


def post(**fields: object) -> Post:
    return Post(id="p", path="posts/p.md", blob="", front={}, body="", body_line=1, **fields)


def test_everything_that_is_written_is_read() -> None:
    read = config()
    assert read.version == 1
    assert read.timezone == "Europe/Berlin"
    account = read.accounts["bluesky-main"]
    assert (account.name, account.platform, account.was) == ("bluesky-main", "bluesky", None)
    assert account.settings == {"handle": "acme.bsky.social", "service": "https://bsky.social"}
    assert account.settings.marks["service"] == (4, 63)
    assert account.credentials == {"app_password": "BSKY_APP_PASSWORD"}
    assert account.span[:3] == ("postops.yaml", 4, 3)
    assert read.accounts["x-main"].was == "x-old"
    assert read.groups["most"] == ("x-main", "bluesky-main")
    assert read.defaults == (type(read.defaults)(("all",), "skip", timedelta(hours=1, minutes=30)))
    assert (read.content_branch, read.state) == ("main", "postops-state")
    assert (read.lease, read.clock_skew) == (timedelta(minutes=20), timedelta(minutes=2))
    assert (read.utm.source, read.utm.medium) == ("{platform}", "social")
    assert read.utm.campaign == "{campaign}"
    assert read.utm.hosts == {"example.org"}
    assert read.rules.select == ("PO1",)
    assert read.rules.ignore == ("bare-domain",)
    assert read.rules.severity == {"missing-alt-text": "error"}
    assert read.span("accounts", "x-main", "platform")[1:3] == (6, 12)
    assert read.span("nothing") == ("postops.yaml", 1, 1, None, None)


def test_what_is_not_written_has_its_default() -> None:
    read = config(SMALL)
    assert read.timezone == "UTC"
    assert read.defaults.accounts == ()
    assert (read.defaults.late, read.defaults.grace) == ("post", timedelta(hours=6))
    assert read.defaults.schedule == "run"
    assert (read.content_branch, read.state) == (None, "postops-state")
    assert (read.lease, read.clock_skew) == (timedelta(minutes=20), timedelta(minutes=2))
    assert read.utm.source is None


@pytest.mark.parametrize("state", ["same", "{branch: same}"])
def test_state_on_the_content_branch(state: str) -> None:
    assert config(SMALL + f"state: {state}\n").state == "same"


def test_names_are_resolved_in_order_each_once() -> None:
    read = config()
    assert read.resolve(["x-main", "all"]) == ("x-main", "bluesky-main", "mastodon-main")
    assert read.resolve(["nested"]) == ("x-main", "bluesky-main", "mastodon-main")
    assert read.resolve(["gone", "x-main"]) == ("x-main",)
    assert read.unknown(["gone", "x-main", "all", "also"]) == ("gone", "also")


def test_a_post_goes_where_it_says_else_its_campaign_else_the_defaults() -> None:
    read = config()
    told = Campaign("told", "campaigns/told.md", "", {}, "", accounts=("x-main",))
    silent = Campaign("silent", "campaigns/silent.md", "", {}, "")
    campaigns = {"told": told, "silent": silent}
    every = ("bluesky-main", "mastodon-main", "x-main")
    assert read.accounts_for(post(accounts=("most",)), campaigns) == ("x-main", "bluesky-main")
    assert read.accounts_for(post(accounts=(), campaign="told"), campaigns) == ()
    assert read.accounts_for(post(campaign="told"), campaigns) == ("x-main",)
    assert read.accounts_for(post(campaign="silent"), campaigns) == every
    assert read.accounts_for(post(campaign="gone"), campaigns) == every
    assert read.accounts_for(post(), campaigns) == every


@pytest.mark.parametrize(
    ("text", "where", "message", "help_"),
    [
        ("", "1:1", "the file lacks the key `version`", "version"),
        ("[1]", "1:1", "the file is a list, not a block of keys", "keys"),
        (SMALL + "acounts: {}\n", "4:1", "there is no key `acounts`", "accounts"),
        (SMALL + "timezone: Europe/Berln\n", "4:11", "there is no time zone", "IANA"),
        (SMALL + "lease: 0s\n", "4:8", "leaves no time", "twice `clock_skew`"),
        (SMALL + "clock_skew: 10m\n", "4:13", "leaves no time", "twice `clock_skew`"),
        (SMALL + 'utm: {source: "{nope}"}\n', "4:15", "no other", "{platform}"),
        (SMALL + "timezone: ../etc/passwd\n", "4:11", "there is no time zone", "IANA"),
        (SMALL.replace("1", "2", 1), "1:10", "`version` cannot be `2`", "`1`"),
        ("accounts: {}\n", "1:1", "the file lacks the key `version`", "version"),
        ("version: 1\n", "1:1", "the file lacks the key `accounts`", "accounts"),
        ("version: 1\naccounts: {A b: {platform: x}}", "2:12", "the name `A b`", "small letters"),
        ("version: 1\naccounts: {a@b: {platform: x}}", "2:12", "the name `a@b`", "small letters"),
        (
            "version: 1\naccounts: {a: {handle: x}}",
            "2:15",
            "`a` lacks the key `platform`",
            "platform",
        ),
        ("version: 1\naccounts: {a: x}", "2:15", "`a` is a text, not a block of keys", "block"),
        (SMALL + "groups: {g: [b]}\n", "4:14", "holds `b`, which is neither", "account or a group"),
        (SMALL + "groups: {gg: [aa], aaa: [a]}\n", "4:15", "holds `aa`", "did you mean `aaa`"),
        (SMALL + "groups: {a: [a]}\n", "4:10", "has the name of an account", "rename"),
        (SMALL + "groups: {g: [h], h: [g]}\n", "4:10", "hold one another: g > h > g", "out"),
        (SMALL + "groups: {g: [g]}\n", "4:10", "hold one another: g > g", "out"),
        (SMALL + "groups: {g: a}\n", "4:13", "`g` is a text, not a list", "[a]"),
        (SMALL + "defaults: {accounts: [b]}\n", "4:23", "the defaults name `b`", "account"),
        (SMALL + "defaults: {schedule: no}\n", "4:22", "`schedule`", "`native`"),
        (SMALL + "defaults: {on_unknown: no}\n", "4:24", "`on_unknown`", "`ask`"),
        (SMALL + "defaults: {late: maybe}\n", "4:18", "`late` cannot be `maybe`", "`skip`"),
        (SMALL + "defaults: {grace: 6 hours}\n", "4:19", "`grace` `6 hours` is not", "`6h`"),
        (SMALL + "lease: 20\n", "4:8", "`lease` is a number, not a text", "quotes"),
        (SMALL + "lease: 20 min\n", "4:8", "is not a time span", "`20m`"),
        (SMALL + "clock_skew: 2M\n", "4:13", "is not a time span", "`20m`"),
        (SMALL + "state: {branch: a b}\n", "4:17", "is not the name of a branch", "branch"),
        (SMALL + "state: other\n", "4:8", "`state` cannot be `other`", "`same`"),
        (SMALL + "content_branch: -D\n", "4:17", "is not the name of a branch", "branch"),
        (SMALL + "utm: {source: 'a b'}\n", "4:15", "is not a text without spaces", "without"),
        (SMALL + "utm: {hosts: ['https://x.org']}\n", "4:15", "is not a host name", "host name"),
        (SMALL + "rules: {severity: {x: fatal}}\n", "4:23", "`x` cannot be `fatal`", "`error`"),
        (SMALL + "a: *x\n", "4:4", "the alias `*x` is not taken", "quote"),
        (SMALL + "accounts: {}\n", "4:1", "stands here twice", "keep one"),
        ("version: 1\naccounts: [", "2:12", "the YAML cannot be read", "brackets"),
    ],
)
def test_each_mistake_says_where_and_what_to_do(
    text: str, where: str, message: str, help_: str
) -> None:
    error = refused(text)
    assert error.where == f"postops.yaml:{where}"
    assert message in str(error)
    assert help_ in (error.help or "")
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    "written", ["hunter2-s3cret", '"env:"', '"env:1A"', '"ENV:NAME"', '"$NAME"', '"env:A B"']
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(written: str) -> None:
    error = refused(
        f"version: 1\naccounts: {{a: {{platform: x, credentials: {{token: {written}}}}}}}"
    )
    assert "env:NAME" in str(error)
    assert "hunter2" not in f"{error!r} {error.help} {error.where} {vars(error)}"
    assert error.where == "postops.yaml:2:50"


def test_credentials_go_to_no_host_anybody_could_listen_to() -> None:
    url = "https://user:pw@evil.com"
    error = refused(f"version: 1\naccounts: {{a: {{platform: x, base_url: '{url}'}}}}")
    assert error.where == "postops.yaml:2:39"
    assert "pw" not in str(error)


def test_the_first_mistake_is_the_error_and_the_others_are_notes() -> None:
    error = refused(SMALL + "lease: x\nclock_skew: y\nfoo: 1\n")
    assert error.where == "postops.yaml:4:8"
    assert len(error.__notes__) == 2
    assert error.__notes__[0].startswith("postops.yaml:5:13: ")


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    with pytest.raises(ConfigError, match="not UTF-8") as caught:
        read_config(b"version: 1\n# caf\xe9\n", Path("/repo"))
    assert caught.value.where == "postops.yaml:2:1"


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    read = read_config(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode(), Path("/repo"))
    assert read.accounts["a"].span.line == 3


def test_the_digest_covers_what_is_rendered_and_nothing_else() -> None:
    base = config().digest
    assert base.startswith("sha256:")
    assert config(DESIGNED.replace("lease: 20m", "lease: 30m")).digest == base
    assert config(DESIGNED.replace("X_ACCESS_TOKEN", "OTHER")).digest == base
    for old, new in [
        ("Europe/Berlin", "UTC"), ("acme.bsky", "b.bsky"), ("medium: social", "medium: s"),
        ("most: [x-main", "most: [mastodon-main"), ("accounts: [all]", "accounts: [most]"),
    ]:  # fmt: skip
        assert config(DESIGNED.replace(old, new)).digest != base


# --------------------------------------------------------------------------- finding the file


def test_it_is_found_upward_from_where_one_stands(tmp_path: Path) -> None:
    (tmp_path / "postops.yaml").write_text(SMALL)
    deep = tmp_path / "posts" / "2026"
    deep.mkdir(parents=True)
    assert find_root(deep) == tmp_path
    read = load_config(deep)
    assert (read.root, read.path) == (tmp_path, "postops.yaml")


def test_the_search_ends_at_the_root_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "postops.yaml").write_text(SMALL)
    inner = tmp_path / "inner"
    (inner / ".git").mkdir(parents=True)
    assert find_root(inner) is None
    with pytest.raises(ConfigError, match=r"no postops\.yaml") as caught:
        load_config(inner)
    assert "postops init" in (caught.value.help or "")
    (inner / "postops.yml").write_text(SMALL)
    with pytest.raises(ConfigError) as caught:
        load_config(inner)
    assert "rename" in (caught.value.help or "")


def test_it_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(SMALL + "foo: 1\n")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path, tmp_path / "other.yaml")
    assert caught.value.where == "other.yaml:4:1"
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path, tmp_path / "missing.yaml")


def test_a_huge_configuration_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "postops.yaml"
    file.write_text(SMALL)
    os.truncate(file, 10 * 1024**3)
    with pytest.raises(ConfigError, match="larger than 1024 KiB"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    ("name", "known"),
    [("UTC", True), ("Europe/Berlin", True), ("America/Argentina/Buenos_Aires", True),
     ("Etc/GMT+5", True), ("Mars/Olympus", False), ("", False), ("../../etc/passwd", False),
     ("leapseconds", False), ("/etc/localtime", False), ("Europe", False), ("x" * 99, False)],
)  # fmt: skip
def test_time_zones(name: str, known: bool) -> None:
    assert zone_known(name) is known


def test_time_zones_are_known_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.open

    def gone(self: Path, *args: object) -> object:
        if str(self).startswith("/usr/share/zoneinfo"):
            raise FileNotFoundError
        return real(self, *args)

    monkeypatch.setattr(Path, "open", gone)
    assert zone_known("Europe/Berlin")
    assert not zone_known("Mars/Olympus")
    assert not zone_known("leapseconds")


PACED = """\
version: 1
timezone: Europe/Berlin
accounts:
  a: {platform: mastodon, limits: {per_day: 3}, quiet_hours: []}
  b: {platform: mastodon, limits: {spacing: 5m}, quiet_hours: ["12:00-13:00", "20:00-24:00"]}
  c: {platform: mastodon, limits: {spacing: 0s}}
defaults: {limits: {per_day: 10, spacing: 15m}, quiet_hours: ["22:00-07:00"]}
"""


def test_limits_of_an_account_stand_over_those_of_the_defaults() -> None:
    paces = {name: account.pace for name, account in config(PACED).accounts.items()}
    quarter, night = timedelta(minutes=15), ((1320, 420),)
    assert paces == {
        "a": Pace(3, quarter, (), "Europe/Berlin"),
        "b": Pace(10, timedelta(minutes=5), ((720, 780), (1200, 0)), "Europe/Berlin"),
        "c": Pace(10, timedelta(0), night, "Europe/Berlin"),
    }
    assert config(PACED).accounts["a"].settings == {}


def test_who_is_asked_is_said_by_the_account_and_else_by_the_defaults() -> None:
    accounts = "{a: {platform: mastodon, on_unknown: settle}, b: {platform: mastodon}}"
    asking = config(f"version: 1\naccounts: {accounts}\ndefaults: {{on_unknown: ask}}\n")
    assert [account.on_unknown for account in asking.accounts.values()] == ["settle", "ask"]
    asking = config(f"version: 1\naccounts: {accounts}\n")
    assert [account.on_unknown for account in asking.accounts.values()] == ["settle"] * 2


def test_without_limits_nothing_is_held_back() -> None:
    assert not config(SMALL).accounts["a"].pace
    assert config(PACED).accounts["c"].pace


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("per_day: 3", "per_day: 0", "4:45: `per_day` `0` is not a number from 1 to 1000"),
        ("per_day: 3", "per_dya: 3", "4:36: "),
        ("spacing: 5m", "spacing: 5", "5:45: "),
        ("12:00-13:00", "12:00-25:00", "5:64: item 1 "),
        ("12:00-13:00", "12-13", "5:64: item 1 "),
        ('["22:00-07:00"]', "22:00-07:00", "7:62: `quiet_hours` is a text, not a list"),
        ("22:00-07:00", "22:00-22:00", "7:62: the quiet hours leave no time"),
        ("12:00-13:00", "00:00-20:00", "5:63: the quiet hours leave no time"),
    ],
)
def test_limits_that_make_no_sense_are_refused(old: str, new: str, says: str) -> None:
    error = refused(PACED.replace(old, new))
    assert f"{error.where}: {error}".startswith(f"postops.yaml:{says}")
    assert error.help

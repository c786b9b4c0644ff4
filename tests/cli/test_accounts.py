"""Logins: which secrets suffice, and that none of them is ever seen again."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from postops.cli._accounts import accounts, logins, secrets
from postops.config import read_config
from postops.errors import ConfigError
from tests.cli.site import post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.site import Ran, Site

CANARY = "canary-9f8e7d6c5b4a3210"
CONFIG = b"""\
version: 1
accounts:
  sky: {platform: bluesky, handle: sky.test, credentials: {app_password: "env:SKY"}}
  bird:
    platform: x
    credentials: {api_key: "env:K", api_secret: "env:S", access_token: "env:T", access_secret: "env:U"}
"""


# ------------------------------------------------------------------------ which suffice


def config(tmp_path: Path):
    return read_config(CONFIG, tmp_path)


def test_empty_is_absent_and_white_space_is_no_part_of_a_secret(tmp_path: Path) -> None:
    sky = config(tmp_path).accounts["sky"]
    assert secrets(sky, {"SKY": " word \n"}) == {"app_password": "word"}
    for environ in ({}, {"SKY": ""}, {"SKY": " \n"}, {"OTHER": "word"}):
        assert secrets(sky, environ) is None


def test_unknown_accounts_and_bad_settings_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no account called 'skj'") as caught:
        accounts(config(tmp_path), {}, ["skj"])
    assert caught.value.help == "accounts: sky, bird"
    odd = read_config(CONFIG.replace(b"handle: sky.test", b"hanlde: sky.test"), tmp_path)
    with pytest.raises(ConfigError) as caught:
        accounts(odd, {})
    assert (caught.value.where or "").startswith("postops.yaml:3:")


async def test_only_accounts_with_their_secrets_get_a_login(tmp_path: Path) -> None:
    from postops.clock import SystemClock

    found = accounts(config(tmp_path), {"SKY": "word"})
    async with logins(found, SystemClock()) as ready:
        assert set(ready) == {"sky"}


# ------------------------------------------------------------------------ never seen again


class Echo(ThreadingHTTPServer):
    """A platform that answers nonsense with the request's own secrets in it."""

    daemon_threads = True
    status = 400
    mime = "application/json"


class _Echoing(BaseHTTPRequestHandler):
    server: Echo

    def __getattr__(self, name: str):
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        seen = f"you sent {self.headers.get('Authorization')} and {sent} {CANARY}"
        body = seen
        if self.server.mime == "application/json":
            body = json.dumps(dict.fromkeys(("error", "message", "detail", "title", "id"), seen))
        self.send_response(self.server.status, CANARY)
        self.send_header("Content-Type", self.server.mime)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", f"http://127.0.0.1:9/{CANARY}")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo(("127.0.0.1", 0), _Echoing) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def leaky(bare_site: Site, echo: Echo, tmp_path: Path) -> Site:
    """Accounts on a platform that echoes; temporary files where they can be looked at."""
    site = bare_site
    origin = f"http://127.0.0.1:{echo.server_address[1]}"
    document = {
        "version": 1,
        "accounts": {
            "sky": {
                "platform": "bluesky",
                "handle": "sky.test",
                "service": origin,
                "credentials": {"app_password": "env:SKY"},
            },
            "tusk": {
                "platform": "mastodon",
                "instance": origin,
                "credentials": {"access_token": "env:TUSK"},
            },
            "bird": {
                "platform": "x",
                "base_url": origin,
                "credentials": {"access_token": "env:BIRD"},
            },
        },
        "defaults": {"accounts": ["sky", "tusk", "bird"]},
    }
    site.merge({"postops.yaml": json.dumps(document), "posts/a.md": post()})
    for name in ("SKY", "TUSK", "BIRD"):
        site.patch.setenv(name, CANARY)
    (tmp_path / "tmp").mkdir()
    site.patch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return site


def assert_clean(site: Site, *runs: Ran) -> None:
    """No canary in what was said, and none in anything that was written or pushed."""
    for ran in runs:
        assert CANARY not in ran.out + ran.err, ran
        assert ran.code != 3, ran
    everything = site.path.parent
    for file in everything.rglob("*"):
        if file.is_file() and ".git/" not in file.as_posix():
            assert CANARY.encode() not in file.read_bytes(), file
    log = site.repo.git("ls-remote", "origin")
    for ref in (line.split()[1] for line in log.splitlines()):
        site.repo.git("fetch", "--quiet", "origin", ref)
        assert CANARY not in site.repo.git("log", "-p", "FETCH_HEAD")


@pytest.mark.parametrize(
    ("status", "mime"),
    [
        (200, "application/json"),
        (200, "text/html"),
        (302, "text/html"),
        (401, "application/json"),
        (422, "application/json"),
        (429, "text/html"),
        (500, "application/json"),
    ],
)
def test_a_platform_that_echoes_the_secret(leaky: Site, echo: Echo, status: int, mime: str) -> None:
    echo.status, echo.mime = status, mime
    runs = [leaky.run("account", "check"), leaky.run("publish"), leaky.run("status")]
    assert [ran.code for ran in runs] == [1, 1, 0]
    assert_clean(leaky, *runs)


@pytest.mark.parametrize("odd", [f"{CANARY}\n{CANARY}", f"{CANARY}é", f"\x7f{CANARY}"])
def test_a_secret_no_header_can_carry(leaky: Site, odd: str) -> None:
    for name in ("TUSK", "BIRD"):
        leaky.patch.setenv(name, odd)
    runs = [
        leaky.run("account", "check", "--format", "json"),
        leaky.run("publish", "--format", "json"),
    ]
    assert [ran.code for ran in runs] == [1, 1]
    assert_clean(leaky, *runs)


def test_other_ways_a_secret_could_get_out(leaky: Site) -> None:
    runs = [
        leaky.run("plan"),
        leaky.run("plan", "--format", "json"),
        leaky.run("validate"),
        leaky.run("render", "a"),
        leaky.run("adopt", "a@tusk", "--url", "https://tusk.example/@tusk/1"),
        leaky.run("publish", "--dry-run"),
        leaky.run("publish", "--sandbox"),
    ]
    assert_clean(leaky, *runs)


def test_nobody_listens(leaky: Site, echo: Echo) -> None:
    echo.shutdown()
    echo.server_close()
    runs = [leaky.run("account", "check"), leaky.run("publish")]
    assert [ran.code for ran in runs] == [1, 1]
    assert_clean(leaky, *runs)

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import textwrap

import httpx
import pytest

from postops.sandbox.faults import Fault
from postops.sandbox.serve import serve
from postops.sandbox.world import World
from tests.rigs.until import until

from .conftest import now


def test_each_origin_answers_for_itself(served):
    paths = {
        "bluesky": "/xrpc/_health",
        "mastodon": "/api/v2/instance",
        "x": "/2/users/me",
        "page": "/",
    }
    assert set(served.origins) == set(paths)
    for name, path in paths.items():
        statuses = {other: httpx.get(served.origins[other] + path).status_code for other in paths}
        assert statuses.pop(name) in (200, 401)
        assert set(statuses.values()) == {404}


def test_a_dropped_answer_is_a_broken_connection(served):
    account = served.world.add_account("mastodon", "main")
    auth = {"authorization": f"Bearer {account.credentials['access_token']}"}
    url = served.origins["mastodon"] + "/api/v1/statuses"
    path = "/api/v1/statuses"
    served.world.faults.add(
        Fault("mastodon", "main", "POST", path, effect="drop", when="after"),
        Fault("mastodon", "main", "POST", path, nth=2, effect="drop", when="before"),
    )
    with httpx.Client() as client:
        for text in ("one", "two"):
            with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
                client.post(url, json={"status": text}, headers=auth)
        assert client.post(url, json={"status": "three"}, headers=auth).status_code == 200
    posts = served.world.timeline("mastodon", "main")
    assert [p.text for p in posts] == ["one", "three"]
    assert [c.status for c in served.world.calls] == [0, 0, 200]


def test_a_request_is_in_the_log_once_nobody_waits_for_its_answer(served):
    account = served.world.add_account("mastodon", "main")
    auth = {"authorization": f"Bearer {account.credentials['access_token']}"}
    url = served.origins["mastodon"] + "/api/v1/statuses"
    slow = Fault("mastodon", "main", "*", "*", effect="latency", when="after", seconds=3600)
    served.world.faults.add(slow)
    with (
        httpx.Client(timeout=httpx.Timeout(10, read=0.5)) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.post(url, json={"status": "one"}, headers=auth)
    until(lambda: served.world.calls)
    assert [c.fault for c in served.world.calls] == ["latency after"]


def test_urls_lead_back_to_the_served_origin(served):
    account = served.world.add_account("mastodon", "main")
    assert account.settings == {"instance": served.origins["mastodon"]}
    assert served.world.origin("page") == served.origins["page"]


def test_a_foreign_name_is_turned_away(served):
    for name in ("page", "x"):
        answer = httpx.get(served.origins[name] + "/", headers={"host": "rebound.example:80"})
        assert answer.status_code == 421


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", "::", ""])
def test_only_loopback(world, host):
    with pytest.raises(ValueError, match="only listens on loopback"):
        asyncio.run(serve(world, host=host, announce=print))


def test_localhost_and_a_chosen_port(start_serving, served):
    port = int(served.origins["x"].rpartition(":")[2])
    with pytest.raises(OSError, match=r"in use"):
        asyncio.run(serve(World(now), ports={"x": port}, announce=print))
    with pytest.raises(ValueError, match="no such origin: y"):
        asyncio.run(serve(World(now), ports={"y": 0}, announce=print))
    other = start_serving(World(now), host="localhost")
    assert other.origins["page"].startswith("http://127.0.0.1:")


def test_ipv6(start_serving):
    served = start_serving(World(now), host="::1")
    assert httpx.get(served.origins["mastodon"] + "/api/v2/instance").status_code == 200


PROGRAM = textwrap.dedent(
    """
    import asyncio, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from postops.sandbox.serve import serve
    from postops.sandbox.world import World

    path = Path(sys.argv[1])
    world = World(lambda: datetime.now(UTC))
    asyncio.run(serve(world, announce=lambda line: print(line, flush=True), path=path))
    print("gone", flush=True)
    """
)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(tmp_path, number):
    path = tmp_path / "world.json"
    command = [sys.executable, "-c", PROGRAM, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        origins = json.loads(process.stdout.readline())["origins"]
        with httpx.Client() as client:
            body = {"platform": "mastodon", "name": "main"}
            made = client.post(origins["page"] + "/_sandbox/accounts", json=body).json()
            assert path.exists(), "a change through the page is kept at once"
            token = made["credentials"]["access_token"]
            url = made["settings"]["instance"] + "/api/v1/statuses"
            auth = {"authorization": f"Bearer {token}"}
            client.post(url, json={"status": "kept"}, headers=auth)
            process.send_signal(number)
            rest, _ = process.communicate(timeout=10)
    assert (process.returncode, rest) == (0, "gone\n")
    (post,) = World.load(path, now).timeline("mastodon", "main")
    assert post.text == "kept"

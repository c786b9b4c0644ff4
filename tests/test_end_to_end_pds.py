"""From Markdown files to a real Bluesky server: the whole command, a real remote, a real ledger."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from postops.cli import run

if TYPE_CHECKING:
    from tests.rigs.git import Repo
    from tests.rigs.pds.rig import Pds, PdsAccount

pytestmark = [pytest.mark.pds, pytest.mark.xdist_group("pds")]

POSTS = {
    "posts/text.md": "---\nhashtags: [GitOps]\n---\nNaïve café: read [the docs](https://example.org/d)\n",
    "posts/image.md": "---\nmedia: [{path: ../chart.png, alt: A red square}]\n---\nA chart\n",
    "posts/thread.md": "---\ntitle: T\n---\nOne\n\n---\n\nTwo\n\n---\n\nThree\n",
    "posts/card.md": (
        "---\nlink: {url: https://example.org/blog, title: Blog, description: News}\n---\nA card\n"
    ),
}


def png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 32), "red").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def account(repo: Repo, pds: Pds, monkeypatch: pytest.MonkeyPatch) -> PdsAccount:
    """A repository with one account on the server, its posts committed and pushed."""
    account = pds.create_account()
    monkeypatch.setenv("SKY", account.app_password)
    monkeypatch.chdir(repo.path)
    block = f"{{platform: bluesky, handle: {account.handle}, service: {pds.url}, "
    config = f"version: 1\naccounts:\n  sky: {block}credentials: {{app_password: 'env:SKY'}}}}\n"
    repo.commit({"postops.yaml": config + "defaults: {accounts: [sky]}\n", "chart.png": png()})
    repo.commit(POSTS)
    repo.push()
    return account


def published(pds: Pds, account: PdsAccount) -> dict[str, dict[str, Any]]:
    return {record["value"]["text"]: record for record in pds.records(account.did)}


def test_posts_reach_the_server_once_with_all_they_carry(
    account: PdsAccount, pds: Pds, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["publish", "--backfill", "--format", "json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert {r["outcome"] for r in results} == {"published"}
    posts = published(pds, account)
    assert set(posts) == {
        "Naïve café: read the docs\n\n#GitOps",
        "A chart",
        "One",
        "Two",
        "Three",
        "A card",
    }
    text = posts["Naïve café: read the docs\n\n#GitOps"]["value"]
    spans = {
        f["features"][0]["$type"].rpartition("#")[2]: (
            f["index"]["byteStart"],
            f["index"]["byteEnd"],
        )
        for f in text["facets"]
    }
    raw = text["text"].encode()
    assert raw[slice(*spans["link"])] == b"the docs"
    assert raw[slice(*spans["tag"])] == b"#GitOps"
    [image] = posts["A chart"]["value"]["embed"]["images"]
    assert image["alt"] == "A red square"
    assert image["aspectRatio"] == {"width": 64, "height": 32}
    assert posts["A card"]["value"]["embed"]["external"]["title"] == "Blog"
    reply = posts["Three"]["value"]["reply"]
    assert reply["root"]["uri"] == posts["One"]["uri"]
    assert reply["parent"]["uri"] == posts["Two"]["uri"]
    before = pds.records(account.did)
    assert run(["publish", "--backfill"]) == 0
    assert pds.records(account.did) == before


def test_withdrawn_posts_are_gone_and_stay_gone(
    account: PdsAccount, pds: Pds, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["publish", "--backfill"]) == 0
    assert run(["withdraw", "thread", "--yes"]) == 0
    left = published(pds, account)
    assert not {"One", "Two", "Three"} & set(left)
    assert run(["publish", "--backfill"]) == 0
    assert published(pds, account) == left
    assert run(["retry", "thread@sky"]) == 0
    assert run(["publish", "--backfill"]) == 0
    again = published(pds, account)
    assert {"One", "Two", "Three"} <= set(again)
    capsys.readouterr()
    assert run(["account", "check"]) == 0
    assert account.handle in capsys.readouterr().out

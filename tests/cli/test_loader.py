"""Messages come from the tip as it was checked, or from the commit of the claim."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from postops.cli._loader import TipLoader
from postops.cli._tip import fetch
from postops.config import load_config
from postops.content.source import CommitTree
from postops.errors import ConfigError, PostopsError
from postops.git import Repository
from postops.ledger.state import DeliveryState
from tests.cli.site import post
from tests.cli.states import empty_state
from tests.sandbox.conftest import png

if TYPE_CHECKING:
    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    bare_site.configure(("sky",))
    return bare_site


def loader(site: Site, **paths: str) -> TipLoader:
    state = empty_state()
    for name, path in paths.items():
        state.deliveries[f"{name}@sky"] = DeliveryState(f"{name}@sky", name, "sky", path=path)
    config = load_config(site.path)
    tip = fetch(Repository.discover(site.path), config)
    return TipLoader(tip, config, MappingProxyType({}), lambda: state)


def test_an_older_commit_with_its_own_words_and_bytes(site: Site) -> None:
    picture = png(shade=10)
    media = [{"path": "../media/a.png", "alt": "A box"}]
    old = site.merge({"media/a.png": picture, "posts/a.md": post("Old", media=media)})
    site.merge({"media/a.png": png(shade=99), "posts/a.md": post("New", media=media)})
    loaded = loader(site, a="posts/a.md").load("a@sky", old)
    assert [part.text for part in loaded.message.parts] == ["Old"]
    assert loaded.commit == old
    [file] = loaded.files(loaded.message.parts[0])
    assert file.read() == picture


def test_what_is_not_there(site: Site) -> None:
    commit = site.merge({"posts/bad.md": "No front matter\n"})
    given = loader(site, gone="posts/gone.md", bad="posts/bad.md")
    with pytest.raises(PostopsError, match="names no file"):
        given.load("other@sky", commit)
    with pytest.raises(PostopsError, match="is not in commit"):
        given.load("gone@sky", commit)
    with pytest.raises(PostopsError, match="cannot be read as a post"):
        given.load("bad@sky", commit)


def test_an_account_the_commit_does_not_have(site: Site) -> None:
    commit = site.merge({"posts/a.md": post("A")})
    given = loader(site)
    given.state().deliveries["a@tusk"] = DeliveryState("a@tusk", "a", "tusk", path="posts/a.md")
    with pytest.raises(PostopsError, match="has no account tusk"):
        given.load("a@tusk", commit)


def test_bytes_that_were_not_checked_are_refused(site: Site) -> None:
    from postops.cli._loader import loaded
    from postops.content.posts import read_post
    from postops.render import render

    config = load_config(site.path)
    media = [{"path": "../media/a.png", "alt": "A box"}]
    commit = site.merge({"media/a.png": png(shade=1), "posts/a.md": post("A", media=media)})
    other = site.merge({"media/a.png": png(shade=2)})
    repository = Repository.discover(site.path)
    tree = CommitTree(repository, commit)
    read = read_post((site.path / "posts/a.md").read_bytes(), "posts/a.md", config, tree).post
    assert read is not None
    from postops import platforms

    message = render(read, config.accounts["sky"], config, platforms.load("bluesky"))
    swapped = loaded(read, message, "sha256:0", CommitTree(repository, other))
    with pytest.raises(ConfigError, match="not the file that was checked"):
        swapped.files(message.parts[0])[0].read()
    gone = site.merge({"media/a.png": None})
    missing = loaded(read, message, "sha256:0", CommitTree(repository, gone))
    with pytest.raises(ConfigError, match="cannot be read from"):
        missing.files(message.parts[0])[0].read()


def test_a_thread_under_way_is_finished_from_its_claim(site: Site) -> None:
    site.merge({"posts/a.md": post("One\n\n---\n\nTwo\n\n---\n\nThree")})
    site.fault("sky", nth=2, status=400, times=1)
    assert site.run("publish").code == 1
    assert site.live("sky") == ["One"]
    site.merge({"posts/a.md": post("Uno\n\n---\n\nDos\n\n---\n\nTres")})
    assert site.run("retry", "a@sky").code == 0
    ran = site.run("publish")
    assert ran.code == 0, ran.out + ran.err
    assert site.live("sky") == ["One", "Two", "Three"]

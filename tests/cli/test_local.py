from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from postops.cli._local import ledger_state, own_folder
from postops.config import load_config
from postops.errors import LedgerError
from tests.cli.site import post
from tests.rigs.git import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.site import Site


def test_the_own_folder_ignores_itself(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    folder = own_folder(tmp_path)
    assert folder == tmp_path / ".postops"
    (folder / "something").write_text("x")
    own_folder(tmp_path)
    assert git(tmp_path, "status", "--porcelain") == ""


def test_where_it_cannot_be_made_nothing_fails_yet(tmp_path: Path) -> None:
    (tmp_path / ".postops").write_text("in the way")
    assert own_folder(tmp_path) == tmp_path / ".postops"


def test_the_ledger_as_it_was_last_seen(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky",))
    assert ledger_state(load_config(site.path)) is None
    site.merge({"posts/a.md": post("A")})
    assert site.run("publish").code == 0
    seen = ledger_state(load_config(site.path))  # from state/
    assert seen is not None
    assert seen.deliveries["a@sky"].phase == "published"
    shutil.rmtree(site.path / "state")
    assert ledger_state(load_config(site.path)) is None  # never fetched as a branch
    other = site.elsewhere()
    seen = ledger_state(load_config(other))  # from the branch a clone brings along
    assert seen is not None
    assert seen.deliveries["a@sky"].phase == "published"
    git(other, "pack-refs", "--all")
    assert ledger_state(load_config(other)) is not None


def test_a_damaged_one(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky",))
    site.merge({"posts/a.md": post("A")})
    assert site.run("publish").code == 0
    [day] = (site.path / "state/ledger").rglob("*.jsonl")
    day.write_text("rubbish\nmore\n")
    with pytest.raises(LedgerError):
        ledger_state(load_config(site.path))

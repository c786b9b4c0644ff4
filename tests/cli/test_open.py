"""The ledger as commands find it: damaged, torn, held, foreign; and disks that refuse."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.site import footprint, post
from tests.rigs.git import STATE, clone, git, push

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    """One post is published, another is due."""
    site = bare_site
    site.configure(("sky",))
    site.merge({"posts/a.md": post("First")})
    assert site.run("publish").code == 0
    site.merge({"posts/b.md": post("Second")})
    return site


def tamper(site: Site, change: Callable[[bytes], bytes]) -> str:
    """Change the newest daily file of the ledger, as somebody with push rights could."""
    other = clone(site.repo.remote, site.path.parent / "tamper")
    git(other, "checkout", "--quiet", "postops-state")
    *_, day = sorted((other / "state" / "ledger").rglob("*.jsonl"))
    day.write_bytes(change(day.read_bytes()))
    name = day.relative_to(other).as_posix()
    git(other, "-c", "user.name=A", "-c", "user.email=a@b.example", "commit", "-qam", "Oops")
    push(other, "postops-state")
    return name


def test_a_torn_last_line_is_repaired(site: Site) -> None:
    tamper(site, lambda data: data + b'{"v":1,"se')
    ran = site.run("publish")
    assert ran.code == 0, ran.err
    assert "a torn line is set aside" in ran.err
    assert site.live("sky") == ["First", "Second"]
    assert site.types()[-1] == "published"  # every line parses again


def test_garbage_is_named_and_nothing_is_sent(site: Site) -> None:
    name = tamper(site, lambda data: b"rubbish\n" + data)
    for command in ("publish", "plan", "status"):
        ran = site.run(command)
        assert ran.code == 1
        assert f"{name}:1" in ran.err
        assert ran.err.startswith("error: ")
    assert site.live("sky") == ["First"]
    ran = site.run("validate")  # offline: it knows what was fetched last
    assert ran.code in (0, 1)
    assert "bug" not in ran.err


def test_a_newer_version_is_left_alone(site: Site) -> None:
    def newer(data: bytes) -> bytes:
        return data + json.dumps({"v": 99, "seq": 1, "type": "x"}).encode() + b"\n"

    tamper(site, newer)
    before = site.repo.git("ls-remote", "origin")
    ran = site.run("publish")
    assert ran.code == 2
    assert site.live("sky") == ["First"]
    assert site.repo.git("ls-remote", "origin") == before


def test_a_lost_state_branch_holds_everything(site: Site) -> None:
    site.repo.git("push", "--quiet", "origin", f":{STATE}")
    ran = site.run("publish")
    assert ran.code == 1
    assert "held" in ran.err
    assert site.live("sky") == ["First"]
    assert "everything is held" in site.run("plan").err


def test_a_foreign_state_folder_is_not_written_over(site: Site) -> None:
    shutil.rmtree(site.path / "state")
    site.repo.write({"state/mine.txt": "Precious"})
    ran = site.run("publish")
    assert ran.code == 2
    assert "mv state state.old" in ran.err
    assert (site.path / "state/mine.txt").read_text() == "Precious"
    assert site.live("sky") == ["First"]


def test_a_tracked_state_folder_and_a_changed_placement_are_told_apart(site: Site) -> None:
    site.configure(("sky",), state={"branch": "same"})
    ran = site.run("publish")
    assert ran.code == 2
    assert "postops-state" in ran.err
    assert site.live("sky") == ["First"]


def test_the_reading_copy_ignores_itself(site: Site) -> None:
    assert "state" not in footprint(site.path)["status"]
    assert ".postops" not in footprint(site.path)["status"]
    copied = list((site.path / "state/ledger").rglob("*.jsonl"))
    assert b'"published"' in copied[0].read_bytes()


def test_where_nothing_can_be_written_nothing_is_sent(site: Site) -> None:
    before = site.repo.git("ls-remote", "origin")
    shutil.rmtree(site.path / ".postops")
    (site.path / ".postops").write_text("A file where the folder has to be")
    ran = site.run("publish")
    assert ran.code == 1
    assert ran.err.startswith("error: cannot write ")
    assert site.live("sky") == ["First"]
    assert site.repo.git("ls-remote", "origin") == before


def without_privileges() -> None:
    """Root may write anywhere: give that up before the program starts."""
    import ctypes

    drop_from_bounding_set, dac_override = 24, 1
    ctypes.CDLL(None).prctl(drop_from_bounding_set, dac_override, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="how to give up privileges is Linux's own")
def test_a_folder_that_may_only_be_read(site: Site) -> None:
    shutil.rmtree(site.path / ".postops")
    folders = [folder for folder, _, _ in os.walk(site.path)]
    for folder in folders:
        os.chmod(folder, 0o555)  # noqa: PTH101
    try:
        for args, code in ((("validate",), 0), (("publish",), 1), (("status",), 1)):
            program = site.start(*args, preexec_fn=without_privileges)
            out, err = program.communicate(timeout=60)
            assert program.returncode == code, out + err
            assert "Traceback" not in err
            assert "bug" not in err
    finally:
        for folder in folders:
            os.chmod(folder, 0o755)  # noqa: PTH101
    assert site.live("sky") == ["First"]


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_a_full_disk_is_one_line_and_nothing_is_sent(site: Site) -> None:
    program = site.start("publish", preexec_fn=limited)
    out, err = program.communicate(timeout=60)
    assert program.returncode == 1, out + err
    assert err.startswith("error: ")
    assert "Traceback" not in err
    assert site.live("sky") == ["First"]
    for lock in (site.path / ".git").rglob("*.lock"):
        lock.unlink()  # this limit kills git outright
    assert site.run("publish").code == 0
    assert site.live("sky") == ["First", "Second"]


def test_stdout_that_is_full_does_not_cut_a_run_off(site: Site) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        program = site.start("publish", stdout=full)
        _, err = program.communicate(timeout=60)
    assert site.live("sky") == ["First", "Second"], err
    assert site.states()["b@sky"] == "published"
    assert program.returncode in (0, 1)
    assert "the output is cut off" in err
    assert "Traceback" not in err


def test_a_lease_that_leaves_no_time_is_refused(site: Site) -> None:
    site.configure(("sky",), lease="4m", clock_skew="2m")
    ran = site.run("publish")
    assert ran.code == 2
    assert "`lease` leaves no time" in ran.err


def test_commands_need_a_repository(site: Site, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "postops.yaml").write_text(site.configuration(("sky",)))
    for command in ("publish", "plan", "status"):
        ran = site.run(command, at=alone)
        assert (ran.code, ran.out) == (2, "")
    assert site.run("validate", at=alone).code == 0


def test_beside_the_posts_the_ledger_stands_on_what_is_pushed(bare_site: Site) -> None:
    """`state: same`: nothing of the user's clone moves, and no local commit gets out."""
    site = bare_site
    site.configure(("sky",), state={"branch": "same"})
    site.merge({"posts/a.md": post("Merged")})
    local = site.commit({"posts/b.md": post("Local")})
    before = footprint(site.path)
    ran = site.run("publish")
    assert ran.code == 0, ran.err
    assert site.live("sky") == ["Merged"]
    assert footprint(site.path) == before
    remote = site.repo.git("ls-remote", "origin", "refs/heads/main").split()[0]
    site.repo.git("fetch", "--quiet", "origin", "main")
    history = site.repo.git("rev-list", remote).splitlines()
    assert local not in history
    assert "state/ledger/" in site.repo.git("ls-tree", "-r", "--name-only", remote)
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    site.repo.git(*who, "pull", "--quiet", "--rebase", "origin", "main")
    site.repo.push()
    assert site.run("publish").code == 0
    assert site.live("sky") == ["Merged", "Local"]

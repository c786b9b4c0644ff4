"""Reading changes nothing, and shows what is not pushed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.git import Repository
from postops.ledger.git_remote import GitRemote
from postops.ledger.journal import Ledger
from postops.ledger.view import read
from tests.ledger.conftest import claimed, published
from tests.ledger.ticking import Ticking
from tests.rigs.git import STATE, git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rigs.git import Repo


async def test_a_look_at_the_ledger(repo: Repo, tmp_path: Path) -> None:
    remote = GitRemote(Repository.discover(repo.path))
    empty = read(remote, tmp_path / "none")
    assert (empty.state.seq, empty.held, empty.unpushed, empty.head.sha) == (0, None, 0, None)

    ledger = await Ledger.open(remote, tmp_path / "box", Ticking(), "one")
    await ledger.claim([claimed()])
    ledger.record(published())
    lines = (tmp_path / "box/one.jsonl").read_bytes()
    (tmp_path / "box/torn.jsonl").write_bytes(b'{"half')
    seen = read(remote, tmp_path / "box")
    assert seen.state.delivery("hello@main").phase == "published"
    assert (seen.state.seq, seen.unpushed, seen.repairs) == (1, 1, ())
    assert (tmp_path / "box/one.jsonl").read_bytes() == lines

    await ledger.push()
    (tmp_path / "box/one.jsonl").write_bytes(lines)
    assert read(remote, tmp_path / "box").unpushed == 0
    git(repo.remote, "update-ref", "-d", STATE)
    assert "missing" in (read(remote, tmp_path / "box").held or "")

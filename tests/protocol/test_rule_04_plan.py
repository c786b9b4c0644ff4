"""Rule 4, plan: what is due, within the guard; the excess is held, never the whole plan.

| sentence | proof |
|---|---|
| per account at most 50 publishes and 3 withdraws a run, the excess is held | `tests/cli/test_publish.py::test_the_guard_holds_the_excess_and_force_lifts_it`, `tests/cli/test_gather.py::test_four_removals_are_one_too_many` |
| ... in the whole run, however many rounds | `tests/cli/test_publishing.py::test_an_action_the_guard_let_through_counts_once` |
| ... of each account by itself, never the whole plan | here |
| `--force` lifts it; the sandbox is exempt | here |
| a delivery without credentials (unset or empty) waits, without a claim | `test_publish.py::test_a_run_without_credentials_waits_without_a_claim` |
| ... also one that is to be reconciled or withdrawn | here |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.site import post

if TYPE_CHECKING:
    from tests.protocol.scene import Scene


def test_the_guard_holds_the_excess_of_one_account_and_nothing_of_another(scene: Scene) -> None:
    names = [f"posts/{n}.md" for n in "abcd"]
    scene.merge(
        {n: post(f"Post {n}", on_remove="withdraw") for n in names}
        | {"posts/x.md": post("Elsewhere", on_remove="withdraw", accounts=["sky"])}
    )
    scene.publishes()
    scene.merge({**dict.fromkeys(names), "posts/x.md": None, "posts/new.md": post("New")})
    assert scene.publishes(code=1).count("held by the guard") == 1
    assert (len(scene.live("tusk")), scene.live("sky")) == (2, [])
    assert scene.live("tusk")[-1] == "New"


def test_force_lifts_the_guard(scene: Scene) -> None:
    names = [f"posts/{n}.md" for n in "abcd"]
    scene.merge({n: post(f"Post {n}", on_remove="withdraw") for n in names})
    scene.publishes()
    scene.merge(dict.fromkeys(names))
    assert scene.run("publish", "--force").code == 0
    assert scene.live("tusk") == []


def test_the_sandbox_is_exempt_from_the_guard(scene: Scene) -> None:
    names = [f"posts/{n}.md" for n in "abcd"]
    scene.repo.write({n: post(f"Post {n}", on_remove="withdraw") for n in names})
    assert scene.run("publish", "--sandbox").code == 0
    for name in names:
        (scene.path / name).unlink()
    ran = scene.run("publish", "--sandbox")
    assert (ran.code, ran.out.count("withdrawn")) == (0, 4), ran.out + ran.err


def test_without_credentials_an_open_claim_and_a_withdrawal_wait_without_a_claim(
    scene: Scene,
) -> None:
    scene.merge({"posts/gone.md": post("Gone", on_remove="withdraw")})
    scene.publishes()
    scene.merge({"posts/a.md": post("Under way")})
    scene.dies_at_call("tusk", sent=False)
    scene.merge({"posts/gone.md": None})
    scene.patch.setenv("TUSK_TOKEN", " ")
    before = scene.events()
    scene.publishes(code=1)
    assert scene.events() == before
    assert scene.live("tusk") == ["Gone"]

"""What a claim says, and until when it may be used."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from postops.ledger.state import LedgerState
from postops.plan import iso
from postops.platforms.bluesky.platform import Bluesky
from postops.platforms.bluesky.tid import is_tid
from postops.publish import claims
from postops.publish.ports import Terms
from tests.publish.desks import Played, bench
from tests.publish.stage import Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.stage import Stage


async def test_the_claim_is_in_the_ledger_before_the_call(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.kill_at = ("published", 1)
    with pytest.raises(Killed):
        await on.run()
    assert b'"type":"claimed"' in b"".join(on.cloud.head.files.values())


# ------------------------------------------------------------------------ keys


def test_a_seed_is_the_same_everywhere_and_another_for_everything_else() -> None:
    usual = claims.seed("g", "a@acme", 1, 1)
    assert usual == claims.seed("g", "a@acme", 1, 1)
    others = [
        ("h", "a@acme", 1, 1),
        ("g", "b@acme", 1, 1),
        ("g", "a@acme", 2, 1),
        ("g", "a@acme", 1, 2),
    ]
    assert len({usual, *(claims.seed(*other) for other in others)}) == 5
    assert claims.seed("g", "a@acme", 11, 1) != claims.seed("g", "a@acme", 1, 11)


async def test_every_part_has_a_key_of_its_own_and_keeps_it_for_ever() -> None:
    on = await bench(parts=3)
    first = await on.claim()
    assert sorted(first["keys"]) == ["1", "2", "3"]
    assert len(set(first["keys"].values())) == 3
    on.ledger.record({"type": "released", "delivery": "a@acme", "account": "acme"})
    on.clock.pause(9999)
    again = await on.claim()
    assert again["keys"] == first["keys"]
    assert (first["attempt"], again["attempt"]) == (1, 2)


@pytest.mark.parametrize(
    ("accepted", "since"), [(None, None), (-1, None), (0, "due"), (9999, "due")]
)
async def test_what_was_due_before_history_was_found_missing_may_be_there(
    accepted: int | None, since: str | None
) -> None:
    on = await bench()
    due = on.due_at = on.clock.now()
    at = None if accepted is None else due + timedelta(seconds=accepted)
    state, terms = on.ledger.state, on.desk.terms
    draft = claims.draft(on.action(), on.loaded, Played, state, on.clock.now(), terms, at)
    assert draft.get("since") == (since and iso(due))
    await on.ledger.claim([draft])
    [event] = on.events()[-1:]
    assert on.done.part_since == {1: (since and iso(on.due_at)) or event["recorded_at"]}
    again = claims.draft(on.action(), on.loaded, Played, state, on.clock.now(), terms, on.due_at)
    assert "since" not in again  # it is known by now since when


async def test_a_post_that_is_retried_after_it_was_withdrawn_has_new_keys() -> None:
    on = await bench()
    await on.claim()
    names = {"delivery": "a@acme", "account": "acme"}
    on.ledger.record(names | {"type": "published", "part": 1, "parts": 1, "remote_id": "1"})
    before = dict(on.done.keys)
    on.ledger.record(names | {"type": "withdrawn", "part": 1})
    on.ledger.record(names | {"type": "retried", "generation": 2})
    claim = await on.claim()
    assert claim["generation"] == 2
    assert claim["keys"]["1"] != before[1]


async def test_a_ledger_that_was_cut_comes_to_the_same_key_again() -> None:
    """Where keys hold the time, too: it is the time it is due."""
    state, on = LedgerState(genesis="g"), await bench(due_in=-60)
    moments = [on.clock.now(), on.clock.now() + timedelta(hours=3)]
    drafts = [claims.draft(on.action(), on.loaded, Bluesky, state, now, Terms()) for now in moments]
    [key] = {draft["keys"]["1"] for draft in drafts}
    assert is_tid(key)


async def test_parts_that_were_added_get_keys_and_the_others_keep_theirs() -> None:
    on = await bench(parts=1)
    first = await on.claim()
    on.ledger.record({"type": "released", "delivery": "a@acme", "account": "acme"})
    on.parts = 2
    again = await on.claim()
    assert again["keys"]["1"] == first["keys"]["1"]
    assert (again["parts"], sorted(again["keys"])) == (2, ["1", "2"])


async def test_other_ledgers_make_other_keys() -> None:
    one, other = await bench(), await bench()
    for on in (one, other):  # the first event of all is what keys are made from
        on.ledger.record({"type": "budget", "account": "acme", "budget": {}})
        await on.ledger.push()
    assert (await one.claim())["keys"] != (await other.claim())["keys"]


# ------------------------------------------------------------------------ what it says


async def test_a_claim_says_what_is_sent_from_where_and_until_when() -> None:
    on = await bench(parts=2, due_in=60)
    claim = await on.claim(on.action("resume", part=2))
    said = {name: claim[name] for name in ("action", "part", "parts", "generation", "due_at")}
    assert said == {
        "action": "publish",
        "part": 2,
        "parts": 2,
        "generation": 1,
        "due_at": "2026-03-01T10:01:00Z",
    }
    content = {"source": "sha256:source", "payload": "sha256:payload", "commit": "c1"}
    wish = {"blob": "b1", "path": "posts/a.md", "on_edit": "update", "on_remove": "withdraw"}
    assert claims.provenance(on.loaded) == content | wish
    assert claim.items() >= (content | wish).items()
    until = datetime.fromisoformat(claim["lease_until"])
    assert timedelta(0) < until - on.desk.terms.lease - on.clock.at + timedelta(seconds=1)


async def test_a_withdrawal_says_what_the_ledger_knows_since_the_file_is_gone() -> None:
    on = await bench(parts=2)
    await on.claim()
    names = {"delivery": "a@acme", "account": "acme", "parts": 2}
    told = {"type": "published", "commit": "c7", "blob": "b7", "path": "posts/old.md"}
    for part in (1, 2):
        on.ledger.record(names | told | {"part": part, "remote_id": str(part)})
    claim = await on.claim(on.action("withdraw"))
    assert (claim["action"], claim["parts"]) == ("withdraw", 2)
    assert (claim["commit"], claim["blob"], claim["path"]) == ("c7", "b7", "posts/old.md")
    assert "keys" not in claim
    assert "payload" not in claim


# ------------------------------------------------------------------------ until when


async def test_the_last_call_is_over_before_another_runner_may_take_the_lease() -> None:
    on = await bench()
    claim, terms = await on.claim(), on.desk.terms
    answered = claims.deadline(claim, terms) + timedelta(seconds=terms.timeout)
    taken = datetime.fromisoformat(claim["lease_until"])
    assert taken - answered >= 2 * terms.clock_skew  # our clock may be behind, theirs ahead
    assert claims.deadline(claim, terms) > on.clock.at


@pytest.mark.parametrize(
    ("count", "window", "fits"), [(3, 900, 3), (500, 900, 180), (1, 900, 1), (7, 4, 1), (7, 10, 2)]
)
def test_so_many_fit_one_lease_and_one_always_does(count: int, window: int, fits: int) -> None:
    terms = Terms(lease=timedelta(seconds=window + 60), clock_skew=timedelta(0), timeout=60)
    assert claims.fits_the_lease(count, terms) == fits
    assert claims.fits_the_lease(count, terms, seconds_each=10_000) == 1


async def test_what_does_not_fit_one_lease_is_claimed_in_the_next_round(
    stage: Callable[..., Stage],
) -> None:
    on = stage({f"posts/p{n}.md": f"---\naccounts: [tusk]\n---\nPost {n}\n" for n in range(5)})
    on.terms = on.terms._replace(lease=timedelta(seconds=312))  # 12 seconds to send in: two posts
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"published"}
    assert len(on.live("tusk")) == 5
    assert claimed_together(on) == [2, 2, 1]


def claimed_together(on: Stage) -> list[int]:
    """How many claims came with each push, oldest first."""
    counts, head = [], on.cloud.head
    while head is not None:
        counts.append(b"".join(head.files.values()).count(b'"type":"claimed"'))
        head = head.parent
    counts = [*reversed(counts)]
    return [after - before for before, after in pairwise([0, *counts]) if after > before]

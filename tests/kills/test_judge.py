"""The judge sees what it is there for, fault by fault; and nothing where all is well."""

from __future__ import annotations

import pytest

from postops.ledger.state import DeliveryState, LedgerState, PartState
from tests.kills.judge import Judgement, compare
from tests.kills.servers import Shown
from tests.kills.site import Wish

THREAD = Wish("t", "tusk", ("one", "two"), ("A chart",))
GONE = Wish("g", "tusk", ("gone",), live=False)
ONE = Shown("11", "one", None, ("A chart",))
TWO = Shown("12", "two", "11", ())


def ledger(phase: str = "published", second: str = "12") -> LedgerState:
    state = LedgerState()
    parts = {1: PartState(1, "11"), 2: PartState(2, second)}
    done = DeliveryState("t@tusk", "t", "tusk", phase=phase, parts_total=2, parts=parts)
    taken = {1: PartState(1, "5", withdrawn=True)}
    gone = DeliveryState("g@tusk", "g", "tusk", phase="withdrawn", parts=taken)
    state.deliveries |= {"t@tusk": done, "g@tusk": gone}
    return state


def judged(*posts: Shown, state: LedgerState | None = None) -> Judgement:
    found = Judgement(None)
    wishes = {wish.delivery: wish for wish in (THREAD, GONE)}
    compare(found, state or ledger(), {"tusk": list(posts)}, wishes)
    return found


def test_what_is_well_is_not_faulted() -> None:
    assert judged(ONE, TWO) == Judgement(None)


@pytest.mark.parametrize(
    ("posts", "says"),
    [
        ((ONE, TWO, ONE._replace(id="13")), "duplicate: tusk shows 'one' 2 times"),
        ((ONE,), "loss: tusk does not show 'two'"),
        ((ONE, TWO._replace(parent="9")), "thread: t@tusk #2 answers 9, not 11"),
        ((ONE._replace(pictures=()), TWO), "picture: t@tusk #1 shows ()"),
        ((ONE, TWO, Shown("5", "gone", None, ())), "stranger: tusk shows 'gone'"),
    ],
)
def test_what_the_platform_shows_wrongly_is_said(posts: tuple[Shown, ...], says: str) -> None:
    found = judged(*posts)
    assert [fault for fault in found.faults if fault.startswith(says)]
    assert found.duplicates == says.startswith("duplicate")
    assert found.losses == says.startswith("loss")


def test_what_the_ledger_tells_wrongly_is_said() -> None:
    assert judged(ONE, TWO, state=ledger(second="99")).faults == [
        "ledger: t@tusk #2 is 12, the ledger says 99"
    ]
    strange = ledger()
    strange.deliveries["s@tusk"] = DeliveryState("s@tusk", "s", "tusk")
    assert judged(ONE, TWO, state=strange).faults == [
        "stranger: the ledger knows s@tusk, which nobody wished"
    ]


def test_what_is_not_settled_is_left_to_following_runs() -> None:
    assert judged(ONE, TWO, state=ledger("claimed")).open == ["t@tusk is claimed"]
    assert judged(ONE, TWO, state=ledger("withdrawn")).open == ["t@tusk is withdrawn"]


def test_doubt_is_a_fault_where_the_platform_could_have_been_asked() -> None:
    found = judged(ONE, TWO, state=ledger("in_doubt"))
    assert (found.doubtful, found.open) == (1, [])
    assert [fault.partition(":")[0] for fault in found.faults] == ["doubt"]

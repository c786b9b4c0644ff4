"""Small workloads, and every way one thing, or two, can go wrong in them.

Most bugs of this kind need no more than three operations to show. So: run without a fault, number
the steps, then once for every step and everything that can go wrong there; for the smallest
workload of each class once more for every pair.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from postops.config import Pace
from tests.simulation.content import PostSpec
from tests.simulation.faults import choices
from tests.simulation.platforms import ALL, KeyOnly
from tests.simulation.upsets import Ahead, Cut, Gone, Rewound
from tests.simulation.world import HOUR, Edit, Scenario, Start, Storm, World

if TYPE_CHECKING:
    from collections.abc import Iterator

DUE = 60.0
LATER = 1800.0  # past the lease of the first run
_NATIVE = (("one", "native"),)


def smallest() -> dict[str, Scenario]:
    """One post, one account: for pairs of faults."""
    return {
        kind.name: Scenario(
            1,
            (("one", kind.name),),
            (PostSpec("a", ("one",), ("Hello",), due=DUE),),
            (Start(100.0), Start(LATER)),
        )
        for kind in (*ALL, KeyOnly)
    }


def threads() -> dict[str, Scenario]:
    """A thread of three and a post after it; the machine that comes back has lost its disk."""
    return {
        f"thread {kind.name}": Scenario(
            2,
            (("one", kind.name),),
            (
                PostSpec("a", ("one",), ("One", "Two", "Three"), due=DUE),
                PostSpec("b", ("one",), ("Bee",), due=DUE + 1),
            ),
            (Start(100.0), Start(LATER, keeps=False)),
        )
        for kind in ALL
    }


def overlaps() -> dict[str, Scenario]:
    """Two accounts of different classes, two runners at once, one of them in a hurry."""
    kinds = [kind.name for kind in ALL]
    return {
        f"overlap {one} {two}": Scenario(
            3,
            (("one", one), ("two", two)),
            (
                PostSpec("a", ("one", "two"), ("One", "Two"), due=DUE),
                PostSpec("b", ("two",), ("Bee",), due=150.0),
            ),
            (Start(100.0, 0, wait=60.0), Start(100.4, 1, skew=-30.0), Start(LATER, 2)),
        )
        for one, two in zip(kinds, [*kinds[1:], kinds[0]], strict=True)
    }


def changes() -> dict[str, Scenario]:
    """What was published is edited and removed, and a post is held, while runs are under way."""
    a = PostSpec("a", ("one",), ("One", "Two"), due=DUE, on_edit="update", on_remove="withdraw")
    b = PostSpec("b", ("one",), ("Bee",), due=DUE)
    return {
        f"change {kind.name}": Scenario(
            4,
            (("one", kind.name),),
            (a, b),
            (Start(100.0), Start(2000.0), Start(4000.0), Start(6000.0)),
            (
                Edit(101.5, "b", replace(b, hold=True)),
                Edit(1900.0, "a", replace(a, texts=("One!", "Two!"))),
                Edit(3900.0, "a", None),
                Edit(3900.0, "b", b),
            ),
        )
        for kind in ALL
    }


def tight() -> dict[str, Scenario]:
    """A short lease, several posts under one claim, and a platform that never answers in time."""
    return {
        f"tight {kind.name}": Scenario(
            5,
            (("one", kind.name),),
            tuple(PostSpec(f"p{n}", ("one",), (f"Post {n}",), due=DUE) for n in range(6)),
            (Start(100.0, 0, skew=-20.0), Start(372.0, 1, skew=20.0), Start(LATER, 2)),
            storms=(Storm("one", 100.0, 900.0, "publish", "lost-answer"),),
            lease=310.0,
            skew=20.0,
        )
        for kind in ALL
    }


def drifting() -> dict[str, Scenario]:
    """One clock slow, one fast, as far as is allowed: requests still on their way at a lease's end.

    The posts are edited meanwhile, so that what was made ready for the old words is not used again.
    """
    posts = tuple(PostSpec(f"p{n}", ("one",), (f"Post {n}",), due=DUE) for n in range(6))
    return {
        f"drifting {kind}": Scenario(
            seed,
            (("one", kind),),
            posts,
            (Start(100.0, 0, skew=-20.0), Start(372.2, 1, skew=19.0), Start(LATER, 2)),
            tuple(Edit(200.0, p.id, replace(p, texts=(f"{p.texts[0]} anew",))) for p in posts),
            storms=(Storm("one", 100.0, 360.0, "publish", "late"),),
            lease=310.0,
            skew=20.0,
        )
        for kind, seed in (("search", 2), ("handle", 1))
    }


def renamed() -> dict[str, Scenario]:
    """Two first runs at once, and a rename between their two looks at the content branch."""
    post = PostSpec("a", ("one",), ("Hello",), due=DUE)
    return {
        f"renamed {kind}": Scenario(
            18,
            (("one", kind),),
            (post,),
            (Start(100.0, 0), Start(100.544, 1), Start(LATER, 2)),
            (Edit(101.984, "a", replace(post, id="a-moved")),),
            slow=0.2,
        )
        for kind in ("client", "search")
    }


def refused() -> dict[str, Scenario]:
    """The first request is late, and what is sent once more meets another answer."""
    return {
        f"late {kind}": replace(one, storms=(Storm("one", 100.0, 101.6, "publish", "late"),))
        for kind, one in smallest().items()
    }


def expiring() -> dict[str, Scenario]:
    """In time by one clock, expired by another that is allowed to be that wrong."""
    return {
        f"expiring {kind.name}": Scenario(
            6,
            (("one", kind.name),),
            (PostSpec("a", ("one",), ("Soon gone",), due=DUE, expires=120.0),),
            (Start(1.0, 0, wait=300.0), Start(2.1, 1, skew=119.0), Start(LATER, 2)),
        )
        for kind in ALL
    }


def ahead() -> dict[str, Scenario]:
    """Handed over, and then: nothing, an edit, a hold, another time, a removal, in time or hardly."""
    post = PostSpec("a", ("one",), ("Hello",), due=HOUR, native=True, on_remove="withdraw")
    tells = {
        "as planned": (),
        "edited": (Edit(1900.0, "a", replace(post, texts=("Hello!",))),),
        "held": (Edit(1900.0, "a", replace(post, hold=True)), Edit(5900.0, "a", post)),
        "moved": (Edit(1900.0, "a", replace(post, due=2 * HOUR)),),
        "removed": (Edit(1900.0, "a", None),),
        "renamed": (Edit(1900.0, "a", replace(post, id="b")),),
        "by a run": (Edit(1900.0, "a", replace(post, native=False)),),
        "late edit": (Edit(HOUR + 1, "a", replace(post, texts=("Hello!",), on_edit="update")),),
        "late removal": (Edit(HOUR + 1, "a", None),),
    }
    starts = (Start(100.0), Start(2000.0), Start(4000.0), Start(6000.0), Start(8000.0))
    return {
        f"ahead {name}": Scenario(7, _NATIVE, (post,), starts, edits)
        for name, edits in tells.items()
    } | _hardly(post)


def _hardly(post: PostSpec) -> dict[str, Scenario]:
    """At the very moment, by two runs at once, at a server that is slow or forgets."""
    held = (Edit(HOUR - 30, "a", replace(post, hold=True)),)
    worlds = {
        "at its time": ((post,), (Start(100.0), Start(HOUR - 2), Start(5000.0)), held),
        "at once": ((post,), (Start(100.0), Start(100.4, 1), Start(5000.0), Start(5000.4, 1)), ()),
        "slow": (
            (replace(post, texts=("slow",)),),
            (Start(100.0), Start(3700.0), Start(5000.0)),
            (),
        ),
        "dropped": ((replace(post, texts=("dropped",)),), (Start(100.0), Start(4000.0)), ()),
        "two": (
            (post, replace(post, id="b", texts=("Bee",), due=HOUR + 1)),
            (Start(100.0), Start(5000.0, keeps=False)),
            (),
        ),
        "twins": (
            (post, replace(post, id="b", due=HOUR + 1)),
            (Start(100.0), Start(5000.0), Start(7000.0)),
            (),
        ),
        "near": ((post,), (Start(HOUR - 1000), Start(HOUR - 990, 1, skew=60.0), Start(5000.0)), ()),
    }
    return {
        f"ahead {name}": Scenario(8, _NATIVE, posts, starts, edits)
        for name, (posts, starts, edits) in worlds.items()
    }


def upsetting() -> dict[str, Scenario]:
    """Smallest workloads in which people, clocks and the network do more than usual.

    A ledger that loses its last commit, or all of it; a thread that people delete a part of, which
    is then edited and removed; a wrong clock; a ledger from the future; answers that come just in
    time; a pace that two posts have to keep to.
    """
    made: dict[str, Scenario] = {}
    a = PostSpec("a", ("one",), ("One", "Two"), due=DUE, on_edit="update", on_remove="withdraw")
    edits = Edit(1900.0, "a", replace(a, texts=("One!", "Two!"))), Edit(3900.0, "a", None)
    for name, small in smallest().items():
        made[f"cut {name}"] = replace(small, upsets=(Cut(900.0, 1, 600.0),))
        made[f"lost {name}"] = replace(small, upsets=(Cut(900.0, None, 600.0),))
        made[f"gone {name}"] = replace(
            small,
            posts=(a,),
            starts=(Start(100.0), Start(2000.0), Start(4000.0)),
            edits=edits,
            upsets=(Gone(1800.0, "one", 1),),
        )
        made[f"near {name}"] = replace(small, near=1.0)
    one = smallest()["search"]
    wrong = (Start(100.0, 0, skew=-125.0), Start(300.0, 1, skew=125.0), Start(LATER))
    made["wrong clock"] = replace(one, starts=wrong)
    made["from the future"] = replace(one, upsets=(Ahead(90.0, 600.0),))
    pace = Pace(per_day=2, spacing=timedelta(minutes=10), quiet=((9 * 60, 18 * 60),), zone="UTC")
    three = tuple(PostSpec(name, ("one",), (name,), due=DUE) for name in "abc")
    runs = (Start(100.0, 0, wait=900.0), Start(100.3, 1, wait=900.0), Start(LATER))
    made["pace"] = replace(one, posts=three, starts=runs, paces=(("one", pace),))
    return made


def backward() -> dict[str, Scenario]:
    """What is out is newer than the branch: that was forced back, or a run at an older tip lost."""
    made: dict[str, Scenario] = {}
    old = PostSpec("a", ("one",), ("Old",), due=DUE, on_edit="update", on_remove="withdraw")
    new, newer = (replace(old, texts=(text,)) for text in ("New", "Newer"))
    runs = (Start(100.0), Start(2000.0), Start(4000.0, keeps=False), Start(6000.0))
    for kind in ("client", "search"):
        base = replace(smallest()[kind], posts=(old,), starts=runs)
        back = replace(base, edits=(Edit(1900.0, "a", new),))
        made[f"rewound {kind}"] = replace(back, upsets=(Rewound(3900.0, 1, 2000.0),))
        made[f"rewound for good {kind}"] = replace(back, upsets=(Rewound(3900.0, 1, None),))
        late = replace(base, posts=(), edits=(Edit(50.0, "a", old),))
        made[f"before it was there {kind}"] = replace(late, upsets=(Rewound(3900.0, 1, 2000.0),))
        made[f"raced {kind}"] = replace(
            base,
            starts=(Start(100.0), Start(2000.0), Start(2000.9, 1), Start(4000.0, 2)),
            edits=(Edit(1900.0, "a", new), Edit(2000.8, "a", newer)),
        )
    return made


def workloads() -> dict[str, Scenario]:
    return (
        smallest()
        | threads()
        | overlaps()
        | changes()
        | tight()
        | drifting()
        | renamed()
        | refused()
        | expiring()
        | ahead()
        | upsetting()
        | backward()
    )


def steps(scenario: Scenario) -> list[tuple[int, str]]:
    """The numbered steps of the scheduled runs, as they are without a fault."""
    world = World(replace(scenario, plan={}))
    last = len(scenario.starts)
    trace = world.run().trace
    return [(number, kind) for _, name, number, kind, *_ in trace if number and _run(name) <= last]


def _run(machine: str) -> int:
    return int(machine[1:]) if machine[1:].isdigit() else 0


def singles(scenario: Scenario) -> Iterator[dict[int, str]]:
    """Everything that can go wrong once."""
    for number, kind in steps(scenario):
        for fault in choices(kind):
            yield {number: fault}


def pairs(scenario: Scenario) -> Iterator[dict[int, str]]:
    """Everything that can go wrong twice; the second fault is of the run as the first left it."""
    last = len(scenario.starts)
    for first in singles(scenario):
        [(at, _)] = first.items()
        trace = World(replace(scenario, plan=first)).run().trace
        for _, name, number, kind, *_ in trace:
            if number > at and _run(name) <= last:
                for fault in choices(kind):
                    yield {**first, number: fault}

"""Worlds that tell of one guard each, where the small workloads and the seeds do not tell soon."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.simulation.content import PostSpec
from tests.simulation.exhaustive import DUE, LATER, smallest, steps
from tests.simulation.outside import Broken
from tests.simulation.upsets import Ahead, Renaming
from tests.simulation.world import HOUR, Edit, Scenario, Start, Storm, World

if TYPE_CHECKING:
    from collections.abc import Iterator

A = PostSpec("a", ("one",), ("Hello",), due=DUE)
A_LITTLE = Broken("a list lags a little more than declared", lambda _: True, {"lag": 90.0})


def twice(one: Scenario, first: tuple[str, str], then: tuple[str, str]) -> Iterator[Scenario]:
    """Two faults, each of one sort at one kind of step."""
    for number, kind in steps(one):
        if kind != first[0]:
            continue
        world = replace(one, plan={number: first[1]})
        for _, _, later, what, *_ in World(world).run().trace:
            if later > number and what == then[0]:
                yield replace(one, plan={number: first[1], later: then[1]})


def handle_on_a_dead_disk() -> Iterator[Scenario]:
    """A container was made and never told of; by the time its disk is back, another was used."""
    starts = (Start(100.0, 0), Start(LATER, 1), Start(2 * LATER, 0))
    one = replace(smallest()["handle"], starts=starts)
    return twice(one, ("push", "crash-before"), ("publish", "crash-after"))


def word_on_a_dead_disk() -> Iterator[Scenario]:
    """What was found is being edited, slowly, when the run that sent it is heard of."""
    edited = replace(A, on_edit="update")
    one = Scenario(
        1,
        (("one", "client"),),
        (edited,),
        (Start(100.0, 0), Start(LATER, 1), Start(4000.0, 1), Start(4010.0, 0)),
        (
            Edit(3900.0, "a", replace(edited, texts=("Two",))),
            Edit(4005.0, "a", replace(edited, texts=("Three",))),
        ),
    )
    return twice(one, ("disk", "crash-after"), ("change", "lost-request"))


def edited_beyond_the_lease() -> Scenario:
    """A slow run at three edits; two that come after its lease bring a newer text meanwhile."""
    posts = [
        PostSpec(f"p{n}", ("one",), (f"Post {n}",), due=DUE, on_edit="update") for n in range(3)
    ]

    def all_at(at: float, word: str) -> Iterator[Edit]:
        for post in posts:
            yield Edit(at, post.id, replace(post, texts=(f"{post.texts[0]} {word}",)))

    return Scenario(
        5,
        (("one", "client"),),
        tuple(posts),
        (
            Start(100.0),
            Start(2000.0, 0, skew=-20.0),
            Start(2277.0, 1, skew=20.0),
            Start(2287.0, 2, skew=20.0),
        ),
        (*all_at(1900.0, "anew"), *all_at(2200.0, "once more")),
        storms=(Storm("one", 2000.0, 2275.0, "change", "lost-request"),),
        lease=310.0,
        skew=20.0,
    )


def late_edit(seed: int = 0) -> Scenario:
    """The first try of an edit is late, the second is not, and then comes a newer edit."""
    edited = replace(A, on_edit="update")
    one = Scenario(
        seed,
        (("one", "client"),),
        (edited,),
        (Start(100.0), Start(2000.0), Start(2006.0, 1), Start(4000.0)),
        (
            Edit(1900.0, "a", replace(edited, texts=("New",))),
            Edit(2005.0, "a", replace(edited, texts=("Newer",))),
        ),
    )
    first = next(number for number, kind in steps(one) if kind == "change")
    return replace(one, plan={first: "late"})


def from_the_future() -> Scenario:
    """The account is known, and then the ledger is written to by a clock an hour ahead."""
    later = replace(A, id="b", texts=("Bee",), due=1500.0)
    return replace(smallest()["search"], posts=(A, later), upsets=(Ahead(1000.0, HOUR),))


def old_news() -> Scenario:
    """It was due long before anybody knew the account."""
    return replace(smallest()["search"], posts=(replace(A, due=-10 * HOUR),))


def held_meanwhile() -> Iterator[Scenario]:
    """Nobody can tell whether it was sent, and by then it is not wished any more."""
    one = replace(smallest()["key-only"], edits=(Edit(900.0, "a", replace(A, hold=True)),), plan={})
    for number, kind in steps(one):
        if kind == "publish":
            yield replace(one, plan={number: "crash-after"})


def removed_soon(seed: int) -> Scenario:
    """The answer is cut off; what was sent again is withdrawn before anybody looks a second time."""
    post = replace(A, on_remove="withdraw")
    one = Scenario(
        seed,
        (("one", "key-ignored"),),
        (post,),
        (Start(100.0), Start(2000.0), Start(4000.0)),
        (Edit(1900.0, "a", None),),
    )
    first = next(number for number, kind in steps(one) if kind == "publish")
    return replace(one, plan={first: "cut-answer"})


def wrong_clock() -> Scenario:
    """Too late by a clock that is an hour off."""
    post = replace(A, texts=("One", "Two"), late="skip", grace=600.0)
    starts = (Start(100.0, skew=HOUR), Start(300.0, 1))
    return Scenario(1, (("one", "search"),), (post,), starts)


def before_a_renaming() -> Scenario:
    """A run died at it; when the next one comes, the account has another name."""
    return Scenario(
        1,
        (("one", "search"),),
        (replace(A, texts=("One", "Two")),),
        (Start(100.0), Start(30_000.0, keeps=False)),
        upsets=(Renaming(2000.0, "one", "two"),),
        plan={8: "crash-after"},
    )

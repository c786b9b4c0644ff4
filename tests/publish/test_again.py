from __future__ import annotations

from itertools import pairwise

import pytest

from postops.errors import NotSent, RateLimited, Rejected
from postops.plan import iso
from postops.publish.again import OutOfTime, again
from postops.publish.ports import Terms
from tests.publish.desks import bench


class Call:
    """Raises what it is given, one after the other, and then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.made = 0

    async def __call__(self) -> str:
        self.made += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


async def test_it_is_tried_as_often_as_the_terms_say() -> None:
    on = await bench(terms=Terms(tries=3))
    call = Call(NotSent("no"), NotSent("no"))
    assert (await again(on.desk, call), call.made) == ("done", 3)
    with pytest.raises(NotSent, match="third"):
        await again(on.desk, Call(NotSent("no"), NotSent("no"), NotSent("third")))


async def test_a_short_wait_is_waited_for_and_a_long_one_is_not() -> None:
    on = await bench(terms=Terms(patience=60))
    before = on.clock.now()
    assert await again(on.desk, Call(RateLimited("slow", retry_after=30))) == "done"
    assert (on.clock.now() - before).total_seconds() >= 30
    with pytest.raises(RateLimited):
        await again(on.desk, Call(RateLimited("slow", retry_after=61)))


async def test_a_no_is_a_no_and_a_stopped_run_gives_up() -> None:
    on = await bench()
    call = Call(Rejected("no"))
    with pytest.raises(Rejected):
        await again(on.desk, call)
    assert call.made == 1
    on.desk.stop.ask(15)
    with pytest.raises(NotSent):
        await again(on.desk, Call(NotSent("no")))


async def test_the_wait_grows_with_every_attempt_and_is_never_the_same() -> None:
    on = await bench(terms=Terms(tries=4))
    waits: list[float] = []

    async def call() -> str:
        waits.append(on.clock.waited)
        raise NotSent("no")

    for _ in range(2):
        with pytest.raises(NotSent):
            await again(on.desk, call)
    first, second = ([b - a for a, b in pairwise(of_one)] for of_one in (waits[:4], waits[4:]))
    assert first != second
    for took in (first, second):
        assert all(n * 0.5 <= wait < n * 1.5 for n, wait in enumerate(took, start=1))


async def test_under_a_claim_nothing_is_tried_that_could_outlast_it() -> None:
    on = await bench(terms=Terms(tries=3))
    claim = {"lease_until": iso(on.clock.now() + on.desk.terms.lease)}
    left = on.desk.terms.window.total_seconds()
    with pytest.raises(RateLimited):  # rather than a claim that comes too soon as well
        await again(on.desk, Call(RateLimited("slow", retry_after=left)), claim=claim)
    on.clock.pause(left - 0.1)
    call = Call(NotSent("no"))
    with pytest.raises(OutOfTime, match="no time left"):
        await again(on.desk, call, claim=claim)
    assert call.made == 1
    on.clock.pause(1)
    with pytest.raises(OutOfTime, match="ran out"):
        await again(on.desk, call, claim=claim)
    on.desk.stop.ask(15)
    with pytest.raises(OutOfTime, match="stopped"):
        await again(on.desk, call, claim=claim)
    assert call.made == 1

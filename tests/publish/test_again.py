from __future__ import annotations

import pytest

from postops.errors import NotSent, RateLimited, Rejected
from postops.publish.again import again
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

from __future__ import annotations

from datetime import timedelta

from postops.sandbox.limits import Limit, Standing, spend, tightest

from .conftest import START

LIMIT = Limit(5, 60)


def test_a_window_fills_refuses_and_opens_again(world, clock):
    first = spend(world, "k", LIMIT, 3)
    assert (first.remaining, first.exceeded) == (2, False)
    assert first.reset == START + timedelta(seconds=60)
    clock.tick(59)
    refused = spend(world, "k", LIMIT, 3)
    assert (refused.remaining, refused.exceeded) == (2, True), "what is refused takes nothing"
    assert spend(world, "k", LIMIT, 2).remaining == 0
    clock.tick(1)
    assert spend(world, "k", LIMIT).remaining == 4


def test_keys_do_not_share(world):
    spend(world, "a", LIMIT, 5)
    assert not spend(world, "b", LIMIT, 5).exceeded


def test_the_window_to_tell_about():
    wide = Standing(LIMIT, 1, START, exceeded=False)
    broken = Standing(LIMIT, 3, START, exceeded=True)
    roomy = Standing(LIMIT, 4, START, exceeded=False)
    assert tightest([roomy, wide]) is wide
    assert tightest([roomy, wide, broken]) is broken

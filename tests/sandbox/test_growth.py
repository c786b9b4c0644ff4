from __future__ import annotations

from dataclasses import astuple
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from postops.sandbox.growth import reactions, share_out

hours = st.floats(0, 10_000)


@given(st.integers(), st.text(), hours, hours)
def test_nothing_ever_falls(seed, post, one, other):
    younger, older = sorted((one, other))
    first = reactions(seed, post, timedelta(hours=younger))
    second = reactions(seed, post, timedelta(hours=older))
    assert all(a <= b for a, b in zip(astuple(first), astuple(second), strict=True))
    assert first == reactions(seed, post, timedelta(hours=younger))


def test_a_new_post_has_none_and_an_old_one_some():
    assert set(astuple(reactions(0, "p", timedelta(0)))) == {0}
    assert set(astuple(reactions(0, "p", timedelta(seconds=-5)))) == {0}
    assert reactions(0, "p", timedelta(days=9)).impressions >= 399
    assert reactions(0, "p", timedelta(days=9)) != reactions(1, "p", timedelta(days=9))


@given(st.text(), st.integers(0, 10_000), st.integers(2, 4))
def test_votes_add_up(post, total, ways):
    shares = share_out(0, post, total, ways)
    assert (len(shares), sum(shares)) == (ways, total)
    assert min(shares) >= 0

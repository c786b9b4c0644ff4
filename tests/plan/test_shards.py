"""Who looks after which account: never two, never nobody, the same on every machine."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from postops.plan import make_plan
from postops.plan.shards import Shard, dealt
from tests.plan.test_decide import CLAIM, published, state_of, terms, wish

PLATFORMS = {
    "de-sky": "bluesky",
    "en-sky": "bluesky",
    "fr-sky": "bluesky",
    "de-tusk": "mastodon",
    "en-tusk": "mastodon",
    "bird": "x",
}


def test_the_order_in_the_file_does_not_matter() -> None:
    names = list(PLATFORMS)
    for seed in range(20):
        random.Random(seed).shuffle(names)
        assert dealt({name: PLATFORMS[name] for name in names}, 4) == dealt(PLATFORMS, 4)


@pytest.mark.parametrize("count", range(1, 9))
def test_every_account_is_in_one_shard_and_no_shard_has_two_more_than_another(count: int) -> None:
    shares = [Shard(number, count).share(PLATFORMS) for number in range(1, count + 1)]
    owners = Counter(name for share in shares for name in share.mine)
    assert owners == dict.fromkeys(PLATFORMS, 1)
    sizes = [len(share.mine) for share in shares]
    assert max(sizes) - min(sizes) <= 1
    for name in PLATFORMS:
        assert sum(name in share for share in shares) == 1


def test_the_accounts_of_one_platform_are_spread() -> None:
    numbers = dealt(PLATFORMS, 2)
    per_platform = Counter((PLATFORMS[name], number) for name, number in numbers.items())
    assert max(per_platform.values()) == 2
    assert per_platform["mastodon", 1] == per_platform["mastodon", 2] == 1


def test_what_is_no_configured_accounts_is_the_first_shards() -> None:
    shares = [Shard(number, 3).share(PLATFORMS) for number in (1, 2, 3)]
    assert ["gone" in share for share in shares] == [True, False, False]


@pytest.mark.parametrize("text", ["1/1", "3/3", "2/3", "17/9999"])
def test_a_shard_is_written_as_it_is_read(text: str) -> None:
    assert str(Shard.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "0/3", "4/3", "a/b", "1/0", "1", "1/", "/3", "1/3/3", "-1/3", "+1/3", "01/3", " 1/3",
     "1/3\n", "1.0/3", "١/٣", "1/99999999999999999999"],
)  # fmt: skip
def test_anything_else_is_no_shard(text: str) -> None:
    with pytest.raises(ValueError, match="is not a shard such as 1/3"):
        Shard.parse(text)


def test_a_shard_plans_for_its_own_accounts_and_says_nothing_of_the_others() -> None:
    """To publish, to skip, to reconcile, to withdraw: of the others, none."""
    accounts = {"main": "bluesky", "other": "bluesky"}
    wishes = [
        wish(delivery=f"{post}@{name}", post=post, account=name, **more)
        for name in accounts
        for post, more in {"a": {}, "late": {"late": "skip", "grace": terms().clock_skew}}.items()
    ]
    events = [
        event | {"delivery": f"{post}@{name}", "account": name}
        for name in (*accounts, "gone")
        for post, some in {"dead": [CLAIM], "left": [published(1), published(2)]}.items()
        for event in some
    ]
    state = state_of(*events)
    plans = {
        number: make_plan(
            wishes,
            state,
            terms(platforms=accounts, backfill=True, accounts=Shard(number, 2).share(accounts)),
        )
        for number in (1, 2)
    }
    whole = make_plan(wishes, state, terms(platforms=accounts, backfill=True))
    for number, name in ((1, "main"), (2, "other")):
        kinds = {action.action for action in plans[number].actions}
        assert kinds == {"publish", "reconcile", "withdraw"}
        assert {action.account for action in plans[number].actions} == {name}
    both = [*plans[1].actions, *plans[2].actions]
    assert sorted(both, key=lambda a: a.delivery) == sorted(whole.actions, key=lambda a: a.delivery)
    waiting = [*plans[1].waiting, *plans[2].waiting]
    assert sorted(waiting, key=lambda w: w.delivery) == list(whole.waiting)
    assert {w.delivery for w in plans[2].waiting} == {"late@other"}
    assert {w.delivery for w in plans[1].waiting} == {"late@main", "dead@gone", "left@gone"}

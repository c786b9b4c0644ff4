from __future__ import annotations

import pytest


def usd(x):
    return x.world.costs("x", "main")


async def test_every_call_has_its_price(x):
    plain = await x.made("no link")
    await x.made("a link: example.com")
    media = (await x.upload()).json()["data"]["id"]
    told = {"id": media, "metadata": {"alt_text": {"text": "alt"}}}
    await x("POST", "/media/metadata", json=told)
    await x("DELETE", f"/tweets/{plain}")
    await x("GET", "/users/me")
    assert usd(x) == {
        "delete": 0.01,
        "metadata": 0.005,
        "post": 0.015,
        "post with link": 0.2,
        "user read": 0.01,
    }


async def test_a_post_is_paid_for_once_a_day(x, clock, world):
    made = await x.made()
    for _ in range(3):
        await x.listed()
    assert usd(x)["own post read"] == 0.001
    clock.tick(86_400)
    await x("GET", f"/tweets/{made}")
    assert usd(x)["own post read"] == 0.002
    other = world.add_account("x", "other")
    stranger = type(x)(world, x.client, other, other.credentials["access_token"])
    await stranger("GET", f"/tweets/{made}")
    assert world.costs("x", "other") == {"post read": 0.005}


async def test_what_is_refused_costs_nothing(x):
    await x.made("once")
    await x.post("once")
    assert usd(x) == {"post": 0.015}


@pytest.mark.parametrize("call", [("POST", "/tweets"), ("GET", "/users/me")])
async def test_without_credit_nothing_goes(x, call):
    x.options(credits=0.02)
    await x.made("one")
    await x.made("two")
    answer = await x(*call, json={"text": "three"})
    assert answer.status_code == 402
    assert answer.json() == {
        "title": "Payment Required",
        "detail": "credits depleted",
        "type": "https://api.x.com/2/problems/credits-depleted",
        "status": 402,
    }
    assert x.texts() == ["one", "two"]
    x.options(credits=100)
    assert (await x.post("three")).status_code == 201

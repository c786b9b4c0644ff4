from __future__ import annotations

import pytest

from postops.sandbox.faults import Fault, FaultPlan


def take(plan, path="/a", account="main", method="POST", platform="x"):
    return plan.take(platform, account, method, path)


def test_it_strikes_from_the_nth_for_so_many_times():
    plan = FaultPlan()
    plan.add(Fault("x", "main", "POST", "/a*", nth=2, times=2))
    struck = [take(plan) is not None for _ in range(5)]
    assert struck == [False, True, True, False, False]
    assert plan.seen == [5]


@pytest.mark.parametrize(
    "other",
    [{"path": "/b"}, {"account": "other"}, {"account": None}, {"method": "GET"}, {"platform": "y"}],
)
def test_only_matching_requests_count(other):
    plan = FaultPlan()
    plan.add(Fault("x", "main", "POST", "/a"))
    assert take(plan, **other) is None
    assert plan.seen == [0]
    assert take(plan) is not None


def test_stars_match_anything():
    plan = FaultPlan()
    plan.add(Fault("*", None, "*", "*"))
    assert take(plan, account=None, method="DELETE", path="/x/y", platform="z") is not None


def test_the_first_that_strikes_wins_and_all_count():
    plan = FaultPlan()
    plan.add(Fault("x", None, "*", "*", nth=2, status=503), Fault("x", None, "*", "*", times=3))
    assert [take(plan).status for _ in range(3)] == [500, 503, 500]


def test_plans_are_read_from_json():
    entry = {"platform": "x", "path": "/2/tweets", "effect": "rate-limit", "retry_after": 9}
    for document in ([entry], {"faults": [entry]}):
        (fault,) = FaultPlan.parse(document).faults
        assert fault == Fault("x", None, "*", "/2/tweets", effect="rate-limit", retry_after=9)
    assert FaultPlan.parse({}).faults == []


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("no", "a fault plan is a list of faults"),
        (["no"], "fault 1 is not an object"),
        ([{"platform": "x"}, {"platform": "x", "pth": 1}], "fault 2 has unknown keys: pth"),
        ([{"path": "/"}], "fault 1: .*platform"),
        ([{"platform": "x", "effect": "explode"}], "fault 1: effect is 'explode'"),
        ([{"platform": "x", "when": "during"}], "fault 1: when is 'during'"),
        ([{"platform": "x", "nth": 0}], "fault 1: nth and times count from 1"),
        ([{"platform": "x", "status": 200}], "fault 1: status is 200"),
        ([{"platform": "x", "status": "500"}], "fault 1: status is '500'"),
        ([{"platform": "x", "effect": "latency", "seconds": "x"}], "fault 1: seconds is 'x'"),
        ([{"platform": "x", "effect": "latency", "seconds": 1e9}], "fault 1: seconds is 1000"),
        ([{"platform": "x", "retry_after": 1.5}], "fault 1: retry_after is 1.5"),
        ([{"platform": "x", "nth": True}], "fault 1: nth is True"),
        ([{"platform": 1}], "fault 1: platform is 1"),
    ],
)
def test_what_is_no_plan(document, message):
    with pytest.raises(ValueError, match=message):
        FaultPlan.parse(document)


def test_a_saved_plan_goes_on_counting():
    plan = FaultPlan()
    plan.add(Fault("x", None, "*", "*", nth=2))
    take(plan)
    again = FaultPlan.from_json(plan.to_json())
    assert take(again) is not None
    again.clear()
    assert take(again) is None

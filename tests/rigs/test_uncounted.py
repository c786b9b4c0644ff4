from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

TRACED = """
import sys
import pytest
pytest_plugins = ["tests.rigs.uncounted"]
seen = []

def trace(frame, event, arg):
    seen.append(frame.f_code.co_name)

@pytest.fixture(autouse=True)
def traced():
    before = sys.gettrace()
    sys.settrace(trace)
    yield
    assert sys.gettrace() is trace
    sys.settrace(before)
"""
TESTS = """
import pytest
from conftest import seen

def is_run():
    return list(seen)

def test_counted():
    assert "is_run" in is_run()
    seen.clear()

@pytest.mark.uncounted
def test_uncounted():
    assert "is_run" not in is_run()
"""


def test_whoever_counts_sees_nothing_of_it_and_goes_on(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmarkers = uncounted\n")
    pytester.makeconftest(TRACED)
    pytester.makepyfile(TESTS)
    pytester.runpytest_inprocess().assert_outcomes(passed=2)

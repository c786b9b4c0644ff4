from __future__ import annotations

import gc

import pytest

from postops.ledger.collector import collector_off


@collector_off()
def _fails() -> None:
    assert not gc.isenabled()
    raise ZeroDivisionError


@pytest.mark.parametrize("was", [True, False])
def test_it_is_left_as_it_was_whatever_happens(was: bool) -> None:
    before = gc.isenabled()
    (gc.enable if was else gc.disable)()
    try:
        with pytest.raises(ZeroDivisionError):
            _fails()
        assert gc.isenabled() is was
    finally:
        (gc.enable if before else gc.disable)()

from __future__ import annotations

import gc

import pytest

from postops.collector import collector_off


def test_collection_is_as_it_was_afterwards() -> None:
    assert gc.isenabled()
    with collector_off():
        assert not gc.isenabled()
        with collector_off():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="x"), collector_off():
        raise ValueError("x")
    assert gc.isenabled()

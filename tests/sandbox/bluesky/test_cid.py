from __future__ import annotations

import libipld
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postops.sandbox.bluesky.cid import cid_of, cid_of_bytes, encode

LINK = "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"

documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(documents)
def test_an_independent_encoder_agrees(document):
    assert encode(document) == libipld.encode_dag_cbor(document)


def test_links_and_bytes():
    data = encode({"ref": {"$link": LINK}, "raw": {"$bytes": "aGk"}})
    decoded = libipld.decode_dag_cbor(data)
    assert decoded["raw"] == b"hi"
    assert data.count(b"\xd8\x2a\x58\x25\x00\x01\x71\x12\x20") == 1


def test_well_known_ids():
    assert cid_of_bytes(b"") == "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
    assert cid_of({}) == "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"


@pytest.mark.parametrize("value", [1.5, object(), 2**64])
def test_what_a_record_cannot_hold(value):
    with pytest.raises(ValueError):
        encode([value])

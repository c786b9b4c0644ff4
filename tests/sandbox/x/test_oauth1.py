from __future__ import annotations

from postops.sandbox.x.oauth1 import sign


def test_the_example_of_rfc_5849():
    """Section 1.2, the request for a photograph."""
    pairs = [
        ("file", "vacation.jpg"),
        ("size", "original"),
        ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
        ("oauth_token", "nnch734d00sl2jdk"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131202"),
        ("oauth_nonce", "chapoH"),
    ]
    secrets = ("kd94hf93k423kf44", "pfkkdhi9sl3r4s00")
    signature = sign("GET", "http://photos.example.net/photos", pairs, *secrets)
    assert signature == "MdpQcU8iPSUjWoN/UDMsK2sui9I="

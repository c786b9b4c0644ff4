"""Where credentials may go: HTTPS anywhere, plain HTTP only to this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from postops.errors import ConfigError
from postops.reading.limits import Pattern

if TYPE_CHECKING:
    import ipaddress

Server = Annotated[
    str,
    Pattern(
        r"[Hh][Tt][Tt][Pp][Ss]?://[^\x00-\x20/?#@]+/?",
        "the address of a server, like `https://example.social`",
    ),
]
"""A setting that names a server: scheme and host. `origin` looks more closely."""


def origin(url: str, setting: str) -> str:
    """Scheme, host and port of `url`, lower case, without a default port.

    `setting` names the key in `postops.yaml` for the message. Raises `ConfigError` where `url` is
    more or less than an origin, or plain `http` to anything but loopback.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    # An address with a login or a path is a mistake at best, and a trap at worst.
    extra = parts.username or parts.password or parts.query or parts.fragment
    if not host or parts.scheme not in ("https", "http") or extra or parts.path.strip("/"):
        raise ConfigError(
            f"`{setting}` has to be the address of a server, like https://example.social",
            help=f"give scheme and host only in `{setting}`",
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError(
            f"`{setting}` would send credentials unencrypted to {host}",
            help=f"use https in `{setting}`; plain http is for servers on this machine",
        )
    return f"{parts.scheme}://{_bracketed(host)}{_port(parts.scheme, port)}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    return address is not None and address.is_loopback


def is_public(host: str) -> bool:
    """Whether a host can be on the internet, by its looks: names are not resolved."""
    name = host.rstrip(".").lower()
    address = _address(name)
    if address is not None:
        return address.is_global and not address.is_multicast
    # `2130706433` and `0x7f.1` are addresses to a resolver though not to Python.
    last = name.rpartition(".")[2]
    numeric = last.isdigit() or last.startswith("0x")
    private = last in ("localhost", "local", "internal", "lan", "home", "test", "invalid")
    return "." in name and not numeric and not private


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    import ipaddress

    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(scheme: str, port: int | None) -> str:
    default = {"https": 443, "http": 80}[scheme]
    return "" if port is None or port == default else f":{port}"

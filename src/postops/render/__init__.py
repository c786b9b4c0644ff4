"""Post + Account + Capabilities -> Message: pure, without a file, a clock or the network."""

from __future__ import annotations

from postops.render.as_json import message_json
from postops.render.digests import payload_digest, source_digest
from postops.render.message import render
from postops.render.parsed import Parsed, parse

__all__ = ["Parsed", "message_json", "parse", "payload_digest", "render", "source_digest"]

"""Character sets written as hexadecimal code points, the way Unicode tables are."""

from __future__ import annotations


def members(ranges: str) -> str:
    """The inside of a `[...]` for code points and `first-last` ranges: `"23 30-39"`."""
    parts = (part.split("-") for part in ranges.split())
    return "".join("-".join(_literal(int(end, 16)) for end in part) for part in parts)


def _literal(code_point: int) -> str:
    # Escaping every ASCII sign is simpler than knowing which ones mean something in a set.
    character = chr(code_point)
    return character if character.isalnum() or code_point > 0x7F else f"\\x{code_point:02x}"

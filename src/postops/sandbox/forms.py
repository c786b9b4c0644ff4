"""Reading request bodies: JSON, URL-encoded and multipart, with Rails' `a[b][]` names."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request


class BadBody(ValueError):  # noqa: N818  # the platform's own error follows from it
    """The body is not what its content type says."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart body."""

    name: str
    mime: str
    data: bytes


async def read_fields(request: Request) -> dict[str, Any]:
    """Return the body's fields whatever its encoding. Raises BadBody."""
    body = await request.body()
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return nest(_multipart(body, content_type))
    if kind == "application/x-www-form-urlencoded":
        return nest(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    return read_json(body)


def read_json(body: bytes) -> dict[str, Any]:
    """Return a JSON object; an empty body is an empty one. Raises BadBody."""
    try:
        document = json.loads(body) if body.strip() else {}
        # Half a surrogate pair is JSON, but no text: nothing could ever answer with it.
        if b"\\u" in body:
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise BadBody("the body is not JSON") from fault
    if not isinstance(document, dict):
        raise BadBody("the body is not a JSON object")
    return document


def nest(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Build the structure that names like `poll[options][]` spell."""
    result: dict[str, Any] = {}
    for name, value in pairs:
        first, *rest = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name) or [name]
        _place(result, [first, *rest], value)
    return result


def _place(place: dict[str, Any], path: list[str], value: Any) -> None:
    key, rest = path[0], path[1:]
    if not rest:
        place[key] = value
    elif rest == [""]:
        _listed(place, key).append(value)
    elif rest[0] == "":
        rows = _listed(place, key)
        # Rails starts a new row when a key comes round again.
        if not rows or not isinstance(rows[-1], dict) or rest[1] in rows[-1]:
            rows.append({})
        _place(rows[-1], rest[1:], value)
    else:
        inner = place.get(key)
        place[key] = inner if isinstance(inner, dict) else {}
        _place(place[key], rest, value)


def _listed(place: dict[str, Any], key: str) -> list[Any]:
    rows = place.get(key)
    if not isinstance(rows, list):
        rows = place[key] = []
    return rows


def _multipart(body: bytes, content_type: str) -> list[tuple[str, Any]]:
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    if found is None:
        raise BadBody("a multipart body without a boundary")
    parts = (b"\r\n" + body).split(b"\r\n--" + found[1].encode())
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise BadBody("a multipart body that does not end")
    return [_part(part) for part in parts[1:-1]]


def _part(part: bytes) -> tuple[str, Any]:
    head, _, data = part.partition(b"\r\n\r\n")
    lines = (line.partition(":") for line in head.decode(errors="replace").splitlines())
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    disposition = headers.get("content-disposition", "")
    name = re.search(r'\bname="([^"]*)"', disposition)
    if name is None:
        raise BadBody("a multipart part without a name")
    file = re.search(r'\bfilename="([^"]*)"', disposition)
    if file is None:
        return name[1], data.decode(errors="replace")
    return name[1], Upload(file[1], headers.get("content-type", ""), data)

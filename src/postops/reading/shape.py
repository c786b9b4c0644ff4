"""Reads marked values into frozen dataclasses, as their type annotations say.

One dataclass is the one source of truth: it is read here, and its editors' schema is made from it
in `schema.py`. A class is compiled once. What is wrong becomes a `Fault` at its exact place, and
reading goes on: one run shows all mistakes.

Taken: str, bool, int, float, list, tuple, dict[str, T], Literal, Any, dataclasses, unions of those
that differ in YAML kind, `X | None` (absent; an empty value is always a fault), and `Annotated`
with `Limit`s. Two fields are not keys: one whose metadata say `REST` collects the keys no other
field has, and one that says `PLACE` gets the block's own `Place`. Words that other tools have for a
key stand in its metadata under `also`: they are suggested from, never read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Generic,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from postops.reading.limits import Limit
from postops.reading.marked import Marked, MarkedList, MarkedMap, Place
from postops.reading.wrong import Report

if TYPE_CHECKING:
    from postops.reading import Fault

T = TypeVar("T")
Reader = Callable[[Any, Marked, Any, Report], Any]

FAILED: Any = object()
"""What a reader gives for a value it could not take; the fault is in the report."""


REST = {"shape": "rest"}
PLACE = {"shape": "place"}


class Shaped(NamedTuple, Generic[T]):
    """What was read: `None` where a field without a default is missing or wrong."""

    value: T | None
    faults: tuple[Fault, ...]


class Kind(NamedTuple):
    """What a field takes: by Python type of the YAML value, how to read it (`None`: as it is)."""

    readers: Mapping[type, Reader | None]
    says: str


def read(shape: type[T], value: Any, path: str, at: tuple[int, int] = (1, 1)) -> Shaped[T]:
    """Read a block of keys, found at `at` in the file `path`, as the dataclass `shape`.

    Fields that could not be read keep their default.
    """
    report = Report(path)
    root = MarkedList()
    root.marks[0] = at
    annotation: Any = shape
    result = _take(_compile(annotation), value, root, 0, report)
    return Shaped(None if result is FAILED else result, tuple(report.faults))


def known_keys(shape: type[Any]) -> tuple[str, ...]:
    """The keys a shape takes, in the order they are declared."""
    return tuple(f.name for f in fields(shape) if "shape" not in f.metadata)


def _take(kind: Kind, value: Any, holder: Marked, key: Any, report: Report) -> Any:
    try:
        reader = kind.readers[type(value)]
    except KeyError:
        report.wrong_type(value, holder, key, frozenset(kind.readers), kind.says)
        return FAILED
    return value if reader is None else reader(value, holder, key, report)


# --------------------------------------------------------------------------- compiling a type


class _Anything(dict[type, "Reader | None"]):
    def __missing__(self, key: type) -> None:
        return None


_SCALARS: dict[Any, Kind] = {
    str: Kind({str: None}, "a text"),
    bool: Kind({bool: None}, "true or false"),
    int: Kind({int: None, float: lambda v, *at: _whole(v, *at)}, "a whole number"),
    float: Kind({float: None, int: lambda v, *_: float(v)}, "a number"),
    Any: Kind(_Anything(), "anything"),
}


def _whole(value: float, holder: Marked, key: Any, report: Report) -> Any:
    if value.is_integer():  # 1.0 is an integer to JSON Schema, so it is one here
        return int(value)
    report.wrong_type(value, holder, key, frozenset((int,)), "a whole number")
    return FAILED


@cache
def _compile(annotation: Any) -> Kind:
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if is_dataclass(annotation):
        return Kind({MarkedMap: _block(annotation)}, "a block of keys")
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _limited(args[0], tuple(a for a in args[1:] if isinstance(a, Limit)))
    if origin is Literal:
        return _literal(args)
    if origin in (Union, UnionType):
        return _union([_compile(arg) for arg in args if arg is not NoneType])
    if origin in (list, tuple, Sequence):
        return Kind({MarkedList: _list(args)}, "a list")
    if origin in (dict, Mapping):
        return Kind({MarkedMap: _dict(*args)}, "a block of keys")
    raise TypeError(f"no shape can have a field of type {annotation!r}")


def _union(kinds: list[Kind]) -> Kind:
    readers: dict[type, Reader | None] = {}
    for kind in kinds:
        if readers.keys() & kind.readers.keys():
            raise TypeError("the members of a union have to differ in YAML kind")
        readers |= kind.readers
    return Kind(readers, " or ".join(kind.says for kind in kinds))


def _literal(choices: tuple[Any, ...]) -> Kind:
    def reader(value: Any, holder: Marked, key: Any, report: Report) -> Any:
        if value in choices:
            return value
        report.not_among(value, holder, key, choices)
        return FAILED

    types = {type(choice) for choice in choices}
    if int in types:
        types.add(float)
    return Kind(dict.fromkeys(types, reader), " or ".join(f"`{c}`" for c in choices))


def _limited(annotation: Any, limits: tuple[Limit, ...]) -> Kind:
    base = _compile(annotation)

    def limit(inner: Reader | None) -> Reader:
        def reader(value: Any, holder: Marked, key: Any, report: Report) -> Any:
            result = value if inner is None else inner(value, holder, key, report)
            if result is FAILED:
                return FAILED
            # Items with faults of their own are gone from the result, yet they were written.
            counted = value if inner is not None and isinstance(value, list) else result
            for each in limits:
                if not each.allows(counted):
                    report.invalid(value, holder, key, each)
                    return FAILED
            return result

        return reader

    return Kind({type_: limit(inner) for type_, inner in base.readers.items()}, base.says)


def _list(args: tuple[Any, ...]) -> Reader:
    item = _compile(args[0])

    def reader(value: Any, holder: Marked, key: Any, report: Report) -> Any:
        del holder, key
        results = [_take(item, each, value, i, report) for i, each in enumerate(value)]
        return tuple([each for each in results if each is not FAILED])

    return reader


def _dict(key_type: Any, value_type: Any) -> Reader:
    inner = _compile(value_type)
    limits = [a for a in get_args(key_type)[1:] if isinstance(a, Limit)]

    def reader(value: Any, holder: Marked, key: Any, report: Report) -> Any:
        del holder, key
        results = {}
        for name, each in value.items():
            for limit in limits:
                if not limit.allows(name):
                    report.invalid_key(name, value, limit)
            result = _take(inner, each, value, name, report)
            if result is not FAILED:
                results[name] = result
        return results

    return reader


def _block(shape: Any) -> Reader:
    hints = get_type_hints(shape, include_extras=True)
    special = {f.metadata["shape"]: f.name for f in fields(shape) if "shape" in f.metadata}
    rest, place = special.get("rest"), special.get("place")
    keys = [f for f in fields(shape) if "shape" not in f.metadata]
    kinds = {f.name: _compile(hints[f.name]) for f in keys}
    known = known_keys(shape)
    elsewhere = {word: f.name for f in keys for word in f.metadata.get("also", ())}
    required = [f.name for f in keys if f.default is MISSING and f.default_factory is MISSING]

    def reader(value: Any, holder: Marked, key: Any, report: Report) -> Any:
        got: dict[str, Any] = {}
        for name, each in value.items():
            kind = kinds.get(name)
            if kind is None:
                if rest is None:
                    report.unknown_key(value, name, known, elsewhere)
                continue
            result = _take(kind, each, value, name, report)
            if result is not FAILED:
                got[name] = result
        for name in required:
            if name not in value:
                report.missing_key(holder, key, name)
        if any(name not in got for name in required):
            return FAILED
        if rest is not None:
            got[rest] = value.without(known)
        if place is not None:
            got[place] = Place(holder.value_marks.get(key, (1, 1)), value)
        return shape(**got)

    return reader

"""The editors' JSON Schema of a shape, by way of pydantic.

Only the generator of the committed schemas and the tests come here: pydantic is slow to import, and
reading a file does not need it.
"""

from __future__ import annotations

import ast
from dataclasses import fields, is_dataclass
from inspect import cleandoc, getdoc, getsource
from itertools import pairwise
from textwrap import dedent
from typing import Any, cast, get_args, get_type_hints

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

DIALECT = "http://json-schema.org/draft-07/schema#"
"""What yaml-language-server and check-jsonschema both know well."""


def json_schema(shape: type[Any], prefix: str = "") -> dict[str, Any]:
    """The schema of a dataclass; the names of its definitions begin with `prefix`.

    Keys the shape does not have are refused, as the reader does. `null` is taken nowhere.
    """
    _prepare(shape, set())
    template = f"#/$defs/{prefix}{{model}}"
    adapter: TypeAdapter[Any] = TypeAdapter(shape)
    schema = adapter.json_schema(schema_generator=_Generator, ref_template=template)
    definitions = schema.pop("$defs", {})
    if definitions:
        schema["$defs"] = {f"{prefix}{name}": inner for name, inner in sorted(definitions.items())}
    return schema


def _prepare(annotation: Any, seen: set[Any]) -> None:
    """Let pydantic refuse other keys, in every dataclass there is."""
    for inner in get_args(annotation):
        _prepare(inner, seen)
    if not is_dataclass(annotation) or annotation in seen:
        return
    seen.add(annotation)
    shape: Any = annotation
    shape.__pydantic_config__ = {"extra": "forbid"}
    for hint in get_type_hints(shape, include_extras=True).values():
        _prepare(hint, seen)


def _docstrings(shape: type[Any]) -> dict[str, str]:
    """The texts that stand below the fields, also where those are inherited."""
    found = {}
    for cls in reversed(shape.__mro__[:-1]):
        body = cast("ast.ClassDef", ast.parse(dedent(getsource(cls))).body[0]).body
        for field, below in pairwise(body):
            match field, below:
                case (
                    ast.AnnAssign(target=ast.Name(name)),
                    ast.Expr(value=ast.Constant(str(text))),
                ):
                    found[name] = cleandoc(text)
    return found


class _Generator(GenerateJsonSchema):
    """pydantic's words, less what does not help in an editor."""

    def dataclass_schema(self, schema: Any) -> dict[str, Any]:
        shape = schema["cls"]
        result = super().dataclass_schema(schema)
        special = {f.metadata["shape"]: f.name for f in fields(shape) if "shape" in f.metadata}
        for name in special.values():
            result["properties"].pop(name, None)
        result["additionalProperties"] = "rest" in special
        result["description"] = " ".join((getdoc(shape) or "").partition("\n\n")[0].split())
        told = {f.name: f.metadata["doc"] for f in fields(shape) if "doc" in f.metadata}
        for name, text in (told | _docstrings(shape)).items():
            if name in result["properties"]:
                result["properties"][name]["description"] = text
        result.pop("title", None)
        return result

    def dict_schema(self, schema: Any) -> dict[str, Any]:
        result = super().dict_schema(schema)
        if "patternProperties" in result:  # names that do not match are refused, not ignored
            result["additionalProperties"] = False
            result.pop("propertyNames", None)
        return result

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        inner: dict[str, Any] = self.generate_inner(schema["schema"])
        return inner

    def default_schema(self, schema: Any) -> dict[str, Any]:
        if schema.get("default", ...) is None or "default_factory" in schema:
            inner: dict[str, Any] = self.generate_inner(schema["schema"])
            return inner
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False

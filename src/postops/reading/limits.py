"""What a value may be beyond its type. Each stands in an `Annotated`, for the reader and the schema.

pydantic asks any annotation for `__get_pydantic_json_schema__`, so it need not be imported here.
"""

from __future__ import annotations

import re
from typing import Any


class Limit:
    """Says what is wrong with a value, and how the schema says the same."""

    secret = False
    rule = "invalid-value"

    def __init__(self, says: str, **keywords: Any) -> None:
        self.says = says
        self.keywords = keywords

    def allows(self, value: Any) -> bool:
        raise NotImplementedError

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        schema: dict[str, Any] = handler(core)
        return {**schema, **self.keywords}


class Pattern(Limit):
    """A text that matches `pattern` as a whole. A `secret` is never shown in a message.

    The pattern has to mean the same in Python and in ECMA 262: no `\\s`, `\\w`, `\\d`, no look-behind.
    """

    def __init__(
        self, pattern: str, says: str, *, secret: bool = False, examples: list[str] | None = None
    ) -> None:
        super().__init__(says, pattern=f"^(?:{pattern})$")
        if examples:
            self.keywords["examples"] = examples
        self.secret = secret
        self._pattern = pattern

    def allows(self, value: Any) -> bool:
        # re keeps what it compiled; compiling all patterns at import would cost every command.
        return re.fullmatch(self._pattern, value) is not None


class Range(Limit):
    """A number from `low` to `high`, both included."""

    def __init__(self, low: float, high: float) -> None:
        super().__init__(f"a number from {low:g} to {high:g}", minimum=low, maximum=high)
        self.low, self.high = low, high

    def allows(self, value: Any) -> bool:
        return bool(self.low <= value <= self.high)


class Length(Limit):
    """A list or text of at least `low` and at most `high` items or characters."""

    def __init__(self, low: int, high: int | None, says: str) -> None:
        super().__init__(says)
        self.low, self.high = low, high

    def allows(self, value: Any) -> bool:
        return self.low <= len(value) and (self.high is None or len(value) <= self.high)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        schema: dict[str, Any] = handler(core)
        what = "Items" if schema.get("type") == "array" else "Length"
        schema[f"min{what}"] = self.low
        if self.high is not None:
            schema[f"max{what}"] = self.high
        return schema


class Shown(Limit):
    """Seen by editors only: the reader has finer words of its own for this value."""

    def __init__(self, pattern: str, examples: list[str]) -> None:
        super().__init__("", pattern=f"^(?:{pattern})$", examples=examples)

    def allows(self, value: Any) -> bool:
        del value
        return True

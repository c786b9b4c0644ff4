"""The catalogue: the directory is the registry.

`load("mastodon")` imports `postops.platforms.mastodon` and takes its one `Platform`. Files whose
name begins with an underscore are stock parts, `base` is the shape a platform has to have.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from postops.errors import ConfigError

if TYPE_CHECKING:
    from postops.platforms.base import Platform

__all__ = ["load", "names"]


@cache
def names() -> tuple[str, ...]:
    """The ids of all platforms, sorted."""
    found = (module.name for module in iter_modules(__path__))
    return tuple(sorted(n for n in found if not n.startswith("_") and n != "base"))


@cache
def load(name: str) -> type[Platform]:
    """The platform of that id. Raises `ConfigError` where there is none."""
    if name not in names():
        raise ConfigError(
            f"there is no platform called {name!r}", help=f"one of: {', '.join(names())}"
        )
    module = import_module(f"{__name__}.{name}")
    platform: type[Platform] = module.PLATFORM
    return platform

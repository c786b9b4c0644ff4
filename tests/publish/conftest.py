from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.publish.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def stage(tmp_path: Path) -> Callable[..., Stage]:
    def make(posts: dict[str, str] | None = None, **more: str) -> Stage:
        return Stage(tmp_path, posts or {"posts/a.md": "---\ntitle: A\n---\nHello there\n"}, **more)

    return make

"""What every platform has to be, whoever writes it: the directory is the registry."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import json
import re
import subprocess
import sys
import typing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from postops.errors import ConfigError
from postops.model import Capabilities, Certainty, Facet, MediaLimit, Source
from postops.platforms import load, names
from postops.platforms.base import Platform
from tests.platforms.harness import CREDENTIALS, SETTINGS, outgoing

HERE = Path(__file__).parent
CALLS = ("whoami", "prepare", "publish", "find", "delete", "metrics", "adopt")
# What a field's value may be, so that an editor's schema can say it.
PLAIN = (str, int, float, bool, type(None))

every = pytest.mark.parametrize("platform", [load(name) for name in names()], ids=names())


def test_the_directory_is_the_registry() -> None:
    assert set(names()) >= {"bluesky", "mastodon", "x"}
    with pytest.raises(ConfigError, match="no platform called 'myspace'") as caught:
        load("myspace")
    assert "bluesky" in (caught.value.help or "")
    for stock in ("base", "_http"):
        with pytest.raises(ConfigError):
            load(stock)


@every
def test_it_is_a_platform(platform: type[Platform]) -> None:
    assert issubclass(platform, Platform)
    assert load(platform.name) is platform
    assert not inspect.isabstract(platform)
    for call in CALLS:
        assert inspect.iscoroutinefunction(getattr(platform, call)), call
        assert getattr(platform, call) is not getattr(Platform, call, None), call
    changes = platform.update is not Platform.update
    assert changes is platform.capabilities.update


@every
def test_its_page_says_how_to_get_credentials_and_how_certain_it_is(
    platform: type[Platform],
) -> None:
    page = inspect.getdoc(importlib.import_module(f"postops.platforms.{platform.name}")) or ""
    for part in ("**Credentials.**", "**How certain.**", "**What is sent.**", "**Limits.**"):
        assert part in page
    assert re.search(r"^1\. ", page, re.MULTILINE), "the steps to the credentials"
    secrets = {secret for some in platform.credentials for secret in some}
    assert secrets
    assert {secret for secret in secrets if f"{secret}" not in page} == set()


@every
def test_every_limit_says_where_it_was_read_and_when(platform: type[Platform]) -> None:
    found = list(sources(platform.capabilities))
    assert found
    for source in found:
        assert source.source.startswith("https://"), source
        assert date.fromisoformat(source.checked) >= date(2026, 1, 1)
    caps = platform.capabilities
    assert (caps.alt_limit is None) is (caps.alt_source is None)


def sources(value: Any) -> typing.Iterator[Source]:
    if isinstance(value, Source):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from sources(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from sources(one)


@every
def test_its_capabilities_make_sense(platform: type[Platform]) -> None:
    caps: Capabilities = platform.capabilities
    assert caps.certainty
    assert list(caps.certainty) == list(dict.fromkeys(caps.certainty))
    keyed = Certainty.IDEMPOTENCY_KEY in caps.certainty
    assert keyed is (caps.idempotency_seconds is not None)
    assert (Certainty.DUPLICATE_REJECTION in caps.certainty) is caps.refuses_duplicates
    assert len({limit.kind for limit in caps.media}) == len(caps.media)
    for limit in caps.media:
        check(limit)
    fields = {"likes", "comments", "shares", "clicks", "impressions", "reach"}
    assert caps.metrics <= fields | {"saves", "views", "votes"}


def check(limit: MediaLimit) -> None:
    assert limit.count >= 1
    assert limit.mimes
    assert all(re.fullmatch(r"(image|video|audio)/[\w.+-]+", mime) for mime in limit.mimes)
    assert (limit.warn_bytes or 0) < limit.max_bytes
    assert (limit.min_width or 0) <= (limit.max_width or 1 << 30)
    assert (limit.min_seconds or 0) < (limit.max_seconds or 1 << 30)


@every
@pytest.mark.parametrize("shape", ["Settings", "Options"])
def test_every_field_people_write_is_documented_and_plain(
    platform: type[Platform], shape: str
) -> None:
    kind = getattr(platform, shape)
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    assert kind.__doc__
    documented = field_docstrings(kind)
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        assert documented.get(field.name), f"{shape}.{field.name} has no docstring"
        assert is_plain(hints[field.name]), f"{shape}.{field.name}: {hints[field.name]}"
    if shape == "Options":
        assert kind() == kind(), "a post need not ask for anything"


def field_docstrings(kind: type) -> dict[str, str]:
    """The text that stands right under a field."""
    (body,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
            assert isinstance(field.target, ast.Name)
            found[field.target.id] = str(ast.literal_eval(below.value))
    return found


def is_plain(hint: Any) -> bool:
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return all(isinstance(value, PLAIN) for value in inside)
    if origin is tuple:
        return len(inside) == 2 and inside[1] is ... and is_plain(inside[0])
    return all(is_plain(one) for one in inside) if inside else hint in PLAIN


@every
def test_it_has_a_test_file(platform: type[Platform]) -> None:
    assert (HERE / f"test_{platform.name}.py").exists()


@every
def test_text_is_counted_and_read_without_a_login(platform: type[Platform]) -> None:
    assert platform.count("") == 0
    assert platform.measure("Hello").fits
    text = "🚀 https://example.org #gitops"
    facets = platform.facets(text)
    assert [(f.type, text.encode()[f.start : f.end].decode()) for f in facets] == [
        ("link", "https://example.org"),
        ("tag", "#gitops"),
    ]
    assert all(isinstance(facet, Facet) for facet in facets)
    long = "x" * (platform.capabilities.text.limit + 1)
    assert not platform.measure(long).fits


@every
def test_keys_are_stable_short_and_different(platform: type[Platform]) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    key = platform.claim_key(b"\x01" * 32, at, 1)
    assert key == platform.claim_key(b"\x01" * 32, at, 1)
    assert key != platform.claim_key(b"\x02" * 32, at, 1)
    assert 8 <= len(key) <= 64
    assert key.isascii()
    assert key.isalnum()


@every
def test_credentials_go_to_one_origin(platform: type[Platform]) -> None:
    origin = platform.origin(platform.Settings(**SETTINGS[platform.name]))
    assert re.fullmatch(r"https://[a-z0-9.-]+(:\d+)?", origin)


@every
def test_a_login_at_work_shows_no_secret(platform: type[Platform]) -> None:
    made = platform(
        platform.Settings(**SETTINGS[platform.name]),
        CREDENTIALS[platform.name],
        None,  # type: ignore[arg-type]  # nothing is sent
    )
    assert "canary" not in repr(made)


@every
def test_certainty_is_told_for_a_message(platform: type[Platform]) -> None:
    told = platform.certainty_for(outgoing(platform.name).message)
    assert set(told) <= set(platform.capabilities.certainty)


@pytest.mark.parametrize("name", names())
def test_importing_one_costs_nothing_that_validating_does_not_need(name: str) -> None:
    program = (
        "import json, sys; from postops.platforms import load; "
        f"p = load({name!r}); p.measure('Größe https://example.org'); p.facets('#x'); "
        "print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout))
    assert loaded & {"httpx", "pydantic", "asyncio", "starlette", "logging"} == set()

"""The reader and the editors' schema say the same of the same front matter."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft7Validator

from postops.config import ConfigFile
from postops.content.front import CampaignFront, PostFront
from postops.content.schema import schemas
from postops.reading.shape import read
from postops.reading.yaml import parse

POSTS = [
    ("{}", True),
    ("id: spring-release", True),
    ("id: 2026/spring_release.v2+x", True),
    ("id: a b", False),
    ("id: ''", False),
    ("id: /a", False),
    ("id: a//b", False),
    ("id: ../a", False),
    ("id: a@b", False),
    ("id: ä", False),
    ("id: 7", False),
    ("title: A title", True),
    ("title: ''", True),
    ("title: 2026", False),
    ("title: true", False),
    ("title: no", True),
    ("title:", False),
    ("title: ~", False),
    ("title: [a]", False),
    ("accounts: [a, b]", True),
    ("accounts: []", True),
    ("accounts: a", False),
    ("accounts: [1]", False),
    ("accounts: {a: b}", False),
    ("publish_at: 2026-03-01T10:30", True),
    ("publish_at: 2026-03-01 10:30", True),
    ("publish_at: 2026-03-01T10:30:05Z", True),
    ("publish_at: 2026-03-01T10:30:05.123+01:00", True),
    ("publish_at: 1", False),
    ("timezone: Europe/Berlin", True),
    ("timezone: 1", False),
    ("late: post", True),
    ("late: ask", True),
    ("late: never", False),
    ("late: true", False),
    ("schedule: native", True),
    ("schedule: run", True),
    ("schedule: 2026-03-01T10:30", False),
    ("expires_at: 2026-03-01T10:30Z", True),
    ("campaign: spring-launch", True),
    ("campaign: [a]", False),
    ("tags: [release, 'two words']", True),
    ("tags: [1]", False),
    ("hashtags: [OpenScience, '#FAIR', Café]", True),
    ("hashtags: [two words]", False),
    ("hashtags: ['']", False),
    ("hashtags: ['#']", False),
    ("hashtags: ['a#b']", False),
    ("link: https://example.org/a?b=c#d", True),
    ("link: HTTP://example.org", True),
    ("link: example.org", False),
    ("link: javascript:alert(1)", False),
    ("link: 'https://a b'", False),
    ("link: {url: 'https://x.org', title: T, description: D, image: ../a.png}", True),
    ("link: {url: 'https://x.org', image: {path: a.png, alt: A}}", True),
    ("link: {title: T}", False),
    ("link: {url: x}", False),
    ("link: {url: 'https://x.org', img: a}", False),
    ("link: [a]", False),
    ("media: [{path: a.png, alt: A}]", True),
    ("media: [{path: a.png, alt: '', focus: [0, -0.5]}]", True),
    ("media: [{path: a.png, focus: [0]}]", False),
    ("media: [{path: a.png, focus: [0, 2]}]", False),
    ("media: [{path: a.png, focus: [0, 0, 0]}]", False),
    ("media: [{alt: A}]", False),
    ("media: [{path: ''}]", False),
    ("media: [{path: a.png, alt: }]", False),
    ("media: [a.png]", False),
    ("media: a.png", False),
    ("media: {path: a.png}", False),
    ("thread: auto", True),
    ("thread: none", True),
    ("thread: false", False),
    ("language: pt-BR", True),
    ("language: no", True),
    ("language: english language", False),
    ("content_warning: spoilers", True),
    ("content_warning: true", False),
    ("poll: {options: [a, b], duration: 1d}", True),
    ("poll: {options: [a, b], duration: 1h30m, multiple: true, hide_totals: false}", True),
    ("poll: {options: [a], duration: 1d}", False),
    ("poll: {options: [a, ''], duration: 1d}", False),
    ("poll: {options: [a, b]}", False),
    ("poll: {options: [a, b], duration: 1}", False),
    ("poll: {options: [a, b], duration: tomorrow}", False),
    ("poll: {options: [a, b], duration: 1d, multiple: 1}", False),
    ("on_edit: update", True),
    ("on_edit: delete", False),
    ("on_remove: withdraw", True),
    ("on_remove: update", False),
    ("variants: {a: {text: A}, b: {text: B, hashtags: []}}", True),
    ("variants: {a: {txt: A}}", False),
    ("variants: {'a b': {text: A}}", False),
    ("variants: [a]", False),
    ("platforms: {x: {text: Short}, mastodon-main: {language: de, thread: auto}}", True),
    ("platforms: {bluesky-main: {quotes: false, anything: [1]}}", True),
    ("platforms: {x: {text: 1}}", False),
    ("platforms: {x: {media: [{path: a.png}], link: 'https://x.org'}}", True),
    ("platforms: {x: {media: [a]}}", False),
    ("platforms: {x: text}", False),
    ("draft: true", True),
    ("draft: yes", False),
    ("draft: 1", False),
    ("hold: false", True),
    ("hold: 'true'", False),
    ("allow: [bare-domain]", True),
    ("allow: bare-domain", False),
    ("publish-at: 2026-03-01T10:30", False),
    ("queue: mornings", False),
    ("date: 2026-03-01", False),
]
CAMPAIGNS = [
    ("title: Spring", True),
    ("{starts: 2026-03-01, ends: 2026-03-31}", True),
    ("starts: [a]", False),
    ("utm: {source: a, medium: b, campaign: c}", True),
    ("utm: {content: a}", False),
    ("{accounts: [a], hashtags: [B], tags: [c], id: d}", True),
    ("publish_at: 2026-03-01T10:30", False),
]
HEAD = "{version: 1, accounts: {a: {platform: x}}"
CONFIGS = [
    (HEAD + "}", True),
    ("{accounts: {}, version: 1.0}", True),
    ("{accounts: {}, version: 2}", False),
    ("{accounts: {}, version: true}", False),
    ("{accounts: {}}", False),
    ("{version: 1}", False),
    ("{version: 1, accounts: {A: {platform: x}}}", False),
    ("{version: 1, accounts: {a-: {platform: x}}}", False),
    ("{version: 1, accounts: {a: {handle: x}}}", False),
    ("{version: 1, accounts: {a: {platform: x, anything: 1, was: b}}}", True),
    ("{version: 1, accounts: {a: {platform: x, credentials: {t: 'env:T'}}}}", True),
    ("{version: 1, accounts: {a: {platform: x, credentials: {t: secret}}}}", False),
    (HEAD + ", groups: {g: [a]}}", True),
    (HEAD + ", groups: {G: [a]}}", False),
    (HEAD + ", defaults: {accounts: [a], late: ask, grace: 6h}}", True),
    (HEAD + ", defaults: {grace: 6}}", False),
    (HEAD + ", state: same}", True),
    (HEAD + ", state: {branch: a/b.c}}", True),
    (HEAD + ", state: other}", False),
    (HEAD + ", lease: 20m, clock_skew: 90s}", True),
    (HEAD + ", lease: 20 m}", False),
    (HEAD + ", utm: {source: '{platform}', hosts: [example.org]}}", True),
    (HEAD + ", utm: {hosts: [Example]}}", False),
    (HEAD + ", rules: {ignore: [x], select: [], severity: {a: warning}}}", True),
    (HEAD + ", rules: {severity: {a: bad}}}", False),
    (HEAD + ", content_branch: main}", True),
    (HEAD + ", contentbranch: main}", False),
]
CASES = [
    *(("post", PostFront, text, fine) for text, fine in POSTS),
    *(("campaign", CampaignFront, text, fine) for text, fine in CAMPAIGNS),
    *(("config", ConfigFile, text, fine) for text, fine in CONFIGS),
]


@cache
def validator(name: str) -> Draft7Validator:
    return Draft7Validator(schemas()[f"{name}.schema.json"])


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.mark.parametrize(("name", "shape", "text", "fine"), CASES)
def test_reader_and_schema_agree(name: str, shape: type, text: str, fine: bool) -> None:
    parsed = parse(text, "f.md")
    assert parsed.faults == ()
    read_fine = not read(shape, parsed.value, "f.md").faults
    schema_fine = validator(name).is_valid(plain(parsed.value))
    assert (read_fine, schema_fine) == (fine, fine)


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(CASES) >= 60
    assert {fine for *_, fine in CASES} == {True, False}
    keys = {next(iter(parse(text, "f").value), None) for text, _ in POSTS}
    assert set(PostFront.__dataclass_fields__) <= keys


def test_where_only_the_calendar_knows_the_reader_is_the_finer_of_the_two() -> None:
    for text in ("publish_at: 2026-02-30T10:30", "publish_at: 2026-03-01T10:30:00"):
        parsed = parse(text, "f")
        assert not read(PostFront, parsed.value, "f").faults  # times.py has the words for these
    assert validator("post").is_valid({"publish_at": "2026-02-30T10:30"})
    assert not validator("post").is_valid({"publish_at": "2026-03-01T10:30:00"})

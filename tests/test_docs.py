"""What the documentation says is true: its links lead somewhere, its commands print what it shows.

Runnable blocks are fenced as `console` and follow the line `<!-- run -->`. They run in order, page by
page, in a copy of this repository's posts, in the sandbox. A line of output that is shown has to
come, in the order shown; `…` stands for whatever changes (ids, times, the rest of a line). A block
that follows `<!-- file: PATH -->` is written to that file first.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import pytest

from postops import cli, config, platforms
from postops.clock import SystemClock
from postops.content import front
from postops.content.campaigns import read_campaign
from postops.content.posts import read_post
from postops.ledger.events import TYPES
from postops.plan import ALARMS, ActionName, Reason
from postops.publish.ports import Outcome
from postops.reading.shape import known_keys
from postops.sandbox.faults import Fault, FaultPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
GENERATED = (DOCS / "rules", DOCS / "platforms", DOCS / "cli.md")
PAGES = [
    ROOT / "README.md",
    ROOT / "posts" / "README.md",
    ROOT / "campaigns" / "README.md",
    *sorted(
        page
        for page in DOCS.rglob("*.md")
        if not any(page.is_relative_to(made) for made in GENERATED)
    ),
]
ids = [page.relative_to(ROOT).as_posix() for page in PAGES]
each_page = pytest.mark.parametrize("page", PAGES, ids=ids)

LINK = re.compile(r"(?<!!)\[(?P<words>[^\]]*)\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(
    r"^<!-- (?P<mark>run|file: (?P<file>\S+)) -->\n+```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
NAME = re.compile(r"`([\w.]+)(?:\(\))?`")


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


# ------------------------------------------------------------------------ links


def slug(heading: str) -> str:
    """GitHub's name for a heading."""
    plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return plain.replace(" ", "-")


def headings(page: Path) -> set[str]:
    found = re.findall(r"^#+ (.+)$", FENCE.sub("", text(page)), re.MULTILINE)
    return {slug(heading) for heading in found}


def links(page: Path) -> Iterator[tuple[str, str]]:
    for match in LINK.finditer(FENCE.sub("", text(page))):
        if "://" not in match["target"]:
            yield match["words"], match["target"]


@cache
def names(source: Path) -> frozenset[str]:
    """Everything a Python file defines, methods as `Class.method`, too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text(source))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            inner = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
            found |= {f"{node.name}.{one.name}" for one in inner}
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(found)


def target_of(page: Path, target: str) -> tuple[Path, str]:
    path, _, place = target.partition("#")
    return (page.parent / path).resolve() if path else page, place


@each_page
def test_links_lead_to_files_and_headings(page: Path) -> None:
    wrong = []
    for _, target in links(page):
        file, place = target_of(page, target)
        if not file.exists() or (place and file.suffix == ".md" and place not in headings(file)):
            wrong.append(target)
    assert wrong == []


@each_page
def test_functions_named_in_links_are_there(page: Path) -> None:
    wrong = []
    for words, target in links(page):
        file, place = target_of(page, target)
        if file.suffix != ".py" or not file.exists():
            continue
        named = NAME.findall(words) + ([place] if place else [])
        wrong += [f"{target}: {name}" for name in named if name not in names(file)]
    assert wrong == []


def test_every_page_is_in_the_index() -> None:
    index = text(DOCS / "README.md")
    missing = [p.name for p in DOCS.glob("*.md") if p.name != "README.md" and p.name not in index]
    assert missing == []


# ------------------------------------------------------------------------ what has to be mentioned


def test_every_command_is_mentioned() -> None:
    said = "\n".join(map(text, PAGES))
    missing = [name for name in cli.COMMANDS if not re.search(rf"postops {name}\b", said)]
    assert missing == []


def missing_in(page: str, words: Iterator[str] | list[str]) -> list[str]:
    said = text(DOCS / page)
    return [word for word in words if f"`{word}`" not in said]


def keys_of(annotation: Any) -> set[str]:
    """Every key a shape takes, with those of the blocks in it."""
    if not is_dataclass(annotation):
        return {key for inner in get_args(annotation) for key in keys_of(inner)}
    hints = get_type_hints(annotation, include_extras=True)
    own = set(known_keys(annotation))  # type: ignore[arg-type]  # a class, as annotations are
    return own | {key for name in own for key in keys_of(hints[name])}


def test_every_key_of_a_post_is_explained() -> None:
    shapes = [front.PostFront, front.CampaignFront]
    shapes += [platforms.load(name).Options for name in platforms.names()]
    keys = {key for shape in shapes for key in keys_of(shape)}
    assert {"path", "alt", "duration", "visibility"} <= keys
    assert missing_in("posts.md", sorted(keys)) == []


def test_every_key_of_the_configuration_is_explained() -> None:
    known = [platforms.load(name) for name in platforms.names()]
    shapes = [config.ConfigFile, *(one.Settings for one in known)]
    keys = {key for shape in shapes for key in keys_of(shape)}
    assert {"platform", "grace", "severity", "instance"} <= keys
    keys |= {secret for one in known for some in one.credentials for secret in some}
    assert missing_in("configuration.md", sorted(keys)) == []


def test_every_word_of_the_json_is_explained() -> None:
    words = [*get_args(Reason), *get_args(Outcome), *get_args(ActionName)]
    assert missing_in("json.md", words) == []
    said = text(DOCS / "json.md")
    alarms = re.search(r"need a person: (.+?)\.", said.replace("\n", " "))
    assert alarms is not None
    assert set(re.findall(r"`([a-z-]+)`", alarms[1])) == ALARMS


def test_every_event_is_explained() -> None:
    assert missing_in("ledger.md", sorted(TYPES)) == []


def test_every_key_of_a_fault_is_explained() -> None:
    assert missing_in("sandbox.md", [field.name for field in fields(Fault)]) == []


def examples(page: str) -> list[str]:
    return re.findall(
        r"^```(?:yaml|markdown)\n(.*?)^```$", text(DOCS / page), re.MULTILINE | re.DOTALL
    )


def test_examples_of_front_matter_can_be_read() -> None:
    conf = config.load_config(ROOT)
    shown = examples("posts.md")
    assert len(shown) >= 5
    for example in shown:
        if example.startswith("---"):
            assert read_campaign(f"{example}Text\n".encode(), "campaigns/a.md").faults == ()
        else:
            data = f"---\n{example}---\nText\n".encode()
            assert read_post(data, "posts/a.md", conf, None).faults == ()


def test_the_configuration_that_is_shown_can_be_read(tmp_path: Path) -> None:
    whole, *others = examples("configuration.md")
    config.read_config(whole.encode(), tmp_path)
    without = re.sub(r"^defaults: .*\n", "", whole, flags=re.MULTILINE)
    assert len(others) == 2
    for defaults in others:
        assert config.read_config((without + defaults).encode(), tmp_path).accounts


def test_fault_plans_are_fault_plans() -> None:
    """The one that is handed in with curl, and the one with more to try."""
    said = text(DOCS / "sandbox.md")
    plans = re.findall(r"\{\"faults\".*?\]\}", said, re.DOTALL)
    parsed = [FaultPlan.parse(json.loads(plan)).faults for plan in plans]
    assert [len(faults) for faults in parsed] == [1, 4]


# ------------------------------------------------------------------------ what can be run


class Still(SystemClock):
    """A day on which none of our posts is late; whoever waits moves it on."""

    def __init__(self) -> None:
        self.at = datetime(2026, 12, 1, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Reader:
    """Somebody who types what a page shows."""

    folder: Path
    clock: Still
    capfd: pytest.CaptureFixture[str]

    def types(self, command: str) -> str:
        words = shlex.split(command)
        if words[0] == "postops":
            # What a page shows may find faults, but nothing that cannot start, and no bug.
            assert cli.run(words[1:], clock=self.clock) in (0, 1), self.capfd.readouterr()
        else:
            subprocess.run(["bash", "-c", command], cwd=self.folder, check=True)
        out, err = self.capfd.readouterr()
        return out + err


@pytest.fixture
def reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Reader:
    clock = Still()
    for name in ("posts", "campaigns", "media", "schema"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "postops.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "A reader")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "reader@example.org")
        monkeypatch.setenv(f"GIT_{who}_DATE", clock.at.isoformat())
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    for line in ("init -q -b main", "add -A", "commit -q -m posts"):
        subprocess.run(["git", *line.split()], cwd=tmp_path, check=True)
    return Reader(tmp_path, clock, capfd)


def commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """Each command with the lines shown below it; a `\\` at the end goes on in the next line."""
    command, shown = "", []
    for line in block.splitlines():
        if line.startswith("$ ") or command.endswith("\\"):
            if command.endswith("\\"):
                command = command[:-1] + line.strip()
                continue
            if command:
                yield command, shown
            command, shown = line[2:], []
        elif line.strip() not in ("", "…"):
            shown.append(line)
    if command:
        yield command, shown


def pattern(line: str) -> re.Pattern[str]:
    """Blanks are as wide as they happen to be: names are aligned to the longest one there."""
    parts = [r"\s+".join(map(re.escape, part.split(" "))) for part in re.split(r" {2,}", line)]
    return re.compile(r"\s+".join(parts).replace("…", ".*") + r"\s*")


def unseen(shown: list[str], said: str) -> list[str]:
    """The lines that did not come, or not in this order."""
    left = iter(said.splitlines())
    return [line for line in shown if not any(pattern(line).fullmatch(each) for each in left)]


RUNNABLE = [page for page in PAGES if "<!-- run -->" in text(page)]


def test_the_first_page_can_be_run() -> None:
    assert ROOT / "README.md" in RUNNABLE


@pytest.mark.parametrize(
    "page", RUNNABLE, ids=[page.relative_to(ROOT).as_posix() for page in RUNNABLE]
)
def test_commands_print_what_the_page_shows(page: Path, reader: Reader) -> None:
    for match in BLOCK.finditer(text(page)):
        if match["file"]:
            file = reader.folder / match["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(match["text"], encoding="utf-8")
            continue
        for command, shown in commands(match["text"]):
            said = reader.types(command)
            assert unseen(shown, said) == [], f"{command}\n{said}"


def test_examples_in_json_are_json() -> None:
    for page in PAGES:
        for block in re.findall(r"^```json\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL):
            json.loads(block)

"""What action.yml cannot say in YAML: inputs to arguments before the run, outputs and summary after.

`arguments` reads the inputs (JSON, in INPUTS), refuses what is not plainly a value, and leaves the
command line in a NUL-separated file. `report` reads what the command left and writes the outputs and
the job's summary. Standard library only: nothing here may depend on the version it reports on.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

# input -> (option, kind, the commands that take it)
OPTIONS = {
    "since": ("--since", "value", ("validate",)),
    "select": ("--select", "list", ("validate",)),
    "ignore": ("--ignore", "list", ("validate",)),
    "strict": ("--strict", "flag", ("validate",)),
    "at": ("--at", "value", ("plan",)),
    "matrix": ("--matrix", "value", ("plan",)),
    "shard": ("--shard", "value", ("plan", "publish")),
    "sandbox": ("--sandbox", "flag", ("plan", "publish", "metrics")),
    "dry-run": ("--dry-run", "flag", ("publish",)),
    "account": ("--account", "list", ("publish",)),
    "post": ("--post", "list", ("publish",)),
    "now": ("--now", "flag", ("publish",)),
    "wait": ("--wait", "value", ("plan", "publish")),
    "force": ("--force", "flag", ("publish",)),
    "plan-digest": ("--plan-digest", "value", ("publish",)),
}
COMMANDS = {
    "validate": ["validate", "--format", "github"],
    "plan": ["plan", "--format", "json"],
    "publish": ["publish", "--format", "json"],
    "metrics": ["metrics", "pull"],
}
ANSWERS_IN_JSON = ("plan", "publish")
PUSHES = ("publish", "metrics")
FAILURES = ("failed", "unsent", "unknown", "in-doubt", "held")  # as in postops.publish.ports.ALARMS
SUMMARY_BYTES = 1_000_000  # GitHub drops a step's summary above 1 MiB


class InputError(ValueError):
    """An input that will not be passed on; the message says which and why."""


def main() -> None:
    inputs = json.loads(os.environ["INPUTS"])
    if sys.argv[1:] == ["arguments"]:
        try:
            write_arguments(inputs)
        except InputError as refusal:
            print(f"::error title=postops::{escaped(str(refusal))}")
            sys.exit(2)
    else:
        report(inputs)


def write_arguments(inputs: dict[str, str]) -> None:
    """Leave the command line where the next step finds it.

    Raises InputError for a value that could be taken for an option, or one this command has no use for.
    """
    line = [*root_options(inputs), *command_line(inputs)]
    command = inputs["command"]
    work = Path(tempfile.mkdtemp(prefix="postops-", dir=os.environ["RUNNER_TEMP"]))
    (work / "arguments").write_bytes(b"".join(word.encode() + b"\0" for word in line))
    rehearsal = "true" in (inputs["sandbox"], inputs["dry-run"])
    output("arguments", str(work / "arguments"))
    output("answer", str(work / "answer.json") if command in ANSWERS_IN_JSON else "")
    output("flush", "true" if command in PUSHES and not rehearsal else "false")


def root_options(inputs: dict[str, str]) -> list[str]:
    line = ["-C", plain("directory", inputs["directory"] or ".")]
    return [*line, "--config", plain("config", inputs["config"])] if inputs["config"] else line


def command_line(inputs: dict[str, str]) -> list[str]:
    command = inputs["command"]
    if command not in COMMANDS:
        raise InputError(f"`command` is one of {', '.join(COMMANDS)}, not {command!r}")
    plain("sarif-file", inputs["sarif-file"])
    line = list(COMMANDS[command])
    for name, (option, kind, commands) in OPTIONS.items():
        words = as_words(name, kind, inputs[name])
        if words and command not in commands:
            raise InputError(f"the input `{name}` means nothing to `{command}`")
        for word in words:
            line += [option] if kind == "flag" else [option, word]
    paths = as_words("paths", "list", inputs["paths"])
    if paths and command != "validate":
        raise InputError(f"the input `paths` means nothing to `{command}`")
    return [*line, "--", *paths] if paths else line


def as_words(name: str, kind: str, value: str) -> list[str]:
    """The values an input holds; a flag that is set counts as one."""
    if kind == "flag":
        if value not in ("true", "false", ""):
            raise InputError(f"`{name}` is `true` or `false`, not {value!r}")
        return ["true"] if value == "true" else []
    lines = value.splitlines() if kind == "list" else [value]
    return [plain(name, line.strip()) for line in lines if line.strip()]


def plain(name: str, value: str) -> str:
    if value.startswith("-"):
        raise InputError(f"`{name}` may not begin with a dash: {value!r}")
    if not value.isprintable():
        raise InputError(f"`{name}` holds a control character: {value!r}")
    return value


def report(inputs: dict[str, str]) -> None:
    """Write the outputs and the summary. Never fails the job: the run itself already has."""
    arguments = Path(os.environ["ARGUMENTS"])
    line = [word.decode() for word in arguments.read_bytes().split(b"\0")[:-1]]
    command = inputs["command"]
    answer = Path(os.environ["ANSWER"]) if os.environ["ANSWER"] else None
    document = read(answer)
    if command == "validate":
        summary = again(line, "github", "markdown")
        if inputs["sarif-file"]:
            Path(inputs["sarif-file"]).write_text(again(line, "github", "sarif"), encoding="utf-8")
    elif command == "plan" and document:
        output("plan-digest", str(document.get("digest", "")))
        if inputs["matrix"]:
            output("shards", json.dumps(document["matrix"]["shard"]))
        summary = again([*line, "--at", str(document["at"])], "json", "markdown")
    else:
        summary = publish_summary(document) if command == "publish" else ""
    if answer and document:
        output("result-path", str(answer))
    page = arguments.with_name("summary.md")
    page.write_text(shortened(summary), encoding="utf-8")
    output("summary-path", str(page))
    with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as stream:
        stream.write(page.read_text(encoding="utf-8"))


def read(answer: Path | None) -> dict[str, Any]:
    """The command's answer, or nothing where it died before giving one."""
    try:
        document = json.loads(answer.read_text(encoding="utf-8")) if answer else {}
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def again(line: list[str], old: str, new: str) -> str:
    """The same command in another format; both read only."""
    where = line.index("--format") + 1
    assert line[where] == old
    # -P as in action.yml: nothing is imported from the repository that is worked on
    words = [sys.executable, "-P", "-m", "postops", *line[:where], new, *line[where + 1 :]]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def publish_summary(document: dict[str, Any]) -> str:
    """Say each result in the log and in a table, and count them as outputs."""
    results = document.get("results", [])
    counts = Counter(result["outcome"] for result in results)
    output("published", str(counts["published"]))
    output("failed", str(sum(counts[outcome] for outcome in FAILURES)))
    rows = ["## postops publish", "", "| Delivery | Outcome | |", "|---|---|---|"]
    for result in results:
        detail = result.get("url") or result.get("error") or ""
        # The outcome comes first, so that no text of a platform can begin a line of the log.
        print(f"{result['outcome']:12}", escaped(result["delivery"]), escaped(str(detail)))
        rows.append(f"| {cell(result['delivery'])} | {cell(result['outcome'])} | {cell(detail)} |")
    if not results:
        rows[2:] = ["Nothing was due."] if document else ["The run ended without an answer."]
    return "\n".join(rows) + "\n"


def escaped(text: str) -> str:
    """Text for one line of the log, in the escapes of GitHub's workflow commands."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def cell(value: object) -> str:
    """Text for one table cell: no markup, no line break, no second column."""
    text = " ".join(str(value).split())
    return "".join("\\" + c if c in "\\`*_[]<>|#!" else c for c in text)


def shortened(summary: str) -> str:
    if len(summary.encode()) <= SUMMARY_BYTES:
        return summary
    kept = summary.encode()[:SUMMARY_BYTES].decode(errors="ignore")
    return kept[: kept.rfind("\n") + 1] + "\n(cut here: GitHub shows no more)\n"


def output(name: str, value: str) -> None:
    """Set an output; the delimiter is random, so that no value can end it early."""
    end = secrets.token_hex(16)  # noqa: TID251 - the clock seam is the package's, this is not in it
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as stream:
        stream.write(f"{name}<<{end}\n{value}\n{end}\n")


if __name__ == "__main__":
    main()

"""Compare our counting and detection with the reference implementations, or record what those say.

`python -m tests.platforms.oracles.compare --cases 20000 --seed 7` compares random texts and lists
what differs; `--record` writes `golden/twitter.json` and `golden/bluesky.json` anew. Mastodon's
reference is a Ruby server, no package: `golden/mastodon.json` says how its values were made.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from postops.platforms import _bluesky_text, _graphemes, _twitter_text
from tests.platforms.oracles.texts import posts, texts
from tests.tools import node

HERE = Path(__file__).parent
GOLDEN_SEED, GOLDEN_RANDOM = 20261121, 340
SOURCES = {
    "twitter": "twitter-text 3.1.0 (npm, Apache-2.0), configuration version 3; the texts are our own",
    "bluesky": "@atproto/api 0.18.20 (npm, MIT), RichText; the texts are our own",
}
#: The check the server makes of a link's `uri` (packages/syntax); a facet that fails is refused.
ACCEPTED_URI = re.compile(r"\w+:(?://)?[^\s/]\S*")

Case = dict[str, Any]


def ask(oracle: str, values: list[str]) -> list[Case]:
    """What the reference makes of each text, in one process; skips where Node is missing."""
    modules = node.need_modules("platforms/oracles")
    lines = "\n".join(map(json.dumps, values))
    done = node.run_node(HERE / f"{oracle}.cjs", modules=modules, stdin=lines)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def ours(oracle: str, value: str) -> Case:
    """The same of our own."""
    if oracle == "bluesky":
        return {
            "text": value,
            "graphemes": _graphemes.count(value),
            "bytes": len(value.encode()),
            "facets": [list(facet) for facet in _bluesky_text.detect_facets(value)],
        }
    weighted = _twitter_text.weighted_length(value)
    fits = 0 < weighted <= _twitter_text.CONFIG.max_weighted_length
    return {
        "text": value,
        "weighted": weighted,
        "valid": fits and not _twitter_text.invalid_characters(value),
        "urls": [list(url) for url in _twitter_text.find_urls(value)],
        "schemed": [list(url) for url in _twitter_text.find_urls(value, scheme_required=True)],
        "hashtags": [list(tag) for tag in _twitter_text.find_hashtags(value)],
        "mentions": [list(mention) for mention in _twitter_text.find_mentions(value)],
        "cashtags": [list(cashtag) for cashtag in _twitter_text.find_cashtags(value)],
    }


def refused_link(case: Case) -> bool:
    """Whether the reference makes a link the server refuses: there we differ on purpose."""
    links = [uri for kind, _, _, uri in case.get("facets", []) if kind == "link"]
    return not all(ACCEPTED_URI.fullmatch(uri) for uri in links)


def record() -> None:
    values = list(dict.fromkeys([*posts(), *texts(GOLDEN_SEED, GOLDEN_RANDOM)]))
    for oracle, source in SOURCES.items():
        cases = [case for case in ask(oracle, values) if not refused_link(case)]
        lines = ",\n".join(json.dumps(case) for case in cases)
        document = f'{{"SOURCE": {json.dumps(source)},\n"cases": [\n{lines}\n]}}\n'
        (HERE / "golden" / f"{oracle}.json").write_text(document, encoding="ascii")
        print(f"{oracle}: {len(cases)} cases recorded")


def compare(oracle: str, values: list[str]) -> tuple[list[tuple[Case, Case]], int]:
    """Pairs (reference, ours) that differ, and how many cases were left out on purpose."""
    cases = ask(oracle, values)
    assert len(cases) == len(values)
    judged = [case for case in cases if not refused_link(case)]
    pairs = ((case, ours(oracle, case["text"])) for case in judged)
    return [pair for pair in pairs if pair[0] != pair[1]], len(cases) - len(judged)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--cases", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.record:
        return record()
    for oracle in SOURCES:
        different, skipped = compare(oracle, texts(options.seed, options.cases))
        print(f"{oracle}: {options.cases} cases, {len(different)} differ, {skipped} left out")
        for reference, own in different[:10]:
            print(json.dumps(reference), json.dumps(own), sep="\n", end="\n\n")
    return None


if __name__ == "__main__":
    try:
        main()
    except pytest.skip.Exception as missing:
        sys.exit(f"nothing compared: {missing}")

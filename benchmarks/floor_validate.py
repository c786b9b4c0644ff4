"""The least a linter of these files can do: read each, and load its front matter with libyaml."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

count = 0
for path in sorted(Path(sys.argv[1]).rglob("*.md")):
    text = path.read_text(encoding="utf-8")
    front = text.split("---\n", 2)[1]
    count += bool(yaml.load(front, Loader=yaml.CSafeLoader))
print(count)

"""POST on the command line, where the work tree is meant: an id or a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postops.config import Config
    from postops.content.posts import Read
    from postops.content.source import WorkTree
    from postops.model import Post


def find(tree: WorkTree, config: Config, name: str) -> Post:
    """The post with this id or path.

    Raises `ConfigError` where it is not there, `PostopsError` where it cannot be read.
    """
    from postops.content.posts import default_id
    from postops.errors import ConfigError, PostopsError
    from postops.reading.words import nearest

    known = []
    for path, read in _read(tree, config, name):
        id_ = read.post.id if read.post is not None else default_id(path)
        known += [path, id_]
        if name not in (path, id_):
            continue
        if read.post is None:
            fault = read.faults[0]
            raise PostopsError(fault.message, help=fault.help, where=str(fault.span))
        return read.post
    meant = nearest(name, tuple(known))
    help_ = f"did you mean {meant}?" if meant else None
    raise ConfigError(f"there is no post {name!r}", help=help_)


def _read(tree: WorkTree, config: Config, name: str) -> Iterator[tuple[str, Read]]:
    """All posts, one by one, those first that are likely to be meant."""
    from postops.content.frontmatter import SIZE_LIMIT, unread
    from postops.content.posts import FOLDER, Read, read_post
    from postops.content.scan import scan

    likely = {name, f"{FOLDER}/{name}.md"}
    entries = sorted(scan(tree, FOLDER).files, key=lambda entry: entry.path not in likely)
    for entry, data in tree.load(entries, SIZE_LIMIT):
        if data is None:
            yield entry.path, Read(None, (unread(entry),))
        else:
            yield entry.path, read_post(data, entry.path, config, tree)


def as_typed(name: str, directory: Path, root: Path) -> str:
    """POST, relative to the root where it is a path as typed."""
    file = (directory / name).absolute()
    if not file.is_file():
        return name
    try:
        return file.parent.resolve().joinpath(file.name).relative_to(root.resolve()).as_posix()
    except ValueError:
        return name

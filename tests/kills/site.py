"""A remote, the clones that publish from it, and the posts: what is wished, part by part."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from tests.rigs.git import clone, environment, make_remote

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from random import Random

    from tests.kills.servers import Servers
    from tests.rigs.lighttpd import Lighttpd

KINDS = ("text", "image", "thread", "everywhere")


@dataclass
class Wish:
    """What one account is to show of one post. `live` is False once it is to be gone."""

    post: str
    account: str
    texts: tuple[str, ...]
    pictures: tuple[str, ...] = ()
    live: bool = True

    @property
    def delivery(self) -> str:
        return f"{self.post}@{self.account}"


@dataclass
class Site:
    """`desk` is where the victim runs, `elsewhere` another machine, `watch` the judge's clone."""

    remote: Path
    desk: Path
    elsewhere: Path
    watch: Path
    servers: Servers
    state: str
    wishes: dict[str, Wish] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(
        cls, folder: Path, servers: Servers, at: datetime, web: Lighttpd | None, state: str
    ) -> Site:
        """A repository with a configuration and a picture; over HTTP where `web` serves it.

        `state`: `branch` keeps the ledger on one of its own, `same` on that of the posts.
        """
        remote = make_remote(folder)
        config = {
            "version": 1,
            "accounts": servers.configured,
            "defaults": {"accounts": list(servers.configured)},
            "state": {"branch": "postops-state" if state == "branch" else state},
        }
        first = {"postops.yaml": (json.dumps(config, indent=1) + "\n").encode(), "chart.png": png()}
        _import(remote, first, at, "Begin")
        source = web.url(remote) if web else remote
        places = [clone(source, folder / name) for name in ("desk", "elsewhere", "watch")]
        return cls(remote, *places, servers=servers, state=state)

    # ------------------------------------------------------------------ content

    def merge(self, at: datetime, work: Work) -> None:
        """What merged pull requests leave on the content branch."""
        files: dict[str, bytes | None] = {}
        for name in work.removed:
            files[f"posts/{name}.md"] = None
            for wish in self._of(name):
                wish.live = False
        for name in work.edited:
            for wish in self._of(name):
                wish.texts = tuple(f"{text} again" for text in wish.texts)
            self.files[name] = self.files[name].rstrip("\n") + " again\n"
            files[f"posts/{name}.md"] = self.files[name].encode()
        for post in work.posts:
            self.files[post.name] = post.file()
            files[f"posts/{post.name}.md"] = post.file().encode()
            for wish in post.wishes():
                self.wishes[wish.delivery] = wish
        _import(self.remote, files, at, "Merge")

    def _of(self, post: str) -> list[Wish]:
        return [wish for wish in self.wishes.values() if wish.post == post]

    def lasting(self, key: str) -> list[str]:
        """The live posts whose file has a key, oldest first."""
        names = dict.fromkeys(wish.post for wish in self.wishes.values() if wish.live)
        return [name for name in names if f"\n{key}:" in self.files[name]]


@dataclass(frozen=True)
class NewPost:
    """A file to be."""

    name: str
    accounts: tuple[str, ...]
    kind: str
    keys: tuple[str, ...] = ()

    def texts(self) -> tuple[str, ...]:
        if self.kind != "thread":
            return (f"{self.name} says this",)
        return tuple(f"{self.name} says {number}" for number in ("one", "two", "three"))

    def file(self) -> str:
        lines = ["---", f"accounts: [{', '.join(self.accounts)}]", *self.keys]
        if self.kind == "image":
            lines.append(f"media: [{{path: ../chart.png, alt: Chart of {self.name}}}]")
        return "\n".join([*lines, "---", "\n\n---\n\n".join(self.texts())]) + "\n"

    def wishes(self) -> list[Wish]:
        pictures = (f"Chart of {self.name}",) if self.kind == "image" else ()
        return [Wish(self.name, account, self.texts(), pictures) for account in self.accounts]


@dataclass(frozen=True)
class Work:
    """What one cycle has to do."""

    posts: tuple[NewPost, ...]
    removed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()

    @classmethod
    def draw(cls, site: Site, rng: Random, name: str, needs: str) -> Work:
        """A few posts, among them what a failpoint needs to be passed."""
        accounts = tuple(site.servers.kinds)
        kinds = [needs] if needs in KINDS else []
        kinds += rng.choices(KINDS, k=rng.randint(1, 2))
        posts = []
        for number, kind in enumerate(kinds):
            some = rng.sample(accounts, 1 if kind != "everywhere" else len(accounts))
            keys = rng.choice([(), ("on_remove: withdraw",)])
            if kind == "text" and "tusk" in accounts and rng.random() < 0.5:
                some, keys = ["tusk"], ("on_edit: update",)
            posts.append(NewPost(f"{name}-{number}", tuple(some), kind, keys))
        removed = site.lasting("on_remove")[:1] if needs == "removal" or rng.random() < 0.1 else []
        edited = site.lasting("on_edit")[:1] if needs == "edit" or rng.random() < 0.1 else []
        return cls(tuple(posts), tuple(removed), tuple(edited))


def opening(accounts: tuple[str, ...]) -> Work:
    """What is there before the first kill: something to remove, something to change."""
    removable = [
        NewPost(f"old-{number}", accounts, "text", ("on_remove: withdraw",)) for number in range(3)
    ]
    editable = [NewPost(f"fix-{n}", ("tusk",), "text", ("on_edit: update",)) for n in range(3)]
    return Work((*removable, *(editable if "tusk" in accounts else ())))


def png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 32), "red").save(file, "PNG")
    return file.getvalue()


def _import(remote: Path, files: dict[str, bytes | None], at: datetime, message: str) -> None:
    """Commit to main in one process: a campaign makes hundreds, and git is most of its time."""
    who = f"Ada Author <ada@example.org> {int(at.timestamp())} +0000"
    known = subprocess.run(
        ["git", "-C", remote, "rev-parse", "--verify", "--quiet", "refs/heads/main"],
        env=environment(), capture_output=True, check=False,
    ).stdout.strip()  # fmt: skip
    said = message.encode()
    stream = [b"commit refs/heads/main", f"author {who}".encode(), f"committer {who}".encode()]
    stream += [b"data %d" % len(said), said]
    stream += [b"from " + known] if known else []
    for path, data in files.items():
        if data is None:
            stream.append(f"D {path}".encode())
        else:
            stream += [f"M 100644 inline {path}".encode(), b"data %d" % len(data), data]
    subprocess.run(
        ["git", "-C", remote, "fast-import", "--quiet"],
        env=environment(), input=b"\n".join(stream) + b"\n", check=True, capture_output=True,
    )  # fmt: skip

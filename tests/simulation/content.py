"""The content branch: commits of posts, the wishes they make, and the messages at any of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from postops.diagnostics import Span
from postops.errors import PostopsError
from postops.ledger.renaming import as_named
from postops.model import Delivery, Measure, Message, Part, digest
from postops.plan import Wish, make_plan, with_renames
from postops.publish.ports import Loaded
from tests.simulation.clock import moment
from tests.simulation.native import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from postops.ledger.state import LedgerState
    from postops.plan import Plan, Terms


@dataclass(frozen=True)
class PostSpec:
    """A post as its file says. Times in seconds of the world; `due` `None`: as soon as merged."""

    id: str
    accounts: tuple[str, ...]
    texts: tuple[str, ...]
    path: str = ""
    due: float | None = None
    late: Literal["post", "skip", "ask"] = "post"
    grace: float = 6 * 3600.0
    expires: float | None = None
    on_edit: Literal["ignore", "update"] = "ignore"
    on_remove: Literal["keep", "withdraw"] = "keep"
    draft: bool = False
    hold: bool = False
    native: bool = False

    @property
    def file(self) -> str:
        return self.path or f"posts/{self.id}.md"


@lru_cache(4096)
def _source(spec: PostSpec) -> str:
    return digest("\n---\n".join(spec.texts).encode())


@lru_cache(4096)
def _blob(spec: PostSpec) -> str:
    return digest(repr(spec).encode())[7:47]


@lru_cache(4096)
def message(post: str, texts: tuple[str, ...], account: str, platform: str) -> Message:
    """What `render` would make of it. Rendering is pure and is not what is tested here."""
    span = Span("posts/a.md", 1, 1)
    parts = tuple(
        Part(n, text, Measure(len(text), len(text), 10_000, "characters", fits=True), span)
        for n, text in enumerate(texts, 1)
    )
    made = digest(f"{platform} {texts}".encode())  # no account: it may be renamed
    return Message(post, account, platform, parts, digest=made)


@dataclass(frozen=True)
class Commit:
    """One commit of the content branch: posts and configuration.

    `reached` says when each post came in, `was` what an account was called before; `past` are the
    commits it descends from, and itself.
    """

    name: str
    posts: Mapping[str, PostSpec]
    reached: Mapping[str, float]
    platforms: Mapping[str, str]
    was: Mapping[str, str]
    past: frozenset[str]


class Content:
    """What is on the content branch, and what was."""

    def __init__(self, posts: tuple[PostSpec, ...], platforms: Mapping[str, str]) -> None:
        reached = dict.fromkeys((post.id for post in posts), 0.0)
        self.tip = Commit(
            "c1", {post.id: post for post in posts}, reached, platforms, {}, frozenset({"c1"})
        )
        self.commits = {"c1": self.tip}
        self._asked: dict[str, list[Wish]] = {}

    def edit(self, at: float, post: str, spec: PostSpec | None) -> None:
        """Put a post in another state, or remove it."""
        posts, reached = dict(self.tip.posts), dict(self.tip.reached)
        posts.pop(post, None)
        if spec is not None:
            posts[spec.id] = self._today(spec)
            reached.setdefault(spec.id, at)
        self._commit(replace(self.tip, posts=posts, reached=reached))

    def rename(self, old: str, new: str) -> None:
        """An account gets another name, in the configuration and in every file."""
        platforms = {
            new if name == old else name: kind for name, kind in self.tip.platforms.items()
        }
        was = {**self.tip.was, new: old}
        tip = self.tip = replace(self.tip, platforms=platforms, was=was)
        posts = {name: self._today(spec) for name, spec in tip.posts.items()}
        self._commit(replace(tip, posts=posts))

    def _today(self, spec: PostSpec) -> PostSpec:
        """A file that was written before an account was renamed, with the name it has now."""
        now = {old: new for new, old in self.tip.was.items()}
        if not now.keys() & set(spec.accounts):
            return spec
        return replace(spec, accounts=tuple(now.get(name, name) for name in spec.accounts))

    def _commit(self, commit: Commit) -> None:
        name = f"c{len(self.commits) + 1}"
        self.tip = self.commits[name] = replace(commit, name=name, past=commit.past | {name})

    def rewind(self, back: int) -> Commit | None:
        """Force the branch back by so many commits; what it was. `None`: it stays where it is.

        Never behind the renaming of an account: whose posts they were is not known there.
        """
        line = sorted(self.tip.past, key=lambda name: int(name[1:]))
        older = self.commits[line[max(0, len(line) - 1 - back)]]
        if older is self.tip or older.was != self.tip.was:
            return None
        was, self.tip = self.tip, older
        return was

    def restore(self, was: Commit, older: Commit) -> None:
        """The branch is where it was; or, where it went on from there, that is merged into it."""
        if self.tip is older:
            self.tip = was
        else:
            self._commit(replace(self.tip, past=self.tip.past | was.past))

    def plan(self, commit: Commit, state: LedgerState, terms: Terms) -> Plan:
        """As `cli._sweep` makes it."""
        view = as_named(state, commit.was)
        return make_plan(self.wishes(commit, view), view, terms)

    def wishes(self, commit: Commit, state: LedgerState) -> Sequence[Wish]:
        """As `cli._gather` and `cli._sweep` make them."""
        return with_renames(self.asked(commit), state, {s.file for s in commit.posts.values()})

    def asked(self, commit: Commit) -> Sequence[Wish]:
        """What a commit asks for, whatever was done."""
        if commit.name not in self._asked:
            self._asked[commit.name] = [
                self._wish(commit, spec, account)
                for spec in commit.posts.values()
                for account in spec.accounts
            ]
        return self._asked[commit.name]

    def _wish(self, commit: Commit, spec: PostSpec, account: str) -> Wish:
        wish = _wish(spec, account, commit.platforms[account])
        due = spec.due if spec.due is not None else commit.reached[spec.id]
        return wish._replace(commit=commit.name, due_at=moment(due))

    def load(self, commit: str, delivery: str) -> Loaded:
        """A message as of a commit. Raises `PostopsError` where the post is not in it."""
        post, account = Delivery.parse(delivery)
        then = self.commits[commit]
        spec = then.posts.get(post)
        while account not in then.platforms and account in self.tip.was:
            account = self.tip.was[account]  # as `cli._loader` looks it up
        if spec is None or account not in spec.accounts:
            raise PostopsError(f"{delivery} is not in commit {commit}")
        return Loaded(
            message(post, spec.texts, account, then.platforms[account]),
            _source(spec),
            commit,
            _blob(spec),
            spec.file,
            spec.on_edit,
            spec.on_remove,
            lambda _: (),
        )


@lru_cache(4096)
def _wish(spec: PostSpec, account: str, platform: str) -> Wish:
    return Wish(
        delivery=f"{spec.id}@{account}",
        post=spec.id,
        account=account,
        platform=platform,
        path=spec.file,
        blob=_blob(spec),
        commit="",
        due_at=None,
        late=spec.late,
        grace=timedelta(seconds=spec.grace),
        expires_at=None if spec.expires is None else moment(spec.expires),
        on_edit=spec.on_edit,
        on_remove=spec.on_remove,
        draft=spec.draft,
        hold=spec.hold,
        can_update=True,
        parts=len(spec.texts),
        source=_source(spec),
        payload=message(spec.id, spec.texts, account, platform).digest,
        native=kind_of(platform).capabilities.native_schedule if _alone(spec) else None,
    )


def _alone(spec: PostSpec) -> bool:
    return spec.native and spec.due is not None and len(spec.texts) == 1

"""From the content branch to wishes: what the files say should become of every delivery.

Settled posts are not read again: `state/content/posts.jsonl` holds, for each blob, what the plan
needs, and the ledger says which blob was published.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from postops import platforms
from postops.cli._loader import Edition
from postops.content.frontmatter import SIZE_LIMIT
from postops.content.index import PostIndex
from postops.content.posts import FOLDER, read_post
from postops.content.scan import is_content
from postops.diagnostics import Severity, Span
from postops.plan import Files, Wish
from postops.plan.scheduled import AHEAD
from postops.policy.card import card_of_index
from postops.policy.check import Checked, check_posts
from postops.policy.examine import stamped_fault
from postops.reading import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from postops.cli._tip import Tip
    from postops.config import Config
    from postops.content.source import Entry
    from postops.diagnostics import Diagnostic
    from postops.ledger.state import LedgerState
    from postops.model import Campaign, Post
    from postops.policy.card import Card
    from postops.policy.examine import Examined

INDEX = "state/content/posts.jsonl"
_SETTLED = frozenset({"published", "withdrawn", "skipped"})


class Gathered(NamedTuple):
    """`editions` holds the posts that were read, by id; `content` is the new `INDEX`.

    `ids` are the ids of all posts, by path; `files` are those on the content branch.
    `unreadable` says why files came to nothing.
    """

    wishes: tuple[Wish, ...]
    editions: Mapping[str, Edition]
    unreadable: tuple[Diagnostic, ...]
    content: bytes
    ids: Mapping[str, str]
    files: Files


@dataclass(frozen=True, slots=True)
class Gathering:
    """What wishes are made from. `ready` are the accounts whose credentials are there.

    With `everything`, posts that are not due are read too, so that their faults are known.
    """

    tip: Tip
    config: Config
    state: LedgerState
    campaigns: Mapping[str, Campaign]
    ready: Collection[str]
    now: datetime
    horizon: timedelta
    everything: bool
    known_accounts: dict[tuple[Any, ...], tuple[str, ...]] = field(default_factory=dict)

    def gather(self, known: bytes | None) -> Gathered:
        """Read what is not settled. `known` is `INDEX` as it was."""
        lines = _index(known)
        found = [
            entry
            for entry in self.tip.tree.walk(FOLDER)
            if entry.kind == "file" and is_content(entry.path)
        ]
        entries = [entry for entry in found if _is_text(entry.path)]
        odd = [_odd(entry) for entry in found if not _is_text(entry.path)]
        settled, unread, due = self._sorted(entries, lines)
        checked = self._checked(due, (*settled, *unread))
        posts = [one.post for one in checked.examined.values() if one.post is not None]
        reached = self._reached(posts, unread)
        wishes = [
            *self._wishes(checked.examined.values(), checked.diagnostics, reached),
            *(wish for line in unread for wish in self._unread(line, reached)),
            # Or it would look like a removed post, and what was published would be deleted.
            *(
                w
                for line in settled
                if line.on_remove == "withdraw"
                for w in self._unread(line, {})
            ),
        ]
        blobs = {entry.path: entry.blob for entry in entries}
        here = self._unpushed(blobs)
        known_names = {wish.delivery for wish in wishes}
        wishes += (
            w for line in here for w in self._unread(line, {}) if w.delivery not in known_names
        )
        index = sorted(
            [*settled, *unread, *(PostIndex.of(post) for post in posts)], key=lambda i: i.path
        )
        return Gathered(
            tuple(wishes),
            dict(_editions(checked.examined.values())),
            (*_first_faults(checked), *odd),
            known if known and not posts and len(index) == known.count(b"\n") else _lines(index),
            {line.path: line.id for line in (*here, *index)},
            _files(blobs, checked),
        )

    def _checked(self, due: Sequence[Entry], others: Sequence[PostIndex]) -> Checked:
        if not due:
            return Checked({}, [])
        cards = (self._card(line) for line in others)
        return check_posts(
            self.tip.tree, self.config, due, now=self.now, ledger=self.state, others=cards
        )

    # ------------------------------------------------------------------ what has to be read

    def _sorted(
        self, entries: Iterable[Entry], lines: Mapping[str, PostIndex]
    ) -> tuple[list[PostIndex], list[PostIndex], list[Entry]]:
        """Settled; known well enough without reading; to be read."""
        settled: list[PostIndex] = []
        unread: list[PostIndex] = []
        due: list[Entry] = []
        for entry in entries:
            line = lines.get(entry.path)
            if line is None or line.blob != entry.blob or line.on_edit == "update":
                due.append(entry)
            elif self._is_settled(line):
                settled.append(line)
            elif not self.everything and self._can_wait(line):
                unread.append(line)
            else:
                due.append(entry)
        return settled, unread, due

    def _is_settled(self, line: PostIndex) -> bool:
        for account in self._accounts(line):
            done = self.state.deliveries.get(f"{line.id}@{account}")
            if done is None or done.claim is not None or done.retried_at is not None:
                return False
            if done.phase not in _SETTLED or done.blob != line.blob or done.perhaps_changed:
                return False
        return True

    def _can_wait(self, line: PostIndex) -> bool:
        """Whether nothing can become of it in this run, whatever it says."""
        if any(f"{line.id}@{a}" in self.state.deliveries for a in self._accounts(line)):
            return False
        due = line.due_at
        reach = max(self.horizon, AHEAD) if self._native(line) else self.horizon
        return line.draft or line.hold or (due is not None and due > self.now + reach)

    def _native(self, line: PostIndex) -> bool:
        """Whether the platform is to publish it by itself, where it can."""
        wanted = line.schedule or self.config.defaults.schedule
        return wanted == "native" and line.publish_at is not None

    def _accounts(self, line: PostIndex) -> tuple[str, ...]:
        # Ten thousand posts go to a few combinations of accounts.
        key = (line.accounts, line.campaign)
        if key not in self.known_accounts:
            self.known_accounts[key] = tuple(self._card(line).accounts)
        return self.known_accounts[key]

    def _card(self, line: PostIndex) -> Card:
        return card_of_index(line, self.config, self.campaigns)

    def _unpushed(self, paths: Collection[str]) -> list[PostIndex]:
        """Posts that are committed here and not on the content branch at all."""
        local = self.tip.local
        if local is None:
            return []
        entries = [
            entry
            for entry in local.walk(FOLDER)
            if entry.path in self.tip.unpushed - set(paths)
            and entry.kind == "file"
            and is_content(entry.path)
            and _is_text(entry.path)
        ]
        read = (
            read_post(data, entry.path, self.config, local, blob=entry.blob).post
            for entry, data in local.load(entries, SIZE_LIMIT)
            if data is not None
        )
        return [PostIndex.of(post) for post in read if post is not None]

    # ------------------------------------------------------------------ wishes

    def _wishes(
        self,
        examined: Iterable[Examined],
        diagnostics: Iterable[Diagnostic],
        reached: Mapping[str, datetime],
    ) -> Iterator[Wish]:
        faults = [d for d in diagnostics if d.severity is Severity.ERROR]
        for one in examined:
            if one.post is None or one.card is None:
                continue
            mine = [d for d in faults if d.span.path == one.path]
            for account in one.card.accounts:
                if account in one.messages:
                    yield self._wish(one.post, one, account, mine, reached)

    def _wish(
        self,
        post: Post,
        examined: Examined,
        account: str,
        faults: Iterable[Diagnostic],
        reached: Mapping[str, datetime],
    ) -> Wish:
        message = examined.messages[account]
        fault = next((d for d in faults if d.account in (None, account)), None)
        line, can = PostIndex.of(post), platforms.load(message.platform).capabilities
        return self._known(line, account, reached)._replace(
            can_update=can.update,
            native=can.native_schedule if self._native(line) and len(message.parts) == 1 else None,
            parts=len(message.parts),
            source=examined.card.source if examined.card else None,
            payload=message.digest,
            invalid=told(fault) if fault else None,
        )

    def _unread(self, line: PostIndex, reached: Mapping[str, datetime]) -> Iterator[Wish]:
        for account in self._accounts(line):
            yield self._known(line, account, reached)

    def _known(self, line: PostIndex, account: str, reached: Mapping[str, datetime]) -> Wish:
        return Wish(
            delivery=f"{line.id}@{account}",
            post=line.id,
            account=account,
            platform=self.config.accounts[account].platform,
            path=line.path,
            blob=line.blob,
            commit=self.tip.tree.commit,
            due_at=line.due_at or reached.get(line.path),
            late=line.late or self.config.defaults.late,
            grace=self.config.defaults.grace,
            expires_at=line.expires,
            on_edit=line.on_edit,
            on_remove=line.on_remove,
            draft=line.draft,
            hold=line.hold,
            unpushed=line.path in self.tip.unpushed,
            credentials=account in self.ready,
        )

    def _reached(
        self, posts: Iterable[Post], unread: Iterable[PostIndex]
    ) -> Mapping[str, datetime]:
        """When posts without a time of their own reached the content branch, where git knows."""
        paths = [post.path for post in posts if post.publish_at is None]
        paths += [line.path for line in unread if line.publish_at is None]
        if not paths:
            return {}
        found = self.tip.tree.repository.reached(self.tip.tree.commit, paths)
        return {path: at for path, (_, at) in found.items()}


def told(fault: Diagnostic) -> str:
    """Why something has to wait, in the plan's one line for it."""
    return f"{fault.name} in {fault.span}: {fault.message}"


def _is_text(path: str) -> bool:
    """git takes any bytes for a name; the ledger, which is JSON, does not."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _odd(entry: Entry) -> Diagnostic:
    words = "the file's name is not UTF-8"
    return stamped_fault(Fault("unportable-path", Span(entry.path), words, "rename it"), None)


def _editions(examined: Iterable[Examined]) -> Iterator[tuple[str, Edition]]:
    for one in examined:
        if one.post is not None and one.card is not None:
            yield one.post.id, Edition(one.post, one.card.source or "", one.messages)


def _first_faults(checked: Checked) -> Iterator[Diagnostic]:
    """For each file that could not be read as a post, the first reason."""
    for one in checked.examined.values():
        if one.post is None:
            yield from [d for d in checked.diagnostics if d.span.path == one.path][:1]


def _files(blobs: Mapping[str, str | None], checked: Checked) -> Files:
    """A file counts as faulty where what is wrong does not concern one account only."""
    unread = frozenset(one.path for one in checked.examined.values() if one.post is None)
    errors = [d for d in checked.diagnostics if d.severity is Severity.ERROR and d.account is None]
    faulty = {d.span.path: told(d) for d in reversed(errors)}  # the first one counts
    return Files(blobs, dict.fromkeys(unread, "it cannot be read") | faulty, unread)


def _lines(index: Iterable[PostIndex]) -> bytes:
    return b"".join(orjson.dumps(line.to_dict()) + b"\n" for line in index)


def _index(data: bytes | None) -> dict[str, PostIndex]:
    """The committed index by path; a line that cannot be read only costs reading its post."""
    found = {}
    for raw in (data or b"").splitlines():
        try:
            line = PostIndex.from_dict(orjson.loads(raw))
        except (orjson.JSONDecodeError, TypeError, AttributeError):
            continue
        if line is not None:
            found[line.path] = line
    return found

"""Messages for the publisher: of the tip as it was checked, or of the commit of a claim."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from postops import platforms
from postops.cli._tip import config_of
from postops.content.campaigns import FOLDER as CAMPAIGNS
from postops.content.campaigns import read_campaign
from postops.content.media import media_at
from postops.content.posts import read_post
from postops.content.source import CommitTree
from postops.errors import ConfigError, PostopsError
from postops.model import Delivery, MediaFile, digest
from postops.publish.ports import Loaded
from postops.reading.shape import read
from postops.render import render, source_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from postops.cli._tip import Tip
    from postops.config import Account, Config
    from postops.content.source import ContentSource
    from postops.diagnostics import Span
    from postops.ledger.state import LedgerState
    from postops.model import Campaign, Media, Message, Part, Post


class Edition(NamedTuple):
    """A post with its messages, as checked at the tip."""

    post: Post
    source: str
    messages: Mapping[str, Message]


class TipLoader:
    """Implements `publish.ports.Loader`. `editions` is by post id."""

    def __init__(
        self,
        tip: Tip,
        config: Config,
        editions: Mapping[str, Edition],
        state: Callable[[], LedgerState],
    ) -> None:
        self.tip = tip
        self.config = config
        self.editions = editions
        self.state = state

    def load(self, delivery: str, commit: str | None = None) -> Loaded:
        """Render one delivery. Raises `PostopsError` where the file is not there any more."""
        post, account = Delivery.parse(delivery)
        if commit is None or commit == self.tip.tree.commit:
            edition = self.editions.get(post)
            if edition is not None and account in edition.messages:
                return loaded(
                    edition.post, edition.messages[account], edition.source, self.tip.tree
                )
        return self._old(delivery, account, commit or self.tip.tree.commit)

    def _old(self, delivery: str, account: str, commit: str) -> Loaded:
        """What was claimed, rendered from the commit of the claim with its configuration."""
        tree = CommitTree(self.tip.tree.repository, commit)
        path = self.state().delivery(delivery).path
        if path is None:
            raise PostopsError(f"{delivery}: the ledger names no file for it")
        config = config_of(tree, self.config)
        post = _post(tree, path, config)
        found = self._account(config, account)
        if found is None:
            raise PostopsError(f"{delivery}: commit {commit[:12]} has no account {account}")
        resolve = resolver(tree, path)
        platform = platforms.load(found.platform)
        message = render(
            post,
            found,
            config,
            platform,
            campaign=campaigns_of(tree).get(post.campaign or ""),
            resolve_media=resolve,
            settings=read(platform.Settings, found.settings, config.path).value,
        )
        return loaded(post, message, source_digest(post, resolve_media=resolve), tree)

    def _account(self, config: Config, name: str) -> Account | None:
        """The account in a configuration of the past, which may know it by an older name."""
        renamed = self.state().renamed
        for old in (name, *renamed):
            now = old
            while now != name and now in renamed:
                now = renamed[now]
            if now == name and old in config.accounts:
                return config.accounts[old]
        return None


def loaded(post: Post, message: Message, source: str, tree: CommitTree) -> Loaded:
    """A message with ways to its bytes in one commit."""
    card = message.card.image if message.card else None
    return Loaded(
        message=message,
        source=source,
        commit=tree.commit,
        blob=post.blob,
        path=post.path,
        on_edit=post.on_edit,
        on_remove=post.on_remove,
        files=partial(_files, tree),
        card_image=MediaFile(card, partial(_bytes, tree, card)) if card else None,
    )


def _files(tree: CommitTree, part: Part) -> tuple[MediaFile, ...]:
    return tuple(MediaFile(media, partial(_bytes, tree, media)) for media in part.media)


def _bytes(tree: CommitTree, media: Media) -> bytes:
    """The bytes that were checked, and no others. Raises `ConfigError`."""
    try:
        with tree.open(media.path) as file:
            data = file.read()
    except OSError as error:
        raise ConfigError(f"{media.path} cannot be read from {tree.commit[:12]}") from error
    if media.facts is not None and digest(data) != media.facts.digest:
        raise ConfigError(f"{media.path} is not the file that was checked")
    return data


def _post(tree: CommitTree, path: str, config: Config) -> Post:
    try:
        with tree.open(path) as file:
            found = read_post(file.read(), path, config, tree).post
    except OSError as error:
        raise PostopsError(f"{path} is not in commit {tree.commit[:12]}") from error
    if found is None:
        raise PostopsError(f"{path} of commit {tree.commit[:12]} cannot be read as a post")
    return found


def campaigns_of(tree: ContentSource) -> dict[str, Campaign]:
    """The campaigns of a commit or of the work tree, by id."""
    entries = [e for e in tree.walk(CAMPAIGNS) if e.kind == "file" and e.path.endswith(".md")]
    found = {}
    for entry, data in tree.load(entries, 1024 * 1024):
        campaign = read_campaign(data or b"", entry.path, blob=entry.blob).campaign
        if campaign is not None:
            found[campaign.id] = campaign
    return found


def resolver(tree: ContentSource, post_path: str) -> Callable[[str, Span], Media]:
    """Finds the media an image in a post's text means."""
    return lambda written, span: media_at(post_path, written, None, span, tree)

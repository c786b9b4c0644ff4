"""All that decides how one message is set, in one value."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from postops.diagnostics import Span
from postops.render.utm import UNTAGGED, Tagging, tagging_for

if TYPE_CHECKING:
    from postops.config import Account, Config, Utm
    from postops.model import Campaign, Measure, Post
    from postops.platforms.base import Platform
    from postops.render.flow import Flow
    from postops.render.wanted import Wanted


class Setting(NamedTuple):
    """All that decides how one message is set.

    `settings` are the account's, as its platform read them: some accounts may send more text.
    """

    post: Post
    account: Account
    arm: str | None
    platform: type[Platform]
    asked: Wanted
    flow: Flow
    tagging: Tagging
    settings: Any = None

    @property
    def own(self) -> str | None:
        """The post's link, as written."""
        return self.asked.link.url if self.asked.link else None

    @property
    def warning(self) -> str | None:
        """The content warning, where the platform takes one; an empty one takes it away."""
        takes = self.platform.capabilities.content_warning
        return self.asked.content_warning or None if takes else None

    def measure(self, text: str) -> Measure:
        """The measure of a part's text, sent with the content warning."""
        return self.platform.measure(text, content_warning=self.warning, settings=self.settings)

    def span(self, line: int, column: int = 0) -> Span:
        """A place in the Markdown text as a place in the file."""
        if self.asked.text_of is not None:
            return self.post.span(*self.asked.text_of, "text")
        return Span(self.post.path, self.post.body_line + line, column + 1)


def tagging(config: Config, campaign: Campaign | None, post: Post, account: Account) -> Tagging:
    """The campaign parameters of one account's links: the campaign's word before the config's."""
    own = tuple(campaign.utm.items()) if campaign else ()
    name = campaign.id if campaign else post.campaign or ""
    asks = "{post}" in name or _asks_for_post(config.utm, own)
    return _tagging(config.utm, own, account.platform, account.name, name, post.id if asks else "")


@lru_cache(maxsize=64)
def _asks_for_post(utm: Utm, own: tuple[tuple[str, str], ...]) -> bool:
    """Whether every post has parameters of its own."""
    return any("{post}" in (template or "") for template in _templates(utm, own).values())


# Nearly all posts of an account have the same parameters.
@lru_cache(maxsize=256)
def _tagging(
    utm: Utm,
    own: tuple[tuple[str, str], ...],
    platform: str,
    account: str,
    campaign: str,
    post: str,
) -> Tagging:
    templates = _templates(utm, own)
    if not any(templates.values()):
        return UNTAGGED
    values = {"platform": platform, "account": account, "campaign": campaign, "post": post}
    return tagging_for(templates, utm.hosts, values)


def _templates(utm: Utm, own: tuple[tuple[str, str], ...]) -> dict[str, str | None]:
    templates = {"source": utm.source, "medium": utm.medium, "campaign": utm.campaign}
    templates.update((key.removeprefix("utm_"), value) for key, value in own)
    return templates

"""All that decides how one message is set, in one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postops.diagnostics import Span
from postops.render.utm import UNTAGGED, Tagging, tagging_for

if TYPE_CHECKING:
    from postops.config import Account, Config
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
    utm = config.utm
    templates = {"source": utm.source, "medium": utm.medium, "campaign": utm.campaign}
    if campaign:
        templates.update((k.removeprefix("utm_"), v) for k, v in campaign.utm.items())
    if not any(templates.values()):
        return UNTAGGED
    values = {
        "platform": account.platform,
        "account": account.name,
        "campaign": campaign.id if campaign else post.campaign or "",
        "post": post.id,
    }
    return tagging_for(templates, utm.hosts, values)

"""Mastodon, and servers that speak its API (GoToSocial, Pleroma and others).

**Credentials.** An access token; it does not expire:

1. On your server open *Preferences → Development → New application*.
2. Name it `postops` and tick exactly `read:accounts`, `read:statuses`, `write:statuses` and
   `write:media`. Leave the redirect address as it is.
3. Open the application again, copy *Your access token*, store it as a secret, say `MASTODON_TOKEN`,
   and point to it: `credentials: {access_token: "env:MASTODON_TOKEN"}`; `instance` is a setting.

The token is revoked by deleting the application on the same page.

**How certain.** Mastodon keeps an idempotency key for an hour, so a status sent again within it is
the same status. The key alone is not trusted: it is stored after the status, it runs out, and
servers that only speak the API ignore it. After a lost answer the account's own statuses are listed
and compared by their exact source, their media, their place in the thread and their poll. A status
that was accepted but not kept (a spam filter may do that, silently) is noticed, because it is read
back once after publishing. Two identical posts made by hand within the same minutes cannot be told
apart and are for a person to settle.

**What is sent.** Plain text; the server finds links, mentions and hashtags and makes the card.
Pictures are uploaded with their description and focus; video and audio are waited for until the
server has converted them. Every part of a thread has the post's warning and visibility.

**On time.** With `schedule: native` the server publishes by itself what it was handed, at most a day
ahead. It takes 300 such posts, 25 for one day, each more than five minutes before its time; what it
refuses is sent by a run, and so is all on servers that keep no scheduled posts: they are asked
first. A post that was deleted there, or never published, is noticed after its time.

**Limits.** 500 characters, a link counting 23 and a mention without its server; `max_characters` in
the account's settings says where a server takes more. What the server itself allows is asked before
anything is published, and a text that is too long for it is refused with a clear message. Four
pictures, or one video or sound. There are no clicks, impressions or saves among the metrics, and
totals are what this one server knows of.
"""

from __future__ import annotations

from postops.platforms.mastodon.platform import Mastodon

__all__ = ["PLATFORM"]

PLATFORM = Mastodon

"""Bluesky, and any other server of the AT Protocol.

**Credentials.** An app password, nothing else:

1. In Bluesky open *Settings → Privacy and security → App passwords → Add app password*.
2. Name it `postops`; leave access to direct messages off. Copy the `xxxx-xxxx-xxxx-xxxx` shown once.
3. Store it as a secret, say `BSKY_APP_PASSWORD`, and point to it:
   `credentials: {app_password: "env:BSKY_APP_PASSWORD"}`; the account's `handle` is a setting.

An app password cannot change the account's e-mail or password and can be revoked on the same page.
Every run opens one session of its own (Bluesky allows 300 a day); nothing has to be stored.

**How certain.** Exactly once. Every part has its record key before anything is sent, and is written
with "only if nothing stands there". After a lost answer the key is read: it stands or it does not.
Replaying a part that stands changes nothing. If something else stands under the key, the part is in
doubt and a person decides; that takes somebody writing to the account with the same key.

**What is sent.** Links, mentions and hashtags become facets; a mention nobody answers to is plain
text. Up to four pictures are an `images` embed, five to ten a `gallery`, which clients of before
June 2026 do not show. A link becomes a card made of the post's own words; a post with media shows
no card. Reply and quote controls are written together with the post or not at all.

**Limits.** 300 graphemes and 3,000 bytes of text. Pictures up to 2,000,000 bytes; servers that have
not been updated take 1,000,000, so more than that is a warning. Video goes up in one piece, up to
50 MiB and three minutes. Nothing is scheduled by the platform, nothing can be edited, there are no
polls, no content warnings in words (use `labels`), and no clicks or impressions among the metrics:
tag links to count those. EXIF data are not removed from pictures; the media rules warn of a
position in them.
"""

from __future__ import annotations

from postops.platforms.bluesky.platform import Bluesky

__all__ = ["PLATFORM"]

PLATFORM = Bluesky

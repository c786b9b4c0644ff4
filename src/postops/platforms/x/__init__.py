"""X, formerly Twitter, through its API v2.

**Credentials.** Four secrets of OAuth 1.0a, which do not expire:

1. Sign in at the developer console with the account that will post, make a project and an app, and
   load credits: since February 2026 every call is paid for.
2. In the app's *User authentication settings* set *App permissions* to *Read and write*.
3. Under *Keys and tokens* make the *API key and secret* and the *Access token and secret* (in this
   order: a token made before step 2 can only read).
4. Store them as four secrets and point to them:
   `credentials: {consumer_key: "env:X_API_KEY", consumer_secret: "env:X_API_SECRET",
   access_token: "env:X_ACCESS_TOKEN", access_token_secret: "env:X_ACCESS_SECRET"}`.

A single `access_token` of OAuth 2.0 works as well (scopes `tweet.read tweet.write users.read
media.write`), but only for the two hours such a token lives.

**How certain.** X has no key to send along, so after a lost answer the account's own posts since
the claim are listed and compared: the words, where every link leads, the place in the thread, the
media, the poll. A listing may lag, so it is asked again after a minute; it costs a tenth of a cent
for each post in it (`listed` in the ledger counts them), and one does for all in doubt by then. Found
is certain. Not found is not quite: the identical post is then sent once more, and X refuses a
duplicate (403). For how long it does is not documented, and a refusal names no post. Posts with media
or a poll, and posts without words, have no such second protection: for them all rests on the listing
being at most a quarter of an hour behind.

**What is sent.** Plain text: X finds links, mentions and hashtags, and makes the card. A name like
`README.md` becomes a link, too, and a post with a link costs $0.200 instead of $0.015.

**Limits.** 280 units: most scripts count one, Chinese, Japanese, Korean and emoji two, a link 23.
Accounts with Premium may set `max_characters`. One cashtag. Four pictures, or one GIF, or one video.
Replies to one's own posts are allowed as far as known; a refusal in the middle of a thread is
possible and is shown. Without credits (402) everything waits: nothing is sent, nothing fails.
Impressions and link clicks are told for 30 days; there is no reach.
"""

from __future__ import annotations

from postops.platforms.x.platform import X

__all__ = ["PLATFORM"]

PLATFORM = X

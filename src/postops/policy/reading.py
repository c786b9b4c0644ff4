"""What reading finds: described here, found in `postops.reading` and `postops.content`."""

from __future__ import annotations

from postops.diagnostics import Severity
from postops.policy.registry import rule


@rule("PO001", "front-matter-missing", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def front_matter_missing() -> None:
    """## What it does
    Finds files under `posts/` or `campaigns/` that do not begin with front matter: keys between two
    lines of `---`, the first of which is the first line of the file.

    ## Why
    Elsewhere such a file is taken for plain text. Here, that text would be published: keys and all.

    ## Example
    ```markdown
    Good morning!
    ```

    ## Fix
    Begin the file with `---`, keys such as `accounts:`, and `---` again.
    """


@rule("PO002", "front-matter-invalid", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def front_matter_invalid() -> None:
    """## What it does
    Finds front matter that is not YAML, or not a block of keys.

    ## Why
    Nothing in a file can be trusted when its keys cannot be read.

    ## Example
    ```markdown
    ---
    title: Release: the second
    ---
    ```

    ## Fix
    Put texts that hold `: `, quotes or brackets in quotes, and indent with spaces.
    """


@rule(
    "PO003", "front-matter-too-large", severity=Severity.ERROR, on="fault", since="0.1", firm=True
)
def front_matter_too_large() -> None:
    """## What it does
    Finds front matter of more than 16 KiB.

    ## Why
    The largest front matter of a thousand real posts was under 2 KiB. More is a mistake, or an
    attempt to keep the reader busy.

    ## Example
    A file whose second `---` is missing, followed by a very long text.

    ## Fix
    Put the text below the second `---`.
    """


@rule("PO004", "nested-too-deep", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def nested_too_deep() -> None:
    """## What it does
    Finds front matter nested more than 20 levels deep.

    ## Why
    Nothing that is read is deeper than six levels; deep nesting is how readers are made to crash.

    ## Example
    ```markdown
    ---
    tags: [[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]
    ---
    ```

    ## Fix
    Write the value flat.
    """


@rule("PO005", "alias-or-anchor", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def alias_or_anchor() -> None:
    """## What it does
    Finds YAML anchors (`&name`), aliases (`*name`) and merge keys (`<<`).

    ## Why
    A few hundred bytes of aliases grow to gigabytes. And what a reviewer reads should stand where
    it is used.

    ## Example
    ```markdown
    ---
    title: *greeting
    ---
    ```

    ## Fix
    Write the value out. A text that begins with `*` or `&` goes in quotes.
    """


@rule("PO006", "yaml-tag", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def yaml_tag() -> None:
    """## What it does
    Finds YAML tags such as `!!python/object` or `!secret`.

    ## Why
    Tags tell a reader to build something else than text, lists and numbers: at worst, to run code.

    ## Example
    ```markdown
    ---
    title: !important Read this
    ---
    ```

    ## Fix
    Remove the tag. A text that begins with `!` goes in quotes.
    """


@rule("PO007", "duplicate-key", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def duplicate_key() -> None:
    """## What it does
    Finds a key that stands twice in one block.

    ## Why
    YAML readers silently take the last one: a reviewer may have read the first.

    ## Example
    ```markdown
    ---
    accounts: [bluesky-main]
    accounts: [x-main]
    ---
    ```

    ## Fix
    Keep one of the two.
    """


@rule("PO008", "unknown-key", severity=Severity.ERROR, on="fault", since="0.1", fixable=True)
def unknown_key() -> None:
    """## What it does
    Finds keys that mean nothing.

    ## Why
    A misspelt `publish_at` is a post that goes out at once.

    ## Example
    ```markdown
    ---
    publsh_at: 2026-03-01T10:30
    ---
    ```

    ## Fix
    Write the key that was meant: it is offered where only one is close. Labels of your own go
    under `tags`.
    """


@rule("PO009", "missing-key", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def missing_key() -> None:
    """## What it does
    Finds blocks that lack a key they cannot do without: media without `path`, a poll without
    `duration`, an account on Mastodon without `instance`.

    ## Why
    There is no value that could be assumed.

    ## Example
    ```markdown
    ---
    media:
      - {alt: A chart}
    ---
    ```

    ## Fix
    Add the key.
    """


@rule(
    "PO010",
    "wrong-type",
    severity=Severity.ERROR,
    on="fault",
    since="0.1",
    firm=True,
    fixable=True,
)
def wrong_type() -> None:
    """## What it does
    Finds values of another kind than a key takes: a text for a list, a number for a text, nothing
    at all.

    ## Why
    Guessing would be right most of the time, and publish something else the rest of the time.

    ## Example
    ```markdown
    ---
    accounts: bluesky-main
    title: 2026
    ---
    ```

    ## Fix
    Write a list in brackets, a text that looks like a number in quotes.
    """


@rule(
    "PO011",
    "invalid-value",
    severity=Severity.ERROR,
    on="fault",
    since="0.1",
    firm=True,
    fixable=True,
)
def invalid_value() -> None:
    """## What it does
    Finds values of the right kind that a key does not take.

    ## Why
    A value that is not understood cannot be followed.

    ## Example
    ```markdown
    ---
    late: postpone
    ---
    ```

    ## Fix
    Write one of the values named in the message.
    """


@rule(
    "PO012", "plain-number-time", severity=Severity.WARNING, on="fault", since="0.1", fixable=True
)
def plain_number_time() -> None:
    """## What it does
    Finds values such as `12:30` without quotes.

    ## Why
    To other readers of YAML this is 750, a number in base 60.

    ## Example
    ```markdown
    ---
    title: 12:30
    ---
    ```

    ## Fix
    Put it in quotes.
    """


@rule("PO013", "invisible-in-key", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def invisible_in_key() -> None:
    """## What it does
    Finds keys that hold a character nobody can see.

    ## Why
    A reviewer reads `draft`, the reader finds another key.

    ## Example
    `draft:` with a zero-width space in the middle.

    ## Fix
    Type the key again.
    """


@rule("PO014", "control-character", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def control_character() -> None:
    """## What it does
    Finds control characters in front matter, and NUL anywhere.

    ## Why
    They cannot be seen in a review, terminals obey them, and git takes a file with NUL for binary
    and shows no diff.

    ## Example
    A title that holds an escape sequence.

    ## Fix
    Delete the character and type the line again.
    """


@rule("PO015", "invalid-encoding", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def invalid_encoding() -> None:
    """## What it does
    Finds files that are not UTF-8, and escapes for half a character.

    ## Why
    The same bytes would be other letters on other machines.

    ## Example
    A file saved as Latin-1 or UTF-16.

    ## Fix
    Save the file as UTF-8.
    """


@rule("PO016", "byte-order-mark", severity=Severity.WARNING, on="fault", since="0.1", fixable=True)
def byte_order_mark() -> None:
    """## What it does
    Finds files that begin with a byte order mark.

    ## Why
    Other tools then do not see the `---` of the first line, and take the whole file for text.

    ## Example
    A file saved by an editor as "UTF-8 with BOM".

    ## Fix
    Save the file as UTF-8 without BOM.
    """


@rule("PO017", "file-too-large", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def file_too_large() -> None:
    """## What it does
    Finds posts and campaigns of more than 1 MiB.

    ## Why
    The longest text any platform takes is 100,000 characters.

    ## Example
    A picture named `chart.md`.

    ## Fix
    Keep text in posts, and media beside them.
    """


@rule("PO018", "unreadable-file", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def unreadable_file() -> None:
    """## What it does
    Finds files and folders that must not be read.

    ## Why
    A post that was not read was not checked.

    ## Example
    A file or a folder without read permission.

    ## Fix
    Look at its permissions.
    """


@rule("PO019", "never-published", severity=Severity.WARNING, on="fault", since="0.1")
def never_published() -> None:
    """## What it does
    Finds files under `posts/` or `campaigns/` that are neither read nor media: another suffix than
    `.md`, symbolic links, submodules.

    ## Why
    Somebody wrote `posts/launch.markdown` and waits for it to be published.

    ## Example
    `posts/launch.txt`

    ## Fix
    Rename the file to end in `.md`, or move it elsewhere.
    """


@rule("PO020", "twin-path", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def twin_path() -> None:
    """## What it does
    Finds two paths that differ only in letter case or in how accents are composed.

    ## Why
    On macOS and Windows they are one file, and one of the two posts is lost.

    ## Example
    `posts/Launch.md` beside `posts/launch.md`

    ## Fix
    Rename one of the two.
    """


@rule("PO021", "unportable-path", severity=Severity.WARNING, on="fault", since="0.1")
def unportable_path() -> None:
    """## What it does
    Finds names that Windows cannot have.

    ## Why
    Whoever works there cannot check the repository out.

    ## Example
    `posts/con.md`, `posts/what?.md`

    ## Fix
    Rename the file.
    """

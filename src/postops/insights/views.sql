-- The committed state as views for any DuckDB (from 1.4), started in the root of the repository:
--
--     duckdb -init state/views.sql
--     SELECT account, state, url FROM deliveries ORDER BY published_at DESC;
--
-- Written by postops; edits are overwritten. Every type is stated, nothing is guessed from data;
-- a folder or file that is not there yet is an empty view. Times are TIMESTAMPTZ.

-- ---------------------------------------------------------------- the posts on the content branch

CREATE OR REPLACE VIEW posts AS
SELECT unnest(json_transform(line, '{
    "id": "VARCHAR", "title": "VARCHAR", "campaign": "VARCHAR", "tags": ["VARCHAR"],
    "accounts": ["VARCHAR"], "publish_at": "TIMESTAMPTZ", "expires_at": "TIMESTAMPTZ",
    "late": "VARCHAR", "draft": "BOOLEAN", "hold": "BOOLEAN", "on_edit": "VARCHAR",
    "on_remove": "VARCHAR", "schedule": "VARCHAR", "path": "VARCHAR", "blob": "VARCHAR"
}'))
FROM (
    SELECT unnest(string_split(content, chr(10))) AS line
    FROM read_text('state/content/posts.jsonl*')
)
WHERE line LIKE '{%}';

-- ---------------------------------------------------------------- campaigns; days are inclusive

CREATE OR REPLACE VIEW campaigns AS
SELECT unnest(json_transform(line, '{
    "id": "VARCHAR", "title": "VARCHAR", "starts": "DATE", "ends": "DATE",
    "accounts": ["VARCHAR"], "hashtags": ["VARCHAR"], "tags": ["VARCHAR"], "utm": "JSON",
    "path": "VARCHAR", "blob": "VARCHAR"
}'))
FROM (
    SELECT unnest(string_split(content, chr(10))) AS line
    FROM read_text('state/content/campaigns.jsonl*')
)
WHERE line LIKE '{%}';

-- ---------------------------------------------------------------- the ledger, line by line

CREATE OR REPLACE VIEW events AS
SELECT unnest(json_transform(line, '{
    "seq": "BIGINT", "recorded_at": "TIMESTAMPTZ", "type": "VARCHAR", "delivery": "VARCHAR",
    "account": "VARCHAR", "platform": "VARCHAR", "action": "VARCHAR", "part": "INTEGER",
    "parts": "INTEGER", "attempt": "INTEGER", "generation": "INTEGER", "due_at": "TIMESTAMPTZ",
    "published_at": "TIMESTAMPTZ", "lateness": "DOUBLE", "url": "VARCHAR", "remote_id": "VARCHAR",
    "extra": "JSON", "error": "VARCHAR", "status": "INTEGER", "reason": "VARCHAR",
    "until": "TIMESTAMPTZ", "lease_until": "TIMESTAMPTZ", "claim": "VARCHAR",
    "outcome": "VARCHAR", "by": "VARCHAR", "candidates": "JSON", "source": "VARCHAR",
    "payload": "VARCHAR", "path": "VARCHAR", "blob": "VARCHAR", "commit": "VARCHAR",
    "keys": "JSON", "on_edit": "VARCHAR", "on_remove": "VARCHAR", "identity": "JSON",
    "was": "VARCHAR", "prepared": "JSON", "budget": "JSON", "scheduled_id": "VARCHAR",
    "refused": "BOOLEAN", "unsent": "BOOLEAN", "again": "BOOLEAN", "posts": "INTEGER",
    "since": "TIMESTAMPTZ", "digest": "VARCHAR", "upto": "BIGINT",
    "run": "VARCHAR", "id": "VARCHAR", "prev": "VARCHAR", "v": "INTEGER"
}'))
FROM (
    SELECT unnest(string_split(content, chr(10))) AS line
    FROM read_text('state/ledger/*/*/*.jsonl')
)
WHERE line LIKE '{%}';

-- ---------------------------------------------------------------- every snapshot of the counts
-- NULL: the platform does not say. `pulled_at` is `at` in the files: that word is reserved.

CREATE OR REPLACE VIEW metrics AS
SELECT "at" AS pulled_at, * EXCLUDE ("at", v), v
FROM (
    SELECT unnest(json_transform(line, '{
        "at": "TIMESTAMPTZ", "delivery": "VARCHAR", "post": "VARCHAR", "account": "VARCHAR",
        "platform": "VARCHAR", "part": "INTEGER", "remote_id": "VARCHAR", "likes": "BIGINT",
        "comments": "BIGINT", "shares": "BIGINT", "clicks": "BIGINT", "impressions": "BIGINT",
        "reach": "BIGINT", "saves": "BIGINT", "views": "BIGINT", "votes": "BIGINT",
        "raw": "JSON", "v": "INTEGER"
    }'))
    FROM (
        SELECT unnest(string_split(content, chr(10))) AS line
        FROM read_text('state/metrics/*/*/*.jsonl')
    )
    WHERE line LIKE '{%}'
);

-- ---------------------------------------------------------------- the last snapshot of each part

CREATE OR REPLACE VIEW metrics_latest AS
SELECT * FROM metrics
QUALIFY row_number() OVER (PARTITION BY delivery, part ORDER BY pulled_at DESC, remote_id DESC) = 1;

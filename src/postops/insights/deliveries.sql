-- ---------------------------------------------------------------- what became of every delivery
-- The events of a delivery are told one after the other, by the rules postops itself follows; all
-- deliveries take their n-th step together. `url` and `remote_id` are of the first part that is
-- still there; `lateness_seconds` counts from the planned time.

CREATE OR REPLACE VIEW deliveries AS
WITH RECURSIVE
bindings AS MATERIALIZED (
    SELECT seq, account, platform, nullif(was, account) AS was FROM events WHERE type = 'bound'
),
-- An account that was renamed: its old name means the new one, until it is bound or renamed again.
moves AS MATERIALIZED (
    SELECT m.seq, m.was, m.account, coalesce(min(b.seq), 9223372036854775807) AS until
    FROM bindings m LEFT JOIN bindings b ON b.seq > m.seq AND m.was IN (b.account, b.was)
    WHERE m.was IS NOT NULL
    GROUP BY ALL
),
written AS MATERIALIZED (
    SELECT
        e.seq, e.type, regexp_extract(e.delivery, '^(.*)@', 1, 's') AS post,
        regexp_extract(e.delivery, '[^@]*$') AS account, coalesce(b.seq, 0) AS since
    FROM events e ASOF LEFT JOIN bindings b ON e.seq > b.seq
    WHERE e.delivery IS NOT NULL
),
-- Under which names an event's delivery has gone; the last stop is its name of today.
stops AS (
    SELECT DISTINCT account AS old, since, 0 AS stop, account, since AS arrived FROM written
    UNION ALL
    SELECT s.old, s.since, s.stop + 1, arg_min(m.account, m.seq), greatest(s.arrived, min(m.seq))
    FROM stops s JOIN moves m ON m.was = s.account AND m.until > s.arrived
    GROUP BY s.old, s.since, s.stop, s.arrived
),
stays AS MATERIALIZED (
    SELECT *, lead(arrived, 1, 9223372036854775807) OVER journey AS departed,
        last_value(account) OVER (
            journey ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS today
    FROM stops
    WINDOW journey AS (PARTITION BY old, since ORDER BY stop)
),
-- Where the new name already had a delivery of that post, one history ends: the old one's, unless
-- it is more than that the post was given up, and the other is not.
came AS MATERIALIZED (
    SELECT w.seq, w.post, s.account, s.arrived AS met, w.type <> 'skipped' AS begun, true AS moved
    FROM stays s
    JOIN written w ON w.account = s.old AND w.since = s.since AND w.seq < s.arrived
    WHERE s.stop > 0
),
there AS (
    SELECT x.seq, m.post, m.account, m.met, x.type <> 'skipped' AS begun, false AS moved
    FROM (SELECT DISTINCT post, account, met FROM came) m
    JOIN stays t ON t.account = m.account AND t.arrived < m.met AND t.departed >= m.met
    JOIN written x
        ON x.post = m.post AND x.account = t.old AND x.since = t.since AND x.seq < m.met
),
ended AS (
    SELECT DISTINCT seq
    FROM (FROM came UNION ALL FROM there)
    WINDOW meeting AS (PARTITION BY post, account, met)
    QUALIFY NOT bool_and(moved) OVER meeting AND moved <> (
        coalesce(bool_or(begun) FILTER (moved) OVER meeting, false)
        AND NOT coalesce(bool_or(begun) FILTER (NOT moved) OVER meeting, false)
    )
),
history AS MATERIALIZED (
    SELECT
        w.post || '@' || s.today AS delivery, w.post, s.today AS account,
        row_number() OVER (PARTITION BY w.post, s.today ORDER BY e.seq) AS n,
        struct_pack(
            type := e.type, id := e.id, run := e.run, recorded_at := e.recorded_at,
            action := e.action, part := e.part, parts := e.parts, attempt := e.attempt,
            generation := e.generation, claim := e.claim, outcome := e.outcome, path := e.path,
            source := e.source, payload := e.payload, commit := e.commit, blob := e.blob,
            due_at := e.due_at, published_at := e.published_at, lateness := e.lateness,
            url := e.url, remote_id := e.remote_id, until := e.until,
            error := nullif(e.error, ''), reason := nullif(e.reason, ''),
            scheduled_id := e.scheduled_id,
            candidates := coalesce(json_array_length(e.candidates), 0)
        ) AS e
    FROM written w
    JOIN stays s ON s.old = w.account AND s.since = w.since AND s.stop = 0
    JOIN events e ON e.seq = w.seq
    WHERE w.seq NOT IN (FROM ended)
),
told AS (
    SELECT
        delivery, post, account, 0::BIGINT AS n, 'new' AS state, 1 AS generation, 0 AS attempt,
        NULL::VARCHAR AS action, 1 AS total,
        []::STRUCT(number INTEGER, remote_id VARCHAR, url VARCHAR, gone BOOLEAN)[] AS parts,
        -- The open claim, as far as later events need it.
        NULL::STRUCT(
            id VARCHAR, run VARCHAR, recorded_at TIMESTAMPTZ, source VARCHAR, payload VARCHAR,
            commit VARCHAR, blob VARCHAR, path VARCHAR, due_at TIMESTAMPTZ
        ) AS claim,
        -- Whether it goes back to a run that died at it; such a claim while a part is in doubt.
        false AS inherited, claim AS doubted,
        false AS had_failed,  -- before it was to be changed, and a thread is so still
        NULL::VARCHAR AS dropped,  -- the remote id of the part in doubt, had it been accepted
        NULL::VARCHAR AS scheduled_id,
        NULL::VARCHAR AS source, NULL::VARCHAR AS payload, NULL::VARCHAR AS commit,
        NULL::VARCHAR AS blob, NULL::VARCHAR AS path, NULL::TIMESTAMPTZ AS due_at,
        NULL::TIMESTAMPTZ AS published_at, NULL::DOUBLE AS lateness, NULL::TIMESTAMPTZ AS until,
        NULL::VARCHAR AS error, NULL::VARCHAR AS reason, NULL::TIMESTAMPTZ AS last_event_at
    FROM history WHERE n = 1
    UNION ALL (
    WITH heard AS NOT MATERIALIZED (
        SELECT
            t.* EXCLUDE (n), h.n, h.e, coalesce(h.e.part, 1) AS number,
            -- A dead run's event that came in after others went on changes nothing.
            CASE
                WHEN h.e.generation < t.generation THEN 'late'
                -- A person said "again" of what has come to something else since.
                WHEN h.e.type = 'retried' AND t.claim IS NULL AND (
                    t.state = 'in_doubt' OR t.state IN ('published', 'withdrawn')
                    AND coalesce(h.e.generation, 0) <= t.generation
                ) THEN 'late'
                -- Two runs each made a post of a part.
                WHEN h.e.type = 'published' AND h.e.remote_id <> '' AND len(list_filter(
                    t.parts, lambda p: p.number = coalesce(h.e.part, 1) AND NOT p.gone
                        AND p.remote_id NOT IN ('', h.e.remote_id)
                )) > 0 THEN if(t.state = 'in_doubt', 'late', 'in_doubt')
                -- Somebody looked after it was accepted, and that is the later word.
                WHEN h.e.type = 'published' AND t.state = 'in_doubt' AND h.e.remote_id = t.dropped
                    THEN 'late'
                WHEN h.e.type NOT IN (
                    'failed', 'deferred', 'released', 'skipped', 'in_doubt', 'scheduled', 'unscheduled'
                )
                    THEN CASE
                        WHEN h.e.type = 'adopted' THEN 'published'
                        WHEN h.e.type <> 'resolved' THEN h.e.type
                        WHEN h.e.outcome = 'published' THEN 'published'
                        ELSE 'released'
                    END
                WHEN h.e.type = 'skipped' AND (
                    t.scheduled_id IS NOT NULL
                    OR t.state = 'failed' AND h.e.blob IS NOT DISTINCT FROM t.blob
                ) THEN 'late'
                WHEN h.e.claim <> coalesce(t.claim.id, '') THEN 'late'
                WHEN t.claim IS NULL AND (
                    t.state = 'in_doubt'
                    OR t.state = 'withdrawn' AND h.e.type = 'in_doubt'
                    AND h.e.candidates = 0
                ) THEN 'late'
                -- It cannot be the whole truth: the claim stays, to be reconciled.
                WHEN h.e.claim IS NOT NULL AND coalesce(t.action, '') NOT IN ('update', 'withdraw')
                    AND (
                        len(list_filter(t.parts, lambda p: p.number < h.e.part)) < h.e.part - 1
                        OR h.e.type = 'in_doubt' AND len(list_filter(
                            t.parts, lambda p: p.number = coalesce(h.e.part, 1) AND NOT p.gone
                        )) > 0
                    ) THEN 'late'
                WHEN t.claim.run <> h.e.run
                    AND (h.e.type = 'skipped' OR h.e.recorded_at < t.claim.recorded_at) THEN 'late'
                WHEN h.e.type = 'unscheduled' OR (h.e.type = 'scheduled' AND len(t.parts) > 0)
                    THEN 'released'
                ELSE h.e.type
            END AS verb,
            -- A new generation starts over: other keys, nothing published.
            CASE verb
                WHEN 'claimed' THEN coalesce(h.e.generation > t.generation, false)
                WHEN 'retried' THEN t.claim IS NULL AND t.state IN ('published', 'withdrawn')
                ELSE false
            END AS renewed,
            verb = 'claimed' AND coalesce(h.e.action, 'publish') IN ('publish', 'schedule')
                AS to_publish,
            t.claim IS NOT NULL AND NOT renewed AND (t.inherited OR t.claim.run <> h.e.run) AS dead
        FROM told t JOIN history h ON h.delivery = t.delivery AND h.n = t.n + 1
    ),
    begun AS NOT MATERIALIZED (
        SELECT
            * REPLACE (
                if(renewed, e.generation, generation) AS generation,
                if(renewed, 0, attempt) AS attempt,
                if(renewed, 'new', state) AS state,
                if(renewed, NULL, claim) AS claim,
                if(renewed OR verb IN ('claimed', 'retried'), NULL, doubted) AS doubted,
                if(renewed, NULL, action) AS action,
                if(renewed, NULL, published_at) AS published_at,
                if(renewed, NULL, lateness) AS lateness,
                if(renewed, [], parts) AS parts,
                had_failed AND NOT (
                    renewed OR verb <> 'late' AND e.type = 'resolved'
                    OR verb = 'retried' AND claim IS NULL
                    OR verb = 'published' AND NOT (
                        claim IS NOT NULL AND action IN ('update', 'withdraw')
                    )
                ) AS had_failed,
                -- What waits at the platform, which is to publish it by itself.
                CASE
                    WHEN renewed OR verb IN ('published', 'in_doubt') THEN NULL
                    WHEN verb <> 'late' AND e.type IN ('resolved', 'unscheduled') THEN NULL
                    WHEN verb = 'scheduled' THEN coalesce(e.scheduled_id, '')
                    ELSE scheduled_id
                END AS scheduled_id,
                CASE
                    WHEN verb = 'published' THEN greatest(coalesce(e.parts, total), number)
                    WHEN to_publish THEN coalesce(e.parts, total)
                    ELSE total
                END AS total
            ),
            if(renewed, NULL, list_filter(parts, lambda p: p.number = number)[1]) AS known,
            -- Accepted, it seemed, and not kept. Doubt about a change leaves what is there.
            verb = 'in_doubt' AND NOT coalesce(struct_extract(known, 'gone'), false)
                AND NOT (claim IS NOT NULL AND action IN ('update', 'withdraw')) AS dropping
        FROM heard
    ),
    changed AS NOT MATERIALIZED (
        SELECT * REPLACE (
            CASE
                WHEN verb = 'published' AND known.remote_id = coalesce(e.remote_id, known.remote_id)
                    THEN parts
                WHEN verb IN ('published', 'updated') THEN list_append(
                    list_filter(parts, lambda p: p.number <> number),
                    struct_pack(
                        number := number,
                        remote_id := coalesce(e.remote_id, known.remote_id, ''),
                        url := coalesce(e.url, if(verb = 'updated', known.url, NULL), ''),
                        gone := verb = 'updated' AND coalesce(known.gone, false)
                    )
                )
                WHEN dropping THEN list_filter(parts, lambda p: p.number <> number)
                WHEN verb = 'withdrawn' AND known IS NULL AND (e.part IS NOT NULL OR len(parts) = 0)
                    THEN list_append(parts, {
                        'number': number, 'remote_id': '', 'url': '', 'gone': true
                    })
                -- What a dead run was deleting is gone, a person says.
                WHEN verb = 'released' AND e.type = 'resolved' AND action = 'withdraw'
                    THEN list_transform(parts, lambda p: struct_pack(
                        number := p.number, remote_id := p.remote_id, url := p.url,
                        gone := p.gone OR p.number = number
                    ))
                WHEN verb = 'withdrawn' THEN list_transform(parts, lambda p: struct_pack(
                    number := p.number, remote_id := p.remote_id, url := p.url,
                    gone := p.gone OR e.part IS NULL OR p.number = number
                ))
                ELSE parts
            END AS parts
        )
        FROM begun
    ),
    weighed AS NOT MATERIALIZED (
        SELECT
            *,
            len(parts) >= total AS complete,
            len(list_filter(parts, lambda p: NOT p.gone)) AS alive,
            -- What it is whatever came of the last claim.
            CASE
                WHEN len(parts) = 0 THEN if(scheduled_id IS NULL, NULL, 'scheduled')
                WHEN alive = 0 THEN 'withdrawn'
                WHEN complete THEN 'published'
                WHEN had_failed THEN 'failed'
            END AS standing,
            -- Heard of late: it is there, and what is under way now goes on.
            verb = 'published' AND e.type <> 'resolved' AND claim IS NOT NULL
                AND action IN ('update', 'withdraw') AS aside,
            CASE verb
                WHEN 'published' THEN complete AND NOT aside
                WHEN 'updated' THEN e.part IS NULL
                    OR number >= least(total, coalesce(e.parts, total))
                WHEN 'withdrawn' THEN alive = 0
                ELSE false
            END AS done,
            -- Whose word on the content counts: the event's, before that its claim's.
            verb = 'updated' AND done
            OR (verb = 'failed' AND claim IS NOT NULL AND action = 'update') AS claim_says,
            -- A part of a dead run's is known now; it may have sent the ones behind it.
            verb = 'published' AND e.type = 'resolved' AND standing IS NULL
                AND doubted IS NOT NULL AS reopened,
            -- Heard of late, and of another part: the doubt stays.
            verb = 'published' AND e.type = 'published' AND NOT complete AND NOT aside
                AND state = 'in_doubt' AS doubtful,
            claim_says OR to_publish OR (verb = 'published' AND NOT aside)
            OR verb = 'scheduled'
            OR (verb IN ('failed', 'skipped') AND NOT complete) AS event_says,
            if(event_says, e, NULL) AS said,
            if(claim_says, claim, NULL) AS claimed
        FROM changed
    )
    SELECT
        delivery, post, account, n,
        CASE
            WHEN verb IN ('claimed', 'in_doubt', 'scheduled') THEN verb
            WHEN aside OR doubtful THEN state
            WHEN reopened THEN 'claimed'
            WHEN verb = 'published' THEN coalesce(standing, 'partial')
            WHEN done THEN if(verb = 'updated', 'published', 'withdrawn')
            WHEN verb IN ('failed', 'deferred', 'skipped') THEN coalesce(standing, verb)
            WHEN verb = 'released' OR (verb = 'retried' AND claim IS NULL AND NOT renewed)
                THEN coalesce(standing, if(len(parts) > 0, 'partial', 'released'))
            ELSE state
        END,
        generation,
        if(verb = 'claimed', coalesce(e.attempt, attempt + 1), attempt),
        if(verb = 'claimed', coalesce(e.action, 'publish'), action),
        total, parts,
        CASE
            WHEN verb = 'claimed' THEN struct_pack(
                id := e.id, run := e.run, recorded_at := e.recorded_at, source := e.source,
                payload := e.payload, commit := e.commit, blob := e.blob, path := e.path,
                due_at := e.due_at
            )
            WHEN reopened THEN doubted
            WHEN done OR (verb <> 'late' AND e.type = 'resolved')
                OR verb IN (
                    'failed', 'deferred', 'skipped', 'released', 'in_doubt', 'scheduled'
                ) THEN NULL
            ELSE claim
        END,
        if(verb = 'claimed', dead, inherited),
        if(verb = 'in_doubt', if(dead, claim, NULL), doubted),
        if(
            verb = 'claimed',
            coalesce(e.action, '') IN ('update', 'withdraw')
                AND if(state = 'claimed', had_failed, state = 'failed'),
            had_failed
        ),
        CASE
            WHEN verb = 'claimed' THEN NULL
            WHEN dropping THEN nullif(known.remote_id, '')
            ELSE dropped
        END,
        if(verb = 'withdrawn' AND done, NULL, scheduled_id),
        coalesce(said.source, claimed.source, source),
        coalesce(said.payload, claimed.payload, payload),
        coalesce(said.commit, claimed.commit, commit),
        coalesce(said.blob, claimed.blob, blob),
        coalesce(if(verb = 'claimed', e.path, said.path), claimed.path, path),
        coalesce(said.due_at, claimed.due_at, due_at),
        if(
            verb = 'published' AND number = 1,
            coalesce(e.published_at, e.recorded_at), published_at
        ),
        if(verb = 'published' AND number = 1, coalesce(e.lateness, lateness), lateness),
        CASE
            WHEN verb = 'deferred' THEN e.until
            WHEN verb NOT IN ('claimed', 'retried') THEN until
        END,
        CASE
            WHEN aside OR doubtful THEN error
            WHEN done OR verb IN ('published', 'retried', 'scheduled') THEN NULL
            WHEN verb = 'failed' THEN coalesce(e.error, e.reason)
            WHEN verb = 'in_doubt' THEN e.error
            WHEN verb = 'late' OR e.type <> 'resolved' THEN error
        END,
        CASE
            WHEN aside OR doubtful THEN reason
            WHEN done OR verb IN ('published', 'retried', 'scheduled') THEN NULL
            WHEN verb = 'deferred' THEN coalesce(e.reason, e.error)
            WHEN verb = 'in_doubt' AND e.type = 'published' THEN 'it is there twice'
            WHEN verb IN ('released', 'skipped', 'in_doubt') THEN e.reason
            ELSE reason
        END,
        e.recorded_at
    FROM weighed
    )
)
SELECT
    delivery, post, account, platform, state, published_at, lateness AS lateness_seconds, due_at,
    first_part.url AS url, first_part.remote_id AS remote_id, total AS parts, until, error, reason,
    generation, attempt, action, path, source, payload, commit, blob, last_event_at
FROM (
    SELECT *, list_sort(list_filter(parts, lambda p: NOT p.gone))[1] AS first_part
    FROM told
    QUALIFY row_number() OVER (PARTITION BY delivery ORDER BY n DESC) = 1
)
LEFT JOIN (
    SELECT account, arg_max(platform, seq) AS platform FROM bindings GROUP BY account
) USING (account);

-- The cases and the rules of docs/rules.md, written by hand for DuckDB: one row for each case for
-- which a rule fires, with a flag for each rule.
-- Parameters: $older, the first moment within the grace; $tomorrow, the start of the next day;
-- $shapes, a pattern of all known shapes of codes.
CREATE TEMP TABLE flagged AS
WITH
one_stop AS (
    SELECT * FROM source_record WHERE role = 'one_stop'
),
latest AS (
    SELECT * FROM one_stop
    QUALIFY row_number() OVER (
        PARTITION BY code ORDER BY coalesce(changed_us, -1) DESC, native_id DESC
    ) = 1
),
named AS (
    SELECT DISTINCT r.code, a.alias
    FROM one_stop r JOIN record_alias a USING (source, native_id)
),
-- the code of a dossier belongs to that dossier, also where another one has it as an alias
keys AS (
    SELECT code, code AS key FROM latest
    UNION ALL
    SELECT code, alias FROM named WHERE alias NOT IN (SELECT code FROM latest)
),
all_keys AS (
    SELECT * FROM keys
    UNION ALL
    SELECT DISTINCT p.code, p.code
    FROM presence p
    WHERE NOT EXISTS (SELECT 1 FROM keys k WHERE k.key = p.code)
      AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.code = p.code AND q.state = 'open')
),
portal AS (
    SELECT
        k.code AS case_code,
        k.key,
        p.*,
        bool_or(coalesce(p.presence = 'present', false)) OVER same AS any_there,
        bool_and(coalesce(p.presence = 'absent', false)) OVER same AS all_gone
    FROM all_keys k LEFT JOIN presence p ON p.code = k.key
    WINDOW same AS (PARTITION BY k.code)
    QUALIFY row_number() OVER (
        PARTITION BY k.code
        ORDER BY coalesce(p.presence = 'present', false) DESC, k.key = k.code DESC,
                 coalesce(p.checked_us, -1) DESC, k.key DESC
    ) = 1
),
cases AS (
    SELECT
        p.case_code AS code,
        o.source AS os_source, o.native_id AS os_native_id,
        o.status AS os_status, o.status_raw AS os_status_raw,
        o.submitted_us AS os_submitted_us, o.submitted_day AS os_submitted_day,
        o.received_us AS os_received_us, o.received_day AS os_received_day,
        o.due_us AS os_due_us, o.due_day AS os_due_day,
        o.finished_us AS os_finished_us, o.finished_day AS os_finished_day,
        o.returned_us AS os_returned_us, o.returned_day AS os_returned_day,
        o.changed_us AS os_changed_us, o.no_due AS os_no_due, o.unit AS os_unit,
        o.channel AS os_channel,
        n.code IS NOT NULL AS has_alias,
        CASE WHEN p.any_there THEN 'present' WHEN p.all_gone THEN 'absent' ELSE 'unknown' END
            AS po_presence,
        p.source AS po_source, p.key AS po_code, p.status AS po_status,
        p.submitted_us AS po_submitted_us, p.submitted_day AS po_submitted_day,
        p.received_us AS po_received_us, p.received_day AS po_received_day,
        p.due_us AS po_due_us, p.due_day AS po_due_day,
        p.finished_us AS po_finished_us, p.finished_day AS po_finished_day,
        p.returned_us AS po_returned_us, p.returned_day AS po_returned_day,
        p.unit AS po_unit, p.checked_us AS po_checked_us, p.first_seen_us AS po_first_seen_us,
        p.first_absent_us AS po_first_absent_us
    FROM portal p
    LEFT JOIN latest o ON o.code = p.case_code
    LEFT JOIN (SELECT DISTINCT code FROM named) n ON n.code = p.case_code
),
judged AS (
    SELECT
        *,
        os_status NOT IN (1) AND os_received_us IS NOT NULL AND (os_channel <> 2 OR NOT has_alias)
            AND po_presence = 'absent' AND os_received_us < $older AS a7,
        po_presence = 'present' AND os_native_id IS NULL
            AND coalesce(po_received_us, po_submitted_us, po_first_seen_us) < $older AS a8,
        coalesce(po_status IN (9, 10) AND os_status IN (2, 4, 5, 6, 8), false) AS b5,
        coalesce(os_status IN (9, 10) AND po_status IN (1, 2, 4, 5, 6, 8)
            AND os_finished_us < $older, false) AS b6,
        os_status = 1 AND os_submitted_us < $older AS b10,
        os_status <> po_status AND NOT b5 AND NOT b6 AND os_changed_us < $older AS b11,
        os_received_us IS NULL AND os_status NOT IN (1, 3, 5) AS c1,
        os_status IN (9, 10) AND os_finished_us IS NULL AS c2,
        os_received_us >= $tomorrow AS c3,
        os_finished_us >= $tomorrow AS c4,
        earlier(os_finished_us, os_finished_day, os_received_us, os_received_day) AS c5,
        coalesce(earlier(os_received_us, os_received_day, os_submitted_us, os_submitted_day), false)
            OR coalesce(earlier(os_returned_us, os_returned_day, os_finished_us, os_finished_day),
                        false) AS c6,
        os_due_us IS NULL AND NOT os_no_due AND os_status NOT IN (1, 3)
            AND NOT (os_status = 5 AND os_received_us IS NULL) AS c9,
        coalesce(seven_hours(os_received_us, os_received_day, po_received_us, po_received_day), false)
            OR coalesce(seven_hours(os_due_us, os_due_day, po_due_us, po_due_day), false)
            OR coalesce(seven_hours(os_finished_us, os_finished_day, po_finished_us,
                                    po_finished_day), false)
            OR coalesce(seven_hours(os_returned_us, os_returned_day, po_returned_us,
                                    po_returned_day), false) AS c12,
        (coalesce(apart(os_received_us, os_received_day, po_received_us, po_received_day), false)
            OR coalesce(apart(os_due_us, os_due_day, po_due_us, po_due_day), false)
            OR coalesce(apart(os_finished_us, os_finished_day, po_finished_us, po_finished_day),
                        false)
            OR coalesce(apart(os_returned_us, os_returned_day, po_returned_us, po_returned_day),
                        false))
            AND NOT c12 AND os_changed_us < $older AS c14,
        os_native_id IS NOT NULL AND NOT regexp_matches(code, $shapes) AS e7
    FROM cases
    WHERE os_status IS NOT NULL OR os_status_raw IS NULL
)
SELECT * FROM judged
WHERE a7 OR a8 OR b5 OR b6 OR b10 OR b11 OR c1 OR c2 OR c3 OR c4 OR c5 OR c6 OR c9 OR c12 OR c14
   OR e7;

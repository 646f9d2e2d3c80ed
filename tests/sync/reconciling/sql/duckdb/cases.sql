WITH "t26" AS (
  SELECT
    *
  FROM "source_record" AS "t2"
  WHERE
    "t2"."role" = 'one_stop'
), "t27" AS (
  SELECT DISTINCT
    "t2"."code" AS "case_code",
    "t2"."code" AS "key"
  FROM "source_record" AS "t2"
  WHERE
    "t2"."role" = 'one_stop'
), "t47" AS (
  SELECT
    "t33"."source",
    "t33"."native_id",
    "t33"."role",
    "t33"."code",
    "t33"."status",
    "t33"."status_raw",
    "t33"."submitted_us",
    "t33"."submitted_day",
    "t33"."received_us",
    "t33"."received_day",
    "t33"."due_us",
    "t33"."due_day",
    "t33"."finished_us",
    "t33"."finished_day",
    "t33"."returned_us",
    "t33"."returned_day",
    "t33"."entered_us",
    "t33"."entered_day",
    "t33"."changed_us",
    "t33"."no_due",
    "t33"."unit",
    "t33"."unit_code",
    "t33"."procedure",
    "t33"."channel",
    "t33"."applicant_key",
    "t33"."path",
    "t33"."supplement_us",
    "t33"."supplement_before_us",
    "t33"."unread",
    "t33"."first_seen_us",
    ROW_NUMBER() OVER (
      PARTITION BY "t33"."code"
      ORDER BY COALESCE("t33"."changed_us", -1) DESC, "t33"."native_id" DESC, "t33"."source" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) - 1 AS "rank",
    COUNT(*) OVER (
      PARTITION BY "t33"."code"
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS "native_count",
    COALESCE(
      MIN("t33"."applicant_key") OVER (
        PARTITION BY "t33"."code"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) <> MAX("t33"."applicant_key") OVER (
        PARTITION BY "t33"."code"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ),
      FALSE
    )
    OR COALESCE(
      MIN("t33"."procedure") OVER (
        PARTITION BY "t33"."code"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) <> MAX("t33"."procedure") OVER (
        PARTITION BY "t33"."code"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ),
      FALSE
    ) AS "natives_differ"
  FROM "t26" AS "t33"
), "t48" AS (
  SELECT DISTINCT
    *
  FROM (
    SELECT
      "t37"."code" AS "of_case",
      "t13"."alias"
    FROM "t26" AS "t37"
    INNER JOIN "record_alias" AS "t13"
      ON "t37"."source" = "t13"."source" AND "t37"."native_id" = "t13"."native_id"
  ) AS "t45"
), "t63" AS (
  SELECT
    *
  FROM "t27" AS "t34"
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      "t56"."case_code",
      "t56"."key"
    FROM (
      SELECT
        "t51"."of_case" AS "case_code",
        "t51"."alias" AS "key"
      FROM "t48" AS "t51"
    ) AS "t56"
    ANTI JOIN "t27" AS "t38"
      ON "t56"."key" = "t38"."key"
  ) AS "t62"
), "t69" AS (
  SELECT
    *
  FROM "t63" AS "t65"
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      "t43"."key" AS "case_code",
      "t43"."key"
    FROM (
      SELECT DISTINCT
        *
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t3"."code" AS "key"
          FROM "presence" AS "t3"
        ) AS "t18"
        UNION ALL
        SELECT
          *
        FROM (
          SELECT
            "t1"."code" AS "key"
          FROM "paper_row" AS "t1"
          WHERE
            "t1"."code" IS NOT NULL
        ) AS "t24"
      ) AS "t31"
    ) AS "t43"
    ANTI JOIN "t63" AS "t66"
      ON "t43"."key" = "t66"."key"
    ANTI JOIN (
      SELECT
        *
      FROM "quarantine" AS "t6"
      WHERE
        "t6"."state" = 'open' AND "t6"."code" IS NOT NULL
    ) AS "t35"
      ON "t43"."key" = "t35"."code"
    ANTI JOIN (
      SELECT DISTINCT
        "t7"."code" AS "key"
      FROM "near_code" AS "t7"
    ) AS "t29"
      ON "t43"."key" = "t29"."key"
  ) AS "t68"
), "t77" AS (
  SELECT
    "t71"."case_code",
    "t71"."key",
    "t32"."source",
    "t32"."file",
    "t32"."row_key",
    "t32"."kind",
    "t32"."sheet",
    "t32"."row_number",
    "t32"."code",
    "t32"."unit",
    "t32"."unit_code",
    "t32"."procedure",
    "t32"."applicant_key",
    "t32"."received_us",
    "t32"."received_day",
    "t32"."returned_us",
    "t32"."returned_day",
    "t32"."signed_us",
    "t32"."signed_day",
    "t32"."number",
    "t32"."symbol",
    "t32"."unread"
  FROM "t69" AS "t71"
  INNER JOIN (
    SELECT
      "t1"."source",
      "t1"."file",
      "t1"."row_key",
      "t1"."kind",
      "t1"."sheet",
      "t1"."row_number",
      "t1"."code",
      COALESCE("t1"."unit", "t1"."unit_code") AS "unit",
      "t1"."unit_code",
      "t1"."procedure",
      "t1"."applicant_key",
      "t1"."received_us",
      "t1"."received_day",
      "t1"."returned_us",
      "t1"."returned_day",
      "t1"."signed_us",
      "t1"."signed_day",
      "t1"."number",
      "t1"."symbol",
      "t1"."unread"
    FROM "paper_row" AS "t1"
  ) AS "t32"
    ON "t71"."key" = "t32"."code"
), "t82" AS (
  SELECT
    *
  FROM "t77" AS "t80"
  WHERE
    "t80"."kind" = 'logbook'
), "t83" AS (
  SELECT
    *
  FROM "t77" AS "t80"
  WHERE
    "t80"."kind" = 'register'
)
SELECT
  "t127"."subject",
  "t127"."code",
  "t127"."os_source",
  "t127"."os_native_id",
  "t127"."os_status",
  "t127"."os_status_raw",
  "t127"."os_submitted_us",
  "t127"."os_submitted_day",
  "t127"."os_received_us",
  "t127"."os_received_day",
  "t127"."os_due_us",
  "t127"."os_due_day",
  "t127"."os_finished_us",
  "t127"."os_finished_day",
  "t127"."os_returned_us",
  "t127"."os_returned_day",
  "t127"."os_entered_us",
  "t127"."os_entered_day",
  "t127"."os_changed_us",
  "t127"."os_no_due",
  "t127"."os_unit",
  "t127"."os_unit_code",
  "t127"."os_procedure",
  "t127"."os_channel",
  "t127"."os_applicant_key",
  "t127"."os_path",
  "t127"."os_supplement_us",
  "t127"."os_supplement_before_us",
  "t127"."os_unread",
  "t127"."os_first_seen_us",
  "t127"."os_native_count",
  "t127"."os_natives_differ",
  "t127"."has_alias",
  "t127"."po_presence",
  "t127"."po_code",
  "t127"."po_source",
  "t127"."po_status",
  "t127"."po_status_raw",
  "t127"."po_submitted_us",
  "t127"."po_submitted_day",
  "t127"."po_received_us",
  "t127"."po_received_day",
  "t127"."po_due_us",
  "t127"."po_due_day",
  "t127"."po_finished_us",
  "t127"."po_finished_day",
  "t127"."po_returned_us",
  "t127"."po_returned_day",
  "t127"."po_unit",
  "t127"."po_procedure",
  "t127"."po_unread",
  "t127"."po_checked_us",
  "t127"."po_first_seen_us",
  "t127"."po_first_absent_us",
  "t127"."ps_source",
  "t127"."ps_item",
  "t127"."ps_handed_us",
  "t127"."ps_handed_day",
  "t127"."ps_delivered_us",
  "t127"."ps_delivered_day",
  "t127"."ps_unread",
  "t127"."lb_source",
  "t127"."lb_file",
  "t127"."lb_sheet",
  "t127"."lb_row_number",
  "t127"."lb_code",
  "t127"."lb_unit",
  "t127"."lb_unit_code",
  "t127"."lb_procedure",
  "t127"."lb_received_us",
  "t127"."lb_received_day",
  "t127"."lb_returned_us",
  "t127"."lb_returned_day",
  "t127"."lb_unread",
  "t127"."lr_source",
  "t127"."lr_file",
  "t127"."lr_sheet",
  "t127"."lr_row_number",
  "t127"."lr_code",
  "t127"."rg_source",
  "t127"."rg_file",
  "t127"."rg_sheet",
  "t127"."rg_row_number",
  "t127"."rg_code",
  "t127"."rg_unit",
  "t127"."rg_unit_code",
  "t127"."rg_procedure",
  "t127"."rg_signed_us",
  "t127"."rg_signed_day",
  "t127"."rg_number",
  "t127"."rg_symbol",
  "t127"."rg_unread",
  "t127"."id_source",
  "t127"."id_verdict",
  "t127"."id_checked_us",
  "t20"."os_received_ord",
  "t21"."os_entered_ord",
  "t22"."lb_received_ord",
  "t23"."code_ord",
  "t127"."code_said" IS NOT NULL AS "code_known",
  STARTS_WITH("t127"."code_said", 'M') AS "code_made_up"
FROM (
  SELECT
    "t125"."subject",
    "t125"."code",
    "t125"."os_source",
    "t125"."os_native_id",
    "t125"."os_status",
    "t125"."os_status_raw",
    "t125"."os_submitted_us",
    "t125"."os_submitted_day",
    "t125"."os_received_us",
    "t125"."os_received_day",
    "t125"."os_due_us",
    "t125"."os_due_day",
    "t125"."os_finished_us",
    "t125"."os_finished_day",
    "t125"."os_returned_us",
    "t125"."os_returned_day",
    "t125"."os_entered_us",
    "t125"."os_entered_day",
    "t125"."os_changed_us",
    "t125"."os_no_due",
    "t125"."os_unit",
    "t125"."os_unit_code",
    "t125"."os_procedure",
    "t125"."os_channel",
    "t125"."os_applicant_key",
    "t125"."os_path",
    "t125"."os_supplement_us",
    "t125"."os_supplement_before_us",
    "t125"."os_unread",
    "t125"."os_first_seen_us",
    "t125"."os_native_count",
    "t125"."os_natives_differ",
    "t125"."has_alias",
    "t125"."po_presence",
    "t125"."po_code",
    "t125"."po_source",
    "t125"."po_status",
    "t125"."po_status_raw",
    "t125"."po_submitted_us",
    "t125"."po_submitted_day",
    "t125"."po_received_us",
    "t125"."po_received_day",
    "t125"."po_due_us",
    "t125"."po_due_day",
    "t125"."po_finished_us",
    "t125"."po_finished_day",
    "t125"."po_returned_us",
    "t125"."po_returned_day",
    "t125"."po_unit",
    "t125"."po_procedure",
    "t125"."po_unread",
    "t125"."po_checked_us",
    "t125"."po_first_seen_us",
    "t125"."po_first_absent_us",
    "t125"."ps_source",
    "t125"."ps_item",
    "t125"."ps_handed_us",
    "t125"."ps_handed_day",
    "t125"."ps_delivered_us",
    "t125"."ps_delivered_day",
    "t125"."ps_unread",
    "t125"."lb_source",
    "t125"."lb_file",
    "t125"."lb_sheet",
    "t125"."lb_row_number",
    "t125"."lb_code",
    "t125"."lb_unit",
    "t125"."lb_unit_code",
    "t125"."lb_procedure",
    "t125"."lb_received_us",
    "t125"."lb_received_day",
    "t125"."lb_returned_us",
    "t125"."lb_returned_day",
    "t125"."lb_unread",
    "t125"."lr_source",
    "t125"."lr_file",
    "t125"."lr_sheet",
    "t125"."lr_row_number",
    "t125"."lr_code",
    "t125"."rg_source",
    "t125"."rg_file",
    "t125"."rg_sheet",
    "t125"."rg_row_number",
    "t125"."rg_code",
    "t125"."rg_unit",
    "t125"."rg_unit_code",
    "t125"."rg_procedure",
    "t125"."rg_signed_us",
    "t125"."rg_signed_day",
    "t125"."rg_number",
    "t125"."rg_symbol",
    "t125"."rg_unread",
    "t125"."id_source",
    "t125"."id_verdict",
    "t125"."id_checked_us",
    CASE
      WHEN REGEXP_MATCHES(
        "t125"."code",
        '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$'
      )
      AND COALESCE(
        TRUE
        AND (
          '20' || REGEXP_EXTRACT(
            "t125"."code",
            '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$',
            2
          ) >= '20190106'
        ),
        TRUE
      )
      THEN '-' || COALESCE(
        '20' || REGEXP_EXTRACT(
          "t125"."code",
          '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$',
          2
        ),
        ''
      )
      WHEN REGEXP_MATCHES(
        "t125"."code",
        '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$'
      )
      AND COALESCE(
        TRUE
        AND (
          '20' || REGEXP_EXTRACT(
            "t125"."code",
            '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$',
            2
          ) >= '20200915'
        ),
        TRUE
      )
      THEN '-' || COALESCE(
        '20' || REGEXP_EXTRACT(
          "t125"."code",
          '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$',
          2
        ),
        ''
      )
      WHEN REGEXP_MATCHES("t125"."code", '^(?:(.+)-([0-9]{6})-([0-9]{6,7}))$') AND TRUE
      THEN '-' || COALESCE('20' || REGEXP_EXTRACT("t125"."code", '^(?:(.+)-([0-9]{6})-([0-9]{6,7}))$', 2), '')
      WHEN REGEXP_MATCHES("t125"."code", '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$')
      AND COALESCE(
        TRUE
        AND (
          REGEXP_EXTRACT(
            "t125"."code",
            '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$',
            2
          ) >= '20260601'
        ),
        TRUE
      )
      THEN CASE
        WHEN LENGTH(
          REGEXP_EXTRACT(
            "t125"."code",
            '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$',
            3
          )
        ) = 5
        THEN 'M'
        ELSE '-'
      END || COALESCE(
        REGEXP_EXTRACT(
          "t125"."code",
          '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$',
          2
        ),
        ''
      )
      WHEN REGEXP_MATCHES("t125"."code", '^(?:(.+)-([0-9]{6})-([0-9]{5}))$') AND TRUE
      THEN CASE
        WHEN LENGTH(REGEXP_EXTRACT("t125"."code", '^(?:(.+)-([0-9]{6})-([0-9]{5}))$', 3)) = 5
        THEN 'M'
        ELSE '-'
      END || COALESCE('20' || REGEXP_EXTRACT("t125"."code", '^(?:(.+)-([0-9]{6})-([0-9]{5}))$', 2), '')
      WHEN REGEXP_MATCHES("t125"."code", '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$')
      AND COALESCE(
        TRUE
        AND (
          '20' || REGEXP_EXTRACT(
            "t125"."code",
            '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$',
            2
          ) >= '20190106'
        ),
        TRUE
      )
      THEN '-' || COALESCE(
        '20' || REGEXP_EXTRACT(
          "t125"."code",
          '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$',
          2
        ),
        ''
      )
      WHEN REGEXP_MATCHES(
        "t125"."code",
        '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$'
      )
      THEN '-' || COALESCE(
        '20' || REGEXP_EXTRACT(
          "t125"."code",
          '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$',
          2
        ),
        ''
      )
      WHEN REGEXP_MATCHES(
        "t125"."code",
        '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$'
      )
      THEN '-' || COALESCE(
        '20' || REGEXP_EXTRACT(
          "t125"."code",
          '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$',
          2
        ),
        ''
      )
      WHEN REGEXP_MATCHES("t125"."code", '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$')
      THEN CASE
        WHEN LENGTH(
          REGEXP_EXTRACT(
            "t125"."code",
            '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$',
            3
          )
        ) = 5
        THEN 'M'
        ELSE '-'
      END || COALESCE(
        REGEXP_EXTRACT(
          "t125"."code",
          '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$',
          2
        ),
        ''
      )
      WHEN REGEXP_MATCHES("t125"."code", '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$')
      THEN '-' || COALESCE(
        '20' || REGEXP_EXTRACT(
          "t125"."code",
          '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$',
          2
        ),
        ''
      )
      ELSE NULL
    END AS "code_said"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t74"."case_code" AS "subject",
        "t74"."case_code" AS "code",
        "t58"."os_source",
        "t58"."os_native_id",
        "t58"."os_status",
        "t58"."os_status_raw",
        "t58"."os_submitted_us",
        "t58"."os_submitted_day",
        "t58"."os_received_us",
        "t58"."os_received_day",
        "t58"."os_due_us",
        "t58"."os_due_day",
        "t58"."os_finished_us",
        "t58"."os_finished_day",
        "t58"."os_returned_us",
        "t58"."os_returned_day",
        "t58"."os_entered_us",
        "t58"."os_entered_day",
        "t58"."os_changed_us",
        "t58"."os_no_due",
        "t58"."os_unit",
        "t58"."os_unit_code",
        "t58"."os_procedure",
        "t58"."os_channel",
        "t58"."os_applicant_key",
        "t58"."os_path",
        "t58"."os_supplement_us",
        "t58"."os_supplement_before_us",
        "t58"."os_unread",
        "t58"."os_first_seen_us",
        "t58"."os_native_count",
        "t58"."os_natives_differ",
        COALESCE("t61"."has_alias", FALSE) AS "has_alias",
        COALESCE("t103"."po_presence", 'unknown') AS "po_presence",
        "t103"."po_code",
        "t103"."po_source",
        "t103"."po_status",
        "t103"."po_status_raw",
        "t103"."po_submitted_us",
        "t103"."po_submitted_day",
        "t103"."po_received_us",
        "t103"."po_received_day",
        "t103"."po_due_us",
        "t103"."po_due_day",
        "t103"."po_finished_us",
        "t103"."po_finished_day",
        "t103"."po_returned_us",
        "t103"."po_returned_day",
        "t103"."po_unit",
        "t103"."po_procedure",
        "t103"."po_unread",
        "t103"."po_checked_us",
        "t103"."po_first_seen_us",
        "t103"."po_first_absent_us",
        "t123"."ps_source",
        "t123"."ps_item",
        "t123"."ps_handed_us",
        "t123"."ps_handed_day",
        "t123"."ps_delivered_us",
        "t123"."ps_delivered_day",
        "t123"."ps_unread",
        "t119"."lb_source",
        "t119"."lb_file",
        "t119"."lb_sheet",
        "t119"."lb_row_number",
        "t119"."lb_code",
        "t119"."lb_unit",
        "t119"."lb_unit_code",
        "t119"."lb_procedure",
        "t119"."lb_received_us",
        "t119"."lb_received_day",
        "t108"."lb_returned_us",
        "t108"."lb_returned_day",
        "t119"."lb_unread",
        "t108"."lr_source",
        "t108"."lr_file",
        "t108"."lr_sheet",
        "t108"."lr_row_number",
        "t108"."lr_code",
        "t120"."rg_source",
        "t120"."rg_file",
        "t120"."rg_sheet",
        "t120"."rg_row_number",
        "t120"."rg_code",
        "t120"."rg_unit",
        "t120"."rg_unit_code",
        "t120"."rg_procedure",
        "t120"."rg_signed_us",
        "t120"."rg_signed_day",
        "t120"."rg_number",
        "t120"."rg_symbol",
        "t120"."rg_unread",
        "t93"."id_source",
        "t93"."id_verdict",
        "t93"."id_checked_us"
      FROM (
        SELECT DISTINCT
          "t70"."case_code"
        FROM "t69" AS "t70"
      ) AS "t74"
      LEFT OUTER JOIN (
        SELECT
          "t50"."code" AS "os_code",
          "t50"."native_count" AS "os_native_count",
          "t50"."natives_differ" AS "os_natives_differ",
          "t50"."source" AS "os_source",
          "t50"."native_id" AS "os_native_id",
          "t50"."status" AS "os_status",
          "t50"."status_raw" AS "os_status_raw",
          "t50"."submitted_us" AS "os_submitted_us",
          "t50"."submitted_day" AS "os_submitted_day",
          "t50"."received_us" AS "os_received_us",
          "t50"."received_day" AS "os_received_day",
          "t50"."due_us" AS "os_due_us",
          "t50"."due_day" AS "os_due_day",
          "t50"."finished_us" AS "os_finished_us",
          "t50"."finished_day" AS "os_finished_day",
          "t50"."returned_us" AS "os_returned_us",
          "t50"."returned_day" AS "os_returned_day",
          "t50"."entered_us" AS "os_entered_us",
          "t50"."entered_day" AS "os_entered_day",
          "t50"."changed_us" AS "os_changed_us",
          "t50"."no_due" AS "os_no_due",
          "t50"."unit" AS "os_unit",
          "t50"."unit_code" AS "os_unit_code",
          "t50"."procedure" AS "os_procedure",
          "t50"."channel" AS "os_channel",
          "t50"."applicant_key" AS "os_applicant_key",
          "t50"."path" AS "os_path",
          "t50"."supplement_us" AS "os_supplement_us",
          "t50"."supplement_before_us" AS "os_supplement_before_us",
          "t50"."unread" AS "os_unread",
          "t50"."first_seen_us" AS "os_first_seen_us"
        FROM "t47" AS "t50"
        WHERE
          "t50"."rank" = 0
      ) AS "t58"
        ON "t74"."case_code" = "t58"."os_code"
      LEFT OUTER JOIN (
        SELECT
          "t91"."case_code" AS "portal_of_case",
          CASE
            WHEN "t91"."any_there"
            THEN 'present'
            WHEN "t91"."all_gone"
            THEN 'absent'
            ELSE 'unknown'
          END AS "po_presence",
          "t91"."key" AS "po_code",
          "t91"."source" AS "po_source",
          "t91"."status" AS "po_status",
          "t91"."status_raw" AS "po_status_raw",
          "t91"."submitted_us" AS "po_submitted_us",
          "t91"."submitted_day" AS "po_submitted_day",
          "t91"."received_us" AS "po_received_us",
          "t91"."received_day" AS "po_received_day",
          "t91"."due_us" AS "po_due_us",
          "t91"."due_day" AS "po_due_day",
          "t91"."finished_us" AS "po_finished_us",
          "t91"."finished_day" AS "po_finished_day",
          "t91"."returned_us" AS "po_returned_us",
          "t91"."returned_day" AS "po_returned_day",
          "t91"."unit" AS "po_unit",
          "t91"."procedure" AS "po_procedure",
          "t91"."unread" AS "po_unread",
          "t91"."checked_us" AS "po_checked_us",
          "t91"."first_seen_us" AS "po_first_seen_us",
          "t91"."first_absent_us" AS "po_first_absent_us"
        FROM (
          SELECT
            "t75"."case_code",
            "t75"."key",
            "t75"."source",
            "t75"."code",
            "t75"."presence",
            "t75"."status",
            "t75"."status_raw",
            "t75"."submitted_us",
            "t75"."submitted_day",
            "t75"."received_us",
            "t75"."received_day",
            "t75"."due_us",
            "t75"."due_day",
            "t75"."finished_us",
            "t75"."finished_day",
            "t75"."returned_us",
            "t75"."returned_day",
            "t75"."unit",
            "t75"."procedure",
            "t75"."unread",
            "t75"."checked_us",
            "t75"."first_seen_us",
            "t75"."first_absent_us",
            ROW_NUMBER() OVER (
              PARTITION BY "t75"."case_code"
              ORDER BY COALESCE("t75"."presence" = 'present', FALSE) DESC, "t75"."key" = "t75"."case_code" DESC, COALESCE("t75"."checked_us", -1) DESC, "t75"."key" DESC, "t75"."source" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "rank",
            MAX(CAST(COALESCE("t75"."presence" = 'present', FALSE) AS INT)) OVER (
              PARTITION BY "t75"."case_code"
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) = 1 AS "any_there",
            MIN(CAST(COALESCE("t75"."presence" = 'absent', FALSE) AS INT)) OVER (
              PARTITION BY "t75"."case_code"
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) = 1 AS "all_gone"
          FROM (
            SELECT
              "t71"."case_code",
              "t71"."key",
              "t10"."source",
              "t10"."code",
              "t10"."presence",
              "t10"."status",
              "t10"."status_raw",
              "t10"."submitted_us",
              "t10"."submitted_day",
              "t10"."received_us",
              "t10"."received_day",
              "t10"."due_us",
              "t10"."due_day",
              "t10"."finished_us",
              "t10"."finished_day",
              "t10"."returned_us",
              "t10"."returned_day",
              "t10"."unit",
              "t10"."procedure",
              "t10"."unread",
              "t10"."checked_us",
              "t10"."first_seen_us",
              "t10"."first_absent_us"
            FROM "t69" AS "t71"
            LEFT OUTER JOIN "presence" AS "t10"
              ON "t71"."key" = "t10"."code"
          ) AS "t75"
        ) AS "t91"
        WHERE
          "t91"."rank" = 0
      ) AS "t103"
        ON "t74"."case_code" = "t103"."portal_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t52"."of_case" AS "alias_of_case",
          "t52"."has_alias"
        FROM (
          SELECT DISTINCT
            "t51"."of_case",
            TRUE AS "has_alias"
          FROM "t48" AS "t51"
        ) AS "t52"
      ) AS "t61"
        ON "t74"."case_code" = "t61"."alias_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t121"."of_case" AS "post_of_case",
          "t121"."ps_source",
          "t121"."ps_item",
          "t121"."ps_unread",
          "t121"."ps_handed_us",
          "t121"."ps_handed_day",
          "t121"."ps_delivered_us",
          "t121"."ps_delivered_day"
        FROM (
          SELECT
            "t118"."of_case",
            "t118"."ps_source",
            "t118"."ps_item",
            "t89"."ps_unread",
            CAST(FLOOR((
              "t118"."handed"
            ) / (
              2
            )) AS BIGINT) AS "ps_handed_us",
            (
              "t118"."handed" % 2
            ) = 0 AS "ps_handed_day",
            CAST(FLOOR((
              "t118"."delivered"
            ) / (
              2
            )) AS BIGINT) AS "ps_delivered_us",
            (
              "t118"."delivered" % 2
            ) = 0 AS "ps_delivered_day"
          FROM (
            SELECT
              "t110"."case_code" AS "of_case",
              MIN("t110"."source") AS "ps_source",
              MAX("t110"."item") AS "ps_item",
              MIN("t110"."first") AS "handed",
              MIN("t110"."delivered") AS "delivered"
            FROM (
              SELECT
                *
              FROM (
                SELECT
                  "t90"."case_code",
                  "t90"."native_id",
                  "t90"."waybill",
                  "t90"."source",
                  "t90"."item",
                  "t90"."first",
                  "t90"."delivered",
                  "t59"."os_code",
                  "t59"."os_received_us",
                  "t59"."os_received_day"
                FROM (
                  SELECT
                    "t79"."case_code",
                    "t79"."native_id",
                    "t79"."waybill",
                    MIN("t79"."source") AS "source",
                    MIN("t79"."item") AS "item",
                    MIN("t79"."at") AS "first",
                    MIN("t79"."at") FILTER(WHERE
                      "t79"."kind" = 'delivered') AS "delivered"
                  FROM (
                    SELECT
                      "t42"."source",
                      "t42"."native_id",
                      "t42"."code",
                      "t42"."kind",
                      "t42"."item",
                      "t42"."event_us",
                      "t42"."event_day",
                      "t42"."waybill",
                      "t42"."at",
                      "t72"."case_code",
                      "t72"."key"
                    FROM (
                      SELECT
                        "t9"."source",
                        "t9"."native_id",
                        "t9"."code",
                        "t9"."kind",
                        "t9"."item",
                        "t9"."event_us",
                        "t9"."event_day",
                        COALESCE("t9"."item", '') AS "waybill",
                        (
                          "t9"."event_us" * 2
                        ) + CASE WHEN COALESCE("t9"."event_day", FALSE) THEN 0 ELSE 1 END AS "at"
                      FROM "status_record" AS "t9"
                      WHERE
                        "t9"."kind" IN ('handed_to_post', 'delivered', 'postal_event')
                        AND "t9"."event_us" IS NOT NULL
                    ) AS "t42"
                    INNER JOIN "t69" AS "t72"
                      ON "t42"."code" = "t72"."key"
                  ) AS "t79"
                  GROUP BY
                    1,
                    2,
                    3
                ) AS "t90"
                LEFT OUTER JOIN (
                  SELECT
                    "t50"."code" AS "os_code",
                    "t50"."received_us" AS "os_received_us",
                    "t50"."received_day" AS "os_received_day"
                  FROM "t47" AS "t50"
                  WHERE
                    "t50"."rank" = 0
                ) AS "t59"
                  ON "t90"."case_code" = "t59"."os_code"
              ) AS "t96"
              WHERE
                NOT (
                  COALESCE(
                    CASE
                      WHEN (
                        (
                          "t96"."first" % 2
                        ) = 0
                      ) OR COALESCE("t96"."os_received_day", FALSE)
                      THEN CAST(FLOOR(
                        (
                          CAST(FLOOR((
                            "t96"."first"
                          ) / (
                            2
                          )) AS BIGINT) + 25200000000
                        ) / (
                          86400000000
                        )
                      ) AS BIGINT) < CAST(FLOOR((
                        "t96"."os_received_us" + 25200000000
                      ) / (
                        86400000000
                      )) AS BIGINT)
                      ELSE CAST(FLOOR((
                        "t96"."first"
                      ) / (
                        2
                      )) AS BIGINT) < "t96"."os_received_us"
                    END,
                    FALSE
                  )
                )
            ) AS "t110"
            GROUP BY
              1
          ) AS "t118"
          LEFT OUTER JOIN (
            SELECT
              "t81"."case_code",
              ' delivered ' AS "ps_unread"
            FROM (
              SELECT DISTINCT
                *
              FROM (
                SELECT
                  "t71"."case_code"
                FROM "t69" AS "t71"
                SEMI JOIN (
                  SELECT
                    *
                  FROM "status_record" AS "t9"
                  WHERE
                    "t9"."kind" = 'delivered' AND "t9"."event_us" IS NULL
                ) AS "t36"
                  ON "t71"."key" = "t36"."code"
              ) AS "t78"
            ) AS "t81"
          ) AS "t89"
            ON "t118"."of_case" = "t89"."case_code"
        ) AS "t121"
      ) AS "t123"
        ON "t74"."case_code" = "t123"."post_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t113"."of_case" AS "reception_of_case",
          "t113"."lb_source",
          "t113"."lb_file",
          "t113"."lb_sheet",
          "t113"."lb_row_number",
          "t113"."lb_code",
          "t113"."lb_unit",
          "t113"."lb_unit_code",
          "t113"."lb_procedure",
          "t113"."lb_received_us",
          "t113"."lb_received_day",
          "t113"."lb_unread"
        FROM (
          SELECT
            "t111".*
            EXCLUDE ("case_code")
          FROM (
            SELECT
              "t107"."of_case",
              "t107"."lb_source",
              "t107"."lb_file",
              "t107"."lb_sheet",
              "t107"."lb_row_number",
              "t107"."lb_code",
              "t107"."lb_unit",
              "t107"."lb_unit_code",
              "t107"."lb_procedure",
              "t107"."lb_received_us",
              "t107"."lb_received_day",
              "t97"."case_code",
              "t97"."lb_unread"
            FROM (
              SELECT
                "t100"."case_code" AS "of_case",
                "t100"."source" AS "lb_source",
                "t100"."file" AS "lb_file",
                "t100"."sheet" AS "lb_sheet",
                "t100"."row_number" AS "lb_row_number",
                "t100"."code" AS "lb_code",
                "t100"."unit" AS "lb_unit",
                "t100"."unit_code" AS "lb_unit_code",
                "t100"."procedure" AS "lb_procedure",
                "t100"."received_us" AS "lb_received_us",
                "t100"."received_day" AS "lb_received_day"
              FROM (
                SELECT
                  "t87"."case_code",
                  "t87"."key",
                  "t87"."source",
                  "t87"."file",
                  "t87"."row_key",
                  "t87"."kind",
                  "t87"."sheet",
                  "t87"."row_number",
                  "t87"."code",
                  "t87"."unit",
                  "t87"."unit_code",
                  "t87"."procedure",
                  "t87"."applicant_key",
                  "t87"."received_us",
                  "t87"."received_day",
                  "t87"."returned_us",
                  "t87"."returned_day",
                  "t87"."signed_us",
                  "t87"."signed_day",
                  "t87"."number",
                  "t87"."symbol",
                  "t87"."unread",
                  ROW_NUMBER() OVER (
                    PARTITION BY "t87"."case_code"
                    ORDER BY "t87"."received_us" IS NULL ASC, "t87"."received_us" ASC, "t87"."source" ASC, "t87"."file" ASC, "t87"."row_key" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) - 1 AS "rank"
                FROM "t82" AS "t87"
              ) AS "t100"
              WHERE
                "t100"."rank" = 0
            ) AS "t107"
            LEFT OUTER JOIN (
              SELECT
                "t87"."case_code",
                LISTAGG("t87"."unread", '' ORDER BY "t87"."unread" ASC) AS "lb_unread"
              FROM "t82" AS "t87"
              GROUP BY
                1
            ) AS "t97"
              ON "t107"."of_case" = "t97"."case_code"
          ) AS "t111"
        ) AS "t113"
      ) AS "t119"
        ON "t74"."case_code" = "t119"."reception_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t101"."case_code" AS "return_of_case",
          "t101"."source" AS "lr_source",
          "t101"."file" AS "lr_file",
          "t101"."sheet" AS "lr_sheet",
          "t101"."row_number" AS "lr_row_number",
          "t101"."code" AS "lr_code",
          "t101"."returned_us" AS "lb_returned_us",
          "t101"."returned_day" AS "lb_returned_day"
        FROM (
          SELECT
            "t87"."case_code",
            "t87"."key",
            "t87"."source",
            "t87"."file",
            "t87"."row_key",
            "t87"."kind",
            "t87"."sheet",
            "t87"."row_number",
            "t87"."code",
            "t87"."unit",
            "t87"."unit_code",
            "t87"."procedure",
            "t87"."applicant_key",
            "t87"."received_us",
            "t87"."received_day",
            "t87"."returned_us",
            "t87"."returned_day",
            "t87"."signed_us",
            "t87"."signed_day",
            "t87"."number",
            "t87"."symbol",
            "t87"."unread",
            ROW_NUMBER() OVER (
              PARTITION BY "t87"."case_code"
              ORDER BY "t87"."returned_us" IS NULL ASC, "t87"."returned_us" ASC, "t87"."source" ASC, "t87"."file" ASC, "t87"."row_key" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "rank"
          FROM "t82" AS "t87"
        ) AS "t101"
        WHERE
          "t101"."rank" = 0
      ) AS "t108"
        ON "t74"."case_code" = "t108"."return_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t114"."of_case" AS "result_of_case",
          "t114"."rg_source",
          "t114"."rg_file",
          "t114"."rg_sheet",
          "t114"."rg_row_number",
          "t114"."rg_code",
          "t114"."rg_unit",
          "t114"."rg_unit_code",
          "t114"."rg_procedure",
          "t114"."rg_signed_us",
          "t114"."rg_signed_day",
          "t114"."rg_number",
          "t114"."rg_symbol",
          "t114"."rg_unread"
        FROM (
          SELECT
            "t112".*
            EXCLUDE ("case_code")
          FROM (
            SELECT
              "t109"."of_case",
              "t109"."rg_source",
              "t109"."rg_file",
              "t109"."rg_sheet",
              "t109"."rg_row_number",
              "t109"."rg_code",
              "t109"."rg_unit",
              "t109"."rg_unit_code",
              "t109"."rg_procedure",
              "t109"."rg_signed_us",
              "t109"."rg_signed_day",
              "t109"."rg_number",
              "t109"."rg_symbol",
              "t98"."case_code",
              "t98"."rg_unread"
            FROM (
              SELECT
                "t102"."case_code" AS "of_case",
                "t102"."source" AS "rg_source",
                "t102"."file" AS "rg_file",
                "t102"."sheet" AS "rg_sheet",
                "t102"."row_number" AS "rg_row_number",
                "t102"."code" AS "rg_code",
                "t102"."unit" AS "rg_unit",
                "t102"."unit_code" AS "rg_unit_code",
                "t102"."procedure" AS "rg_procedure",
                "t102"."signed_us" AS "rg_signed_us",
                "t102"."signed_day" AS "rg_signed_day",
                "t102"."number" AS "rg_number",
                "t102"."symbol" AS "rg_symbol"
              FROM (
                SELECT
                  "t88"."case_code",
                  "t88"."key",
                  "t88"."source",
                  "t88"."file",
                  "t88"."row_key",
                  "t88"."kind",
                  "t88"."sheet",
                  "t88"."row_number",
                  "t88"."code",
                  "t88"."unit",
                  "t88"."unit_code",
                  "t88"."procedure",
                  "t88"."applicant_key",
                  "t88"."received_us",
                  "t88"."received_day",
                  "t88"."returned_us",
                  "t88"."returned_day",
                  "t88"."signed_us",
                  "t88"."signed_day",
                  "t88"."number",
                  "t88"."symbol",
                  "t88"."unread",
                  ROW_NUMBER() OVER (
                    PARTITION BY "t88"."case_code"
                    ORDER BY "t88"."signed_us" IS NULL ASC, "t88"."signed_us" ASC, "t88"."source" ASC, "t88"."file" ASC, "t88"."row_key" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) - 1 AS "rank"
                FROM "t83" AS "t88"
              ) AS "t102"
              WHERE
                "t102"."rank" = 0
            ) AS "t109"
            LEFT OUTER JOIN (
              SELECT
                "t88"."case_code",
                LISTAGG("t88"."unread", '' ORDER BY "t88"."unread" ASC) AS "rg_unread"
              FROM "t83" AS "t88"
              GROUP BY
                1
            ) AS "t98"
              ON "t109"."of_case" = "t98"."case_code"
          ) AS "t112"
        ) AS "t114"
      ) AS "t120"
        ON "t74"."case_code" = "t120"."result_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t86"."case_code" AS "identity_of_case",
          "t86"."source" AS "id_source",
          "t86"."verdict" AS "id_verdict",
          "t86"."checked_us" AS "id_checked_us"
        FROM (
          SELECT
            "t76"."case_code",
            "t76"."key",
            "t76"."source",
            "t76"."code",
            "t76"."verdict",
            "t76"."checked_us",
            ROW_NUMBER() OVER (
              PARTITION BY "t76"."case_code"
              ORDER BY "t76"."checked_us" DESC, "t76"."source" ASC, "t76"."key" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "rank"
          FROM (
            SELECT
              "t71"."case_code",
              "t71"."key",
              "t11"."source",
              "t11"."code",
              "t11"."verdict",
              "t11"."checked_us"
            FROM "t69" AS "t71"
            INNER JOIN "identity_check" AS "t11"
              ON "t71"."key" = "t11"."code"
          ) AS "t76"
        ) AS "t86"
        WHERE
          "t86"."rank" = 0
      ) AS "t93"
        ON "t74"."case_code" = "t93"."identity_of_case"
    ) AS "t124"
    UNION ALL
    SELECT
      *
    FROM (
      SELECT
        'row:' || "t64"."row_key" AS "subject",
        CAST(NULL AS TEXT) AS "code",
        CAST(NULL AS TEXT) AS "os_source",
        CAST(NULL AS TEXT) AS "os_native_id",
        CAST(NULL AS SMALLINT) AS "os_status",
        CAST(NULL AS TEXT) AS "os_status_raw",
        CAST(NULL AS BIGINT) AS "os_submitted_us",
        CAST(NULL AS BOOLEAN) AS "os_submitted_day",
        CAST(NULL AS BIGINT) AS "os_received_us",
        CAST(NULL AS BOOLEAN) AS "os_received_day",
        CAST(NULL AS BIGINT) AS "os_due_us",
        CAST(NULL AS BOOLEAN) AS "os_due_day",
        CAST(NULL AS BIGINT) AS "os_finished_us",
        CAST(NULL AS BOOLEAN) AS "os_finished_day",
        CAST(NULL AS BIGINT) AS "os_returned_us",
        CAST(NULL AS BOOLEAN) AS "os_returned_day",
        CAST(NULL AS BIGINT) AS "os_entered_us",
        CAST(NULL AS BOOLEAN) AS "os_entered_day",
        CAST(NULL AS BIGINT) AS "os_changed_us",
        CAST(NULL AS BOOLEAN) AS "os_no_due",
        CAST(NULL AS TEXT) AS "os_unit",
        CAST(NULL AS TEXT) AS "os_unit_code",
        CAST(NULL AS TEXT) AS "os_procedure",
        CAST(NULL AS SMALLINT) AS "os_channel",
        CAST(NULL AS TEXT) AS "os_applicant_key",
        CAST(NULL AS TEXT) AS "os_path",
        CAST(NULL AS BIGINT) AS "os_supplement_us",
        CAST(NULL AS BIGINT) AS "os_supplement_before_us",
        CAST(NULL AS TEXT) AS "os_unread",
        CAST(NULL AS BIGINT) AS "os_first_seen_us",
        CAST(NULL AS BIGINT) AS "os_native_count",
        CAST(NULL AS BOOLEAN) AS "os_natives_differ",
        FALSE AS "has_alias",
        'unknown' AS "po_presence",
        CAST(NULL AS TEXT) AS "po_code",
        CAST(NULL AS TEXT) AS "po_source",
        CAST(NULL AS SMALLINT) AS "po_status",
        CAST(NULL AS TEXT) AS "po_status_raw",
        CAST(NULL AS BIGINT) AS "po_submitted_us",
        CAST(NULL AS BOOLEAN) AS "po_submitted_day",
        CAST(NULL AS BIGINT) AS "po_received_us",
        CAST(NULL AS BOOLEAN) AS "po_received_day",
        CAST(NULL AS BIGINT) AS "po_due_us",
        CAST(NULL AS BOOLEAN) AS "po_due_day",
        CAST(NULL AS BIGINT) AS "po_finished_us",
        CAST(NULL AS BOOLEAN) AS "po_finished_day",
        CAST(NULL AS BIGINT) AS "po_returned_us",
        CAST(NULL AS BOOLEAN) AS "po_returned_day",
        CAST(NULL AS TEXT) AS "po_unit",
        CAST(NULL AS TEXT) AS "po_procedure",
        CAST(NULL AS TEXT) AS "po_unread",
        CAST(NULL AS BIGINT) AS "po_checked_us",
        CAST(NULL AS BIGINT) AS "po_first_seen_us",
        CAST(NULL AS BIGINT) AS "po_first_absent_us",
        CAST(NULL AS TEXT) AS "ps_source",
        CAST(NULL AS TEXT) AS "ps_item",
        CAST(NULL AS BIGINT) AS "ps_handed_us",
        CAST(NULL AS BOOLEAN) AS "ps_handed_day",
        CAST(NULL AS BIGINT) AS "ps_delivered_us",
        CAST(NULL AS BOOLEAN) AS "ps_delivered_day",
        CAST(NULL AS TEXT) AS "ps_unread",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."source" ELSE NULL END AS "lb_source",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."file" ELSE NULL END AS "lb_file",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."sheet" ELSE NULL END AS "lb_sheet",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."row_number" ELSE NULL END AS "lb_row_number",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."code" ELSE NULL END AS "lb_code",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."unit" ELSE NULL END AS "lb_unit",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."unit_code" ELSE NULL END AS "lb_unit_code",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."procedure" ELSE NULL END AS "lb_procedure",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."received_us" ELSE NULL END AS "lb_received_us",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."received_day" ELSE NULL END AS "lb_received_day",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."returned_us" ELSE NULL END AS "lb_returned_us",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."returned_day" ELSE NULL END AS "lb_returned_day",
        "t64"."unread" AS "lb_unread",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."source" ELSE NULL END AS "lr_source",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."file" ELSE NULL END AS "lr_file",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."sheet" ELSE NULL END AS "lr_sheet",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."row_number" ELSE NULL END AS "lr_row_number",
        CASE WHEN "t64"."kind" = 'logbook' THEN "t64"."code" ELSE NULL END AS "lr_code",
        CASE WHEN "t64"."kind" = 'logbook' THEN NULL ELSE "t64"."source" END AS "rg_source",
        CASE WHEN "t64"."kind" = 'logbook' THEN NULL ELSE "t64"."file" END AS "rg_file",
        CASE WHEN "t64"."kind" = 'logbook' THEN NULL ELSE "t64"."sheet" END AS "rg_sheet",
        CASE WHEN "t64"."kind" = 'logbook' THEN NULL ELSE "t64"."row_number" END AS "rg_row_number",
        CASE WHEN "t64"."kind" = 'logbook' THEN NULL ELSE "t64"."code" END AS "rg_code",
        CASE WHEN "t64"."kind" = 'logbook' THEN NULL ELSE "t64"."unit" END AS "rg_unit",
        CASE WHEN "t64"."kind" = 'logbook' THEN NULL ELSE "t64"."unit_code" END AS "rg_unit_code",
        CASE WHEN "t64"."kind" = 'logbook' THEN NULL ELSE "t64"."procedure" END AS "rg_procedure",
        CASE WHEN "t64"."kind" = 'logbook' THEN NULL ELSE "t64"."signed_us" END AS "rg_signed_us",
        CASE WHEN "t64"."kind" = 'logbook' THEN NULL ELSE "t64"."signed_day" END AS "rg_signed_day",
        CASE WHEN "t64"."kind" = 'logbook' THEN NULL ELSE "t64"."number" END AS "rg_number",
        CASE WHEN "t64"."kind" = 'logbook' THEN NULL ELSE "t64"."symbol" END AS "rg_symbol",
        "t64"."unread" AS "rg_unread",
        CAST(NULL AS TEXT) AS "id_source",
        CAST(NULL AS TEXT) AS "id_verdict",
        CAST(NULL AS BIGINT) AS "id_checked_us"
      FROM (
        SELECT
          "t57"."source",
          "t57"."file",
          "t57"."row_key",
          "t57"."kind",
          "t57"."sheet",
          "t57"."row_number",
          "t57"."code",
          "t57"."unit",
          "t57"."unit_code",
          "t57"."procedure",
          "t57"."applicant_key",
          "t57"."received_us",
          "t57"."received_day",
          "t57"."returned_us",
          "t57"."returned_day",
          "t57"."signed_us",
          "t57"."signed_day",
          "t57"."number",
          "t57"."symbol",
          "t57"."unread",
          ROW_NUMBER() OVER (
            PARTITION BY "t57"."row_key"
            ORDER BY "t57"."source" ASC, "t57"."file" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1 AS "rank"
        FROM (
          SELECT
            "t44"."source",
            "t44"."file",
            "t44"."row_key",
            "t44"."kind",
            "t44"."sheet",
            "t44"."row_number",
            "t44"."code",
            "t44"."unit",
            "t44"."unit_code",
            "t44"."procedure",
            "t44"."applicant_key",
            "t44"."received_us",
            "t44"."received_day",
            "t44"."returned_us",
            "t44"."returned_day",
            "t44"."signed_us",
            "t44"."signed_day",
            "t44"."number",
            "t44"."symbol",
            "t44"."unread"
          FROM (
            SELECT
              "t1"."source",
              "t1"."file",
              "t1"."row_key",
              "t1"."kind",
              "t1"."sheet",
              "t1"."row_number",
              "t1"."code",
              COALESCE("t1"."unit", "t1"."unit_code") AS "unit",
              "t1"."unit_code",
              "t1"."procedure",
              "t1"."applicant_key",
              "t1"."received_us",
              "t1"."received_day",
              "t1"."returned_us",
              "t1"."returned_day",
              "t1"."signed_us",
              "t1"."signed_day",
              "t1"."number",
              "t1"."symbol",
              "t1"."unread"
            FROM "paper_row" AS "t1"
            WHERE
              "t1"."code" IS NULL
              AND (
                (
                  COALESCE("t1"."unit", "t1"."unit_code") IS NOT NULL
                )
                OR (
                  "t1"."procedure" IS NOT NULL
                )
                OR (
                  "t1"."applicant_key" IS NOT NULL
                )
              )
          ) AS "t44"
          ANTI JOIN (
            SELECT
              "t44"."row_key"
            FROM (
              SELECT
                "t1"."source",
                "t1"."file",
                "t1"."row_key",
                "t1"."kind",
                "t1"."sheet",
                "t1"."row_number",
                "t1"."code",
                COALESCE("t1"."unit", "t1"."unit_code") AS "unit",
                "t1"."unit_code",
                "t1"."procedure",
                "t1"."applicant_key",
                "t1"."received_us",
                "t1"."received_day",
                "t1"."returned_us",
                "t1"."returned_day",
                "t1"."signed_us",
                "t1"."signed_day",
                "t1"."number",
                "t1"."symbol",
                "t1"."unread"
              FROM "paper_row" AS "t1"
              WHERE
                "t1"."code" IS NULL
                AND (
                  (
                    COALESCE("t1"."unit", "t1"."unit_code") IS NOT NULL
                  )
                  OR (
                    "t1"."procedure" IS NOT NULL
                  )
                  OR (
                    "t1"."applicant_key" IS NOT NULL
                  )
                )
            ) AS "t44"
            SEMI JOIN "paper_match" AS "t12"
              ON "t44"."source" = "t12"."source"
              AND "t44"."file" = "t12"."file"
              AND "t44"."row_key" = "t12"."row_key"
          ) AS "t49"
            ON "t44"."row_key" = "t49"."row_key"
        ) AS "t57"
      ) AS "t64"
      WHERE
        "t64"."rank" = 0
    ) AS "t67"
  ) AS "t125"
) AS "t127"
LEFT OUTER JOIN (
  SELECT
    "t0"."day" AS "os_received_date",
    "t0"."ord" AS "os_received_ord"
  FROM "day" AS "t0"
) AS "t20"
  ON CAST(FLOOR((
    "t127"."os_received_us" + 25200000000
  ) / (
    86400000000
  )) AS BIGINT) = "t20"."os_received_date"
LEFT OUTER JOIN (
  SELECT
    "t0"."day" AS "os_entered_date",
    "t0"."ord" AS "os_entered_ord"
  FROM "day" AS "t0"
) AS "t21"
  ON CAST(FLOOR((
    "t127"."os_entered_us" + 25200000000
  ) / (
    86400000000
  )) AS BIGINT) = "t21"."os_entered_date"
LEFT OUTER JOIN (
  SELECT
    "t0"."day" AS "lb_received_date",
    "t0"."ord" AS "lb_received_ord"
  FROM "day" AS "t0"
) AS "t22"
  ON CAST(FLOOR((
    "t127"."lb_received_us" + 25200000000
  ) / (
    86400000000
  )) AS BIGINT) = "t22"."lb_received_date"
LEFT OUTER JOIN (
  SELECT
    "t0"."ymd" AS "code_ymd",
    "t0"."ord" AS "code_ord"
  FROM "day" AS "t0"
) AS "t23"
  ON SUBSTRING(
    "t127"."code_said",
    CASE WHEN (
      1 + 1
    ) >= 1 THEN 1 + 1 ELSE 1 + 1 + LENGTH("t127"."code_said") END
  ) = "t23"."code_ymd"

WITH "t29" AS (
  SELECT
    *
  FROM "part_of_source_record" AS "t3"
  WHERE
    "t3"."role" = 'one_stop'
), "t30" AS (
  SELECT DISTINCT
    "t3"."code" AS "case_code",
    "t3"."code" AS "key"
  FROM "part_of_source_record" AS "t3"
  WHERE
    "t3"."role" = 'one_stop'
), "t56" AS (
  SELECT
    "t38"."source",
    "t38"."native_id",
    "t38"."role",
    "t38"."code",
    "t38"."status",
    "t38"."status_raw",
    "t38"."submitted_us",
    "t38"."submitted_day",
    "t38"."received_us",
    "t38"."received_day",
    "t38"."due_us",
    "t38"."due_day",
    "t38"."finished_us",
    "t38"."finished_day",
    "t38"."returned_us",
    "t38"."returned_day",
    "t38"."entered_us",
    "t38"."entered_day",
    "t38"."changed_us",
    "t38"."no_due",
    "t38"."unit",
    "t38"."unit_code",
    "t38"."procedure",
    "t38"."channel",
    "t38"."applicant_key",
    "t38"."path",
    "t38"."supplement_us",
    "t38"."supplement_before_us",
    "t38"."supplement_after_us",
    "t38"."refused_us",
    "t38"."withdrawn_us",
    "t38"."stopped_us",
    "t38"."closed_entered_us",
    "t38"."actor_default",
    "t38"."unread",
    "t38"."first_seen_us",
    ROW_NUMBER() OVER (
      PARTITION BY "t38"."code"
      ORDER BY COALESCE("t38"."changed_us", -1) DESC NULLS LAST, "t38"."native_id" DESC NULLS LAST, "t38"."source" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) - 1 AS "rank",
    COUNT(*) OVER (
      PARTITION BY "t38"."code"
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS "native_count",
    COALESCE(
      MIN("t38"."applicant_key") OVER (
        PARTITION BY "t38"."code"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) <> MAX("t38"."applicant_key") OVER (
        PARTITION BY "t38"."code"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ),
      FALSE
    )
    OR COALESCE(
      MIN("t38"."procedure") OVER (
        PARTITION BY "t38"."code"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) <> MAX("t38"."procedure") OVER (
        PARTITION BY "t38"."code"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ),
      FALSE
    ) AS "natives_differ"
  FROM "t29" AS "t38"
), "t57" AS (
  SELECT DISTINCT
    *
  FROM (
    SELECT
      "t44"."code" AS "of_case",
      "t14"."alias"
    FROM "t29" AS "t44"
    INNER JOIN "part_of_record_alias" AS "t14"
      ON "t44"."source" = "t14"."source" AND "t44"."native_id" = "t14"."native_id"
  ) AS "t54"
), "t73" AS (
  SELECT
    *
  FROM "t30" AS "t39"
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      "t65"."case_code",
      "t65"."key"
    FROM (
      SELECT
        "t60"."of_case" AS "case_code",
        "t60"."alias" AS "key"
      FROM "t57" AS "t60"
    ) AS "t65"
    WHERE
      NOT EXISTS(
        SELECT
          1
        FROM "t30" AS "t45"
        WHERE
          "t65"."key" = "t45"."key"
      )
  ) AS "t72"
), "t81" AS (
  SELECT
    *
  FROM "t73" AS "t76"
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      "t51"."key" AS "case_code",
      "t51"."key"
    FROM (
      SELECT DISTINCT
        *
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t4"."code" AS "key"
          FROM "part_of_presence" AS "t4"
        ) AS "t19"
        UNION ALL
        SELECT
          *
        FROM (
          SELECT
            "t2"."code" AS "key"
          FROM "part_of_paper_row" AS "t2"
          WHERE
            "t2"."code" IS NOT NULL
        ) AS "t27"
      ) AS "t36"
    ) AS "t51"
    WHERE
      (
        NOT EXISTS(
          SELECT
            1
          FROM "t73" AS "t78"
          WHERE
            "t51"."key" = "t78"."key"
        )
        AND NOT EXISTS(
          SELECT
            1
          FROM (
            SELECT
              *
            FROM "part_of_quarantine" AS "t7"
            WHERE
              "t7"."state" = 'open' AND "t7"."code" IS NOT NULL
          ) AS "t41"
          WHERE
            "t51"."key" = "t41"."code"
        )
      )
      AND NOT EXISTS(
        SELECT
          1
        FROM (
          SELECT DISTINCT
            "t8"."code" AS "key"
          FROM "part_of_near_code" AS "t8"
        ) AS "t33"
        WHERE
          "t51"."key" = "t33"."key"
      )
  ) AS "t80"
), "t89" AS (
  SELECT
    "t83"."case_code",
    "t83"."key",
    "t37"."source",
    "t37"."file",
    "t37"."row_key",
    "t37"."kind",
    "t37"."sheet",
    "t37"."row_number",
    "t37"."code",
    "t37"."unit",
    "t37"."unit_code",
    "t37"."procedure",
    "t37"."applicant_key",
    "t37"."received_us",
    "t37"."received_day",
    "t37"."returned_us",
    "t37"."returned_day",
    "t37"."signed_us",
    "t37"."signed_day",
    "t37"."number",
    "t37"."symbol",
    "t37"."unread"
  FROM "t81" AS "t83"
  INNER JOIN (
    SELECT
      "t2"."source",
      "t2"."file",
      "t2"."row_key",
      "t2"."kind",
      "t2"."sheet",
      "t2"."row_number",
      "t2"."code",
      COALESCE("t2"."unit", "t2"."unit_code") AS "unit",
      "t2"."unit_code",
      "t2"."procedure",
      "t2"."applicant_key",
      "t2"."received_us",
      "t2"."received_day",
      "t2"."returned_us",
      "t2"."returned_day",
      "t2"."signed_us",
      "t2"."signed_day",
      "t2"."number",
      "t2"."symbol",
      "t2"."unread"
    FROM "part_of_paper_row" AS "t2"
  ) AS "t37"
    ON "t83"."key" = "t37"."code"
), "t94" AS (
  SELECT
    *
  FROM "t89" AS "t92"
  WHERE
    "t92"."kind" = 'logbook'
), "t95" AS (
  SELECT
    *
  FROM "t89" AS "t92"
  WHERE
    "t92"."kind" = 'register'
)
SELECT
  "t139"."subject",
  "t139"."code",
  "t139"."os_source",
  "t139"."os_native_id",
  "t139"."os_status",
  "t139"."os_status_raw",
  "t139"."os_submitted_us",
  "t139"."os_submitted_day",
  "t139"."os_received_us",
  "t139"."os_received_day",
  "t139"."os_due_us",
  "t139"."os_due_day",
  "t139"."os_finished_us",
  "t139"."os_finished_day",
  "t139"."os_returned_us",
  "t139"."os_returned_day",
  "t139"."os_entered_us",
  "t139"."os_entered_day",
  "t139"."os_changed_us",
  "t139"."os_no_due",
  "t139"."os_unit",
  "t139"."os_unit_code",
  "t139"."os_procedure",
  "t139"."os_channel",
  "t139"."os_applicant_key",
  "t139"."os_path",
  "t139"."os_supplement_us",
  "t139"."os_supplement_before_us",
  "t139"."os_supplement_after_us",
  "t139"."os_refused_us",
  "t139"."os_withdrawn_us",
  "t139"."os_stopped_us",
  "t139"."os_closed_entered_us",
  "t139"."os_actor_default",
  "t139"."os_unread",
  "t139"."os_first_seen_us",
  "t139"."os_native_count",
  "t139"."os_natives_differ",
  "t139"."os_received_first_us",
  "t139"."os_received_first_day",
  "t139"."os_due_first_us",
  "t139"."os_due_first_day",
  "t139"."os_due_moves",
  "t139"."os_due_before_us",
  "t139"."os_due_before_day",
  "t139"."os_due_moved_us",
  "t139"."os_due_passed_us",
  "t139"."os_due_passed_day",
  "t139"."os_due_migrated_us",
  "t139"."os_received_moved_us",
  "t139"."os_finished_before_us",
  "t139"."os_finished_before_day",
  "t139"."os_recoded",
  "t139"."has_alias",
  "t139"."po_presence",
  "t139"."po_code",
  "t139"."po_source",
  "t139"."po_status",
  "t139"."po_status_raw",
  "t139"."po_submitted_us",
  "t139"."po_submitted_day",
  "t139"."po_received_us",
  "t139"."po_received_day",
  "t139"."po_due_us",
  "t139"."po_due_day",
  "t139"."po_finished_us",
  "t139"."po_finished_day",
  "t139"."po_returned_us",
  "t139"."po_returned_day",
  "t139"."po_unit",
  "t139"."po_procedure",
  "t139"."po_unread",
  "t139"."po_checked_us",
  "t139"."po_first_seen_us",
  "t139"."po_first_absent_us",
  "t139"."ps_source",
  "t139"."ps_item",
  "t139"."ps_handed_us",
  "t139"."ps_handed_day",
  "t139"."ps_delivered_us",
  "t139"."ps_delivered_day",
  "t139"."ps_unread",
  "t139"."lb_source",
  "t139"."lb_file",
  "t139"."lb_sheet",
  "t139"."lb_row_number",
  "t139"."lb_code",
  "t139"."lb_unit",
  "t139"."lb_unit_code",
  "t139"."lb_procedure",
  "t139"."lb_received_us",
  "t139"."lb_received_day",
  "t139"."lb_returned_us",
  "t139"."lb_returned_day",
  "t139"."lb_unread",
  "t139"."lr_source",
  "t139"."lr_file",
  "t139"."lr_sheet",
  "t139"."lr_row_number",
  "t139"."lr_code",
  "t139"."rg_source",
  "t139"."rg_file",
  "t139"."rg_sheet",
  "t139"."rg_row_number",
  "t139"."rg_code",
  "t139"."rg_unit",
  "t139"."rg_unit_code",
  "t139"."rg_procedure",
  "t139"."rg_signed_us",
  "t139"."rg_signed_day",
  "t139"."rg_number",
  "t139"."rg_symbol",
  "t139"."rg_unread",
  "t139"."id_source",
  "t139"."id_verdict",
  "t139"."id_checked_us",
  "t21"."os_received_ord",
  "t22"."os_entered_ord",
  "t23"."lb_received_ord",
  "t24"."code_ord",
  "t139"."code_said" IS NOT NULL AS "code_known",
  STARTS_WITH("t139"."code_said", 'M') AS "code_made_up"
FROM (
  SELECT
    "t137"."subject",
    "t137"."code",
    "t137"."os_source",
    "t137"."os_native_id",
    "t137"."os_status",
    "t137"."os_status_raw",
    "t137"."os_submitted_us",
    "t137"."os_submitted_day",
    "t137"."os_received_us",
    "t137"."os_received_day",
    "t137"."os_due_us",
    "t137"."os_due_day",
    "t137"."os_finished_us",
    "t137"."os_finished_day",
    "t137"."os_returned_us",
    "t137"."os_returned_day",
    "t137"."os_entered_us",
    "t137"."os_entered_day",
    "t137"."os_changed_us",
    "t137"."os_no_due",
    "t137"."os_unit",
    "t137"."os_unit_code",
    "t137"."os_procedure",
    "t137"."os_channel",
    "t137"."os_applicant_key",
    "t137"."os_path",
    "t137"."os_supplement_us",
    "t137"."os_supplement_before_us",
    "t137"."os_supplement_after_us",
    "t137"."os_refused_us",
    "t137"."os_withdrawn_us",
    "t137"."os_stopped_us",
    "t137"."os_closed_entered_us",
    "t137"."os_actor_default",
    "t137"."os_unread",
    "t137"."os_first_seen_us",
    "t137"."os_native_count",
    "t137"."os_natives_differ",
    "t137"."os_received_first_us",
    "t137"."os_received_first_day",
    "t137"."os_due_first_us",
    "t137"."os_due_first_day",
    "t137"."os_due_moves",
    "t137"."os_due_before_us",
    "t137"."os_due_before_day",
    "t137"."os_due_moved_us",
    "t137"."os_due_passed_us",
    "t137"."os_due_passed_day",
    "t137"."os_due_migrated_us",
    "t137"."os_received_moved_us",
    "t137"."os_finished_before_us",
    "t137"."os_finished_before_day",
    "t137"."os_recoded",
    "t137"."has_alias",
    "t137"."po_presence",
    "t137"."po_code",
    "t137"."po_source",
    "t137"."po_status",
    "t137"."po_status_raw",
    "t137"."po_submitted_us",
    "t137"."po_submitted_day",
    "t137"."po_received_us",
    "t137"."po_received_day",
    "t137"."po_due_us",
    "t137"."po_due_day",
    "t137"."po_finished_us",
    "t137"."po_finished_day",
    "t137"."po_returned_us",
    "t137"."po_returned_day",
    "t137"."po_unit",
    "t137"."po_procedure",
    "t137"."po_unread",
    "t137"."po_checked_us",
    "t137"."po_first_seen_us",
    "t137"."po_first_absent_us",
    "t137"."ps_source",
    "t137"."ps_item",
    "t137"."ps_handed_us",
    "t137"."ps_handed_day",
    "t137"."ps_delivered_us",
    "t137"."ps_delivered_day",
    "t137"."ps_unread",
    "t137"."lb_source",
    "t137"."lb_file",
    "t137"."lb_sheet",
    "t137"."lb_row_number",
    "t137"."lb_code",
    "t137"."lb_unit",
    "t137"."lb_unit_code",
    "t137"."lb_procedure",
    "t137"."lb_received_us",
    "t137"."lb_received_day",
    "t137"."lb_returned_us",
    "t137"."lb_returned_day",
    "t137"."lb_unread",
    "t137"."lr_source",
    "t137"."lr_file",
    "t137"."lr_sheet",
    "t137"."lr_row_number",
    "t137"."lr_code",
    "t137"."rg_source",
    "t137"."rg_file",
    "t137"."rg_sheet",
    "t137"."rg_row_number",
    "t137"."rg_code",
    "t137"."rg_unit",
    "t137"."rg_unit_code",
    "t137"."rg_procedure",
    "t137"."rg_signed_us",
    "t137"."rg_signed_day",
    "t137"."rg_number",
    "t137"."rg_symbol",
    "t137"."rg_unread",
    "t137"."id_source",
    "t137"."id_verdict",
    "t137"."id_checked_us",
    CASE
      WHEN "t137"."code" ~ '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$'
      AND COALESCE(
        TRUE
        AND (
          '20' || CASE
            WHEN "t137"."code" ~ (
              '(' || '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$' || ')'
            )
            THEN (
              REGEXP_MATCH(
                "t137"."code",
                '(' || '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$' || ')'
              )
            )[3]
            ELSE NULL
          END >= '20190106'
        ),
        TRUE
      )
      THEN '-' || COALESCE(
        '20' || CASE
          WHEN "t137"."code" ~ (
            '(' || '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$' || ')'
          )
          THEN (
            REGEXP_MATCH(
              "t137"."code",
              '(' || '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$' || ')'
            )
          )[3]
          ELSE NULL
        END,
        ''
      )
      WHEN "t137"."code" ~ '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$'
      AND COALESCE(
        TRUE
        AND (
          '20' || CASE
            WHEN "t137"."code" ~ (
              '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$' || ')'
            )
            THEN (
              REGEXP_MATCH(
                "t137"."code",
                '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$' || ')'
              )
            )[3]
            ELSE NULL
          END >= '20200915'
        ),
        TRUE
      )
      THEN '-' || COALESCE(
        '20' || CASE
          WHEN "t137"."code" ~ (
            '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$' || ')'
          )
          THEN (
            REGEXP_MATCH(
              "t137"."code",
              '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$' || ')'
            )
          )[3]
          ELSE NULL
        END,
        ''
      )
      WHEN "t137"."code" ~ '^(?:(.+)-([0-9]{6})-([0-9]{6,7}))$' AND TRUE
      THEN '-' || COALESCE(
        '20' || CASE
          WHEN "t137"."code" ~ (
            '(' || '^(?:(.+)-([0-9]{6})-([0-9]{6,7}))$' || ')'
          )
          THEN (
            REGEXP_MATCH("t137"."code", '(' || '^(?:(.+)-([0-9]{6})-([0-9]{6,7}))$' || ')')
          )[3]
          ELSE NULL
        END,
        ''
      )
      WHEN "t137"."code" ~ '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$'
      AND COALESCE(
        TRUE
        AND (
          CASE
            WHEN "t137"."code" ~ (
              '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$' || ')'
            )
            THEN (
              REGEXP_MATCH(
                "t137"."code",
                '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$' || ')'
              )
            )[3]
            ELSE NULL
          END >= '20260601'
        ),
        TRUE
      )
      THEN CASE
        WHEN LENGTH(
          CASE
            WHEN "t137"."code" ~ (
              '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$' || ')'
            )
            THEN (
              REGEXP_MATCH(
                "t137"."code",
                '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$' || ')'
              )
            )[4]
            ELSE NULL
          END
        ) = 5
        THEN 'M'
        ELSE '-'
      END || COALESCE(
        CASE
          WHEN "t137"."code" ~ (
            '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$' || ')'
          )
          THEN (
            REGEXP_MATCH(
              "t137"."code",
              '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$' || ')'
            )
          )[3]
          ELSE NULL
        END,
        ''
      )
      WHEN "t137"."code" ~ '^(?:(.+)-([0-9]{6})-([0-9]{5}))$' AND TRUE
      THEN CASE
        WHEN LENGTH(
          CASE
            WHEN "t137"."code" ~ (
              '(' || '^(?:(.+)-([0-9]{6})-([0-9]{5}))$' || ')'
            )
            THEN (
              REGEXP_MATCH("t137"."code", '(' || '^(?:(.+)-([0-9]{6})-([0-9]{5}))$' || ')')
            )[4]
            ELSE NULL
          END
        ) = 5
        THEN 'M'
        ELSE '-'
      END || COALESCE(
        '20' || CASE
          WHEN "t137"."code" ~ (
            '(' || '^(?:(.+)-([0-9]{6})-([0-9]{5}))$' || ')'
          )
          THEN (
            REGEXP_MATCH("t137"."code", '(' || '^(?:(.+)-([0-9]{6})-([0-9]{5}))$' || ')')
          )[3]
          ELSE NULL
        END,
        ''
      )
      WHEN "t137"."code" ~ '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$'
      AND COALESCE(
        TRUE
        AND (
          '20' || CASE
            WHEN "t137"."code" ~ (
              '(' || '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$' || ')'
            )
            THEN (
              REGEXP_MATCH(
                "t137"."code",
                '(' || '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$' || ')'
              )
            )[3]
            ELSE NULL
          END >= '20190106'
        ),
        TRUE
      )
      THEN '-' || COALESCE(
        '20' || CASE
          WHEN "t137"."code" ~ (
            '(' || '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$' || ')'
          )
          THEN (
            REGEXP_MATCH(
              "t137"."code",
              '(' || '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$' || ')'
            )
          )[3]
          ELSE NULL
        END,
        ''
      )
      WHEN "t137"."code" ~ '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$'
      THEN '-' || COALESCE(
        '20' || CASE
          WHEN "t137"."code" ~ (
            '(' || '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$' || ')'
          )
          THEN (
            REGEXP_MATCH(
              "t137"."code",
              '(' || '^(?:([0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$' || ')'
            )
          )[3]
          ELSE NULL
        END,
        ''
      )
      WHEN "t137"."code" ~ '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$'
      THEN '-' || COALESCE(
        '20' || CASE
          WHEN "t137"."code" ~ (
            '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$' || ')'
          )
          THEN (
            REGEXP_MATCH(
              "t137"."code",
              '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))$' || ')'
            )
          )[3]
          ELSE NULL
        END,
        ''
      )
      WHEN "t137"."code" ~ '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$'
      THEN CASE
        WHEN LENGTH(
          CASE
            WHEN "t137"."code" ~ (
              '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$' || ')'
            )
            THEN (
              REGEXP_MATCH(
                "t137"."code",
                '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$' || ')'
              )
            )[4]
            ELSE NULL
          END
        ) = 5
        THEN 'M'
        ELSE '-'
      END || COALESCE(
        CASE
          WHEN "t137"."code" ~ (
            '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$' || ')'
          )
          THEN (
            REGEXP_MATCH(
              "t137"."code",
              '(' || '^(?:([A-Y][0-9]{2}(?:\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))$' || ')'
            )
          )[3]
          ELSE NULL
        END,
        ''
      )
      WHEN "t137"."code" ~ '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$'
      THEN '-' || COALESCE(
        '20' || CASE
          WHEN "t137"."code" ~ (
            '(' || '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$' || ')'
          )
          THEN (
            REGEXP_MATCH(
              "t137"."code",
              '(' || '^(?:((?:[0-9A-Z]{2}\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))$' || ')'
            )
          )[3]
          ELSE NULL
        END,
        ''
      )
      ELSE NULL
    END AS "code_said"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t86"."case_code" AS "subject",
        "t86"."case_code" AS "code",
        "t67"."os_source",
        "t67"."os_native_id",
        "t67"."os_status",
        "t67"."os_status_raw",
        "t67"."os_submitted_us",
        "t67"."os_submitted_day",
        "t67"."os_received_us",
        "t67"."os_received_day",
        "t67"."os_due_us",
        "t67"."os_due_day",
        "t67"."os_finished_us",
        "t67"."os_finished_day",
        "t67"."os_returned_us",
        "t67"."os_returned_day",
        "t67"."os_entered_us",
        "t67"."os_entered_day",
        "t67"."os_changed_us",
        "t67"."os_no_due",
        "t67"."os_unit",
        "t67"."os_unit_code",
        "t67"."os_procedure",
        "t67"."os_channel",
        "t67"."os_applicant_key",
        "t67"."os_path",
        "t67"."os_supplement_us",
        "t67"."os_supplement_before_us",
        "t67"."os_supplement_after_us",
        "t67"."os_refused_us",
        "t67"."os_withdrawn_us",
        "t67"."os_stopped_us",
        "t67"."os_closed_entered_us",
        "t67"."os_actor_default",
        "t67"."os_unread",
        "t67"."os_first_seen_us",
        "t67"."os_native_count",
        "t67"."os_natives_differ",
        CASE
          WHEN "t77"."os_received_first_us" IS NOT NULL
          THEN "t77"."os_received_first_us"
          ELSE "t67"."os_received_us"
        END AS "os_received_first_us",
        CASE
          WHEN "t77"."os_received_first_us" IS NOT NULL
          THEN "t77"."os_received_first_day"
          ELSE "t67"."os_received_day"
        END AS "os_received_first_day",
        CASE
          WHEN "t77"."os_due_first_us" IS NOT NULL
          THEN "t77"."os_due_first_us"
          ELSE "t67"."os_due_us"
        END AS "os_due_first_us",
        CASE
          WHEN "t77"."os_due_first_us" IS NOT NULL
          THEN "t77"."os_due_first_day"
          ELSE "t67"."os_due_day"
        END AS "os_due_first_day",
        CASE
          WHEN "t67"."os_native_id" IS NOT NULL
          THEN COALESCE("t77"."os_due_moves", 0)
          ELSE NULL
        END AS "os_due_moves",
        "t77"."os_due_before_us",
        "t77"."os_due_before_day",
        "t77"."os_due_moved_us",
        "t77"."os_due_passed_us",
        "t77"."os_due_passed_day",
        "t77"."os_due_migrated_us",
        "t77"."os_received_moved_us",
        "t77"."os_finished_before_us",
        "t77"."os_finished_before_day",
        COALESCE("t47"."os_recoded", FALSE) AS "os_recoded",
        COALESCE("t70"."has_alias", FALSE) AS "has_alias",
        COALESCE("t115"."po_presence", 'unknown') AS "po_presence",
        "t115"."po_code",
        "t115"."po_source",
        "t115"."po_status",
        "t115"."po_status_raw",
        "t115"."po_submitted_us",
        "t115"."po_submitted_day",
        "t115"."po_received_us",
        "t115"."po_received_day",
        "t115"."po_due_us",
        "t115"."po_due_day",
        "t115"."po_finished_us",
        "t115"."po_finished_day",
        "t115"."po_returned_us",
        "t115"."po_returned_day",
        "t115"."po_unit",
        "t115"."po_procedure",
        "t115"."po_unread",
        "t115"."po_checked_us",
        "t115"."po_first_seen_us",
        "t115"."po_first_absent_us",
        "t135"."ps_source",
        "t135"."ps_item",
        "t135"."ps_handed_us",
        "t135"."ps_handed_day",
        "t135"."ps_delivered_us",
        "t135"."ps_delivered_day",
        "t135"."ps_unread",
        "t131"."lb_source",
        "t131"."lb_file",
        "t131"."lb_sheet",
        "t131"."lb_row_number",
        "t131"."lb_code",
        "t131"."lb_unit",
        "t131"."lb_unit_code",
        "t131"."lb_procedure",
        "t131"."lb_received_us",
        "t131"."lb_received_day",
        "t120"."lb_returned_us",
        "t120"."lb_returned_day",
        "t131"."lb_unread",
        "t120"."lr_source",
        "t120"."lr_file",
        "t120"."lr_sheet",
        "t120"."lr_row_number",
        "t120"."lr_code",
        "t132"."rg_source",
        "t132"."rg_file",
        "t132"."rg_sheet",
        "t132"."rg_row_number",
        "t132"."rg_code",
        "t132"."rg_unit",
        "t132"."rg_unit_code",
        "t132"."rg_procedure",
        "t132"."rg_signed_us",
        "t132"."rg_signed_day",
        "t132"."rg_number",
        "t132"."rg_symbol",
        "t132"."rg_unread",
        "t105"."id_source",
        "t105"."id_verdict",
        "t105"."id_checked_us"
      FROM (
        SELECT DISTINCT
          "t82"."case_code"
        FROM "t81" AS "t82"
      ) AS "t86"
      LEFT OUTER JOIN (
        SELECT
          "t59"."code" AS "os_code",
          "t59"."native_count" AS "os_native_count",
          "t59"."natives_differ" AS "os_natives_differ",
          "t59"."source" AS "os_source",
          "t59"."native_id" AS "os_native_id",
          "t59"."status" AS "os_status",
          "t59"."status_raw" AS "os_status_raw",
          "t59"."submitted_us" AS "os_submitted_us",
          "t59"."submitted_day" AS "os_submitted_day",
          "t59"."received_us" AS "os_received_us",
          "t59"."received_day" AS "os_received_day",
          "t59"."due_us" AS "os_due_us",
          "t59"."due_day" AS "os_due_day",
          "t59"."finished_us" AS "os_finished_us",
          "t59"."finished_day" AS "os_finished_day",
          "t59"."returned_us" AS "os_returned_us",
          "t59"."returned_day" AS "os_returned_day",
          "t59"."entered_us" AS "os_entered_us",
          "t59"."entered_day" AS "os_entered_day",
          "t59"."changed_us" AS "os_changed_us",
          "t59"."no_due" AS "os_no_due",
          "t59"."unit" AS "os_unit",
          "t59"."unit_code" AS "os_unit_code",
          "t59"."procedure" AS "os_procedure",
          "t59"."channel" AS "os_channel",
          "t59"."applicant_key" AS "os_applicant_key",
          "t59"."path" AS "os_path",
          "t59"."supplement_us" AS "os_supplement_us",
          "t59"."supplement_before_us" AS "os_supplement_before_us",
          "t59"."supplement_after_us" AS "os_supplement_after_us",
          "t59"."refused_us" AS "os_refused_us",
          "t59"."withdrawn_us" AS "os_withdrawn_us",
          "t59"."stopped_us" AS "os_stopped_us",
          "t59"."closed_entered_us" AS "os_closed_entered_us",
          "t59"."actor_default" AS "os_actor_default",
          "t59"."unread" AS "os_unread",
          "t59"."first_seen_us" AS "os_first_seen_us"
        FROM "t56" AS "t59"
        WHERE
          "t59"."rank" = 0
      ) AS "t67"
        ON "t86"."case_code" = "t67"."os_code"
      LEFT OUTER JOIN (
        SELECT
          "t71"."source" AS "of_source",
          "t71"."native_id" AS "of_native_id",
          (
            ARRAY_AGG("t71"."old_us" ORDER BY "t71"."id" ASC) FILTER(WHERE
              "t71"."id" IS NOT NULL AND "t71"."received")
          )[1] AS "os_received_first_us",
          (
            ARRAY_AGG("t71"."old_day" ORDER BY "t71"."id" ASC) FILTER(WHERE
              "t71"."id" IS NOT NULL AND "t71"."received")
          )[1] AS "os_received_first_day",
          (
            ARRAY_AGG("t71"."old_us" ORDER BY "t71"."id" ASC) FILTER(WHERE
              "t71"."id" IS NOT NULL AND "t71"."due")
          )[1] AS "os_due_first_us",
          (
            ARRAY_AGG("t71"."old_day" ORDER BY "t71"."id" ASC) FILTER(WHERE
              "t71"."id" IS NOT NULL AND "t71"."due")
          )[1] AS "os_due_first_day",
          COUNT(*) FILTER(WHERE
            "t71"."moved") AS "os_due_moves",
          (
            ARRAY_AGG("t71"."old_us" ORDER BY "t71"."id" DESC NULLS LAST) FILTER(WHERE
              "t71"."id" IS NOT NULL AND "t71"."moved")
          )[1] AS "os_due_before_us",
          (
            ARRAY_AGG("t71"."old_day" ORDER BY "t71"."id" DESC NULLS LAST) FILTER(WHERE
              "t71"."id" IS NOT NULL AND "t71"."moved")
          )[1] AS "os_due_before_day",
          (
            ARRAY_AGG("t71"."at_us" ORDER BY "t71"."id" DESC NULLS LAST) FILTER(WHERE
              "t71"."id" IS NOT NULL AND "t71"."moved")
          )[1] AS "os_due_moved_us",
          MIN("t71"."old_us") FILTER(WHERE
            "t71"."passed") AS "os_due_passed_us",
          (
            ARRAY_AGG("t71"."old_day" ORDER BY "t71"."old_us" ASC) FILTER(WHERE
              "t71"."old_us" IS NOT NULL AND "t71"."passed")
          )[1] AS "os_due_passed_day",
          (
            ARRAY_AGG("t71"."at_us" ORDER BY "t71"."id" DESC NULLS LAST) FILTER(WHERE
              "t71"."id" IS NOT NULL AND "t71"."moved_by_migration")
          )[1] AS "os_due_migrated_us",
          (
            ARRAY_AGG("t71"."at_us" ORDER BY "t71"."id" DESC NULLS LAST) FILTER(WHERE
              "t71"."id" IS NOT NULL AND "t71"."received_moved")
          )[1] AS "os_received_moved_us",
          (
            ARRAY_AGG("t71"."old_us" ORDER BY "t71"."id" DESC NULLS LAST) FILTER(WHERE
              "t71"."id" IS NOT NULL AND "t71"."set_back")
          )[1] AS "os_finished_before_us",
          (
            ARRAY_AGG("t71"."old_day" ORDER BY "t71"."id" DESC NULLS LAST) FILTER(WHERE
              "t71"."id" IS NOT NULL AND "t71"."set_back")
          )[1] AS "os_finished_before_day"
        FROM (
          SELECT
            "t53"."id",
            "t53"."source",
            "t53"."native_id",
            "t53"."entry_id",
            "t53"."field",
            "t53"."old",
            "t53"."old_us",
            "t53"."old_day",
            "t53"."new_us",
            "t53"."at_us",
            "t53"."new_day",
            "t53"."due_us",
            "t53"."due_day",
            "t53"."field" = 'due' AS "due",
            "t53"."field" = 'received' AS "received",
            (
              "t53"."field" = 'due'
            )
            AND (
              CAST(FLOOR(CAST((
                "t53"."new_us" + 25200000000
              ) AS DOUBLE PRECISION) / (
                86400000000
              )) AS BIGINT) > CAST(FLOOR(CAST((
                "t53"."old_us" + 25200000000
              ) AS DOUBLE PRECISION) / (
                86400000000
              )) AS BIGINT)
            )
            AND NOT (
              FALSE OR "t53"."at_us" BETWEEN 1791180000000000 AND 1791253800000000
            ) AS "moved",
            (
              "t53"."field" = 'due'
            )
            AND (
              CAST(FLOOR(CAST((
                "t53"."new_us" + 25200000000
              ) AS DOUBLE PRECISION) / (
                86400000000
              )) AS BIGINT) > CAST(FLOOR(CAST((
                "t53"."old_us" + 25200000000
              ) AS DOUBLE PRECISION) / (
                86400000000
              )) AS BIGINT)
            )
            AND NOT (
              FALSE OR "t53"."at_us" BETWEEN 1791180000000000 AND 1791253800000000
            )
            AND (
              CAST(FLOOR(CAST((
                "t53"."old_us" + 25200000000
              ) AS DOUBLE PRECISION) / (
                86400000000
              )) AS BIGINT) < CAST(FLOOR(CAST((
                "t53"."at_us" + 25200000000
              ) AS DOUBLE PRECISION) / (
                86400000000
              )) AS BIGINT)
            ) AS "passed",
            (
              "t53"."field" = 'due'
            )
            AND (
              CAST(FLOOR(CAST((
                "t53"."new_us" + 25200000000
              ) AS DOUBLE PRECISION) / (
                86400000000
              )) AS BIGINT) > CAST(FLOOR(CAST((
                "t53"."old_us" + 25200000000
              ) AS DOUBLE PRECISION) / (
                86400000000
              )) AS BIGINT)
            )
            AND (
              FALSE OR "t53"."at_us" BETWEEN 1791180000000000 AND 1791253800000000
            ) AS "moved_by_migration",
            (
              "t53"."field" = 'received'
            )
            AND (
              CAST(FLOOR(CAST((
                "t53"."new_us" + 25200000000
              ) AS DOUBLE PRECISION) / (
                86400000000
              )) AS BIGINT) > CAST(FLOOR(CAST((
                "t53"."old_us" + 25200000000
              ) AS DOUBLE PRECISION) / (
                86400000000
              )) AS BIGINT)
            )
            AND NOT (
              FALSE OR "t53"."at_us" BETWEEN 1791180000000000 AND 1791253800000000
            ) AS "received_moved",
            (
              "t53"."field" = 'finished'
            )
            AND CASE
              WHEN COALESCE("t53"."old_day", FALSE) OR COALESCE("t53"."due_day", FALSE)
              THEN CAST(FLOOR(CAST((
                "t53"."old_us" + 25200000000
              ) AS DOUBLE PRECISION) / (
                86400000000
              )) AS BIGINT) > CAST(FLOOR(CAST((
                "t53"."due_us" + 25200000000
              ) AS DOUBLE PRECISION) / (
                86400000000
              )) AS BIGINT)
              ELSE "t53"."old_us" > "t53"."due_us"
            END
            AND NOT (
              CASE
                WHEN COALESCE("t53"."new_day", FALSE) OR COALESCE("t53"."due_day", FALSE)
                THEN CAST(FLOOR(CAST((
                  "t53"."new_us" + 25200000000
                ) AS DOUBLE PRECISION) / (
                  86400000000
                )) AS BIGINT) > CAST(FLOOR(CAST((
                  "t53"."due_us" + 25200000000
                ) AS DOUBLE PRECISION) / (
                  86400000000
                )) AS BIGINT)
                ELSE "t53"."new_us" > "t53"."due_us"
              END
            )
            AND NOT (
              FALSE OR "t53"."at_us" BETWEEN 1791180000000000 AND 1791253800000000
            ) AS "set_back"
          FROM (
            SELECT
              "t35"."id",
              "t35"."source",
              "t35"."native_id",
              "t35"."entry_id",
              "t35"."field",
              "t35"."old",
              "t35"."old_us",
              "t35"."old_day",
              "t35"."new_us",
              "t35"."at_us",
              "t35"."new_day",
              "t40"."due_us",
              "t40"."due_day"
            FROM (
              SELECT
                *
              FROM "part_of_record_change" AS "t1"
              WHERE
                "t1"."entry_id" IS NULL AND "t1"."old_us" IS NOT NULL
            ) AS "t35"
            INNER JOIN (
              SELECT
                "t3"."source",
                "t3"."native_id",
                "t3"."due_us",
                "t3"."due_day"
              FROM "part_of_source_record" AS "t3"
              WHERE
                "t3"."role" = 'one_stop'
            ) AS "t40"
              ON "t35"."source" = "t40"."source" AND "t35"."native_id" = "t40"."native_id"
          ) AS "t53"
        ) AS "t71"
        GROUP BY
          1,
          2
      ) AS "t77"
        ON "t67"."os_source" = "t77"."of_source"
        AND "t67"."os_native_id" = "t77"."of_native_id"
      LEFT OUTER JOIN (
        SELECT
          "t103"."case_code" AS "portal_of_case",
          CASE
            WHEN "t103"."any_there"
            THEN 'present'
            WHEN "t103"."all_gone"
            THEN 'absent'
            ELSE 'unknown'
          END AS "po_presence",
          "t103"."key" AS "po_code",
          "t103"."source" AS "po_source",
          "t103"."status" AS "po_status",
          "t103"."status_raw" AS "po_status_raw",
          "t103"."submitted_us" AS "po_submitted_us",
          "t103"."submitted_day" AS "po_submitted_day",
          "t103"."received_us" AS "po_received_us",
          "t103"."received_day" AS "po_received_day",
          "t103"."due_us" AS "po_due_us",
          "t103"."due_day" AS "po_due_day",
          "t103"."finished_us" AS "po_finished_us",
          "t103"."finished_day" AS "po_finished_day",
          "t103"."returned_us" AS "po_returned_us",
          "t103"."returned_day" AS "po_returned_day",
          "t103"."unit" AS "po_unit",
          "t103"."procedure" AS "po_procedure",
          "t103"."unread" AS "po_unread",
          "t103"."checked_us" AS "po_checked_us",
          "t103"."first_seen_us" AS "po_first_seen_us",
          "t103"."first_absent_us" AS "po_first_absent_us"
        FROM (
          SELECT
            "t87"."case_code",
            "t87"."key",
            "t87"."source",
            "t87"."code",
            "t87"."presence",
            "t87"."status",
            "t87"."status_raw",
            "t87"."submitted_us",
            "t87"."submitted_day",
            "t87"."received_us",
            "t87"."received_day",
            "t87"."due_us",
            "t87"."due_day",
            "t87"."finished_us",
            "t87"."finished_day",
            "t87"."returned_us",
            "t87"."returned_day",
            "t87"."unit",
            "t87"."procedure",
            "t87"."unread",
            "t87"."checked_us",
            "t87"."first_seen_us",
            "t87"."first_absent_us",
            ROW_NUMBER() OVER (
              PARTITION BY "t87"."case_code"
              ORDER BY COALESCE("t87"."presence" = 'present', FALSE) DESC NULLS LAST, "t87"."key" = "t87"."case_code" DESC NULLS LAST, COALESCE("t87"."checked_us", -1) DESC NULLS LAST, "t87"."key" DESC NULLS LAST, "t87"."source" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "rank",
            MAX(CAST(COALESCE("t87"."presence" = 'present', FALSE) AS INT)) OVER (
              PARTITION BY "t87"."case_code"
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) = 1 AS "any_there",
            MIN(CAST(COALESCE("t87"."presence" = 'absent', FALSE) AS INT)) OVER (
              PARTITION BY "t87"."case_code"
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) = 1 AS "all_gone"
          FROM (
            SELECT
              "t83"."case_code",
              "t83"."key",
              "t11"."source",
              "t11"."code",
              "t11"."presence",
              "t11"."status",
              "t11"."status_raw",
              "t11"."submitted_us",
              "t11"."submitted_day",
              "t11"."received_us",
              "t11"."received_day",
              "t11"."due_us",
              "t11"."due_day",
              "t11"."finished_us",
              "t11"."finished_day",
              "t11"."returned_us",
              "t11"."returned_day",
              "t11"."unit",
              "t11"."procedure",
              "t11"."unread",
              "t11"."checked_us",
              "t11"."first_seen_us",
              "t11"."first_absent_us"
            FROM "t81" AS "t83"
            LEFT OUTER JOIN "part_of_presence" AS "t11"
              ON "t83"."key" = "t11"."code"
          ) AS "t87"
        ) AS "t103"
        WHERE
          "t103"."rank" = 0
      ) AS "t115"
        ON "t86"."case_code" = "t115"."portal_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t61"."of_case" AS "alias_of_case",
          "t61"."has_alias"
        FROM (
          SELECT DISTINCT
            "t60"."of_case",
            TRUE AS "has_alias"
          FROM "t57" AS "t60"
        ) AS "t61"
      ) AS "t70"
        ON "t86"."case_code" = "t70"."alias_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t133"."of_case" AS "post_of_case",
          "t133"."ps_source",
          "t133"."ps_item",
          "t133"."ps_unread",
          "t133"."ps_handed_us",
          "t133"."ps_handed_day",
          "t133"."ps_delivered_us",
          "t133"."ps_delivered_day"
        FROM (
          SELECT
            "t130"."of_case",
            "t130"."ps_source",
            "t130"."ps_item",
            "t101"."ps_unread",
            CAST(FLOOR(CAST((
              "t130"."handed"
            ) AS DOUBLE PRECISION) / (
              2
            )) AS BIGINT) AS "ps_handed_us",
            (
              "t130"."handed" % 2
            ) = 0 AS "ps_handed_day",
            CAST(FLOOR(CAST((
              "t130"."delivered"
            ) AS DOUBLE PRECISION) / (
              2
            )) AS BIGINT) AS "ps_delivered_us",
            (
              "t130"."delivered" % 2
            ) = 0 AS "ps_delivered_day"
          FROM (
            SELECT
              "t122"."case_code" AS "of_case",
              MIN("t122"."source") AS "ps_source",
              MAX("t122"."item") AS "ps_item",
              MIN("t122"."first") AS "handed",
              MIN("t122"."delivered") AS "delivered"
            FROM (
              SELECT
                *
              FROM (
                SELECT
                  "t102"."case_code",
                  "t102"."native_id",
                  "t102"."waybill",
                  "t102"."source",
                  "t102"."item",
                  "t102"."first",
                  "t102"."delivered",
                  "t68"."os_code",
                  "t68"."os_received_us",
                  "t68"."os_received_day"
                FROM (
                  SELECT
                    "t91"."case_code",
                    "t91"."native_id",
                    "t91"."waybill",
                    MIN("t91"."source") AS "source",
                    MIN("t91"."item") AS "item",
                    MIN("t91"."at") AS "first",
                    MIN("t91"."at") FILTER(WHERE
                      "t91"."kind" = 'delivered') AS "delivered"
                  FROM (
                    SELECT
                      "t50"."source",
                      "t50"."native_id",
                      "t50"."code",
                      "t50"."kind",
                      "t50"."item",
                      "t50"."event_us",
                      "t50"."event_day",
                      "t50"."waybill",
                      "t50"."at",
                      "t84"."case_code",
                      "t84"."key"
                    FROM (
                      SELECT
                        "t10"."source",
                        "t10"."native_id",
                        "t10"."code",
                        "t10"."kind",
                        "t10"."item",
                        "t10"."event_us",
                        "t10"."event_day",
                        COALESCE("t10"."item", '') AS "waybill",
                        (
                          "t10"."event_us" * 2
                        ) + CASE WHEN COALESCE("t10"."event_day", FALSE) THEN 0 ELSE 1 END AS "at"
                      FROM "part_of_status_record" AS "t10"
                      WHERE
                        "t10"."kind" IN ('handed_to_post', 'delivered', 'postal_event')
                        AND "t10"."event_us" IS NOT NULL
                    ) AS "t50"
                    INNER JOIN "t81" AS "t84"
                      ON "t50"."code" = "t84"."key"
                  ) AS "t91"
                  GROUP BY
                    1,
                    2,
                    3
                ) AS "t102"
                LEFT OUTER JOIN (
                  SELECT
                    "t59"."code" AS "os_code",
                    "t59"."received_us" AS "os_received_us",
                    "t59"."received_day" AS "os_received_day"
                  FROM "t56" AS "t59"
                  WHERE
                    "t59"."rank" = 0
                ) AS "t68"
                  ON "t102"."case_code" = "t68"."os_code"
              ) AS "t108"
              WHERE
                NOT (
                  COALESCE(
                    CASE
                      WHEN (
                        (
                          "t108"."first" % 2
                        ) = 0
                      )
                      OR COALESCE("t108"."os_received_day", FALSE)
                      THEN CAST(FLOOR(
                        CAST((
                          CAST(FLOOR(CAST((
                            "t108"."first"
                          ) AS DOUBLE PRECISION) / (
                            2
                          )) AS BIGINT) + 25200000000
                        ) AS DOUBLE PRECISION) / (
                          86400000000
                        )
                      ) AS BIGINT) < CAST(FLOOR(
                        CAST((
                          "t108"."os_received_us" + 25200000000
                        ) AS DOUBLE PRECISION) / (
                          86400000000
                        )
                      ) AS BIGINT)
                      ELSE CAST(FLOOR(CAST((
                        "t108"."first"
                      ) AS DOUBLE PRECISION) / (
                        2
                      )) AS BIGINT) < "t108"."os_received_us"
                    END,
                    FALSE
                  )
                )
            ) AS "t122"
            GROUP BY
              1
          ) AS "t130"
          LEFT OUTER JOIN (
            SELECT
              "t93"."case_code",
              ' delivered ' AS "ps_unread"
            FROM (
              SELECT DISTINCT
                *
              FROM (
                SELECT
                  "t83"."case_code"
                FROM "t81" AS "t83"
                WHERE
                  EXISTS(
                    SELECT
                      1
                    FROM (
                      SELECT
                        *
                      FROM "part_of_status_record" AS "t10"
                      WHERE
                        "t10"."kind" = 'delivered' AND "t10"."event_us" IS NULL
                    ) AS "t42"
                    WHERE
                      "t83"."key" = "t42"."code"
                  )
              ) AS "t90"
            ) AS "t93"
          ) AS "t101"
            ON "t130"."of_case" = "t101"."case_code"
        ) AS "t133"
      ) AS "t135"
        ON "t86"."case_code" = "t135"."post_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t125"."of_case" AS "reception_of_case",
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
          "t125"."lb_unread"
        FROM (
          SELECT
            "t123"."of_case",
            "t123"."lb_source",
            "t123"."lb_file",
            "t123"."lb_sheet",
            "t123"."lb_row_number",
            "t123"."lb_code",
            "t123"."lb_unit",
            "t123"."lb_unit_code",
            "t123"."lb_procedure",
            "t123"."lb_received_us",
            "t123"."lb_received_day",
            "t123"."lb_unread"
          FROM (
            SELECT
              "t119"."of_case",
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
              "t109"."case_code",
              "t109"."lb_unread"
            FROM (
              SELECT
                "t112"."case_code" AS "of_case",
                "t112"."source" AS "lb_source",
                "t112"."file" AS "lb_file",
                "t112"."sheet" AS "lb_sheet",
                "t112"."row_number" AS "lb_row_number",
                "t112"."code" AS "lb_code",
                "t112"."unit" AS "lb_unit",
                "t112"."unit_code" AS "lb_unit_code",
                "t112"."procedure" AS "lb_procedure",
                "t112"."received_us" AS "lb_received_us",
                "t112"."received_day" AS "lb_received_day"
              FROM (
                SELECT
                  "t99"."case_code",
                  "t99"."key",
                  "t99"."source",
                  "t99"."file",
                  "t99"."row_key",
                  "t99"."kind",
                  "t99"."sheet",
                  "t99"."row_number",
                  "t99"."code",
                  "t99"."unit",
                  "t99"."unit_code",
                  "t99"."procedure",
                  "t99"."applicant_key",
                  "t99"."received_us",
                  "t99"."received_day",
                  "t99"."returned_us",
                  "t99"."returned_day",
                  "t99"."signed_us",
                  "t99"."signed_day",
                  "t99"."number",
                  "t99"."symbol",
                  "t99"."unread",
                  ROW_NUMBER() OVER (
                    PARTITION BY "t99"."case_code"
                    ORDER BY "t99"."received_us" IS NULL ASC, "t99"."received_us" ASC, "t99"."source" ASC, "t99"."file" ASC, "t99"."row_key" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) - 1 AS "rank"
                FROM "t94" AS "t99"
              ) AS "t112"
              WHERE
                "t112"."rank" = 0
            ) AS "t119"
            LEFT OUTER JOIN (
              SELECT
                "t99"."case_code",
                STRING_AGG("t99"."unread", '' ORDER BY "t99"."unread" ASC) AS "lb_unread"
              FROM "t94" AS "t99"
              GROUP BY
                1
            ) AS "t109"
              ON "t119"."of_case" = "t109"."case_code"
          ) AS "t123"
        ) AS "t125"
      ) AS "t131"
        ON "t86"."case_code" = "t131"."reception_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t113"."case_code" AS "return_of_case",
          "t113"."source" AS "lr_source",
          "t113"."file" AS "lr_file",
          "t113"."sheet" AS "lr_sheet",
          "t113"."row_number" AS "lr_row_number",
          "t113"."code" AS "lr_code",
          "t113"."returned_us" AS "lb_returned_us",
          "t113"."returned_day" AS "lb_returned_day"
        FROM (
          SELECT
            "t99"."case_code",
            "t99"."key",
            "t99"."source",
            "t99"."file",
            "t99"."row_key",
            "t99"."kind",
            "t99"."sheet",
            "t99"."row_number",
            "t99"."code",
            "t99"."unit",
            "t99"."unit_code",
            "t99"."procedure",
            "t99"."applicant_key",
            "t99"."received_us",
            "t99"."received_day",
            "t99"."returned_us",
            "t99"."returned_day",
            "t99"."signed_us",
            "t99"."signed_day",
            "t99"."number",
            "t99"."symbol",
            "t99"."unread",
            ROW_NUMBER() OVER (
              PARTITION BY "t99"."case_code"
              ORDER BY "t99"."returned_us" IS NULL ASC, "t99"."returned_us" ASC, "t99"."source" ASC, "t99"."file" ASC, "t99"."row_key" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "rank"
          FROM "t94" AS "t99"
        ) AS "t113"
        WHERE
          "t113"."rank" = 0
      ) AS "t120"
        ON "t86"."case_code" = "t120"."return_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t126"."of_case" AS "result_of_case",
          "t126"."rg_source",
          "t126"."rg_file",
          "t126"."rg_sheet",
          "t126"."rg_row_number",
          "t126"."rg_code",
          "t126"."rg_unit",
          "t126"."rg_unit_code",
          "t126"."rg_procedure",
          "t126"."rg_signed_us",
          "t126"."rg_signed_day",
          "t126"."rg_number",
          "t126"."rg_symbol",
          "t126"."rg_unread"
        FROM (
          SELECT
            "t124"."of_case",
            "t124"."rg_source",
            "t124"."rg_file",
            "t124"."rg_sheet",
            "t124"."rg_row_number",
            "t124"."rg_code",
            "t124"."rg_unit",
            "t124"."rg_unit_code",
            "t124"."rg_procedure",
            "t124"."rg_signed_us",
            "t124"."rg_signed_day",
            "t124"."rg_number",
            "t124"."rg_symbol",
            "t124"."rg_unread"
          FROM (
            SELECT
              "t121"."of_case",
              "t121"."rg_source",
              "t121"."rg_file",
              "t121"."rg_sheet",
              "t121"."rg_row_number",
              "t121"."rg_code",
              "t121"."rg_unit",
              "t121"."rg_unit_code",
              "t121"."rg_procedure",
              "t121"."rg_signed_us",
              "t121"."rg_signed_day",
              "t121"."rg_number",
              "t121"."rg_symbol",
              "t110"."case_code",
              "t110"."rg_unread"
            FROM (
              SELECT
                "t114"."case_code" AS "of_case",
                "t114"."source" AS "rg_source",
                "t114"."file" AS "rg_file",
                "t114"."sheet" AS "rg_sheet",
                "t114"."row_number" AS "rg_row_number",
                "t114"."code" AS "rg_code",
                "t114"."unit" AS "rg_unit",
                "t114"."unit_code" AS "rg_unit_code",
                "t114"."procedure" AS "rg_procedure",
                "t114"."signed_us" AS "rg_signed_us",
                "t114"."signed_day" AS "rg_signed_day",
                "t114"."number" AS "rg_number",
                "t114"."symbol" AS "rg_symbol"
              FROM (
                SELECT
                  "t100"."case_code",
                  "t100"."key",
                  "t100"."source",
                  "t100"."file",
                  "t100"."row_key",
                  "t100"."kind",
                  "t100"."sheet",
                  "t100"."row_number",
                  "t100"."code",
                  "t100"."unit",
                  "t100"."unit_code",
                  "t100"."procedure",
                  "t100"."applicant_key",
                  "t100"."received_us",
                  "t100"."received_day",
                  "t100"."returned_us",
                  "t100"."returned_day",
                  "t100"."signed_us",
                  "t100"."signed_day",
                  "t100"."number",
                  "t100"."symbol",
                  "t100"."unread",
                  ROW_NUMBER() OVER (
                    PARTITION BY "t100"."case_code"
                    ORDER BY "t100"."signed_us" IS NULL ASC, "t100"."signed_us" ASC, "t100"."source" ASC, "t100"."file" ASC, "t100"."row_key" ASC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                  ) - 1 AS "rank"
                FROM "t95" AS "t100"
              ) AS "t114"
              WHERE
                "t114"."rank" = 0
            ) AS "t121"
            LEFT OUTER JOIN (
              SELECT
                "t100"."case_code",
                STRING_AGG("t100"."unread", '' ORDER BY "t100"."unread" ASC) AS "rg_unread"
              FROM "t95" AS "t100"
              GROUP BY
                1
            ) AS "t110"
              ON "t121"."of_case" = "t110"."case_code"
          ) AS "t124"
        ) AS "t126"
      ) AS "t132"
        ON "t86"."case_code" = "t132"."result_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t98"."case_code" AS "identity_of_case",
          "t98"."source" AS "id_source",
          "t98"."verdict" AS "id_verdict",
          "t98"."checked_us" AS "id_checked_us"
        FROM (
          SELECT
            "t88"."case_code",
            "t88"."key",
            "t88"."source",
            "t88"."code",
            "t88"."verdict",
            "t88"."checked_us",
            ROW_NUMBER() OVER (
              PARTITION BY "t88"."case_code"
              ORDER BY "t88"."checked_us" DESC NULLS LAST, "t88"."source" ASC, "t88"."key" ASC
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) - 1 AS "rank"
          FROM (
            SELECT
              "t83"."case_code",
              "t83"."key",
              "t12"."source",
              "t12"."code",
              "t12"."verdict",
              "t12"."checked_us"
            FROM "t81" AS "t83"
            INNER JOIN "part_of_identity_check" AS "t12"
              ON "t83"."key" = "t12"."code"
          ) AS "t88"
        ) AS "t98"
        WHERE
          "t98"."rank" = 0
      ) AS "t105"
        ON "t86"."case_code" = "t105"."identity_of_case"
      LEFT OUTER JOIN (
        SELECT
          "t25"."of_case" AS "recoded_of_case",
          "t25"."os_recoded"
        FROM (
          SELECT DISTINCT
            "t1"."old" AS "of_case",
            TRUE AS "os_recoded"
          FROM "part_of_record_change" AS "t1"
          WHERE
            "t1"."field" = 'code'
        ) AS "t25"
      ) AS "t47"
        ON "t86"."case_code" = "t47"."recoded_of_case"
    ) AS "t136"
    UNION ALL
    SELECT
      *
    FROM (
      SELECT
        'row:' || "t75"."row_key" AS "subject",
        CAST(NULL AS VARCHAR) AS "code",
        CAST(NULL AS VARCHAR) AS "os_source",
        CAST(NULL AS VARCHAR) AS "os_native_id",
        CAST(NULL AS SMALLINT) AS "os_status",
        CAST(NULL AS VARCHAR) AS "os_status_raw",
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
        CAST(NULL AS VARCHAR) AS "os_unit",
        CAST(NULL AS VARCHAR) AS "os_unit_code",
        CAST(NULL AS VARCHAR) AS "os_procedure",
        CAST(NULL AS SMALLINT) AS "os_channel",
        CAST(NULL AS VARCHAR) AS "os_applicant_key",
        CAST(NULL AS VARCHAR) AS "os_path",
        CAST(NULL AS BIGINT) AS "os_supplement_us",
        CAST(NULL AS BIGINT) AS "os_supplement_before_us",
        CAST(NULL AS BIGINT) AS "os_supplement_after_us",
        CAST(NULL AS BIGINT) AS "os_refused_us",
        CAST(NULL AS BIGINT) AS "os_withdrawn_us",
        CAST(NULL AS BIGINT) AS "os_stopped_us",
        CAST(NULL AS BIGINT) AS "os_closed_entered_us",
        CAST(NULL AS BOOLEAN) AS "os_actor_default",
        CAST(NULL AS VARCHAR) AS "os_unread",
        CAST(NULL AS BIGINT) AS "os_first_seen_us",
        CAST(NULL AS BIGINT) AS "os_native_count",
        CAST(NULL AS BOOLEAN) AS "os_natives_differ",
        CAST(NULL AS BIGINT) AS "os_received_first_us",
        CAST(NULL AS BOOLEAN) AS "os_received_first_day",
        CAST(NULL AS BIGINT) AS "os_due_first_us",
        CAST(NULL AS BOOLEAN) AS "os_due_first_day",
        CAST(NULL AS BIGINT) AS "os_due_moves",
        CAST(NULL AS BIGINT) AS "os_due_before_us",
        CAST(NULL AS BOOLEAN) AS "os_due_before_day",
        CAST(NULL AS BIGINT) AS "os_due_moved_us",
        CAST(NULL AS BIGINT) AS "os_due_passed_us",
        CAST(NULL AS BOOLEAN) AS "os_due_passed_day",
        CAST(NULL AS BIGINT) AS "os_due_migrated_us",
        CAST(NULL AS BIGINT) AS "os_received_moved_us",
        CAST(NULL AS BIGINT) AS "os_finished_before_us",
        CAST(NULL AS BOOLEAN) AS "os_finished_before_day",
        CAST(NULL AS BOOLEAN) AS "os_recoded",
        FALSE AS "has_alias",
        'unknown' AS "po_presence",
        CAST(NULL AS VARCHAR) AS "po_code",
        CAST(NULL AS VARCHAR) AS "po_source",
        CAST(NULL AS SMALLINT) AS "po_status",
        CAST(NULL AS VARCHAR) AS "po_status_raw",
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
        CAST(NULL AS VARCHAR) AS "po_unit",
        CAST(NULL AS VARCHAR) AS "po_procedure",
        CAST(NULL AS VARCHAR) AS "po_unread",
        CAST(NULL AS BIGINT) AS "po_checked_us",
        CAST(NULL AS BIGINT) AS "po_first_seen_us",
        CAST(NULL AS BIGINT) AS "po_first_absent_us",
        CAST(NULL AS VARCHAR) AS "ps_source",
        CAST(NULL AS VARCHAR) AS "ps_item",
        CAST(NULL AS BIGINT) AS "ps_handed_us",
        CAST(NULL AS BOOLEAN) AS "ps_handed_day",
        CAST(NULL AS BIGINT) AS "ps_delivered_us",
        CAST(NULL AS BOOLEAN) AS "ps_delivered_day",
        CAST(NULL AS VARCHAR) AS "ps_unread",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."source" ELSE NULL END AS "lb_source",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."file" ELSE NULL END AS "lb_file",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."sheet" ELSE NULL END AS "lb_sheet",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."row_number" ELSE NULL END AS "lb_row_number",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."code" ELSE NULL END AS "lb_code",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."unit" ELSE NULL END AS "lb_unit",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."unit_code" ELSE NULL END AS "lb_unit_code",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."procedure" ELSE NULL END AS "lb_procedure",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."received_us" ELSE NULL END AS "lb_received_us",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."received_day" ELSE NULL END AS "lb_received_day",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."returned_us" ELSE NULL END AS "lb_returned_us",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."returned_day" ELSE NULL END AS "lb_returned_day",
        "t75"."unread" AS "lb_unread",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."source" ELSE NULL END AS "lr_source",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."file" ELSE NULL END AS "lr_file",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."sheet" ELSE NULL END AS "lr_sheet",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."row_number" ELSE NULL END AS "lr_row_number",
        CASE WHEN "t75"."kind" = 'logbook' THEN "t75"."code" ELSE NULL END AS "lr_code",
        CASE WHEN "t75"."kind" = 'logbook' THEN NULL ELSE "t75"."source" END AS "rg_source",
        CASE WHEN "t75"."kind" = 'logbook' THEN NULL ELSE "t75"."file" END AS "rg_file",
        CASE WHEN "t75"."kind" = 'logbook' THEN NULL ELSE "t75"."sheet" END AS "rg_sheet",
        CASE WHEN "t75"."kind" = 'logbook' THEN NULL ELSE "t75"."row_number" END AS "rg_row_number",
        CASE WHEN "t75"."kind" = 'logbook' THEN NULL ELSE "t75"."code" END AS "rg_code",
        CASE WHEN "t75"."kind" = 'logbook' THEN NULL ELSE "t75"."unit" END AS "rg_unit",
        CASE WHEN "t75"."kind" = 'logbook' THEN NULL ELSE "t75"."unit_code" END AS "rg_unit_code",
        CASE WHEN "t75"."kind" = 'logbook' THEN NULL ELSE "t75"."procedure" END AS "rg_procedure",
        CASE WHEN "t75"."kind" = 'logbook' THEN NULL ELSE "t75"."signed_us" END AS "rg_signed_us",
        CASE WHEN "t75"."kind" = 'logbook' THEN NULL ELSE "t75"."signed_day" END AS "rg_signed_day",
        CASE WHEN "t75"."kind" = 'logbook' THEN NULL ELSE "t75"."number" END AS "rg_number",
        CASE WHEN "t75"."kind" = 'logbook' THEN NULL ELSE "t75"."symbol" END AS "rg_symbol",
        "t75"."unread" AS "rg_unread",
        CAST(NULL AS VARCHAR) AS "id_source",
        CAST(NULL AS VARCHAR) AS "id_verdict",
        CAST(NULL AS BIGINT) AS "id_checked_us"
      FROM (
        SELECT
          "t66"."source",
          "t66"."file",
          "t66"."row_key",
          "t66"."kind",
          "t66"."sheet",
          "t66"."row_number",
          "t66"."code",
          "t66"."unit",
          "t66"."unit_code",
          "t66"."procedure",
          "t66"."applicant_key",
          "t66"."received_us",
          "t66"."received_day",
          "t66"."returned_us",
          "t66"."returned_day",
          "t66"."signed_us",
          "t66"."signed_day",
          "t66"."number",
          "t66"."symbol",
          "t66"."unread",
          ROW_NUMBER() OVER (
            PARTITION BY "t66"."row_key"
            ORDER BY "t66"."source" ASC, "t66"."file" ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
          ) - 1 AS "rank"
        FROM (
          SELECT
            "t52"."source",
            "t52"."file",
            "t52"."row_key",
            "t52"."kind",
            "t52"."sheet",
            "t52"."row_number",
            "t52"."code",
            "t52"."unit",
            "t52"."unit_code",
            "t52"."procedure",
            "t52"."applicant_key",
            "t52"."received_us",
            "t52"."received_day",
            "t52"."returned_us",
            "t52"."returned_day",
            "t52"."signed_us",
            "t52"."signed_day",
            "t52"."number",
            "t52"."symbol",
            "t52"."unread"
          FROM (
            SELECT
              "t2"."source",
              "t2"."file",
              "t2"."row_key",
              "t2"."kind",
              "t2"."sheet",
              "t2"."row_number",
              "t2"."code",
              COALESCE("t2"."unit", "t2"."unit_code") AS "unit",
              "t2"."unit_code",
              "t2"."procedure",
              "t2"."applicant_key",
              "t2"."received_us",
              "t2"."received_day",
              "t2"."returned_us",
              "t2"."returned_day",
              "t2"."signed_us",
              "t2"."signed_day",
              "t2"."number",
              "t2"."symbol",
              "t2"."unread"
            FROM "part_of_paper_row" AS "t2"
            WHERE
              "t2"."code" IS NULL
              AND (
                (
                  COALESCE("t2"."unit", "t2"."unit_code") IS NOT NULL
                )
                OR (
                  "t2"."procedure" IS NOT NULL
                )
                OR (
                  "t2"."applicant_key" IS NOT NULL
                )
              )
          ) AS "t52"
          WHERE
            NOT EXISTS(
              SELECT
                1
              FROM (
                SELECT
                  "t52"."row_key"
                FROM (
                  SELECT
                    "t2"."source",
                    "t2"."file",
                    "t2"."row_key",
                    "t2"."kind",
                    "t2"."sheet",
                    "t2"."row_number",
                    "t2"."code",
                    COALESCE("t2"."unit", "t2"."unit_code") AS "unit",
                    "t2"."unit_code",
                    "t2"."procedure",
                    "t2"."applicant_key",
                    "t2"."received_us",
                    "t2"."received_day",
                    "t2"."returned_us",
                    "t2"."returned_day",
                    "t2"."signed_us",
                    "t2"."signed_day",
                    "t2"."number",
                    "t2"."symbol",
                    "t2"."unread"
                  FROM "part_of_paper_row" AS "t2"
                  WHERE
                    "t2"."code" IS NULL
                    AND (
                      (
                        COALESCE("t2"."unit", "t2"."unit_code") IS NOT NULL
                      )
                      OR (
                        "t2"."procedure" IS NOT NULL
                      )
                      OR (
                        "t2"."applicant_key" IS NOT NULL
                      )
                    )
                ) AS "t52"
                WHERE
                  EXISTS(
                    SELECT
                      1
                    FROM "part_of_paper_match" AS "t13"
                    WHERE
                      "t52"."source" = "t13"."source"
                      AND "t52"."file" = "t13"."file"
                      AND "t52"."row_key" = "t13"."row_key"
                  )
              ) AS "t58"
              WHERE
                "t52"."row_key" = "t58"."row_key"
            )
        ) AS "t66"
      ) AS "t75"
      WHERE
        "t75"."rank" = 0
    ) AS "t79"
  ) AS "t137"
) AS "t139"
LEFT OUTER JOIN (
  SELECT
    "t0"."day" AS "os_received_date",
    "t0"."ord" AS "os_received_ord"
  FROM "day" AS "t0"
) AS "t21"
  ON CAST(FLOOR(
    CAST((
      "t139"."os_received_us" + 25200000000
    ) AS DOUBLE PRECISION) / (
      86400000000
    )
  ) AS BIGINT) = "t21"."os_received_date"
LEFT OUTER JOIN (
  SELECT
    "t0"."day" AS "os_entered_date",
    "t0"."ord" AS "os_entered_ord"
  FROM "day" AS "t0"
) AS "t22"
  ON CAST(FLOOR(
    CAST((
      "t139"."os_entered_us" + 25200000000
    ) AS DOUBLE PRECISION) / (
      86400000000
    )
  ) AS BIGINT) = "t22"."os_entered_date"
LEFT OUTER JOIN (
  SELECT
    "t0"."day" AS "lb_received_date",
    "t0"."ord" AS "lb_received_ord"
  FROM "day" AS "t0"
) AS "t23"
  ON CAST(FLOOR(
    CAST((
      "t139"."lb_received_us" + 25200000000
    ) AS DOUBLE PRECISION) / (
      86400000000
    )
  ) AS BIGINT) = "t23"."lb_received_date"
LEFT OUTER JOIN (
  SELECT
    "t0"."ymd" AS "code_ymd",
    "t0"."ord" AS "code_ord"
  FROM "day" AS "t0"
) AS "t24"
  ON SUBSTRING("t139"."code_said" FROM CASE WHEN (
    1 + 1
  ) >= 1 THEN 1 + 1 ELSE 1 + 1 + LENGTH("t139"."code_said") END) = "t24"."code_ymd"

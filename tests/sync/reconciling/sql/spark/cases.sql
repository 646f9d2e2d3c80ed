WITH `t37` AS (
  SELECT
    *
  FROM `source_record` AS `t3`
  WHERE
    `t3`.`role` = 'one_stop'
), `t38` AS (
  SELECT DISTINCT
    `t3`.`code` AS `case_code`,
    `t3`.`code` AS `key`
  FROM `source_record` AS `t3`
  WHERE
    `t3`.`role` = 'one_stop'
), `t64` AS (
  SELECT
    `t46`.`source`,
    `t46`.`native_id`,
    `t46`.`role`,
    `t46`.`code`,
    `t46`.`status`,
    `t46`.`status_raw`,
    `t46`.`submitted_us`,
    `t46`.`submitted_day`,
    `t46`.`received_us`,
    `t46`.`received_day`,
    `t46`.`due_us`,
    `t46`.`due_day`,
    `t46`.`finished_us`,
    `t46`.`finished_day`,
    `t46`.`returned_us`,
    `t46`.`returned_day`,
    `t46`.`entered_us`,
    `t46`.`entered_day`,
    `t46`.`changed_us`,
    `t46`.`no_due`,
    `t46`.`unit`,
    `t46`.`unit_code`,
    `t46`.`procedure`,
    `t46`.`channel`,
    `t46`.`applicant_key`,
    `t46`.`path`,
    `t46`.`supplement_us`,
    `t46`.`supplement_before_us`,
    `t46`.`supplement_after_us`,
    `t46`.`refused_us`,
    `t46`.`withdrawn_us`,
    `t46`.`stopped_us`,
    `t46`.`closed_entered_us`,
    `t46`.`actor_default`,
    `t46`.`unread`,
    `t46`.`first_seen_us`,
    ROW_NUMBER() OVER (
      PARTITION BY `t46`.`code`
      ORDER BY COALESCE(`t46`.`changed_us`, -1) DESC, `t46`.`native_id` DESC, `t46`.`source` ASC NULLS LAST
    ) - 1 AS `rank`,
    COUNT(*) OVER (
      PARTITION BY `t46`.`code`
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS `native_count`,
    COALESCE(
      MIN(`t46`.`applicant_key`) OVER (
        PARTITION BY `t46`.`code`
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) <> MAX(`t46`.`applicant_key`) OVER (
        PARTITION BY `t46`.`code`
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ),
      FALSE
    )
    OR COALESCE(
      MIN(`t46`.`procedure`) OVER (
        PARTITION BY `t46`.`code`
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) <> MAX(`t46`.`procedure`) OVER (
        PARTITION BY `t46`.`code`
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ),
      FALSE
    ) AS `natives_differ`
  FROM `t37` AS `t46`
), `t65` AS (
  SELECT DISTINCT
    *
  FROM (
    SELECT
      `t52`.`code` AS `of_case`,
      `t14`.`alias`
    FROM `t37` AS `t52`
    INNER JOIN `record_alias` AS `t14`
      ON `t52`.`source` = `t14`.`source` AND `t52`.`native_id` = `t14`.`native_id`
  ) AS `t62`
), `t81` AS (
  SELECT
    *
  FROM `t38` AS `t47`
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      `t73`.`case_code`,
      `t73`.`key`
    FROM (
      SELECT
        `t68`.`of_case` AS `case_code`,
        `t68`.`alias` AS `key`
      FROM `t65` AS `t68`
    ) AS `t73`
    LEFT ANTI JOIN `t38` AS `t53`
      ON `t73`.`key` = `t53`.`key`
  ) AS `t80`
), `t89` AS (
  SELECT
    *
  FROM `t81` AS `t84`
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      `t59`.`key` AS `case_code`,
      `t59`.`key`
    FROM (
      SELECT DISTINCT
        *
      FROM (
        SELECT
          *
        FROM (
          SELECT
            `t4`.`code` AS `key`
          FROM `presence` AS `t4`
        ) AS `t23`
        UNION ALL
        SELECT
          *
        FROM (
          SELECT
            `t2`.`code` AS `key`
          FROM `paper_row` AS `t2`
          WHERE
            `t2`.`code` IS NOT NULL
        ) AS `t35`
      ) AS `t44`
    ) AS `t59`
    LEFT ANTI JOIN `t81` AS `t86`
      ON `t59`.`key` = `t86`.`key`
    LEFT ANTI JOIN (
      SELECT
        *
      FROM `quarantine` AS `t7`
      WHERE
        `t7`.`state` = 'open' AND `t7`.`code` IS NOT NULL
    ) AS `t49`
      ON `t59`.`key` = `t49`.`code`
    LEFT ANTI JOIN (
      SELECT DISTINCT
        `t8`.`code` AS `key`
      FROM `near_code` AS `t8`
    ) AS `t41`
      ON `t59`.`key` = `t41`.`key`
  ) AS `t88`
), `t97` AS (
  SELECT
    `t91`.`case_code`,
    `t91`.`key`,
    `t45`.`source`,
    `t45`.`file`,
    `t45`.`row_key`,
    `t45`.`kind`,
    `t45`.`sheet`,
    `t45`.`row_number`,
    `t45`.`code`,
    `t45`.`unit`,
    `t45`.`unit_code`,
    `t45`.`procedure`,
    `t45`.`applicant_key`,
    `t45`.`received_us`,
    `t45`.`received_day`,
    `t45`.`returned_us`,
    `t45`.`returned_day`,
    `t45`.`signed_us`,
    `t45`.`signed_day`,
    `t45`.`number`,
    `t45`.`symbol`,
    `t45`.`unread`
  FROM `t89` AS `t91`
  INNER JOIN (
    SELECT
      `t2`.`source`,
      `t2`.`file`,
      `t2`.`row_key`,
      `t2`.`kind`,
      `t2`.`sheet`,
      `t2`.`row_number`,
      `t2`.`code`,
      COALESCE(`t2`.`unit`, `t2`.`unit_code`) AS `unit`,
      `t2`.`unit_code`,
      `t2`.`procedure`,
      `t2`.`applicant_key`,
      `t2`.`received_us`,
      `t2`.`received_day`,
      `t2`.`returned_us`,
      `t2`.`returned_day`,
      `t2`.`signed_us`,
      `t2`.`signed_day`,
      `t2`.`number`,
      `t2`.`symbol`,
      `t2`.`unread`
    FROM `paper_row` AS `t2`
  ) AS `t45`
    ON `t91`.`key` = `t45`.`code`
), `t102` AS (
  SELECT
    *
  FROM `t97` AS `t100`
  WHERE
    `t100`.`kind` = 'logbook'
), `t103` AS (
  SELECT
    *
  FROM `t97` AS `t100`
  WHERE
    `t100`.`kind` = 'register'
)
SELECT
  `t147`.`subject`,
  `t147`.`code`,
  `t147`.`os_source`,
  `t147`.`os_native_id`,
  `t147`.`os_status`,
  `t147`.`os_status_raw`,
  `t147`.`os_submitted_us`,
  `t147`.`os_submitted_day`,
  `t147`.`os_received_us`,
  `t147`.`os_received_day`,
  `t147`.`os_due_us`,
  `t147`.`os_due_day`,
  `t147`.`os_finished_us`,
  `t147`.`os_finished_day`,
  `t147`.`os_returned_us`,
  `t147`.`os_returned_day`,
  `t147`.`os_entered_us`,
  `t147`.`os_entered_day`,
  `t147`.`os_changed_us`,
  `t147`.`os_no_due`,
  `t147`.`os_unit`,
  `t147`.`os_unit_code`,
  `t147`.`os_procedure`,
  `t147`.`os_channel`,
  `t147`.`os_applicant_key`,
  `t147`.`os_path`,
  `t147`.`os_supplement_us`,
  `t147`.`os_supplement_before_us`,
  `t147`.`os_supplement_after_us`,
  `t147`.`os_refused_us`,
  `t147`.`os_withdrawn_us`,
  `t147`.`os_stopped_us`,
  `t147`.`os_closed_entered_us`,
  `t147`.`os_actor_default`,
  `t147`.`os_unread`,
  `t147`.`os_first_seen_us`,
  `t147`.`os_native_count`,
  `t147`.`os_natives_differ`,
  `t147`.`os_received_first_us`,
  `t147`.`os_received_first_day`,
  `t147`.`os_due_first_us`,
  `t147`.`os_due_first_day`,
  `t147`.`os_due_moves`,
  `t147`.`os_due_before_us`,
  `t147`.`os_due_before_day`,
  `t147`.`os_due_moved_us`,
  `t147`.`os_due_passed_us`,
  `t147`.`os_due_passed_day`,
  `t147`.`os_due_migrated_us`,
  `t147`.`os_received_moved_us`,
  `t147`.`os_finished_before_us`,
  `t147`.`os_finished_before_day`,
  `t147`.`os_recoded`,
  `t147`.`has_alias`,
  `t147`.`po_presence`,
  `t147`.`po_code`,
  `t147`.`po_source`,
  `t147`.`po_status`,
  `t147`.`po_status_raw`,
  `t147`.`po_submitted_us`,
  `t147`.`po_submitted_day`,
  `t147`.`po_received_us`,
  `t147`.`po_received_day`,
  `t147`.`po_due_us`,
  `t147`.`po_due_day`,
  `t147`.`po_finished_us`,
  `t147`.`po_finished_day`,
  `t147`.`po_returned_us`,
  `t147`.`po_returned_day`,
  `t147`.`po_unit`,
  `t147`.`po_procedure`,
  `t147`.`po_unread`,
  `t147`.`po_checked_us`,
  `t147`.`po_first_seen_us`,
  `t147`.`po_first_absent_us`,
  `t147`.`ps_source`,
  `t147`.`ps_item`,
  `t147`.`ps_handed_us`,
  `t147`.`ps_handed_day`,
  `t147`.`ps_delivered_us`,
  `t147`.`ps_delivered_day`,
  `t147`.`ps_unread`,
  `t147`.`lb_source`,
  `t147`.`lb_file`,
  `t147`.`lb_sheet`,
  `t147`.`lb_row_number`,
  `t147`.`lb_code`,
  `t147`.`lb_unit`,
  `t147`.`lb_unit_code`,
  `t147`.`lb_procedure`,
  `t147`.`lb_received_us`,
  `t147`.`lb_received_day`,
  `t147`.`lb_returned_us`,
  `t147`.`lb_returned_day`,
  `t147`.`lb_unread`,
  `t147`.`lr_source`,
  `t147`.`lr_file`,
  `t147`.`lr_sheet`,
  `t147`.`lr_row_number`,
  `t147`.`lr_code`,
  `t147`.`rg_source`,
  `t147`.`rg_file`,
  `t147`.`rg_sheet`,
  `t147`.`rg_row_number`,
  `t147`.`rg_code`,
  `t147`.`rg_unit`,
  `t147`.`rg_unit_code`,
  `t147`.`rg_procedure`,
  `t147`.`rg_signed_us`,
  `t147`.`rg_signed_day`,
  `t147`.`rg_number`,
  `t147`.`rg_symbol`,
  `t147`.`rg_unread`,
  `t147`.`id_source`,
  `t147`.`id_verdict`,
  `t147`.`id_checked_us`,
  `t25`.`os_received_ord`,
  `t26`.`os_entered_ord`,
  `t27`.`os_due_ord`,
  `t28`.`os_supplement_ord`,
  `t29`.`os_supplement_after_ord`,
  `t30`.`os_withdrawn_ord`,
  `t31`.`lb_received_ord`,
  `t32`.`code_ord`,
  `t147`.`code_said` IS NOT NULL AS `code_known`,
  STARTSWITH(`t147`.`code_said`, 'M') AS `code_made_up`
FROM (
  SELECT
    `t145`.`subject`,
    `t145`.`code`,
    `t145`.`os_source`,
    `t145`.`os_native_id`,
    `t145`.`os_status`,
    `t145`.`os_status_raw`,
    `t145`.`os_submitted_us`,
    `t145`.`os_submitted_day`,
    `t145`.`os_received_us`,
    `t145`.`os_received_day`,
    `t145`.`os_due_us`,
    `t145`.`os_due_day`,
    `t145`.`os_finished_us`,
    `t145`.`os_finished_day`,
    `t145`.`os_returned_us`,
    `t145`.`os_returned_day`,
    `t145`.`os_entered_us`,
    `t145`.`os_entered_day`,
    `t145`.`os_changed_us`,
    `t145`.`os_no_due`,
    `t145`.`os_unit`,
    `t145`.`os_unit_code`,
    `t145`.`os_procedure`,
    `t145`.`os_channel`,
    `t145`.`os_applicant_key`,
    `t145`.`os_path`,
    `t145`.`os_supplement_us`,
    `t145`.`os_supplement_before_us`,
    `t145`.`os_supplement_after_us`,
    `t145`.`os_refused_us`,
    `t145`.`os_withdrawn_us`,
    `t145`.`os_stopped_us`,
    `t145`.`os_closed_entered_us`,
    `t145`.`os_actor_default`,
    `t145`.`os_unread`,
    `t145`.`os_first_seen_us`,
    `t145`.`os_native_count`,
    `t145`.`os_natives_differ`,
    `t145`.`os_received_first_us`,
    `t145`.`os_received_first_day`,
    `t145`.`os_due_first_us`,
    `t145`.`os_due_first_day`,
    `t145`.`os_due_moves`,
    `t145`.`os_due_before_us`,
    `t145`.`os_due_before_day`,
    `t145`.`os_due_moved_us`,
    `t145`.`os_due_passed_us`,
    `t145`.`os_due_passed_day`,
    `t145`.`os_due_migrated_us`,
    `t145`.`os_received_moved_us`,
    `t145`.`os_finished_before_us`,
    `t145`.`os_finished_before_day`,
    `t145`.`os_recoded`,
    `t145`.`has_alias`,
    `t145`.`po_presence`,
    `t145`.`po_code`,
    `t145`.`po_source`,
    `t145`.`po_status`,
    `t145`.`po_status_raw`,
    `t145`.`po_submitted_us`,
    `t145`.`po_submitted_day`,
    `t145`.`po_received_us`,
    `t145`.`po_received_day`,
    `t145`.`po_due_us`,
    `t145`.`po_due_day`,
    `t145`.`po_finished_us`,
    `t145`.`po_finished_day`,
    `t145`.`po_returned_us`,
    `t145`.`po_returned_day`,
    `t145`.`po_unit`,
    `t145`.`po_procedure`,
    `t145`.`po_unread`,
    `t145`.`po_checked_us`,
    `t145`.`po_first_seen_us`,
    `t145`.`po_first_absent_us`,
    `t145`.`ps_source`,
    `t145`.`ps_item`,
    `t145`.`ps_handed_us`,
    `t145`.`ps_handed_day`,
    `t145`.`ps_delivered_us`,
    `t145`.`ps_delivered_day`,
    `t145`.`ps_unread`,
    `t145`.`lb_source`,
    `t145`.`lb_file`,
    `t145`.`lb_sheet`,
    `t145`.`lb_row_number`,
    `t145`.`lb_code`,
    `t145`.`lb_unit`,
    `t145`.`lb_unit_code`,
    `t145`.`lb_procedure`,
    `t145`.`lb_received_us`,
    `t145`.`lb_received_day`,
    `t145`.`lb_returned_us`,
    `t145`.`lb_returned_day`,
    `t145`.`lb_unread`,
    `t145`.`lr_source`,
    `t145`.`lr_file`,
    `t145`.`lr_sheet`,
    `t145`.`lr_row_number`,
    `t145`.`lr_code`,
    `t145`.`rg_source`,
    `t145`.`rg_file`,
    `t145`.`rg_sheet`,
    `t145`.`rg_row_number`,
    `t145`.`rg_code`,
    `t145`.`rg_unit`,
    `t145`.`rg_unit_code`,
    `t145`.`rg_procedure`,
    `t145`.`rg_signed_us`,
    `t145`.`rg_signed_day`,
    `t145`.`rg_number`,
    `t145`.`rg_symbol`,
    `t145`.`rg_unread`,
    `t145`.`id_source`,
    `t145`.`id_verdict`,
    `t145`.`id_checked_us`,
    CASE
      WHEN `t145`.`code` RLIKE '^(?:([0-9A-Z]{3}\\.[0-9A-Z]{2}\\.[0-9A-Z]{2}\\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))\\z'
      AND COALESCE(
        TRUE
        AND (
          CONCAT(
            '20',
            REGEXP_EXTRACT(
              `t145`.`code`,
              '^(?:([0-9A-Z]{3}\\.[0-9A-Z]{2}\\.[0-9A-Z]{2}\\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))\\z',
              2
            )
          ) >= '20190106'
        ),
        TRUE
      )
      THEN CONCAT(
        '-',
        COALESCE(
          CONCAT(
            '20',
            REGEXP_EXTRACT(
              `t145`.`code`,
              '^(?:([0-9A-Z]{3}\\.[0-9A-Z]{2}\\.[0-9A-Z]{2}\\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))\\z',
              2
            )
          ),
          ''
        )
      )
      WHEN `t145`.`code` RLIKE '^(?:([A-Y][0-9]{2}(?:\\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))\\z'
      AND COALESCE(
        TRUE
        AND (
          CONCAT(
            '20',
            REGEXP_EXTRACT(
              `t145`.`code`,
              '^(?:([A-Y][0-9]{2}(?:\\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))\\z',
              2
            )
          ) >= '20200915'
        ),
        TRUE
      )
      THEN CONCAT(
        '-',
        COALESCE(
          CONCAT(
            '20',
            REGEXP_EXTRACT(
              `t145`.`code`,
              '^(?:([A-Y][0-9]{2}(?:\\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))\\z',
              2
            )
          ),
          ''
        )
      )
      WHEN `t145`.`code` RLIKE '^(?:(.+)-([0-9]{6})-([0-9]{6,7}))\\z' AND TRUE
      THEN CONCAT(
        '-',
        COALESCE(
          CONCAT('20', REGEXP_EXTRACT(`t145`.`code`, '^(?:(.+)-([0-9]{6})-([0-9]{6,7}))\\z', 2)),
          ''
        )
      )
      WHEN `t145`.`code` RLIKE '^(?:([A-Y][0-9]{2}(?:\\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))\\z'
      AND COALESCE(
        TRUE
        AND (
          REGEXP_EXTRACT(
            `t145`.`code`,
            '^(?:([A-Y][0-9]{2}(?:\\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))\\z',
            2
          ) >= '20260601'
        ),
        TRUE
      )
      THEN CONCAT(
        IF(
          LENGTH(
            REGEXP_EXTRACT(
              `t145`.`code`,
              '^(?:([A-Y][0-9]{2}(?:\\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))\\z',
              3
            )
          ) = 5,
          'M',
          '-'
        ),
        COALESCE(
          REGEXP_EXTRACT(
            `t145`.`code`,
            '^(?:([A-Y][0-9]{2}(?:\\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))\\z',
            2
          ),
          ''
        )
      )
      WHEN `t145`.`code` RLIKE '^(?:(.+)-([0-9]{6})-([0-9]{5}))\\z' AND TRUE
      THEN CONCAT(
        IF(
          LENGTH(REGEXP_EXTRACT(`t145`.`code`, '^(?:(.+)-([0-9]{6})-([0-9]{5}))\\z', 3)) = 5,
          'M',
          '-'
        ),
        COALESCE(
          CONCAT('20', REGEXP_EXTRACT(`t145`.`code`, '^(?:(.+)-([0-9]{6})-([0-9]{5}))\\z', 2)),
          ''
        )
      )
      WHEN `t145`.`code` RLIKE '^(?:((?:[0-9A-Z]{2}\\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))\\z'
      AND COALESCE(
        TRUE
        AND (
          CONCAT(
            '20',
            REGEXP_EXTRACT(
              `t145`.`code`,
              '^(?:((?:[0-9A-Z]{2}\\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))\\z',
              2
            )
          ) >= '20190106'
        ),
        TRUE
      )
      THEN CONCAT(
        '-',
        COALESCE(
          CONCAT(
            '20',
            REGEXP_EXTRACT(
              `t145`.`code`,
              '^(?:((?:[0-9A-Z]{2}\\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))\\z',
              2
            )
          ),
          ''
        )
      )
      WHEN `t145`.`code` RLIKE '^(?:([0-9A-Z]{3}\\.[0-9A-Z]{2}\\.[0-9A-Z]{2}\\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))\\z'
      THEN CONCAT(
        '-',
        COALESCE(
          CONCAT(
            '20',
            REGEXP_EXTRACT(
              `t145`.`code`,
              '^(?:([0-9A-Z]{3}\\.[0-9A-Z]{2}\\.[0-9A-Z]{2}\\.[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))\\z',
              2
            )
          ),
          ''
        )
      )
      WHEN `t145`.`code` RLIKE '^(?:([A-Y][0-9]{2}(?:\\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))\\z'
      THEN CONCAT(
        '-',
        COALESCE(
          CONCAT(
            '20',
            REGEXP_EXTRACT(
              `t145`.`code`,
              '^(?:([A-Y][0-9]{2}(?:\\.[0-9A-Z]{2,3}){0,6})-([0-9]{6})-([0-9]{4}))\\z',
              2
            )
          ),
          ''
        )
      )
      WHEN `t145`.`code` RLIKE '^(?:([A-Y][0-9]{2}(?:\\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))\\z'
      THEN CONCAT(
        IF(
          LENGTH(
            REGEXP_EXTRACT(
              `t145`.`code`,
              '^(?:([A-Y][0-9]{2}(?:\\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))\\z',
              3
            )
          ) = 5,
          'M',
          '-'
        ),
        COALESCE(
          REGEXP_EXTRACT(
            `t145`.`code`,
            '^(?:([A-Y][0-9]{2}(?:\\.[0-9A-Z]{1,3})*)-([0-9]{8})-([0-9]{4,7}))\\z',
            2
          ),
          ''
        )
      )
      WHEN `t145`.`code` RLIKE '^(?:((?:[0-9A-Z]{2}\\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))\\z'
      THEN CONCAT(
        '-',
        COALESCE(
          CONCAT(
            '20',
            REGEXP_EXTRACT(
              `t145`.`code`,
              '^(?:((?:[0-9A-Z]{2}\\.){1,2}[A-Z][0-9]{2})-([0-9]{6})-([0-9]{4}))\\z',
              2
            )
          ),
          ''
        )
      )
      ELSE NULL
    END AS `code_said`
  FROM (
    SELECT
      *
    FROM (
      SELECT
        `t94`.`case_code` AS `subject`,
        `t94`.`case_code` AS `code`,
        `t75`.`os_source`,
        `t75`.`os_native_id`,
        `t75`.`os_status`,
        `t75`.`os_status_raw`,
        `t75`.`os_submitted_us`,
        `t75`.`os_submitted_day`,
        `t75`.`os_received_us`,
        `t75`.`os_received_day`,
        `t75`.`os_due_us`,
        `t75`.`os_due_day`,
        `t75`.`os_finished_us`,
        `t75`.`os_finished_day`,
        `t75`.`os_returned_us`,
        `t75`.`os_returned_day`,
        `t75`.`os_entered_us`,
        `t75`.`os_entered_day`,
        `t75`.`os_changed_us`,
        `t75`.`os_no_due`,
        `t75`.`os_unit`,
        `t75`.`os_unit_code`,
        `t75`.`os_procedure`,
        `t75`.`os_channel`,
        `t75`.`os_applicant_key`,
        `t75`.`os_path`,
        `t75`.`os_supplement_us`,
        `t75`.`os_supplement_before_us`,
        `t75`.`os_supplement_after_us`,
        `t75`.`os_refused_us`,
        `t75`.`os_withdrawn_us`,
        `t75`.`os_stopped_us`,
        `t75`.`os_closed_entered_us`,
        `t75`.`os_actor_default`,
        `t75`.`os_unread`,
        `t75`.`os_first_seen_us`,
        `t75`.`os_native_count`,
        `t75`.`os_natives_differ`,
        IF(
          `t85`.`os_received_first_us` IS NOT NULL,
          `t85`.`os_received_first_us`,
          `t75`.`os_received_us`
        ) AS `os_received_first_us`,
        IF(
          `t85`.`os_received_first_us` IS NOT NULL,
          `t85`.`os_received_first_day`,
          `t75`.`os_received_day`
        ) AS `os_received_first_day`,
        IF(`t85`.`os_due_first_us` IS NOT NULL, `t85`.`os_due_first_us`, `t75`.`os_due_us`) AS `os_due_first_us`,
        IF(`t85`.`os_due_first_us` IS NOT NULL, `t85`.`os_due_first_day`, `t75`.`os_due_day`) AS `os_due_first_day`,
        IF(`t75`.`os_native_id` IS NOT NULL, COALESCE(`t85`.`os_due_moves`, 0), NULL) AS `os_due_moves`,
        `t85`.`os_due_before_us`,
        `t85`.`os_due_before_day`,
        `t85`.`os_due_moved_us`,
        `t85`.`os_due_passed_us`,
        `t85`.`os_due_passed_day`,
        `t85`.`os_due_migrated_us`,
        `t85`.`os_received_moved_us`,
        `t85`.`os_finished_before_us`,
        `t85`.`os_finished_before_day`,
        COALESCE(`t55`.`os_recoded`, FALSE) AS `os_recoded`,
        COALESCE(`t78`.`has_alias`, FALSE) AS `has_alias`,
        COALESCE(`t123`.`po_presence`, 'unknown') AS `po_presence`,
        `t123`.`po_code`,
        `t123`.`po_source`,
        `t123`.`po_status`,
        `t123`.`po_status_raw`,
        `t123`.`po_submitted_us`,
        `t123`.`po_submitted_day`,
        `t123`.`po_received_us`,
        `t123`.`po_received_day`,
        `t123`.`po_due_us`,
        `t123`.`po_due_day`,
        `t123`.`po_finished_us`,
        `t123`.`po_finished_day`,
        `t123`.`po_returned_us`,
        `t123`.`po_returned_day`,
        `t123`.`po_unit`,
        `t123`.`po_procedure`,
        `t123`.`po_unread`,
        `t123`.`po_checked_us`,
        `t123`.`po_first_seen_us`,
        `t123`.`po_first_absent_us`,
        `t143`.`ps_source`,
        `t143`.`ps_item`,
        `t143`.`ps_handed_us`,
        `t143`.`ps_handed_day`,
        `t143`.`ps_delivered_us`,
        `t143`.`ps_delivered_day`,
        `t143`.`ps_unread`,
        `t139`.`lb_source`,
        `t139`.`lb_file`,
        `t139`.`lb_sheet`,
        `t139`.`lb_row_number`,
        `t139`.`lb_code`,
        `t139`.`lb_unit`,
        `t139`.`lb_unit_code`,
        `t139`.`lb_procedure`,
        `t139`.`lb_received_us`,
        `t139`.`lb_received_day`,
        `t128`.`lb_returned_us`,
        `t128`.`lb_returned_day`,
        `t139`.`lb_unread`,
        `t128`.`lr_source`,
        `t128`.`lr_file`,
        `t128`.`lr_sheet`,
        `t128`.`lr_row_number`,
        `t128`.`lr_code`,
        `t140`.`rg_source`,
        `t140`.`rg_file`,
        `t140`.`rg_sheet`,
        `t140`.`rg_row_number`,
        `t140`.`rg_code`,
        `t140`.`rg_unit`,
        `t140`.`rg_unit_code`,
        `t140`.`rg_procedure`,
        `t140`.`rg_signed_us`,
        `t140`.`rg_signed_day`,
        `t140`.`rg_number`,
        `t140`.`rg_symbol`,
        `t140`.`rg_unread`,
        `t113`.`id_source`,
        `t113`.`id_verdict`,
        `t113`.`id_checked_us`
      FROM (
        SELECT DISTINCT
          `t90`.`case_code`
        FROM `t89` AS `t90`
      ) AS `t94`
      LEFT OUTER JOIN (
        SELECT
          `t67`.`code` AS `os_code`,
          `t67`.`native_count` AS `os_native_count`,
          `t67`.`natives_differ` AS `os_natives_differ`,
          `t67`.`source` AS `os_source`,
          `t67`.`native_id` AS `os_native_id`,
          `t67`.`status` AS `os_status`,
          `t67`.`status_raw` AS `os_status_raw`,
          `t67`.`submitted_us` AS `os_submitted_us`,
          `t67`.`submitted_day` AS `os_submitted_day`,
          `t67`.`received_us` AS `os_received_us`,
          `t67`.`received_day` AS `os_received_day`,
          `t67`.`due_us` AS `os_due_us`,
          `t67`.`due_day` AS `os_due_day`,
          `t67`.`finished_us` AS `os_finished_us`,
          `t67`.`finished_day` AS `os_finished_day`,
          `t67`.`returned_us` AS `os_returned_us`,
          `t67`.`returned_day` AS `os_returned_day`,
          `t67`.`entered_us` AS `os_entered_us`,
          `t67`.`entered_day` AS `os_entered_day`,
          `t67`.`changed_us` AS `os_changed_us`,
          `t67`.`no_due` AS `os_no_due`,
          `t67`.`unit` AS `os_unit`,
          `t67`.`unit_code` AS `os_unit_code`,
          `t67`.`procedure` AS `os_procedure`,
          `t67`.`channel` AS `os_channel`,
          `t67`.`applicant_key` AS `os_applicant_key`,
          `t67`.`path` AS `os_path`,
          `t67`.`supplement_us` AS `os_supplement_us`,
          `t67`.`supplement_before_us` AS `os_supplement_before_us`,
          `t67`.`supplement_after_us` AS `os_supplement_after_us`,
          `t67`.`refused_us` AS `os_refused_us`,
          `t67`.`withdrawn_us` AS `os_withdrawn_us`,
          `t67`.`stopped_us` AS `os_stopped_us`,
          `t67`.`closed_entered_us` AS `os_closed_entered_us`,
          `t67`.`actor_default` AS `os_actor_default`,
          `t67`.`unread` AS `os_unread`,
          `t67`.`first_seen_us` AS `os_first_seen_us`
        FROM `t64` AS `t67`
        WHERE
          `t67`.`rank` = 0
      ) AS `t75`
        ON `t94`.`case_code` = `t75`.`os_code`
      LEFT OUTER JOIN (
        SELECT
          `t79`.`source` AS `of_source`,
          `t79`.`native_id` AS `of_native_id`,
          MIN_BY(IF(`t79`.`received`, `t79`.`old_us`, NULL), IF(`t79`.`received`, `t79`.`id`, NULL)) AS `os_received_first_us`,
          MIN_BY(
            IF(`t79`.`received`, `t79`.`old_day`, NULL),
            IF(`t79`.`received`, `t79`.`id`, NULL)
          ) AS `os_received_first_day`,
          MIN_BY(IF(`t79`.`due`, `t79`.`old_us`, NULL), IF(`t79`.`due`, `t79`.`id`, NULL)) AS `os_due_first_us`,
          MIN_BY(IF(`t79`.`due`, `t79`.`old_day`, NULL), IF(`t79`.`due`, `t79`.`id`, NULL)) AS `os_due_first_day`,
          SUM(CAST(`t79`.`moved` AS BIGINT)) AS `os_due_moves`,
          MAX_BY(IF(`t79`.`moved`, `t79`.`old_us`, NULL), IF(`t79`.`moved`, `t79`.`id`, NULL)) AS `os_due_before_us`,
          MAX_BY(IF(`t79`.`moved`, `t79`.`old_day`, NULL), IF(`t79`.`moved`, `t79`.`id`, NULL)) AS `os_due_before_day`,
          MAX_BY(IF(`t79`.`moved`, `t79`.`at_us`, NULL), IF(`t79`.`moved`, `t79`.`id`, NULL)) AS `os_due_moved_us`,
          MIN(IF(`t79`.`passed`, `t79`.`old_us`, NULL)) AS `os_due_passed_us`,
          MIN_BY(
            IF(`t79`.`passed`, `t79`.`old_day`, NULL),
            IF(`t79`.`passed`, `t79`.`old_us`, NULL)
          ) AS `os_due_passed_day`,
          MAX_BY(
            IF(`t79`.`moved_by_migration`, `t79`.`at_us`, NULL),
            IF(`t79`.`moved_by_migration`, `t79`.`id`, NULL)
          ) AS `os_due_migrated_us`,
          MAX_BY(
            IF(`t79`.`received_moved`, `t79`.`at_us`, NULL),
            IF(`t79`.`received_moved`, `t79`.`id`, NULL)
          ) AS `os_received_moved_us`,
          MAX_BY(IF(`t79`.`set_back`, `t79`.`old_us`, NULL), IF(`t79`.`set_back`, `t79`.`id`, NULL)) AS `os_finished_before_us`,
          MAX_BY(
            IF(`t79`.`set_back`, `t79`.`old_day`, NULL),
            IF(`t79`.`set_back`, `t79`.`id`, NULL)
          ) AS `os_finished_before_day`
        FROM (
          SELECT
            `t61`.`id`,
            `t61`.`source`,
            `t61`.`native_id`,
            `t61`.`entry_id`,
            `t61`.`field`,
            `t61`.`old`,
            `t61`.`old_us`,
            `t61`.`old_day`,
            `t61`.`new_us`,
            `t61`.`at_us`,
            `t61`.`new_day`,
            `t61`.`due_us`,
            `t61`.`due_day`,
            `t61`.`field` = 'due' AS `due`,
            `t61`.`field` = 'received' AS `received`,
            (
              `t61`.`field` = 'due'
            )
            AND (
              CAST(FLOOR((
                `t61`.`new_us` + 25200000000
              ) / (
                86400000000
              )) AS BIGINT) > CAST(FLOOR((
                `t61`.`old_us` + 25200000000
              ) / (
                86400000000
              )) AS BIGINT)
            )
            AND NOT (
              FALSE OR `t61`.`at_us` BETWEEN 1791180000000000 AND 1791253800000000
            ) AS `moved`,
            (
              `t61`.`field` = 'due'
            )
            AND (
              CAST(FLOOR((
                `t61`.`new_us` + 25200000000
              ) / (
                86400000000
              )) AS BIGINT) > CAST(FLOOR((
                `t61`.`old_us` + 25200000000
              ) / (
                86400000000
              )) AS BIGINT)
            )
            AND NOT (
              FALSE OR `t61`.`at_us` BETWEEN 1791180000000000 AND 1791253800000000
            )
            AND (
              CAST(FLOOR((
                `t61`.`old_us` + 25200000000
              ) / (
                86400000000
              )) AS BIGINT) < CAST(FLOOR((
                `t61`.`at_us` + 25200000000
              ) / (
                86400000000
              )) AS BIGINT)
            ) AS `passed`,
            (
              `t61`.`field` = 'due'
            )
            AND (
              CAST(FLOOR((
                `t61`.`new_us` + 25200000000
              ) / (
                86400000000
              )) AS BIGINT) > CAST(FLOOR((
                `t61`.`old_us` + 25200000000
              ) / (
                86400000000
              )) AS BIGINT)
            )
            AND (
              FALSE OR `t61`.`at_us` BETWEEN 1791180000000000 AND 1791253800000000
            ) AS `moved_by_migration`,
            (
              `t61`.`field` = 'received'
            )
            AND (
              CAST(FLOOR((
                `t61`.`new_us` + 25200000000
              ) / (
                86400000000
              )) AS BIGINT) > CAST(FLOOR((
                `t61`.`old_us` + 25200000000
              ) / (
                86400000000
              )) AS BIGINT)
            )
            AND NOT (
              FALSE OR `t61`.`at_us` BETWEEN 1791180000000000 AND 1791253800000000
            ) AS `received_moved`,
            (
              `t61`.`field` = 'finished'
            )
            AND IF(
              COALESCE(`t61`.`old_day`, FALSE) OR COALESCE(`t61`.`due_day`, FALSE),
              CAST(FLOOR((
                `t61`.`old_us` + 25200000000
              ) / (
                86400000000
              )) AS BIGINT) > CAST(FLOOR((
                `t61`.`due_us` + 25200000000
              ) / (
                86400000000
              )) AS BIGINT),
              `t61`.`old_us` > `t61`.`due_us`
            )
            AND NOT (
              IF(
                COALESCE(`t61`.`new_day`, FALSE) OR COALESCE(`t61`.`due_day`, FALSE),
                CAST(FLOOR((
                  `t61`.`new_us` + 25200000000
                ) / (
                  86400000000
                )) AS BIGINT) > CAST(FLOOR((
                  `t61`.`due_us` + 25200000000
                ) / (
                  86400000000
                )) AS BIGINT),
                `t61`.`new_us` > `t61`.`due_us`
              )
            )
            AND NOT (
              FALSE OR `t61`.`at_us` BETWEEN 1791180000000000 AND 1791253800000000
            ) AS `set_back`
          FROM (
            SELECT
              `t43`.`id`,
              `t43`.`source`,
              `t43`.`native_id`,
              `t43`.`entry_id`,
              `t43`.`field`,
              `t43`.`old`,
              `t43`.`old_us`,
              `t43`.`old_day`,
              `t43`.`new_us`,
              `t43`.`at_us`,
              `t43`.`new_day`,
              `t48`.`due_us`,
              `t48`.`due_day`
            FROM (
              SELECT
                *
              FROM `record_change` AS `t1`
              WHERE
                `t1`.`entry_id` IS NULL AND `t1`.`old_us` IS NOT NULL
            ) AS `t43`
            INNER JOIN (
              SELECT
                `t3`.`source`,
                `t3`.`native_id`,
                `t3`.`due_us`,
                `t3`.`due_day`
              FROM `source_record` AS `t3`
              WHERE
                `t3`.`role` = 'one_stop'
            ) AS `t48`
              ON `t43`.`source` = `t48`.`source` AND `t43`.`native_id` = `t48`.`native_id`
          ) AS `t61`
        ) AS `t79`
        GROUP BY
          1,
          2
      ) AS `t85`
        ON `t75`.`os_source` = `t85`.`of_source`
        AND `t75`.`os_native_id` = `t85`.`of_native_id`
      LEFT OUTER JOIN (
        SELECT
          `t111`.`case_code` AS `portal_of_case`,
          CASE
            WHEN `t111`.`any_there`
            THEN 'present'
            WHEN `t111`.`all_gone`
            THEN 'absent'
            ELSE 'unknown'
          END AS `po_presence`,
          `t111`.`key` AS `po_code`,
          `t111`.`source` AS `po_source`,
          `t111`.`status` AS `po_status`,
          `t111`.`status_raw` AS `po_status_raw`,
          `t111`.`submitted_us` AS `po_submitted_us`,
          `t111`.`submitted_day` AS `po_submitted_day`,
          `t111`.`received_us` AS `po_received_us`,
          `t111`.`received_day` AS `po_received_day`,
          `t111`.`due_us` AS `po_due_us`,
          `t111`.`due_day` AS `po_due_day`,
          `t111`.`finished_us` AS `po_finished_us`,
          `t111`.`finished_day` AS `po_finished_day`,
          `t111`.`returned_us` AS `po_returned_us`,
          `t111`.`returned_day` AS `po_returned_day`,
          `t111`.`unit` AS `po_unit`,
          `t111`.`procedure` AS `po_procedure`,
          `t111`.`unread` AS `po_unread`,
          `t111`.`checked_us` AS `po_checked_us`,
          `t111`.`first_seen_us` AS `po_first_seen_us`,
          `t111`.`first_absent_us` AS `po_first_absent_us`
        FROM (
          SELECT
            `t95`.`case_code`,
            `t95`.`key`,
            `t95`.`source`,
            `t95`.`code`,
            `t95`.`presence`,
            `t95`.`status`,
            `t95`.`status_raw`,
            `t95`.`submitted_us`,
            `t95`.`submitted_day`,
            `t95`.`received_us`,
            `t95`.`received_day`,
            `t95`.`due_us`,
            `t95`.`due_day`,
            `t95`.`finished_us`,
            `t95`.`finished_day`,
            `t95`.`returned_us`,
            `t95`.`returned_day`,
            `t95`.`unit`,
            `t95`.`procedure`,
            `t95`.`unread`,
            `t95`.`checked_us`,
            `t95`.`first_seen_us`,
            `t95`.`first_absent_us`,
            ROW_NUMBER() OVER (
              PARTITION BY `t95`.`case_code`
              ORDER BY COALESCE(`t95`.`presence` = 'present', FALSE) DESC, `t95`.`key` = `t95`.`case_code` DESC, COALESCE(`t95`.`checked_us`, -1) DESC, `t95`.`key` DESC, `t95`.`source` ASC NULLS LAST
            ) - 1 AS `rank`,
            MAX(CAST(COALESCE(`t95`.`presence` = 'present', FALSE) AS INT)) OVER (
              PARTITION BY `t95`.`case_code`
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) = 1 AS `any_there`,
            MIN(CAST(COALESCE(`t95`.`presence` = 'absent', FALSE) AS INT)) OVER (
              PARTITION BY `t95`.`case_code`
              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) = 1 AS `all_gone`
          FROM (
            SELECT
              `t91`.`case_code`,
              `t91`.`key`,
              `t11`.`source`,
              `t11`.`code`,
              `t11`.`presence`,
              `t11`.`status`,
              `t11`.`status_raw`,
              `t11`.`submitted_us`,
              `t11`.`submitted_day`,
              `t11`.`received_us`,
              `t11`.`received_day`,
              `t11`.`due_us`,
              `t11`.`due_day`,
              `t11`.`finished_us`,
              `t11`.`finished_day`,
              `t11`.`returned_us`,
              `t11`.`returned_day`,
              `t11`.`unit`,
              `t11`.`procedure`,
              `t11`.`unread`,
              `t11`.`checked_us`,
              `t11`.`first_seen_us`,
              `t11`.`first_absent_us`
            FROM `t89` AS `t91`
            LEFT OUTER JOIN `presence` AS `t11`
              ON `t91`.`key` = `t11`.`code`
          ) AS `t95`
        ) AS `t111`
        WHERE
          `t111`.`rank` = 0
      ) AS `t123`
        ON `t94`.`case_code` = `t123`.`portal_of_case`
      LEFT OUTER JOIN (
        SELECT
          `t69`.`of_case` AS `alias_of_case`,
          `t69`.`has_alias`
        FROM (
          SELECT DISTINCT
            `t68`.`of_case`,
            TRUE AS `has_alias`
          FROM `t65` AS `t68`
        ) AS `t69`
      ) AS `t78`
        ON `t94`.`case_code` = `t78`.`alias_of_case`
      LEFT OUTER JOIN (
        SELECT
          `t141`.`of_case` AS `post_of_case`,
          `t141`.`ps_source`,
          `t141`.`ps_item`,
          `t141`.`ps_unread`,
          `t141`.`ps_handed_us`,
          `t141`.`ps_handed_day`,
          `t141`.`ps_delivered_us`,
          `t141`.`ps_delivered_day`
        FROM (
          SELECT
            `t138`.`of_case`,
            `t138`.`ps_source`,
            `t138`.`ps_item`,
            `t109`.`ps_unread`,
            CAST(FLOOR((
              `t138`.`handed`
            ) / (
              2
            )) AS BIGINT) AS `ps_handed_us`,
            (
              `t138`.`handed` % 2
            ) = 0 AS `ps_handed_day`,
            CAST(FLOOR((
              `t138`.`delivered`
            ) / (
              2
            )) AS BIGINT) AS `ps_delivered_us`,
            (
              `t138`.`delivered` % 2
            ) = 0 AS `ps_delivered_day`
          FROM (
            SELECT
              `t130`.`case_code` AS `of_case`,
              MIN(`t130`.`source`) AS `ps_source`,
              MAX(`t130`.`item`) AS `ps_item`,
              MIN(`t130`.`first`) AS `handed`,
              MIN(`t130`.`delivered`) AS `delivered`
            FROM (
              SELECT
                *
              FROM (
                SELECT
                  `t110`.`case_code`,
                  `t110`.`native_id`,
                  `t110`.`waybill`,
                  `t110`.`source`,
                  `t110`.`item`,
                  `t110`.`first`,
                  `t110`.`delivered`,
                  `t76`.`os_code`,
                  `t76`.`os_received_us`,
                  `t76`.`os_received_day`
                FROM (
                  SELECT
                    `t99`.`case_code`,
                    `t99`.`native_id`,
                    `t99`.`waybill`,
                    MIN(`t99`.`source`) AS `source`,
                    MIN(`t99`.`item`) AS `item`,
                    MIN(`t99`.`at`) AS `first`,
                    MIN(IF(`t99`.`kind` = 'delivered', `t99`.`at`, NULL)) AS `delivered`
                  FROM (
                    SELECT
                      `t58`.`source`,
                      `t58`.`native_id`,
                      `t58`.`code`,
                      `t58`.`kind`,
                      `t58`.`item`,
                      `t58`.`event_us`,
                      `t58`.`event_day`,
                      `t58`.`waybill`,
                      `t58`.`at`,
                      `t92`.`case_code`,
                      `t92`.`key`
                    FROM (
                      SELECT
                        `t10`.`source`,
                        `t10`.`native_id`,
                        `t10`.`code`,
                        `t10`.`kind`,
                        `t10`.`item`,
                        `t10`.`event_us`,
                        `t10`.`event_day`,
                        COALESCE(`t10`.`item`, '') AS `waybill`,
                        (
                          `t10`.`event_us` * 2
                        ) + IF(COALESCE(`t10`.`event_day`, FALSE), 0, 1) AS `at`
                      FROM `status_record` AS `t10`
                      WHERE
                        `t10`.`kind` IN ('handed_to_post', 'delivered', 'postal_event')
                        AND `t10`.`event_us` IS NOT NULL
                    ) AS `t58`
                    INNER JOIN `t89` AS `t92`
                      ON `t58`.`code` = `t92`.`key`
                  ) AS `t99`
                  GROUP BY
                    1,
                    2,
                    3
                ) AS `t110`
                LEFT OUTER JOIN (
                  SELECT
                    `t67`.`code` AS `os_code`,
                    `t67`.`received_us` AS `os_received_us`,
                    `t67`.`received_day` AS `os_received_day`
                  FROM `t64` AS `t67`
                  WHERE
                    `t67`.`rank` = 0
                ) AS `t76`
                  ON `t110`.`case_code` = `t76`.`os_code`
              ) AS `t116`
              WHERE
                NOT (
                  COALESCE(
                    IF(
                      (
                        (
                          `t116`.`first` % 2
                        ) = 0
                      )
                      OR COALESCE(`t116`.`os_received_day`, FALSE),
                      CAST(FLOOR(
                        (
                          CAST(FLOOR((
                            `t116`.`first`
                          ) / (
                            2
                          )) AS BIGINT) + 25200000000
                        ) / (
                          86400000000
                        )
                      ) AS BIGINT) < CAST(FLOOR((
                        `t116`.`os_received_us` + 25200000000
                      ) / (
                        86400000000
                      )) AS BIGINT),
                      CAST(FLOOR((
                        `t116`.`first`
                      ) / (
                        2
                      )) AS BIGINT) < `t116`.`os_received_us`
                    ),
                    FALSE
                  )
                )
            ) AS `t130`
            GROUP BY
              1
          ) AS `t138`
          LEFT OUTER JOIN (
            SELECT
              `t101`.`case_code`,
              ' delivered ' AS `ps_unread`
            FROM (
              SELECT DISTINCT
                *
              FROM (
                SELECT
                  `t91`.`case_code`
                FROM `t89` AS `t91`
                LEFT SEMI JOIN (
                  SELECT
                    *
                  FROM `status_record` AS `t10`
                  WHERE
                    `t10`.`kind` = 'delivered' AND `t10`.`event_us` IS NULL
                ) AS `t50`
                  ON `t91`.`key` = `t50`.`code`
              ) AS `t98`
            ) AS `t101`
          ) AS `t109`
            ON `t138`.`of_case` = `t109`.`case_code`
        ) AS `t141`
      ) AS `t143`
        ON `t94`.`case_code` = `t143`.`post_of_case`
      LEFT OUTER JOIN (
        SELECT
          `t133`.`of_case` AS `reception_of_case`,
          `t133`.`lb_source`,
          `t133`.`lb_file`,
          `t133`.`lb_sheet`,
          `t133`.`lb_row_number`,
          `t133`.`lb_code`,
          `t133`.`lb_unit`,
          `t133`.`lb_unit_code`,
          `t133`.`lb_procedure`,
          `t133`.`lb_received_us`,
          `t133`.`lb_received_day`,
          `t133`.`lb_unread`
        FROM (
          SELECT
            `t131`.`of_case`,
            `t131`.`lb_source`,
            `t131`.`lb_file`,
            `t131`.`lb_sheet`,
            `t131`.`lb_row_number`,
            `t131`.`lb_code`,
            `t131`.`lb_unit`,
            `t131`.`lb_unit_code`,
            `t131`.`lb_procedure`,
            `t131`.`lb_received_us`,
            `t131`.`lb_received_day`,
            `t131`.`lb_unread`
          FROM (
            SELECT
              `t127`.`of_case`,
              `t127`.`lb_source`,
              `t127`.`lb_file`,
              `t127`.`lb_sheet`,
              `t127`.`lb_row_number`,
              `t127`.`lb_code`,
              `t127`.`lb_unit`,
              `t127`.`lb_unit_code`,
              `t127`.`lb_procedure`,
              `t127`.`lb_received_us`,
              `t127`.`lb_received_day`,
              `t117`.`case_code`,
              `t117`.`lb_unread`
            FROM (
              SELECT
                `t120`.`case_code` AS `of_case`,
                `t120`.`source` AS `lb_source`,
                `t120`.`file` AS `lb_file`,
                `t120`.`sheet` AS `lb_sheet`,
                `t120`.`row_number` AS `lb_row_number`,
                `t120`.`code` AS `lb_code`,
                `t120`.`unit` AS `lb_unit`,
                `t120`.`unit_code` AS `lb_unit_code`,
                `t120`.`procedure` AS `lb_procedure`,
                `t120`.`received_us` AS `lb_received_us`,
                `t120`.`received_day` AS `lb_received_day`
              FROM (
                SELECT
                  `t107`.`case_code`,
                  `t107`.`key`,
                  `t107`.`source`,
                  `t107`.`file`,
                  `t107`.`row_key`,
                  `t107`.`kind`,
                  `t107`.`sheet`,
                  `t107`.`row_number`,
                  `t107`.`code`,
                  `t107`.`unit`,
                  `t107`.`unit_code`,
                  `t107`.`procedure`,
                  `t107`.`applicant_key`,
                  `t107`.`received_us`,
                  `t107`.`received_day`,
                  `t107`.`returned_us`,
                  `t107`.`returned_day`,
                  `t107`.`signed_us`,
                  `t107`.`signed_day`,
                  `t107`.`number`,
                  `t107`.`symbol`,
                  `t107`.`unread`,
                  ROW_NUMBER() OVER (
                    PARTITION BY `t107`.`case_code`
                    ORDER BY `t107`.`received_us` IS NULL ASC NULLS LAST, `t107`.`received_us` ASC NULLS LAST, `t107`.`source` ASC NULLS LAST, `t107`.`file` ASC NULLS LAST, `t107`.`row_key` ASC NULLS LAST
                  ) - 1 AS `rank`
                FROM `t102` AS `t107`
              ) AS `t120`
              WHERE
                `t120`.`rank` = 0
            ) AS `t127`
            LEFT OUTER JOIN (
              SELECT
                `t107`.`case_code`,
                IF(
                  SIZE(ARRAY_SORT(COLLECT_LIST(`t107`.`unread`))) = 0,
                  NULL,
                  ARRAY_JOIN(ARRAY_SORT(COLLECT_LIST(`t107`.`unread`)), '')
                ) AS `lb_unread`
              FROM `t102` AS `t107`
              GROUP BY
                1
            ) AS `t117`
              ON `t127`.`of_case` = `t117`.`case_code`
          ) AS `t131`
        ) AS `t133`
      ) AS `t139`
        ON `t94`.`case_code` = `t139`.`reception_of_case`
      LEFT OUTER JOIN (
        SELECT
          `t121`.`case_code` AS `return_of_case`,
          `t121`.`source` AS `lr_source`,
          `t121`.`file` AS `lr_file`,
          `t121`.`sheet` AS `lr_sheet`,
          `t121`.`row_number` AS `lr_row_number`,
          `t121`.`code` AS `lr_code`,
          `t121`.`returned_us` AS `lb_returned_us`,
          `t121`.`returned_day` AS `lb_returned_day`
        FROM (
          SELECT
            `t107`.`case_code`,
            `t107`.`key`,
            `t107`.`source`,
            `t107`.`file`,
            `t107`.`row_key`,
            `t107`.`kind`,
            `t107`.`sheet`,
            `t107`.`row_number`,
            `t107`.`code`,
            `t107`.`unit`,
            `t107`.`unit_code`,
            `t107`.`procedure`,
            `t107`.`applicant_key`,
            `t107`.`received_us`,
            `t107`.`received_day`,
            `t107`.`returned_us`,
            `t107`.`returned_day`,
            `t107`.`signed_us`,
            `t107`.`signed_day`,
            `t107`.`number`,
            `t107`.`symbol`,
            `t107`.`unread`,
            ROW_NUMBER() OVER (
              PARTITION BY `t107`.`case_code`
              ORDER BY `t107`.`returned_us` IS NULL ASC NULLS LAST, `t107`.`returned_us` ASC NULLS LAST, `t107`.`source` ASC NULLS LAST, `t107`.`file` ASC NULLS LAST, `t107`.`row_key` ASC NULLS LAST
            ) - 1 AS `rank`
          FROM `t102` AS `t107`
        ) AS `t121`
        WHERE
          `t121`.`rank` = 0
      ) AS `t128`
        ON `t94`.`case_code` = `t128`.`return_of_case`
      LEFT OUTER JOIN (
        SELECT
          `t134`.`of_case` AS `result_of_case`,
          `t134`.`rg_source`,
          `t134`.`rg_file`,
          `t134`.`rg_sheet`,
          `t134`.`rg_row_number`,
          `t134`.`rg_code`,
          `t134`.`rg_unit`,
          `t134`.`rg_unit_code`,
          `t134`.`rg_procedure`,
          `t134`.`rg_signed_us`,
          `t134`.`rg_signed_day`,
          `t134`.`rg_number`,
          `t134`.`rg_symbol`,
          `t134`.`rg_unread`
        FROM (
          SELECT
            `t132`.`of_case`,
            `t132`.`rg_source`,
            `t132`.`rg_file`,
            `t132`.`rg_sheet`,
            `t132`.`rg_row_number`,
            `t132`.`rg_code`,
            `t132`.`rg_unit`,
            `t132`.`rg_unit_code`,
            `t132`.`rg_procedure`,
            `t132`.`rg_signed_us`,
            `t132`.`rg_signed_day`,
            `t132`.`rg_number`,
            `t132`.`rg_symbol`,
            `t132`.`rg_unread`
          FROM (
            SELECT
              `t129`.`of_case`,
              `t129`.`rg_source`,
              `t129`.`rg_file`,
              `t129`.`rg_sheet`,
              `t129`.`rg_row_number`,
              `t129`.`rg_code`,
              `t129`.`rg_unit`,
              `t129`.`rg_unit_code`,
              `t129`.`rg_procedure`,
              `t129`.`rg_signed_us`,
              `t129`.`rg_signed_day`,
              `t129`.`rg_number`,
              `t129`.`rg_symbol`,
              `t118`.`case_code`,
              `t118`.`rg_unread`
            FROM (
              SELECT
                `t122`.`case_code` AS `of_case`,
                `t122`.`source` AS `rg_source`,
                `t122`.`file` AS `rg_file`,
                `t122`.`sheet` AS `rg_sheet`,
                `t122`.`row_number` AS `rg_row_number`,
                `t122`.`code` AS `rg_code`,
                `t122`.`unit` AS `rg_unit`,
                `t122`.`unit_code` AS `rg_unit_code`,
                `t122`.`procedure` AS `rg_procedure`,
                `t122`.`signed_us` AS `rg_signed_us`,
                `t122`.`signed_day` AS `rg_signed_day`,
                `t122`.`number` AS `rg_number`,
                `t122`.`symbol` AS `rg_symbol`
              FROM (
                SELECT
                  `t108`.`case_code`,
                  `t108`.`key`,
                  `t108`.`source`,
                  `t108`.`file`,
                  `t108`.`row_key`,
                  `t108`.`kind`,
                  `t108`.`sheet`,
                  `t108`.`row_number`,
                  `t108`.`code`,
                  `t108`.`unit`,
                  `t108`.`unit_code`,
                  `t108`.`procedure`,
                  `t108`.`applicant_key`,
                  `t108`.`received_us`,
                  `t108`.`received_day`,
                  `t108`.`returned_us`,
                  `t108`.`returned_day`,
                  `t108`.`signed_us`,
                  `t108`.`signed_day`,
                  `t108`.`number`,
                  `t108`.`symbol`,
                  `t108`.`unread`,
                  ROW_NUMBER() OVER (
                    PARTITION BY `t108`.`case_code`
                    ORDER BY `t108`.`signed_us` IS NULL ASC NULLS LAST, `t108`.`signed_us` ASC NULLS LAST, `t108`.`source` ASC NULLS LAST, `t108`.`file` ASC NULLS LAST, `t108`.`row_key` ASC NULLS LAST
                  ) - 1 AS `rank`
                FROM `t103` AS `t108`
              ) AS `t122`
              WHERE
                `t122`.`rank` = 0
            ) AS `t129`
            LEFT OUTER JOIN (
              SELECT
                `t108`.`case_code`,
                IF(
                  SIZE(ARRAY_SORT(COLLECT_LIST(`t108`.`unread`))) = 0,
                  NULL,
                  ARRAY_JOIN(ARRAY_SORT(COLLECT_LIST(`t108`.`unread`)), '')
                ) AS `rg_unread`
              FROM `t103` AS `t108`
              GROUP BY
                1
            ) AS `t118`
              ON `t129`.`of_case` = `t118`.`case_code`
          ) AS `t132`
        ) AS `t134`
      ) AS `t140`
        ON `t94`.`case_code` = `t140`.`result_of_case`
      LEFT OUTER JOIN (
        SELECT
          `t106`.`case_code` AS `identity_of_case`,
          `t106`.`source` AS `id_source`,
          `t106`.`verdict` AS `id_verdict`,
          `t106`.`checked_us` AS `id_checked_us`
        FROM (
          SELECT
            `t96`.`case_code`,
            `t96`.`key`,
            `t96`.`source`,
            `t96`.`code`,
            `t96`.`verdict`,
            `t96`.`checked_us`,
            ROW_NUMBER() OVER (
              PARTITION BY `t96`.`case_code`
              ORDER BY `t96`.`checked_us` DESC, `t96`.`source` ASC NULLS LAST, `t96`.`key` ASC NULLS LAST
            ) - 1 AS `rank`
          FROM (
            SELECT
              `t91`.`case_code`,
              `t91`.`key`,
              `t12`.`source`,
              `t12`.`code`,
              `t12`.`verdict`,
              `t12`.`checked_us`
            FROM `t89` AS `t91`
            INNER JOIN `identity_check` AS `t12`
              ON `t91`.`key` = `t12`.`code`
          ) AS `t96`
        ) AS `t106`
        WHERE
          `t106`.`rank` = 0
      ) AS `t113`
        ON `t94`.`case_code` = `t113`.`identity_of_case`
      LEFT OUTER JOIN (
        SELECT
          `t33`.`of_case` AS `recoded_of_case`,
          `t33`.`os_recoded`
        FROM (
          SELECT DISTINCT
            `t1`.`old` AS `of_case`,
            TRUE AS `os_recoded`
          FROM `record_change` AS `t1`
          WHERE
            `t1`.`field` = 'code'
        ) AS `t33`
      ) AS `t55`
        ON `t94`.`case_code` = `t55`.`recoded_of_case`
    ) AS `t144`
    UNION ALL
    SELECT
      *
    FROM (
      SELECT
        CONCAT('row:', `t83`.`row_key`) AS `subject`,
        CAST(NULL AS STRING) AS `code`,
        CAST(NULL AS STRING) AS `os_source`,
        CAST(NULL AS STRING) AS `os_native_id`,
        CAST(NULL AS SMALLINT) AS `os_status`,
        CAST(NULL AS STRING) AS `os_status_raw`,
        CAST(NULL AS BIGINT) AS `os_submitted_us`,
        CAST(NULL AS BOOLEAN) AS `os_submitted_day`,
        CAST(NULL AS BIGINT) AS `os_received_us`,
        CAST(NULL AS BOOLEAN) AS `os_received_day`,
        CAST(NULL AS BIGINT) AS `os_due_us`,
        CAST(NULL AS BOOLEAN) AS `os_due_day`,
        CAST(NULL AS BIGINT) AS `os_finished_us`,
        CAST(NULL AS BOOLEAN) AS `os_finished_day`,
        CAST(NULL AS BIGINT) AS `os_returned_us`,
        CAST(NULL AS BOOLEAN) AS `os_returned_day`,
        CAST(NULL AS BIGINT) AS `os_entered_us`,
        CAST(NULL AS BOOLEAN) AS `os_entered_day`,
        CAST(NULL AS BIGINT) AS `os_changed_us`,
        CAST(NULL AS BOOLEAN) AS `os_no_due`,
        CAST(NULL AS STRING) AS `os_unit`,
        CAST(NULL AS STRING) AS `os_unit_code`,
        CAST(NULL AS STRING) AS `os_procedure`,
        CAST(NULL AS SMALLINT) AS `os_channel`,
        CAST(NULL AS STRING) AS `os_applicant_key`,
        CAST(NULL AS STRING) AS `os_path`,
        CAST(NULL AS BIGINT) AS `os_supplement_us`,
        CAST(NULL AS BIGINT) AS `os_supplement_before_us`,
        CAST(NULL AS BIGINT) AS `os_supplement_after_us`,
        CAST(NULL AS BIGINT) AS `os_refused_us`,
        CAST(NULL AS BIGINT) AS `os_withdrawn_us`,
        CAST(NULL AS BIGINT) AS `os_stopped_us`,
        CAST(NULL AS BIGINT) AS `os_closed_entered_us`,
        CAST(NULL AS BOOLEAN) AS `os_actor_default`,
        CAST(NULL AS STRING) AS `os_unread`,
        CAST(NULL AS BIGINT) AS `os_first_seen_us`,
        CAST(NULL AS BIGINT) AS `os_native_count`,
        CAST(NULL AS BOOLEAN) AS `os_natives_differ`,
        CAST(NULL AS BIGINT) AS `os_received_first_us`,
        CAST(NULL AS BOOLEAN) AS `os_received_first_day`,
        CAST(NULL AS BIGINT) AS `os_due_first_us`,
        CAST(NULL AS BOOLEAN) AS `os_due_first_day`,
        CAST(NULL AS BIGINT) AS `os_due_moves`,
        CAST(NULL AS BIGINT) AS `os_due_before_us`,
        CAST(NULL AS BOOLEAN) AS `os_due_before_day`,
        CAST(NULL AS BIGINT) AS `os_due_moved_us`,
        CAST(NULL AS BIGINT) AS `os_due_passed_us`,
        CAST(NULL AS BOOLEAN) AS `os_due_passed_day`,
        CAST(NULL AS BIGINT) AS `os_due_migrated_us`,
        CAST(NULL AS BIGINT) AS `os_received_moved_us`,
        CAST(NULL AS BIGINT) AS `os_finished_before_us`,
        CAST(NULL AS BOOLEAN) AS `os_finished_before_day`,
        CAST(NULL AS BOOLEAN) AS `os_recoded`,
        FALSE AS `has_alias`,
        'unknown' AS `po_presence`,
        CAST(NULL AS STRING) AS `po_code`,
        CAST(NULL AS STRING) AS `po_source`,
        CAST(NULL AS SMALLINT) AS `po_status`,
        CAST(NULL AS STRING) AS `po_status_raw`,
        CAST(NULL AS BIGINT) AS `po_submitted_us`,
        CAST(NULL AS BOOLEAN) AS `po_submitted_day`,
        CAST(NULL AS BIGINT) AS `po_received_us`,
        CAST(NULL AS BOOLEAN) AS `po_received_day`,
        CAST(NULL AS BIGINT) AS `po_due_us`,
        CAST(NULL AS BOOLEAN) AS `po_due_day`,
        CAST(NULL AS BIGINT) AS `po_finished_us`,
        CAST(NULL AS BOOLEAN) AS `po_finished_day`,
        CAST(NULL AS BIGINT) AS `po_returned_us`,
        CAST(NULL AS BOOLEAN) AS `po_returned_day`,
        CAST(NULL AS STRING) AS `po_unit`,
        CAST(NULL AS STRING) AS `po_procedure`,
        CAST(NULL AS STRING) AS `po_unread`,
        CAST(NULL AS BIGINT) AS `po_checked_us`,
        CAST(NULL AS BIGINT) AS `po_first_seen_us`,
        CAST(NULL AS BIGINT) AS `po_first_absent_us`,
        CAST(NULL AS STRING) AS `ps_source`,
        CAST(NULL AS STRING) AS `ps_item`,
        CAST(NULL AS BIGINT) AS `ps_handed_us`,
        CAST(NULL AS BOOLEAN) AS `ps_handed_day`,
        CAST(NULL AS BIGINT) AS `ps_delivered_us`,
        CAST(NULL AS BOOLEAN) AS `ps_delivered_day`,
        CAST(NULL AS STRING) AS `ps_unread`,
        IF(`t83`.`kind` = 'logbook', `t83`.`source`, NULL) AS `lb_source`,
        IF(`t83`.`kind` = 'logbook', `t83`.`file`, NULL) AS `lb_file`,
        IF(`t83`.`kind` = 'logbook', `t83`.`sheet`, NULL) AS `lb_sheet`,
        IF(`t83`.`kind` = 'logbook', `t83`.`row_number`, NULL) AS `lb_row_number`,
        IF(`t83`.`kind` = 'logbook', `t83`.`code`, NULL) AS `lb_code`,
        IF(`t83`.`kind` = 'logbook', `t83`.`unit`, NULL) AS `lb_unit`,
        IF(`t83`.`kind` = 'logbook', `t83`.`unit_code`, NULL) AS `lb_unit_code`,
        IF(`t83`.`kind` = 'logbook', `t83`.`procedure`, NULL) AS `lb_procedure`,
        IF(`t83`.`kind` = 'logbook', `t83`.`received_us`, NULL) AS `lb_received_us`,
        IF(`t83`.`kind` = 'logbook', `t83`.`received_day`, NULL) AS `lb_received_day`,
        IF(`t83`.`kind` = 'logbook', `t83`.`returned_us`, NULL) AS `lb_returned_us`,
        IF(`t83`.`kind` = 'logbook', `t83`.`returned_day`, NULL) AS `lb_returned_day`,
        `t83`.`unread` AS `lb_unread`,
        IF(`t83`.`kind` = 'logbook', `t83`.`source`, NULL) AS `lr_source`,
        IF(`t83`.`kind` = 'logbook', `t83`.`file`, NULL) AS `lr_file`,
        IF(`t83`.`kind` = 'logbook', `t83`.`sheet`, NULL) AS `lr_sheet`,
        IF(`t83`.`kind` = 'logbook', `t83`.`row_number`, NULL) AS `lr_row_number`,
        IF(`t83`.`kind` = 'logbook', `t83`.`code`, NULL) AS `lr_code`,
        IF(`t83`.`kind` = 'logbook', NULL, `t83`.`source`) AS `rg_source`,
        IF(`t83`.`kind` = 'logbook', NULL, `t83`.`file`) AS `rg_file`,
        IF(`t83`.`kind` = 'logbook', NULL, `t83`.`sheet`) AS `rg_sheet`,
        IF(`t83`.`kind` = 'logbook', NULL, `t83`.`row_number`) AS `rg_row_number`,
        IF(`t83`.`kind` = 'logbook', NULL, `t83`.`code`) AS `rg_code`,
        IF(`t83`.`kind` = 'logbook', NULL, `t83`.`unit`) AS `rg_unit`,
        IF(`t83`.`kind` = 'logbook', NULL, `t83`.`unit_code`) AS `rg_unit_code`,
        IF(`t83`.`kind` = 'logbook', NULL, `t83`.`procedure`) AS `rg_procedure`,
        IF(`t83`.`kind` = 'logbook', NULL, `t83`.`signed_us`) AS `rg_signed_us`,
        IF(`t83`.`kind` = 'logbook', NULL, `t83`.`signed_day`) AS `rg_signed_day`,
        IF(`t83`.`kind` = 'logbook', NULL, `t83`.`number`) AS `rg_number`,
        IF(`t83`.`kind` = 'logbook', NULL, `t83`.`symbol`) AS `rg_symbol`,
        `t83`.`unread` AS `rg_unread`,
        CAST(NULL AS STRING) AS `id_source`,
        CAST(NULL AS STRING) AS `id_verdict`,
        CAST(NULL AS BIGINT) AS `id_checked_us`
      FROM (
        SELECT
          `t74`.`source`,
          `t74`.`file`,
          `t74`.`row_key`,
          `t74`.`kind`,
          `t74`.`sheet`,
          `t74`.`row_number`,
          `t74`.`code`,
          `t74`.`unit`,
          `t74`.`unit_code`,
          `t74`.`procedure`,
          `t74`.`applicant_key`,
          `t74`.`received_us`,
          `t74`.`received_day`,
          `t74`.`returned_us`,
          `t74`.`returned_day`,
          `t74`.`signed_us`,
          `t74`.`signed_day`,
          `t74`.`number`,
          `t74`.`symbol`,
          `t74`.`unread`,
          ROW_NUMBER() OVER (
            PARTITION BY `t74`.`row_key`
            ORDER BY `t74`.`source` ASC NULLS LAST, `t74`.`file` ASC NULLS LAST
          ) - 1 AS `rank`
        FROM (
          SELECT
            `t60`.`source`,
            `t60`.`file`,
            `t60`.`row_key`,
            `t60`.`kind`,
            `t60`.`sheet`,
            `t60`.`row_number`,
            `t60`.`code`,
            `t60`.`unit`,
            `t60`.`unit_code`,
            `t60`.`procedure`,
            `t60`.`applicant_key`,
            `t60`.`received_us`,
            `t60`.`received_day`,
            `t60`.`returned_us`,
            `t60`.`returned_day`,
            `t60`.`signed_us`,
            `t60`.`signed_day`,
            `t60`.`number`,
            `t60`.`symbol`,
            `t60`.`unread`
          FROM (
            SELECT
              `t2`.`source`,
              `t2`.`file`,
              `t2`.`row_key`,
              `t2`.`kind`,
              `t2`.`sheet`,
              `t2`.`row_number`,
              `t2`.`code`,
              COALESCE(`t2`.`unit`, `t2`.`unit_code`) AS `unit`,
              `t2`.`unit_code`,
              `t2`.`procedure`,
              `t2`.`applicant_key`,
              `t2`.`received_us`,
              `t2`.`received_day`,
              `t2`.`returned_us`,
              `t2`.`returned_day`,
              `t2`.`signed_us`,
              `t2`.`signed_day`,
              `t2`.`number`,
              `t2`.`symbol`,
              `t2`.`unread`
            FROM `paper_row` AS `t2`
            WHERE
              `t2`.`code` IS NULL
              AND (
                (
                  COALESCE(`t2`.`unit`, `t2`.`unit_code`) IS NOT NULL
                )
                OR (
                  `t2`.`procedure` IS NOT NULL
                )
                OR (
                  `t2`.`applicant_key` IS NOT NULL
                )
              )
          ) AS `t60`
          LEFT ANTI JOIN (
            SELECT
              `t60`.`row_key`
            FROM (
              SELECT
                `t2`.`source`,
                `t2`.`file`,
                `t2`.`row_key`,
                `t2`.`kind`,
                `t2`.`sheet`,
                `t2`.`row_number`,
                `t2`.`code`,
                COALESCE(`t2`.`unit`, `t2`.`unit_code`) AS `unit`,
                `t2`.`unit_code`,
                `t2`.`procedure`,
                `t2`.`applicant_key`,
                `t2`.`received_us`,
                `t2`.`received_day`,
                `t2`.`returned_us`,
                `t2`.`returned_day`,
                `t2`.`signed_us`,
                `t2`.`signed_day`,
                `t2`.`number`,
                `t2`.`symbol`,
                `t2`.`unread`
              FROM `paper_row` AS `t2`
              WHERE
                `t2`.`code` IS NULL
                AND (
                  (
                    COALESCE(`t2`.`unit`, `t2`.`unit_code`) IS NOT NULL
                  )
                  OR (
                    `t2`.`procedure` IS NOT NULL
                  )
                  OR (
                    `t2`.`applicant_key` IS NOT NULL
                  )
                )
            ) AS `t60`
            LEFT SEMI JOIN `paper_match` AS `t13`
              ON `t60`.`source` = `t13`.`source`
              AND `t60`.`file` = `t13`.`file`
              AND `t60`.`row_key` = `t13`.`row_key`
          ) AS `t66`
            ON `t60`.`row_key` = `t66`.`row_key`
        ) AS `t74`
      ) AS `t83`
      WHERE
        `t83`.`rank` = 0
    ) AS `t87`
  ) AS `t145`
) AS `t147`
LEFT OUTER JOIN (
  SELECT
    `t0`.`day` AS `os_received_date`,
    `t0`.`ord` AS `os_received_ord`
  FROM `day` AS `t0`
) AS `t25`
  ON CAST(FLOOR((
    `t147`.`os_received_us` + 25200000000
  ) / (
    86400000000
  )) AS BIGINT) = `t25`.`os_received_date`
LEFT OUTER JOIN (
  SELECT
    `t0`.`day` AS `os_entered_date`,
    `t0`.`ord` AS `os_entered_ord`
  FROM `day` AS `t0`
) AS `t26`
  ON CAST(FLOOR((
    `t147`.`os_entered_us` + 25200000000
  ) / (
    86400000000
  )) AS BIGINT) = `t26`.`os_entered_date`
LEFT OUTER JOIN (
  SELECT
    `t0`.`day` AS `os_due_date`,
    `t0`.`ord` AS `os_due_ord`
  FROM `day` AS `t0`
) AS `t27`
  ON CAST(FLOOR((
    `t147`.`os_due_us` + 25200000000
  ) / (
    86400000000
  )) AS BIGINT) = `t27`.`os_due_date`
LEFT OUTER JOIN (
  SELECT
    `t0`.`day` AS `os_supplement_date`,
    `t0`.`ord` AS `os_supplement_ord`
  FROM `day` AS `t0`
) AS `t28`
  ON CAST(FLOOR((
    `t147`.`os_supplement_us` + 25200000000
  ) / (
    86400000000
  )) AS BIGINT) = `t28`.`os_supplement_date`
LEFT OUTER JOIN (
  SELECT
    `t0`.`day` AS `os_supplement_after_date`,
    `t0`.`ord` AS `os_supplement_after_ord`
  FROM `day` AS `t0`
) AS `t29`
  ON CAST(FLOOR((
    `t147`.`os_supplement_after_us` + 25200000000
  ) / (
    86400000000
  )) AS BIGINT) = `t29`.`os_supplement_after_date`
LEFT OUTER JOIN (
  SELECT
    `t0`.`day` AS `os_withdrawn_date`,
    `t0`.`ord` AS `os_withdrawn_ord`
  FROM `day` AS `t0`
) AS `t30`
  ON CAST(FLOOR((
    `t147`.`os_withdrawn_us` + 25200000000
  ) / (
    86400000000
  )) AS BIGINT) = `t30`.`os_withdrawn_date`
LEFT OUTER JOIN (
  SELECT
    `t0`.`day` AS `lb_received_date`,
    `t0`.`ord` AS `lb_received_ord`
  FROM `day` AS `t0`
) AS `t31`
  ON CAST(FLOOR((
    `t147`.`lb_received_us` + 25200000000
  ) / (
    86400000000
  )) AS BIGINT) = `t31`.`lb_received_date`
LEFT OUTER JOIN (
  SELECT
    `t0`.`ymd` AS `code_ymd`,
    `t0`.`ord` AS `code_ord`
  FROM `day` AS `t0`
) AS `t32`
  ON SUBSTRING(
    `t147`.`code_said`,
    IF((
      1 + 1
    ) >= 1, 1 + 1, 1 + 1 + LENGTH(`t147`.`code_said`))
  ) = `t32`.`code_ymd`

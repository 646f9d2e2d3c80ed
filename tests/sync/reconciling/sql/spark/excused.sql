SELECT
  SUM(
    CAST((
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        (
          `t4`.`lb_received_us` IS NOT NULL
        )
        OR NOT (
          FALSE OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' received '), FALSE)
        )
      )
      AND (
        (
          `t4`.`os_entered_ord` - IF(`t4`.`lb_received_us` IS NOT NULL, `t4`.`lb_received_ord`, `t4`.`os_received_ord`)
        ) > `t4`.`number_D1_days`
      ),
      FALSE
    )
    AND (
      FALSE
      OR COALESCE(
        `t4`.`os_entered_us` BETWEEN 1791180000000000 AND 1791392399999999
        AND (
          COALESCE(`t4`.`lb_received_ord`, `t4`.`os_received_ord`) >= (
            9267 - `t4`.`number_D1_days`
          )
        ),
        FALSE
      )
      OR COALESCE(`t4`.`os_entered_us` BETWEEN 1791180000000000 AND 1791253800000000, FALSE)
    ) AS INT)
  ) AS `D1`,
  SUM(
    CAST((
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      IF(
        COALESCE(`t4`.`os_received_day`, FALSE) OR FALSE,
        CAST(FLOOR((
          `t4`.`os_received_us` + 25200000000
        ) / (
          86400000000
        )) AS BIGINT) < CAST(FLOOR((
          `t4`.`os_supplement_before_us` + 25200000000
        ) / (
          86400000000
        )) AS BIGINT),
        `t4`.`os_received_us` < `t4`.`os_supplement_before_us`
      ),
      FALSE
    )
    AND (
      FALSE
      OR COALESCE(
        TRUE
        AND (
          FALSE
          OR COALESCE(`t4`.`os_procedure` IN ('1.000105'), FALSE)
          OR COALESCE(`t4`.`lb_procedure` IN ('1.000105'), FALSE)
          OR COALESCE(`t4`.`rg_procedure` IN ('1.000105'), FALSE)
          OR (
            FALSE
            OR COALESCE(CONTAINS(`t4`.`os_unread`, ' procedure '), FALSE)
            OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' procedure '), FALSE)
            OR COALESCE(CONTAINS(`t4`.`rg_unread`, ' procedure '), FALSE)
          )
        )
        AND (
          FALSE
          OR COALESCE(`t4`.`os_unit` IN ('Sở Mẫu'), FALSE)
          OR COALESCE(`t4`.`os_unit_code` IN ('Sở Mẫu'), FALSE)
          OR COALESCE(`t4`.`lb_unit` IN ('Sở Mẫu'), FALSE)
          OR COALESCE(`t4`.`lb_unit_code` IN ('Sở Mẫu'), FALSE)
          OR COALESCE(`t4`.`rg_unit` IN ('Sở Mẫu'), FALSE)
          OR COALESCE(`t4`.`rg_unit_code` IN ('Sở Mẫu'), FALSE)
          OR (
            FALSE
            OR COALESCE(CONTAINS(`t4`.`os_unread`, ' unit '), FALSE)
            OR COALESCE(CONTAINS(`t4`.`os_unread`, ' unit_code '), FALSE)
            OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' unit '), FALSE)
            OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' unit_code '), FALSE)
            OR COALESCE(CONTAINS(`t4`.`rg_unread`, ' unit '), FALSE)
            OR COALESCE(CONTAINS(`t4`.`rg_unread`, ' unit_code '), FALSE)
          )
        )
        AND COALESCE(
          COALESCE(`t4`.`os_received_us`, `t4`.`lb_received_us`) >= 1790787600000000,
          (
            COALESCE(`t4`.`os_received_us`, `t4`.`lb_received_us`) IS NULL
          )
          AND (
            FALSE
            OR COALESCE(CONTAINS(`t4`.`os_unread`, ' received '), FALSE)
            OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' received '), FALSE)
          )
        )
        AND COALESCE(
          COALESCE(`t4`.`os_received_us`, `t4`.`lb_received_us`) < 1793466000000000,
          (
            COALESCE(`t4`.`os_received_us`, `t4`.`lb_received_us`) IS NULL
          )
          AND (
            FALSE
            OR COALESCE(CONTAINS(`t4`.`os_unread`, ' received '), FALSE)
            OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' received '), FALSE)
          )
        ),
        FALSE
      )
    ) AS INT)
  ) AS `F2`
FROM (
  SELECT
    `t2`.`subject`,
    `t2`.`code`,
    `t2`.`os_source`,
    `t2`.`os_native_id`,
    `t2`.`os_status`,
    `t2`.`os_status_raw`,
    `t2`.`os_submitted_us`,
    `t2`.`os_submitted_day`,
    `t2`.`os_received_us`,
    `t2`.`os_received_day`,
    `t2`.`os_due_us`,
    `t2`.`os_due_day`,
    `t2`.`os_finished_us`,
    `t2`.`os_finished_day`,
    `t2`.`os_returned_us`,
    `t2`.`os_returned_day`,
    `t2`.`os_entered_us`,
    `t2`.`os_entered_day`,
    `t2`.`os_changed_us`,
    `t2`.`os_no_due`,
    `t2`.`os_unit`,
    `t2`.`os_unit_code`,
    `t2`.`os_procedure`,
    `t2`.`os_channel`,
    `t2`.`os_applicant_key`,
    `t2`.`os_path`,
    `t2`.`os_supplement_us`,
    `t2`.`os_supplement_before_us`,
    `t2`.`os_supplement_after_us`,
    `t2`.`os_refused_us`,
    `t2`.`os_withdrawn_us`,
    `t2`.`os_stopped_us`,
    `t2`.`os_closed_entered_us`,
    `t2`.`os_actor_default`,
    `t2`.`os_unread`,
    `t2`.`os_first_seen_us`,
    `t2`.`os_native_count`,
    `t2`.`os_natives_differ`,
    `t2`.`os_received_first_us`,
    `t2`.`os_received_first_day`,
    `t2`.`os_due_first_us`,
    `t2`.`os_due_first_day`,
    `t2`.`os_due_moves`,
    `t2`.`os_due_before_us`,
    `t2`.`os_due_before_day`,
    `t2`.`os_due_moved_us`,
    `t2`.`os_due_passed_us`,
    `t2`.`os_due_passed_day`,
    `t2`.`os_due_migrated_us`,
    `t2`.`os_received_moved_us`,
    `t2`.`os_finished_before_us`,
    `t2`.`os_finished_before_day`,
    `t2`.`os_recoded`,
    `t2`.`has_alias`,
    `t2`.`po_presence`,
    `t2`.`po_code`,
    `t2`.`po_source`,
    `t2`.`po_status`,
    `t2`.`po_status_raw`,
    `t2`.`po_submitted_us`,
    `t2`.`po_submitted_day`,
    `t2`.`po_received_us`,
    `t2`.`po_received_day`,
    `t2`.`po_due_us`,
    `t2`.`po_due_day`,
    `t2`.`po_finished_us`,
    `t2`.`po_finished_day`,
    `t2`.`po_returned_us`,
    `t2`.`po_returned_day`,
    `t2`.`po_unit`,
    `t2`.`po_procedure`,
    `t2`.`po_unread`,
    `t2`.`po_checked_us`,
    `t2`.`po_first_seen_us`,
    `t2`.`po_first_absent_us`,
    `t2`.`ps_source`,
    `t2`.`ps_item`,
    `t2`.`ps_handed_us`,
    `t2`.`ps_handed_day`,
    `t2`.`ps_delivered_us`,
    `t2`.`ps_delivered_day`,
    `t2`.`ps_unread`,
    `t2`.`lb_source`,
    `t2`.`lb_file`,
    `t2`.`lb_sheet`,
    `t2`.`lb_row_number`,
    `t2`.`lb_code`,
    `t2`.`lb_unit`,
    `t2`.`lb_unit_code`,
    `t2`.`lb_procedure`,
    `t2`.`lb_received_us`,
    `t2`.`lb_received_day`,
    `t2`.`lb_returned_us`,
    `t2`.`lb_returned_day`,
    `t2`.`lb_unread`,
    `t2`.`lr_source`,
    `t2`.`lr_file`,
    `t2`.`lr_sheet`,
    `t2`.`lr_row_number`,
    `t2`.`lr_code`,
    `t2`.`rg_source`,
    `t2`.`rg_file`,
    `t2`.`rg_sheet`,
    `t2`.`rg_row_number`,
    `t2`.`rg_code`,
    `t2`.`rg_unit`,
    `t2`.`rg_unit_code`,
    `t2`.`rg_procedure`,
    `t2`.`rg_signed_us`,
    `t2`.`rg_signed_day`,
    `t2`.`rg_number`,
    `t2`.`rg_symbol`,
    `t2`.`rg_unread`,
    `t2`.`id_source`,
    `t2`.`id_verdict`,
    `t2`.`id_checked_us`,
    `t2`.`os_received_ord`,
    `t2`.`os_entered_ord`,
    `t2`.`os_due_ord`,
    `t2`.`os_supplement_ord`,
    `t2`.`os_supplement_after_ord`,
    `t2`.`os_withdrawn_ord`,
    `t2`.`lb_received_ord`,
    `t2`.`code_ord`,
    `t2`.`code_known`,
    `t2`.`code_made_up`,
    `t3`.`working_days_ago_A1_grace`,
    `t3`.`working_days_ago_A2_grace`,
    `t3`.`working_days_ago_A7_grace`,
    `t3`.`working_days_ago_A8_grace`,
    `t3`.`working_days_ago_B1_grace`,
    `t3`.`days_ago_B4_days`,
    `t3`.`working_days_ago_B6_grace`,
    `t3`.`working_days_ago_B10_grace`,
    `t3`.`working_days_ago_B11_grace`,
    `t3`.`tomorrow`,
    `t3`.`number_C12_hours`,
    `t3`.`number_C12_tolerance_minutes`,
    `t3`.`differs_minutes`,
    `t3`.`working_days_ago_C14_grace`,
    `t3`.`number_D1_days`,
    `t3`.`number_D4_minutes`,
    `t3`.`working_days_ago_-2`,
    `t3`.`working_days_ago_0`,
    `t3`.`number_E4_days`,
    `t3`.`days_ago_F1_days`,
    `t3`.`number_F3_days`,
    `t3`.`number_F4_days`,
    `t3`.`number_F8_days`,
    `t3`.`working_days_ago_H1_grace`,
    `t3`.`working_days_ago_H2_days`,
    `t3`.`oldest_0`,
    `t3`.`oldest_1`,
    `t3`.`oldest_2`,
    `t3`.`oldest_3`,
    `t3`.`oldest_4`,
    `t3`.`oldest_5`,
    `t3`.`oldest_6`,
    `t3`.`oldest_7`,
    `t3`.`oldest_8`,
    `t3`.`oldest_9`,
    `t3`.`oldest_10`,
    `t3`.`oldest_11`,
    `t3`.`oldest_12`
  FROM `cases` AS `t2`
  CROSS JOIN `run_values` AS `t3`
) AS `t4`

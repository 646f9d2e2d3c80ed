SELECT
  *
FROM (
  SELECT
    `t4`.`subject`,
    `t4`.`code`,
    `t4`.`os_source`,
    `t4`.`os_native_id`,
    `t4`.`os_status`,
    `t4`.`os_status_raw`,
    `t4`.`os_submitted_us`,
    `t4`.`os_submitted_day`,
    `t4`.`os_received_us`,
    `t4`.`os_received_day`,
    `t4`.`os_due_us`,
    `t4`.`os_due_day`,
    `t4`.`os_finished_us`,
    `t4`.`os_finished_day`,
    `t4`.`os_returned_us`,
    `t4`.`os_returned_day`,
    `t4`.`os_entered_us`,
    `t4`.`os_entered_day`,
    `t4`.`os_changed_us`,
    `t4`.`os_no_due`,
    `t4`.`os_unit`,
    `t4`.`os_unit_code`,
    `t4`.`os_procedure`,
    `t4`.`os_channel`,
    `t4`.`os_applicant_key`,
    `t4`.`os_path`,
    `t4`.`os_supplement_us`,
    `t4`.`os_supplement_before_us`,
    `t4`.`os_supplement_after_us`,
    `t4`.`os_refused_us`,
    `t4`.`os_withdrawn_us`,
    `t4`.`os_stopped_us`,
    `t4`.`os_closed_entered_us`,
    `t4`.`os_actor_default`,
    `t4`.`os_unread`,
    `t4`.`os_first_seen_us`,
    `t4`.`os_native_count`,
    `t4`.`os_natives_differ`,
    `t4`.`os_received_first_us`,
    `t4`.`os_received_first_day`,
    `t4`.`os_due_first_us`,
    `t4`.`os_due_first_day`,
    `t4`.`os_due_moves`,
    `t4`.`os_due_before_us`,
    `t4`.`os_due_before_day`,
    `t4`.`os_due_moved_us`,
    `t4`.`os_due_passed_us`,
    `t4`.`os_due_passed_day`,
    `t4`.`os_due_migrated_us`,
    `t4`.`os_received_moved_us`,
    `t4`.`os_finished_before_us`,
    `t4`.`os_finished_before_day`,
    `t4`.`os_recoded`,
    `t4`.`has_alias`,
    `t4`.`po_presence`,
    `t4`.`po_code`,
    `t4`.`po_source`,
    `t4`.`po_status`,
    `t4`.`po_status_raw`,
    `t4`.`po_submitted_us`,
    `t4`.`po_submitted_day`,
    `t4`.`po_received_us`,
    `t4`.`po_received_day`,
    `t4`.`po_due_us`,
    `t4`.`po_due_day`,
    `t4`.`po_finished_us`,
    `t4`.`po_finished_day`,
    `t4`.`po_returned_us`,
    `t4`.`po_returned_day`,
    `t4`.`po_unit`,
    `t4`.`po_procedure`,
    `t4`.`po_unread`,
    `t4`.`po_checked_us`,
    `t4`.`po_first_seen_us`,
    `t4`.`po_first_absent_us`,
    `t4`.`ps_source`,
    `t4`.`ps_item`,
    `t4`.`ps_handed_us`,
    `t4`.`ps_handed_day`,
    `t4`.`ps_delivered_us`,
    `t4`.`ps_delivered_day`,
    `t4`.`ps_unread`,
    `t4`.`lb_source`,
    `t4`.`lb_file`,
    `t4`.`lb_sheet`,
    `t4`.`lb_row_number`,
    `t4`.`lb_code`,
    `t4`.`lb_unit`,
    `t4`.`lb_unit_code`,
    `t4`.`lb_procedure`,
    `t4`.`lb_received_us`,
    `t4`.`lb_received_day`,
    `t4`.`lb_returned_us`,
    `t4`.`lb_returned_day`,
    `t4`.`lb_unread`,
    `t4`.`lr_source`,
    `t4`.`lr_file`,
    `t4`.`lr_sheet`,
    `t4`.`lr_row_number`,
    `t4`.`lr_code`,
    `t4`.`rg_source`,
    `t4`.`rg_file`,
    `t4`.`rg_sheet`,
    `t4`.`rg_row_number`,
    `t4`.`rg_code`,
    `t4`.`rg_unit`,
    `t4`.`rg_unit_code`,
    `t4`.`rg_procedure`,
    `t4`.`rg_signed_us`,
    `t4`.`rg_signed_day`,
    `t4`.`rg_number`,
    `t4`.`rg_symbol`,
    `t4`.`rg_unread`,
    `t4`.`id_source`,
    `t4`.`id_verdict`,
    `t4`.`id_checked_us`,
    `t4`.`os_received_ord`,
    `t4`.`os_entered_ord`,
    `t4`.`os_due_ord`,
    `t4`.`os_supplement_ord`,
    `t4`.`os_supplement_after_ord`,
    `t4`.`os_withdrawn_ord`,
    `t4`.`lb_received_ord`,
    `t4`.`code_ord`,
    `t4`.`code_known`,
    `t4`.`code_made_up`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_native_id` IS NULL
      )
      AND (
        (
          `t4`.`code` IS NOT NULL
        )
        OR NOT (
          FALSE
          OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' code '), FALSE)
          OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' unit '), FALSE)
          OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' unit_code '), FALSE)
          OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' procedure '), FALSE)
          OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' applicant_key '), FALSE)
        )
      )
      AND NOT (
        COALESCE(`t4`.`os_recoded`, FALSE)
      )
      AND (
        `t4`.`lb_received_us` < `t4`.`working_days_ago_A1_grace`
      ),
      FALSE
    ) AS `fires_A1`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_native_id` IS NULL
      )
      AND (
        (
          `t4`.`code` IS NOT NULL
        )
        OR NOT (
          FALSE
          OR COALESCE(CONTAINS(`t4`.`rg_unread`, ' code '), FALSE)
          OR COALESCE(CONTAINS(`t4`.`rg_unread`, ' unit '), FALSE)
          OR COALESCE(CONTAINS(`t4`.`rg_unread`, ' unit_code '), FALSE)
          OR COALESCE(CONTAINS(`t4`.`rg_unread`, ' procedure '), FALSE)
          OR COALESCE(CONTAINS(`t4`.`rg_unread`, ' applicant_key '), FALSE)
        )
      )
      AND NOT (
        COALESCE(`t4`.`os_recoded`, FALSE)
      )
      AND (
        `t4`.`rg_signed_us` < `t4`.`working_days_ago_A2_grace`
      ),
      FALSE
    ) AS `fires_A2`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_status` IS NOT NULL
      )
      AND (
        `t4`.`os_status` <> 1
      )
      AND (
        `t4`.`os_received_us` IS NOT NULL
      )
      AND (
        (
          `t4`.`os_channel` <> 2
        ) OR NOT (
          `t4`.`has_alias`
        )
      )
      AND NOT (
        FALSE OR COALESCE(CONTAINS(`t4`.`os_unread`, ' aliases '), FALSE)
      )
      AND (
        `t4`.`po_presence` = 'absent'
      )
      AND (
        `t4`.`os_received_us` < `t4`.`working_days_ago_A7_grace`
      ),
      FALSE
    ) AS `fires_A7`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`po_presence` = 'present'
      )
      AND NOT (
        COALESCE(`t4`.`os_recoded`, FALSE)
      )
      AND (
        IF(
          `t4`.`os_native_id` IS NULL,
          IF(
            (
              FALSE
              OR COALESCE(CONTAINS(`t4`.`po_unread`, ' received '), FALSE)
              OR COALESCE(CONTAINS(`t4`.`po_unread`, ' submitted '), FALSE)
            )
            AND (
              `t4`.`po_received_us` IS NULL
            ),
            `t4`.`po_first_seen_us`,
            COALESCE(`t4`.`po_received_us`, `t4`.`po_submitted_us`, `t4`.`po_first_seen_us`)
          ),
          NULL
        ) < `t4`.`working_days_ago_A8_grace`
      ),
      FALSE
    ) AS `fires_A8`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      `t4`.`os_status` IN (2, 4)
      AND (
        LEAST(`t4`.`rg_signed_us`, `t4`.`ps_delivered_us`, `t4`.`lb_returned_us`) < `t4`.`working_days_ago_B1_grace`
      ),
      FALSE
    ) AS `fires_B1`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      IF(
        `t4`.`os_status` = 9,
        `t4`.`os_finished_us` + IF(COALESCE(`t4`.`os_finished_day`, FALSE), 86400000000, 0),
        NULL
      ) < `t4`.`days_ago_B4_days`,
      FALSE
    ) AS `fires_B4`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(`t4`.`po_status` IN (9, 10) AND `t4`.`os_status` IN (2, 4, 5, 6, 8), FALSE) AS `fires_B5`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      `t4`.`os_status` IN (9, 10)
      AND `t4`.`po_status` IN (1, 2, 4, 5, 6, 8)
      AND (
        `t4`.`os_finished_us` < `t4`.`working_days_ago_B6_grace`
      ),
      FALSE
    ) AS `fires_B6`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      `t4`.`os_path` RLIKE '(?:^|>)(?:1>4|1>8|1>9|1>10|2>1|3>1|3>2|3>4|3>5|3>6|3>7|3>8|3>9|3>10|4>1|4>2|5>1|5>9|5>10|6>1|6>2|6>10|7>1|7>2|7>3|7>5|7>6|7>9|8>1|8>2|8>3|8>5|8>6|8>9|9>1|9>2|9>3|9>5|9>7|9>8|10>1|10>2|10>3|10>4|10>5|10>6|10>7|10>8|10>9)(?:>|$)',
      FALSE
    ) AS `fires_B8`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_status` = 1
      )
      AND (
        `t4`.`os_submitted_us` < `t4`.`working_days_ago_B10_grace`
      ),
      FALSE
    ) AS `fires_B10`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_status` <> `t4`.`po_status`
      )
      AND NOT (
        COALESCE(`t4`.`po_status` IN (9, 10) AND `t4`.`os_status` IN (2, 4, 5, 6, 8), FALSE)
        OR COALESCE(
          `t4`.`os_status` IN (9, 10)
          AND `t4`.`po_status` IN (1, 2, 4, 5, 6, 8)
          AND (
            `t4`.`os_finished_us` < `t4`.`working_days_ago_B6_grace`
          ),
          FALSE
        )
      )
      AND (
        `t4`.`os_changed_us` < `t4`.`working_days_ago_B11_grace`
      ),
      FALSE
    ) AS `fires_B11`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_received_us` IS NULL
      )
      AND NOT (
        FALSE OR COALESCE(CONTAINS(`t4`.`os_unread`, ' received '), FALSE)
      )
      AND (
        (
          `t4`.`os_status` IS NOT NULL
        ) AND NOT (
          `t4`.`os_status` IN (1, 3, 5)
        )
      ),
      FALSE
    ) AS `fires_C1`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      `t4`.`os_status` IN (9, 10)
      AND (
        (
          `t4`.`os_finished_us` IS NULL
        )
        AND NOT (
          FALSE OR COALESCE(CONTAINS(`t4`.`os_unread`, ' finished '), FALSE)
        )
      ),
      FALSE
    ) AS `fires_C2`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(`t4`.`os_received_us` >= `t4`.`tomorrow`, FALSE) AS `fires_C3`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(`t4`.`os_finished_us` >= `t4`.`tomorrow`, FALSE) AS `fires_C4`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      IF(
        COALESCE(`t4`.`os_finished_day`, FALSE)
        OR COALESCE(`t4`.`os_received_day`, FALSE),
        CAST(FLOOR((
          `t4`.`os_finished_us` + 25200000000
        ) / (
          86400000000
        )) AS BIGINT) < CAST(FLOOR((
          `t4`.`os_received_us` + 25200000000
        ) / (
          86400000000
        )) AS BIGINT),
        `t4`.`os_finished_us` < `t4`.`os_received_us`
      ),
      FALSE
    ) AS `fires_C5`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      FALSE
      OR COALESCE(
        IF(
          COALESCE(`t4`.`os_received_day`, FALSE)
          OR COALESCE(`t4`.`os_submitted_day`, FALSE),
          CAST(FLOOR((
            `t4`.`os_received_us` + 25200000000
          ) / (
            86400000000
          )) AS BIGINT) < CAST(FLOOR((
            `t4`.`os_submitted_us` + 25200000000
          ) / (
            86400000000
          )) AS BIGINT),
          `t4`.`os_received_us` < `t4`.`os_submitted_us`
        ),
        FALSE
      )
      OR COALESCE(
        IF(
          COALESCE(`t4`.`os_returned_day`, FALSE)
          OR COALESCE(`t4`.`os_finished_day`, FALSE),
          CAST(FLOOR((
            `t4`.`os_returned_us` + 25200000000
          ) / (
            86400000000
          )) AS BIGINT) < CAST(FLOOR((
            `t4`.`os_finished_us` + 25200000000
          ) / (
            86400000000
          )) AS BIGINT),
          `t4`.`os_returned_us` < `t4`.`os_finished_us`
        ),
        FALSE
      ),
      FALSE
    ) AS `fires_C6`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      IF(
        CASE
          WHEN `t4`.`os_returned_us` IS NOT NULL
          THEN COALESCE(`t4`.`os_returned_day`, FALSE)
          WHEN FALSE OR COALESCE(CONTAINS(`t4`.`os_unread`, ' returned '), FALSE)
          THEN FALSE
          WHEN `t4`.`lb_returned_us` IS NOT NULL
          THEN COALESCE(`t4`.`lb_returned_day`, FALSE)
          WHEN FALSE OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' returned '), FALSE)
          THEN FALSE
          WHEN `t4`.`ps_delivered_us` IS NOT NULL
          THEN COALESCE(`t4`.`ps_delivered_day`, FALSE)
          WHEN FALSE OR COALESCE(CONTAINS(`t4`.`ps_unread`, ' delivered '), FALSE)
          THEN FALSE
          ELSE FALSE
        END
        OR COALESCE(`t4`.`rg_signed_day`, FALSE),
        CAST(FLOOR(
          (
            CASE
              WHEN `t4`.`os_returned_us` IS NOT NULL
              THEN `t4`.`os_returned_us`
              WHEN FALSE OR COALESCE(CONTAINS(`t4`.`os_unread`, ' returned '), FALSE)
              THEN CAST(NULL AS BIGINT)
              WHEN `t4`.`lb_returned_us` IS NOT NULL
              THEN `t4`.`lb_returned_us`
              WHEN FALSE OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' returned '), FALSE)
              THEN CAST(NULL AS BIGINT)
              WHEN `t4`.`ps_delivered_us` IS NOT NULL
              THEN `t4`.`ps_delivered_us`
              WHEN FALSE OR COALESCE(CONTAINS(`t4`.`ps_unread`, ' delivered '), FALSE)
              THEN CAST(NULL AS BIGINT)
              ELSE NULL
            END + 25200000000
          ) / (
            86400000000
          )
        ) AS BIGINT) < CAST(FLOOR((
          `t4`.`rg_signed_us` + 25200000000
        ) / (
          86400000000
        )) AS BIGINT),
        CASE
          WHEN `t4`.`os_returned_us` IS NOT NULL
          THEN `t4`.`os_returned_us`
          WHEN FALSE OR COALESCE(CONTAINS(`t4`.`os_unread`, ' returned '), FALSE)
          THEN CAST(NULL AS BIGINT)
          WHEN `t4`.`lb_returned_us` IS NOT NULL
          THEN `t4`.`lb_returned_us`
          WHEN FALSE OR COALESCE(CONTAINS(`t4`.`lb_unread`, ' returned '), FALSE)
          THEN CAST(NULL AS BIGINT)
          WHEN `t4`.`ps_delivered_us` IS NOT NULL
          THEN `t4`.`ps_delivered_us`
          WHEN FALSE OR COALESCE(CONTAINS(`t4`.`ps_unread`, ' delivered '), FALSE)
          THEN CAST(NULL AS BIGINT)
          ELSE NULL
        END < `t4`.`rg_signed_us`
      ),
      FALSE
    ) AS `fires_C7`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      IF(
        COALESCE(`t4`.`rg_signed_day`, FALSE) OR COALESCE(`t4`.`os_received_day`, FALSE),
        CAST(FLOOR((
          `t4`.`rg_signed_us` + 25200000000
        ) / (
          86400000000
        )) AS BIGINT) < CAST(FLOOR((
          `t4`.`os_received_us` + 25200000000
        ) / (
          86400000000
        )) AS BIGINT),
        `t4`.`rg_signed_us` < `t4`.`os_received_us`
      ),
      FALSE
    ) AS `fires_C8`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_due_us` IS NULL
      )
      AND NOT (
        FALSE OR COALESCE(CONTAINS(`t4`.`os_unread`, ' due '), FALSE)
      )
      AND NOT (
        `t4`.`os_no_due`
        OR (
          FALSE OR COALESCE(CONTAINS(`t4`.`os_unread`, ' no_due '), FALSE)
        )
      )
      AND (
        (
          `t4`.`os_status` IS NOT NULL
        ) AND NOT (
          `t4`.`os_status` IN (1, 3)
        )
      )
      AND NOT (
        (
          `t4`.`os_status` = 5
        ) AND (
          `t4`.`os_received_us` IS NULL
        )
      ),
      FALSE
    ) AS `fires_C9`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      FALSE
      OR COALESCE(
        (
          ABS(
            ABS(`t4`.`os_received_us` - `t4`.`po_received_us`) - (
              `t4`.`number_C12_hours` * 3600000000
            )
          ) <= (
            `t4`.`number_C12_tolerance_minutes` * 60000000
          )
        )
        AND NOT (
          COALESCE(`t4`.`os_received_day`, FALSE)
          OR COALESCE(`t4`.`po_received_day`, FALSE)
        ),
        FALSE
      )
      OR COALESCE(
        (
          ABS(
            ABS(`t4`.`os_due_us` - `t4`.`po_due_us`) - (
              `t4`.`number_C12_hours` * 3600000000
            )
          ) <= (
            `t4`.`number_C12_tolerance_minutes` * 60000000
          )
        )
        AND NOT (
          COALESCE(`t4`.`os_due_day`, FALSE) OR COALESCE(`t4`.`po_due_day`, FALSE)
        ),
        FALSE
      )
      OR COALESCE(
        (
          ABS(
            ABS(`t4`.`os_finished_us` - `t4`.`po_finished_us`) - (
              `t4`.`number_C12_hours` * 3600000000
            )
          ) <= (
            `t4`.`number_C12_tolerance_minutes` * 60000000
          )
        )
        AND NOT (
          COALESCE(`t4`.`os_finished_day`, FALSE)
          OR COALESCE(`t4`.`po_finished_day`, FALSE)
        ),
        FALSE
      )
      OR COALESCE(
        (
          ABS(
            ABS(`t4`.`os_returned_us` - `t4`.`po_returned_us`) - (
              `t4`.`number_C12_hours` * 3600000000
            )
          ) <= (
            `t4`.`number_C12_tolerance_minutes` * 60000000
          )
        )
        AND NOT (
          COALESCE(`t4`.`os_returned_day`, FALSE)
          OR COALESCE(`t4`.`po_returned_day`, FALSE)
        ),
        FALSE
      ),
      FALSE
    ) AS `fires_C12`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        FALSE
        OR COALESCE(
          IF(
            COALESCE(`t4`.`os_received_day`, FALSE)
            OR COALESCE(`t4`.`po_received_day`, FALSE),
            CAST(FLOOR((
              `t4`.`os_received_us` + 25200000000
            ) / (
              86400000000
            )) AS BIGINT) <> CAST(FLOOR((
              `t4`.`po_received_us` + 25200000000
            ) / (
              86400000000
            )) AS BIGINT),
            ABS(`t4`.`os_received_us` - `t4`.`po_received_us`) > (
              `t4`.`differs_minutes` * 60000000
            )
          ),
          FALSE
        )
        OR COALESCE(
          IF(
            COALESCE(`t4`.`os_due_day`, FALSE) OR COALESCE(`t4`.`po_due_day`, FALSE),
            CAST(FLOOR((
              `t4`.`os_due_us` + 25200000000
            ) / (
              86400000000
            )) AS BIGINT) <> CAST(FLOOR((
              `t4`.`po_due_us` + 25200000000
            ) / (
              86400000000
            )) AS BIGINT),
            ABS(`t4`.`os_due_us` - `t4`.`po_due_us`) > (
              `t4`.`differs_minutes` * 60000000
            )
          ),
          FALSE
        )
        OR COALESCE(
          IF(
            COALESCE(`t4`.`os_finished_day`, FALSE)
            OR COALESCE(`t4`.`po_finished_day`, FALSE),
            CAST(FLOOR((
              `t4`.`os_finished_us` + 25200000000
            ) / (
              86400000000
            )) AS BIGINT) <> CAST(FLOOR((
              `t4`.`po_finished_us` + 25200000000
            ) / (
              86400000000
            )) AS BIGINT),
            ABS(`t4`.`os_finished_us` - `t4`.`po_finished_us`) > (
              `t4`.`differs_minutes` * 60000000
            )
          ),
          FALSE
        )
        OR COALESCE(
          IF(
            COALESCE(`t4`.`os_returned_day`, FALSE)
            OR COALESCE(`t4`.`po_returned_day`, FALSE),
            CAST(FLOOR((
              `t4`.`os_returned_us` + 25200000000
            ) / (
              86400000000
            )) AS BIGINT) <> CAST(FLOOR((
              `t4`.`po_returned_us` + 25200000000
            ) / (
              86400000000
            )) AS BIGINT),
            ABS(`t4`.`os_returned_us` - `t4`.`po_returned_us`) > (
              `t4`.`differs_minutes` * 60000000
            )
          ),
          FALSE
        )
      )
      AND NOT (
        COALESCE(
          FALSE
          OR COALESCE(
            (
              ABS(
                ABS(`t4`.`os_received_us` - `t4`.`po_received_us`) - (
                  `t4`.`number_C12_hours` * 3600000000
                )
              ) <= (
                `t4`.`number_C12_tolerance_minutes` * 60000000
              )
            )
            AND NOT (
              COALESCE(`t4`.`os_received_day`, FALSE)
              OR COALESCE(`t4`.`po_received_day`, FALSE)
            ),
            FALSE
          )
          OR COALESCE(
            (
              ABS(
                ABS(`t4`.`os_due_us` - `t4`.`po_due_us`) - (
                  `t4`.`number_C12_hours` * 3600000000
                )
              ) <= (
                `t4`.`number_C12_tolerance_minutes` * 60000000
              )
            )
            AND NOT (
              COALESCE(`t4`.`os_due_day`, FALSE) OR COALESCE(`t4`.`po_due_day`, FALSE)
            ),
            FALSE
          )
          OR COALESCE(
            (
              ABS(
                ABS(`t4`.`os_finished_us` - `t4`.`po_finished_us`) - (
                  `t4`.`number_C12_hours` * 3600000000
                )
              ) <= (
                `t4`.`number_C12_tolerance_minutes` * 60000000
              )
            )
            AND NOT (
              COALESCE(`t4`.`os_finished_day`, FALSE)
              OR COALESCE(`t4`.`po_finished_day`, FALSE)
            ),
            FALSE
          )
          OR COALESCE(
            (
              ABS(
                ABS(`t4`.`os_returned_us` - `t4`.`po_returned_us`) - (
                  `t4`.`number_C12_hours` * 3600000000
                )
              ) <= (
                `t4`.`number_C12_tolerance_minutes` * 60000000
              )
            )
            AND NOT (
              COALESCE(`t4`.`os_returned_day`, FALSE)
              OR COALESCE(`t4`.`po_returned_day`, FALSE)
            ),
            FALSE
          ),
          FALSE
        )
      )
      AND (
        `t4`.`os_changed_us` < `t4`.`working_days_ago_C14_grace`
      ),
      FALSE
    ) AS `fires_C14`,
    NOT (
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
    )
    AND (
      (
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
    ) AS `fires_D1`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        CAST(FLOOR((
          `t4`.`os_finished_us`
        ) / (
          1000000
        )) AS BIGINT) = CAST(FLOOR((
          `t4`.`os_due_us`
        ) / (
          1000000
        )) AS BIGINT)
      )
      AND NOT (
        COALESCE(`t4`.`os_finished_day`, FALSE) OR COALESCE(`t4`.`os_due_day`, FALSE)
      )
      AND (
        `t4`.`os_changed_us` > (
          `t4`.`os_due_us` + (
            `t4`.`number_D4_minutes` * 60000000
          )
        )
      ),
      FALSE
    ) AS `fires_D4`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      `t4`.`os_status` IN (2, 4)
      AND `t4`.`os_actor_default`
      AND NOT (
        COALESCE(
          (
            `t4`.`os_due_us` < `t4`.`working_days_ago_-2`
          )
          AND NOT (
            `t4`.`os_due_us` < `t4`.`working_days_ago_0`
          ),
          FALSE
        )
      ),
      FALSE
    ) AS `fires_D7`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE((
      `t4`.`os_native_count` > 1
    ) AND `t4`.`os_natives_differ`, FALSE) AS `fires_E1`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE((
      `t4`.`os_native_id` IS NOT NULL
    ) AND `t4`.`code_made_up`, FALSE) AS `fires_E3`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(ABS(`t4`.`code_ord` - `t4`.`os_received_ord`) > `t4`.`number_E4_days`, FALSE) AS `fires_E4`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_native_id` IS NOT NULL
      )
      AND NOT (
        COALESCE(`t4`.`code_known`, FALSE)
      ),
      FALSE
    ) AS `fires_E7`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      IF(`t4`.`os_status` = 5, COALESCE(`t4`.`os_supplement_us`, `t4`.`os_changed_us`), NULL) < `t4`.`days_ago_F1_days`,
      FALSE
    ) AS `fires_F1`,
    NOT (
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
    )
    AND (
      (
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
    ) AS `fires_F2`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_supplement_after_ord` - `t4`.`os_received_ord`
      ) > `t4`.`number_F3_days`,
      FALSE
    ) AS `fires_F3`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_status` = 5
      )
      AND (
        (
          `t4`.`os_due_ord` - `t4`.`os_supplement_ord`
        ) <= `t4`.`number_F4_days`
      ),
      FALSE
    ) AS `fires_F4`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_status` = 7
      )
      AND (
        (
          `t4`.`os_due_ord` - `t4`.`os_withdrawn_ord`
        ) <= `t4`.`number_F8_days`
      ),
      FALSE
    ) AS `fires_F8`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_status` = 3
      )
      AND (
        `t4`.`os_received_us` IS NOT NULL
      )
      AND (
        CAST(FLOOR((
          `t4`.`os_refused_us` + 25200000000
        ) / (
          86400000000
        )) AS BIGINT) > CAST(FLOOR((
          `t4`.`os_due_us` + 25200000000
        ) / (
          86400000000
        )) AS BIGINT)
      ),
      FALSE
    ) AS `fires_F9`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      `t4`.`os_status` IN (2, 4)
      AND `t4`.`os_actor_default`
      AND (
        (
          `t4`.`os_due_us` < `t4`.`working_days_ago_-2`
        )
        AND NOT (
          `t4`.`os_due_us` < `t4`.`working_days_ago_0`
        )
      ),
      FALSE
    ) AS `fires_G7`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_status` = 9
      )
      AND (
        `t4`.`ps_delivered_us` < `t4`.`working_days_ago_H1_grace`
      ),
      FALSE
    ) AS `fires_H1`,
    (
      (
        `t4`.`os_status` IS NOT NULL
      ) OR (
        `t4`.`os_status_raw` IS NULL
      )
    )
    AND COALESCE(
      (
        `t4`.`os_status` = 10
      )
      AND (
        `t4`.`ps_handed_us` IS NOT NULL
      )
      AND (
        FALSE
        OR COALESCE(
          IF(
            COALESCE(`t4`.`os_returned_day`, FALSE)
            OR COALESCE(`t4`.`ps_delivered_day`, FALSE),
            CAST(FLOOR((
              `t4`.`os_returned_us` + 25200000000
            ) / (
              86400000000
            )) AS BIGINT) < CAST(FLOOR((
              `t4`.`ps_delivered_us` + 25200000000
            ) / (
              86400000000
            )) AS BIGINT),
            `t4`.`os_returned_us` < `t4`.`ps_delivered_us`
          ),
          FALSE
        )
        OR COALESCE(
          (
            `t4`.`ps_delivered_us` IS NULL
          )
          AND NOT (
            FALSE OR COALESCE(CONTAINS(`t4`.`ps_unread`, ' delivered '), FALSE)
          )
          AND (
            `t4`.`ps_handed_us` < `t4`.`working_days_ago_H2_days`
          ),
          FALSE
        )
      ),
      FALSE
    ) AS `fires_H2`,
    COALESCE(
      IF(
        COALESCE(`t4`.`rg_signed_day`, FALSE) OR COALESCE(`t4`.`os_entered_day`, FALSE),
        CAST(FLOOR((
          `t4`.`rg_signed_us` + 25200000000
        ) / (
          86400000000
        )) AS BIGINT) < CAST(FLOOR((
          `t4`.`os_entered_us` + 25200000000
        ) / (
          86400000000
        )) AS BIGINT),
        `t4`.`rg_signed_us` < `t4`.`os_entered_us`
      ),
      FALSE
    ) AS `graver_D1`
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
) AS `t5`
WHERE
  `t5`.`fires_A1`
  OR `t5`.`fires_A2`
  OR `t5`.`fires_A7`
  OR `t5`.`fires_A8`
  OR `t5`.`fires_B1`
  OR `t5`.`fires_B4`
  OR `t5`.`fires_B5`
  OR `t5`.`fires_B6`
  OR `t5`.`fires_B8`
  OR `t5`.`fires_B10`
  OR `t5`.`fires_B11`
  OR `t5`.`fires_C1`
  OR `t5`.`fires_C2`
  OR `t5`.`fires_C3`
  OR `t5`.`fires_C4`
  OR `t5`.`fires_C5`
  OR `t5`.`fires_C6`
  OR `t5`.`fires_C7`
  OR `t5`.`fires_C8`
  OR `t5`.`fires_C9`
  OR `t5`.`fires_C12`
  OR `t5`.`fires_C14`
  OR `t5`.`fires_D1`
  OR `t5`.`fires_D4`
  OR `t5`.`fires_D7`
  OR `t5`.`fires_E1`
  OR `t5`.`fires_E3`
  OR `t5`.`fires_E4`
  OR `t5`.`fires_E7`
  OR `t5`.`fires_F1`
  OR `t5`.`fires_F2`
  OR `t5`.`fires_F3`
  OR `t5`.`fires_F4`
  OR `t5`.`fires_F8`
  OR `t5`.`fires_F9`
  OR `t5`.`fires_G7`
  OR `t5`.`fires_H1`
  OR `t5`.`fires_H2`

SELECT
  COUNT(*) AS `total`,
  SUM(
    CAST((
      `t0`.`os_status` IS NULL
    ) AND (
      `t0`.`os_status_raw` IS NOT NULL
    ) AS INT)
  ) AS `unmapped`
FROM `cases` AS `t0`

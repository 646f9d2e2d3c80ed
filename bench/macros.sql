-- Comparison of times (docs/rules.md), and their text. A time is microseconds of UTC; ``day`` is
-- true where only its day in Viet Nam is known.
CREATE TEMP MACRO day_of(us) AS (us + 25200000000) // 86400000000;
CREATE TEMP MACRO by_day(a_day, b_day) AS coalesce(a_day, false) OR coalesce(b_day, false);
CREATE TEMP MACRO earlier(a, a_day, b, b_day) AS
    CASE WHEN by_day(a_day, b_day) THEN day_of(a) < day_of(b) ELSE a < b END;
CREATE TEMP MACRO apart(a, a_day, b, b_day) AS
    CASE WHEN by_day(a_day, b_day) THEN day_of(a) <> day_of(b) ELSE abs(a - b) > 900000000 END;
CREATE TEMP MACRO seven_hours(a, a_day, b, b_day) AS
    abs(abs(a - b) - 25200000000) <= 60000000 AND NOT by_day(a_day, b_day);
CREATE TEMP MACRO shown(us, day) AS
    CASE WHEN coalesce(day, false) THEN strftime(make_timestamp(us + 25200000000), '%Y-%m-%d')
         ELSE strftime(make_timestamp(us + 25200000000), '%Y-%m-%dT%H:%M:%S+07:00') END;

"""Working days and hours, wire times, time limits, due dates, and on-time judgements."""

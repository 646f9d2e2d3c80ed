"""khop by itself: the schedule and its firings, the health of streams, alarms, metrics."""

"""What this process measures of the firings that it runs."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics

from khop.daemon.outside.metrics import (
    DURATION,
    DURATION_BOUNDS,
    LATENESS,
    LATENESS_BOUNDS,
    Metric,
)


class Measures:
    """The histograms, in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._lateness = self._histogram(LATENESS, LATENESS_BOUNDS)
        self._duration = self._histogram(DURATION, DURATION_BOUNDS)

    def began(self, task: str, late_us: int) -> None:
        """A firing was begun so long after it could be."""
        self._lateness.labels(task).observe(max(late_us, 0) / 1e6)

    def ended(self, task: str, seconds: float, *, well: bool) -> None:
        """A firing ended after so long."""
        self._duration.labels(task, "done" if well else "failed").observe(seconds)

    def _histogram(self, metric: Metric, bounds: tuple[float, ...]) -> Histogram:
        return Histogram(
            metric.name, metric.says, metric.labels, buckets=bounds, registry=self.registry
        )

"""The metrics: the page lists those that there are, with their labels."""

from __future__ import annotations

import re

import pytest

from khop.daemon.outside.metrics import METRICS, OF_LEDGER
from tools.repository import ROOT

#: The only names of labels: each has few values, and none is about a person or a dossier.
LABELS = {"stream", "task", "source", "state", "rule", "severity", "channel", "version"}


@pytest.mark.parametrize(
    ("page", "of_ledger"), [("docs/operate.md", "ledger"), ("docs/operate.vi.md", "kho")]
)
def test_the_page_lists_every_metric_with_its_labels(page: str, of_ledger: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    rows = re.findall(r"^\| `(khop_\w+)` \|([^|]*)\| ([^|]+) \|", text, re.MULTILINE)
    listed = [(name, tuple(re.findall(r"`(\w+)`", labels))) for name, labels, _ in rows]
    assert listed == [(metric.name, metric.labels) for metric in METRICS.values()]
    from_ledger = [name for name, _, of in rows if of == of_ledger]
    assert from_ledger == [metric.name for metric in OF_LEDGER]


def test_labels_are_of_small_fixed_sets() -> None:
    assert {label for metric in METRICS.values() for label in metric.labels} <= LABELS

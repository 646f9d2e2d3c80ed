"""The benchmarks end, and their peers store or find the same. Their speed is not tested."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from bench import lists, pull, reconcile
from bench.planted import RULE_IDS

pytestmark = pytest.mark.slow


def test_every_peer_of_the_pull_stores_every_dossier() -> None:
    done = pull.measure(size=700, rounds=1, dlt_size=0)
    assert set(done["peers"]) == {"read", "floor", "khop"}
    assert set(done["peers"]["khop"]["memory_mb"]) == {"10", "50", "100"}


def test_lists_are_written_in_every_format_and_leafed_through() -> None:
    done = lists.measure(size=300, rounds=1)
    assert done["lists"].keys() == {"raw", *lists.FORMATS}
    assert done["pages"].keys() == lists.PAGES.keys()


@pytest.mark.skipif(find_spec("dlt") is None, reason="dlt is installed for benchmarks only")
def test_dlt_stores_every_dossier() -> None:
    done = pull.measure(size=500, rounds=1, dlt_size=500)
    assert {"khop_to_dlt_merge", "khop_to_dlt_replace"} <= set(done["ratios"])


def test_khop_and_hand_written_sql_find_the_same() -> None:
    done = reconcile.measure(size=2_000, rounds=1)
    assert set(done["findings"]) == set(RULE_IDS)
    assert sum(done["findings"].values()) == 100


def test_findings_that_differ_stop_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter(({("A7", "x"): ()}, {("A8", "x"): ()}))
    monkeypatch.setattr(reconcile, "run_peer", lambda *arguments: {})
    monkeypatch.setattr(reconcile, "_findings", lambda ledger: next(found))
    with pytest.raises(RuntimeError, match="differ in 2 findings"):
        reconcile.measure(size=100, rounds=1)

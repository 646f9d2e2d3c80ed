"""The cost of an increment depends on the changes, not on the size of the ledger."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bench import incremental
from bench.changes import change
from bench.evidence import add_evidence
from bench.incremental import NEXT_WORKING_DAY, SCOPE
from bench.ledgers import make_ledger, open_ledger
from bench.reads import Reads, scans
from bench.times import NOW
from khop.config.domain_tables import Tables
from khop.sync.reconciling.reconcile import Reconciled, reconcile
from khop.sync.reconciling.rules import Clock

pytestmark = pytest.mark.slow

#: Tables that grow with the dossiers.
LARGE = (
    *("source_record", "record_alias", "status_record", "presence", "quarantine"),
    *("paper_row", "paper_match", "identity_check", "discrepancy", "exclusion", "recheck"),
    *("a", "r"),  # as the queries call two of them
)


def run(path: Path, now: datetime, *, listed: bool = False) -> tuple[Reads, Reconciled]:
    with Reads(listed=listed) as reads, closing(open_ledger(path)) as ledger:
        return reads, reconcile(ledger, Clock(now, Tables()), SCOPE)


def changed_logbook(path: Path, size: int) -> Path:
    """A ledger in which 40 dossiers changed after a whole run."""
    make_ledger(path, size)
    add_evidence(path, size)
    run(path, NOW)
    assert change(path, 800, 40) == 40
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("ledgers")
    return changed_logbook(folder / "small.db", 1_000), changed_logbook(folder / "large.db", 6_000)


@pytest.fixture
def ledgers(made: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """A small and a large ledger, copied for this test."""
    small, large = (Path(shutil.copy(path, tmp_path)) for path in made)
    return small, large


def test_an_increment_reads_as_much_of_a_large_ledger_as_of_a_small_one(
    ledgers: tuple[Path, Path],
) -> None:
    (small, looked_at), (large, _) = (run(path, NOW + timedelta(hours=1)) for path in ledgers)
    assert looked_at.subjects is not None
    assert 0 < large.rows <= small.rows * 1.1
    assert 0 < large.steps <= small.steps * 1.25


def test_no_statement_of_an_increment_reads_a_table_that_grows(
    ledgers: tuple[Path, Path],
) -> None:
    reads, done = run(ledgers[1], NEXT_WORKING_DAY, listed=True)
    assert done.subjects
    assert len(reads.statements) > 20
    assert scans(ledgers[1], list(reads.statements), LARGE) == []


def test_a_statement_that_reads_a_table_whole_is_listed(ledgers: tuple[Path, Path]) -> None:
    queries = [f"SELECT code FROM presence WHERE {name} = '?'" for name in ("unit", "code")]
    (step,) = scans(ledgers[0], queries, LARGE)
    assert step.startswith("SCAN presence")
    assert "unit" in step


def test_rows_that_are_read_and_not_returned_are_counted_as_steps(
    ledgers: tuple[Path, Path],
) -> None:
    with Reads() as reads, closing(open_ledger(ledgers[1])) as ledger:
        rows, steps = reads.rows, reads.steps
        with ledger.read() as connection:
            connection.exec_driver_sql("SELECT code FROM presence WHERE unit = '?'").all()
        assert (reads.rows - rows, reads.steps - steps > 6) == (0, True)
        with ledger.read() as connection:
            connection.exec_driver_sql("SELECT code FROM presence LIMIT 7").all()
        assert reads.rows - rows == 7


def test_a_small_run_ends_and_its_increments_miss_nothing() -> None:
    done = incremental.measure(size=2_000, changes=20)
    assert done["changes"] == 20
    assert done["same_day"]["rows"] < done["whole"]["rows"] / 10
    assert 20 <= done["same_day"]["subjects"] < 40
    assert 0 < done["next_working_day"]["subjects"] < 200


def test_findings_that_an_increment_missed_stop_the_benchmark(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([{"subjects": None}, {"subjects": 1}, {"subjects": 1, "open": 7}])
    last = {"subjects": None, "changed": 3, "open": 10}
    monkeypatch.setattr(incremental, "run_peer", lambda *arguments: next(answers, last))
    with pytest.raises(RuntimeError, match="missed 3"):
        incremental.measure(size=40, changes=2)


def test_a_whole_run_in_place_of_an_increment_stops_the_benchmark(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(incremental, "run_peer", lambda *arguments: {"subjects": None})
    with pytest.raises(RuntimeError, match="made a whole run where an increment was asked for"):
        incremental.measure(size=40, changes=2)

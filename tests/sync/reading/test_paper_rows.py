"""Rows of paper that are bad, retried, imported, or without a code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from khop.errors import ConfigError
from khop.mappings.records import PaperKind
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import paper_row, quarantine
from khop.sync.results import PaperSummary
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, record
from tests.sync.installation import Build
from tests.sync.papers import CODE, FakePapers, logbook_row, reject
from tests.sync.reading.paper_ledger import (
    OTHER,
    clear_dirty,
    dirty_codes,
    only_paper,
    table_rows,
)

LEDGERS = BOTH


def test_a_row_is_released_when_a_newer_program_can_read_it(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    papers.contents["so.xlsx"] = [logbook_row(2), reject("so.xlsx", 1)]
    engine = build_engine(papers)
    engine.pull()
    clear_dirty(ledger)
    assert engine.quarantine_retry().still_bad == 1
    papers.understands = True
    assert engine.quarantine_retry().released == 1
    assert [row["code"] for row in table_rows(ledger, paper_row)] == [CODE, None]
    assert dirty_codes(ledger) == {CODE}
    (shelved,) = table_rows(ledger, quarantine)
    assert (shelved["state"], shelved["payload"]) == ("released", None)


def test_a_retried_row_never_replaces_another(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    mine = replace(logbook_row(1), row_number=99)
    papers.contents["so.xlsx"] = [mine, reject("so.xlsx", 1)]
    papers.understands = True
    engine = build_engine(papers)
    engine.pull()
    assert engine.quarantine_retry().still_bad == 1
    assert [row["row_number"] for row in table_rows(ledger, paper_row)] == [99]


def test_files_imported_under_one_name_have_one_summary(
    build_engine: Build, ledger: Ledger
) -> None:
    engine = build_engine(FakePortal())
    one = FakePapers("import_logbook", contents={"a.xlsx": [logbook_row(1, code=CODE)]})
    other = FakePapers("import_logbook", contents={"b.xlsx": [reject("b.xlsx", 1)]})
    other.broken = {"b.xlsx": "b.xlsx is torn"}
    summary = only_paper(engine.import_files(lambda context: [one, other]))
    assert summary == PaperSummary(
        "import_logbook", files=2, failed_files=1, lines=1, rows=1, stored=1, error="b.xlsx is torn"
    )
    view = engine.show(CODE)
    assert view is not None
    assert view.case["lb_source"] == "import_logbook"
    assert [row["row_number"] for row in view.paper] == [4]


@pytest.mark.parametrize("name", ["logbook", "imported"])
def test_imported_files_under_another_name_are_refused(build_engine: Build, name: str) -> None:
    engine = build_engine(FakePapers())
    with pytest.raises(ConfigError):
        engine.import_files(lambda context: [FakePapers(name)])


def test_a_source_of_paper_is_checked_with_the_systems(
    build_engine: Build, papers: FakePapers
) -> None:
    (check,) = build_engine(papers).check()
    assert (check.source, check.ok) == ("logbook", True)
    assert check.steps[0]["detail"] == "1 files"


def test_a_row_without_a_code_is_a_finding_until_a_dossier_is_like_it(
    build_engine: Build, papers: FakePapers, clock: FakeClock
) -> None:
    one_stop = FakeOneStop()
    one_stop.put(record(7, applicant_key="z" * 64))
    papers.contents = {"so.xlsx": [logbook_row(2)]}
    engine = build_engine(one_stop, papers)
    engine.pull()
    engine.reconcile()
    (found,) = (f for f in engine.findings() if f.rule == "A1")
    assert (found.subject, found.code) == ("row:key-2", None)
    one_stop.put(record(1))
    engine.pull()
    engine.reconcile()
    assert [f for f in engine.findings() if f.rule == "A1"] == []
    view = engine.show(CODE)
    assert view is not None
    assert [row["row_key"] for row in view.candidates] == ["key-2"]
    assert "applicant_key" not in view.candidates[0]


def test_a_file_that_was_read_as_another_kind_is_refused(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    build_engine(papers).pull()
    kept = table_rows(ledger, paper_row)
    again = FakePapers(kind=PaperKind.REGISTER, contents={"so.xlsx": []})
    summary = only_paper(build_engine(again).pull())
    assert summary.failed_files == 1
    assert summary.error is not None
    assert "was read as logbook" in summary.error
    assert table_rows(ledger, paper_row) == kept


def test_bad_rows_go_to_quarantine_and_leave_it_when_they_are_corrected(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    engine = build_engine(papers)
    good = logbook_row(1, code=CODE)
    papers.contents = {
        "so.xlsx": [good, reject("so.xlsx", 2, code=OTHER), reject("so.xlsx", 3)],
        "so.xlsx#2": [reject("so.xlsx#2", 2)],
    }
    summary = only_paper(engine.pull())
    assert (summary.rows, summary.quarantined) == (4, 3)
    papers.contents["so.xlsx"] = [good, logbook_row(2), reject("so.xlsx", 3)]
    engine.pull()
    by_id = {row["native_id"]: row for row in table_rows(ledger, quarantine)}
    assert {key: row["state"] for key, row in by_id.items()} == {
        "so.xlsx#Sổ!5": "released",
        "so.xlsx#Sổ!6": "open",
        "so.xlsx#2#Sổ!5": "open",
    }
    assert by_id["so.xlsx#Sổ!5"]["payload"] is None


def test_a_second_row_with_the_same_key_goes_to_quarantine(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    papers.contents["so.xlsx"] = [logbook_row(1), replace(logbook_row(1), row_number=9)]
    summary = only_paper(build_engine(papers).pull())
    assert (summary.rows, summary.stored, summary.quarantined) == (2, 1, 1)
    (bad,) = table_rows(ledger, quarantine)
    assert bad["native_id"] == "so.xlsx#Sổ!9"

"""Files of paper rows, from the source into the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from khop.errors import ConfigError
from khop.mappings.records import PaperKind, PaperRow
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import (
    dirty,
    metadata,
    paper_file,
    paper_match,
    paper_row,
    presence,
    quarantine,
)
from khop.sync.results import PaperSummary, PullSummary
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, record
from tests.sync.papers import CODE, FakePapers, Item, logbook_row, reject

Build = Callable[..., Engine]

LEDGERS = BOTH

OTHER = "H99.12-261110-0002"
#: What the engine writes about itself.
_OWN = {"run", "lease", "audit_log"}


def rows(ledger: Ledger, table: sa.Table) -> list[dict[str, Any]]:
    with ledger.read() as connection:
        query = sa.select(table).order_by(*table.primary_key.columns)
        return [dict(row) for row in connection.execute(query).mappings()]


def everything(ledger: Ledger) -> dict[str, list[dict[str, Any]]]:
    tables = [table for table in metadata.sorted_tables if table.name not in _OWN]
    return {table.name: rows(ledger, table) for table in tables}


def codes_touched(ledger: Ledger) -> set[str]:
    return {row["code"] for row in rows(ledger, dirty)}


def forget_touched(ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(sa.delete(dirty))


def only(summary: PullSummary) -> PaperSummary:
    (part,) = (s for s in summary.sources if isinstance(s, PaperSummary))
    assert part.adds_up
    return part


@pytest.fixture
def papers() -> FakePapers:
    return FakePapers(contents={"so.xlsx": [logbook_row(1, code=CODE), logbook_row(2)]})


def test_rows_are_kept_with_where_they_stand(
    build_engine: Build, ledger: Ledger, papers: FakePapers, clock: FakeClock
) -> None:
    row = logbook_row(
        1,
        code=CODE,
        unit_code="H99.12",
        due_at=at(20),
        returned_at=at(19, 15, 30),
        number="12",
        symbol="UBND-HC",
        fields_lost=("Số bộ",),
    )
    papers.contents = {"so.xlsx": [row]}
    assert only(build_engine(papers).pull()) == PaperSummary("logbook", files=1, rows=1, stored=1)
    (stored,) = rows(ledger, paper_row)
    assert stored["first_seen_us"] == int(clock.now.timestamp()) * 1_000_000
    assert stored["returned_us"] == at(19, 15, 30).us
    assert stored["returned_day"] is False
    assert (stored["file"], stored["sheet"], stored["row_number"]) == ("so.xlsx", "Sổ", 4)
    assert (stored["code"], stored["unit_code"], stored["fields_lost"]) == (
        CODE,
        "H99.12",
        '["Số bộ"]',
    )


def test_the_same_file_again_changes_nothing_and_is_not_read(
    build_engine: Build, ledger: Ledger, papers: FakePapers, clock: FakeClock
) -> None:
    papers.contents["so.xlsx"] = [*papers.contents["so.xlsx"], reject("so.xlsx", 7)]
    engine = build_engine(papers, FakePortal())
    engine.pull()
    before = everything(ledger)
    clock.advance(hours=1)
    engine.pull(["logbook"])
    assert everything(ledger) == before
    assert papers.read == ["so.xlsx"]


def test_a_full_pull_reads_again_and_writes_only_what_differs(
    build_engine: Build, ledger: Ledger, papers: FakePapers, clock: FakeClock
) -> None:
    engine = build_engine(papers)
    engine.pull()
    before = everything(ledger)
    clock.advance(hours=1)
    summary = only(engine.pull(full=True))
    assert (summary.unchanged, summary.stored, summary.unchanged_files) == (2, 0, 0)
    assert everything(ledger) == before


def test_a_file_is_replaced_by_what_it_says_now(
    build_engine: Build, ledger: Ledger, papers: FakePapers, clock: FakeClock
) -> None:
    engine = build_engine(papers)
    papers.contents["so.xlsx"] = [logbook_row(1, code=CODE), logbook_row(2), logbook_row(3)]
    engine.pull()
    (first, *_) = rows(ledger, paper_row)
    forget_touched(ledger)
    clock.advance(days=1)
    returned = logbook_row(1, code=CODE, returned_at=at(19))
    papers.contents["so.xlsx"] = [returned, logbook_row(3)]
    summary = only(engine.pull())
    assert (summary.stored, summary.unchanged, summary.deleted) == (1, 1, 1)
    kept = rows(ledger, paper_row)
    assert [row["row_key"] for row in kept] == ["key-1", "key-3"]
    assert kept[0]["returned_us"] == at(19).us
    assert kept[0]["first_seen_us"] == first["first_seen_us"]
    assert codes_touched(ledger) == {CODE, "row:key-2"}


def test_a_row_that_gets_another_code_touches_both(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    engine = build_engine(papers)
    engine.pull()
    forget_touched(ledger)
    papers.contents["so.xlsx"] = [logbook_row(1, code=OTHER), logbook_row(2, code=OTHER)]
    engine.pull()
    assert codes_touched(ledger) == {CODE, OTHER, "row:key-2"}


def test_candidates_go_with_the_row_they_are_of(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    engine = build_engine(papers)
    engine.pull()
    match = {"source": "logbook", "file": "so.xlsx", "code": CODE, "reasons": "[]"}
    with ledger.write() as connection:
        for key in ("key-1", "key-2"):
            connection.execute(sa.insert(paper_match).values(**match, row_key=key))
    papers.contents["so.xlsx"] = [logbook_row(1, code=CODE)]
    engine.pull()
    assert [row["row_key"] for row in rows(ledger, paper_match)] == ["key-1"]


def test_the_same_rows_under_another_name_are_another_file(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    engine = build_engine(papers)
    papers.contents["so (1).xlsx"] = papers.contents["so.xlsx"]
    summary = only(engine.pull())
    assert (summary.files, summary.stored) == (2, 4)
    del papers.contents["so (1).xlsx"]
    papers.contents["so.xlsx"] = []
    engine.pull()
    assert {row["file"] for row in rows(ledger, paper_row)} == {"so (1).xlsx"}


def test_codes_of_rows_are_asked_about_in_the_same_pull(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    portal = FakePortal()
    build_engine(papers, portal).pull()
    assert portal.asked == [CODE]
    assert [row["code"] for row in rows(ledger, presence)] == [CODE]


def test_codes_are_named_to_a_portal_that_came_later(
    build_engine: Build, papers: FakePapers
) -> None:
    build_engine(papers).pull()
    portal = FakePortal()
    build_engine(papers, portal).pull()
    assert portal.asked == [CODE]


def test_bad_rows_go_to_quarantine_and_leave_it_when_they_are_mended(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    engine = build_engine(papers)
    good = logbook_row(1, code=CODE)
    papers.contents = {
        "so.xlsx": [good, reject("so.xlsx", 2, code=OTHER), reject("so.xlsx", 3)],
        "so.xlsx#2": [reject("so.xlsx#2", 2)],
    }
    summary = only(engine.pull())
    assert (summary.rows, summary.quarantined) == (4, 3)
    papers.contents["so.xlsx"] = [good, logbook_row(2), reject("so.xlsx", 3)]
    engine.pull()
    shelf = {row["native_id"]: row for row in rows(ledger, quarantine)}
    assert {key: row["state"] for key, row in shelf.items()} == {
        "so.xlsx#Sổ!5": "released",
        "so.xlsx#Sổ!6": "open",
        "so.xlsx#2#Sổ!5": "open",
    }
    assert shelf["so.xlsx#Sổ!5"]["payload"] is None


def test_a_row_that_cannot_be_told_from_another_is_not_dropped(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    papers.contents["so.xlsx"] = [logbook_row(1), replace(logbook_row(1), row_number=9)]
    summary = only(build_engine(papers).pull())
    assert (summary.rows, summary.stored, summary.quarantined) == (2, 1, 1)
    (bad,) = rows(ledger, quarantine)
    assert bad["native_id"] == "so.xlsx#Sổ!9"


def test_a_bad_file_keeps_no_other_from_being_read(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    papers.contents |= {"a.xlsx": [logbook_row(5)], "z.xlsx": [logbook_row(6)]}
    papers.broken = {"so.xlsx": "so.xlsx has no row of headers"}
    summary = only(build_engine(papers).pull())
    assert summary.error == "so.xlsx has no row of headers"
    assert (summary.files, summary.failed_files, summary.stored) == (3, 1, 2)
    assert {row["file"] for row in rows(ledger, paper_row)} == {"a.xlsx", "z.xlsx"}
    assert {row["file"] for row in rows(ledger, paper_file)} == {"a.xlsx", "z.xlsx"}
    papers.broken = {}
    assert only(build_engine(papers).pull()).unchanged_files == 2


def test_of_many_bad_files_some_are_named_and_all_are_counted(
    build_engine: Build, papers: FakePapers
) -> None:
    papers.contents = {f"{number}.xlsx": [] for number in range(9)}
    papers.broken = {name: f"{name} is torn" for name in papers.contents}
    summary = only(build_engine(papers).pull())
    assert summary.failed_files == 9
    assert summary.error is not None
    assert summary.error.endswith("4.xlsx is torn; and 4 more files")


def test_a_folder_that_is_away_says_so_and_forgets_nothing(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    engine = build_engine(papers)
    engine.pull()
    papers.broken = {"": "the folder is not there"}
    assert only(engine.pull()).error == "the folder is not there"
    assert len(rows(ledger, paper_row)) == 2


def test_a_file_whose_name_is_no_text_is_named_and_left(
    build_engine: Build, papers: FakePapers
) -> None:
    papers.contents["s\udcff.xlsx"] = [logbook_row(5)]
    summary = only(build_engine(papers).pull())
    assert (summary.stored, summary.failed_files) == (2, 1)
    assert summary.error is not None
    assert "s?.xlsx" in summary.error


def test_what_is_cut_off_leaves_whole_files(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    papers.contents |= {"a.xlsx": [logbook_row(5)]}

    def cut(item: Item) -> None:
        if isinstance(item, PaperRow) and item.row_key == "key-2":
            raise KeyboardInterrupt

    papers.on_row = cut
    with pytest.raises(KeyboardInterrupt):
        build_engine(papers).pull()
    assert [row["row_key"] for row in rows(ledger, paper_row)] == ["key-5"]
    assert [row["file"] for row in rows(ledger, paper_file)] == ["a.xlsx"]


def test_a_transaction_that_fails_keeps_nothing_of_its_file(
    build_engine: Build,
    ledger: Ledger,
    papers: FakePapers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = build_engine(papers)
    engine.pull()
    before = everything(ledger)

    def torn(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("khop.sync.ledger.paper_rows._note_file", torn)
    papers.contents["so.xlsx"] = [logbook_row(3), reject("so.xlsx", 4)]
    with pytest.raises(KeyboardInterrupt):
        engine.pull()
    assert everything(ledger) == before


# --- trying again ---------------------------------------------------------------------------------


def test_a_row_is_released_when_the_program_understands_it(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    papers.contents["so.xlsx"] = [logbook_row(2), reject("so.xlsx", 1)]
    engine = build_engine(papers)
    engine.pull()
    forget_touched(ledger)
    assert engine.quarantine_retry().still_bad == 1
    papers.understands = True
    assert engine.quarantine_retry().released == 1
    assert [row["code"] for row in rows(ledger, paper_row)] == [CODE, None]
    assert codes_touched(ledger) == {CODE}
    (shelved,) = rows(ledger, quarantine)
    assert (shelved["state"], shelved["payload"]) == ("released", None)


def test_a_retried_row_never_takes_the_place_of_another(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    mine = replace(logbook_row(1), row_number=99)
    papers.contents["so.xlsx"] = [mine, reject("so.xlsx", 1)]
    papers.understands = True
    engine = build_engine(papers)
    engine.pull()
    assert engine.quarantine_retry().still_bad == 1
    assert [row["row_number"] for row in rows(ledger, paper_row)] == [99]


# --- files that no source names -------------------------------------------------------------------


def test_imported_files_count_in_one_summary_and_in_the_scope(
    build_engine: Build, ledger: Ledger
) -> None:
    engine = build_engine(FakePortal())
    one = FakePapers("import_logbook", contents={"a.xlsx": [logbook_row(1, code=CODE)]})
    other = FakePapers("import_logbook", contents={"b.xlsx": [reject("b.xlsx", 1)]})
    other.broken = {"b.xlsx": "b.xlsx is torn"}
    summary = only(engine.import_files(lambda context: [one, other]))
    assert summary == PaperSummary(
        "import_logbook", files=2, failed_files=1, rows=1, stored=1, error="b.xlsx is torn"
    )
    view = engine.show(CODE)
    assert view is not None
    assert view.case["lb_source"] == "import_logbook"
    assert [row["row_number"] for row in view.paper] == [4]


@pytest.mark.parametrize("name", ["logbook", "imported"])
def test_imported_files_cannot_take_another_name(build_engine: Build, name: str) -> None:
    engine = build_engine(FakePapers())
    with pytest.raises(ConfigError):
        engine.import_files(lambda context: [FakePapers(name)])


def test_a_source_of_paper_is_checked_with_the_systems(
    build_engine: Build, papers: FakePapers
) -> None:
    (check,) = build_engine(papers).check()
    assert (check.source, check.ok) == ("logbook", True)
    assert check.steps[0]["detail"] == "1 files"


# --- what becomes of a row without a code ---------------------------------------------------------


def test_a_row_is_a_finding_until_a_dossier_is_like_it(
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


def test_a_file_that_was_read_as_another_kind_is_not_taken_for_one_whose_rows_left(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    build_engine(papers).pull()
    kept = rows(ledger, paper_row)
    again = FakePapers(kind=PaperKind.REGISTER, contents={"so.xlsx": []})
    summary = only(build_engine(again).pull())
    assert summary.failed_files == 1
    assert summary.error is not None
    assert "was read as logbook" in summary.error
    assert rows(ledger, paper_row) == kept

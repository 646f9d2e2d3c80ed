"""Files of paper rows, from the source into the ledger."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.mappings.records import PaperKind, PaperRow
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import paper_file, paper_match, paper_row, presence
from khop.sync.results import PaperSummary
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakePortal, at
from tests.sync.installation import Build
from tests.sync.papers import CODE, FakePapers, Item, logbook_row, reject
from tests.sync.reading.paper_ledger import (
    OTHER,
    all_tables,
    clear_dirty,
    dirty_codes,
    only_paper,
    table_rows,
)

LEDGERS = BOTH


def test_rows_are_stored_with_their_file_sheet_and_number(
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
    assert only_paper(build_engine(papers).pull()) == PaperSummary(
        "logbook", files=1, lines=1, rows=1, stored=1, cells_unread=["so.xlsx#Sổ!4 Số bộ"]
    )
    (stored,) = table_rows(ledger, paper_row)
    assert stored["first_seen_us"] == int(clock.now.timestamp()) * 1_000_000
    assert stored["returned_us"] == at(19, 15, 30).us
    assert stored["returned_day"] is False
    assert (stored["file"], stored["sheet"], stored["row_number"]) == ("so.xlsx", "Sổ", 4)
    assert (stored["code"], stored["unit_code"], stored["fields_lost"]) == (
        CODE,
        "H99.12",
        '["Số bộ"]',
    )


def test_a_slip_is_stored_with_its_form_and_makes_no_case(
    build_engine: Build, ledger: Ledger, papers: FakePapers, clock: FakeClock
) -> None:
    slip = replace(
        logbook_row(1, code=CODE, signed_at=at(12), form="02", has_reason=True),
        kind=PaperKind.SLIPS,
        received_at=None,
    )
    slips = FakePapers("slips", Role.SLIPS, PaperKind.SLIPS, {"phieu.xlsx": [slip]})
    engine = build_engine(slips)
    assert only_paper(engine.pull()).stored == 1
    (stored,) = table_rows(ledger, paper_row)
    assert (stored["kind"], stored["form"], stored["has_reason"]) == ("slips", "02", True)
    assert engine.reconcile(now=clock.now).cases == 0
    assert only_paper(engine.pull(full=True)).unchanged == 1


def test_an_unchanged_file_is_not_read_again(
    build_engine: Build, ledger: Ledger, papers: FakePapers, clock: FakeClock
) -> None:
    papers.contents["so.xlsx"] = [*papers.contents["so.xlsx"], reject("so.xlsx", 7)]
    engine = build_engine(papers, FakePortal())
    engine.pull()
    before = all_tables(ledger)
    clock.advance(hours=1)
    engine.pull(["logbook"])
    assert all_tables(ledger) == before
    assert papers.read == ["so.xlsx"]


def test_a_full_pull_reads_again_and_writes_only_what_differs(
    build_engine: Build, ledger: Ledger, papers: FakePapers, clock: FakeClock
) -> None:
    engine = build_engine(papers)
    engine.pull()
    before = all_tables(ledger)
    clock.advance(hours=1)
    summary = only_paper(engine.pull(full=True))
    assert (summary.unchanged, summary.stored, summary.unchanged_files) == (2, 0, 0)
    assert all_tables(ledger) == before


def test_a_file_is_replaced_by_what_it_says_now(
    build_engine: Build, ledger: Ledger, papers: FakePapers, clock: FakeClock
) -> None:
    engine = build_engine(papers)
    papers.contents["so.xlsx"] = [logbook_row(1, code=CODE), logbook_row(2), logbook_row(3)]
    engine.pull()
    (first, *_) = table_rows(ledger, paper_row)
    clear_dirty(ledger)
    clock.advance(days=1)
    returned = logbook_row(1, code=CODE, returned_at=at(19))
    papers.contents["so.xlsx"] = [returned, logbook_row(3)]
    summary = only_paper(engine.pull())
    assert (summary.stored, summary.unchanged, summary.deleted) == (1, 1, 1)
    kept = table_rows(ledger, paper_row)
    assert [row["row_key"] for row in kept] == ["key-1", "key-3"]
    assert kept[0]["returned_us"] == at(19).us
    assert kept[0]["first_seen_us"] == first["first_seen_us"]
    assert dirty_codes(ledger) == {CODE, "row:key-2"}


def test_a_row_that_gets_another_code_marks_both_codes_dirty(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    engine = build_engine(papers)
    engine.pull()
    clear_dirty(ledger)
    papers.contents["so.xlsx"] = [logbook_row(1, code=OTHER), logbook_row(2, code=OTHER)]
    engine.pull()
    assert dirty_codes(ledger) == {CODE, OTHER, "row:key-2"}


def test_candidates_are_deleted_with_their_row(
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
    assert [row["row_key"] for row in table_rows(ledger, paper_match)] == ["key-1"]


def test_the_same_rows_under_another_name_are_another_file(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    engine = build_engine(papers)
    papers.contents["so (1).xlsx"] = papers.contents["so.xlsx"]
    summary = only_paper(engine.pull())
    assert (summary.files, summary.stored) == (2, 4)
    del papers.contents["so (1).xlsx"]
    papers.contents["so.xlsx"] = []
    engine.pull()
    assert {row["file"] for row in table_rows(ledger, paper_row)} == {"so (1).xlsx"}


def test_codes_of_rows_are_looked_up_in_the_same_pull(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    portal = FakePortal()
    build_engine(papers, portal).pull()
    assert portal.asked == [CODE]
    assert [row["code"] for row in table_rows(ledger, presence)] == [CODE]


def test_codes_of_earlier_pulls_are_looked_up_at_a_portal_configured_later(
    build_engine: Build, papers: FakePapers
) -> None:
    build_engine(papers).pull()
    portal = FakePortal()
    build_engine(papers, portal).pull()
    assert portal.asked == [CODE]


def test_a_bad_file_does_not_stop_the_others(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    papers.contents |= {"a.xlsx": [logbook_row(5)], "z.xlsx": [logbook_row(6)]}
    papers.broken = {"so.xlsx": "so.xlsx has no row of headers"}
    summary = only_paper(build_engine(papers).pull())
    assert summary.error == "so.xlsx has no row of headers"
    assert (summary.files, summary.failed_files, summary.stored) == (3, 1, 2)
    assert {row["file"] for row in table_rows(ledger, paper_row)} == {"a.xlsx", "z.xlsx"}
    assert {row["file"] for row in table_rows(ledger, paper_file)} == {"a.xlsx", "z.xlsx"}
    papers.broken = {}
    assert only_paper(build_engine(papers).pull()).unchanged_files == 2


def test_of_many_bad_files_some_are_named_and_all_are_counted(
    build_engine: Build, papers: FakePapers
) -> None:
    papers.contents = {f"{number}.xlsx": [] for number in range(9)}
    papers.broken = {name: f"{name} is torn" for name in papers.contents}
    summary = only_paper(build_engine(papers).pull())
    assert summary.failed_files == 9
    assert summary.error is not None
    assert summary.error.endswith("4.xlsx is torn; and 4 more files")


def test_a_missing_folder_is_an_error_and_deletes_nothing(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    engine = build_engine(papers)
    engine.pull()
    papers.broken = {"": "the folder is not there"}
    assert only_paper(engine.pull()).error == "the folder is not there"
    assert len(table_rows(ledger, paper_row)) == 2


def test_a_file_whose_name_is_not_utf_8_is_named_and_not_read(
    build_engine: Build, papers: FakePapers
) -> None:
    papers.contents["s\udcff.xlsx"] = [logbook_row(5)]
    summary = only_paper(build_engine(papers).pull())
    assert (summary.stored, summary.failed_files) == (2, 1)
    assert summary.error is not None
    assert "s?.xlsx" in summary.error


def test_an_interrupted_pull_leaves_whole_files(
    build_engine: Build, ledger: Ledger, papers: FakePapers
) -> None:
    papers.contents |= {"a.xlsx": [logbook_row(5)]}

    def cut(item: Item) -> None:
        if isinstance(item, PaperRow) and item.row_key == "key-2":
            raise KeyboardInterrupt

    papers.on_row = cut
    with pytest.raises(KeyboardInterrupt):
        build_engine(papers).pull()
    assert [row["row_key"] for row in table_rows(ledger, paper_row)] == ["key-5"]
    assert [row["file"] for row in table_rows(ledger, paper_file)] == ["a.xlsx"]


def test_a_failed_transaction_stores_nothing_of_its_file(
    build_engine: Build,
    ledger: Ledger,
    papers: FakePapers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = build_engine(papers)
    engine.pull()
    before = all_tables(ledger)

    def torn(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("khop.sync.ledger.paper_rows._note_file", torn)
    papers.contents["so.xlsx"] = [logbook_row(3), reject("so.xlsx", 4)]
    with pytest.raises(KeyboardInterrupt):
        engine.pull()
    assert all_tables(ledger) == before

"""The table of candidates: which dossiers it holds for rows of paper without a code."""

from __future__ import annotations

from khop.adapters.ports import Role
from khop.config.domain_tables import Tables
from khop.mappings.records import DossierReading, PaperKind
from khop.sync.ledger import Ledger, records
from khop.sync.ledger.records import Arrival
from khop.sync.privacy import Privacy
from tests.postgres import BOTH
from tests.sync.fakes import at, record
from tests.sync.papers import CODE, logbook_row, register_row
from tests.sync.reconciling.paper_candidates import (
    SOURCES,
    OwnUnits,
    matched,
    matches,
    put_dossiers,
    put_rows,
    scratch,
)

LEDGERS = BOTH


def test_a_row_of_the_logbook_is_near_the_reception(ledger: Ledger, privacy: Privacy) -> None:
    with scratch(ledger) as connection:
        put_dossiers(
            connection,
            record(1, received_at=at(10)),
            record(2, received_at=at(12)),
            record(3, received_at=None, finished_at=at(10)),
        )
        put_rows(connection, privacy, logbook_row(1), logbook_row(2, received_at=None))
        assert matched(connection, Tables(), SOURCES) == {"row:key-1"}
        assert matches(connection) == {("key-1", CODE)}


def test_a_row_of_the_register_is_near_the_end_and_never_like_an_open_dossier(
    ledger: Ledger, privacy: Privacy
) -> None:
    with scratch(ledger) as connection:
        put_dossiers(
            connection,
            record(1, received_at=at(10), finished_at=at(17)),
            record(2, received_at=at(16), finished_at=None),
            record(3, received_at=at(16), finished_at=at(18)),
        )
        put_rows(connection, privacy, register_row(1, signed_at=at(16)))
        matched(connection, Tables(), SOURCES)
        assert matches(connection) == {("key-1", CODE)}


def test_rows_with_a_code_and_apologies_have_no_candidates(
    ledger: Ledger, privacy: Privacy
) -> None:
    with scratch(ledger) as connection:
        put_dossiers(connection, record(1))
        rows = [logbook_row(1, code=CODE), logbook_row(2, kind=PaperKind.APOLOGY, signed_at=at(10))]
        put_rows(connection, privacy, *rows)
        assert matched(connection, Tables(), SOURCES) == set()
        assert matches(connection) == set()


def test_only_configured_sources_are_compared(ledger: Ledger, privacy: Privacy) -> None:
    with scratch(ledger) as connection:
        put_dossiers(connection, record(1, source="gone"), record(2))
        put_rows(connection, privacy, logbook_row(1))
        put_rows(connection, privacy, logbook_row(2), source="gone_ledger")
        matched(connection, Tables(), SOURCES)
        assert matches(connection) == {("key-1", record(2).code)}


def test_records_of_the_portal_are_no_candidates(ledger: Ledger, privacy: Privacy) -> None:
    with scratch(ledger) as connection:
        arrival = Arrival(DossierReading(record(1)), "")
        records.store_arrivals(connection, Role.PORTAL, [arrival], 0)
        put_rows(connection, privacy, logbook_row(1))
        assert matched(connection, Tables(), SOURCES) == set()


def test_a_second_run_changes_nothing(ledger: Ledger, privacy: Privacy) -> None:
    with scratch(ledger) as connection:
        put_dossiers(connection, *map(record, range(1, 4)))
        put_rows(connection, privacy, *map(logbook_row, range(3)))
        assert len(matched(connection, Tables(), SOURCES)) == 3
        before = matches(connection)
        assert len(before) == 9
        assert matched(connection, Tables(), SOURCES) == set()
        assert matches(connection) == before


def test_a_row_that_got_its_code_has_no_candidates_any_more(
    ledger: Ledger, privacy: Privacy
) -> None:
    with scratch(ledger) as connection:
        put_dossiers(connection, record(1))
        put_rows(connection, privacy, logbook_row(1))
        matched(connection, Tables(), SOURCES)
        put_rows(connection, privacy, logbook_row(1, code=CODE))
        assert matched(connection, Tables(), SOURCES) == {"row:key-1"}
        assert matches(connection) == set()


def test_a_row_of_a_merged_unit_has_dossiers_of_its_successor_as_candidates(
    ledger: Ledger, privacy: Privacy
) -> None:
    with scratch(ledger) as connection:
        put_dossiers(
            connection,
            record(1, unit="UBND xã Mới", unit_code="H99.41"),
            record(2, unit="UBND xã Khác", unit_code="H99.30.12"),
        )
        put_rows(connection, privacy, logbook_row(1, unit="UBND xã Cũ"))
        matched(connection, OwnUnits(), SOURCES)
        assert matches(connection) == {("key-1", CODE)}


def test_more_rows_than_one_query_takes_are_all_compared(ledger: Ledger, privacy: Privacy) -> None:
    with scratch(ledger) as connection:
        keys = [f"{number:064d}" for number in range(1_200)]
        put_dossiers(connection, *(record(n, applicant_key=key) for n, key in enumerate(keys)))
        put_rows(
            connection, privacy, *(logbook_row(n, applicant_key=k) for n, k in enumerate(keys))
        )
        assert len(matched(connection, Tables(), SOURCES)) == 1_200
        assert matches(connection) == {(f"key-{n}", record(n).code) for n in range(1_200)}
        touched = [record(n).code for n in range(1_200)]
        put_dossiers(connection, *(record(n, applicant_key="x") for n in range(1_200)))
        assert len(matched(connection, Tables(), SOURCES, touched)) == 1_200
        assert matches(connection) == set()

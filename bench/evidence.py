"""Evidence in a ledger of invented dossiers: histories, paper, the post, the population database.

All evidence agrees with its dossier, so it breaks no rule: histories of every fifth dossier,
identity checks of every tenth, scans of the post and rows of the logbook and of the register of
some. A few rows of paper name no dossier.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.ledgers import ONE_STOP, insert, ordinary_dossiers
from bench.planted import Row
from bench.times import DAY, HOUR, MINUTE, NOW_US
from khop.sync.ledger.schema import identity_check, paper_row, status_record

POST, POPULATION, LOGBOOK, REGISTER = "vnpost", "population", "logbook", "register"

_EMPTY = {table.name: dict.fromkeys(column.name for column in table.columns)
          for table in (identity_check, paper_row, status_record)}  # fmt: skip
_BATCH = 20_000


def add_evidence(path: Path, size: int) -> None:
    """Write the evidence into a ledger that ``make_ledger`` made with ``size`` dossiers."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for start in range(0, size, _BATCH):
            numbers = range(start, min(start + _BATCH, size))
            rows: dict[str, list[Row]] = {table: [] for table in _EMPTY}
            for number, dossier in ordinary_dossiers(numbers):
                for table, row in _rows(number, dossier):
                    rows[table].append(_EMPTY[table] | row)
            connection.execute("BEGIN")
            for table, listed in rows.items():
                connection.executemany(insert(table, tuple(_EMPTY[table])), listed)
            connection.execute("COMMIT")


def _rows(number: int, dossier: Row) -> Iterator[tuple[str, Row]]:
    if number % 5 == 0:
        for row in _history(dossier):
            yield status_record.name, row
    if number % 10 == 1:
        yield identity_check.name, _check(dossier)
    if number % 25 == 2 and dossier["returned_us"] is not None:
        for row in _scans(number, dossier):
            yield status_record.name, row
    if number % 50 == 4:
        yield paper_row.name, _logbook_row(number, dossier)
    if number % 60 == 5 and dossier["finished_us"] is not None:
        yield paper_row.name, _register_row(number, dossier)


def _history(dossier: Row) -> Iterator[Row]:
    for place, state in enumerate(dossier["path"].split(">")):
        yield {
            "source": ONE_STOP, "native_id": dossier["native_id"], "entry_id": f"{place}",
            "code": dossier["code"], "kind": "status", "status": int(state),
            "event_us": dossier["submitted_us"] + place * HOUR, "event_day": 0,
            "actor_key": "0" * 64, "unit": dossier["unit"],
        }  # fmt: skip


def _scans(number: int, dossier: Row) -> Iterator[Row]:
    waits = (("handed_to_post", 10 * MINUTE), ("delivered", 30 * MINUTE))
    for kind, wait in waits:
        yield {
            "source": POST, "native_id": dossier["code"], "entry_id": kind,
            "code": dossier["code"], "kind": kind, "item": f"EM{number:09d}VN",
            "event_us": dossier["finished_us"] + wait, "event_day": 0,
        }  # fmt: skip


def _check(dossier: Row) -> Row:
    return {
        "source": POPULATION, "code": dossier["code"], "verdict": "matched", "warnings": "[]",
        "checked_us": dossier["received_us"] + DAY,
    }  # fmt: skip


def _logbook_row(number: int, dossier: Row) -> Row:
    """A row of the logbook. One in ten has no code, only the applicant and the day."""
    return _paper(LOGBOOK, number, dossier) | {
        "code": None if number % 500 == 4 else dossier["code"],
        "received_us": dossier["received_us"],
        "received_day": 0,
    }


def _register_row(number: int, dossier: Row) -> Row:
    """A row of the register of results, which has the day of signing only."""
    day = (dossier["finished_us"] + 7 * HOUR) // DAY * DAY - 7 * HOUR
    return _paper(REGISTER, number, dossier) | {
        "code": dossier["code"], "signed_us": day, "signed_day": 1,
        "number": f"{number}", "symbol": "GP-UBND",
    }  # fmt: skip


def _paper(kind: str, number: int, dossier: Row) -> Row:
    return {
        "source": kind, "file": f"{kind}.xlsx", "row_key": f"{kind}-{number:08d}", "kind": kind,
        "sheet": "Sổ", "row_number": number, "unit": dossier["unit"],
        "unit_code": dossier["unit_code"], "procedure": dossier["procedure"],
        "applicant_key": dossier["applicant_key"],
        "applicant_kind": dossier["applicant_kind"], "fields_lost": "[]", "first_seen_us": NOW_US,
    }  # fmt: skip

"""Rows of paper without a code, and the dossiers they may be about."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khop.adapters.ports import PaperFile, Role
from khop.config.domain_tables import Tables
from khop.mappings.records import (
    DossierReading,
    DossierRecord,
    Instant,
    PaperKind,
    PaperRow,
    Precision,
)
from khop.mappings.time.calendar import WorkingCalendar
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind
from khop.sync.ledger import Ledger, records
from khop.sync.ledger import paper_rows as paper
from khop.sync.ledger.paper_rows import FileRead
from khop.sync.ledger.records import Arrival
from khop.sync.ledger.schema import dirty, paper_match
from khop.sync.privacy import Privacy
from khop.sync.reconciling.likeness import REASONS, Traits, UnitKinship, candidates, near_days
from khop.sync.reconciling.matching import match_rows
from tests.postgres import BOTH
from tests.sync.fakes import at, record
from tests.sync.papers import APPLICANT, CODE, logbook_row, register_row

LEDGERS = BOTH

CALENDAR = WorkingCalendar()
SOURCES = ("igate", "logbook")
SAME = Traits("UBND xã Mẫu", "H99.12", "1.001612", APPLICANT, date(2026, 11, 10))

#: Two communes that one commune followed on 1 July 2025; land matters of the district went to
#: the province's department.
UNITS = UnitHistory(
    [
        OrgUnit("old", "UBND xã Cũ", ("H99.30.11",), valid_to=date(2025, 6, 30)),
        OrgUnit("other", "UBND xã Khác", ("H99.30.12",), valid_to=date(2025, 6, 30)),
        OrgUnit("new", "UBND xã Mới", ("H99.41",), valid_from=date(2025, 7, 1)),
        OrgUnit("district", "UBND huyện Mẫu", ("H99.30",), valid_to=date(2025, 6, 30)),
        OrgUnit("department", "Sở Mẫu", ("H99.08",)),
    ],
    [
        OrgRelation("old", "new", RelationKind.MERGE, date(2025, 7, 1)),
        OrgRelation("other", "new", RelationKind.MERGE, date(2025, 7, 1)),
        OrgRelation(
            "district",
            "department",
            RelationKind.TRANSFER,
            date(2025, 7, 1),
            frozenset({"1.001612"}),
        ),
        OrgRelation("district", "new", RelationKind.MERGE, date(2025, 7, 1)),
    ],
)


class OwnUnits(Tables):
    """The packaged tables with the units above."""

    @property
    def units(self) -> UnitHistory:  # type: ignore[override]
        return UNITS


def like(row: Traits, dossier: Traits) -> bool:
    found = candidates(row, {CODE: dossier}, UnitKinship(UNITS), CALENDAR)
    assert found in ({}, {CODE: REASONS})
    return bool(found)


# --- what agrees ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelled",
    [
        {"unit_code": "000.00.12.H99", "unit": None},
        {"unit_code": "h99.12", "unit": "Một cửa xã Mẫu"},
        {"unit_code": None, "unit": "  ubnd  xã MẪU"},
        {"unit_code": None, "unit": "UBND xa\u0303 Mâ\u0303u"},
        {"procedure": "1.001612.000.00.00.H99"},
        {"procedure": " 1.001612 "},
        {"day": date(2026, 11, 9)},
        {"day": date(2026, 11, 11)},
    ],
)
def test_other_spellings_and_the_next_working_day_are_alike(spelled: dict[str, Any]) -> None:
    assert like(SAME, replace(SAME, **spelled))
    assert like(replace(SAME, **spelled), SAME)


@pytest.mark.parametrize(
    "other",
    [
        {"unit_code": "H99.13", "unit": "UBND xã Khác Nữa"},
        {"unit_code": None, "unit": "UBND xã Mau"},
        {"unit_code": None, "unit": None},
        {"unit_code": "", "unit": " "},
        {"procedure": "1.001613"},
        {"procedure": None},
        {"procedure": ""},
        {"applicant_key": "j" * 64},
        {"applicant_key": None},
        {"day": date(2026, 11, 6)},
        {"day": date(2026, 11, 12)},
        {"day": None},
        {"day": date(1900, 1, 1)},
    ],
)
def test_all_four_have_to_agree(other: dict[str, Any]) -> None:
    assert not like(SAME, replace(SAME, **other))
    assert not like(replace(SAME, **other), SAME)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        (date(2026, 11, 20), date(2026, 11, 23), True),  # Friday and Monday
        (date(2026, 11, 21), date(2026, 11, 23), True),  # Saturday and Monday
        (date(2026, 11, 21), date(2026, 11, 20), True),
        (date(2026, 11, 19), date(2026, 11, 23), False),
        (date(2026, 8, 28), date(2026, 9, 3), True),  # the days of Independence between
        (date(2026, 8, 27), date(2026, 9, 3), False),
    ],
)
def test_days_are_counted_as_working_days(one: date, other: date, near: bool) -> None:
    assert near_days(one, other, CALENDAR) is near
    assert near_days(other, one, CALENDAR) is near


@pytest.mark.parametrize(
    ("one", "other", "procedure", "akin"),
    [
        ({"unit_code": "H99.30.11"}, {"unit_code": "H99.41"}, "1.001612", True),
        ({"unit_code": "000.11.30.H99"}, {"unit": "UBND xã mới"}, "1.001612", True),
        ({"unit": "UBND XÃ CŨ"}, {"unit": "UBND xã Mới"}, None, True),
        ({"unit_code": "H99.30.11"}, {"unit_code": "H99.30.12"}, "1.001612", False),
        ({"unit_code": "H99.30"}, {"unit_code": "H99.08"}, "1.001612", True),
        ({"unit_code": "H99.30"}, {"unit_code": "H99.41"}, "1.001612", False),
        ({"unit_code": "H99.30"}, {"unit_code": "H99.08"}, "2.000001", False),
        ({"unit_code": "H99.30"}, {"unit_code": "H99.41"}, "2.000001", True),
        ({"unit_code": "SMAU"}, {"unit_code": "H99.08", "unit": "Sở Mẫu"}, "1.001612", False),
        ({"unit_code": "SMAU", "unit": "sở mẫu"}, {"unit_code": "H99.08"}, "1.001612", True),
    ],
)
def test_a_unit_is_that_of_its_predecessor_and_successor(
    one: dict[str, str], other: dict[str, str], procedure: str | None, akin: bool
) -> None:
    units = UnitKinship(UNITS)
    day = date(2025, 7, 1)
    first = Traits(**one, procedure=procedure, day=day)
    second = Traits(**other, procedure=procedure, day=day)
    assert units.akin(first, second) is akin
    assert units.akin(second, first) is akin


def test_a_name_that_two_units_bear_says_nothing() -> None:
    twins = UnitHistory(
        [
            OrgUnit("a", "UBND xã Tân", ("H99.51",)),
            OrgUnit("b", "UBND xã Tân", ("H99.52",)),
            OrgUnit("c", "UBND xã Tiến", ("H99.53",), valid_to=date(2025, 6, 30)),
        ],
        [OrgRelation("c", "a", RelationKind.MERGE, date(2025, 7, 1))],
    )
    units = UnitKinship(twins)
    assert not units.akin(Traits(unit="UBND xã Tân"), Traits(unit_code="H99.53"))
    assert units.akin(Traits(unit_code="H99.51"), Traits(unit_code="H99.53"))


# --- the table of candidates ----------------------------------------------------------------------


class Rollback(Exception):
    """Ends a transaction whose writes nobody needs."""


@contextmanager
def scratch(ledger: Ledger) -> Iterator[sa.Connection]:
    """A transaction that leaves nothing."""
    with suppress(Rollback), ledger.write() as connection:
        yield connection
        raise Rollback


def put_dossiers(connection: sa.Connection, *dossiers: DossierRecord) -> None:
    arrivals = [Arrival(DossierReading(one), "") for one in dossiers]
    records.store_arrivals(connection, Role.ONE_STOP, arrivals, 0)


def put_rows(
    connection: sa.Connection, privacy: Privacy, *rows: PaperRow, source: str = "logbook"
) -> None:
    digest = str(hash(rows))
    read = FileRead(PaperFile("so.xlsx", digest), rows, ())
    paper.store_file(connection, source, read, privacy, 0)


def matches(connection: sa.Connection) -> set[tuple[str, str]]:
    found = connection.execute(sa.select(paper_match)).all()
    assert all(tuple(json.loads(row.reasons)) == REASONS for row in found)
    return {(row.row_key, row.code) for row in found}


def test_a_row_of_the_logbook_is_near_the_reception(ledger: Ledger, privacy: Privacy) -> None:
    with scratch(ledger) as connection:
        put_dossiers(
            connection,
            record(1, received_at=at(10)),
            record(2, received_at=at(12)),
            record(3, received_at=None, finished_at=at(10)),
        )
        put_rows(connection, privacy, logbook_row(1), logbook_row(2, received_at=None))
        assert match_rows(connection, Tables(), SOURCES) == {"row:key-1"}
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
        match_rows(connection, Tables(), SOURCES)
        assert matches(connection) == {("key-1", CODE)}


def test_rows_with_a_code_and_apologies_are_like_nothing(ledger: Ledger, privacy: Privacy) -> None:
    with scratch(ledger) as connection:
        put_dossiers(connection, record(1))
        rows = [logbook_row(1, code=CODE), logbook_row(2, kind=PaperKind.APOLOGY, signed_at=at(10))]
        put_rows(connection, privacy, *rows)
        assert match_rows(connection, Tables(), SOURCES) == set()
        assert matches(connection) == set()


def test_only_sources_that_count_are_compared(ledger: Ledger, privacy: Privacy) -> None:
    with scratch(ledger) as connection:
        put_dossiers(connection, record(1, source="gone"), record(2))
        put_rows(connection, privacy, logbook_row(1))
        put_rows(connection, privacy, logbook_row(2), source="gone_ledger")
        match_rows(connection, Tables(), SOURCES)
        assert matches(connection) == {("key-1", record(2).code)}


def test_the_portals_records_are_no_dossiers_of_the_one_stop(
    ledger: Ledger, privacy: Privacy
) -> None:
    with scratch(ledger) as connection:
        arrival = Arrival(DossierReading(record(1)), "")
        records.store_arrivals(connection, Role.PORTAL, [arrival], 0)
        put_rows(connection, privacy, logbook_row(1))
        assert match_rows(connection, Tables(), SOURCES) == set()


def test_a_second_time_changes_nothing(ledger: Ledger, privacy: Privacy) -> None:
    with scratch(ledger) as connection:
        put_dossiers(connection, *map(record, range(1, 4)))
        put_rows(connection, privacy, *map(logbook_row, range(3)))
        assert len(match_rows(connection, Tables(), SOURCES)) == 3
        before = matches(connection)
        assert len(before) == 9
        assert match_rows(connection, Tables(), SOURCES) == set()
        assert matches(connection) == before


def test_a_row_that_got_its_code_has_no_candidates_any_more(
    ledger: Ledger, privacy: Privacy
) -> None:
    with scratch(ledger) as connection:
        put_dossiers(connection, record(1))
        put_rows(connection, privacy, logbook_row(1))
        match_rows(connection, Tables(), SOURCES)
        put_rows(connection, privacy, logbook_row(1, code=CODE))
        assert match_rows(connection, Tables(), SOURCES) == {"row:key-1"}
        assert matches(connection) == set()


def test_the_units_of_the_province_lead_over_a_merger(ledger: Ledger, privacy: Privacy) -> None:
    with scratch(ledger) as connection:
        put_dossiers(
            connection,
            record(1, unit="UBND xã Mới", unit_code="H99.41"),
            record(2, unit="UBND xã Khác", unit_code="H99.30.12"),
        )
        put_rows(connection, privacy, logbook_row(1, unit="UBND xã Cũ"))
        match_rows(connection, OwnUnits(), SOURCES)
        assert matches(connection) == {("key-1", CODE)}


def test_more_rows_than_one_query_asks_for(ledger: Ledger, privacy: Privacy) -> None:
    with scratch(ledger) as connection:
        keys = [f"{number:064d}" for number in range(1_200)]
        put_dossiers(connection, *(record(n, applicant_key=key) for n, key in enumerate(keys)))
        put_rows(
            connection, privacy, *(logbook_row(n, applicant_key=k) for n, k in enumerate(keys))
        )
        assert len(match_rows(connection, Tables(), SOURCES)) == 1_200
        assert matches(connection) == {(f"key-{n}", record(n).code) for n in range(1_200)}
        touched = [record(n).code for n in range(1_200)]
        put_dossiers(connection, *(record(n, applicant_key="x") for n in range(1_200)))
        assert len(match_rows(connection, Tables(), SOURCES, touched)) == 1_200
        assert matches(connection) == set()


# --- against a plain answer ----------------------------------------------------------------------

#: Spellings of a unit, and one word for all that mean one unit or one line of units.
_PLACES: dict[tuple[str | None, str | None], str] = {
    ("UBND xã Mẫu", None): "mau",
    ("UBND XÃ MẪU", "H99.12"): "mau",
    ("UBND xã Cũ", None): "line",
    (None, "000.11.30.H99"): "line",
    ("UBND xã Mới", "H99.41"): "line",
    (None, None): "",
}
_PROCEDURES = {"1.001612": "a", "1.001612.000.00.00.H99": "a", "2.000815": "b", None: ""}
#: Days of November from a Thursday to the Wednesday after; Tuesday is a holiday. The number of the
#: working day each counts as.
_DAYS = {19: 1, 20: 2, 21: 2, 22: 2, 23: 3, 24: 3, 25: 4, None: None}


def _mostly(usual: Sequence[Any], every: Collection[Any]) -> st.SearchStrategy[Any]:
    """One of a few that agree, nine times in ten: worlds without a match prove little."""
    return st.integers(0, 9).flatmap(lambda n: st.sampled_from(list(every if n == 9 else usual)))


_traits = st.fixed_dictionaries(
    {
        "unit": _mostly([("UBND xã Cũ", None), (None, "000.11.30.H99")], _PLACES),
        "procedure": _mostly(["1.001612", "1.001612.000.00.00.H99"], _PROCEDURES),
        "applicant_key": _mostly(["p" * 64], ["p" * 64, "q" * 64, None]),
        "first": _mostly([20, 22, 23], _DAYS),
        "second": _mostly([20, 21, 25], _DAYS),
    }
)
_row = st.tuples(st.sampled_from([PaperKind.LOGBOOK, PaperKind.REGISTER]), st.booleans(), _traits)
_world = st.tuples(st.lists(_row, max_size=4), st.lists(_traits, max_size=4))


def day(number: int | None, hour: int = 0) -> Instant | None:
    if number is None:
        return None
    return replace(at(number, hour), precision=Precision.SECOND if hour else Precision.DAY)


def common(traits: dict[str, Any]) -> dict[str, Any]:
    unit, unit_code = traits["unit"]
    return {
        "unit": unit,
        "unit_code": unit_code,
        "procedure": traits["procedure"],
        "applicant_key": traits["applicant_key"],
    }


def made_row(number: int, kind: PaperKind, coded: bool, traits: dict[str, Any]) -> PaperRow:
    make, time = (
        (logbook_row, "received_at") if kind is PaperKind.LOGBOOK else (register_row, "signed_at")
    )
    code = f"H99.13-261110-{number:04d}" if coded else None
    return make(number, code=code, **common(traits), **{time: day(traits["first"])})


def made_dossier(number: int, traits: dict[str, Any]) -> DossierRecord:
    times = {"received_at": day(traits["first"], 23), "finished_at": day(traits["second"], 1)}
    return record(number, **common(traits), **times)


def plainly_alike(kind: PaperKind, row: dict[str, Any], dossier: dict[str, Any]) -> bool:
    """The rule once more, by what the spellings were made to mean."""
    theirs = _DAYS[dossier["first" if kind is PaperKind.LOGBOOK else "second"]]
    mine = _DAYS[row["first"]]
    return (
        _PLACES[row["unit"]] == _PLACES[dossier["unit"]] != ""
        and _PROCEDURES[row["procedure"]] == _PROCEDURES[dossier["procedure"]] != ""
        and row["applicant_key"] == dossier["applicant_key"] is not None
        and mine is not None
        and theirs is not None
        and abs(mine - theirs) <= 1
    )


World = tuple[list[tuple[PaperKind, bool, dict[str, Any]]], list[dict[str, Any]]]


def expected(world: World) -> set[tuple[str, str]]:
    rows, dossiers = world
    return {
        (f"key-{i}", record(j).code)
        for i, (kind, coded, row) in enumerate(rows)
        for j, dossier in enumerate(dossiers)
        if not coded and plainly_alike(kind, row, dossier)
    }


def put_world(connection: sa.Connection, privacy: Privacy, world: World) -> None:
    rows, dossiers = world
    put_dossiers(connection, *(made_dossier(i, traits) for i, traits in enumerate(dossiers)))
    put_rows(connection, privacy, *(made_row(i, *row) for i, row in enumerate(rows)))


def named(changed: Collection[tuple[str, str]]) -> set[str]:
    return {f"row:{key}" for key, _ in changed}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=_world, after=_world)
def test_matching_is_what_the_rule_says_at_once_and_after_changes(
    ledger: Ledger, privacy: Privacy, before: World, after: World
) -> None:
    # Dossiers are never taken out of a ledger; rows are.
    after = (after[0], after[1] + before[1][len(after[1]) :])
    with scratch(ledger) as connection:
        put_world(connection, privacy, before)
        assert match_rows(connection, OwnUnits(), SOURCES) == named(expected(before))
        assert matches(connection) == expected(before)
        connection.execute(sa.delete(dirty))
        put_world(connection, privacy, after)
        written = set(connection.scalars(sa.select(dirty.c.code)))
        written |= {record(i).code for i in range(len(after[1]))}
        changed = match_rows(connection, OwnUnits(), SOURCES, written)
        assert matches(connection) == expected(after)
        here = {f"key-{i}" for i in range(len(after[0]))}
        still = {pair for pair in expected(before) if pair[0] in here}
        assert changed == named(still ^ expected(after))
        assert match_rows(connection, OwnUnits(), SOURCES) == set()

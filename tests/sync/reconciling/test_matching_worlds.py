"""Candidates in drawn worlds, at once and after changes, against a plain answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khop.mappings.records import DossierRecord, Instant, PaperKind, PaperRow, Precision
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import dirty
from khop.sync.privacy import Privacy
from khop.sync.reconciling.matching import match_rows
from tests.postgres import BOTH
from tests.sync.fakes import at, record
from tests.sync.papers import logbook_row, register_row
from tests.sync.reconciling.paper_candidates import (
    SOURCES,
    OwnUnits,
    matches,
    put_dossiers,
    put_rows,
    scratch,
)

LEDGERS = BOTH

#: (name, code) of a unit, and a word that is the same for the same unit and its successors.
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
    """The rule again, by what each spelling stands for."""
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
def test_candidates_are_what_the_rule_says_at_once_and_after_changes(
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

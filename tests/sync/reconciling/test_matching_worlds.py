"""Candidates in drawn worlds, at once and after changes, against a plain answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khop.mappings.records import DossierRecord, Instant, PaperKind, PaperRow, Precision
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import dirty
from khop.sync.privacy import Privacy
from tests.postgres import BOTH
from tests.sync.fakes import at, record
from tests.sync.papers import logbook_row, register_row
from tests.sync.reconciling.paper_candidates import (
    SOURCES,
    OwnUnits,
    matched,
    matches,
    put_dossiers,
    put_rows,
    scratch,
)

pytestmark = pytest.mark.slow

LEDGERS = BOTH

#: (name, code) of a unit, and a word that is the same for the same unit and its successors.
_PLACES: dict[tuple[str | None, str | None], str] = {
    ("UBND xã Mẫu", None): "mau",
    ("UBND XÃ MẪU", "H99.12"): "mau",
    ("UBND xã Cũ", None): "line",
    (None, "000.11.30.H99"): "line",
    ("UBND xã Mới", "H99.41"): "line",
    ("UBND xã Khác", "H99.30.12"): "other",
    ("Một cửa", None): "",
    (None, None): "",
}
_PROCEDURES = {
    "1.001612": "a",
    "1.001612.000.00.00.H99": "a",
    "2.000815": "b",
    "1.O01612": "",
    None: "",
}
#: Keys, and what they are made of: two of a kind are two persons.
_APPLICANTS = [
    ("p" * 64, "number_12"),
    ("q" * 64, "number_12"),
    ("r" * 64, "name_date"),
    ("s" * 64, None),
    (None, None),
]
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
        "applicant": _mostly([("p" * 64, "number_12")], _APPLICANTS),
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
        "applicant_key": traits["applicant"][0],
        "applicant_kind": traits["applicant"][1],
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


def same_unit(one: Pair, other: Pair) -> Answer:
    """By what each spelling stands for. The table does not know the unit "mau"; of codes it is
    known that they differ."""
    first, second = _PLACES[one], _PLACES[other]
    if not first or not second:
        return None if one != other or one == (None, None) else True
    coded = one[1] is not None and other[1] is not None
    return True if first == second else None if "mau" in (first, second) and not coded else False


def same_procedure(one: str | None, other: str | None) -> Answer:
    first, second = _PROCEDURES[one], _PROCEDURES[other]
    if first and second:
        return first == second
    return True if one is not None and one == other else None


def same_applicant(one: Pair, other: Pair) -> Answer:
    if one[0] is not None and one == other:
        return True
    return False if one[1] is not None and one[1] == other[1] else None


def agrees(kind: PaperKind, row: dict[str, Any], dossier: dict[str, Any]) -> Answer:
    """The rule again: True for a candidate, None for one that only does not differ."""
    theirs = _DAYS[dossier["first" if kind is PaperKind.LOGBOOK else "second"]]
    mine = _DAYS[row["first"]]
    unit = same_unit(row["unit"], dossier["unit"])
    procedure = same_procedure(row["procedure"], dossier["procedure"])
    applicant = same_applicant(row["applicant"], dossier["applicant"])
    near = mine is not None and theirs is not None and abs(mine - theirs) <= 1
    if not near or False in (unit, procedure, applicant):
        return False
    return applicant or (unit and procedure) or None


Answer = bool | None
Pair = tuple[str | None, str | None]
World = tuple[list[tuple[PaperKind, bool, dict[str, Any]]], list[dict[str, Any]]]


def expected(world: World) -> set[tuple[str, str]]:
    """The candidates of each row; else the first dossier that does not differ from it."""
    rows, dossiers = world
    found: set[tuple[str, str]] = set()
    for i, (kind, coded, row) in enumerate(rows):
        answers = [False if coded else agrees(kind, row, dossier) for dossier in dossiers]
        numbers = [j for j, answer in enumerate(answers) if answer]
        found |= {(f"key-{i}", record(j).code) for j in numbers or firsts(answers)}
    return found


def firsts(answers: list[Answer]) -> list[int]:
    return [j for j, answer in enumerate(answers) if answer is None][:1]


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
        assert matched(connection, OwnUnits(), SOURCES) == named(expected(before))
        assert matches(connection) == expected(before)
        connection.execute(sa.delete(dirty))
        put_world(connection, privacy, after)
        written = set(connection.scalars(sa.select(dirty.c.code)))
        written |= {record(i).code for i in range(len(after[1]))}
        changed = matched(connection, OwnUnits(), SOURCES, written)
        assert matches(connection) == expected(after)
        here = {f"key-{i}" for i in range(len(after[0]))}
        still = {pair for pair in expected(before) if pair[0] in here}
        assert changed == named(still ^ expected(after))
        assert matched(connection, OwnUnits(), SOURCES) == set()

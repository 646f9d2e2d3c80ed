"""The tables of docs/domain.md say what the packaged data say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from khop.mappings.codes.dossier import parse_code
from khop.mappings.codes.grammar import packaged_grammar
from khop.mappings.codes.level_one import packaged_level_one
from khop.mappings.records import Status
from khop.mappings.states.transitions import StepMark, transition_matrix
from khop.mappings.time.calendar import WorkingCalendar
from tools.repository import ROOT

PAGE = (ROOT / "docs/domain.md").read_text("utf-8")
SIGNS = {StepMark.ORDINARY: "✓", StepMark.EVIDENCE: "!", StepMark.FORBIDDEN: "✗"}
CALENDAR = WorkingCalendar((), ())


def _rows(first: str, second: str) -> list[list[str]]:
    """The cells of the table whose header begins with these two words, row by row."""
    lines = PAGE.split(f"\n| {first} | {second}", 1)[1].split("\n\n", 1)[0].split("\n")[2:]
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]


def test_the_matrix_is_that_of_the_data() -> None:
    matrix = transition_matrix()
    rows = _rows(r"From \ to", "2")
    assert [row[0] for row in rows] == [str(state.value) for state in Status]
    for before, *signs in rows:
        for after, sign in enumerate(signs, start=2):
            cell = matrix.cell(Status(int(before)), Status(after))
            assert sign == (SIGNS[cell.mark] if cell else "–"), (before, after)


def test_the_code_shapes_are_those_of_the_data_and_read_their_examples() -> None:
    rows = _rows("Shape", "Example")
    shapes = [shape.id for shape in packaged_grammar().dossier]
    assert [row[0].split(":")[0] for row in rows] == [*shapes, "G6"]
    for shape, example, *_ in rows:
        if example:
            assert parse_code(example.strip("`")).grammar == shape.split(":")[0]


def test_the_provinces_and_where_they_went_are_those_of_the_data() -> None:
    table, before, after = packaged_level_one(), date(2024, 12, 31), date(2025, 7, 1)
    rows = _rows("Code", "Province until")
    assert [row[0] for row in rows] == sorted(
        row.code for row in table if row.in_force(before) and row.code[0] == "H"
    )
    for code, name, evidence, today in rows:
        (then,) = [row for row in table.rows(code) if row.in_force(before)]
        now = table.current(code, after)
        assert now is not None
        assert (name, evidence) == (then.name, then.evidence.value)
        assert today.removeprefix("in ").split(" with ")[0] == now.name
        assert today.startswith("in ") == (now.code != code)


@pytest.mark.parametrize("row", _rows("Year", "Weekdays off"), ids=lambda row: row[0])
def test_the_days_of_a_year_are_those_of_the_calendar(row: list[str]) -> None:
    year = int(row[0])
    all_days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    days = [day for day in all_days if day.year == year]
    off = [day for day in days if day.weekday() < 5 and not CALENDAR.is_working(day)]
    worked = [day for day in days if day.weekday() >= 5 and CALENDAR.is_working(day)]
    assert row[1].split() == [f"{day.day}/{day.month}" for day in off]
    assert row[2].split() == [f"{day.day}/{day.month}" for day in worked]


@pytest.mark.parametrize("row", _rows("From", "Working days"), ids=lambda row: row[0])
def test_an_example_is_what_the_calendar_computes(row: list[str]) -> None:
    due = CALENDAR.add_working_days(date.fromisoformat(row[0]), int(row[1]))
    assert date.fromisoformat(row[2][:10]) == due

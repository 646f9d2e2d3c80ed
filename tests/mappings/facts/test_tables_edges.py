"""Messages about errors in a province's own tables, and tables with one kind of key only."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from khop.errors import ConfigError
from khop.mappings.codes.grammar import code_grammar
from khop.mappings.codes.level_one import level_one_table
from khop.mappings.codes.organisation import parse_organisation
from khop.mappings.codes.procedure import parse_procedure
from khop.mappings.records import Status
from khop.mappings.states.status import StatusTable
from khop.mappings.time.calendar import WorkingCalendar
from khop.mappings.time.deadline_rules import deadline_rules


@pytest.mark.parametrize(
    ("row", "key", "message"),
    [
        ({"code": "X01"}, "own[1].name", "this key is missing"),
        ({"code": "X01", "name": "a", "qqqq": 1}, "own[1].qqqq", "unknown key"),
        (
            {"code": "X01", "name": "a", "sucessor": "H01"},
            "own[1].sucessor",
            "unknown key; did you mean successor?",
        ),
        (
            {"code": "X01", "name": "a", "successor": "H01"},
            "own[1]",
            "has a successor, so it needs valid_to, its last day",
        ),
    ],
)
def test_an_error_of_a_row_has_khops_own_text(row: dict[str, Any], key: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        level_one_table([row], key="own")
    assert str(refused.value) == f"{key}: {message}"


def test_overlapping_own_rows_are_refused_with_their_key() -> None:
    rows = [
        {"code": "X01", "name": "a", "valid_to": date(2026, 6, 30)},
        {"code": "X01", "name": "b", "valid_from": date(2026, 6, 30)},
    ]
    with pytest.raises(ConfigError) as refused:
        level_one_table(rows, key="own")
    assert refused.value.key == "own.X01"


@pytest.mark.parametrize(
    ("kind", "wanted"), [("by_id", (4, None)), ("by_name", (None, "4")), ("by_part", (None, "4"))]
)
def test_a_table_may_have_one_kind_of_key_only(
    kind: str, wanted: tuple[int | None, str | None]
) -> None:
    table = StatusTable({}, {}, defaults={kind: {"4": 9}})
    assert table.lookup(*wanted) is Status.FINISHED
    assert table.lookup(5, "another") is None


@pytest.mark.parametrize("kind", ["by_id", "by_name", "by_part"])
def test_an_error_in_packaged_data_names_its_place(kind: str) -> None:
    with pytest.raises(ConfigError) as refused:
        StatusTable({}, {}, defaults={kind: {"4": 11}})
    assert refused.value.key == f"{kind}.4"


def test_a_day_both_off_and_worked_is_refused_with_the_calendars_key() -> None:
    day = date(2026, 11, 23)
    with pytest.raises(ConfigError) as refused:
        WorkingCalendar([day], [day])
    assert refused.value.key == "calendar"
    assert "2026-11-23" in str(refused.value)


def test_a_procedure_of_no_known_shape_keeps_what_was_written() -> None:
    found = parse_procedure(" tthc  mẫu ")
    assert found.unknown_shape
    assert (found.raw, found.compared) == (" tthc  mẫu ", found.code)


def test_the_authority_of_a_procedure_is_read_in_the_provinces_own_shapes() -> None:
    own = {
        "organisation": [
            {
                "id": "O9",
                "name": "own",
                "pattern": "^(H99)_([0-9]{3})$",
                "parts": ["level1", "below"],
                "order": "new",
                "source": "test",
            }
        ],
        "procedure": [
            {
                "id": "P9",
                "name": "own",
                "pattern": "^([0-9][.][0-9]{6})#(H99_[0-9]{3})$",
                "parts": ["base", "authority"],
                "source": "test",
            }
        ],
    }
    found = parse_procedure("1.012784#H99_242", code_grammar(own))
    assert found.base == "1.012784"
    assert found.authority is not None
    assert found.authority.levels == ("H99", "242")


def test_an_organisation_of_no_known_shape_keeps_what_was_written() -> None:
    found = parse_organisation(" UBND/xã  B ")
    assert found.unknown_shape
    assert found.raw == " UBND/xã  B "


def test_a_misspelled_key_is_reported_as_unknown_not_as_missing() -> None:
    with pytest.raises(ConfigError) as refused:
        level_one_table([{"code": "X01", "nane": "a"}], key="own")
    assert str(refused.value) == "own[1].nane: unknown key; did you mean name?"


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"countin": {}}, "deadlines.countin: unknown key; did you mean counting?"),
        (
            {"counting": {"due_tme": "day_end"}},
            "deadlines.counting.due_tme: unknown key; did you mean due_time?",
        ),
    ],
)
def test_a_misspelled_key_of_the_deadlines_is_reported_at_any_depth(
    own: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        deadline_rules(own)
    assert str(refused.value) == message

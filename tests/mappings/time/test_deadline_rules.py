"""The rules of deadlines as data, and a province's own over them."""

from __future__ import annotations

import csv
from datetime import UTC, time
from enum import StrEnum

import pytest

from khop.errors import ConfigError
from khop.mappings.time.deadline_rules import (
    Band,
    Definition,
    DueTime,
    Effect,
    Ground,
    GroundRule,
    Measure,
    ProcedureClock,
    deadline_rules,
    read_procedure_clocks,
)

PACKED = deadline_rules()


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (Measure, "working_day calendar_day month working_hour same_day"),
        (DueTime, "as_received session_end day_end"),
        (Definition, "statutory receipt_slip portal_766 provincial"),
        (Ground, "supplement financial_duty consultation"),
        (Effect, "none pause restart"),
    ],
)
def test_the_words_of_the_table_are_stable(words: type[StrEnum], written: str) -> None:
    assert " ".join(words) == written


def test_the_packaged_rules() -> None:
    assert PACKED.roll_to_working_day is True
    assert PACKED.due_time is DueTime.AS_RECEIVED
    assert PACKED.same_day_until == time(15)
    assert (PACKED.extensions_at_most, PACKED.notice_days) == (1, 1)
    assert [band.id for band in PACKED.bands] == ["one_day", "three_days", "this_week"]


@pytest.mark.parametrize(
    ("definition", "ground", "effect", "within", "otherwise"),
    [
        ("statutory", "supplement", "restart", 3, "pause"),
        ("statutory", "financial_duty", "pause", None, "none"),
        ("statutory", "consultation", "none", None, "none"),
        ("portal_766", "supplement", "pause", None, "none"),
        ("portal_766", "financial_duty", "none", None, "none"),
        ("portal_766", "consultation", "none", None, "none"),
    ],
)
def test_each_ground_has_its_effect(
    definition: str, ground: str, effect: str, within: int | None, otherwise: str
) -> None:
    rule = PACKED.grounds[Definition(definition), Ground(ground)]
    assert (rule.effect, rule.within, rule.otherwise) == (effect, within, otherwise)


@pytest.mark.parametrize(("days", "effect"), [(0, "restart"), (3, "restart"), (4, "pause")])
def test_a_ground_within_its_days_and_after(days: int, effect: str) -> None:
    assert PACKED.grounds[Definition.STATUTORY, Ground.SUPPLEMENT].after(days) == effect


def test_a_ground_without_days_always_has_its_effect() -> None:
    rule = GroundRule(Definition.STATUTORY, Ground.FINANCIAL_DUTY, Effect.PAUSE)
    assert rule.after(10_000) is Effect.PAUSE


def test_every_definition_that_judges_has_a_name() -> None:
    assert set(PACKED.definitions) == set(Definition) - {Definition.STATUTORY}
    assert PACKED.definitions[Definition.RECEIPT_SLIP].points == {
        "early": 2,
        "on_time": 1,
        "late": 0,
    }
    assert not PACKED.definitions[Definition.PROVINCIAL].points


def test_a_province_replaces_only_what_it_names() -> None:
    own = deadline_rules(
        {
            "source": "QĐ 01/2026/QĐ-UBND",
            "counting": {"due_time": "session_end"},
            "extension": {"at_most": 2},
            "effect": [{"definition": "portal_766", "ground": "financial_duty", "effect": "pause"}],
            "unit": [{"measure": "working_day", "labels": ["d"]}],
        }
    )
    assert (own.due_time, own.roll_to_working_day) == (DueTime.SESSION_END, True)
    assert (own.extensions_at_most, own.notice_days) == (2, 1)
    assert own.grounds[Definition.PORTAL_766, Ground.FINANCIAL_DUTY].effect is Effect.PAUSE
    assert own.grounds[Definition.PORTAL_766, Ground.SUPPLEMENT].effect is Effect.PAUSE
    assert own.units["d"] == (Measure.WORKING_DAY, 1)
    assert own.units["ngày"] == (Measure.CALENDAR_DAY, 1)
    assert own.bands == PACKED.bands
    assert own.same_day_until == time(15)


def test_a_province_may_turn_things_off() -> None:
    own = deadline_rules(
        {
            "counting": {"roll_to_working_day": False},
            "extension": {"at_most": 0, "notice_days": 0},
            "near_due": [],
        }
    )
    assert own.roll_to_working_day is False
    assert (own.extensions_at_most, own.notice_days, own.bands) == (0, 0, ())


def test_bands_are_replaced_as_a_whole() -> None:
    own = deadline_rules({"near_due": [{"id": "24h", "hours": 24}]})
    assert own.bands == (Band("24h", hours=24),)


def test_tables_of_two_provinces_are_independent() -> None:
    deadline_rules({"unit": [{"measure": "working_hour", "labels": ["Ngày"]}]})
    assert deadline_rules().units["ngày"] == (Measure.CALENDAR_DAY, 1)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"extensions": {}}, "deadlines.extensions"),
        ({"extension": {"at_most": -1}}, "deadlines.extension.at_most"),
        ({"extension": {"most": 1}}, "deadlines.extension.most"),
        ({"counting": {"due_time": "noon"}}, "deadlines.counting.due_time"),
        ({"transfer": {"same_day_until": "25:00"}}, "deadlines.transfer.same_day_until"),
        ({"effect": [{"definition": "x"}]}, "deadlines.effect.0.definition"),
        ({"unit": [{"measure": "month", "labels": [""]}]}, "deadlines.unit.0.labels.0"),
        (
            {"unit": [{"measure": "month", "labels": ["t"], "times": 0}]},
            "deadlines.unit.0.times",
        ),
        ({"unit": [{"measure": "month", "labels": [" \u200b"]}]}, "deadlines.unit.0.labels.0"),
        (
            {"unit": [{"measure": "month", "labels": ["t"], "times": True}]},
            "deadlines.unit.0.times",
        ),
        ({"extension": {"at_most": True}}, "deadlines.extension.at_most"),
        ({"extension": {"at_most": 2.0}}, "deadlines.extension.at_most"),
        ({"transfer": {"same_day_until": 15}}, "deadlines.transfer.same_day_until"),
        ({"transfer": {"same_day_until": 15.5}}, "deadlines.transfer.same_day_until"),
        ({"transfer": {"same_day_until": "15:00Z"}}, "deadlines.transfer.same_day_until"),
        ({"transfer": {"same_day_until": "54000000"}}, "deadlines.transfer.same_day_until"),
        (
            {"transfer": {"same_day_until": time(15, tzinfo=UTC)}},
            "deadlines.transfer.same_day_until",
        ),
        (
            {"unit": [{"measure": "month", "labels": [x]} for x in ("Năm", "NĂM ")]},
            "deadlines.unit[2]",
        ),
        ({"near_due": [{"id": "a", "hours": x} for x in (1, 2)]}, "deadlines.near_due[2]"),
        (
            {
                "effect": [
                    {"definition": "statutory", "ground": "consultation", "effect": x}
                    for x in ("none", "pause")
                ]
            },
            "deadlines.effect[2]",
        ),
        (
            {"definition": [{"id": "provincial", "name_vi": x, "name_en": x} for x in ("a", "b")]},
            "deadlines.definition[2]",
        ),
        ({"near_due": [{"id": "", "hours": 1}]}, "deadlines.near_due.0.id"),
        ({"near_due": [{"id": "a", "hours": 1, "working_days": 1}]}, "deadlines.near_due.0"),
        ({"near_due": [{"id": "a", "hours": 1, "this_week": True}]}, "deadlines.near_due.0"),
        ({"near_due": [{"id": "a"}]}, "deadlines.near_due.0"),
        ({"near_due": [{"id": "a", "working_days": -1}]}, "deadlines.near_due.0.working_days"),
        ({"near_due": [{"id": "a", "hours": 100_001}]}, "deadlines.near_due.0.hours"),
        ([], "deadlines"),
        ("text", "deadlines"),
        (7, "deadlines"),
    ],
)
def test_a_bad_table_is_refused_by_its_key(table: object, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        deadline_rules(table)  # type: ignore[arg-type]
    assert caught.value.key == key


def test_a_band_with_no_or_two_widths_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        deadline_rules({"near_due": [{"id": "a"}]})
    assert str(caught.value) == (
        "deadlines.near_due.0: give one of working_days, hours and this_week"
    )


def test_an_error_of_a_table_begins_with_the_callers_key() -> None:
    with pytest.raises(ConfigError) as caught:
        deadline_rules({"x": 1}, "province.toml")
    assert caught.value.key == "province.toml.x"


PROCEDURES = """procedure,cutoff,in_day,stops_for_consultation,source
1.000894.000.00.00.H44,15:00,true,,QĐ 02
1.000105,,,true,
"""


def test_exceptions_of_procedures_are_read() -> None:
    found = read_procedure_clocks(csv.DictReader(PROCEDURES.splitlines()), "procedures.csv")
    assert found == {
        "1.000894": ProcedureClock(cutoff=time(15), in_day=True),
        "1.000105": ProcedureClock(stops_for_consultation=True),
    }


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("1.000894.H44,15:00,,,", "p.csv, row 4.procedure"),
        ("   ,15:00,,,", "p.csv, row 4.procedure"),
        (",15:00,,,", "p.csv, row 4.procedure"),
        ("1.000107,3 giờ,,,", "p.csv, row 4.cutoff"),
        ("1.000107,15,,,", "p.csv, row 4.cutoff"),
        ("1.000107,54000.0,,,", "p.csv, row 4.cutoff"),
        ("1.000107,15:00Z,,,", "p.csv, row 4.cutoff"),
        ("1.000107,,maybe,,", "p.csv, row 4.in_day"),
    ],
)
def test_a_bad_row_raises_with_its_row(line: str, key: str) -> None:
    rows = csv.DictReader([*PROCEDURES.splitlines(), line])
    with pytest.raises(ConfigError) as caught:
        read_procedure_clocks(rows, "p.csv")
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("1.000894.H44,15:00,,,", "p.csv, row 4.procedure: is blank or comes twice"),
        ("1.000107,15:00Z,,,", "p.csv, row 4.cutoff: write a local time such as 15:00"),
    ],
)
def test_a_bad_row_says_what_to_write(line: str, sentence: str) -> None:
    rows = csv.DictReader([*PROCEDURES.splitlines(), line])
    with pytest.raises(ConfigError) as caught:
        read_procedure_clocks(rows, "p.csv")
    assert str(caught.value) == sentence

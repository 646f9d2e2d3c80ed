"""Each table of khop.toml changes the table of the domain that it is named after."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest

from khop.config.domain_tables import Tables
from khop.mappings.codes.dossier import parse_code
from khop.mappings.records import Channel, Instant, Status
from khop.mappings.states.transitions import StepMark
from khop.mappings.time.deadline_rules import Definition, DueTime, Effect, Ground, ProcedureClock
from khop.mappings.time.working_hours import Session, usual_sessions
from tests.config.written import UNITS, tables

SHAPE = """
[[codes.dossier]]
id = "TINH1"
name = "one-stop of the communes"
pattern = '^(H99(?:\\.[0-9]{2,3})*)/([0-9]{8})/([0-9]{6})$'
parts = ["unit", "date", "serial"]
date_format = "ddMMyyyy"
source = "QĐ 12/QĐ-UBND"
"""


def local(day: int, hour: int, minute: int) -> Instant:
    """A moment of November 2026 in Vietnam."""
    return Instant.of(datetime(2026, 11, day, hour, minute, tzinfo=timezone(timedelta(hours=7))))


def test_the_calendar_has_the_days_and_sessions_of_the_province(tmp_path: Path) -> None:
    own = tables(
        tmp_path,
        "[calendar]\ndays_off = [2026-11-23]\nworked_days = [2026-11-28]\n"
        'announced_through = 2031\nsessions = "8h-12h"\n',
    )
    assert not own.calendar.is_working(date(2026, 11, 23))
    assert own.calendar.is_working(date(2026, 11, 28))
    assert not own.calendar.provisional(2031)
    assert Tables().calendar.provisional(2031)
    assert own.working_hours().sessions == (Session(time(8), time(12)),)
    assert own.working_hours().calendar is own.calendar


def test_a_new_shape_of_dossier_codes_is_read(tmp_path: Path) -> None:
    own = tables(tmp_path, SHAPE)
    code = "H99.12/02012027/000123"
    assert parse_code(code, own.codes).date == date(2027, 1, 2)
    assert parse_code(code, Tables().codes).grammar is None


def test_a_ministry_can_be_replaced_by_its_successor(tmp_path: Path) -> None:
    own = tables(
        tmp_path,
        '[[level_one]]\ncode = "G04"\nname = "Bộ Giao thông vận tải"\nvalid_to = 2025-02-28\n'
        'successor = "G17"\n',
    )
    day = date(2025, 3, 1)
    now, packaged = own.level_one.current("G04", day), Tables().level_one.current("G04", day)
    assert now is not None
    assert now.code == "G17"
    assert packaged is None or packaged.code != "G17"


def test_units_of_a_toml_file_are_added_to_the_provinces(tmp_path: Path) -> None:
    own = tables(tmp_path, '[units]\nfile = "units.toml"\n', units_toml=UNITS)
    assert own.units.successors("huyen-a", None, date(2026, 1, 1)).only == own.units.unit("xa-b")
    assert own.units.of_code("H48", date(2026, 1, 1)) is not None


def test_units_and_relations_are_read_from_two_csv_files(tmp_path: Path) -> None:
    own = tables(
        tmp_path,
        '[units]\nfile = "units.csv"\nrelations = "relations.csv"\n',
        units_csv="id;name;valid_from\nhuyen-a;UBND huyện A;\nxa-b;UBND xã B;01/07/2025\n",
        relations_csv="from;to;kind;effective\nhuyen-a;xa-b;sáp nhập;01/07/2025\n",
    )
    assert own.units.successors("huyen-a", None, date(2026, 1, 1)).only == own.units.unit("xa-b")


def test_a_file_may_have_an_absolute_path(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "units.toml").write_text(UNITS, "utf-8")
    own = tables(tmp_path, f'[units]\nfile = "{(elsewhere / "units.toml").as_posix()}"\n')
    assert own.units.unit("xa-b").name == "UBND xã B"


@pytest.mark.parametrize("written", ["H44.01", "h44.01", "000.00.01.H44", " H44.01 "])
def test_a_unit_has_its_own_hours_by_any_spelling_of_its_code(tmp_path: Path, written: str) -> None:
    own = tables(
        tmp_path,
        '[calendar]\nsessions = "08:00-12:00"\n[units]\nsessions = "s.csv"\n',
        s_csv='unit,sessions\nH44.01,"07:30-11:30, 13:00-17:00"\n000.00.02.H44,9h-15h\n',
    )
    sessions = own.working_hours(written).sessions
    assert sessions == (Session(time(7, 30), time(11, 30)), Session(time(13), time(17)))
    assert own.working_hours("H44.02").sessions == (Session(time(9), time(15)),)
    assert own.working_hours("H44.03").sessions == (Session(time(8), time(12)),)


def test_an_hour_is_added_in_the_hours_of_the_unit(tmp_path: Path) -> None:
    own = tables(tmp_path, '[units]\nsessions = "s.csv"\n', s_csv="unit;sessions\nH44.01;8h-10h\n")
    monday_half_past_nine = local(16, 9, 30)
    moved = own.working_hours("H44.01").add(monday_half_past_nine, timedelta(hours=1))
    assert moved == local(17, 8, 30)
    usual = own.working_hours("H44.09").add(monday_half_past_nine, timedelta(hours=1))
    assert usual == local(16, 10, 30)


def test_deadline_rules_and_procedure_clocks_are_replaced(tmp_path: Path) -> None:
    own = tables(
        tmp_path,
        '[deadlines]\nprocedures = "p.csv"\n[deadlines.counting]\ndue_time = "session_end"\n'
        '[[deadlines.effect]]\ndefinition = "portal_766"\nground = "financial_duty"\n'
        'effect = "pause"\n',
        p_csv="procedure,cutoff,in_day,stops_for_consultation\n1.000894,15:00,true,\n",
    )
    cell = (Definition.PORTAL_766, Ground.FINANCIAL_DUTY)
    assert own.deadlines.due_time is DueTime.SESSION_END
    assert own.deadlines.grounds[cell].effect is Effect.PAUSE
    assert Tables().deadlines.grounds[cell].effect is Effect.NONE
    special = ProcedureClock(cutoff=time(15), in_day=True)
    assert own.procedure_clock("1.000894.000.00.00.H44") == special
    assert own.procedure_clock("1.000105") == own.procedure_clock(None) == ProcedureClock()


def test_a_state_change_can_be_made_ordinary(tmp_path: Path) -> None:
    own = tables(tmp_path, '[transitions.from.10]\nordinary = { 4 = "reopened" }\n')
    step = (Status.RETURNED, Status.PROCESSING)
    assert step in Tables().transitions.forbidden_pairs()
    assert step not in own.transitions.forbidden_pairs()
    cell = own.transitions.cell(*step)
    assert cell is not None
    assert (cell.mark, cell.evidence) == (StepMark.ORDINARY, "reopened")


def test_states_and_channels_of_the_report_are_replaced(tmp_path: Path) -> None:
    own = tables(
        tmp_path, "[report.states]\nended = [3, 7, 9, 10]\n[report.channels]\nonline = [2, 3]\n"
    )
    assert Status.STOPPED not in own.report.ended
    assert Status.STOPPED in Tables().report.ended
    assert own.report.online == {Channel.ONLINE, Channel.POST}


def test_an_empty_configuration_has_khops_own_tables(tmp_path: Path) -> None:
    own, packaged = tables(tmp_path, ""), Tables()
    assert own.codes.dossier == packaged.codes.dossier
    assert own.deadlines == packaged.deadlines
    assert own.transitions == packaged.transitions
    assert own.report == packaged.report
    assert list(own.level_one) == list(packaged.level_one)
    assert own.units.units == packaged.units.units
    assert own.working_hours("H44.01").sessions == usual_sessions()
    assert own.calendar.ord(date(2026, 11, 20)) == packaged.calendar.ord(date(2026, 11, 20))


def test_a_table_is_made_once(tmp_path: Path) -> None:
    own = tables(tmp_path, SHAPE, s_csv="")
    assert own.codes is own.codes
    assert own.calendar is own.calendar

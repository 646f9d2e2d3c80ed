"""Tables of the domain that khop.toml or a file beside it gets wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from khop.config.domain_tables import Tables
from khop.config.load import load_config
from khop.errors import ConfigError
from tests.config.written import PROVINCE, UNITS, load


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[codes.dossier]]\npatern = 'x'\n", "codes.dossier[1].patern: unknown key; did you"),
        ("[[codes.dosier]]\n", "codes.dosier: unknown key"),
        ("[code]\n", "code: unknown key, did you mean codes?"),
        ("[level_one]\n", "level_one: is not a list of tables"),
        ('[[level_one]]\ncode = "H48"\nnam = "x"\n', "level_one[1].nam: unknown key; did you mean"),
        ("[transitions.from.11]\n", "transitions.from.11: is not one of the portal's states"),
        ("[transitions.from.4]\nforbiden = [2]\n", "transitions.from.4.forbiden: is no mark"),
        ("[report.states]\nendet = [3]\n", "report.states.endet"),
        ("[report.states]\nended = [11]\n", "report.states.ended: holds 11"),
        ('[deadlines.counting]\ndue_tim = "x"\n', "unknown key; did you mean due_time?"),
        ('[deadlines]\nprocedurs = "x"\n', "deadlines.procedurs: unknown key; did you mean proc"),
        ("[deadlines]\nprocedures = 3\n", "deadlines.procedures: is not the name of a file"),
        ('[deadlines]\nprocedures = "p.csv"\n', "deadlines.procedures: there is no file"),
        ('[units]\nfiel = "x"\n', "units.fiel: unknown key, did you mean file?"),
        ("[units]\nfile = 3\n", "units.file: "),
        ('[units]\nfile = "units.toml"\n', "units.file: there is no file"),
        ('[units]\nfile = "."\n', "units.file: there is no file"),
        ('[units]\nrelations = "r.csv"\n', "units.relations: there is no file"),
        ('[units]\nsessions = "s.csv"\n', "units.sessions: there is no file"),
        ('[calendar]\nsessions = "early"\n', "calendar.sessions: 'early' is no session"),
        ("[calendar]\nannounced_trough = 2030\n", "did you mean announced_through?"),
        (
            "[calendar]\ndays_off = [2026-11-28]\nworked_days = [2026-11-28]\n",
            "calendar: 2026-11-28 is named as a day off and as a worked day",
        ),
    ],
)
def test_a_bad_value_is_refused_at_load_with_its_key(
    tmp_path: Path, text: str, expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "files", "expected"),
    [
        (
            '[units]\nsessions = "s.csv"\n',
            {"s_csv": "unit,sessions\nH44.01,8h-16h\n000.00.01.H44,9h-15h\n"},
            "s.csv: 000.00.01.H44 comes twice",
        ),
        (
            '[units]\nsessions = "s.csv"\n',
            {"s_csv": "unit,sessions\nH44.01,\n"},
            "s.csv, row 2.sessions",
        ),
        (
            '[units]\nfile = "units.toml"\n',
            {"units_toml": UNITS.replace('"xa-b"\nkind', '"xa-c"\nkind')},
            "'xa-c' is not the id of a unit",
        ),
        (
            '[units]\nrelations = "r.csv"\n',
            {"r_csv": "from,to,kind,effective\n"},
            "units.relations: needs units.file",
        ),
        (
            '[deadlines]\nprocedures = "p.csv"\n',
            {"p_csv": "procedure,cutof\n1.000894,15:00\n"},
            "p.csv, row 2.cutof: unknown key; did you mean cutoff?",
        ),
    ],
)
def test_a_bad_file_is_refused_at_load(
    tmp_path: Path, text: str, files: dict[str, str], expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, **files)
    assert expected in str(caught.value)


def test_a_single_error_has_its_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, "[report.states]\nended = [11]\n")
    assert caught.value.key == "report.states.ended"


def test_the_errors_of_several_tables_are_in_one_message(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, '[units]\nfile = "u.csv"\n[report.states]\nended = [11]\n')
    assert "units.file: " in str(caught.value)
    assert "report.states.ended: " in str(caught.value)


@pytest.mark.parametrize("name", ["codes", "deadlines", "transitions", "report", "units"])
def test_a_value_in_place_of_a_table_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "khop.toml"
    path.write_text(f"{name} = 3\n{PROVINCE}", "utf-8")
    with pytest.raises(ConfigError, match=f"{name}: "):
        load_config(path, {})


def test_a_table_of_an_unchecked_configuration_raises_when_it_is_used(tmp_path: Path) -> None:
    config: Any = load(tmp_path, "")
    own = Tables.of(config.model_copy(update={"report": {"states": {"ended": [11]}}}))
    with pytest.raises(ConfigError, match=r"report\.states\.ended"):
        _ = own.report

"""Every packaged table is held to a shape, names its source and does not contradict itself.

A table without a schema in schemas/ fails. A new table needs one that describes its shape.
"""

from __future__ import annotations

import copy
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import khop.mappings
from tests.mappings.facts.schemas import clock, codes, letters, paper, rules, states, systems, units
from tests.mappings.facts.schemas.values import Sourced

DATA = Path(khop.mappings.__file__).parent / "data"
FILES = {path.relative_to(DATA).with_suffix("").as_posix(): path for path in DATA.rglob("*.toml")}

SCHEMAS: dict[str, type[Sourced]] = {
    "birth_places": codes.BirthPlaces,
    "calendar": clock.Calendar,
    "code_grammar": codes.CodeGrammar,
    "code_writing": codes.CodeWriting,
    "deadline_rules": clock.Deadlines,
    "dvcqg_catalogue": systems.PortalCatalogue,
    "dvcqg_channel": states.Channels,
    "dvcqg_dossier": systems.PortalRecord,
    "dvcqg_status": states.PortalStatuses,
    "igate_channel": states.Channels,
    "igate_ministry": systems.Ministry,
    "igate_pushes": systems.Pushes,
    "igate_search": systems.Search,
    "igate_status": states.Statuses,
    "level_one": codes.LevelOne,
    "look_alikes": letters.LookAlikes,
    "nobody": states.Nobody,
    "older_encodings": letters.OlderEncodings,
    "paper_shorthand": paper.Shorthand,
    "paper_templates": paper.PaperTemplates,
    "paper_words": paper.PaperHeaders,
    "population_codes": systems.Population,
    "population_gate": systems.Gate,
    "provinces": units.Provinces,
    "statistics": states.ReportBuckets,
    "rule_numbers": rules.RuleNumbers,
    "status_presets": states.StatusPresets,
    "status_transitions": states.Transitions,
    "unit_files": units.UnitFiles,
    "unit_names": units.UnitNames,
    "unit_matching": units.UnitMatching,
    "vietnamese_syllables": letters.Syllables,
    "vnpost_orders": systems.PostOrder,
    "vnpost_status": systems.PostStatus,
}


def read(name: str) -> dict[str, Any]:
    return tomllib.loads(FILES[name].read_text("utf-8"))


def rows_of(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every array of tables in a file, with its path."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from rows_of(value, f"{path}{key}.")
        elif isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            yield f"{path}{key}", value
            for row in value:
                yield from rows_of(row, f"{path}{key}.")


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        yield from (text for inner in value.values() for text in texts_of(inner))
    elif isinstance(value, list):
        yield from (text for inner in value for text in texts_of(inner))


#: The key of a row in an array: the first of these that it has.
KEYS = ("id", "code", "date", "start")


def clashes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Rows of one key that hold on a common day; ``valid_to`` is the last day."""
    spans: dict[str, list[tuple[date, date]]] = {}
    for row in rows:
        key = next((str(row[name]) for name in KEYS if name in row), None)
        if key is not None:
            span = (row.get("valid_from", date.min), row.get("valid_to", date.max))
            spans.setdefault(key, []).append(span)
    return [
        key
        for key, held in spans.items()
        if any(later[0] <= earlier[1] for earlier, later in pairwise(sorted(held)))
    ]


def test_every_file_has_a_schema_and_every_schema_a_file() -> None:
    assert set(FILES) == set(SCHEMAS)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_file_holds_exactly_the_keys_of_its_schema(name: str) -> None:
    SCHEMAS[name].model_validate(read(name))


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_two_rows_of_one_key_hold_on_one_day(name: str) -> None:
    for path, rows in rows_of(read(name)):
        assert not clashes(rows), path


@pytest.mark.parametrize("name", sorted(FILES))
def test_texts_are_written_as_they_are_compared(name: str) -> None:
    for text in texts_of(read(name)):
        assert unicodedata.is_normalized("NFC", text), text
        assert text.isprintable(), ascii(text)
        assert "\u00a0" not in text, ascii(text)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_begins_with_a_comment_about_its_content(name: str) -> None:
    first = FILES[name].read_text("utf-8").splitlines()[0]
    assert re.match(r"# \S.{10,}", first)


def _without_source(table: dict[str, Any]) -> None:
    del table["source"]


def _with_blank_source(table: dict[str, Any]) -> None:
    table["source"] = "        "


def _with_unknown_key(table: dict[str, Any]) -> None:
    table["sorce"] = "docs/domain.md"


def _with_number_as_source(table: dict[str, Any]) -> None:
    table["source"] = 12_345_678


@pytest.mark.parametrize(
    "spoil", [_without_source, _with_blank_source, _with_unknown_key, _with_number_as_source]
)
@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_damaged_file_is_refused(name: str, spoil: Callable[[dict[str, Any]], None]) -> None:
    table = copy.deepcopy(read(name))
    spoil(table)
    with pytest.raises(ValidationError):
        SCHEMAS[name].model_validate(table)


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("birth_places", ("provinces", "1"), "Hà Nội"),
        ("calendar", ("days_off", 0, "date"), date(2026, 11, 22)),
        ("calendar", ("days_off", 0, "date"), "2026-01-02"),
        ("calendar", ("worked_days", 0, "date"), date(2026, 11, 23)),
        ("calendar", ("worked_days", 0, "source"), ""),
        ("code_grammar", ("dossier", 0, "valid_to"), date(2019, 1, 5)),
        ("code_grammar", ("dossier", 0, "pattern"), "^[0-9]+"),
        ("code_grammar", ("dossier", 0, "pattern"), r"^\d+$"),
        ("code_grammar", ("dossier", 0, "pattern"), "^(?=.)(1)(2)(3)$"),
        ("code_grammar", ("dossier", 0, "pattern"), "^(1)(2)$"),
        ("code_grammar", ("procedure", 0, "id"), "G1"),
        ("calendar", ("undecided", 0, "date"), date(2026, 1, 2)),
        ("calendar", ("sessions", 1, "start"), time(11, 0)),
        ("deadline_rules", ("unit", 1, "labels"), ["NGÀY LÀM VIỆC"]),
        ("deadline_rules", ("near_due", 0, "hours"), 8),
        ("deadline_rules", ("effect", 0, "otherwise"), None),
        ("level_one", ("provinces", "rows", 1, "successor"), "H64"),
        ("level_one", ("provinces", "rows", 1, "successor"), "H03"),
        ("provinces", ("relation", 0, "effective"), date(2025, 7, 2)),
        ("statistics", ("states", "in_process"), [2, 4, 7]),
        ("statistics", ("states", "on_time"), [2]),
        ("statistics", ("identity", 0, "parts"), [3, 4]),
        ("statistics", ("scheme", 0, "first_day"), 29),
        ("status_presets", ("opencps_reply", "table"), "igate_status"),
        ("status_presets", ("opencps_reply", "by_key", "waiting"), 11),
        ("status_presets", ("opencps_reply", "sorce"), "x"),
        ("status_transitions", ("from", "2", "forbidden"), [1, 4]),
        ("status_transitions", ("from", "3", "forbidden"), [2]),
        ("unit_files", ("kinds", "merge"), ["merge", "Đổi tên"]),
        ("unit_matching", ("least_grounds",), 1),
        ("code_grammar", ("dossier", 0, "date_format"), "ddMMyy"),
        ("dvcqg_channel", ("by_id", "4"), 4),
        ("dvcqg_dossier", ("limits", "GhiChu", "kept"), 1998),
        ("dvcqg_dossier", ("returned_status", "11"), "2"),
        ("dvcqg_dossier", ("codes", "KenhThucHien"), ["1", "2", "2"]),
        ("dvcqg_status", ("by_id", "11"), 11),
        ("dvcqg_status", ("by_id", "1"), "1"),
        ("igate_status", ("by_name", "ĐANG XỬ LÝ"), 5),
        ("igate_pushes", ("results",), [4, 7]),
        ("population_gate", ("codes", "1"), "x"),
        ("vnpost_orders", ("description", "code"), "Mã hồ sơ"),
        ("vnpost_status", ("ngsp", "handed"), [4]),
        ("code_grammar", ("organisation", 1, "parts"), ["LEVEL1", "below"]),
        ("code_grammar", ("procedure", 0, "parts"), ["case"]),
        ("deadline_rules", ("definition", 0, "id"), "766"),
        ("deadline_rules", ("definition", 0, "points"), {"early": 1, "on_time": 2, "late": 0}),
        ("deadline_rules", ("effect", 0, "ground"), "Supplement"),
        ("deadline_rules", ("effect", 1, "ground"), "consultation"),
        ("deadline_rules", ("effect",), []),
        ("code_grammar", ("dossier", 0, "valid_from"), date(1900, 1, 1)),
        ("dvcqg_dossier", ("limits",), {}),
        ("level_one", ("ministries", "rows", 3, "valid_to"), date(1900, 1, 1)),
        ("dvcqg_catalogue", ("dictionaries",), {}),
        ("dvcqg_catalogue", ("dictionaries", "units"), "LayDanhMucLinhVuc"),
        ("dvcqg_catalogue", ("money", "units"), ["VND"]),
        ("dvcqg_channel", ("by_part",), {}),
        ("dvcqg_dossier", ("constants", "NoiNopHoSo"), 1),
        ("dvcqg_dossier", ("constants", "NoiNop"), "2"),
        ("dvcqg_dossier", ("internal", "host_endings"), []),
        ("dvcqg_status", ("by_id", "9"), 10),
        ("dvcqg_status", ("by_name", "Dừng xử lý"), 9),
        ("igate_ministry", ("applicant", "1"), 3),
        ("igate_ministry", ("constants", "NguoiXuLy"), 0),
        ("igate_pushes", ("results",), []),
        ("igate_search", ("windows", "applied"), ["applied-to", "applied-from"]),
        ("igate_search", ("windows", "applied"), ["applied-from", "accepted-to"]),
        ("igate_search", ("windows", "changed"), ["changed-from", "changed-to"]),
        ("igate_status", ("by_id",), {}),
        ("igate_status", ("by_name",), {"Đang xử lý": 4}),
        ("level_one", ("ministries", "rows", 0, "code"), "G23"),
        ("level_one", ("provinces", "rows", 13, "code"), "H01"),
        ("population_codes", ("sex", "codes"), {}),
        ("provinces", ("unit", 0, "codes"), ["H02"]),
        ("provinces", ("unit", 0, "id"), "H02"),
        ("provinces", ("unit", 0, "level"), 2),
        ("provinces", ("unit", 0, "name"), "An Giang"),
        ("provinces", ("relation", 0, "from"), ["H33-63"]),
        ("provinces", ("relation", 1, "from"), ["H05-63", "H02-63", "H01-63"]),
        ("statistics", ("carried_over", "previous"), 12),
        ("statistics", ("carried_over", "column"), 7),
        ("statistics", ("error_list", "must_have_end"), [3, 9, 10]),
        ("statistics", ("identity", 3, "parts"), [7, 12]),
        ("statistics", ("identity", 0, "parts"), [4, 5]),
        ("statistics", ("scheme", 0, "id"), "Calendar"),
        ("status_presets", ("DVCQG ",), {"about": "x", "source": "12345678", "table": "x"}),
        ("status_presets", ("hg", "by_key"), {}),
        ("status_transitions", ("from", "1", "evidence", "3"), "refusal slip "),
        ("unit_files", ("columns", "unit", "id"), ["định danh", "id"]),
        ("unit_files", ("columns", "unit", "colour"), ["colour"]),
        ("unit_files", ("date_formats",), ["%d/%m/%Y", "%m/%Y"]),
        ("unit_files", ("kinds",), {"merge": ["merge"]}),
        ("unit_matching", ("least_grounds",), 5),
        ("unit_matching", ("attributes", "Tail"), {"ground": "day", "identifying": True}),
        ("vnpost_orders", ("places", "kinds"), ["Tỉnh"]),
        ("vnpost_orders", ("document", "joint"), ""),
        ("vnpost_status", ("ngsp", "delivered"), []),
        ("vnpost_status", ("ngsp", "delivered"), [0]),
    ],
)
def test_a_wrong_fact_is_refused(name: str, path: tuple[str | int, ...], value: object) -> None:
    table: Any = read(name)
    place = table
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ValidationError):
        SCHEMAS[name].model_validate(table)


DAY = date(2025, 7, 1)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([{"code": "H01"}, {"code": "H02"}], []),
        ([{"code": "H01"}, {"code": "H01"}], ["H01"]),
        ([{"id": "G1", "valid_from": DAY}, {"id": "G1", "valid_to": DAY}], ["G1"]),
        (
            [{"id": "G1", "valid_from": DAY}, {"id": "G1", "valid_to": DAY - timedelta(days=1)}],
            [],
        ),
        ([{"date": DAY}, {"date": DAY}], ["2025-07-01"]),
        ([{"name": "x"}, {"name": "x"}], []),
    ],
)
def test_rows_that_hold_on_one_day_are_found(rows: list[dict[str, Any]], found: list[str]) -> None:
    assert clashes(rows) == found


def test_rows_are_found_however_deep() -> None:
    table = {"a": {"b": [{"id": 1, "c": [{"id": 2}]}]}, "d": [1, 2], "e": []}
    assert [path for path, _ in rows_of(table)] == ["a.b", "a.b.c"]
    assert {"b", "x"} <= set(texts_of({"a": [{"b": "x"}]}))


def test_provinces_and_level_one_codes_have_one_succession() -> None:
    codes = {
        (row["code"], row["successor"])
        for row in read("level_one")["provinces"]["rows"]
        if "successor" in row and row["successor"] != row["code"]
    }
    relations = {
        (old.removesuffix("-63"), relation["to"])
        for relation in read("provinces")["relation"]
        for old in relation["from"]
        if old.removesuffix("-63") != relation["to"]
    }
    assert codes == relations
    assert len(codes) == 63 - 34


def test_every_merger_has_one_day_and_one_legal_basis() -> None:
    codes = {
        (row["code"], row["valid_to"] + timedelta(days=1), row["legal_basis"])
        for row in read("level_one")["provinces"]["rows"]
        if row.get("successor", row["code"]) != row["code"]
    }
    relations = {
        (old.removesuffix("-63"), relation["effective"], relation["legal_basis"])
        for relation in read("provinces")["relation"]
        for old in relation["from"]
        if old.removesuffix("-63") != relation["to"]
    }
    assert codes == relations


def bare(name: str) -> str:
    """A province's name without its rank, as all tables have it."""
    return re.sub(r" ?[–-] ?", "-", re.sub(r"^(Tỉnh|Thành phố|TP\.?) ", "", name))


def test_a_province_has_one_name() -> None:
    units, codes = read("provinces")["unit"], read("level_one")["provinces"]["rows"]
    assert {(unit["codes"][0], bare(unit["name"])) for unit in units} == {
        (row["code"], bare(row["name"])) for row in codes
    }
    born = read("birth_places")["provinces"]
    before = [unit for unit in units if "valid_from" not in unit or "valid_to" in unit]
    assert {f"0{unit['statistics_code']}": bare(unit["name"]) for unit in before} == {
        code: bare(name) for code, name in born.items()
    }


def test_there_are_63_provinces_before_and_34_after_the_mergers() -> None:
    units = read("provinces")["unit"]
    for day, number in ((date(2025, 6, 30), 63), (date(2025, 7, 1), 34)):
        held = [
            unit["statistics_code"]
            for unit in units
            if unit.get("valid_from", day) <= day <= unit.get("valid_to", day)
        ]
        assert len(held) == len(set(held)) == number
        if number == 63:
            assert {f"0{code}" for code in held} == set(read("birth_places")["provinces"])


def test_a_preset_names_an_existing_table() -> None:
    presets = [row for row in read("status_presets").values() if isinstance(row, dict)]
    tables = {row["table"] for row in presets if "table" in row}
    assert tables == {"igate_status", "dvcqg_status"}
    assert tables <= set(FILES)

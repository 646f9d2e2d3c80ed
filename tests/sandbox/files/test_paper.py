"""The paper of a world: its files as a spreadsheet program reads them, and later rows."""

from __future__ import annotations

import csv
import json
import unicodedata
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from khop.sandbox import World
from khop.sandbox.world.paper import LOGBOOK_FILE, REGISTER_FILE, LogbookRow, Place

NOW = datetime(2026, 8, 24, 9, 30, tzinfo=UTC)
LOCAL = timedelta(hours=7)


@pytest.fixture(scope="module")
def world() -> World:
    return World.generate(seed=7, size=3000, now=NOW, broken=2)


@pytest.fixture(scope="module")
def folder(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paper")
    world.write(folder, {})
    return folder


Table = list[list[Any]]


def read(folder: Path) -> dict[str, Table]:
    """All cells by sheet; the register under "". Row 1 is at 0."""
    book = CalamineWorkbook.from_path(folder / LOGBOOK_FILE)
    sheets = {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }
    with (folder / REGISTER_FILE).open(encoding="utf-8-sig", newline="") as file:
        return {**sheets, "": list(csv.reader(file))}


def plain(text: object) -> str:
    letters = unicodedata.normalize("NFD", str(text).lower())
    return "".join(c for c in letters if not unicodedata.combining(c)).replace("đ", "d")


def columns(table: Table) -> dict[str, int]:
    """Header without accents -> column. Of two header rows the lower fills gaps of the upper."""
    top = next(n for n, row in enumerate(table) if {"stt", "so"} & {plain(c) for c in row})
    found = {plain(cell): n for n, cell in enumerate(table[top]) if cell}
    return {plain(cell): n for n, cell in enumerate(table[top + 1]) if cell} | found


def cells(sheets: dict[str, Table], place: Place) -> dict[str, Any]:
    table = sheets[place.sheet]
    return {name: table[place.row - 1][n] for name, n in columns(table).items()}


def local_day(moment: int) -> date:
    return (datetime.fromtimestamp(moment, UTC) + LOCAL).date()


def day_of_cell(cell: Any) -> date | None:
    if isinstance(cell, date):
        return cell.date() if isinstance(cell, datetime) else cell
    return datetime.strptime(cell[:10], "%d/%m/%Y").date() if cell else None


def test_every_row_of_the_logbook_is_at_its_place(world: World, folder: Path) -> None:
    sheets = read(folder)
    for row in world.office.paper.logbook:
        found = cells(sheets, world.office.place(row.n))
        code = "".join(str(found["ma ho so"]).split()).upper()
        assert code == (row.code or "").upper()
        returned = found.get("ngay tra", found.get("ngay tra ket qua"))
        assert day_of_cell(returned) == (row.returned and local_day(row.returned))
        if row.bad_date:
            assert found["ngay tiep nhan"] == row.bad_date
        else:
            assert day_of_cell(found["ngay tiep nhan"]) == (
                row.received and local_day(row.received)
            )


def test_every_result_is_at_its_place(world: World, folder: Path) -> None:
    sheets = read(folder)
    for row in world.office.paper.register:
        found = cells(sheets, world.office.place(row.n))
        assert "".join(found["ma ho so"].split()).upper() == (row.code or "").upper()
        signed = date(1970, 1, 1) + timedelta(days=row.signed)
        assert found["ngay ky"] == (row.bad_date or f"{signed:%d/%m/%Y}")


def test_the_sheets_have_different_layouts(world: World, folder: Path) -> None:
    sheets = read(folder)
    assert set(sheets) == {"Sở, ngành", "Các xã", "UBND xã Mẫu 1", "Mau 06", ""}
    kinds = {type(c) for row in sheets["Sở, ngành"] for c in row}
    assert {date, datetime, float, str} <= kinds
    assert not {date, datetime} & {type(c) for row in sheets["Các xã"] for c in row}
    headers = [row for row in sheets["Các xã"] if row[0] == "STT"]
    assert len(headers) > 1
    assert sheets["UBND xã Mẫu 1"][1][0] == "Đơn vị: UBND xã Mẫu 1"
    assert plain(sheets["Mau 06"][3][1]) == sheets["Mau 06"][3][1].lower()
    assert {plain(table[-3][0]) for table in sheets.values()} == {"tong cong"}


def test_a_logbook_has_rows_of_every_kind(world: World) -> None:
    rows = world.office.paper.logbook
    assert {row.exactness for row in rows} == {"second", "minute", "day"}
    assert {row.person for row in rows} == {"number", "short", "name"}
    assert {row.code is None for row in rows} == {True, False}
    aliases = {d.alias for d in world.dossiers}
    assert [row for row in rows if row.code in aliases]
    assert [row for row in rows if row.old_unit]


def test_a_dossier_has_at_most_one_row_in_a_file(world: World) -> None:
    paper = world.office.paper
    assert max(len(paper.logbook_of(code)) for code in paper.codes()) == 1
    assert max(len(paper.register_of(code)) for code in paper.codes()) == 1


def test_rows_with_bad_dates_are_listed(world: World, folder: Path) -> None:
    sheets = read(folder)
    assert len(world.bad_rows) == 8
    texts = [
        cells(sheets, place).get("ngay tiep nhan") or cells(sheets, place)["ngay ky"]
        for place in world.bad_rows
    ]
    assert sorted(texts) == sorted(["31/02/2026"] * 4 + ["12/13/2026"] * 2 + ["05/13/2026"] * 2)


def test_rows_of_broken_list_items_are_no_finding(world: World) -> None:
    unusable = {item.code for item in world.broken if item.code}
    assert unusable <= set(world.office.paper.codes())
    assert not unusable & {finding.code for finding in world.truth}


def test_findings_of_rows_without_a_code_have_their_place(world: World, folder: Path) -> None:
    lines = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()]
    nameless = [line for line in lines if line["code"] is None]
    sheets = read(folder)
    assert nameless
    for line in nameless:
        assert line["rule"] in ("A1", "A2")
        assert cells(sheets, Place(**line["row"]))["ma ho so"] == ""
    assert all((line["row"] is None) is (line["code"] is not None) for line in lines)


def test_equal_worlds_write_equal_files(world: World, folder: Path, tmp_path: Path) -> None:
    again = World.generate(seed=7, size=3000, now=NOW, broken=2)
    again.write(tmp_path, {})
    for name in (LOGBOOK_FILE, REGISTER_FILE, "don-vi.toml", "truth.jsonl"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def an_open_dossier(world: World) -> Any:
    taken = set(world.office.paper.codes())
    return next(
        d for d in world.dossiers
        if d.story == "ordinary" and d.status == 4 and d.code not in taken
    )  # fmt: skip


def test_a_later_row_is_evidence_and_moves_no_other_row(tmp_path: Path) -> None:
    world = World.generate(seed=3, size=200, now=NOW)
    world.write(tmp_path, {})
    before = {row.n: world.office.place(row.n) for row in world.office.paper.rows()}
    d = an_open_dossier(world)
    moment = int(NOW.timestamp()) - 20 * 86_400
    who = {"unit": d.unit, "procedure": d.procedure, "citizen": d.citizen}

    place = world.logbook_write(code=d.code, received=d.received, returned=moment, **who)

    assert {n: world.office.place(n) for n in before} == before
    assert cells(read(tmp_path), place)["ma ho so"].strip().upper() == d.code
    assert ("B1", d.code) in {(f.rule, f.code) for f in world.findings()}
    assert ("B1", d.code) not in {(f.rule, f.code) for f in world.truth}


def test_a_later_result_without_a_code_is_a_finding(tmp_path: Path) -> None:
    world = World.generate(seed=3, size=200, now=NOW)
    world.write(tmp_path, {})
    signed = int(NOW.timestamp()) // 86_400 - 10

    place = world.register_write(unit=3, procedure=1, citizen=5, signed=signed)

    new = [f for f in world.findings() if f not in world.truth]
    assert [(f.rule, f.code, f.row) for f in new] == [("A2", None, place)]
    assert cells(read(tmp_path), place)["ma ho so"] == ""


def test_a_row_with_unknown_fields_is_refused() -> None:
    world = World.generate(seed=3, size=200, now=NOW)
    count = len(world.office.paper.logbook)
    with pytest.raises(TypeError):
        world.logbook_write(unit=1, procedure=1, citizen=1, colour="red")
    assert len(world.office.paper.logbook) == count
    assert all(isinstance(row, LogbookRow) for row in world.office.paper.logbook)

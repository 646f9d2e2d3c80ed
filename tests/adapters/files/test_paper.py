"""Paper files as sources: real workbooks and text, folders, and every rendering of one logbook."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from khop.adapters.files.paper import (
    APOLOGY_FILE,
    LOGBOOK_FILE,
    REGISTER_FILE,
    PaperFileAdapter,
    paper_adapter,
)
from khop.adapters.files.portal_codes import portal_code_adapter
from khop.adapters.ports import Context, PaperFile, PaperSource, Role
from khop.connectors.spreadsheets.read import read_sheets
from khop.errors import ConfigError
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind, PaperRow, Reject
from khop.mappings.time.calendar import WorkingCalendar

KEY = b"k" * 32
CALENDAR = WorkingCalendar()
CSV = "Mã hồ sơ,Ngày tiếp nhận,Ngày trả\nH99.01-261008-0001,08/10/2026,\n"


def context(folder: Path) -> Context:
    return Context(KEY, folder, lambda: datetime(2026, 11, 22, tzinfo=UTC), CALENDAR)


def logbook(folder: Path, path: str = "so.csv", **settings: Any) -> PaperFileAdapter:
    return paper_adapter("so", PaperKind.LOGBOOK, Path(path), context(folder), **settings)


def all_rows(source: PaperSource) -> list[PaperRow | Reject]:
    return [row for file in source.files() for row in source.rows(file)]


def write(path: Path, text: str = CSV) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def written(lines: Sequence[Sequence[Any]], **options: Any) -> bytes:
    """A workbook whose datetimes are dates to a spreadsheet program."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(
        target, {"default_date_format": "dd/mm/yyyy hh:mm", **options}
    ) as book:
        sheet = book.add_worksheet("Sổ")
        for row, cells in enumerate(lines):
            sheet.write_row(row, 0, cells)
    return target.getvalue()


def test_a_file_is_a_source_of_its_rows(tmp_path: Path) -> None:
    data = write(tmp_path / "so.csv").read_bytes()
    source = logbook(tmp_path)
    assert isinstance(source, PaperSource)
    assert (source.role, source.kind) == (Role.LOGBOOK, PaperKind.LOGBOOK)
    (file,) = source.files()
    assert file == PaperFile("so.csv", hashlib.sha256(data).hexdigest())
    (row,) = source.rows(file)
    assert isinstance(row, PaperRow)
    assert (row.sheet, row.row_number, row.code) == ("", 2, "H99.01-261008-0001")


def test_a_folder_gives_the_files_that_are_whole_tables(tmp_path: Path) -> None:
    for name in ("b.csv", "a.TXT", "~$b.xlsx", ".c.csv", ".~lock.b.csv", "d.csv.part", "e.pdf"):
        write(tmp_path / "so" / name)
    write(tmp_path / "so" / "zero.csv", "")
    write(tmp_path / "so" / "deeper" / "f.csv")
    assert [file.name for file in logbook(tmp_path, "so").files()] == ["a.TXT", "b.csv"]
    assert [file.name for file in logbook(tmp_path, "so/**/*.csv").files()] == [
        "b.csv",
        "deeper/f.csv",
    ]
    assert [file.name for file in logbook(tmp_path, "*/b.*").files()] == ["so/b.csv"]
    assert logbook(tmp_path, "nothing/*.csv").files() == ()


def test_a_file_that_is_being_written_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing, still = write(tmp_path / "so" / "a.csv"), write(tmp_path / "so" / "b.csv")
    digest = hashlib.file_digest

    def while_it_grows(file: Any, name: str) -> Any:
        if Path(file.name) == growing:
            with growing.open("a") as more:
                more.write("x")
        return digest(file, name)

    monkeypatch.setattr(hashlib, "file_digest", while_it_grows)
    assert [file.name for file in logbook(tmp_path, "so").files()] == [still.name]


def test_a_file_that_changed_since_is_not_read_as_the_other(tmp_path: Path) -> None:
    source = logbook(tmp_path)
    path = write(tmp_path / "so.csv")
    (file,) = source.files()
    write(path, CSV.replace("0001", "0002"))
    with pytest.raises(ConfigError, match="was changed"):
        list(source.rows(file))
    path.unlink()
    with pytest.raises(ConfigError):
        list(source.rows(file))


def test_a_name_leads_nowhere_but_to_the_files_of_the_source(tmp_path: Path) -> None:
    write(tmp_path / "so" / "a.csv")
    outside = write(tmp_path / "secret.csv")
    digest = hashlib.sha256(outside.read_bytes()).hexdigest()
    with pytest.raises(ConfigError, match="there is no file"):
        list(logbook(tmp_path, "so").rows(PaperFile("../secret.csv", digest)))


@pytest.mark.parametrize("path", ["none.csv", "none", "none/so.csv"])
def test_a_path_that_leads_nowhere_is_told_by_its_key(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigError, match="there is no file or folder") as refused:
        logbook(tmp_path, path).files()
    assert refused.value.key == "sources.so.path"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path / "so.csv").chmod(0)
    with pytest.raises(ConfigError, match="cannot be read"):
        logbook(tmp_path).files()


def sheets_of(rows: Sequence[PaperRow | Reject]) -> list[str]:
    return [row.sheet for row in rows if isinstance(row, PaperRow)]


def test_one_sheet_can_be_named_and_hidden_ones_are_left(tmp_path: Path) -> None:
    headers = ["Mã hồ sơ", "Ngày trả"]
    with xlsxwriter.Workbook(tmp_path / "so.xlsx") as book:
        for place, name in enumerate(("T1", "T2", "Ẩn")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, headers)
            sheet.write_row(1, 0, [f"H99.01-261008-000{place}", "08/10/2026"])
        sheet.hide()
    assert sheets_of(all_rows(logbook(tmp_path, "so.xlsx"))) == ["T1", "T2"]
    assert sheets_of(all_rows(logbook(tmp_path, "so.xlsx", sheet="Ẩn"))) == ["Ẩn"]
    with pytest.raises(ConfigError, match="has no sheet 'T3'; it has T1, T2, Ẩn"):
        all_rows(logbook(tmp_path, "so.xlsx", sheet="T3"))


def test_check_tells_headers_rows_and_rejects(tmp_path: Path) -> None:
    write(tmp_path / "so.csv", CSV + "H99.01-261008-0002,31/02/2026,\n")
    health = logbook(tmp_path).check()
    assert health.ok
    told = " | ".join(step.detail for step in health.steps)
    assert "Ngày tiếp nhận = received" in told
    assert "1 rows, 1 unusable" in told


def test_check_says_what_is_wrong_with_one_file_and_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "so" / "a.csv", "Mã hồ sơ,Chủ hồ sơ,Ngày vào sổ\n")
    write(tmp_path / "so" / "b.csv")
    health = logbook(tmp_path, "so").check()
    assert [step.ok for step in health.steps] == [True, False, True, True]
    assert not logbook(tmp_path, "none").check().ok


def test_a_mended_row_is_read_from_its_payload(tmp_path: Path) -> None:
    write(tmp_path / "so.csv", CSV.replace("08/10/2026", "31/02/2026"))
    source = logbook(tmp_path)
    (rejected,) = all_rows(source)
    assert isinstance(rejected, Reject)
    assert rejected.native_id == "so.csv#!2"
    payload: Any = rejected.payload
    payload["cells"][1] = "08/10/2026"
    write(tmp_path / "so.csv")
    assert [source.replay_row(payload)] == all_rows(source)


@pytest.mark.parametrize(
    ("kind", "name", "role"),
    [
        (LOGBOOK_FILE, "LOGBOOK_FILE", Role.LOGBOOK),
        (REGISTER_FILE, "REGISTER_FILE", Role.REGISTER),
        (APOLOGY_FILE, "APOLOGY_FILE", Role.APOLOGY),
    ],
)
def test_each_kind_is_an_adapter_with_its_role(
    kind: Any, name: str, role: Role, tmp_path: Path
) -> None:
    point = EntryPoint(name, f"khop.adapters.files.paper:{name}", "khop.adapters")
    assert point.load() is kind
    assert kind.roles == {role}
    settings = kind.settings(
        adapter=name.lower(), role=role, path="so.csv", unit="H99.01", columns={"code": "Số BL"}
    )
    built = kind.build("so", role, settings, context(tmp_path))
    assert isinstance(built, PaperSource)
    assert (built.name, built.role, str(built.kind)) == ("so", role, str(role))


def test_a_column_nobody_knows_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="did you mean received"):
        LOGBOOK_FILE.settings(
            adapter="logbook_file", role="logbook", path="x", columns={"recieved": "Ngày"}
        )
    with pytest.raises(ConfigError, match="did you mean received"):
        logbook(tmp_path, columns={"recieved": "Ngày"})


# --- every rendering of one logbook -------------------------------------------------------------

COLUMNS = {
    "code": ("Mã hồ sơ", "MaHoSo", "Mã số hồ sơ", "Số hồ sơ"),
    "applicant": ("Chủ hồ sơ", "Tên tổ chức, cá nhân", "Họ và tên chủ hồ sơ"),
    "identity": ("CCCD", "Số CMND/CCCD", "Số định danh cá nhân"),
    "birth": ("Ngày sinh", "Sinh ngày"),
    "procedure": ("Mã TTHC", "Mã thủ tục hành chính"),
    "received": ("Ngày tiếp nhận", "Ngày, giờ tiếp nhận", "Thời gian nhận hồ sơ"),
    "due": ("Ngày hẹn trả", "Hẹn trả kết quả", "Hạn trả"),
    "returned": ("Ngày trả", "Ngày trả kết quả", "Ngày ký nhận"),
}
DAYS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")
TIMES = ("%d/%m/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%H:%M:%S %d/%m/%Y")
SPELLINGS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: f"{text} (*)",
    lambda text: "".join(
        c
        for c in unicodedata.normalize("NFD", text.replace("đ", "d"))
        if not unicodedata.combining(c)
    ),
)

moments = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
entries = st.fixed_dictionaries(
    {
        "code": st.sampled_from(["", "H99.01-261008-0001", "000.00.05.H99-261008-0002"]),
        "applicant": st.sampled_from(["Nguyễn Văn Mẫu", "Công ty TNHH Mẫu"]),
        "identity": st.sampled_from(["", "099012345678", "099000000001"]),
        "birth": st.sampled_from(["", "02/09/1985"]),
        "procedure": st.sampled_from(["", "1.001612", "2.000635"]),
        "received": moments,
        "due": moments | st.just(""),
        "returned": moments | st.just(""),
    }
)


class Rendering:
    """One way to write a logbook down, drawn value by value."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw
        self.order = draw(st.permutations(list(COLUMNS)))
        self.workbook = draw(st.booleans())
        self.delimiter = draw(st.sampled_from([",", ";", "\t"]))
        self.encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
        self.from_1904 = draw(st.booleans())
        self.titles = draw(st.integers(0, 4))

    def file(self, logbook: Sequence[dict[str, Any]]) -> bytes:
        titles = [["SỔ THEO DÕI HỒ SƠ"], [], ["Từ ngày 01/01/2026 đến ngày 31/12/2026"], []]
        body = [[self.cell(name, entry[name]) for name in self.order] for entry in logbook]
        lines = [*titles[: self.titles], self.headers(), *body, ["Tổng cộng"]]
        if self.workbook:
            return written(lines, date_1904=self.from_1904)
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter).writerows(lines)
        return text.getvalue().encode(self.encoding)

    def headers(self) -> list[str]:
        spelled = self.draw(st.sampled_from(SPELLINGS))
        return [spelled(self.draw(st.sampled_from(COLUMNS[name]))) for name in self.order]

    def cell(self, name: str, value: Any) -> Any:
        if isinstance(value, datetime):
            return self.moment(value)
        if name == "code" and value:
            return self.draw(st.sampled_from([value, value.lower(), f" {value}\u00a0"]))
        if name == "identity" and value:
            return self.draw(st.sampled_from([value, value[1:], float(value[1:])]))
        if name == "procedure" and value:
            return self.draw(st.sampled_from([value, f"{value}.000.00.00.H99", float(value)]))
        if name == "birth" and value:
            return self.draw(st.sampled_from([value, "2/9/1985", "1985-09-02"]))
        return value

    def moment(self, value: datetime) -> Any:
        whole = value.hour == value.minute == value.second == 0
        forms = DAYS if whole else TIMES
        texts = [value.strftime(form) for form in forms]
        if not self.workbook:
            return self.draw(st.sampled_from(texts))
        zero = datetime(1904, 1, 1) if self.from_1904 else datetime(1899, 12, 30)
        return self.draw(st.sampled_from([value, (value - zero) / timedelta(days=1), *texts]))


@given(st.lists(entries, min_size=1, max_size=5), st.data())
def test_every_rendering_of_a_logbook_has_the_same_rows(
    logbook: list[dict[str, Any]], data: st.DataObject
) -> None:
    first, second = (rows_of(Rendering(data.draw), logbook) for _ in range(2))
    assert first == second
    assert len(first) == len(logbook)


def rows_of(rendering: Rendering, logbook: Sequence[dict[str, Any]]) -> list[PaperRow | Reject]:
    """The rows, without where they stand."""
    sheets = read_sheets(rendering.file(logbook), "so")
    found = PaperReader(PaperKind.LOGBOOK, KEY).read(sheets, "so")
    return [
        replace(row, sheet="", row_number=0) if isinstance(row, PaperRow) else row for row in found
    ]


# --- the extract of the portal -----------------------------------------------------------------


def codes(folder: Path, path: str, **settings: Any) -> list[str]:
    return list(portal_code_adapter("ex", Path(path), context(folder), **settings).codes())


@pytest.mark.parametrize("header", ["MaHoSo", "mahoso", "Mã hồ sơ", "Mã số hồ sơ"])
def test_the_extract_names_its_codes(tmp_path: Path, header: str) -> None:
    write(tmp_path / "ex.csv", f"STT;{header}\n1; h99.01-261008-0001 \n2;\n3;H99.01-261008-0002\n")
    assert codes(tmp_path, "ex.csv") == ["H99.01-261008-0001", "H99.01-261008-0002"]


def test_the_extract_may_be_a_workbook_with_titles_and_a_column_of_its_own(tmp_path: Path) -> None:
    lines: list[list[Any]] = [
        ["DANH SÁCH HỒ SƠ"],
        ["Số trên Cổng", "x"],
        ["(1)", "(2)"],
        ["H99.01-261008-0001", 1],
        [260923.0, 2],
        [1.2e17, 3],
        ["Tổng cộng", 3],
    ]
    (tmp_path / "ex.xlsx").write_bytes(written(lines))
    found = portal_code_adapter(
        "ex", Path("ex.xlsx"), context(tmp_path), code_column="số trên cổng"
    )
    assert list(found.codes()) == ["H99.01-261008-0001", "260923"]
    assert found.check().steps[0].detail == "2 dossier codes, 1 unusable"


def test_an_extract_without_the_column_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "ex.csv", "a,b\n1,2\n")
    with pytest.raises(ConfigError, match="code_column"):
        codes(tmp_path, "ex.csv")
    with pytest.raises(ConfigError):
        codes(tmp_path, "ex.csv", code_column="c")
    assert not portal_code_adapter("ex", Path("none"), context(tmp_path)).check().ok

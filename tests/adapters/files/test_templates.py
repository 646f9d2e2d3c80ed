"""The empty workbooks are read by the adapter of their kind: nothing of them is lost."""

from __future__ import annotations

import io
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from khop.adapters.files import paper
from khop.adapters.files.portal_codes import ADAPTER as PORTAL_FILE
from khop.adapters.ports import AdapterType, CodeSource, PaperSource
from khop.audit.formats.template_xlsx import write_template
from khop.mappings.paper.items import NoRow, NoRowKind, PaperItem, SheetRead
from khop.mappings.paper.meanings import READ_COLUMNS
from khop.mappings.paper.office.rows import OfficeRow
from khop.mappings.paper.office.templates import example_mark, templates
from khop.mappings.records import Instant, PaperRow, Reject
from tests.adapters.files.tables import context

KINDS: dict[str, AdapterType] = {
    "logbook": paper.LOGBOOK_FILE,
    "register": paper.REGISTER_FILE,
    "apology": paper.APOLOGY_FILE,
    "slips": paper.SLIPS_FILE,
    "report": paper.REPORT_FILE,
    "counts": paper.COUNTS_FILE,
    "feedback": paper.FEEDBACK_FILE,
    "ratings": paper.RATINGS_FILE,
    "ministry": paper.MINISTRY_FILE,
}
#: Columns whose values stand in a field of another name.
_ELSEWHERE = {"applicant", "identity", "birth", "issuer", "reason", "day", "state", "ended"}
CODES = {"H99.18.03-261012-0001", "1.001612", "2.000815", "PA.26.0001"}


def source(kind: AdapterType, folder: Path) -> Any:
    (role,) = kind.roles
    settings = kind.settings(adapter="x", role=role, path="a.xlsx")
    return kind.build("a", role, settings, context(folder))


def items(kind: AdapterType, folder: Path) -> list[PaperItem]:
    built = source(kind, folder)
    assert isinstance(built, PaperSource)
    (file,) = built.files()
    return list(built.rows(file))


def filled_in(path: Path, texts: dict[str, str]) -> None:
    """Replace texts of the workbook, as a person does."""
    target = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/sharedStrings.xml":
                text = data.decode()
                for before, after in texts.items():
                    assert before in text
                    text = text.replace(before, after)
                data = text.encode()
            new.writestr(name, data)
    path.write_bytes(target.getvalue())


@pytest.mark.parametrize("name", KINDS)
def test_an_empty_workbook_has_headers_and_no_row(name: str, tmp_path: Path) -> None:
    write_template(tmp_path / "a.xlsx", templates()[name])
    *lines, sheet = items(KINDS[name], tmp_path)
    assert isinstance(sheet, SheetRead)
    assert sheet.columns_unread == ()
    assert sheet.not_read is None
    assert all(isinstance(line, NoRow) for line in lines)
    assert [line.kind for line in lines if isinstance(line, NoRow)][-1] is NoRowKind.EXAMPLE
    assert sheet.lines == len(lines)


@pytest.mark.parametrize("name", KINDS)
def test_each_column_means_what_its_template_says(name: str, tmp_path: Path) -> None:
    template = templates()[name]
    write_template(tmp_path / "a.xlsx", template)
    *_, sheet = items(KINDS[name], tmp_path)
    assert isinstance(sheet, SheetRead)
    (table,) = sheet.tables
    found = {text.rsplit(" = ", 1)[1] for text in table}
    assert found == {"order", *(column.column for column in template.columns)}


def value_of(value: object) -> object:
    return value.local_date if isinstance(value, Instant) else value


@pytest.mark.parametrize("name", KINDS)
def test_a_line_like_the_example_is_read_whole(name: str, tmp_path: Path) -> None:
    template = templates()[name]
    write_template(tmp_path / "a.xlsx", template)
    texts = {f">{example_mark()}<": ">1<"}
    if name == "report":
        texts |= {
            "Đơn vị báo cáo: …": "Đơn vị báo cáo: UBND xã Mẫu 3",
            "(Từ ngày …/…/…… đến ngày …/…/……)": "(Từ ngày 01/10/2026 đến ngày 31/10/2026)",
        }
    filled_in(tmp_path / "a.xlsx", texts)
    (row,) = (
        each for each in items(KINDS[name], tmp_path) if not isinstance(each, NoRow | SheetRead)
    )
    assert isinstance(row, PaperRow | OfficeRow), row
    assert (row.fields_lost, row.unread) == ((), ())
    values = {each.name.removesuffix("_at"): getattr(row, each.name) for each in fields(row)}
    given = {each.column: each.example for each in template.columns if each.example != ""}
    for column in READ_COLUMNS & given.keys() - _ELSEWHERE:
        value = value_of(values[column])
        assert value is not None, column
        if not isinstance(given[column], str) or given[column] in CODES:
            assert value == given[column]


def test_an_unfilled_head_of_a_report_is_no_unit_and_no_period(tmp_path: Path) -> None:
    write_template(tmp_path / "a.xlsx", templates()["report"])
    filled_in(tmp_path / "a.xlsx", {f">{example_mark()}<": ">1<"})
    (reject,) = (each for each in items(paper.REPORT_FILE, tmp_path) if isinstance(each, Reject))
    assert reject.field == "unit"


def test_the_example_of_an_extract_names_no_code(tmp_path: Path) -> None:
    write_template(tmp_path / "a.xlsx", templates()["portal"])
    built = source(PORTAL_FILE, tmp_path)
    assert isinstance(built, CodeSource)
    assert list(built.codes()) == []
    filled_in(tmp_path / "a.xlsx", {f">{example_mark()}<": ">1<"})
    assert list(built.codes()) == ["H99.18.03-261012-0001"]


def test_there_is_a_template_of_each_kind_that_can_be_imported() -> None:
    from khop.cli.commands.imports import FileKind

    assert set(templates()) == {kind.value for kind in FileKind} == {*KINDS, "portal"}

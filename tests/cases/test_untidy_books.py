"""Books of paper as clerks and their programs leave them: nothing is accused of what they do not
say, and no row is lost without a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cases.installation import Installation, rules_by_code
from tests.cases.systems import numbered, row
from tests.cases.tables import imported, write_xlsx

HEADERS = ["STT", "Mã hồ sơ", "Chủ hồ sơ", "Ngày tiếp nhận", "Ngày trả kết quả"]


def said_of(installation: Installation, path: Path) -> dict[str, Any]:
    """What an import says, after a pull of two dossiers in process."""
    installation.one_stop.rows = [row(number, numbered(number)) for number in (1, 2)]
    installation.portal.hold(numbered(1))
    installation.portal.hold(numbered(2))
    installation.khop("init")
    installation.run("pull")
    return imported(installation, path)


def found_in(installation: Installation, path: Path) -> dict[str | None, set[str]]:
    said_of(installation, path)
    return rules_by_code(installation.reconcile())


@pytest.mark.parametrize(
    "headers",
    [
        [[*HEADERS[:4], "Ngày trả (dự kiến)"]],
        [[*HEADERS[:4], "Trả kết quả (theo phiếu hẹn)"]],
        [[*HEADERS[:4], "Ngày trả (hồ sơ cần bổ sung)"]],
        [[*HEADERS[:4], "Ngày trả"], ["", "", "", "", "theo hẹn"]],
        [
            [*HEADERS[:3], "Ngày", "", ""],
            ["", "", "", "Tiếp nhận", "Trả", ""],
            ["", "", "(họ tên)", "", "Hẹn", "Thực tế"],
        ],
    ],
)
def test_a_promised_day_is_no_return(installation: Installation, headers: list[list[str]]) -> None:
    lines = [[1, numbered(1), "Nguyễn Văn Mẫu", "10/11/2026", "19/11/2026"]]
    path = write_xlsx(installation.folder / "so.xlsx", [*headers, *lines])
    assert found_in(installation, path) == {}


@pytest.mark.parametrize("remark", ["(dd/mm/yyyy)", "(ngày/tháng/năm)", "(5)", "(nếu có)"])
def test_a_remark_on_the_form_of_a_day_changes_nothing(
    installation: Installation, remark: str
) -> None:
    lines = [[1, numbered(1), "Nguyễn Văn Mẫu", "10/11/2026", "19/11/2026"]]
    headers = [*HEADERS[:4], f"Ngày trả kết quả {remark}"]
    path = write_xlsx(installation.folder / "so.xlsx", [headers, *lines])
    assert found_in(installation, path) == {numbered(1): {"B1"}}


@pytest.mark.parametrize("day", ["19/11/2026?", "~19/11/2026", "19/11/2026 (?)"])
def test_a_day_that_its_writer_doubted_is_lost(installation: Installation, day: str) -> None:
    lines = [[1, numbered(1), "Nguyễn Văn Mẫu", "10/11/2026", day]]
    said = said_of(installation, write_xlsx(installation.folder / "so.xlsx", [HEADERS, *lines]))
    assert said["cells_unread"] == ["so.xlsx#So!2 Ngày trả kết quả"]
    assert rules_by_code(installation.reconcile()) == {}


TEXT_HEADERS = "Mã hồ sơ,Chủ hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Ngày trả\n"


@pytest.mark.parametrize(
    "lines",
    [
        # A comma in a name moves the promised day into the column of the return.
        (
            f"{numbered(1)},Cty Mẫu, chi nhánh,10/11/2026,19/11/2026,\n"
            f"{numbered(2)},A,10/11/2026,,\n"
        ),
        f"{numbered(1)},Cty, B,10/11/2026,19/11/2026\n{numbered(2)},A,10/11/2026,,\n",
        # A quotation mark takes in the row below.
        (f'{numbered(1)},"Mẫu,10/11/2026,,19/11/2026\n{numbered(2)},B",10/11/2026,,19/11/2026\n'),
    ],
)
def test_cells_in_wrong_columns_of_a_text_file_are_refused(
    installation: Installation, lines: str
) -> None:
    path = installation.folder / "so.csv"
    path.write_text(TEXT_HEADERS + lines, "utf-8")
    said = said_of(installation, path)
    assert said["quarantined"] == 1
    (held,) = installation.run("quarantine", "list")["records"]
    assert "more separators than the headers" in held["reason"]
    assert rules_by_code(installation.reconcile()) == {}
    installation.run("quarantine", "retry")
    assert len(installation.run("quarantine", "list")["records"]) == 1


def test_a_separator_behind_every_row_moves_nothing(installation: Installation) -> None:
    path = installation.folder / "so.csv"
    lines = f"{numbered(1)},A,10/11/2026,,19/11/2026,,\n{numbered(2)},B,10/11/2026,,,,\n"
    path.write_text(TEXT_HEADERS + lines, "utf-8")
    assert found_in(installation, path) == {numbered(1): {"B1"}}


@pytest.mark.parametrize("quote", ['"', "'"])
def test_quotation_marks_around_nothing_are_no_ditto_marks(
    installation: Installation, quote: str
) -> None:
    rows = [(numbered(1), "10/11/2026", "19/11/2026"), (numbered(2), "10/11/2026", "")]
    lines = [", ".join(f"{quote}{cell}{quote}" for cell in cells) for cells in rows]
    path = installation.folder / "so.csv"
    path.write_text("\n".join(["Mã hồ sơ,Ngày tiếp nhận,Ngày trả kết quả", *lines]), "utf-8")
    assert found_in(installation, path) == {numbered(1): {"B1"}}


PERSON = {
    "fullname": "Nguyễn Văn Mẫu",
    "ownerFullname": "Nguyễn Văn Mẫu",
    "identityNumber": "",
    "birthday": "1990-02-01T00:00:00.000+0700",
}
NAMED = ["STT", "Chủ hồ sơ", "Ngày sinh", "Số CCCD", "Mã TTHC", "Ngày tiếp nhận", "Đơn vị"]


def compared(
    installation: Installation, rows: Sequence[Mapping[str, object]], **person: str
) -> tuple[int, int]:
    """How many rows without a code are candidates of the dossier, and how many are accused."""
    installation.one_stop.rows = [row(1, numbered(1), applicant={"data": PERSON | person})]
    installation.portal.hold(numbered(1))
    installation.khop("init")
    installation.run("pull")
    usual: dict[str, object] = {
        "name": "Nguyễn Văn Mẫu", "birth": "01/02/1990", "identity": "", "procedure": "1.001612",
        "day": "10/11/2026", "unit": "UBND xã Mẫu 3",
    }  # fmt: skip
    lines = [[number, *{**usual, **each}.values()] for number, each in enumerate(rows, 1)]
    imported(installation, write_xlsx(installation.folder / "so.xlsx", [NAMED, *lines]))
    found = installation.reconcile()
    assert {each["rule"] for each in found} <= {"A1"}
    return len(installation.run("show", numbered(1))["candidates"]), len(found)


NAMES = (
    "Ông Nguyễn Văn Mẫu", "ÔNG: NGUYỄN VĂN MẪU", "Ông/Bà Nguyễn Văn Mẫu",
    "Ông (bà): Nguyễn Văn Mẫu",
    "Hộ ông Nguyễn Văn Mẫu", "Đ/c Nguyễn Văn Mẫu", "Nguyễn Văn Mẫu - 0901234567",
    "Nguyễn Văn Mẫu\nSĐT: 0901234567", "Nguyễn Văn Mẫu (nộp thay)", "Nguyễn Văn Mẫu, thôn 3",
    "Nguyễn Văn Mẫu và vợ", "Nguyễn Văn Mẫu/Trần Thị Mẫu", "1. Nguyễn Văn Mẫu", "“Nguyễn Văn Mẫu”.",
)  # fmt: skip
SHORT_NAMES = ("Nguyễn V. Mẫu", "Ng. Văn Mẫu", "NguyễnVănMẫu", "Mẫu")


def test_what_stands_beside_a_name_makes_no_other_person(installation: Installation) -> None:
    names = [{"name": name} for name in (*NAMES, *SHORT_NAMES)]
    assert compared(installation, names) == (len(NAMES), 0)


def test_another_name_is_another_person(installation: Installation) -> None:
    names = [{"name": name} for name in ("Trần Thị Khác", "Y Khôn Êban", "H'Hen Niê")]
    assert compared(installation, names) == (0, 3)


def test_what_stands_beside_a_procedure_or_a_number_makes_no_other(
    installation: Installation,
) -> None:
    procedures = [
        {"procedure": text}
        for text in (
            "1001612", 1001612, "TTHC 1.001612", "1.001612 - Thủ tục thử", "1-001612", "'1.001612",
            "\uff11.001612", "1.001612/KH",
        )
    ]  # fmt: skip
    lost: list[Mapping[str, object]] = [
        {"procedure": text}
        for text in (
            "Thủ tục thử", "1.001612; 1.001613", "khai sinh", "1.O01612", "l.001612", "1.1612",
            "BGTVT-285",
        )
    ]  # fmt: skip
    rows = [*procedures, *lost]
    assert compared(installation, rows) == (len(rows), 0)
    other = [{"procedure": text} for text in ("1.001613", "1.00161")]
    assert compared(installation, [*rows, *other]) == (len(rows), 2)


def test_what_stands_beside_an_identity_number_makes_no_other(installation: Installation) -> None:
    numbers = [
        {"identity": text, "birth": ""}
        for text in (
            "CCCD: 099000000001", "099000000001 cấp 2021", "số 099000000001", "(099000000001)",
            "099000000001\ncấp ngày 01/01/2021",
        )
    ]  # fmt: skip
    lost = [
        {"identity": text, "birth": ""} for text in ("O99000000001", "099000000001/099000000002")
    ]
    rows = [*numbers, *lost]
    found = compared(installation, rows, identityNumber="099000000001")
    assert found == (len(rows), 0)


def test_a_person_known_by_something_else_is_no_other_person(installation: Installation) -> None:
    persons = [
        {"name": "Trần Thị Khác", "birth": "05/06/1988"},
        {"name": "Trần Thị Khác", "birth": ""},
        {"birth": "1990"},
        {"identity": "012345678"},
    ]
    others = [
        {"identity": "099000000002"},
        {"name": "Trần Thị Khác", "birth": "", "procedure": "2.000815"},
        {"identity": "012345678", "unit": "UBND xã Mẫu 5"},
        {"birth": "1990", "day": "03/11/2026"},
    ]
    found = compared(installation, [*persons, *others], identityNumber="099000000001")
    assert found == (len(persons), len(others))


def test_a_unit_that_no_table_knows_is_no_other_unit(installation: Installation) -> None:
    units = [
        {"unit": text}
        for text in (
            "P. Tư pháp", "Bộ phận một cửa UBND xã Mẫu 3", "TTPVHCC", "UBNDxã Mẫu 3", "Mẫu 3",
            "UBND xã Mẫu 3 - tỉnh Mẫu", "H99.18.03 - UBND xã Mẫu 3", "Tư pháp - hộ tịch", "",
        )
    ]  # fmt: skip
    others = [{"unit": "P. Tư pháp", "procedure": "2.000815"}, {"unit": "", "day": "03/11/2026"}]
    assert compared(installation, [*units, *others]) == (len(units), len(others))


def test_a_row_that_lacks_a_procedure_is_compared_by_the_others(installation: Installation) -> None:
    others = [{"procedure": "", "name": "Trần Thị Khác"}, {"procedure": "", "day": "03/11/2026"}]
    assert compared(installation, [{"procedure": ""}, *others]) == (1, 2)


def test_what_only_does_not_differ_accuses_nobody_and_is_shown_once(
    installation: Installation,
) -> None:
    rows = [
        {"procedure": "", "name": "Trần Thị Khác", "birth": ""},
        {"procedure": "", "birth": "", "unit": ""},
        {"procedure": "", "birth": "", "unit": "UBND xã Mẫu 5"},
    ]
    assert compared(installation, rows) == (2, 1)


def test_another_unit_of_the_table_is_another_unit(installation: Installation) -> None:
    units = [{"unit": text} for text in ("UBND xã Mẫu 5", "ubnd xa mau 6", "H99.18.08")]
    assert compared(installation, units) == (0, 3)

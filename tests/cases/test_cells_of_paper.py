"""One cell of paper: notes, impossible days, shorthand, days of a whole column, older encodings."""

# ruff: noqa: RUF001 the signs of older encodings

from __future__ import annotations

from typing import Any

import pytest

from tests.cases.installation import Installation, rules_by_code
from tests.cases.systems import numbered, row
from tests.cases.tables import imported, write_csv, write_xlsx

LOGBOOK = [
    "STT", "Mã hồ sơ", "Chủ hồ sơ", "Ngày sinh", "Mã TTHC", "Ngày tiếp nhận", "Ngày hẹn trả",
    "Ngày trả kết quả",
]  # fmt: skip
#: A dossier that is in step on both systems but for what paper says.
RECEIVED = {"NgayNopHoSo": "20261110075810", "NgayTiepNhan": "20261110090000"}


def line(number: int, received: object, returned: object = "", **cells: object) -> list[Any]:
    usual: dict[str, object] = {
        "order": number, "code": numbered(number), "name": "Nguyễn Văn Mẫu", "birth": "01/02/1990",
        "procedure": "1.001612", "received": received, "due": "24/11/2026", "returned": returned,
    }  # fmt: skip
    return list((usual | cells).values())


def logbook(installation: Installation, *lines: list[Any]) -> dict[str, Any]:
    """What an import says of a logbook of UBND xã Mẫu 3 with these lines."""
    installation.khop("init")
    installation.run("pull")
    head = [["Đơn vị: UBND xã Mẫu 3"], LOGBOOK]
    return imported(installation, write_xlsx(installation.folder / "so.xlsx", [*head, *lines]))


def in_process(installation: Installation, *numbers: int) -> None:
    """Dossiers that are in process in the one-stop and on the portal."""
    installation.one_stop.rows = [row(number, numbered(number)) for number in numbers]
    for number in numbers:
        installation.portal.hold(numbered(number))


def days_of(installation: Installation, number: int) -> tuple[str | None, str | None, list[str]]:
    """What the ledger has of a row of the logbook: reception, return, headers of lost cells."""
    (paper,) = installation.run("show", numbered(number))["paper"]
    return paper["received_at"], paper["returned_at"], paper["fields_lost"]


def test_a_note_in_a_cell_of_a_day_costs_that_cell_alone(installation: Installation) -> None:
    in_process(installation, 6, 7)
    said = logbook(
        installation,
        line(1, "10/11/2026", "Đã trả"),
        line(2, "10/11/2026", "Đã trả 12/11/2026"),
        line(3, "10/11/2026", "Công dân xin rút"),
        line(4, "10/11/2026", "16/11/2026 (trễ 1 ngày)"),
        line(5, "10/11/2026", "31/11/2026"),
        line(6, "không nhớ", "19/11/2026"),
        line(7, "10/11/2026", "hẹn lại 25/11/2026"),
        line(8, "không nhớ", "đã trả"),
    )
    assert (said["stored"], said["quarantined"]) == (7, 1)
    assert said["cells_unread"] == [
        f"so.xlsx#So!{number} {header}"
        for number, header in (
            (3, "Ngày trả kết quả"), (5, "Ngày trả kết quả"), (7, "Ngày trả kết quả"),
            (8, "Ngày tiếp nhận"), (9, "Ngày trả kết quả"),
        )
    ]  # fmt: skip
    # A rule that needs a lost cell is silent: B1 of 7 would need the return, D1 of 6 the reception.
    assert rules_by_code(installation.reconcile()) == {
        **{numbered(number): {"A1"} for number in range(1, 6)},
        numbered(6): {"B1"},
    }
    assert days_of(installation, 2) == ("2026-11-10", "2026-11-12", [])
    assert days_of(installation, 3) == ("2026-11-10", None, ["Ngày trả kết quả"])
    assert days_of(installation, 4) == ("2026-11-10", "2026-11-16", [])
    assert days_of(installation, 6) == (None, "2026-11-19", ["Ngày tiếp nhận"])
    path = str(installation.folder / "so.xlsx")
    printed = installation.khop("import", path, "--as", "logbook", "--again")
    assert "cells that could not be read: so.xlsx#So!3 Ngày trả kết quả" in printed.err
    printed = installation.khop("import", path, "--as", "logbook", "--again", "--lang", "vi")
    assert "các ô không đọc được: so.xlsx#So!3 Ngày trả kết quả" in printed.err


def test_days_that_cannot_be_are_told(installation: Installation) -> None:
    said = logbook(
        installation,
        line(1, "20/11/2062"),
        line(2, "12/11/2026", "02/11/2026"),
        line(3, "10/11/2026"),
        line(4, "10/11/2026", "27/11/2026"),  # tomorrow
        line(5, "27/11/2026"),
    )
    assert (said["stored"], said["quarantined"]) == (2, 3)
    assert said["cells_unread"] == ["so.xlsx#So!6 Ngày trả kết quả"]
    found = installation.run("quarantine", "list")["records"]
    assert [each["reason"] for each in found] == [
        "lies in the future",
        "lies before the reception: one of the two is wrong",
        "lies in the future",
    ]
    assert rules_by_code(installation.reconcile()) == {numbered(3): {"A1"}, numbered(4): {"A1"}}


def test_shorthand_is_read_from_the_lines_above_or_refused(installation: Installation) -> None:
    said = logbook(
        installation,
        ["Tháng 11 năm 2026"],
        line(1, "13/11/26"),
        line(2, "19/11"),
        line(3, "″"),
        line(4, "nt"),
        line(5, "17/11/2026", code="Chưa có mã", name="Phan Thị Chưa Mẫu"),
        ["Tháng 12"],
        line(6, "-nt-"),
        line(7, "03/11"),
    )
    assert (said["stored"], said["quarantined"]) == (5, 2)
    days = [days_of(installation, number)[0] for number in range(1, 5)]
    assert days == ["2026-11-13", "2026-11-19", "2026-11-19", "2026-11-19"]
    found = rules_by_code(installation.reconcile())
    assert found == {key: {"A1"} for key in (None, *map(numbered, range(1, 5)))}


@pytest.mark.parametrize(
    ("returned", "days"),
    [
        (["11/19/2026", "", "11/12/2026", "11/20/2026"],
         ["2026-11-19", None, "2026-11-12", "2026-11-20"]),
        (["19/11/2026", "", "12/11/2026", "20/13/2026"], ["2026-11-19", None, "2026-11-12", None]),
    ],
)  # fmt: skip
def test_the_whole_column_tells_which_number_is_the_day(
    installation: Installation, returned: list[str], days: list[str | None]
) -> None:
    month_first = returned[0].startswith("11")
    in_process(installation, 1, 2, 3, 4)
    installation.khop("init")
    installation.run("pull")
    received = "11/10/2026" if month_first else "10/11/2026"
    lines = [[number, numbered(number), received, day] for number, day in enumerate(returned, 1)]
    headers = ["STT", "Mã hồ sơ", "Ngày tiếp nhận", "Ngày trả kết quả"]
    imported(installation, write_csv(installation.folder / "so.csv", [headers, *lines]))
    shown = [days_of(installation, number) for number in range(1, 5)]
    assert [each[:2] for each in shown] == [("2026-11-10", day) for day in days]
    found = rules_by_code(installation.reconcile())
    assert found == {numbered(number): {"B1"} for number, day in enumerate(days, 1) if day}


def test_one_day_with_the_month_first_may_be_a_slip(installation: Installation) -> None:
    said = logbook(installation, line(1, "11/10/2026", due=""), line(2, "11/19/2026", due=""))
    assert (said["stored"], said["quarantined"]) == (0, 2)
    assert rules_by_code(installation.reconcile()) == {}


NAMES = (
    "Ng« V¨n MÉu",  # TCVN3
    "Ngoâ Vaên Maãu",  # VNI
    "Ngô Vån Mçu",  # VISCII
    "Ngô Vãn MâÞu",  # windows-1258
    "NgÃ´ VÄƒn Máº«u",  # UTF-8 read as windows-1252
    "Nɡô Văn Mẫu",  # a phonetic g
    "Ngô Vаn Mẫu",  # a Cyrillic a
    "Ｎｇô Văn Mẫu",
    "Ngo\u0302 Va\u0306n Ma\u0302\u0303u",
    "Ngô\u200b Văn Mẫu",
)
LOST_NAMES = ("Ng? V?n M?u", "Ngô Văn MÉu", "Vò Thu Anh")


def test_a_name_that_looks_different_is_no_other_person(installation: Installation) -> None:
    person = {
        "fullname": "Ngô Văn Mẫu",
        "ownerFullname": "Ngô Văn Mẫu",
        "birthday": "1990-02-01T00:00:00.000+0700",
    }
    installation.one_stop.rows = [row(1, numbered(1), applicant={"data": person})]
    installation.portal.hold(numbered(1))
    names = enumerate((*NAMES, *LOST_NAMES), 2)
    lines = [line(number, "10/11/2026", code="", name=name) for number, name in names]
    said = logbook(installation, *lines)
    assert said["stored"] == len(NAMES) + len(LOST_NAMES)
    assert len(said["cells_unread"]) == len(LOST_NAMES)
    assert rules_by_code(installation.reconcile()) == {}
    shown = installation.run("show", numbered(1))["candidates"]
    assert len(shown) == len(NAMES) + len(LOST_NAMES)


def test_units_in_an_older_encoding_are_their_units(installation: Installation) -> None:
    in_process(installation, 1)
    installation.one_stop.rows[0]["applicant"]["data"]["identityNumber"] = None
    installation.one_stop.rows[0]["applicant"]["data"]["birthday"] = "1990-02-01T00:00:00.000+0700"
    installation.khop("init")
    installation.run("pull")
    headers = ["STT", "Chủ hồ sơ", "Ngày sinh", "Mã TTHC", "Ngày tiếp nhận", "Đơn vị"]
    cells = [1, "Nguyễn Văn Mẫu", "01/02/1990", "1.001612", "10/11/2026"]
    lines: list[list[object]] = [[*headers], [*cells, "UBND x· MÉu 3"], [*cells, "UBND x? M?u 3"]]
    said = imported(installation, write_xlsx(installation.folder / "so.xlsx", lines))
    assert said["cells_unread"] == ["so.xlsx#So!3 Đơn vị"]
    assert rules_by_code(installation.reconcile()) == {}

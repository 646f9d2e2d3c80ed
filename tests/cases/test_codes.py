"""Codes as people and programs write them: the dossier's, a candidate, or in quarantine; never an
accusation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.cases.installation import Installation, rules_by_code
from tests.cases.sheets import write_csv, write_xlsx
from tests.cases.systems import row

CODE = "H99.18.14-261109-0001"
TITLE = ["Đơn vị: UBND xã Mẫu 14"]
RECEIVED: Any = {"NgayNopHoSo": "20261109085810", "NgayTiepNhan": "20261109090000"}
HEADERS = ["STT", "Mã hồ sơ", "Chủ hồ sơ", "Ngày nhận", "Ngày trả"]

#: Ways to write the code that are the code.
SAME = [
    "H99.18.14–261109–0001",
    "H99.18.14 –261109– 0001",
    "H99.18.14\u2011261109\u20110001",
    "H99.18.14−261109−0001",
    "H99.18.14—261109—0001",
    "H99.18.14\ufe63261109\uff0d0001",
    "H99.18.14\u00ad261109\u00ad0001",
    "H99.18.14-\u00ad261109-\u200b0001",
    "H99.18.14\u00a0-\u00a0261109-0001\ufeff",
    "H99.18.14-261109-0001.",
    "H99.18.14-261109-0001,",
    "'H99.18.14-261109-0001",
    '="H99.18.14-261109-0001"',
    "“H99.18.14-261109-0001”",
    "(H99.18.14-261109-0001)",
    "&quot;H99.18.14&#45;261109&ndash;0001&quot;",
    "h99.18.14-261109-0001",
    "\uff28\uff19\uff19.18.14-261109-0001",
    "Số: H99.18.14-261109-0001",
    "Mã HS: H99.18.14-261109-0001",
    "MÃ HỒ SƠ H99.18.14-261109-0001",
    "Số HS H99.18.14-261109-0001",
    "H99.18.14-261109-0001\n",
    "H99.18.14-261109-0001 (bổ sung)",
    "H99.18.14-261109-0001 - bổ sung",
    "H99.18.14-261109-0001²",
    "H99.18.14/261109/0001",
    "H99.18.14_261109_0001",
    "https://motcua.h99.vn/hs/H99.18.14-261109-0001",
    "https://motcua.h99.vn/tra-cuu?ma=H99.18.14%2D261109%2D0001&x=1",
]
#: Texts that may mean the dossier, and are not its code.
NEAR = [
    "H99 18 14 261109 0001",
    "H99.18.14-261109-OOO1",
    "H99.18.14-26I109-0001",
    "\u041d99.18.14-261109-0001",
    "\u039799.18.14-261109-0001",
    "H99.18.14-261109-1",
    "18.14-261109-0001",
    "14.18-261109-0001",
    "H99.18.14-09112026-0001",
    "H99.18.14-091126-0001",
    "261109-0001",
    "HS 261109-0001",
    "H99.18.14-261109-0001; 261109-0002",
    "H99.18.14-261109-0001 01",
    "000.14.18.H99-261109-0001",
    "14.18.H99-261109-0001",
    "H99.18.14-20261109-0001",
    "H99.18.14-261109-000001",
    "H99.18.I4-261109-0001",
    "H99.18.14.00-261109-0001",
    "H99.18.14.000-261109-0001",
    "H99.18.014-261109-0001",
]
#: Texts of no known shape.
NO_CODE = ["0001/2026", "TN-0001", "261109", "H99.18.14-261109", "45/TN ngày 09/11", "x1"]


def logbook(installation: Installation, codes: Sequence[str]) -> None:
    """A logbook that names each code, received 09/11 and returned 19/11/2026."""
    lines = [
        [number, code, f"Trần Văn Mẫu {number}", "09/11/2026", "19/11/2026"]
        for number, code in enumerate(codes, 1)
    ]
    write_xlsx(installation.folder / "so.xlsx", [TITLE, [], HEADERS, *lines])
    installation.watch_logbook("so.xlsx")


def dossier(number: int, code: str) -> dict[str, Any]:
    return row(
        number,
        code,
        appliedDate="2026-11-09T08:58:10.000+0700",
        acceptedDate="2026-11-09T09:00:00.000+0700",
    )


def test_what_stands_around_a_code_is_no_part_of_it(installation: Installation) -> None:
    installation.one_stop.rows = [dossier(1, CODE)]
    installation.portal.hold(CODE, **RECEIVED)
    logbook(installation, SAME)
    assert rules_by_code(installation.audit()) == {CODE: {"B1"}}
    rows = {each["row_number"] for each in installation.run("show", CODE)["paper"]}
    assert [SAME[number - 4] for number in range(4, 4 + len(SAME)) if number not in rows] == []
    assert installation.portal.asked == [CODE]


def test_texts_near_a_code_are_shown_as_candidates_and_accuse_nobody(
    installation: Installation,
) -> None:
    installation.one_stop.rows = [dossier(1, CODE)]
    installation.portal.hold(CODE, **RECEIVED)
    logbook(installation, NEAR)
    assert rules_by_code(installation.audit()) == {}
    shown = installation.run("show", CODE)
    rows = {
        each.get("row_number") or int(each["native_id"].rpartition("!")[2])
        for each in shown["candidates"]
    }
    assert rows == set(range(4, 4 + len(NEAR)))
    assert shown["paper"] == []


def test_text_of_no_known_shape_is_in_quarantine(installation: Installation) -> None:
    installation.one_stop.rows = [dossier(1, CODE)]
    installation.portal.hold(CODE, **RECEIVED)
    logbook(installation, NO_CODE)
    assert rules_by_code(installation.audit()) == {}
    held = installation.run("quarantine", "list")
    assert len(held["records"]) == len(NO_CODE)
    assert installation.portal.asked == [CODE]


@pytest.mark.parametrize(
    "other",
    [
        "H99.18.14-261109-0002",
        "H99.18.14-261110-0001",
        "H99.18.15-261109-0001",
        "000.14.18.H99-261109-0003",
        "000.15.18.H99-261109-0001",
        "38.14.H99-261109-0001",
    ],
)
def test_a_proper_code_that_differs_is_another_dossier(
    installation: Installation, other: str
) -> None:
    installation.one_stop.rows = [dossier(1, CODE)]
    installation.portal.hold(CODE, **RECEIVED)
    logbook(installation, [other])
    assert rules_by_code(installation.audit()) == {other: {"A1"}}


def test_the_other_order_in_a_register_is_a_candidate_until_the_dossier_comes(
    installation: Installation,
) -> None:
    other = "000.14.18.H99-261110-0701"
    installation.one_stop.rows = [dossier(1, CODE)]
    installation.portal.hold(CODE, **RECEIVED)
    write_csv(
        installation.folder / "vanthu.csv",
        [
            ["Số văn bản", "Ngày ký", "Mã hồ sơ", "Cơ quan ban hành"],
            ["12/XN-UBND", "19/11/2026", other, "UBND xã Mẫu 14"],
        ],
    )
    installation.watch_register("vanthu.csv")
    assert rules_by_code(installation.audit()) == {other: {"A2"}}
    # Its dossier comes under the new order: the accusation ends by itself.
    new = "H99.18.14-261110-0701"
    installation.one_stop.rows.append(row(2, new, updatedDate="2026-11-25T10:11:12.345+0700"))
    installation.portal.hold(new)
    installation.run("pull")
    assert rules_by_code(installation.reconcile()) == {}
    assert [each["code"] for each in installation.run("show", new)["candidates"]] == [other]
    # And under the very code: now it is evidence.
    installation.one_stop.rows.append(row(3, other, updatedDate="2026-11-25T11:11:12.345+0700"))
    installation.portal.hold(other)
    installation.run("pull")
    assert "B1" in rules_by_code(installation.reconcile())[other]


def test_codes_of_an_extract_are_cleaned_and_the_other_order_is_no_phantom(
    installation: Installation,
) -> None:
    other, alone = "000.14.18.H99-261109-0001", "H99.18.14-261109-0009"
    installation.one_stop.rows = [dossier(1, CODE)]
    for code in (CODE, other, alone):
        installation.portal.hold(code, **RECEIVED)
    write_csv(
        installation.folder / "cong.csv",
        [["MaHoSo"], [f'="{CODE}"'], [other.replace("-", "–")], [f"Mã HS: {alone}"]],
    )
    installation.configure(
        '\n[sources.extract]\nadapter = "portal_file"\nrole = "portal"\npath = "cong.csv"\n'
    )
    assert rules_by_code(installation.audit()) == {alone: {"A8"}}
    assert sorted(set(installation.portal.asked)) == sorted([CODE, other, alone])


def test_a_code_of_unknown_shape_counts_when_a_dossier_has_it(installation: Installation) -> None:
    odd = "HTHT-2026/0012"
    logbook(installation, [odd, "HTHT-2026/0013"])
    assert rules_by_code(installation.audit()) == {}
    installation.one_stop.rows = [dossier(1, odd)]
    installation.portal.hold(odd, **RECEIVED)
    installation.run("pull", "--full")
    assert rules_by_code(installation.reconcile()) == {odd: {"B1", "E7"}}


def test_a_code_without_the_zeros_in_front_has_a_known_shape(installation: Installation) -> None:
    code = "38.98.H99-261110-0803"
    installation.one_stop.rows = [
        row(1, code, agency={"code": "000.38.98.H99", "name": "UBND phường Mẫu"}),
        row(2, "38.98.H99-261101-0804"),
    ]
    installation.portal.hold(code)
    installation.portal.hold("38.98.H99-261101-0804")
    assert rules_by_code(installation.audit()) == {"38.98.H99-261101-0804": {"E4"}}


def test_a_shape_of_the_province_is_known_on_paper(installation: Installation) -> None:
    installation.configure(
        '\n[[codes.dossier]]\nid = "TINH1"\nname = "one"\n'
        "pattern = '^([0-9]{8})/([0-9]{6})@(H99)$'\n"
        'parts = ["date", "serial", "unit"]\ndate_format = "ddMMyyyy"\nsource = "test"\n'
    )
    installation.one_stop.rows = [dossier(1, CODE)]
    installation.portal.hold(CODE, **RECEIVED)
    logbook(installation, ["09112026/000123@h99"])
    assert rules_by_code(installation.audit()) == {"09112026/000123@H99": {"A1"}}

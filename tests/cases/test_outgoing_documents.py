"""Registers of all outgoing documents: only results are evidence; codes in summaries are used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases.installation import Installation, rules_by_code
from tests.cases.systems import row
from tests.cases.tables import Cells, imported, write_xlsx

CODE, OTHER = "H99.18.14-261110-2701", "H99.18.14-261110-2702"
HEADERS = ["Số, ký hiệu văn bản", "Ngày tháng văn bản", "Trích yếu nội dung văn bản", "Người ký"]
DECISION = ["223/QĐ-UBND", "16/11/2026", f"QĐ cấp GCN cho ông Mẫu, hồ sơ {CODE}", "Chủ tịch"]
DUTY = ["224/QĐ-UBND", "16/11/2026", "QĐ phân công trực cơ quan tháng 12", "Chủ tịch"]
NOTICE = ["225/TB-UBND", "17/11/2026", f"Thông báo bổ sung hồ sơ {OTHER}", "Chủ tịch"]


@pytest.fixture
def province(installation: Installation) -> Installation:
    installation.one_stop.rows = [row(1, CODE), row(2, OTHER)]
    installation.khop("init")
    installation.run("pull")
    return installation


def book(
    province: Installation, *rows: Cells, title: str = "SỔ ĐĂNG KÝ VĂN BẢN ĐI", more: Cells = ()
) -> Path:
    return write_xlsx(province.folder / "so.xlsx", [[title], [], [*HEADERS, *more], *rows])


def test_a_decision_that_names_a_code_is_evidence_and_other_documents_are_not(
    province: Installation,
) -> None:
    part = imported(province, book(province, DECISION, DUTY, NOTICE), "register")
    assert (part["stored"], part["documents"]) == (3, 2)
    found = rules_by_code(province.reconcile())
    assert "B1" in found[CODE]
    assert "B1" not in found.get(OTHER, set())
    assert "A2" not in set().union(*found.values())
    (shown,) = province.run("show", OTHER)["paper"]
    assert shown["kind"] == "document"


def test_a_document_of_several_dossiers_is_refused(province: Installation) -> None:
    both = ["226/QĐ-UBND", "16/11/2026", f"QĐ cấp GCN, hồ sơ {CODE}, {OTHER}", "Chủ tịch"]
    part = imported(province, book(province, both), "register")
    assert (part["stored"], part["quarantined"]) == (0, 1)
    assert "several codes" in province.khop("quarantine", "list").text.replace("\n", " ")


@pytest.mark.parametrize(
    "keys",
    [
        'result_pattern = "cấp gcn"',
        'result_column = "Người ký"\nresult_pattern = "chủ tịch"',
        'result_column = "người ký"',
    ],
)
def test_what_khop_toml_names_as_a_result_is_one_without_a_code(
    province: Installation, keys: str
) -> None:
    bare = ["227/GP-UBND", "16/11/2026", "Cấp GCN cho bà Mẫu", "Chủ tịch", "1.000894"]
    report = ["228/BC-UBND", "16/11/2026", "Báo cáo tháng", "Văn thư" if "patt" in keys else "", ""]
    book(province, bare, report, more=["Mã TTHC"])
    province.watch_register("so.xlsx")
    for line in keys.splitlines():
        province.set_key("register", line)
    (part,) = [each for each in province.run("pull")["sources"] if each["source"] == "register"]
    assert (part["stored"], part["documents"]) == (2, 1)
    findings = [each for each in province.reconcile() if each["rule"] == "A2"]
    assert len(findings) == 1


@pytest.mark.parametrize(("procedure", "accused"), [("1.000894", ["A2"]), ("", [])])
def test_a_register_of_results_keeps_rows_without_a_code(
    procedure: str, accused: list[str], province: Installation
) -> None:
    """A row with nothing to compare by may be of any dossier: it accuses nobody."""
    file = book(province, [*DUTY, procedure], title="SỔ KẾT QUẢ GIẢI QUYẾT", more=["Mã TTHC"])
    part = imported(province, file, "register")
    assert (part["stored"], part["documents"]) == (1, 0)
    assert [each["rule"] for each in province.reconcile() if each["rule"] == "A2"] == accused


def test_a_column_that_is_not_there_is_refused(province: Installation) -> None:
    book(province, DUTY)
    province.watch_register("so.xlsx")
    province.set_key("register", 'result_column = "Loại"')
    printed = province.khop("pull", "register")
    assert printed.code == 1
    assert "no column 'Loại'" in printed.text


def test_a_bad_pattern_is_refused(province: Installation) -> None:
    province.watch_register("so.xlsx")
    province.set_key("register", 'result_pattern = "("')
    assert "no regular expression" in province.khop("check").text

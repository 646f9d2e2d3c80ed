"""Headers: found under titles, and recognised in every spelling."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pytest

from khop.connectors.spreadsheets.model import TableRow
from khop.errors import ConfigError
from khop.mappings.paper.headers import Layout, find_layout
from khop.mappings.paper.meanings import refuse_unknown_columns
from khop.text.translation import translator
from tests.mappings.paper.sheets import Lines


def layout(
    lines: Sequence[Sequence[str]],
    kind: str = "logbook",
    spans: dict[int, dict[int, int]] | None = None,
    **own: str,
) -> Layout:
    found = find_layout(kind, rows(lines, spans), own, "so.xlsx")
    assert found is not None
    return found


def rows(
    lines: Sequence[Sequence[str]], spans: dict[int, dict[int, int]] | None = None
) -> list[TableRow]:
    return list(Lines(lines, spans=spans or {}).rows())


def names(found: Layout) -> dict[int, str]:
    return {place: column for column, place in found.places.items()}


FORM_07 = [
    "STT", "Mã hồ sơ", "Trích yếu", "Số bộ hồ sơ", "Chủ hồ sơ", "Địa chỉ", "Số điện thoại",
    "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày trả", "Tên người nhận hồ sơ", "Địa bàn",
]  # fmt: skip
FORM_07_MEANS = [
    "order", "code", "summary", "sets", "applicant", "address", "phone", "received", "due",
    "returned", "recipient", "area",
]  # fmt: skip


def test_the_logbook_of_form_07_is_recognised_column_by_column() -> None:
    found = layout([FORM_07])
    assert [names(found)[place] for place in range(len(FORM_07))] == FORM_07_MEANS
    assert found.first == 1


def without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(char for char in plain if not unicodedata.combining(char))


@pytest.mark.parametrize(
    "spelled",
    [
        str.upper,
        str.lower,
        without_accents,
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: f" {text} (*)",
        lambda text: f"{text} (3)",
        lambda text: f"1. {text}:",
        lambda text: text.replace(" ", "\n"),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: without_accents(text).title().replace(" ", ""),
        lambda text: without_accents(text).lower().replace(" ", "_"),
    ],
)
def test_a_header_may_be_spelled_in_many_ways(spelled: object) -> None:
    assert callable(spelled)
    found = layout([[spelled(header) for header in FORM_07]])
    assert [names(found)[place] for place in range(len(FORM_07))] == FORM_07_MEANS


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Ngày, giờ tiếp nhận", "received"),
        ("Ngày (giờ) tiếp nhận", "received"),
        ("Thời gian tiếp nhận hồ sơ", "received"),
        ("Ngày, tháng, năm nhận hồ sơ", "received"),
        ("NgayTiepNhan", "received"),
        ("Ngày trả kết quả", "returned"),
        ("Hạn trả kết quả", "due"),
        ("Số CMND/CCCD", "identity"),
        ("Số định danh cá nhân", "identity"),
        ("Mã TTHC", "procedure"),
        ("Tên TTHC", "procedure_name"),
        ("Cơ quan chủ trì giải quyết", "unit"),
        ("Tên tổ chức, cá nhân", "applicant"),
        ("Họ và tên người nộp", "submitter"),
        ("Ngày sinh (dd/mm/yyyy)", "birth"),
    ],
)
def test_a_column_has_many_names(header: str, column: str) -> None:
    heads = ["Mã hồ sơ", "Ngày trả" if column != "returned" else "Ngày nhận"]
    assert names(layout([[*heads, header]]))[2] == column


def test_title_rows_above_the_headers_are_skipped() -> None:
    wide = ["UBND TỈNH MẪU", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "", ""]
    lines = [
        wide,
        ["SỔ THEO DÕI HỒ SƠ"] * 4,
        ["Từ ngày 01/10/2026 đến ngày 31/10/2026", "", "", ""],
    ]
    found = layout([*lines, ["STT", "Mã hồ sơ", "Ngày tiếp nhận", "Ngày trả"]])
    assert (found.first, found.headers[1]) == (4, ("Mã hồ sơ",))


def test_a_merged_group_header_applies_to_its_parts() -> None:
    lines = [
        ["STT", "Mã hồ sơ", "Ngày", "Ngày", "Ngày", "Người nhận kết quả", "Người nhận kết quả"],
        ["STT", "Mã hồ sơ", "Tiếp nhận", "Hẹn trả", "Trả", "Họ và tên", "CCCD"],
        ["1", "x", "08/10/2026", "", "", "", ""],
    ]
    spans = {1: {0: 0, 1: 1, 2: 2, 3: 2, 4: 2, 5: 5, 6: 5}, 2: {0: 0, 1: 1}}
    found = layout(lines, spans=spans)
    assert names(found) == {
        0: "order",
        1: "code",
        2: "received",
        3: "due",
        4: "returned",
        5: "recipient",
    }
    assert (found.name("returned"), found.first) == ("Ngày / Trả", 2)


def test_a_group_header_applies_to_its_parts_in_csv_too() -> None:
    lines = [
        ["STT", "Mã hồ sơ", "Thời gian", "", "", "Ghi chú"],
        ["", "", "Tiếp nhận", "Hẹn trả", "Trả", ""],
    ]
    assert names(layout(lines)) == {
        0: "order", 1: "code", 2: "received", 3: "due", 4: "returned", 5: "note",
    }  # fmt: skip


def test_a_known_group_gives_its_meaning_to_a_plain_part() -> None:
    lines = [
        ["Mã hồ sơ", "Chủ hồ sơ", "", "Tiếp nhận", ""],
        ["", "Họ tên", "CCCD", "Ngày", "Người"],
    ]
    assert names(layout(lines)) == {0: "code", 1: "applicant", 2: "identity", 3: "received"}


def test_form_06_has_three_rows_of_headers() -> None:
    lines = [
        [
            "TT",
            "Mã hồ sơ",
            "Tên TTHC",
            "Tên cá nhân, tổ chức",
            "Nhận và Trả kết quả",
            "",
            "",
            "Ghi chú",
        ],
        ["", "", "", "", "Ngày, tháng, năm", "", "", ""],
        ["", "", "", "", "Nhận hồ sơ", "Hẹn trả kết quả", "Trả kết quả", ""],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
    ]
    found = layout(lines)
    assert found.first == 3
    assert names(found) == {
        0: "order", 1: "code", 2: "procedure_name", 3: "applicant", 4: "received", 5: "due",
        6: "returned", 7: "note",
    }  # fmt: skip


def test_a_merged_header_of_one_row_is_one_column() -> None:
    lines = [["Mã hồ sơ", "Mã hồ sơ", "Ngày trả"]]
    assert names(layout(lines, spans={1: {0: 0, 1: 0}})) == {0: "code", 2: "returned"}


REGISTER = [
    "Số",
    "Ký hiệu",
    "Ngày ký",
    "Mã hồ sơ",
    "Cơ quan ban hành",
    "Mã TTHC",
    "Tổ chức/cá nhân",
]


def test_the_register_and_the_apologies_have_their_own_words() -> None:
    assert list(layout([REGISTER], "register").places) == [
        "number", "symbol", "signed", "code", "issuer", "procedure", "applicant",
    ]  # fmt: skip
    apology = [
        "Mã hồ sơ", "Ngày hẹn trả cũ", "Số/ngày văn bản xin lỗi", "Lý do", "Ngày hẹn trả mới",
        "Hình thức thông báo",
    ]  # fmt: skip
    assert list(layout([apology], "apology").places) == [
        "code", "due", "number_signed", "reason", "new_due", "notified",
    ]  # fmt: skip
    groups = [["Mã hồ sơ", "Văn bản xin lỗi", "", "Hạn trả mới"], ["", "Số", "Ngày", ""]]
    assert list(layout(groups, "apology").places) == ["code", "number", "signed", "new_due"]
    assert names(layout([["MaHoSo"]], "portal")) == {0: "code"}


def test_a_deployment_names_its_own_columns() -> None:
    lines = [["Số biên lai", "Ngày vào sổ", "Ngày trả"]]
    found = layout(lines, code="SỐ BIÊN LAI", received="ngay vao so")
    assert names(found) == {0: "code", 1: "received", 2: "returned"}


def test_a_deployments_own_header_comes_before_known_ones() -> None:
    lines = [["Mã hồ sơ", "Mã số hồ sơ", "Ngày trả"]]
    assert names(layout(lines, code="Mã số hồ sơ"))[1] == "code"


def test_two_columns_of_one_meaning_are_refused_with_both_names() -> None:
    with pytest.raises(
        ConfigError, match=r"'Mã hồ sơ' \(column 1\) and 'Mã số hồ sơ' \(column 2\)"
    ):
        layout([["Mã hồ sơ", "Mã số hồ sơ", "Ngày trả"]])
    assert names(layout([["Mã hồ sơ", "Ghi chú", "Ghi chú", "Ngày trả"]]))[1] == "note"


def test_incomplete_headers_are_refused_with_the_recognised_ones() -> None:
    with pytest.raises(ConfigError) as refused:
        layout([["SỔ"], ["STT", "Mã hồ sơ", "Ngày vào sổ", "Chủ hồ sơ"]])
    error_text = str(refused.value)
    assert "one of received, returned" in error_text
    assert "'Mã hồ sơ' (code)" in error_text
    assert "row 2" in error_text
    assert '[sources.NAME.columns] received = "' in error_text


def test_a_configured_header_missing_from_the_file_is_refused() -> None:
    with pytest.raises(ConfigError, match="lack due"):
        layout([["Mã hồ sơ", "Ngày trả"]], due="Hạn chót")


def test_a_sheet_of_other_content_has_no_headers() -> None:
    assert find_layout("logbook", rows([["STT", "Mã TTHC", "Tên TTHC"]]), {}, "x") is None
    assert find_layout("logbook", rows([["Hướng dẫn", ""], ["Bước 1"], []]), {}, "x") is None
    assert find_layout("logbook", [], {}, "x") is None


def test_an_unknown_column_name_is_refused_with_the_nearest() -> None:
    refuse_unknown_columns(["received", "code"])
    with pytest.raises(ValueError, match="did you mean received"):
        refuse_unknown_columns(["recieved"])


def test_a_short_part_below_an_unknown_group_gives_way_to_a_clear_header() -> None:
    lines = [
        ["Mã hồ sơ", "Ngày tiếp nhận", "Chuyển cơ quan chuyên môn", "", "Trả kết quả"],
        ["", "", "Ngày nhận", "Ký nhận", "Ngày trả"],
    ]
    found = layout(lines)
    assert names(found) == {0: "code", 1: "received", 3: "recipient", 4: "returned"}
    assert found.unknown == [2]
    with pytest.raises(ConfigError, match="both mean received"):
        layout(
            [
                ["Mã hồ sơ", "Quá trình 1", "", "Quá trình 2", ""],
                ["", "Ngày nhận", "A", "Ngày nhận", "B"],
            ]
        )


def test_tables_side_by_side_are_refused_with_what_to_do() -> None:
    table = ["STT", "Mã hồ sơ", "Chủ hồ sơ", "Ngày tiếp nhận"]
    beside = r"side by side: 'Mã hồ sơ' is column 2, and 'Mã hồ sơ' is column 7; put the second"
    with pytest.raises(ConfigError, match=beside) as refused:
        layout([[*table, "", *table]])
    told = translator("vi")(str(refused.value))
    assert "hai bảng nằm cạnh nhau: 'Mã hồ sơ' là cột 2" in told
    with pytest.raises(ConfigError, match="both mean code"):
        layout([[*table, "Mã hồ sơ"]])


@pytest.mark.parametrize(
    ("group", "part", "column"),
    [
        ("Trả kết quả", "Ngày nhận kết quả", "returned"),
        ("Trả kết quả", "Ngày nhận", "returned"),
        ("Trả kết quả", "Ngày hẹn trả", "due"),
        ("Trả kết quả", "Ký nhận", "recipient"),
        ("Trả kết quả", "Họ tên", None),
        ("Trả kết quả", "CCCD", None),
        ("Tiếp nhận", "Ngày tiếp nhận", "received"),
        ("Tiếp nhận", "Ngày trả", None),
        ("Tiếp nhận", "Giờ", "hour"),
        ("Công dân", "Ngày nhận", None),
        ("Công an xã", "Ngày nhận", None),
        ("Công an xã", "Ngày trả", None),
        ("Bộ phận một cửa", "Ngày nhận", "received"),
        ("Thực tế", "Ngày trả", "returned"),
        ("Tiếp nhận", "Người nộp", "submitter"),
        ("Người nhận kết quả", "Ngày nhận", "returned"),
        ("Người nhận", "Ngày nhận", None),
        ("Người nhận", "Năm sinh", None),
        ("Cán bộ tiếp nhận", "Họ và tên", None),
        ("Chủ hồ sơ", "Họ và tên", "applicant"),
        ("Chủ hồ sơ", "Ngày sinh", "birth"),
        ("Hẹn trả", "Ngày", "due"),
        ("Thông tin chung", "Ngày tiếp nhận", "received"),
    ],
)
def test_a_part_below_a_group(group: str, part: str, column: str | None) -> None:
    lines = [["Mã hồ sơ", "Ngày nộp hồ sơ tại quầy", group, ""], ["", "", part, "x"]]
    if column == "received":
        lines[0][1] = "Ngày thực trả"
    assert names(layout(lines)).get(2) == column


def test_a_title_right_above_the_headers_is_no_group() -> None:
    headers = ["Mã hồ sơ", "Ngày nhận", "Ngày trả"]
    for title in (["SỔ THEO DÕI", "", ""], ["SỔ"] * 3, ["UBND XÃ", "CỘNG HÒA", ""]):
        found = layout([title, headers], spans={1: {0: 0, 1: 0, 2: 0}} if title[2] else None)
        assert (names(found), found.start) == ({0: "code", 1: "received", 2: "returned"}, 1)


def test_a_header_that_means_a_known_column_twice_is_no_unknown_one() -> None:
    assert layout([["Mã hồ sơ", "Ghi chú", "Ghi chú", "Ngày trả", "Kho"]]).unknown == [4]

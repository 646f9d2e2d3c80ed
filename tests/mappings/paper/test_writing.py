"""What whole columns, and the lines above the rows, tell of a cell."""

# ruff: noqa: RUF001 the signs of older encodings

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from itertools import chain

import pytest

from khop.connectors.spreadsheets.model import Cell
from khop.mappings.identity import applicant_key
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind, PaperRow, Reject
from tests.mappings.paper.sheets import FILE, KEY, Lines, read, replayed, rows_of

HEADERS: list[Cell] = [
    "Mã hồ sơ", "Chủ hồ sơ", "Ngày sinh", "Mã TTHC", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày trả",
]  # fmt: skip
REFUSED = "refused"


def line(number: int, received: Cell, returned: Cell = "", **cells: Cell) -> list[Cell]:
    usual: dict[str, Cell] = {
        "code": f"H99.18.01-261008-{number:04d}", "name": "Nguyễn Văn Mẫu", "birth": "02/09/1985",
        "procedure": "1.001612", "received": received, "due": "", "returned": returned,
    }  # fmt: skip
    return list((usual | cells).values())


def book(
    received: Sequence[Cell], *, titles: Sequence[str] = (), last: date | None = None
) -> list[str | None]:
    """The days of reception of a book with these cells; a refused row is ``REFUSED``."""
    lines = [line(number, cell) for number, cell in enumerate(received, 1)]
    sheet = Lines([*([title] for title in titles), HEADERS, *lines])
    found = PaperReader(PaperKind.LOGBOOK, KEY).read([sheet], FILE, last)
    return list(map(day_of, rows_of(found)))


def day_of(row: PaperRow | Reject, field: str = "received_at") -> str | None:
    if isinstance(row, Reject):
        return REFUSED
    instant = getattr(row, field)
    return instant and f"{instant.local_date:%d/%m/%Y}"


NOVEMBER = ("Tháng 11 năm 2026",)


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        # nothing is above 12: day first
        (["10/11/2026", "11/11/2026"], ["10/11/2026", "11/11/2026"]),
        # one of two rows proves the month first, and none the day first
        (["11/10/2026", "11/19/2026", "11/20/2026"], ["10/11/2026", "19/11/2026", "20/11/2026"]),
        (["11-10-2026 08:15", "11-19-2026", "11-25-2026 2:05 PM"],
         ["10/11/2026", "19/11/2026", "25/11/2026"]),
        (["11/10/26", "11/19/26", "11/20/26"], ["10/11/2026", "19/11/2026", "20/11/2026"]),
        # one row may be a slip
        (["11/10/2026", "11/19/2026"], [REFUSED, REFUSED]),
        # both are proven: what is certain in itself is read
        (["19/11/2026", "10/11/2026", "11/20/2026", "11/11/2026"],
         ["19/11/2026", REFUSED, REFUSED, "11/11/2026"]),
        # a day that does not exist proves nothing
        (["19/11/2026", "10/11/2026", "20/13/2026"], ["19/11/2026", "10/11/2026", REFUSED]),
        (["10/11/2026", "13/32/2026"], ["10/11/2026", REFUSED]),
        # a day in words and one with the year first are certain
        (["11/19/2026", "11/20/2026", "ngày 10 tháng 11 năm 2026", "2026-11-10"],
         ["19/11/2026", "20/11/2026", "10/11/2026", "10/11/2026"]),
        (["11/19/2026", "11/20/2026", "25/11/2026", "2026-11-10"],
         [REFUSED, REFUSED, "25/11/2026", "10/11/2026"]),
    ],
)  # fmt: skip
def test_the_whole_column_tells_which_number_is_the_day(cells: list[Cell], days: list[str]) -> None:
    assert book(cells) == days


def test_a_slip_in_a_long_column_costs_the_rows_around_it() -> None:
    before = ["25/10/2026", "03/11/2026"] * 40
    found = book([*before, "04/11/2026", "11/19/2026", "05/11/2026", "26/11/2026", "02/12/2026"])
    assert found[:79] == before[:79]
    assert found[79:] == [REFUSED] * 4 + ["26/11/2026", "02/12/2026"]


def test_a_row_near_a_day_with_the_month_first_is_doubtful_in_every_column() -> None:
    rows = [
        line(1, "18/11/2026", "19/11/2026"), line(2, "10/11/2026", "20/11/2026"),
        line(3, "11/10/2026", "11/19/2026"), line(4, "12/11/2026", "23/11/2026"),
    ]  # fmt: skip
    found = read([HEADERS, *rows])
    assert [day_of(row) for row in found] == ["18/11/2026", "10/11/2026", REFUSED, "12/11/2026"]


def test_a_column_of_both_orders_says_nothing_of_rows_far_from_the_month_first() -> None:
    cells = [f"{day}/11/2026" for day in (18, 19)], ["11/05/2026", "11/20/2026"], ["21/11/2026"]
    rows = [line(number, cell, due="02/12/2026") for number, cell in enumerate(chain(*cells), 1)]
    found = read([HEADERS, *rows])
    assert [day_of(row) for row in found] == [
        "18/11/2026", "19/11/2026", REFUSED, REFUSED, "21/11/2026",
    ]  # fmt: skip
    assert [row.unread for row in found if isinstance(row, PaperRow)] == [()] * 3


def test_a_slip_in_a_day_of_birth_costs_that_cell_alone() -> None:
    rows = [
        line(1, "10/11/2026", birth="25/06/1990"), line(2, "11/11/2026", birth="06/25/1990"),
        line(3, "12/11/2026", birth="03/04/1990"),
    ]  # fmt: skip
    found = read([HEADERS, *rows])
    assert [day_of(row) for row in found] == ["10/11/2026", "11/11/2026", "12/11/2026"]
    assert [row.unread for row in found if isinstance(row, PaperRow)] == [
        (), ("applicant_key",), ("applicant_key",),
    ]  # fmt: skip


def test_a_column_that_proves_nothing_is_like_the_others_of_the_sheet() -> None:
    rows = [line(1, "11/10/2026", "11/19/2026"), line(2, "11/10/2026", "11/20/2026")]
    bare = [[*row[:2], "", *row[3:]] for row in rows]
    assert [day_of(row) for row in read([HEADERS, *bare])] == ["10/11/2026"] * 2
    # the days of birth have the day first: of the receptions it cannot be told
    mixed = [line(1, "11/10/2026", "11/19/2026", birth="25/06/1990"), rows[1]]
    found = read([HEADERS, *mixed])
    assert [day_of(row) for row in found] == [None, None]
    assert [day_of(row, "returned_at") for row in found] == ["19/11/2026", "20/11/2026"]


def test_a_sheet_that_proves_nothing_is_like_the_others_of_the_file() -> None:
    proven = Lines([HEADERS, line(1, "11/19/2026", birth=""), line(2, "11/20/2026", birth="")], "1")
    other = Lines([HEADERS, line(3, "12/10/2026", birth="")], "2")
    found = PaperReader(PaperKind.LOGBOOK, KEY).read([other, proven], FILE)
    rows = [row for row in found if isinstance(row, PaperRow)]
    assert [day_of(row) for row in rows] == ["10/12/2026", "19/11/2026", "20/11/2026"]


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        # the program read month first what it could, and left the others as text
        ([datetime(2026, 10, 11), datetime(2026, 12, 11), "19/11/2026"],
         [REFUSED, REFUSED, "19/11/2026"]),
        ([datetime(2026, 11, 11), datetime(2026, 9, 11), "19/11/2026"],
         ["11/11/2026", REFUSED, "19/11/2026"]),
        # dates of the month that the texts are of
        ([datetime(2026, 11, 5), datetime(2026, 11, 9), "19/11/2026"],
         ["05/11/2026", "09/11/2026", "19/11/2026"]),
        ([datetime(2026, 10, 11), datetime(2026, 11, 16), "19/11/2026"],
         ["11/10/2026", "16/11/2026", "19/11/2026"]),
        ([datetime(2026, 10, 11), "12/11/2026", "19/11/2026"],
         ["11/10/2026", "12/11/2026", "19/11/2026"]),
    ],
)  # fmt: skip
def test_dates_that_a_program_made_with_day_and_month_changed_are_refused(
    cells: list[Cell], days: list[str]
) -> None:
    assert book(cells) == days


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["13/11/26"], ["13/11/2026"]),
        (["13/11/26", "14/11/26", "02/01/27"], ["13/11/2026", "14/11/2026", "02/01/2027"]),
        # the first number is the year: it changes less
        (["26/11/13", "26/11/14", "26/11/15"], [REFUSED] * 3),
        (["13/11/1"], [REFUSED]),
    ],
)
def test_two_digits_of_a_year(cells: list[Cell], days: list[str]) -> None:
    assert book(cells) == days


@pytest.mark.parametrize(
    ("titles", "cell", "day"),
    [
        (NOVEMBER, "19/11", "19/11/2026"),
        (NOVEMBER, "9.11", "09/11/2026"),
        (NOVEMBER, "ngày 19 tháng 11", "19/11/2026"),
        (NOVEMBER, "02/12", "02/12/2026"),
        (NOVEMBER, "19/10", REFUSED),
        (("SỔ THEO DÕI HỒ SƠ THÁNG 11/2026",), "19/11", "19/11/2026"),
        (("Tháng 12 năm 2026",), "05/01", REFUSED),
        (("SỔ TIẾP NHẬN HỒ SƠ NĂM 2026",), "19/11", "19/11/2026"),
        (("NĂM 2026", "Tháng 11"), "19/11", "19/11/2026"),
        (("Tháng 11",), "19/11", REFUSED),
        ((), "19/11", REFUSED),
        (("Năm 2025 - 2026",), "19/11", REFUSED),
        (("(Ban hành kèm theo Thông tư số 01/2018/TT-VPCP ngày 23 tháng 11 năm 2018)",), "19/11",
         REFUSED),
        (("Mẫu, ngày 30 tháng 11 năm 2026",), "19/11", REFUSED),
        (("Th¸ng 11 n¨m 2026",), "19/11", "19/11/2026"),
        (NOVEMBER, "26/11/13", REFUSED),
    ],
)  # fmt: skip
def test_the_year_of_a_day_without_one_stands_above_the_rows(
    titles: Sequence[str], cell: Cell, day: str
) -> None:
    assert book([cell], titles=titles) == [day]


def test_the_heading_of_a_section_tells_the_month_of_the_rows_below() -> None:
    blank = [""] * (len(HEADERS) - 1)
    lines: list[list[Cell]] = [
        ["NĂM 2026"], HEADERS, ["Tháng 10", *blank], line(1, "19/10"), ["Tháng 11", *blank],
        line(2, "19/11"), line(3, "18/10"),
    ]  # fmt: skip
    assert [day_of(row) for row in read(lines)] == ["19/10/2026", "19/11/2026", REFUSED]


DITTOS = [
    "″",
    '"',
    "''",
    "//",
    "-//-",
    "nt",
    "NT",
    "-nt-",
    "n.t",
    "như trên",
    "Như trên",
    " ” ",
    "〃",
]


@pytest.mark.parametrize("mark", DITTOS)
def test_a_ditto_mark_repeats_the_row_before(mark: str) -> None:
    first = line(1, "19/11/2026")
    marked = line(2, mark, name=mark, birth=mark, procedure=mark)
    rows = read([HEADERS, first, marked, line(3, mark)])
    assert [day_of(row) for row in rows] == ["19/11/2026"] * 3
    (_, row, _) = rows
    assert isinstance(row, PaperRow)
    assert row.applicant_key == applicant_key(KEY, None, "Nguyễn Văn Mẫu", "02/09/1985")
    assert (row.procedure, row.fields_lost) == ("1.001612", ())


def test_a_ditto_mark_without_a_row_right_above_is_refused() -> None:
    blank = [""] * len(HEADERS)
    assert [day_of(row) for row in read([HEADERS, line(1, "nt")])] == [REFUSED]
    rows = read([HEADERS, line(1, "19/11/2026"), blank, line(2, "nt")])
    assert [day_of(row) for row in rows] == ["19/11/2026", REFUSED]
    rows = read([HEADERS, line(1, "x", "20/11/2026"), line(2, "nt", "20/11/2026")])
    assert [day_of(row) for row in rows] == [None, None]


def test_a_code_repeats_nothing() -> None:
    rows = read([HEADERS, line(1, "19/11/2026"), line(2, "19/11/2026", code="nt")])
    assert [day_of(row) for row in rows] == ["19/11/2026", REFUSED]


@pytest.mark.parametrize(
    ("returned", "day"),
    [
        ("Đã trả 12/11/2026", "12/11/2026"),
        ("đã trả kết quả ngày 12/11/2026", "12/11/2026"),
        ("16/11/2026 (trễ 1 ngày)", "16/11/2026"),
        ("16/11/2026 - đúng hạn", "16/11/2026"),
        ("Thứ Hai, 16/11/2026", "16/11/2026"),
        ("trả lại 12/11/2026", None),
        ("Chưa trả, hẹn 25/11/2026", None),
        ("hẹn trả 25/11/2026", None),
        ("quá hạn 24/11/2026", None),
        ("Công dân xin rút ngày 12/11/2026", None),
        ("12/11/2026 và 16/11/2026", None),
        ("Đã trả", None),
        ("TTHC liên thông", None),
    ],
)
def test_a_note_beside_a_day_is_left_when_it_says_nothing_else(
    returned: str, day: str | None
) -> None:
    (row,) = read([HEADERS, line(1, "10/11/2026", returned)])
    assert day_of(row) == "10/11/2026"
    assert day_of(row, "returned_at") == day
    assert isinstance(row, PaperRow)
    assert row.unread == (() if day else ("returned_at",))


def test_evidence_of_a_day_to_come_is_none() -> None:
    last = date(2026, 11, 26)
    assert book(["26/11/2026", "27/11/2026", "20/11/2062"], last=last) == [
        "26/11/2026", REFUSED, REFUSED,
    ]  # fmt: skip
    sheet = Lines([HEADERS, line(1, "10/11/2026", "27/11/2026", due="24/12/2026")])
    (row,) = rows_of(PaperReader(PaperKind.LOGBOOK, KEY).read([sheet], FILE, last))
    assert isinstance(row, PaperRow)
    assert (day_of(row, "due_at"), row.unread) == ("24/12/2026", ("returned_at",))


def test_a_due_day_before_the_reception_is_lost() -> None:
    (row,) = read([HEADERS, line(1, "12/11/2026", due="02/11/2026")])
    assert isinstance(row, PaperRow)
    assert (row.due_at, row.fields_lost, row.unread) == (None, ("Ngày hẹn trả",), ("due_at",))


def test_a_return_before_the_reception_is_refused() -> None:
    (found,) = read([HEADERS, line(1, "12/11/2026", "02/11/2026")])
    assert isinstance(found, Reject)
    assert (found.field, found.reason) == (
        "Ngày trả", "lies before the reception: one of the two is wrong",
    )  # fmt: skip
    assert [day_of(row) for row in read([HEADERS, line(1, "12/11/2026", "12/11/2026")])] == [
        "12/11/2026"
    ]


@pytest.mark.parametrize("code", ["Chưa có mã", "chưa có mã hồ sơ", "(không có mã)", "Chưa cấp mã"])
def test_a_code_that_was_not_given_yet_is_none(code: str) -> None:
    (row,) = read([HEADERS, line(1, "17/11/2026", code=code)])
    assert isinstance(row, PaperRow)
    assert row.code is None


def test_a_refused_row_is_tried_again_with_what_its_sheet_told() -> None:
    lines: list[list[Cell]] = [
        ["Tháng 11 năm 2026"], HEADERS, line(1, "11/10", "11/19/2026"),
        line(2, "11/22", "11/20/2026"), line(3, "11/23", "11/23/2026"), line(4, "x", "x"),
    ]  # fmt: skip
    rejects = [row for row in read(lines) if isinstance(row, Reject)]
    reader = PaperReader(PaperKind.LOGBOOK, KEY)
    payload = json.loads(json.dumps(rejects[-1].payload))
    payload["cells"][4] = "11/12"
    assert day_of(replayed(reader, payload)) == "12/11/2026"


NAME, BIRTH = "Ngô Thị Mẫu", "02/09/1985"


@pytest.mark.parametrize(
    ("name", "unread"),
    [
        ("Ng« ThÞ MÉu", ()),
        ("Ngoâ Thò Maãu", ()),
        ("Ngô Th¸ Mçu", ()),
        ("NgÃ´ Thá»‹ Máº«u", ()),
        ("Ngô Thị Mẫu", ()),
        ("Ng? Th? M?u", ("applicant_key",)),
        ("Ngô Văn MÉu", ("applicant_key",)),
    ],
)
def test_a_name_in_an_older_encoding_is_the_same_person_or_none(
    name: str, unread: tuple[str, ...]
) -> None:
    (row,) = read([HEADERS, line(1, "10/11/2026", name=name, code="")])
    assert isinstance(row, PaperRow)
    if unread:
        assert (row.unread, row.applicant_key) == (unread, None)
    else:
        assert row.applicant_key == applicant_key(KEY, None, NAME, BIRTH)


def test_headers_titles_and_units_may_be_in_an_older_encoding() -> None:
    headers: list[Cell] = ["M· hå s¬", "Chñ hå s¬", "Ngµy sinh", "M· TTHC", "Ngµy tiÕp nhËn"]
    rows = read([["§¬n vÞ: UBND x· MÉu 3"], headers, line(1, "10/11/2026", name="Tó")[:5]])
    (row,) = rows
    assert isinstance(row, PaperRow)
    assert (row.unit, day_of(row)) == ("UBND xã Mẫu 3", "10/11/2026")
    # "Tó" is Vietnamese as it stands; among words in TCVN3 it may be "Tú" too
    assert row.unread == ("applicant_key",)


def test_a_unit_that_cannot_be_read_is_not_that_of_the_title() -> None:
    headers = [*HEADERS, "Đơn vị"]
    cells = [*line(1, "10/11/2026"), "UBND x? M?u 7"]
    (row,) = read([["Đơn vị: UBND xã Mẫu 3"], headers, cells])
    assert isinstance(row, PaperRow)
    assert (row.unit, row.unread) == (None, ("unit",))

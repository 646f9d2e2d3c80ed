"""Level-1 codes of ministries and provinces, with their successors."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import ConfigError, RecordError
from khop.mappings.codes.level_one import (
    Evidence,
    LevelOne,
    LevelOneTable,
    level_one_table,
    packaged_level_one,
)

BEFORE, REFORM = date(2025, 6, 30), date(2025, 7, 1)
TABLE = packaged_level_one()
#: docs/domain.md (Codes), the last column, by names.
MERGED = {
    "An Giang": {"Kiên Giang"},
    "Bắc Ninh": {"Bắc Giang"},
    "Cà Mau": {"Bạc Liêu"},
    "Cần Thơ": {"Sóc Trăng", "Hậu Giang"},
    "Đà Nẵng": {"Quảng Nam"},
    "Đắk Lắk": {"Phú Yên"},
    "Đồng Nai": {"Bình Phước"},
    "Đồng Tháp": {"Tiền Giang"},
    "Gia Lai": {"Bình Định"},
    "Hải Phòng": {"Hải Dương"},
    "Hưng Yên": {"Thái Bình"},
    "Khánh Hòa": {"Ninh Thuận"},
    "Lâm Đồng": {"Đắk Nông", "Bình Thuận"},
    "Lào Cai": {"Yên Bái"},
    "Ninh Bình": {"Hà Nam", "Nam Định"},
    "Phú Thọ": {"Vĩnh Phúc", "Hòa Bình"},
    "Quảng Ngãi": {"Kon Tum"},
    "Quảng Trị": {"Quảng Bình"},
    "Tây Ninh": {"Long An"},
    "Thái Nguyên": {"Bắc Kạn"},
    "TP. Hồ Chí Minh": {"Bình Dương", "Bà Rịa – Vũng Tàu"},
    "Tuyên Quang": {"Hà Giang"},
    "Vĩnh Long": {"Bến Tre", "Trà Vinh"},
}
UNCHANGED = {
    *("Cao Bằng", "Điện Biên", "Hà Nội", "Hà Tĩnh", "Huế", "Lai Châu", "Lạng Sơn", "Nghệ An"),
    *("Quảng Ninh", "Sơn La", "Thanh Hóa"),
}


def provinces(day: date) -> dict[str, str]:
    """Name to code of every province there is on ``day``."""
    return {row.name: row.code for row in TABLE if row.code[0] == "H" and row.in_force(day)}


def name(code: str, day: date = REFORM) -> str | None:
    found = TABLE.current(code, day)
    return None if found is None else found.name


def test_63_provinces_became_34_on_the_first_of_july_2025() -> None:
    assert (len(provinces(BEFORE)), len(provinces(REFORM))) == (63, 34)
    assert set(provinces(REFORM)) == set(MERGED) | UNCHANGED
    assert sorted(provinces(BEFORE).values()) == [f"H{n:02}" for n in range(1, 64)]


def test_each_province_has_the_successor_of_the_resolution() -> None:
    old = provinces(BEFORE)
    for now, merged in MERGED.items():
        assert {name(old[before]) for before in merged} == {now}
        assert TABLE.predecessors(old[now], REFORM) == tuple(sorted(old[gone] for gone in merged))
        assert TABLE.predecessors(old[now], BEFORE) == ()


def test_a_merger_names_its_legal_basis() -> None:
    ended = [row for row in TABLE if row.valid_to == BEFORE]
    assert len(ended) == 29
    assert {row.legal_basis for row in ended} == {"NQ 202/2025/QH15"}


def test_a_province_whose_name_continues_keeps_its_code() -> None:
    assert provinces(REFORM).items() <= provinces(BEFORE).items()


@pytest.mark.parametrize(
    ("code", "evidence", "now"),
    [
        ("H01", "seen", "An Giang"),
        ("H15", "seen", "Đắk Lắk"),
        ("H26", "seen", "Hà Nội"),
        ("H30", "seen", "Cần Thơ"),
        ("H38", "seen", "Lào Cai"),
        ("H48", "seen", "Quảng Ngãi"),
        ("H55", "seen", "Thái Nguyên"),
        ("H56", "seen", "Thanh Hóa"),
        ("H59", "seen", "Vĩnh Long"),
        ("H02", "interpolated", "Bắc Ninh"),
        ("H17", "interpolated", "Đà Nẵng"),
        ("H63", "interpolated", "Lào Cai"),
    ],
)
def test_each_code_has_its_kind_of_evidence(code: str, evidence: str, now: str) -> None:
    assert [row.evidence for row in TABLE.rows(code)] == [evidence]
    assert name(code) == now


def test_nineteen_codes_of_provinces_were_seen() -> None:
    anchored = {row.code for row in TABLE if row.code[0] == "H" and row.evidence == "seen"}
    assert anchored == {
        *("H01", "H14", "H15", "H19", "H20", "H22", "H26", "H27", "H29", "H30", "H38"),
        *("H41", "H48", "H50", "H51", "H55", "H56", "H57", "H59"),
    }


def test_hue_has_one_code_and_two_names() -> None:
    assert name("H57", date(2024, 12, 31)) == "Thừa Thiên Huế"
    assert name("H57", date(2025, 1, 1)) == "Huế"
    assert [row.name for row in TABLE.rows("h57 ")] == ["Thừa Thiên Huế", "Huế"]
    assert TABLE.predecessors("H57", REFORM) == ()


def test_the_ministries_are_listed_by_code() -> None:
    ministries = {row.code: row for row in TABLE if row.code[0] == "G"}
    assert sorted(ministries) == [f"G{n:02}" for n in range(1, 25) if n != 23]
    assert ministries["G09"].name == "Bộ Nội vụ"
    assert ministries["G22"].name == "Văn phòng Chính phủ"
    doubtful = {code for code, row in ministries.items() if row.evidence is Evidence.UNVERIFIED}
    assert doubtful == {"G13", "G24"}


@pytest.mark.parametrize("code", ["G04", "G05", "G07", "G10", "G13", "G14", "G21"])
def test_an_ended_ministry_is_listed_without_successor(code: str) -> None:
    assert TABLE.on(code, date(2025, 2, 28)) is not None
    assert TABLE.on(code, date(2025, 3, 1)) is None
    assert TABLE.current(code, date(2025, 3, 1)) is None
    assert [row.legal_basis for row in TABLE.rows(code)] == ["NQ 176/2025/QH15"]


def test_the_table_has_86_codes_and_one_second_name() -> None:
    counts = Counter(row.code for row in TABLE)
    assert (len(counts), counts.total()) == (86, 87)
    assert [row.code for row in TABLE] == sorted(counts.elements())


@pytest.mark.parametrize("code", ["H99", "G23", "Q01", "", "không có"])
def test_an_unknown_code_gives_none(code: str) -> None:
    assert TABLE.rows(code) == ()
    assert TABLE.on(code, REFORM) is None
    assert TABLE.current(code, REFORM) is None
    assert TABLE.predecessors(code, REFORM) == ()


@given(st.sampled_from(sorted({row.code for row in TABLE})), st.dates(date(1900, 1, 1)))
def test_succession_ends_at_an_organisation_in_force(code: str, day: date) -> None:
    found = TABLE.current(code, day)
    if found is not None:
        assert found.in_force(day)
        assert TABLE.current(found.code, day) == found
        assert (code in TABLE.predecessors(found.code, day)) is (code != found.code)
    else:
        assert code.startswith("G")
        assert day > date(2025, 2, 28)


@given(st.sampled_from([f"H{n:02}" for n in range(1, 64)]), st.dates())
def test_a_province_has_one_name_on_any_day_or_has_ended(code: str, day: date) -> None:
    in_force = [row for row in TABLE.rows(code) if row.in_force(day)]
    assert len(in_force) == (0 if day >= REFORM and TABLE.rows(code)[-1].valid_to else 1)


D = [date(2026, 1, 1) + timedelta(days=n) for n in range(10)]


def table(*rows: dict[str, Any]) -> LevelOneTable:
    return level_one_table(list(rows))


def test_an_own_row_adds_a_code_and_keeps_the_others() -> None:
    ours = table({"code": "H99", "name": "Tỉnh Mẫu"})
    assert ours.rows("H99") == (LevelOne("H99", "Tỉnh Mẫu", Evidence.UNVERIFIED),)
    assert ours.rows("H01") == TABLE.rows("H01")
    assert TABLE.rows("H99") == ()


def test_own_rows_replace_all_packaged_rows_of_their_code() -> None:
    ours = table({"code": "H57", "name": "Thành phố Huế", "evidence": "seen"})
    assert [row.name for row in ours.rows("H57")] == ["Thành phố Huế"]


def test_the_successor_of_a_ministry_can_be_given() -> None:
    gone = {"code": "G04", "name": "Bộ GTVT", "valid_to": date(2025, 2, 28), "successor": "G17"}
    ours = table(gone)
    found = ours.current("G04", date(2025, 3, 1))
    assert found is not None
    assert found.name == "Bộ Xây dựng"
    assert ours.predecessors("g17 ", date(2025, 3, 1)) == ("G04",)
    assert ours.predecessors("G17", date(2025, 2, 28)) == ()


def test_succession_follows_several_steps() -> None:
    ours = table(
        {"code": "X01", "name": "a", "valid_to": D[1], "successor": "X02"},
        {"code": "X02", "name": "b", "valid_to": D[3], "successor": "X03"},
        {"code": "X03", "name": "c"},
    )
    names = [found and found.name for found in (ours.current("X01", day) for day in D[:6])]
    assert names == ["a", "a", "b", "b", "c", "c"]
    assert ours.predecessors("X03", D[4]) == ("X01", "X02")


def test_a_circle_of_successors_gives_none() -> None:
    ours = table(
        {"code": "X01", "name": "a", "valid_to": D[1], "successor": "X02"},
        {"code": "X02", "name": "b", "valid_to": D[1], "successor": "X01"},
        {"code": "X03", "name": "c", "valid_to": D[1], "successor": "X03"},
    )
    assert [ours.current(code, D[2]) for code in ("X01", "X02", "X03")] == [None, None, None]


def test_the_latest_ended_row_decides_the_successor() -> None:
    ours = table(
        {"code": "X01", "name": "later", "valid_from": D[7], "valid_to": D[8], "successor": "H02"},
        {"code": "X01", "name": "a", "valid_to": D[1], "successor": "H01"},
        {"code": "X01", "name": "b", "valid_from": D[3], "valid_to": D[4], "successor": "H26"},
    )
    assert [row.name for row in ours.rows("X01")] == ["a", "b", "later"]
    names = [found and found.name for found in (ours.current("X01", day) for day in D)]
    assert names == [
        "a",
        "a",
        "An Giang",
        "b",
        "b",
        "Hà Nội",
        "Hà Nội",
        "later",
        "later",
        "Bắc Ninh",
    ]


def test_before_the_first_day_of_a_code_there_is_none() -> None:
    ours = table({"code": "X01", "name": "a", "valid_from": D[2]})
    assert (ours.on("X01", D[1]), ours.current("X01", D[1])) == (None, None)
    assert ours.on("X01", D[2]) == ours.current("X01", D[2]) == ours.rows("X01")[0]


def test_an_unknown_successor_gives_none() -> None:
    ours = table({"code": "X01", "name": "a", "valid_to": D[1], "successor": "X99"})
    assert ours.current("X01", D[2]) is None


@pytest.mark.parametrize(
    ("first_to", "second_from", "fits"),
    [(D[1], D[2], True), (D[1], D[1], False), (D[2], D[1], False), (None, D[1], False)],
)
def test_overlapping_rows_of_one_code_are_refused(
    first_to: date | None, second_from: date, fits: bool
) -> None:
    rows = [
        {"code": "X01", "name": "a", "valid_from": D[0], "valid_to": first_to},
        {"code": "X01", "name": "b", "valid_from": second_from},
    ]
    if fits:
        assert len(table(*rows).rows("X01")) == 2
    else:
        with pytest.raises(ConfigError, match="overlap") as refused:
            table(*rows)
        assert refused.value.key == "level_one.X01"


def test_an_error_in_a_table_made_in_code_names_its_key() -> None:
    with pytest.raises(ConfigError) as refused:
        LevelOneTable([LevelOne("X01", "a"), LevelOne("X01", "b")])
    assert refused.value.key == "level_one.X01"


def test_columns_missing_from_a_row_are_none() -> None:
    row = LevelOne("X01", "a")
    assert (row.valid_from, row.valid_to, row.successor, row.legal_basis) == (None,) * 4
    assert row.evidence is Evidence.UNVERIFIED


def test_two_rows_without_a_beginning_overlap() -> None:
    with pytest.raises(ConfigError, match="overlap"):
        table(
            {"code": "X01", "name": "a", "valid_to": date(2020, 1, 1)},
            {"code": "X01", "name": "b", "valid_to": date(2021, 1, 1)},
        )


@pytest.mark.parametrize(
    ("own", "key", "message"),
    [
        ({}, "k", "[[ ]]"),
        ([{"code": "X01"}], "k[1].name", "missing"),
        ([{"code": "X01", "name": "a", "succesor": "H01"}], "k[1].succesor", "successor?"),
        ([{"code": "x01", "name": "a"}], "k[1]", "write X01"),
        (
            [{"code": "X01", "name": "a", "valid_to": D[1], "successor": " h01"}],
            "k[1]",
            "write H01",
        ),
        ([{"code": "X01", "name": "a", "successor": "H01"}], "k[1]", "needs valid_to"),
        (
            [{"code": "X01", "name": "a", "valid_from": D[2], "valid_to": D[1]}],
            "k[1]",
            "before valid_from",
        ),
        ([{"code": "X01", "name": "a", "evidence": "guessed"}], "k[1].evidence", "'seen'"),
    ],
)
def test_an_unusable_row_raises_with_its_key(own: object, key: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        level_one_table(own, key="k")
    assert refused.value.key == key
    assert message in str(refused.value)


@pytest.mark.parametrize("day", [None, "2025-07-01", datetime(2025, 7, 1, tzinfo=UTC)])
def test_anything_but_a_day_raises_a_record_error(day: date) -> None:
    for asked in (TABLE.on, TABLE.current, TABLE.predecessors):
        for code in ("H01", "H99"):
            with pytest.raises(RecordError):
                asked(code, day)


def test_anything_but_text_raises_a_record_error() -> None:
    for asked in (TABLE.on, TABLE.current, TABLE.predecessors):
        with pytest.raises(RecordError):
            asked(5, REFORM)  # type: ignore[arg-type]

"""The portal's catalogues, read as records (docs/systems/dvcqg.md)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.catalogue_records import CatalogueItem, FeeRate, ProcedureEntry, TimeLimit
from khop.mappings.dvcqg.catalogue import (
    OnlineService,
    ProcedureNames,
    dictionary_items,
    dictionary_service,
    online_services,
    procedure_codes,
    procedure_entry,
    procedure_names,
    sector_items,
    technical_id,
    unit_items,
    upper_keys,
)
from khop.mappings.records import Channel
from khop.mappings.states.status import portal_channels
from tests.mappings.dvcqg.portal import sample

CHANNELS = portal_channels({}, {})


def entry_of(**fields: Any) -> ProcedureEntry:
    entry = procedure_entry([{"MATTHC": "1.001612", **fields}], "1.001612", CHANNELS)
    assert entry is not None
    return entry


def test_the_sample_procedure_is_read_in_full() -> None:
    assert procedure_entry(sample("cat-06")["result"], "1.001612", CHANNELS) == ProcedureEntry(
        code="1.001612",
        name="Đăng ký thành lập hộ kinh doanh",
        public=True,
        sectors=(CatalogueItem("G05-KH02", "Hộ kinh doanh"),),
        limits=(
            TimeLimit(
                Channel.ONLINE,
                3,
                "Ngày làm việc",
                fees=(FeeRate("LP01", 100_000, "đồng"), FeeRate("", None, "", "Miễn")),
            ),
        ),
        results=(CatalogueItem("KQ.G05.000777", "Giấy chứng nhận"),),
        papers=(CatalogueItem("GT01", "Giấy đề nghị"),),
        levels=(3,),
    )


def test_keys_in_any_case_and_single_objects() -> None:
    mixed = {
        "maTTHC": "1.001612",
        "TenTTHC": "Đăng ký",
        "CachThucThucHien": {"Kenh": 1, "ThoiGian": {"ThoiGianGiaiQuyet": 3.0, "PhiLePhi": ""}},
        "CapThucHien": {"capthuchien": 1},
        "CoQuanThucHien": {"MaDonVi": 7, "TenDonVi": "UBND xã Mẫu"},
        "THANHPHANHOSO": {
            "TruongHop": "Cấp lại",
            "GiayTo": [None, {"Url": "x"}, {"TENGIAYTO": "Đơn"}],
        },
    }
    entry = procedure_entry([mixed], "1.001612", CHANNELS)
    assert entry is not None
    assert entry.limits == (TimeLimit(Channel.COUNTER, 3),)
    assert entry.levels == (1,)
    assert entry.units == (CatalogueItem("7", "UBND xã Mẫu"),)
    assert entry.papers == (CatalogueItem("", "Đơn", "Cấp lại"),)
    assert entry.fields_lost == ()


@pytest.mark.parametrize(
    ("written", "amount", "text"),
    [
        ("3", 3, ""),
        (3, 3, ""),
        ("03", 3, ""),
        (" 15 ", 15, ""),
        ("", None, ""),
        (None, None, ""),
        ("3,5", None, "3,5"),
        ("1.000", None, "1.000"),
        ("Trong ngày", None, "Trong ngày"),
        ("3 ngày", None, "3 ngày"),
        (-1, None, "-1"),
    ],
)
def test_limits_are_whole_numbers_or_texts(written: Any, amount: int | None, text: str) -> None:
    way = {"KENH": "1", "THOIGIAN": [{"THOIGIANGIAIQUYET": written}]}
    assert entry_of(CACHTHUCTHUCHIEN=[way]).limits == (
        TimeLimit(Channel.COUNTER, amount, text=text),
    )


@pytest.mark.parametrize(
    ("written", "unit", "amount", "text"),
    [
        ("100000", "đồng", 100_000, ""),
        ("100.000", "Đồng", 100_000, ""),
        ("1,500,000", "VNĐ", 1_500_000, ""),
        (100000, "", 100_000, ""),
        (100000.0, "đồng/trang", 100_000, ""),
        ("0", "đồng", 0, ""),
        ("100000", "USD", None, "100000"),
        ("10", "%", None, "10"),
        ("2", "nghìn đồng", None, "2"),
        ("Theo quy định", "đồng", None, "Theo quy định"),
        ("1.50", "đồng", None, "1.50"),
        ("1.000,5", "đồng", None, "1.000,5"),
    ],
)
def test_fees_are_whole_dong_or_texts(
    written: Any, unit: str, amount: int | None, text: str
) -> None:
    time = {"PHILEPHI": [{"SOTIEN": written, "DONVI": unit}]}
    (limit,) = entry_of(CACHTHUCTHUCHIEN=[{"KENH": "2", "THOIGIAN": [time]}]).limits
    assert limit.fees == (FeeRate("", amount, unit, text),)


def test_a_channel_without_time_limit_is_kept() -> None:
    ways = [{"KENH": "3"}, {"KENH": "2", "THOIGIAN": [{}, {}]}]
    assert [limit.channel for limit in entry_of(CACHTHUCTHUCHIEN=ways).limits] == [
        Channel.POST,
        Channel.ONLINE,
        Channel.ONLINE,
    ]


def test_unusable_fields_are_listed_as_lost() -> None:
    entry = entry_of(
        TENTTHC=["x"],
        CACHTHUCTHUCHIEN=[{"KENH": "1"}, {"KENH": "9"}],
        CAPTHUCHIEN=[{"CAPTHUCHIEN": "7"}, {"CAPTHUCHIEN": ""}],
        KETQUATHUCHIEN="không",
    )
    assert entry.name == ""
    assert [limit.channel for limit in entry.limits] == [Channel.COUNTER, None]
    assert (entry.levels, entry.results) == ((), ())
    assert set(entry.fields_lost) == {
        "TENTTHC",
        "CACHTHUCTHUCHIEN[1].KENH",
        "CAPTHUCHIEN[0].CAPTHUCHIEN",
        "KETQUATHUCHIEN",
    }


@pytest.mark.parametrize(
    ("state", "public"), [("1", True), (1, True), ("0", False), ("2", False), ("", None)]
)
def test_the_state_tells_whether_a_procedure_is_in_force(state: Any, public: bool | None) -> None:
    assert entry_of(TRANGTHAI=state).public is public


def test_the_row_of_the_procedure_is_found_by_code_or_base() -> None:
    rows = [{"MATTHC": "1.001612.000.00.00.H99"}, {"MATTHC": "1.001613"}, {"MATTHC": "1.001612"}]
    assert procedure_entry(rows, "1.001612", CHANNELS).code == "1.001612"  # type: ignore[union-attr]
    assert procedure_entry(rows[:2], "1.001612", CHANNELS).code == (  # type: ignore[union-attr]
        "1.001612.000.00.00.H99"
    )
    assert procedure_entry([{"TENTTHC": "x"}], "1.001612", CHANNELS).code == "1.001612"  # type: ignore[union-attr]
    assert procedure_entry([], "1.001612", CHANNELS) is None
    answers: list[list[object]] = [
        [{"MATTHC": "1.001613"}],
        [{}],
        [{"TENTTHC": "x"}, {"TENTTHC": "y"}],
    ]
    for others in answers:
        with pytest.raises(RecordError, match="MATTHC"):
            procedure_entry(others, "1.001612", CHANNELS)


def test_a_push_gets_names_and_codes_from_the_catalogue() -> None:
    assert procedure_names(sample("cat-06")["result"][0]) == ProcedureNames(
        "Đăng ký thành lập hộ kinh doanh",
        "G05-KH02",
        "Hộ kinh doanh",
        "KQ.G05.000777",
        "Giấy chứng nhận",
    )


def test_the_codes_of_a_list_come_once_each() -> None:
    rows = sample("cat-02")["result"]
    codes = ("1.001612", "1.001612.000.00.00.H99")
    assert procedure_codes([*rows, {"matthc": "1.001612"}, {}]) == codes
    assert procedure_codes([]) == ()
    with pytest.raises(RecordError, match="MATTHC"):
        procedure_codes([{"MA": "1"}])


def test_services_keep_unpublished_fields_unchanged() -> None:
    (service,) = online_services(sample("cat-08")["result"]["data"])
    assert service == OnlineService(
        "2.000123", "Đăng ký trực tuyến", "1.001612", "Đăng ký", "Bộ Mẫu", "Hộ kinh doanh"
    )
    (other,) = online_services([{"MaDVC": 2, "ApDungDVC": [{"MADONVI": "H99"}]}])
    assert (other.code, other.applies) == ("2", ({"MADONVI": "H99"},))
    with pytest.raises(RecordError, match="MADVC"):
        online_services([{"TENDVC": "x"}])


def test_units_and_sectors_are_read_by_code() -> None:
    units = [{"MaDonVi": "000.00.00.H99", "TENDONVI": "UBND tỉnh Mẫu", "CAPDONVI": "1"}, {}]
    assert unit_items(units) == (CatalogueItem("000.00.00.H99", "UBND tỉnh Mẫu"),)
    sectors = [{"MALINHVUC": "G05-KH02", "TENLINHVUC": "Hộ kinh doanh", "MANGANH": "G05"}]
    assert sector_items(sectors) == (CatalogueItem("G05-KH02", "Hộ kinh doanh", "G05"),)
    for read in (unit_items, sector_items):
        assert read([]) == ()
        with pytest.raises(RecordError, match="in every row"):
            read([{"x": 1}])


def test_dictionaries_are_read_from_their_pair_of_columns() -> None:
    rows = [{"MADANTOC": 1, "TENDANTOC": "Kinh"}, {"MaDanToc": "02", "TenDanToc": "Tày"}]
    assert dictionary_items(rows) == (CatalogueItem("1", "Kinh"), CatalogueItem("02", "Tày"))
    two = {"MALINHVUC": "G05", "TENLINHVUC": "x", "MANGANH": "G"}
    assert dictionary_items([two])[0].code == "G05"
    for row in (
        {"ID": 1, "TEN": "x"},
        {"MAA": 1, "TENA": "x", "MAB": 1, "TENB": "x"},
        {"MA": ""},
        3,
    ):
        with pytest.raises(RecordError):
            dictionary_items([row])


def test_a_dictionary_is_found_by_short_or_full_name() -> None:
    assert dictionary_service("peoples") == "LayDanhMucDanToc"
    assert dictionary_service("LayDanhMucDanToc") == "LayDanhMucDanToc"
    with pytest.raises(RecordError, match="peoples"):
        dictionary_service("LayDanhMucKhac")


def test_the_account_of_a_citizen_is_read_or_refused() -> None:
    rows = sample("cat-09")["result"]
    assert technical_id(rows) == "3f1c9a52-0000-4000-8000-00000000abcd"
    assert technical_id([*rows, *rows]) == technical_id(rows)
    assert technical_id([]) is None
    answers: list[list[object]] = [[{}], [*rows, {"technicalid": "other"}]]
    for wrong in answers:
        with pytest.raises(RecordError, match="TECHNICALID"):
            technical_id(wrong)


def test_a_key_in_capitals_comes_before_other_spellings() -> None:
    assert upper_keys({"MA": 1, "ma": 2}) == upper_keys({"ma": 2, "MA": 1}) == {"MA": 1}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["MATTHC", "TENTTHC", "CACHTHUCTHUCHIEN", "KENH", "THOIGIAN", "PHILEPHI", "SOTIEN",
             "CAPTHUCHIEN", "GIAYTO", "THANHPHANHOSO", "MADVC", "TECHNICALID"]
        ),
        inner,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(VALUES, max_size=3))
def test_any_value_is_read_or_raises_a_record_error(rows: list[Any]) -> None:
    readers = (
        procedure_codes, online_services, unit_items, sector_items, dictionary_items, technical_id,
        lambda given: procedure_entry(given, "1.001612", CHANNELS),
    )  # fmt: skip
    for read in readers:
        try:
            assert read(rows) is not None or not rows or read is technical_id
        except RecordError as error:
            assert len(str(error)) < 300

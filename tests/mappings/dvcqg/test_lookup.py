"""Answers of the portal's look-ups, read as records (docs/systems/dvcqg.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.dvcqg.mapping import DvcqgMapping
from khop.mappings.dvcqg.wire import LookupItem
from khop.mappings.records import (
    Channel,
    DossierRecord,
    Instant,
    Precision,
    Status,
)
from khop.mappings.states.status import portal_statuses
from tests.mappings.dvcqg.portal import (
    CODE,
    MAPPING,
    sample,
)
from tests.mappings.moments import at


def found(**fields: Any) -> dict[str, Any]:
    return {"MaHoSo": CODE, "MaTrangThai": "4", **fields}


def test_a_look_up_becomes_a_record() -> None:
    record = MAPPING.record(sample("look-02")["result"], CODE)
    assert record == DossierRecord(
        source="dvcqg",
        native_id=CODE,
        code=CODE,
        status=Status.PROCESSING,
        status_raw="Đang xử lý",
        received_at=at(2025, 1, 14, 8, 15, 30),
        due_at=at(2025, 1, 17, 17),
        unit="UBND xã Mẫu",
        unit_code="000.12.00.H99",
        procedure="1.001612",
    )


def test_the_answer_of_the_related_service_is_read() -> None:
    record = MAPPING.record(sample("look-06")["data"], "h99.02-250110-0003 ")
    assert record is not None
    assert (record.code, record.status) == ("H99.02-250110-0003", Status.RECEIVED)


def test_a_provinces_own_answer_is_read() -> None:
    record = MAPPING.record([sample("look-08")], CODE)
    assert record is not None
    assert (record.status, record.procedure) == (Status.PROCESSING, "1.001612")


def test_an_answer_without_items_gives_none() -> None:
    assert MAPPING.record([], CODE) is None


def test_an_only_item_without_code_is_taken() -> None:
    record = MAPPING.record([{"TrangThaiHoSo": "Đã trả kết quả"}], CODE)
    assert record is not None
    assert (record.code, record.status) == (CODE, Status.RETURNED)


@pytest.mark.parametrize(
    "items",
    [
        [{"MaHoSo": "H99.12-250114-0008", "MaTrangThai": "4"}],
        [{"MaTrangThai": "4"}, {"MaTrangThai": "5"}],
        [{"MaTrangThai": "4"}, {"MaHoSo": "H99.12-250114-0008"}],
        [{}],
        [{"MaHoSo": "", "NgayTiepNhan": None}],
        [{"LyDo": "x"}],
    ],
)
def test_an_answer_about_other_dossiers_raises_a_record_error(items: list[dict[str, Any]]) -> None:
    with pytest.raises(RecordError, match="MaHoSo"):
        MAPPING.record(items, CODE)


def test_items_of_other_dossiers_are_ignored() -> None:
    items = [{"MaHoSo": "H99.12-250114-0070", "MaTrangThai": "9"}, found(), {"MaTrangThai": "5"}]
    record = MAPPING.record(items, CODE)
    assert record is not None
    assert (record.status, record.fields_lost) == (Status.PROCESSING, ())


def test_keys_are_read_in_any_case() -> None:
    fields = {"mahoso": CODE.lower(), "MATRANGTHAI": 9, "ngaytiepnhan": "14/01/2025"}
    record = MAPPING.record([fields], CODE)
    assert record is not None
    assert record.status is Status.FINISHED
    assert record.received_at == replace(at(2025, 1, 14), precision=Precision.DAY)


def test_a_key_in_exact_spelling_comes_first() -> None:
    for fields in (
        {"MaTrangThai": "4", "MATRANGTHAI": "9"},
        {"MATRANGTHAI": "9", "MaTrangThai": "4"},
    ):
        record = MAPPING.record([{"MaHoSo": CODE, **fields}], CODE)
        assert record is not None
        assert record.status is Status.PROCESSING


@pytest.mark.parametrize(
    ("fields", "status", "raw"),
    [
        ({"MaTrangThai": "4"}, 4, "4"),
        ({"MaTrangThai": 10}, 10, "10"),
        ({"MaTrangThai": "04"}, 4, "04"),
        ({"MaTrangThai": "Đang xử lý"}, 4, "Đang xử lý"),
        ({"MaTrangThai": "", "TrangThaiHoSo": "5"}, 5, "5"),
        ({"MaTrangThai": None, "TrangThaiHoSo": "ĐÃ XỬ LÝ XONG"}, 9, "ĐÃ XỬ LÝ XONG"),
        ({"MaTrangThai": "4", "TrangThaiHoSo": "9"}, 4, "4"),
        ({"MaTrangThai": "11", "TrangThaiHoSo": "Đang xử lý"}, 4, "Đang xử lý"),
        ({"MaTrangThai": "11", "TrangThaiHoSo": "Trạng thái lạ"}, None, "Trạng thái lạ"),
        ({"MaTrangThai": "0"}, None, "0"),
        ({"MaTrangThai": "", "TrangThaiHoSo": ""}, None, None),
        ({}, None, None),
    ],
)
def test_the_state_is_read_from_code_or_label(
    fields: dict[str, Any], status: int | None, raw: str | None
) -> None:
    record = MAPPING.record([{"MaHoSo": CODE, **fields}], CODE)
    assert record is not None
    assert (record.status, record.status_raw) == (status, raw)


def test_a_deployments_own_codes_are_used() -> None:
    mapping = DvcqgMapping("dvcqg", portal_statuses({"11": 3}, {"Từ chối": 3}))
    record = mapping.record([found(MaTrangThai="11")], CODE)
    assert record is not None
    assert record.status is Status.NOT_RECEIVED


def test_every_form_of_date_is_read() -> None:
    record = MAPPING.record(
        [
            found(
                NgayNop="2025-01-13T20:00:00+07:00",
                NgayTiepNhan="20250114081530",
                NgayHenTra="17/01/2025",
                NgayKetThucXuLy="20250116",
                NgayTra="0001-01-01T00:00:00",
                KenhThucHien=2,
            )
        ],
        CODE,
    )
    assert record is not None
    assert record.submitted_at == at(2025, 1, 13, 20)
    assert record.due_at == Instant(at(2025, 1, 17).us, Precision.DAY)
    assert record.finished_at == Instant(at(2025, 1, 16).us, Precision.DAY)
    assert record.returned_at is None
    assert record.channel is Channel.ONLINE
    assert record.fields_lost == ()


def test_a_bad_date_loses_only_its_field() -> None:
    record = MAPPING.record([found(NgayHenTra="31/02/2025", NgayTiepNhan="20250114")], CODE)
    assert record is not None
    assert record.due_at is None
    assert record.received_at is not None
    assert record.fields_lost == ("NgayHenTra",)


def test_items_that_agree_fill_each_others_gaps() -> None:
    one = found(NgayTiepNhan="20250114081530", TrangThaiHoSo="Đang xử lý")
    other = found(NgayHenTra="20250117170000", NgayTiepNhan="2025-01-14T08:15:30")
    record = MAPPING.record([one, other], CODE)
    assert record is not None
    assert (record.status, record.status_raw) == (Status.PROCESSING, "Đang xử lý")
    assert (record.received_at, record.due_at) == (at(2025, 1, 14, 8, 15, 30), at(2025, 1, 17, 17))
    assert record.fields_lost == ()


@pytest.mark.parametrize("third", [[], [found(NgayTiepNhan="20250114")], [found(MaTrangThai="11")]])
def test_items_that_contradict_each_other_leave_the_field_none(third: list[dict[str, Any]]) -> None:
    one = found(NgayTiepNhan="20250114", DonViXuLy="UBND xã Mẫu")
    other = found(MaTrangThai="9", NgayTiepNhan="20250115", DonViXuLy="UBND xã Mẫu")
    record = MAPPING.record([one, other, *third], CODE)
    assert record is not None
    assert (record.status, record.status_raw, record.received_at) == (None, None, None)
    assert record.unit == "UBND xã Mẫu"
    assert set(record.fields_lost) == {"TrangThaiHoSo", "NgayTiepNhan"}


def test_two_different_unmapped_states_contradict_each_other() -> None:
    record = MAPPING.record([found(MaTrangThai="11"), found(MaTrangThai="12")], CODE)
    assert record is not None
    assert (record.status_raw, record.fields_lost) == (None, ("TrangThaiHoSo",))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=10)
    | st.sampled_from([CODE, "4", "20250114", {}, [], [4]])
)
ITEMS = st.lists(
    st.dictionaries(st.sampled_from(sorted(LookupItem.model_fields)) | st.text(max_size=3), SCALARS)
    | SCALARS,
    max_size=3,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ITEMS)
def test_any_answer_is_read_or_refused(items: list[Any]) -> None:
    try:
        record = MAPPING.record(items, CODE)
    except RecordError as error:
        assert len(str(error)) < 300
    else:
        assert (record is None) == (not items)


@pytest.mark.parametrize(
    "item",
    [
        {"MaHoSo": "H99.12-250114-9999", "TrangThaiHoSo": "4"},
        {" MAHOSO ": "H99.12-250114-9999", "TrangThaiHoSo": "4"},
        {"maSoHoSo": "H99.12-250114-9999", "TrangThaiHoSo": "4"},
        {"MaHoSo": ["H99.12-250114-9999"], "TrangThaiHoSo": "4"},
        {"MaHoSo": {"ma": "H99.12-250114-9999"}, "TrangThaiHoSo": "4"},
    ],
)
def test_an_answer_about_another_code_is_no_answer(item: object) -> None:
    with pytest.raises(RecordError, match="asked for"):
        DvcqgMapping("dvcqg").record([item], "H99.12-250114-0007")


@pytest.mark.parametrize("key", ["MaHoSo", "mahoso", " MaHoSo", "MA_HO_SO", "maSoHoSo"])
def test_the_code_is_found_under_every_spelling_of_its_key(key: str) -> None:
    item = {key: "H99.12-250114-0007", "trangthaihoso ": "4"}
    record = DvcqgMapping("dvcqg").record([item], "H99.12-250114-0007")
    assert record is not None
    assert record.status is Status.PROCESSING

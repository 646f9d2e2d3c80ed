"""Dossiers written as messages to the portal (docs/systems/dvcqg.md)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from khop.errors import RecordError
from khop.mappings.dvcqg.mapping import DvcqgMapping
from khop.mappings.records import (
    Applicant,
    Attachment,
    DossierRecord,
    Fee,
    FullDossier,
    Instant,
    Precision,
    Status,
    Step,
)
from tests.mappings.dvcqg.portal import (
    CODE,
    DOSSIER,
    MAPPING,
    sample,
    with_record,
)
from tests.mappings.moments import at


def test_the_sample_record_is_written() -> None:
    """The sample has values that iGate does not have; these are compared separately."""
    expected = sample("sync-01")["data"][0]
    unknown = {
        "SoBienNhan": "",
        "MaDoiTuong": "",
        "DuocThanhToanTrucTuyen": "0",
        "NgayTuChoi": "",
        "DSKetNoiCSDL": [],
    }
    assert MAPPING.write(DOSSIER) == {**expected, **unknown}


def test_fields_are_written_in_the_order_of_the_sample() -> None:
    written = list(MAPPING.write(DOSSIER))
    assert written[:7] == [
        "MaHoSo",
        "MaTTHC",
        "TenTTHC",
        "MaLinhVuc",
        "TenLinhVuc",
        "SoBienNhan",
        "KenhThucHien",
    ]
    assert written[-3:] == ["DinhDanhCHS", "NgayNopHoSo", "DSKetNoiCSDL"]
    sent = [key for key in sample("sync-01")["data"][0] if key in written]
    assert sent == [key for key in written if key != "SoBienNhan"]


def test_every_scalar_is_text_and_every_list_a_list() -> None:
    bare = FullDossier(DossierRecord("igate", "n", CODE, status=Status.NEW), Applicant())

    def check(value: Any) -> None:
        if isinstance(value, dict):
            for each in value.values():
                check(each)
        elif isinstance(value, list):
            for each in value:
                check(each)
        else:
            assert isinstance(value, str)

    for dossier in (DOSSIER, bare):
        written = MAPPING.write(dossier)
        check(written)
        assert json.loads(json.dumps(written)) == written


def test_a_dossier_without_state_is_refused() -> None:
    with pytest.raises(RecordError, match="TrangThaiHoSo"):
        MAPPING.write(with_record(status=None))


def test_names_are_taken_from_the_catalogue() -> None:
    written = MAPPING.write(
        replace(DOSSIER, results=(Attachment("gcn.pdf", "88", "https://a.example.vn/gcn.pdf"),)),
        sample("cat-06")["result"][0],
    )
    assert written["TenLinhVuc"] == "Hộ kinh doanh"
    assert written["MaLinhVuc"] == "G05-KH02"
    (paper,) = written["DanhSachGiayToKetQua"]
    assert paper == {
        "TenGiayTo": "gcn.pdf",
        "MaThanhPhanHoSo": "",
        "GiayToId": "88",
        "DuongDanTepTinKetQua": "https://a.example.vn/gcn.pdf",
        "MaGiayToKetQua": "KQ.G05.000777",
    }


@pytest.mark.parametrize(
    "sector",
    [
        {"MaLinhVuc": "G05-KH02", "tenlinhvuc": "Hộ kinh doanh"},
        [{"MALINHVUC": "G05-KH02", "TENLINHVUC": "Hộ kinh doanh"}],
    ],
)
def test_a_catalogue_item_of_another_shape_is_read(sector: Any) -> None:
    procedure = {"tentthc": "Đăng ký", "LinhVucThucHien": sector, "KETQUATHUCHIEN": None}
    written = MAPPING.write(DOSSIER, procedure)
    assert (written["TenTTHC"], written["TenLinhVuc"]) == ("Đăng ký", "Hộ kinh doanh")


@pytest.mark.parametrize("procedure", [{}, {"LINHVUCTHUCHIEN": [], "TENTTHC": ""}, {"TENTTHC": []}])
def test_without_catalogue_names_the_dossiers_own_are_sent(procedure: dict[str, object]) -> None:
    written = MAPPING.write(DOSSIER, procedure)
    assert (written["TenTTHC"], written["MaLinhVuc"]) == (DOSSIER.procedure_name, "G05-KH02")


def test_long_texts_are_cut() -> None:
    long = "Hồ sơ " * 2000
    dossier = replace(
        DOSSIER, summary=long, files=(Attachment(long),), results=(Attachment(long, "r"),)
    )
    written = MAPPING.write(dossier)
    assert len(written["TrichYeuHoSo"]) <= 1000
    assert written["TrichYeuHoSo"].endswith("...")
    assert len(written["TaiLieuNop"][0]["TenTepDinhKem"]) <= 4000
    assert len(written["DanhSachGiayToKetQua"][0]["TenGiayTo"]) <= 2000


def test_the_summary_falls_back_to_the_procedure() -> None:
    assert MAPPING.write(replace(DOSSIER, summary=""))["TrichYeuHoSo"] == DOSSIER.procedure_name


@pytest.mark.parametrize(
    ("number", "sent"),
    [
        ("099000000001", [{"LoaiDinhDanh": "1", "SoDinhDanh": "099000000001"}]),
        ("123456789", [{"LoaiDinhDanh": "2", "SoDinhDanh": "123456789"}]),
        ("B1234567", []),
        ("0312345678", []),
        ("ABCDEFGHI", []),
        ("", []),
    ],
)
def test_only_a_real_identity_number_is_sent(number: str, sent: list[dict[str, str]]) -> None:
    dossier = replace(DOSSIER, applicant=Applicant("Nguyễn Văn Mẫu", number))
    assert MAPPING.write(dossier)["DinhDanhCHS"] == sent


def test_dates_are_sent_in_local_time_and_days_as_midnight() -> None:
    written = MAPPING.write(
        with_record(
            status=Status.RETURNED,
            submitted_at=None,
            due_at=None,
            finished_at=at(2025, 1, 16, 15, 5),
            returned_at=Instant(at(2025, 1, 17).us, Precision.DAY),
        )
    )
    assert written["NgayNopHoSo"] == written["NgayTiepNhan"] == "20250114081530"
    assert written["NgayHenTra"] == ""
    assert written["NgayKetThucXuLy"] == "20250116150500"
    assert written["NgayTra"] == "20250117000000"
    assert written["TrangThaiHoSo"] == "10"


def test_the_day_of_a_refusal_is_sent() -> None:
    refusal = Step(at(2025, 1, 15, 9), Status.NOT_RECEIVED, "Từ chối")
    dossier = replace(with_record(status=Status.NOT_RECEIVED), steps=(refusal,))
    assert MAPPING.write(dossier)["NgayTuChoi"] == "20250115090000"
    assert MAPPING.write(replace(DOSSIER, steps=(refusal,)))["NgayTuChoi"] == ""


def test_return_by_post_and_fees_of_zero_are_sent() -> None:
    dossier = replace(DOSSIER, return_by_post=True, fees=(Fee("", 0),))
    written = MAPPING.write(dossier)
    assert written["HinhThuc"] == "1"
    assert written["DanhSachLePhi"] == [
        {
            "TenPhiLePhi": "",
            "MaPhiLePhi": "",
            "HinhThucThu": "",
            "Gia": "0",
            "LoaiPhiLePhi": "",
        }
    ]


@pytest.mark.parametrize("key", ["000.12.00.H99", "ubnd xã  mẫu"])
def test_a_unit_is_sent_by_the_portals_name(key: str) -> None:
    mapping = DvcqgMapping("dvcqg", units={key: "Ủy ban nhân dân xã Mẫu"})
    assert mapping.write(DOSSIER)["DonViXuLy"] == "Ủy ban nhân dân xã Mẫu"


@pytest.mark.parametrize("key", ["1.001612", "1.001612.000.00.00.H99"])
def test_a_procedure_is_sent_by_its_national_code(key: str) -> None:
    mapping = DvcqgMapping("dvcqg", procedures={key: "2.000123"})
    assert mapping.write(DOSSIER)["MaTTHC"] == "2.000123"


def test_a_written_value_reads_back_as_the_same() -> None:
    dossier = with_record(
        status=Status.FINISHED, finished_at=at(2025, 1, 16, 10, 15), returned_at=None
    )
    record = MAPPING.record([MAPPING.write(dossier)], CODE)
    sent = dossier.record
    assert record is not None
    for field in ("code", "status", "submitted_at", "received_at", "due_at", "finished_at"):
        assert getattr(record, field) == getattr(sent, field)
    assert (record.unit, record.procedure, record.channel) == (sent.unit, "1.001612", sent.channel)
    assert record.fields_lost == ()


@pytest.mark.parametrize("name", ["sync-01", "sync-03", "sync-04", "sync-06", "sync-07", "sync-10"])
def test_messages_of_other_clients_can_be_read(name: str) -> None:
    message = sample(name)
    (item,) = message["data"] if isinstance(message, dict) else message
    record = MAPPING.record([item], item["MaHoSo"])
    assert record is not None
    assert record.received_at is not None
    assert record.fields_lost == ()

"""A dossier in full as the messages of the adapter for ministries (docs/systems/igate.md)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from khop.connectors.igate_ministry.answers import Uploaded
from khop.errors import RecordError
from khop.mappings.igate_ministry.messages import Filed, MinistryMapping
from khop.mappings.igate_ministry.wire import StatusRow, StepRow
from khop.mappings.records import (
    Applicant,
    Attachment,
    Birth,
    DossierRecord,
    Fee,
    FullDossier,
    Instant,
    Precision,
    Status,
    Step,
)
from tests import paths
from tests.mappings.moments import at

SAMPLES = paths.SAMPLES / "igate"
FILED = Filed("88001", "G99.20-20260609-0092637")
PAPER = Attachment("don.pdf", "f1", code="GT.01", paper="Đơn")
SECOND = Attachment("ban ve.pdf", "f2", code="GT.01")
LOOSE = Attachment("", "f3")
STORED = {PAPER: Uploaded("a1", "0f"), SECOND: Uploaded("a2", "1f"), LOOSE: Uploaded("a3", "2f")}
MAPPING = MinistryMapping()


def dossier(**changes: Any) -> FullDossier:
    record = DossierRecord(
        "igate", "n1", "H99.18.03-260609-0001", status=Status.PROCESSING,
        submitted_at=at(2026, 6, 9, 7, 58, 10), received_at=at(2026, 6, 9, 9),
        unit="Phòng Mẫu", unit_code="000.03.18.H99", procedure="1.001612",
    )  # fmt: skip
    applicant = Applicant(
        "Nguyễn Văn Mẫu", "099000000001", 1, "0900000001", "mau@example.vn",
        Birth(2000, 1, 1), "Thôn 1, Xã Mẫu",
    )  # fmt: skip
    named = {key: changes.pop(key) for key in list(changes) if key in DossierRecord.__slots__}
    kept = replace(record, **named)
    return FullDossier(**{"record": kept, "applicant": applicant, **changes})


def filed(full: FullDossier, mapping: MinistryMapping = MAPPING, **form: Any) -> dict[str, Any]:
    return mapping.filed_as(mapping.dossier(full, STORED, form or None), FILED.code)


def test_a_new_dossier_is_written_as_in_the_sample() -> None:
    message = filed(dossier(files=(PAPER, LOOSE, SECOND)), tenHoKinhDoanh="Mẫu")
    assert message == {
        "MaHoSo": "G99.20-20260609-0092637",
        "MaTTHC": "1.001612",
        "MaDichVuCong": "",
        "ChuHoSo": "Nguyễn Văn Mẫu",
        "LoaiDoiTuong": 0,
        "MaDonViTiepNhan": "000.03.18.H99",
        "NgayNop": "2026-06-09 07:58:10",
        "NgayTiepNhan": "2026-06-09 09:00:00",
        "EformThongTinChiTiet": {"tenHoKinhDoanh": "Mẫu"},
        "ThanhPhanHoSo": [
            {
                "MaThanhPhanHoSo": "GT.01", "TenThanhPhanHoSo": "Đơn",
                "SoLuong": 2, "LoaiBan": None,
                "GiayToDinhKem": [
                    {"IdGiayTo": "a1", "MaKetQua": "", "TenGiayTo": "don.pdf",
                     "HashTepTin": "0f"},
                    {"IdGiayTo": "a2", "MaKetQua": "", "TenGiayTo": "ban ve.pdf",
                     "HashTepTin": "1f"},
                ],
            },
            {
                "MaThanhPhanHoSo": "", "TenThanhPhanHoSo": "",
                "SoLuong": 1, "LoaiBan": None,
                "GiayToDinhKem": [
                    {"IdGiayTo": "a3", "MaKetQua": "", "TenGiayTo": "",
                     "HashTepTin": "2f"},
                ],
            },
        ],
        "ThongTinNguoiNop": {
            "LoaiDoiTuong": 0,
            "IdDoiTuong": "",
            "ThongTinChiTiet": {
                "TenNguoiNop": "Nguyễn Văn Mẫu", "SoDinhDanh": "099000000001",
                "NgayCapDinhDanh": "", "NgaySinh": "20000101000000",
                "SoDienThoai": "0900000001", "Email": "mau@example.vn", "Fax": "",
                "MaTinh": "", "MaHuyen": "", "MaXa": "", "DiaChiChiTiet": "Thôn 1, Xã Mẫu",
                "TenChuHs": "Nguyễn Văn Mẫu", "SoDinhDanhChuHs": "099000000001",
                "MaTinhChuHs": "", "MaXaChuHs": "", "DiaChiChiTietChuHs": "Thôn 1, Xã Mẫu",
            },
        },
    }  # fmt: skip


def test_the_deployments_codes_are_sent() -> None:
    mapping = MinistryMapping(
        units={"phòng mẫu": "G99.20"},
        procedures={"1.001612": "2.000111"},
        services={"1.001612": "DVC.7"},
        applicant_kinds={"4": 1, "1": 2},
        copy_kind=2,
    )
    message = filed(dossier(files=(LOOSE,)), mapping)
    assert (message["MaTTHC"], message["MaDichVuCong"]) == ("2.000111", "DVC.7")
    assert (message["MaDonViTiepNhan"], message["LoaiDoiTuong"]) == ("G99.20", 2)
    assert message["ThanhPhanHoSo"][0]["LoaiBan"] == 2


@pytest.mark.parametrize(("kind", "number"), [(1, 0), (2, 1)])
def test_kinds_of_applicants_are_mapped(kind: int, number: int) -> None:
    message = filed(dossier(applicant=Applicant("Mẫu", kind=kind)))
    assert message["LoaiDoiTuong"] == message["ThongTinNguoiNop"]["LoaiDoiTuong"] == number


@pytest.mark.parametrize("kind", [3, 4])
def test_a_kind_of_applicant_without_number_is_refused(kind: int) -> None:
    with pytest.raises(RecordError, match=r"LoaiDoiTuong.*applicant_kinds"):
        filed(dossier(applicant=Applicant("Cục Mẫu", kind=kind)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"procedure": None}, "MaTTHC"),
        ({"unit_code": None}, "MaDonViTiepNhan"),
        ({"files": (Attachment("khác.pdf", "f9"),)}, "GiayToDinhKem"),
    ],
)
def test_a_new_dossier_without_a_required_value_is_refused(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(RecordError) as refused:
        filed(dossier(**changes))
    assert refused.value.field == field


@pytest.mark.parametrize("birth", [None, Birth(1955), Birth(1955, 7)])
def test_a_birth_is_never_completed(birth: Birth | None) -> None:
    detail = filed(dossier(applicant=Applicant("Mẫu", birth=birth)))["ThongTinNguoiNop"]
    assert detail["ThongTinChiTiet"]["NgaySinh"] == ""


def test_a_dossier_handed_in_at_the_counter_was_filed_when_it_was_received() -> None:
    message = filed(dossier(submitted_at=None))
    assert message["NgayNop"] == message["NgayTiepNhan"] == "2026-06-09 09:00:00"
    day = Instant(at(2026, 6, 9).us, Precision.DAY)
    assert filed(dossier(submitted_at=day))["NgayNop"] == "2026-06-09 00:00:00"


STEP = Step(
    at(2026, 6, 10, 8, 30), Status.PROCESSING, "Thẩm định", "Cán bộ Mẫu", "Phòng Mẫu",
    at(2026, 6, 20, 8, 30),
)  # fmt: skip


def test_progress_is_written_as_in_the_sample() -> None:
    assert MAPPING.steps(FILED, [STEP]) == json.loads((SAMPLES / "min-07.json").read_text("utf-8"))


def test_a_step_with_few_values_is_written() -> None:
    bare = Step(Instant(at(2026, 6, 10, 8, 30).us + 1_999), Status.RECEIVED, "Tiếp nhận")
    (row,) = MAPPING.steps(FILED, [bare])
    assert row["ThoiDiemXuLy"] == "2026-06-10T08:30:00.001"
    assert (row["NguoiXuLy"], row["PhongBanXuLy"]) == ("Cán bộ một cửa", "")
    assert row["NgayKetThucTheoQuyDinh"] is None


def state(**changes: Any) -> dict[str, Any]:
    return MAPPING.state(FILED, dossier(**changes))


def test_a_state_is_written_with_the_keys_of_the_sample() -> None:
    (expected,) = json.loads((SAMPLES / "min-08.json").read_text("utf-8"))
    asked = replace(STEP, status=Status.FINANCIAL_DUTY, text="Chờ nộp")
    written = state(
        status=Status.FINANCIAL_DUTY,
        fees=(Fee("Lệ phí thẩm định", 135_000, code="LP.MAU", kind="2", collected="1"),),
        steps=(STEP, asked),
    )
    assert written.pop("DanhSachGiayToKetQua") == []
    assert written.keys() == expected.keys()
    assert written["DanhSachLePhi"][0].keys() == expected["DanhSachLePhi"][0].keys()
    for key in ("IdHoSo", "MaHoSo", "TrangThai", "PhongBanXuLy", "NoiDungXuLy"):
        assert written[key] == expected[key]
    assert written["DanhSachLePhi"][0]["Gia"] == "135000"
    assert StatusRow.model_validate(expected).TrangThai == 6
    (step,) = MAPPING.steps(FILED, [STEP])
    assert StepRow.model_validate(step).model_dump(mode="json", exclude_none=True) == step


@pytest.mark.parametrize("status", list(Status))
def test_fees_and_results_go_only_with_the_states_that_take_them(status: Status) -> None:
    fees, results = (Fee("Lệ phí", 5, False),), (Attachment("kq.pdf", "r1", code="KQ"),)
    written = state(status=status, fees=fees, results=results)
    assert ("DanhSachLePhi" in written) is (status in (5, 6, 9))
    assert ("DanhSachGiayToKetQua" in written) is (status in (5, 6, 9))


def test_a_finished_dossier_is_sent_with_fees_and_results() -> None:
    result = Attachment("kq.pdf", "r1", "https://igate.example.vn/kq.pdf", "KQ.1")
    inside = Attachment("kq2.pdf", "r2", "http://10.0.0.1/kq2.pdf")
    written = state(
        status=Status.FINISHED,
        fees=(Fee("Lệ phí", 5, True), Fee("Phí", 6, False)),
        results=(result, inside),
    )
    assert [fee["TrangThaiThanhToan"] for fee in written["DanhSachLePhi"]] == [1, 0]
    first, second = written["DanhSachGiayToKetQua"]
    assert first["DuongDanTepTinKetQua"] == "https://igate.example.vn/kq.pdf"
    assert (first["GiayToId"], first["MaGiayToKetQua"]) == ("r1", "KQ.1")
    assert second["DuongDanTepTinKetQua"] == ""


def test_the_text_of_another_states_step_is_not_sent() -> None:
    written = state(status=Status.STOPPED, status_raw="Dừng xử lý", steps=(STEP,))
    assert (written["NoiDungYKien"], written["NoiDungXuLy"]) == ("", "Dừng xử lý")
    assert written["PhongBanXuLy"] == "Phòng Mẫu"


def test_a_blank_state_is_never_sent() -> None:
    with pytest.raises(RecordError, match="TrangThai"):
        state(status=None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ()),
        ({"status": None, "received_at": None}, ("status_unknown",)),
        ({"status": Status.NEW, "received_at": None}, ()),
        ({"received_at": None}, ("no_reception",)),
        ({"procedure": None, "unit_code": ""}, ("no_procedure", "no_unit")),
    ],
)
def test_problems_have_stable_codes(changes: dict[str, Any], words: tuple[str, ...]) -> None:
    assert MAPPING.problems(dossier(**changes).record) == words


def test_a_second_request_for_papers_needs_a_reason() -> None:
    asked = replace(STEP, status=Status.SUPPLEMENT, text=" - ")
    record = dossier().record
    assert MAPPING.problems(record, [asked]) == ()
    assert MAPPING.problems(record, [asked, asked]) == ("supplement_without_reason",)


def test_owner_and_submitter_go_out_as_two_persons() -> None:
    owner = Applicant("Lê Văn Chủ", "099000000009", address="Thôn 9")
    message = filed(dossier(owner=owner))
    detail = message["ThongTinNguoiNop"]["ThongTinChiTiet"]
    assert (message["ChuHoSo"], detail["TenChuHs"]) == ("Lê Văn Chủ", "Lê Văn Chủ")
    assert (detail["TenNguoiNop"], detail["SoDinhDanh"]) == ("Nguyễn Văn Mẫu", "099000000001")
    assert (detail["SoDinhDanhChuHs"], detail["DiaChiChiTietChuHs"]) == ("099000000009", "Thôn 9")
    unknown = filed(dossier(owner=Applicant("Lê Văn Chủ")))["ThongTinNguoiNop"]["ThongTinChiTiet"]
    assert (unknown["SoDinhDanhChuHs"], unknown["DiaChiChiTietChuHs"]) == ("", "")


@pytest.mark.parametrize("number", ["99000000001", "90000001"])
def test_a_number_that_lost_a_zero_is_not_sent(number: str) -> None:
    for changes in ({"applicant": Applicant("Nguyễn Văn Mẫu", number)},
                    {"owner": Applicant("Lê Văn Chủ", number)}):  # fmt: skip
        with pytest.raises(RecordError, match="leading zero") as refused:
            filed(dossier(**changes))
        assert number not in str(refused.value)


def test_what_the_source_does_not_say_of_fees_is_left_out() -> None:
    written = state(status=Status.FINISHED, fees=(Fee("Lệ phí", 5),))
    assert written["DanhSachLePhi"] == [{"TenPhiLePhi": "Lệ phí", "Gia": "5"}]
    assert "DanhSachLePhi" not in state(status=Status.FINISHED, fees=None)
    assert state(status=Status.FINISHED, fees=())["DanhSachLePhi"] == []


def test_the_kind_of_copy_is_sent_where_it_is_set() -> None:
    (paper,) = filed(dossier(files=(PAPER,)), MinistryMapping(copy_kind=1))["ThanhPhanHoSo"]
    assert paper["LoaiBan"] == 1

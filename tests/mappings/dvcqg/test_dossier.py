"""The fields of QĐ 766, values that are left out, and the last check (docs/systems/dvcqg.md)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from unicodedata import normalize

import pytest

from khop.errors import RecordError
from khop.mappings.dvcqg.checks import check_dossier, check_steps
from khop.mappings.dvcqg.dossier import FileOrigin, OtherPaper, PortalFacts
from khop.mappings.dvcqg.mapping import DvcqgMapping
from khop.mappings.records import (
    Applicant,
    Attachment,
    Channel,
    DossierRecord,
    Fee,
    FullDossier,
    Instant,
    Status,
    Step,
)
from khop.text.local_time import LOCAL
from tests.mappings.dvcqg.portal import sample
from tests.mappings.moments import at

CODE = "H99.12-250114-0007"
URL = "https://motcua.example.vn/file?path=/2025/01/don-dang-ky.pdf"
RESULT = "https://motcua.example.vn/file?path=/2025/01/gcn.pdf"
MAPPING = DvcqgMapping("dvcqg")


def moment(written: str) -> Instant:
    return Instant.of(datetime.strptime(written, "%Y%m%d%H%M%S").replace(tzinfo=LOCAL))


DOSSIER = FullDossier(
    record=DossierRecord(
        source="igate",
        native_id="68a53f0c1d2e3f4a5b6c7d80",
        code=CODE,
        status=Status.PROCESSING,
        submitted_at=at(2025, 1, 14, 8, 15, 30),
        received_at=at(2025, 1, 14, 8, 15, 30),
        due_at=at(2025, 1, 17, 17),
        unit="UBND xã Mẫu",
        procedure="1.001612",
        channel=Channel.ONLINE,
    ),
    applicant=Applicant("Nguyễn Văn Mẫu", "099000000001", phone="0900000001"),
    procedure_name="Đăng ký thành lập hộ kinh doanh",
    sector_code="G05-KH02",
    sector_name="Thành lập và hoạt động của hộ kinh doanh",
    summary="Đăng ký hộ kinh doanh Mẫu",
    files=(Attachment("don-dang-ky.pdf", "", URL, digitised=True),),
    fees=(Fee("Lệ phí đăng ký", 100_000, True, code="1", kind="1", collected="1"),),
)


def with_record(**changes: Any) -> FullDossier:
    return replace(DOSSIER, record=replace(DOSSIER.record, **changes))


def test_a_dossier_with_all_facts_equals_the_sample() -> None:
    facts = PortalFacts(technical_id="3f1c9a52-0000-4000-8000-00000000abcd", paid_online=1)
    mapping = DvcqgMapping("dvcqg", databases=["7"])
    expected = {**sample("sync-01")["data"][0], "SoBienNhan": "", "NgayTuChoi": ""}
    composed = mapping.compose(DOSSIER, facts=facts)
    assert composed.message == expected
    assert composed.left_out == ()


def test_unknown_facts_are_sent_as_no() -> None:
    bare = replace(DOSSIER, files=(Attachment("a", "1", URL),))
    message = MAPPING.write(bare)
    flags = (
        "HoSoCoThanhPhanSoHoa", "TaiKhoanDuocXacThucVoiVNeID", "DuocThanhToanTrucTuyen",
    )  # fmt: skip
    assert [message[flag] for flag in flags] == ["0", "0", "0"]
    (file,) = message["TaiLieuNop"]
    assert [file[key] for key in ("DuocSoHoa", "DuocTaiSuDung", "DuocLayTuKhoDMQG")] == ["0"] * 3
    assert message["DSKetNoiCSDL"] == []
    assert message["MaDoiTuong"] == ""


@pytest.mark.parametrize(
    ("digitised", "flags", "whole"),
    [((True, False), ["1", "0"], "1"), ((False, None), ["0", "0"], "0"), ((), [], "0")],
)
def test_one_digitised_file_marks_the_dossier_as_digitised(
    digitised: tuple[bool | None, ...], flags: list[str], whole: str
) -> None:
    files = tuple(
        Attachment("a", str(n), digitised=sent_code) for n, sent_code in enumerate(digitised)
    )
    message = MAPPING.write(replace(DOSSIER, files=files))
    assert [file["DuocSoHoa"] for file in message["TaiLieuNop"]] == flags
    assert message["HoSoCoThanhPhanSoHoa"] == whole


def test_the_origin_of_files_is_sent() -> None:
    origins = {
        "1": FileOrigin(reused=True),
        "2": FileOrigin(reused=True, replaced_by="KQ.G05.000123"),
        "3": FileOrigin(from_store=True),
    }
    files = tuple(Attachment("a", native_id) for native_id in ("1", "2", "3", ""))
    message = MAPPING.write(replace(DOSSIER, files=files), facts=PortalFacts(origins=origins))
    keys = ("DuocTaiSuDung", "MaKetQuaThayThe", "DuocLayTuKhoDMQG")
    assert [tuple(file[key] for key in keys) for file in message["TaiLieuNop"]] == [
        ("1", "", "0"),
        ("2", "KQ.G05.000123", "0"),
        ("0", "", "1"),
        ("0", "", "0"),
    ]


def test_facts_for_the_portal_are_sent() -> None:
    facts = PortalFacts(
        technical_id="tech", verified=True, paid_online=2, receipt="BN-1", note="Ghi chú",
        other_papers=(OtherPaper("Bản vẽ", 2, 3), OtherPaper("Khác")),
    )  # fmt: skip
    message = MAPPING.write(DOSSIER, facts=facts)
    keys = ("MaDoiTuong", "TaiKhoanDuocXacThucVoiVNeID", "DuocThanhToanTrucTuyen", "SoBienNhan")
    assert [message[key] for key in keys] == ["tech", "1", "2", "BN-1"]
    assert message["GhiChu"] == "Ghi chú"
    assert message["DanhSachTepDinhKemKhac"] == [
        {"TenGiayTo": "Bản vẽ", "SoLuong": 2, "LoaiGiayTo": 3},
        {"TenGiayTo": "Khác", "SoLuong": None, "LoaiGiayTo": None},
    ]


def test_the_portal_account_is_sent_only_for_online_dossiers() -> None:
    facts = PortalFacts(technical_id="tech")
    assert MAPPING.write(with_record(channel=Channel.COUNTER), facts=facts)["MaDoiTuong"] == ""


@pytest.mark.parametrize(
    ("fee", "sent"),
    [
        (Fee("a", 100, paid=True), True),
        (Fee("a", 100, paid=False), False),
        (Fee("a", 100), False),
        (Fee("a", 0), True),
        (Fee("a", 0, paid=False), True),
    ],
)
def test_only_paid_fees_and_fees_of_zero_are_sent(fee: Fee, sent: bool) -> None:
    composed = MAPPING.compose(replace(DOSSIER, fees=(fee,)))
    assert [row["Gia"] for row in composed.message["DanhSachLePhi"]] == [str(fee.amount)] * sent
    assert composed.left_out == (() if sent else ("DanhSachLePhi[0]",))


def step(status: int, day: int, text: str = "", actor: str = "") -> Step:
    return Step(at(2025, 1, day, 9), Status(status), text, actor=actor)


def test_each_request_for_papers_is_sent() -> None:
    steps = (
        step(2, 14), step(5, 15, "Thiếu bản sao", "Trần Thị Cán Bộ"), step(4, 16),
        step(5, 17, "Sai mẫu"), step(8, 20), step(5, 21, "Lần ba"),
    )  # fmt: skip
    rows = MAPPING.write(replace(DOSSIER, steps=steps))["DanhSachHoSoBoSung"]
    keys = ("HoSoBoSungId", "NoiDungBoSung", "NgayBoSung", "NgayTiepNhanBoSung", "TrangThaiBoSung")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        (1, "Thiếu bản sao", "20250115090000", "20250116090000", True),
        (2, "Sai mẫu", "20250117090000", "", False),
        (3, "Lần ba", "20250121090000", "", False),
    ]
    assert rows[0]["NguoiYeuCauBoSung"] == "Trần Thị Cán Bộ"
    assert rows[0]["DanhSachGiayToBoSung"] == [] == rows[0]["DanhSachLePhiBoSung"]


def test_values_cut_or_left_out_are_named() -> None:
    long = "Hồ sơ " * 2000
    dossier = replace(
        DOSSIER,
        summary=long,
        applicant=Applicant("Nguyễn Văn Mẫu", "B1234567"),
        files=(Attachment(long, "1", "http://10.0.0.1/a"), Attachment("b", "2", URL)),
        results=(
            Attachment(long, "3", f"{RESULT}&t=1663901400123"),
            Attachment("b", "4", URL),
            Attachment("c", "1"),
        ),
    )
    composed = MAPPING.compose(dossier, facts=PortalFacts(note=long))
    assert composed.left_out == (
        "TaiLieuNop[0].TenTepDinhKem",
        "TaiLieuNop[0].DuongDanTaiTepTin",
        "TrichYeuHoSo",
        "GhiChu",
        "DanhSachGiayToKetQua[0].TenGiayTo",
        "DanhSachGiayToKetQua[0].DuongDanTepTinKetQua",
        "DanhSachGiayToKetQua[1]",
        "DanhSachGiayToKetQua[2]",
        "DinhDanhCHS",
    )
    assert len(composed.message["GhiChu"]) <= 2000
    assert "Nguyễn" not in repr(composed)
    check_dossier(composed.message)


def test_another_unicode_form_is_not_a_cut() -> None:
    composed = MAPPING.compose(replace(DOSSIER, summary=normalize("NFD", "Đăng ký hộ")))
    assert composed.message["TrichYeuHoSo"] == "Đăng ký hộ"
    assert composed.left_out == ()


def test_a_complete_message_passes_the_check() -> None:
    check_dossier(MAPPING.write(DOSSIER))
    done = with_record(status=Status.FINISHED, finished_at=at(2025, 1, 16))
    check_dossier(MAPPING.write(done))
    check_dossier(MAPPING.write(with_record(status=Status.NEW, received_at=None)))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"MaHoSo": ""}, "MaHoSo"),
        ({"MaTTHC": ""}, "MaTTHC"),
        ({"DonViXuLy": ""}, "DonViXuLy"),
        ({"TrangThaiHoSo": ""}, "TrangThaiHoSo"),
        ({"TrangThaiHoSo": "11"}, "TrangThaiHoSo"),
        ({"TrangThaiHoSo": "9"}, "NgayKetThucXuLy"),
        ({"TrangThaiHoSo": "10"}, "NgayKetThucXuLy"),
        ({"KenhThucHien": ""}, "KenhThucHien"),
        ({"KenhThucHien": None}, "KenhThucHien"),
        ({"LoaiDoiTuong": "0"}, "LoaiDoiTuong"),
        ({"DuocThanhToanTrucTuyen": "9"}, "DuocThanhToanTrucTuyen"),
        ({"NgayTiepNhan": ""}, "NgayTiepNhan"),
        ({"TrichYeuHoSo": "x" * 1001}, "TrichYeuHoSo"),
        ({"GhiChu": "x" * 2001}, "GhiChu"),
        ({"TaiLieuNop": [{"TenTepDinhKem": "x" * 4001, "DuongDanTaiTepTin": ""}]}, "TenTepDinhKem"),
        ({"TaiLieuNop": [{"DuongDanTaiTepTin": "http://10.0.0.1/a"}]}, "DuongDanTaiTepTin"),
        (
            {"DanhSachGiayToKetQua": [{"DuongDanTepTinKetQua": f"{RESULT}&t=1663901400123"}]},
            "DuongDanTepTinKetQua",
        ),
        ({"DanhSachGiayToKetQua": [{"DuongDanTepTinKetQua": URL}]}, "DanhSachGiayToKetQua"),
    ],
)
def test_a_bad_message_is_refused_with_its_field(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(RecordError, match=named) as caught:
        check_dossier({**MAPPING.write(DOSSIER), **changes})
    assert "10.0.0.1" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("sync-03", "KenhThucHien"),
        ("sync-05", "NgayKetThucXuLy"),
        ("sync-06", "DanhSachGiayToKetQua"),
        ("sync-10", "KenhThucHien"),
    ],
)
def test_bad_messages_of_other_clients_are_refused(name: str, named: str) -> None:
    message = sample(name)
    (item,) = message["data"] if isinstance(message, dict) else message
    full = {**MAPPING.write(DOSSIER), "TrangThaiHoSo": "4", **item}
    full["TrangThaiHoSo"] = full["TrangThaiHoSo"] or "4"
    full["KenhThucHien"] = item.get("KenhThucHien")
    full["DuocThanhToanTrucTuyen"] = item.get("DuocThanhToanTrucTuyen", "0")
    with pytest.raises(RecordError, match=named):
        check_dossier(full)


@pytest.mark.parametrize("name", ["prog-01", "prog-02", "prog-03", "prog-09"])
def test_the_sample_steps_pass_the_check(name: str) -> None:
    message = sample(name)
    check_steps(message["data"] if isinstance(message, dict) else message)


@pytest.mark.parametrize("name", ["prog-01", "prog-02", "prog-03", "prog-09"])
def test_steps_are_written_as_in_the_samples(name: str) -> None:
    message = sample(name)
    items = message["data"] if isinstance(message, dict) else message
    steps = [
        Step(
            moment(item["ThoiDiemXuLy"]),
            Status(int(item["TrangThai"])),
            item["NoiDungXuLy"],
            actor=item["NguoiXuLy"],
            office=item["PhongBanXuLy"],
            due_at=moment(due) if (due := item["NgayKetThucTheoQuyDinh"]) else None,
        )
        for item in items
    ]
    assert MAPPING.write_steps(CODE, steps) == items


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"MaHoSo": ""}, "MaHoSo"),
        ({"NoiDungXuLy": None}, "NoiDungXuLy"),
        ({"TrangThai": ""}, "TrangThai"),
        ({"TrangThai": 4}, "TrangThai"),
        ({"ThoiDiemXuLy": ""}, "ThoiDiemXuLy"),
        ({"NguoiXuLy": "x" * 51}, "NguoiXuLy"),
    ],
)
def test_a_bad_step_is_refused_with_its_field(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(RecordError, match=named):
        check_steps([{**sample("prog-01")["data"][0], **changes}])


def test_steps_of_other_clients_are_written_correctly() -> None:
    """prog-06: numbers, out of order, one twice. prog-04: keys missing."""
    for name in ("prog-04", "prog-06"):
        for item in sample(name)["data"]:
            sent = Step(
                moment(item["ThoiDiemXuLy"]),
                Status(int(item["TrangThai"])),
                item["NoiDungXuLy"],
                actor=item["NguoiXuLy"],
            )
            (written,) = MAPPING.write_steps(CODE, [sent])
            check_steps([written])
            same = set(item) - {"TrangThai", "NgayKetThucTheoQuyDinh"}
            assert {key: written[key] for key in same} == {key: item[key] for key in same}


@pytest.mark.parametrize(
    ("status", "sent_code"), [(4, "2"), (6, "2"), (9, "2"), (10, "2"), (3, "5"), (7, "5"), (8, "5")]
)
def test_a_returned_state_is_one_of_two(status: int, sent_code: str) -> None:
    message = MAPPING.write_return(
        "G22.99-250110-000321", CODE, Status(status), at(2025, 1, 15, 9), "Đã xử lý"
    )
    assert message == {
        "MaHoSo": "G22.99-250110-000321",
        "MaHoSoDonVi": CODE,
        "MaDoiTuong": "",
        "NoiDung": "Đã xử lý",
        "NgayXuLy": "20250115090000",
        "TrangThai": sent_code,
        "TaiLieuXuLy": [],
    }


@pytest.mark.parametrize("status", [1, 2, 5])
def test_a_state_that_the_portal_does_not_take_is_refused(status: int) -> None:
    with pytest.raises(RecordError, match="TrangThai"):
        MAPPING.write_return("G22", CODE, Status(status), at(2025, 1, 15), "")


def test_a_returned_state_without_moment_is_refused() -> None:
    with pytest.raises(RecordError, match="NgayXuLy"):
        MAPPING.write_return("G22", CODE, Status.FINISHED, None, "")


def test_the_answer_to_a_look_up_has_no_personal_data() -> None:
    answer = MAPPING.write_answer(DOSSIER)
    seen = sample("look-08")
    assert seen.keys() <= answer.keys()
    differ = {"LoaiDoiTuong", "TenLinhVuc"}  # theirs is a constant, and another name
    assert {k: answer[k] for k in seen.keys() - differ} == {
        k: seen[k] for k in seen.keys() - differ
    }
    assert "Nguyễn Văn Mẫu" not in json.dumps(answer, ensure_ascii=False)


def test_name_and_number_of_the_owner_are_those_of_one_person() -> None:
    owner = Applicant("Lê Văn Chủ", "099000000009")
    message = MAPPING.write(replace(DOSSIER, owner=owner))
    assert (message["ChuHoSo"], message["SoGiayToChuHoSo"]) == ("Lê Văn Chủ", "099000000009")
    assert message["DinhDanhCHS"] == [{"LoaiDinhDanh": "1", "SoDinhDanh": "099000000009"}]
    assert message["SoDienThoai"] == DOSSIER.applicant.phone
    unknown = MAPPING.write(replace(DOSSIER, owner=Applicant("Lê Văn Chủ")))
    assert (unknown["ChuHoSo"], unknown["SoGiayToChuHoSo"]) == ("Lê Văn Chủ", "")
    assert unknown["DinhDanhCHS"] == []


@pytest.mark.parametrize("number", ["99000000001", "90000001"])
def test_a_number_that_lost_a_zero_is_never_pushed(number: str) -> None:
    short = replace(DOSSIER, applicant=replace(DOSSIER.applicant, identity_number=number))
    with pytest.raises(RecordError, match="leading zero") as refused:
        MAPPING.write(short)
    assert number not in str(refused.value)


def test_what_is_not_known_of_a_fee_is_blank() -> None:
    (row,) = MAPPING.write(replace(DOSSIER, fees=(Fee("Phí", 5, paid=True),)))["DanhSachLePhi"]
    assert row == {
        "TenPhiLePhi": "Phí", "MaPhiLePhi": "", "HinhThucThu": "", "Gia": "5", "LoaiPhiLePhi": "",
    }  # fmt: skip
    assert MAPPING.write(replace(DOSSIER, fees=None))["DanhSachLePhi"] == []

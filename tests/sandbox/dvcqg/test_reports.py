"""Questions, ratings and returned states sent to the portal."""

from __future__ import annotations

from typing import Any

import pytest

from khop.sandbox import World
from tests.sandbox.dvcqg.client import CODE, write
from tests.sandbox.helpers import kinds


def test_questions_are_answered_and_read_again(both: Any) -> None:
    sandbox, client = both
    asked = client.portal("LayDanhSachHoiDapGuiTuDVCQG")[2]
    assert {type(row["HOIDAPID"]) for row in asked} == {int, str}
    number = str(asked[0]["HOIDAPID"])
    assert client.portal("LayNoiDungTraLoiTheoCauHoi", cauhoiid=number)[2] == []

    answer = {
        "HOIDAPID": number, "MADONVI": "000.00.00.H99", "NGUOITRALOI": "Trần Thị Cán Bộ",
        "CHUCVUNGUOITRALOI": "", "NGAYTRALOI": "15/01/2026", "NOIDUNGTRALOI": "Tại một cửa",
    }  # fmt: skip
    assert client.portal("DongBoKetQuaHoiDapGuiTuDVCQG", data=[answer])[0] == 0
    (read_again,) = client.portal("LayNoiDungTraLoiTheoCauHoi", cauhoiid=number)[2]
    assert read_again["NOIDUNGTRALOI"] == "Tại một cửa"
    question = {
        "HOIDAPID": 7, "MaLinhVuc": "G05-KH02", "NOIDUNG": "Hỏi?", "MADONVI": "000.00.00.H99",
        "TENDONVI": "UBND tỉnh Mẫu",
    }  # fmt: skip
    assert client.portal("DongBoHoiDap", data=[question])[0] == 0
    assert [q["HOIDAPID"] for q in client.portal("LayDanhSachHoiDapBoCoQuan")[2]] == [7]
    assert len(client.portal("DanhSachPAKNChoXuLy")[2]) == 3
    assert kinds(sandbox) == []

    client.portal("DongBoKetQuaHoiDapGuiTuDVCQG", data=[answer | {"NGAYTRALOI": "2026-01-15"}])
    client.portal("DongBoKetQuaHoiDapGuiTuDVCQG", data=[answer | {"HOIDAPID": "1"}])
    client.portal("DongBoHoiDap", data=[question | {"HOIDAPID": "7"}])
    assert kinds(sandbox) == ["bad_date", "answer_of_unknown", "not_a_number"]


def rating(**changes: object) -> dict[str, object]:
    shares = {"RatHaiLong": "45%", "HaiLong": "50%", "ChuaHaiLong": "5%"}
    return {
        "NgayTongHop": "1-2026",
        "TongSoNguoiDanhGia": 40,
        **{f"PhanTramDanhGia{name}": share for name, share in shares.items()},
        **{f"PhanTramDanhGiaDichVu{name}": share for name, share in shares.items()},
        "DanhSachNoiDungYKien": "",
        "MaThuTuc": "",
        "NoiDung": "Thái độ phục vụ",
        "Madonvi": "000.00.00.H99",
        "TenDonVi": "UBND tỉnh Mẫu",
    } | changes


def test_a_rating_is_kept(both: Any) -> None:
    sandbox, client = both
    none = {key: "0%" for key in rating() if key.startswith("PhanTram")}
    assert client.portal("DongBoDanhGia", data=[rating(), rating(**none)])[0] == 0
    assert len(sandbox.systems["dvcqg"].services.ratings) == 2
    assert kinds(sandbox) == []


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ([], "no_data"),
        ([rating(NgayTongHop="01-2026")], "bad_date"),
        ([rating(NgayTongHop="13-2026")], "bad_date"),
        ([rating(TongSoNguoiDanhGia="40")], "not_a_number"),
        ([rating(PhanTramDanhGiaHaiLong="50")], "bad_percent"),
        ([rating(PhanTramDanhGiaDichVuHaiLong="60%")], "bad_percent"),
        ([{k: v for k, v in rating().items() if k != "Madonvi"}], "missing_field"),
    ],
)
def test_a_bad_rating_is_refused(both: Any, data: Any, kind: str) -> None:
    sandbox, client = both
    assert client.portal("DongBoDanhGia", data=data)[0] == -1
    assert kinds(sandbox) == [kind]


def alias_and_code(world: World) -> tuple[str, str]:
    d = next(d for d in world.dossiers if d.alias and d.alias in world.portal)
    assert d.alias is not None
    return d.alias, d.code


def returned(alias: str, code: str, **changes: object) -> dict[str, object]:
    return {
        "MaHoSo": alias, "MaHoSoDonVi": code, "MaDoiTuong": "", "NoiDung": "Đã tiếp nhận",
        "NgayXuLy": "20260820081530", "TrangThai": "2", "TaiLieuXuLy": [],
    } | changes  # fmt: skip


def test_the_state_of_a_dossier_filed_on_the_portal_is_returned(both: Any) -> None:
    sandbox, client = both
    alias, code = alias_and_code(sandbox.world)
    before = sandbox.findings()

    data = returned(alias, code)
    assert client.portal("DongBoTrangThaiHoSo", type="2", data=data)[0] == 0
    assert "thành công" in write(client, "DongBoTrangThaiHoSoKM", data)[1].lower()

    assert sandbox.systems["dvcqg"].services.returned == {alias: [data, data]}
    assert sandbox.findings() == before
    assert kinds(sandbox) == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"NgayXuLy": ""}, "missing_field"),
        ({"NgayXuLy": "2026-08-20"}, "bad_date"),
        ({"TrangThai": "4"}, "status_invalid"),
        ({"TrangThai": 2}, "status_invalid"),
        ({"MaHoSo": CODE}, "returned_not_portal_born"),
        ({"TaiLieuXuLy": "x"}, "not_a_list"),
    ],
)
def test_a_bad_return_is_refused(both: Any, changes: Any, kind: str) -> None:
    sandbox, client = both
    data = returned(*alias_and_code(sandbox.world)) | changes
    assert client.portal("DongBoTrangThaiHoSo", type="2", data=data)[0] == -1
    assert kinds(sandbox) == [kind]


def test_a_return_must_be_one_object_of_type_two(both: Any) -> None:
    sandbox, client = both
    data = returned(*alias_and_code(sandbox.world))
    assert client.portal("DongBoTrangThaiHoSo", type="2", data=[data])[0] == -1
    assert client.portal("DongBoTrangThaiHoSo", type=2, data=data)[0] == -1
    assert kinds(sandbox) == ["not_an_object", "bad_type"]

"""The portal's wrapper dialect."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from khop.sandbox import DvcqgOptions, World, Writes
from tests.sandbox.dvcqg.client import CODE, WRAPPER, read, record, step, write
from tests.sandbox.helpers import kinds


def test_the_wrapper_has_its_result_as_text_in_message(both: Any) -> None:
    sandbox, client = both
    listed = read(client, "LayDanhSachTTHC")
    of_unit = read(client, "LayDanhSachTTHCDonVi", maDonVi="H99")
    (one,) = read(client, "LayThuTuc", maTTHC=listed[3]["MATTHC"])
    fields = read(client, "LayDanhMucLinhVuc")

    assert len(listed) == len(of_unit) == 40
    assert one["TENTTHC"] == listed[3]["TENTTHC"]
    assert {"MALINHVUC", "TENLINHVUC", "MANGANH"} == set(fields[0])
    assert not read(client, "LayDanhMucLoaiThuTuc")
    assert kinds(sandbox) == []


def test_the_wrapper_looks_up_with_keys_in_any_case(both: Any) -> None:
    sandbox, client = both
    code = next(c for c in sandbox.world.portal if c not in sandbox.world.unanswered)

    for key in ("mahoso", "maHoSo", "MaHoSo"):
        (item,) = read(client, "TraCuuHoSo", **{key: code})
        assert item["MaHoSo"] == code
    assert not read(client, "TraCuuHoSo", mahoso="H99.01-260101-9999")


def test_a_refusal_of_the_wrapper_is_plain_text(both: Any) -> None:
    _, client = both
    _, raw = client.call("dvcqg", "GET", WRAPPER + "TraCuuHoSo?mahoso=")
    answer = json.loads(raw)
    assert int(answer["error_code"]) == -1
    assert not answer["message"].startswith("{")


def test_the_three_write_addresses_change_one_state(running: Any, world: World) -> None:
    writes = Writes(create="ThemMoiHoSo", update="CapNhatHoSo", progress="CapNhatTienDo")
    with running(world, dvcqg=DvcqgOptions(writes=writes)) as (sandbox, client):
        client.log_in_portal()
        assert "thành công" in write(client, "ThemMoiHoSo", [record()])[1].lower()
        duplicates = [write(client, "ThemMoiHoSo", [record()]) for _ in range(20)]
        assert {code for code, _ in duplicates} == {"0", "3", "-3"}
        assert all("đã tồn tại" in message for _, message in duplicates)
        assert write(client, "CapNhatHoSo", [record(TrangThaiHoSo="6")])[0] in ("0", "00", "000")
        assert sandbox.world.portal[CODE].status == 6
        answers = [
            write(client, "CapNhatTienDo", [step(ThoiDiemXuLy=f"202608200815{n:02d}")])
            for n in range(20)
        ]
        assert all("thành công" in message.lower() for _, message in answers)
        assert "" in {code for code, _ in answers}
        assert len(sandbox.steps(CODE)) == 20
        (item,) = client.portal("TraCuuHoSo", mahoso=CODE)[2]
        assert item["MaHoSo"] == CODE
        assert kinds(sandbox) == ["doubled_create"] * 20
        assert client.call("dvcqg", "GET", WRAPPER + "DongBoHoSoMC")[0].status == 404


@pytest.mark.parametrize("body", [{"data": [record()]}, "x", None])
def test_the_wrapper_accepts_only_a_bare_array(both: Any, body: object) -> None:
    sandbox, client = both
    assert write(client, "DongBoHoSoMC", body)[0] == "-1"
    assert kinds(sandbox) == ["not_a_bare_array"]


def test_unknown_names_and_methods_of_the_wrapper_are_refused(both: Any) -> None:
    _, client = both
    assert client.call("dvcqg", "GET", WRAPPER + "KhongCo")[0].status == 404
    assert client.call("dvcqg", "POST", WRAPPER + "LayThuTuc", b"[]")[0].status == 405
    assert client.call("dvcqg", "GET", WRAPPER + "CapNhatHoSoMC")[0].status == 405
    assert client.call("dvcqg", "GET", WRAPPER + "DongBoDanhGia")[0].status == 404


def test_a_configured_token_of_the_wrapper_is_required(running: Any, world: World) -> None:
    target = WRAPPER + "LayDanhSachTTHC"
    with running(world, dvcqg=DvcqgOptions(wrapper_token="sandbox")) as (_, client):
        assert client.call("dvcqg", "GET", target)[0].status == 401
        headers = {"Authorization": "Bearer sandbox"}
        assert client.call("dvcqg", "GET", target, headers=headers)[0].status == 200


def test_the_wrapper_serves_files_as_base64(both: Any) -> None:
    _, client = both
    body = json.dumps({"DuongDan": "/qdcb/1.pdf"}).encode()
    _, raw = client.call("dvcqg", "POST", WRAPPER + "getfile", body)
    assert base64.b64decode(json.loads(raw)).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "000000001"}]}, "bad_identity"),
        ({"TaiLieuNop": [{"DuongDanTaiTepTin": "https://a.example.vn/f?x=1&t=1663901400123"}]},
         "one_time_url"),
        ({"TaiLieuNop": [{"DuongDanTaiTepTin": "https://a.example.vn/f"}],
          "DanhSachGiayToKetQua": [{"DuongDanTepTinKetQua": "https://a.example.vn/f"}]},
         "result_is_submitted"),
    ],
)  # fmt: skip
def test_a_record_with_a_bad_identity_or_link_is_refused(
    both: Any, changes: Any, kind: str
) -> None:
    sandbox, client = both
    answer = client.portal("DongBoHoSoMC", isUpdating="False", data=[record(**changes)])
    assert answer[0] == -1
    assert kinds(sandbox) == [kind]

"""The portal's other dialects and services: one state behind all of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest

from khop.loopback import LoopbackServer, Request, Response
from khop.sandbox import DvcqgOptions, PortalCalls, World, Writes
from khop.sandbox.dvcqg.portal_calls import amendment, promotion, tax_notice, tax_payment

WRAPPER = "/KetNoiMotCuaQuocGia/"
QUERY = "/api/SynsTTHCC/"
CODE = "H99.18.03-260820-9001"


def record(code: str = CODE, **changes: object) -> dict[str, object]:
    return {
        "MaHoSo": code, "MaTTHC": "1.001600", "TenTTHC": "Đăng ký hộ kinh doanh",
        "MaLinhVuc": "G05-KH02", "TenLinhVuc": "Hộ kinh doanh", "KenhThucHien": "1",
        "LoaiDoiTuong": "1", "TrichYeuHoSo": "Đăng ký", "NgayTiepNhan": "20260820081530",
        "NgayHenTra": None, "TrangThaiHoSo": "4", "HinhThuc": "0",
        "DonViXuLy": "UBND xã Mẫu 3",
    } | changes  # fmt: skip


def step(code: str = CODE, **changes: object) -> dict[str, object]:
    return {
        "MaHoSo": code, "NguoiXuLy": "Cán bộ một cửa", "ThoiDiemXuLy": "20260820081530",
        "NoiDungXuLy": "Tiếp nhận hồ sơ", "TrangThai": "2",
    } | changes  # fmt: skip


def kinds(sandbox: Any) -> list[str]:
    return [violation.kind for violation in sandbox.violations()]


def read(client: Any, target: str, **query: object) -> Any:
    """The JSON text in the wrapper's ``message``."""
    answer, raw = client.call("dvcqg", "GET", f"{WRAPPER}{target}?{urlencode(query)}")
    assert answer.status == 200
    outer = json.loads(raw)
    assert outer["error_code"] == "0"
    return json.loads(outer["message"])["result"]


def write(client: Any, target: str, body: object, prefix: str = WRAPPER) -> tuple[str, str]:
    """Code and message; the bare text of a progress answer has no code."""
    answer, raw = client.call("dvcqg", "POST", prefix + target, json.dumps(body).encode())
    assert answer.status == 200
    try:
        outer = json.loads(raw)
    except ValueError:
        return "", raw.decode()
    message = outer["message"]
    inner = json.loads(message)["message"] if message.startswith("{") else message
    return str(outer["error_code"]), inner


# --- the wrapper ---------------------------------------------------------------------------------


def test_the_wrapper_packs_what_it_found_into_its_message(both: Any) -> None:
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


def test_three_addresses_write_to_the_same_state(running: Any, world: World) -> None:
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
def test_the_wrapper_takes_a_bare_array_alone(both: Any, body: object) -> None:
    sandbox, client = both
    assert write(client, "DongBoHoSoMC", body)[0] == "-1"
    assert kinds(sandbox) == ["not_a_bare_array"]


def test_names_and_methods_that_the_wrapper_does_not_have(both: Any) -> None:
    _, client = both
    assert client.call("dvcqg", "GET", WRAPPER + "KhongCo")[0].status == 404
    assert client.call("dvcqg", "POST", WRAPPER + "LayThuTuc", b"[]")[0].status == 405
    assert client.call("dvcqg", "GET", WRAPPER + "CapNhatHoSoMC")[0].status == 405
    assert client.call("dvcqg", "GET", WRAPPER + "DongBoDanhGia")[0].status == 404


def test_a_wrapper_that_wants_a_bearer(running: Any, world: World) -> None:
    target = WRAPPER + "LayDanhSachTTHC"
    with running(world, dvcqg=DvcqgOptions(wrapper_token="sandbox")) as (_, client):
        assert client.call("dvcqg", "GET", target)[0].status == 401
        headers = {"Authorization": "Bearer sandbox"}
        assert client.call("dvcqg", "GET", target, headers=headers)[0].status == 200


def test_the_wrapper_hands_out_files_as_base64_text(both: Any) -> None:
    _, client = both
    body = json.dumps({"DuongDan": "/qdcb/1.pdf"}).encode()
    _, raw = client.call("dvcqg", "POST", WRAPPER + "getfile", body)
    assert base64.b64decode(json.loads(raw)).startswith(b"%PDF")


# --- the query string ----------------------------------------------------------------------------


def query_target(service: str, **query: str) -> str:
    return f"{service}?{urlencode({'MaDinhDanhDV': '000.00.01.H99', **query})}"


def test_the_flag_and_the_unit_travel_in_the_query(both: Any) -> None:
    sandbox, client = both
    create = query_target("DongBoHoSoMC", isUpdating="False")
    update = query_target("DongBoHoSoMC", isUpdating="True")

    assert write(client, create, [record()], QUERY)[0] in ("0", "00", "000")
    assert "đã tồn tại" in write(client, create, [record()], QUERY)[1]
    write(client, update, [record(TrangThaiHoSo="8")], QUERY)
    write(client, query_target("CapNhatTienDoHoSoMC"), [step()], QUERY)

    assert sandbox.world.portal[CODE].status == 8
    assert len(sandbox.steps(CODE)) == 1
    assert kinds(sandbox) == ["doubled_create"]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"isUpdating": "true"}, "bad_flag"),
        ({}, "bad_flag"),
        ({"isUpdating": "True", "MaDinhDanhDV": "H22"}, "bad_unit"),
    ],
)
def test_what_the_query_must_say(both: Any, query: dict[str, str], kind: str) -> None:
    sandbox, client = both
    assert write(client, query_target("DongBoHoSoMC", **query), [record()], QUERY)[0] == "-1"
    assert kinds(sandbox) == [kind]


def test_the_query_dialect_answers_reads_only_where_it_was_told_to(
    running: Any, world: World
) -> None:
    code = next(c for c in world.portal if c not in world.unanswered)
    target = f"{QUERY}TraCuuHoSo?mahoso={code}"
    with running(world) as (_, client):
        assert client.call("dvcqg", "GET", target)[0].status == 404
    with running(world, dvcqg=DvcqgOptions(query_reads=True)) as (_, client):
        _, raw = client.call("dvcqg", "GET", target)
        assert json.loads(raw)["result"][0]["MaHoSo"] == code


# --- the native adapter --------------------------------------------------------------------------


def native(client: Any, path: str, service: str, headers: dict[str, str], **keys: object) -> Any:
    body = {"session": client.session, "madonvi": "000.00.00.H99", "service": service, **keys}
    _, raw = client.call("dvcqg", "POST", path, json.dumps(body).encode(), headers)
    return json.loads(raw)


DST = {"dstcode": "VN:GOV:000.00.00.G22:vpcpdvcprovider"}
TAIL = "/RestService/forward/mapi/"


@pytest.mark.parametrize("adapter", ["XrdAdapter", "VXPAdapter"])
def test_both_adapters_lead_to_the_portal(both: Any, adapter: str) -> None:
    _, client = both
    answer = native(client, f"/{adapter}{TAIL}g", "LayDanhMucCoQuan", DST)
    assert "UBND tỉnh Mẫu" in json.dumps(answer, ensure_ascii=False)


def test_a_provider_address_that_must_be_named(running: Any, world: World) -> None:
    url = "http://provider.example.vn"
    path = f"/XrdAdapter{TAIL}g"
    with running(world, dvcqg=DvcqgOptions(providerurl=url)) as (_, client):
        client.log_in_portal()
        missing = native(client, path, "LayDanhSachTTHC", DST)
        by_query = native(client, f"{path}?{urlencode({'providerurl': url})}", "LayQDCB", DST)
        by_header = native(client, path, "LayQDCB", DST | {"providerurl": url})
    assert int(missing["error_code"]) == -1
    assert "1.001600" not in json.dumps(missing)
    assert "providerurl" not in json.dumps([by_query, by_header])


def test_dictionaries_at_an_address_of_their_own(running: Any, world: World) -> None:
    data, share = f"/XrdAdapter{TAIL}g", f"/XrdAdapter{TAIL}share"
    with running(world, dvcqg=DvcqgOptions(separate_share=True)) as (sandbox, client):
        client.log_in_portal()
        assert "1.001600" in json.dumps(native(client, share, "LayDanhSachTTHC", DST))
        assert "1.001600" not in json.dumps(native(client, data, "LayDanhSachTTHC", DST))
        assert "KQ.G05" in json.dumps(native(client, data, "LayThuTuc", DST, maTTHC="1.001600"))
        assert kinds(sandbox) == ["wrong_address"]


def test_procedures_have_odd_forms_that_mean_the_same(both: Any) -> None:
    sandbox, client = both
    register = sandbox.world.register
    types, links = set(), set()
    for procedure in register.procedures:
        (item,) = client.portal("LayThuTuc", maTTHC=f"{procedure.code}.000.00.00.H99")[2]
        for way in item["CACHTHUCTHUCHIEN"]:
            days = way["THOIGIAN"][0]["THOIGIANGIAIQUYET"]
            types.add(type(days))
            assert str(days) == str(procedure.days or "")
            fees = way["THOIGIAN"][0]["PHILEPHI"] or []
            amounts = [int(fee["SOTIEN"]) for fee in fees if fee["SOTIEN"] != ""]
            assert amounts == ([procedure.fee] if procedure.fee else [])
        for paper in item["THANHPHANHOSO"][0]["GIAYTO"]:
            links |= {key for key in paper if key.upper() == "URL"}
    assert types == {str, int}
    assert links == {"URL", "Url"}
    assert client.portal("LayThuTuc", maTTHC="1.00160")[2] == []


def test_other_catalogues(both: Any) -> None:
    sandbox, client = both
    citizens = [sandbox.world.register.citizen(i) for i in range(10)]

    services = client.portal("LayDVC")[2]
    assert set(services[0]) >= {"MADVC", "TENDVC", "MATTHC", "APDUNGDVC"}
    assert {bool(service["APDUNGDVC"]) for service in services} == {True, False}
    assert client.portal("LayQDCB", idQDCB="1")[2][0]["ID"] == "1"
    assert client.portal("LayQDCB", idQDCB="99")[2] == []
    assert client.portal("LayDanhMucDanToc")[2] == []
    found = [
        client.portal("TraCuuTechID", mstorcmnd=c.identity, provider="wso2is")[2] for c in citizens
    ]
    assert {len(items) for items in found} == {0, 1}
    assert len({items[0]["TECHNICALID"] for items in found if items}) == 8
    assert kinds(sandbox) == []


def test_questions_are_answered_once_and_read_again(both: Any) -> None:
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


def born_there(world: World) -> tuple[str, str]:
    d = next(d for d in world.dossiers if d.alias and d.alias in world.portal)
    assert d.alias is not None
    return d.alias, d.code


def returned(alias: str, code: str, **changes: object) -> dict[str, object]:
    return {
        "MaHoSo": alias, "MaHoSoDonVi": code, "MaDoiTuong": "", "NoiDung": "Đã tiếp nhận",
        "NgayXuLy": "20260820081530", "TrangThai": "2", "TaiLieuXuLy": [],
    } | changes  # fmt: skip


def test_the_state_of_a_portal_born_dossier_goes_back(both: Any) -> None:
    sandbox, client = both
    alias, code = born_there(sandbox.world)
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
    data = returned(*born_there(sandbox.world)) | changes
    assert client.portal("DongBoTrangThaiHoSo", type="2", data=data)[0] == -1
    assert kinds(sandbox) == [kind]


def test_a_return_is_one_object_of_type_two(both: Any) -> None:
    sandbox, client = both
    data = returned(*born_there(sandbox.world))
    assert client.portal("DongBoTrangThaiHoSo", type="2", data=[data])[0] == -1
    assert client.portal("DongBoTrangThaiHoSo", type=2, data=data)[0] == -1
    assert kinds(sandbox) == ["not_an_object", "bad_type"]


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
def test_more_that_is_wrong_with_a_record(both: Any, changes: Any, kind: str) -> None:
    sandbox, client = both
    answer = client.portal("DongBoHoSoMC", isUpdating="False", data=[record(**changes)])
    assert answer[0] == -1
    assert kinds(sandbox) == [kind]


# --- the portal calls a province -----------------------------------------------------------------


class Province:
    """Keeps what it was asked and says yes; a body it cannot read is answered as they are."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []

    def answer(self, request: Request) -> Response:
        if request.method == "GET":
            return Response.of(b"%PDF", "application/pdf")
        try:
            body = json.loads(request.body)
        except ValueError:
            return Response.of(b"request body incorrect", "text/plain", 500)
        self.asked.append((request.method, request.path, body))
        return Response.json({"error_code": 0, "message": "success"})


@contextmanager
def province() -> Iterator[tuple[Province, str]]:
    system = Province()
    with LoopbackServer(system.answer) as server:
        yield system, server.url


def test_the_portal_calls_under_each_adapter_and_without() -> None:
    with province() as (system, url):
        for adapter in ("XrdAdapter", "VXPAdapter"):
            assert PortalCalls(url, adapter=adapter).look_up(CODE).value["error_code"] == 0
        plain = PortalCalls(url, adapter=None)
        plain.promotion(promotion("G22.99-260820-000321", "2.000033"))
        plain.amendment(amendment("G22.99-260820-000321", service="SuaDoi", updating="true"))
        plain.amendment(tax_payment(CODE, updating=True))
        plain.tax_notice(tax_notice(CODE))
        with pytest.raises(ValueError, match="adapter"):
            plain.look_up(CODE)

    assert [path for _, path, _ in system.asked] == [
        "/XrdAdapter/RestService/forward/search/call",
        "/VXPAdapter/RestService/forward/search/call",
        "/addtthcKhuyenMai",
        "/nhanhsdvcqg",
        "/nhanhsdvcqg",
        "/nhantbthuedvcqg",
    ]
    look_up, filed, amended, paid, noticed = (body for _, _, body in system.asked[1:])
    assert look_up == {"madonvi": "000.00.00.H99", "service": "TraCuuHoSo", "masohoso": CODE}
    assert base64.b64decode(filed["TepDonDangKy"]).startswith(b"%PDF")
    assert (amended["isUpdating"], amended["data"]["MaHoSoQG"]) == ("true", "G22.99-260820-000321")
    assert paid["service"] == "NhanChungTuThueDat"
    assert paid["data"]["ThongTinThanhToan"]["TrangThaiThanhToan"] == "1"
    assert b"<ROW_LIST>" in base64.b64decode(noticed["data"]["FileThongBaoThue"])


def test_the_portal_hears_what_a_province_cannot_read() -> None:
    with province() as (_, url):
        calls = PortalCalls(url)
        unread = calls.send("nhanhsdvcqg", b"{")
        assert (unread.status, unread.body, unread.value) == (500, b"request body incorrect", None)
        assert calls.download("0" * 36).body == b"%PDF"
        assert calls.payment(CODE).value["message"] == "success"

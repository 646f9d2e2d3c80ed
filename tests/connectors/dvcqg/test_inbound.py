"""The portal calls the province (docs/systems/dvcqg.md)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.dvcqg.inbound import Due, InboundReply, StoredFile, Taken, TaxNotice, handle
from khop.connectors.dvcqg.inbound_wire import Amendment, PaymentProof, PromotionDossier
from khop.errors import LedgerError
from tests.connectors.scripted import Sample

CODE = "H99.12-250114-0007"
UID = "3f1c9a52-0000-4000-8000-00000000abcd"
FORWARD = "/XrdAdapter/RestService/forward"


class MemoryReceiver:
    """Stores the messages it receives, each reference once."""

    def __init__(self, dossiers: Mapping[str, Mapping[str, object]] | None = None) -> None:
        self.dossiers = dict(dossiers or {})
        self.taken: dict[str, Any] = {}
        self.dues: dict[str, Due] = {}
        self.broken = False

    def _take(self, reference: str, what: Any) -> Taken:
        if self.broken:
            raise LedgerError("the ledger is locked")
        if reference in self.taken:
            return Taken.DUPLICATE
        self.taken[reference] = what
        return Taken.NEW

    def dossier(self, code: str) -> Mapping[str, object] | None:
        if self.broken:
            raise LedgerError("the ledger is locked")
        return self.dossiers.get(code)

    def receive_dossier(self, reference: str, dossier: PromotionDossier) -> Taken:
        return self._take(reference, dossier)

    def receive_amendment(self, reference: str, amendment: Amendment, updating: bool) -> Taken:
        return self._take(reference, (amendment, updating))

    def receive_payment(self, reference: str, proof: PaymentProof) -> Taken:
        return self._take(reference, proof)

    def receive_tax_notice(self, reference: str, notice: TaxNotice) -> Taken:
        return self._take(reference, notice)

    def due(self, code: str) -> Due | None:
        if self.broken:
            raise LedgerError("the ledger is locked")
        return self.dues.get(code)

    def file(self, uid: str) -> StoredFile | None:
        if self.broken:
            raise LedgerError("the ledger is locked")
        return StoredFile("application/pdf", b"%PDF-1.4") if uid == UID else None


@pytest.fixture
def receiver() -> MemoryReceiver:
    return MemoryReceiver()


def json_of(reply: InboundReply) -> Any:
    assert reply.status == 200
    assert reply.content_type.startswith("application/json")
    return json.loads(reply.body)


def call(receiver: MemoryReceiver, path: str, body: object) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return json_of(handle(path, raw, receiver))


@pytest.mark.parametrize("adapter", ["XrdAdapter", "VXPAdapter", "xrdadapter", "cong/VXPAdapter"])
def test_a_look_up_is_answered_with_the_bare_record(
    receiver: MemoryReceiver, sample: Sample, adapter: object
) -> None:
    record = json.loads(sample("dvcqg/look-08.json"))
    receiver.dossiers[CODE] = record
    asked = {"madonvi": "000.00.00.H99", "service": "TraCuuHoSo", "masohoso": CODE}
    assert call(receiver, f"/{adapter}/RestService/forward/search/call", asked) == record
    assert (
        call(receiver, f"/{adapter}/RestService/forward/search/call", {"MaSoHoSo": CODE}) == record
    )


@pytest.mark.parametrize(
    "body", [{"masohoso": "H99.12-250114-0008"}, {"masohoso": ""}, {}, {"masohoso": ["x"]}]
)
def test_an_unknown_dossier_is_answered_in_text_with_status_200(
    receiver: MemoryReceiver, body: object
) -> None:
    assert call(receiver, f"{FORWARD}/search/call", body)["error_code"] == "-1"


def test_a_promotion_dossier_is_received_once(receiver: MemoryReceiver, sample: Sample) -> None:
    body = sample("dvcqg/port-01.json")
    first = json.loads(sample("dvcqg/port-02.json"))
    assert call(receiver, f"{FORWARD}/addtthcKhuyenMai", body) == first
    assert call(receiver, "/api/addtthcKhuyenMai", body)["error_code"] == 1
    (dossier,) = receiver.taken.values()
    assert dossier.TenThuongNhan == "Công ty TNHH Mẫu"
    assert dossier.DiaChiDoanhNghiep.MaXa == "99001"
    assert dossier.TepDonDangKy == b"%PDF-1.4\n"
    assert [(file.TenTepDinhKem, file.Base64) for file in dossier.TaiLieuNop] == [
        ("the-le.docx", b"PK\x03\x04")
    ]
    assert "Công ty" not in repr(dossier)
    assert "0900000003" not in str(dossier)


def test_a_promotion_dossier_is_read_in_other_forms(receiver: MemoryReceiver) -> None:
    body = {
        "MAHOSO": "G22.99-250110-000322",
        "sovanban": 12,
        "TaiLieuNop": {"tentepdinhkem": "a", "base64": "UEsD\r\nBA=="},
        "DiaChiDoanhNghiep": "",
        "TepDonDangKy": None,
        "TruongMoi": "giữ nguyên",
    }
    assert call(receiver, "/addtthcKhuyenMai", body)["error_code"] == 0
    (dossier,) = receiver.taken.values()
    assert (dossier.SoVanBan, dossier.TaiLieuNop[0].Base64) == ("12", b"PK\x03\x04")
    assert dossier.DiaChiDoanhNghiep is None
    assert dossier.model_extra == {"TruongMoi": "giữ nguyên"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"MaHoSo": ""}, "MaHoSo"),
        ({"MaHoSo": "x" * 200}, "MaHoSo"),
        ({"TepDonDangKy": "không phải"}, "TepDonDangKy"),
        ({"TepDonDangKy": 5}, "TepDonDangKy"),
        ({"TaiLieuNop": "x"}, "TaiLieuNop"),
        ({"TaiLieuNop": [{"Base64": "@@"}]}, "TaiLieuNop.Base64"),
        ({"DienThoai": ["0900000003"]}, "DienThoai"),
    ],
)
def test_an_unusable_field_is_named_without_its_value(
    receiver: MemoryReceiver, sample: Sample, changes: Any, named: Any
) -> None:
    body = {**json.loads(sample("dvcqg/port-01.json")), **changes}
    answer = call(receiver, "/addtthcKhuyenMai", body)
    assert answer == {"error_code": -1, "message": f"{named} is missing or cannot be used"}
    assert receiver.taken == {}


def test_a_proof_of_payment_is_received_once(receiver: MemoryReceiver, sample: Sample) -> None:
    body = json.loads(sample("dvcqg/port-06.json"))
    assert call(receiver, f"{FORWARD}/nhanhsdvcqg", body)["error_code"] == 0
    assert (
        call(receiver, f"{FORWARD}/nhanhsdvcqg", {**body, "isUpdating": "True"})["error_code"] == 1
    )
    ((reference, proof),) = receiver.taken.items()
    assert reference.startswith("H99.33-250105-0101/TB001/")
    assert proof.ThongTinThanhToan.paid
    assert proof.ThongTinThanhToan.SoTien == "1500000"
    assert "Mẫu" not in repr(proof)


@pytest.mark.parametrize("data", [None, "", [], "x", {}, {"MaHoSo": "H99.33-250105-0101"}])
def test_a_proof_of_payment_without_its_codes_is_refused(
    receiver: MemoryReceiver, data: object
) -> None:
    body = {"service": "NhanChungTuThueDat", "data": data}
    assert call(receiver, "/nhanhsdvcqg", body)["error_code"] == -1
    assert receiver.taken == {}


def test_a_notice_is_received_again_when_it_is_paid(receiver: MemoryReceiver) -> None:
    def proof(state: str, key: str = "") -> dict[str, object]:
        paid = {"MaThongBaoThue": "TB001", "SoTien": "50000", "TrangThaiThanhToan": state}
        data = {"MaHoSo": "H99.33-250105-0101", "ThongTinThanhToan": paid, "SecurityKey": key}
        return {"service": "NhanChungTuThueDat", "data": data}

    bodies = (proof("0"), proof("1"), proof("1", "another key"))
    codes = [call(receiver, "/nhanhsdvcqg", body)["error_code"] for body in bodies]
    assert codes == [0, 0, 1]


@pytest.mark.parametrize(
    ("flag", "updating"),
    [
        (True, True),
        ("true", True),
        ("True", True),
        (1, True),
        (False, False),
        ("False", False),
        (None, False),
    ],
)
def test_several_amendments_of_one_dossier_are_received(
    receiver: MemoryReceiver, flag: object, updating: bool
) -> None:
    data = {"MaHoSoQG": "G22.99-250110-000321", "LyDoDieuChinh": "Sai tên", "ThongTinDaNop": {}}
    body = {"service": "x", "isUpdating": flag, "data": data}
    other = {**body, "data": {**data, "LyDoDieuChinh": "Sai ngày"}}
    codes = [call(receiver, "/nhanhsdvcqg", each)["error_code"] for each in (body, body, other)]
    assert codes == [0, 1, 0]
    assert [flagged for _, flagged in receiver.taken.values()] == [updating, updating]


def test_data_may_be_json_text(receiver: MemoryReceiver) -> None:
    data = json.dumps({"mahosoqg": "G22.99-250110-000321"})
    assert call(receiver, "/nhanhsdvcqg", {"data": data})["error_code"] == 0


def test_a_tax_notice_is_received_once(receiver: MemoryReceiver, sample: Sample) -> None:
    body = sample("dvcqg/port-07.json")
    assert call(receiver, f"{FORWARD}/nhantbthuedvcqg", body)["error_code"] == 0
    assert call(receiver, f"{FORWARD}/nhantbthuedvcqg", body)["error_code"] == 1
    (notice,) = receiver.taken.values()
    assert (notice.xml, notice.rows) == (b"<ROW_LIST></ROW_LIST>", ())


def packed(xml: bytes) -> dict[str, object]:
    data = {"FileThongBaoThue": base64.b64encode(xml).decode()}
    return {"service": "NhanThongBaoThueDat", "data": data}


def test_the_entries_of_a_tax_notice_are_read(receiver: MemoryReceiver) -> None:
    xml = "<a:L xmlns:a='urn:x'><a:R><a:SO>TB001</a:SO><TEN> Mẫu </TEN></a:R></a:L>".encode()
    assert call(receiver, "/nhantbthuedvcqg", packed(xml))["error_code"] == 0
    (notice,) = receiver.taken.values()
    assert notice.rows == ({"SO": "TB001", "TEN": "Mẫu"},)


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"TB001",
        b"<a>",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
    ],
)
def test_an_unreadable_tax_notice_is_refused(receiver: MemoryReceiver, xml: Any) -> None:
    answer = call(receiver, "/nhantbthuedvcqg", packed(xml))
    assert answer["error_code"] == -1
    assert "FileThongBaoThue" in answer["message"]
    assert receiver.taken == {}


@pytest.mark.parametrize("data", [None, "", {}, {"FileThongBaoThue": "@"}, []])
def test_a_tax_notice_without_a_file_is_refused(receiver: MemoryReceiver, data: object) -> None:
    assert call(receiver, "/nhantbthuedvcqg", {"data": data})["error_code"] == -1


def test_the_payment_due_is_answered(receiver: MemoryReceiver, sample: Sample) -> None:
    body = json.loads(sample("dvcqg/pay-01.json"))
    path = "/dptracuuthanhtoanhs"
    assert call(receiver, path, body) == json.loads(sample("dvcqg/pay-02.json"))
    receiver.dues[CODE] = Due()
    assert call(receiver, path, body) == json.loads(sample("dvcqg/pay-03.json"))
    receiver.dues[CODE] = Due({"SoTien": "100000"})
    assert call(receiver, path, body) == {"error_code": "1", "message": {"SoTien": "100000"}}


def test_a_file_is_returned_by_its_id(receiver: MemoryReceiver) -> None:
    found = handle(f"{FORWARD}/downloadfile/{UID}", b"", receiver)
    assert (found.status, found.content_type, found.body) == (200, "application/pdf", b"%PDF-1.4")
    assert handle(f"{FORWARD}/downloadfile/{UID[:-1]}e", b"", receiver).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/x",
        f"{FORWARD}/",
        f"{FORWARD}/x",
        f"{FORWARD}/downloadfile/../../etc/passwd",
        f"{FORWARD}/downloadfile/{UID}/x",
        f"{FORWARD}/x/search/call",
    ],
)
def test_unknown_paths_are_answered_404(receiver: MemoryReceiver, path: str) -> None:
    assert handle(path, b"{}", receiver).status == 404


@pytest.mark.parametrize("body", [b"", b"request", b"[]", b"5", b"{", b"\xff\xfe", b"null"])
@pytest.mark.parametrize("service", ["search/call", "addtthcKhuyenMai", "nhanhsdvcqg"])
def test_an_unreadable_body_is_answered_as_in_the_sample(
    receiver: MemoryReceiver, sample: Sample, service: str, body: Any
) -> None:
    reply = handle(f"{FORWARD}/{service}", body, receiver)
    assert (reply.status, reply.body) == (500, sample("dvcqg/port-08.txt").strip())
    assert reply.content_type.startswith("text/plain")


def test_a_body_that_is_too_long_is_refused(receiver: MemoryReceiver) -> None:
    reply = handle("/addtthcKhuyenMai", b"{" + b" " * 100 + b"}", receiver, longest=100)
    assert reply.status == 413


def test_an_error_of_the_desk_is_answered_failed(receiver: MemoryReceiver, sample: Sample) -> None:
    receiver.broken = True
    path, failed = f"{FORWARD}/search/call", {"error_code": "-1", "message": "failed"}
    assert call(receiver, path, {"masohoso": CODE}) == failed
    assert call(receiver, "/dptracuuthanhtoanhs", {"MaHoSo": CODE})["error_code"] == -1
    for service, name in (("addtthcKhuyenMai", "port-01"), ("nhantbthuedvcqg", "port-07")):
        answer = call(receiver, f"/{service}", sample(f"dvcqg/{name}.json"))
        assert answer == {"error_code": -1, "message": "failed"}
    assert handle(f"/downloadfile/{UID}", b"", receiver).status == 500


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.just("UEsDBA=="),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(
        st.sampled_from(
            ["MaHoSo", "data", "service", "TaiLieuNop", "MaHoSoQG", "ThongTinThanhToan",
             "MaThongBaoThue", "FileThongBaoThue", "TepDonDangKy", "DiaChiDoanhNghiep"]
        )
        | st.text(max_size=3),
        inner,
        max_size=4,
    ),
    max_leaves=10,
)  # fmt: skip


@given(
    st.sampled_from(["search/call", "addtthcKhuyenMai", "nhanhsdvcqg", "nhantbthuedvcqg",
                     "dptracuuthanhtoanhs"]),
    VALUES | st.binary(max_size=40),
)  # fmt: skip
def test_any_request_gets_a_reply(service: str, body: object) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = handle(f"{FORWARD}/{service}", raw, MemoryReceiver())
    assert reply.status in (200, 500)

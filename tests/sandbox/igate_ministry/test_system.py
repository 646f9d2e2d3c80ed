"""The simulated adapter for ministries: six steps, their answers, and violations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khop.sandbox import MinistryOptions, World
from tests.sandbox.helpers import kinds

BASE = "/api/DvcSync/"
ACCOUNT = {"client_id": "svc-ministry", "client_secret": "sandbox-ministry"}
FILE = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="don.pdf"\r\n'
    b"Content-Type: application/pdf\r\n\r\n%PDF-1.4\r\n--b--\r\n"
)


class Filing:
    """Calls the steps with one token, as a ministry's system does."""

    def __init__(self, client: Any, base: str = BASE) -> None:
        self._client = client
        self._base = base
        self.token = ""

    def call(self, step: str, body: object, content_type: str = "") -> tuple[int, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        target = f"{self._base}{step}?token={self.token}"
        headers = {"Content-Type": content_type or "application/json"}
        answer, text = self._client.call("ministry", "POST", target, raw, headers)
        return answer.status, json.loads(text)

    def log_in(self) -> None:
        status, answer = self.call("GetToken", ACCOUNT)
        assert (status, answer["code"], answer["data"]["token_type"]) == (200, 200, "Bearer")
        self.token = answer["data"]["access_token"]

    def next_value(self) -> str:
        status, answer = self.call("GetNextValue", {"code": "G99.20"})
        assert status == 200
        return str(answer["value"])

    def upload(self) -> dict[str, str]:
        kind = "multipart/form-data; boundary=b"
        status, answer = self.call("UploadFile", FILE, kind)
        assert status == 200
        (first,) = answer["data"]
        stored: dict[str, str] = first["response"]["data"][0] if "response" in first else first
        return stored

    def create(self, **changes: object) -> tuple[int, Any, str]:
        code = self.next_value()
        return (*self.call("CreateDossier", dossier(code, **changes)), code)


def dossier(code: str, **changes: object) -> dict[str, object]:
    return {
        "MaHoSo": code,
        "MaTTHC": "1.001600",
        "MaDichVuCong": "2.000001",
        "ChuHoSo": "Nguyễn Văn Mẫu",
        "LoaiDoiTuong": 0,
        "MaDonViTiepNhan": "G99.20",
        "NgayNop": "2026-08-20 08:15:30",
        "NgayTiepNhan": "2026-08-20 09:00:00",
        "EformThongTinChiTiet": {},
        "ThanhPhanHoSo": [],
        "ThongTinNguoiNop": {
            "LoaiDoiTuong": 0,
            "IdDoiTuong": "",
            "ThongTinChiTiet": {
                "TenNguoiNop": "Nguyễn Văn Mẫu",
                "SoDinhDanh": "099000000001",
                "NgayCapDinhDanh": "20210101000000",
            },
        },
    } | changes


def step(code: str, number: str, **changes: object) -> dict[str, object]:
    return {
        "IDHoSo": number,
        "MaHoSo": code,
        "NguoiXuLy": "Cán bộ Mẫu",
        "ThoiDiemXuLy": "2026-08-20T08:30:00.000",
        "PhongBanXuLy": "Phòng Mẫu",
        "NoiDungXuLy": "Thẩm định",
        "TrangThai": 4,
        "NgayBatDau": "",
        "NgayKetThucTheoQuyDinh": None,
    } | changes


def state(code: str, number: str, **changes: object) -> dict[str, object]:
    return {
        "IdHoSo": number, "MaHoSo": code, "TrangThai": 4, "NoiDungYKien": "",
        "PhongBanXuLy": "Phòng Mẫu", "NoiDungXuLy": "Chờ",
    } | changes  # fmt: skip


FEE = {
    "TenPhiLePhi": "Lệ phí", "MaPhiLePhi": "LP.MAU", "HinhThucThu": "1", "Gia": "135000",
    "LoaiPhiLePhi": "2",
}  # fmt: skip


@pytest.fixture
def filing(both: Any) -> tuple[Any, Filing]:
    sandbox, client = both
    made = Filing(client)
    made.log_in()
    return sandbox, made


def filed(sandbox: Any, made: Filing) -> tuple[str, str]:
    """Code and id of a new dossier, whether the answer has the id or not."""
    status, _, code = made.create()
    assert status == 200
    return code, sandbox.systems["ministry"].dossiers[code].number


def test_a_dossier_is_filed_in_six_steps(filing: Any) -> None:
    sandbox, made = filing
    stored = made.upload()
    file = {
        "IdGiayTo": stored["IdTepTin"], "HashTepTin": stored["HashTepTin"], "TenGiayTo": "Đơn",
        "MaKetQua": "",
    }  # fmt: skip
    paper = {
        "MaThanhPhanHoSo": "", "TenThanhPhanHoSo": "Đơn", "SoLuong": 1, "LoaiBan": 0,
        "GiayToDinhKem": [file],
    }  # fmt: skip
    status, answer, code = made.create(ThanhPhanHoSo=[paper])
    assert (status, answer["data"]["maHoSo"]) == (200, code)
    kept = sandbox.systems["ministry"].dossiers[code]

    assert made.call("CapNhatTienTrinh", [step(code, kept.number)])[0] == 200
    paid = state(code, kept.number, TrangThai=6, DanhSachLePhi=[FEE])
    assert made.call("CapNhatTrangThai", [paid])[0] == 200

    assert (len(kept.steps), kept.states) == (1, [6])
    assert kinds(sandbox) == []


def test_answers_have_both_forms(filing: Any) -> None:
    _, made = filing
    uploads = {frozenset(made.call("UploadFile", FILE, "multipart/form-data; boundary=b")[1]
                         ["data"][0]) for _ in range(30)}  # fmt: skip
    creates = {frozenset(made.create()[1]["data"]) for _ in range(30)}
    assert uploads == {frozenset({"response"}), frozenset({"IdTepTin", "HashTepTin"})}
    assert creates == {frozenset({"maHoSo"}), frozenset({"maHoSo", "idHoSo"})}


def test_each_next_value_is_new(filing: Any) -> None:
    _, made = filing
    assert len({made.next_value() for _ in range(20)}) == 20


def test_configured_paths_and_an_id_in_every_answer(running: Any, world: World) -> None:
    paths = {name: f"/ministry/{name}" for name in MinistryOptions().paths}
    options = MinistryOptions(paths=paths, says_id=True, units=frozenset({"G99.20"}))
    with running(world, ministry=options) as (_, client):
        made = Filing(client, "/ministry/")
        made.log_in()
        assert [bool(made.create()[1]["data"]["idHoSo"]) for _ in range(10)] == [True] * 10
        assert made.create(MaDonViTiepNhan="G01.01")[0] == 403
        assert Filing(client).call("GetToken", ACCOUNT)[0] == 404


def test_calls_without_a_valid_token_are_refused(running: Any, world: World) -> None:
    with running(world, ministry=MinistryOptions(token_calls=1)) as (_, client):
        made = Filing(client)
        assert made.call("GetToken", ACCOUNT | {"client_secret": "wrong"})[0] == 401
        assert made.call("GetNextValue", {"code": "x"})[0] == 401
        made.log_in()
        statuses = [made.call("GetNextValue", {"code": "x"})[0] for _ in range(2)]
    assert statuses == [200, 401]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"LoaiDoiTuong": "0"}, "not_a_number"),
        ({"LoaiDoiTuong": 3}, "bad_code_value"),
        ({"NgayNop": "20260820081530"}, "bad_date"),
        ({"NgayTiepNhan": "2026-08-20T09:00:00"}, "bad_date"),
        ({"ChuHoSo": ""}, "missing_field"),
        ({"ThongTinNguoiNop": None}, "missing_field"),
        ({"ThanhPhanHoSo": "x"}, "not_a_list"),
        ({"ThanhPhanHoSo": [{"TenThanhPhanHoSo": "Đơn", "LoaiBan": "0"}]}, "not_a_number"),
        ({"ThanhPhanHoSo": [{"TenThanhPhanHoSo": "Đơn", "LoaiBan": 1,
                             "GiayToDinhKem": [{"IdGiayTo": "9", "HashTepTin": "x"}]}]},
         "unknown_file"),
    ],
)  # fmt: skip
def test_a_bad_dossier_is_refused(filing: Any, changes: Any, kind: str) -> None:
    sandbox, made = filing
    status, answer, code = made.create(**changes)
    assert (status, answer["code"]) == (400, 400)
    assert kinds(sandbox) == [kind]
    assert code not in sandbox.systems["ministry"].dossiers


def test_a_code_must_be_issued_and_unused(filing: Any) -> None:
    sandbox, made = filing
    code, _ = filed(sandbox, made)
    assert made.call("CreateDossier", dossier(code))[0] == 400
    assert made.call("CreateDossier", dossier("G99.20-20260820-7777777"))[0] == 400
    assert kinds(sandbox) == ["doubled_create", "code_not_given_out"]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"TrangThai": "4"}, "not_a_number"),
        ({"TrangThai": 11}, "bad_code_value"),
        ({"ThoiDiemXuLy": "20260820083000"}, "bad_date"),
        ({"ThoiDiemXuLy": "2026-08-20T08:30:00"}, "bad_date"),
        ({"NgayBatDau": "2026-08-20 08:30:00"}, "bad_date"),
        ({"NguoiXuLy": None}, "missing_field"),
    ],
)
def test_a_bad_step_is_refused(filing: Any, changes: Any, kind: str) -> None:
    sandbox, made = filing
    assert made.call("CapNhatTienTrinh", [step(*filed(sandbox, made), **changes)])[0] == 400
    assert kinds(sandbox) == [kind]


def test_each_step_has_its_own_spelling_of_the_id_key(filing: Any) -> None:
    sandbox, made = filing
    code, number = filed(sandbox, made)
    wrong_step = step(code, number) | {"IdHoSo": number}
    del wrong_step["IDHoSo"]
    wrong_state = state(code, number) | {"IDHoSo": number}
    del wrong_state["IdHoSo"]
    assert made.call("CapNhatTienTrinh", [wrong_step])[0] == 400
    assert made.call("CapNhatTrangThai", [wrong_state])[0] == 400
    assert kinds(sandbox) == ["wrong_id_key", "wrong_id_key"]


def test_an_id_may_be_empty_only_if_no_answer_had_it(running: Any, world: World) -> None:
    for told, status in ((True, 404), (False, 200)):
        with running(world, ministry=MinistryOptions(says_id=told)) as (sandbox, client):
            made = Filing(client)
            made.log_in()
            code, _ = filed(sandbox, made)
            assert made.call("CapNhatTienTrinh", [step(code, "")])[0] == status
            assert made.call("CapNhatTienTrinh", [step(code, "1")])[0] == 404
            assert kinds(sandbox) == ["wrong_id"] * (2 if told else 1)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"TrangThai": 4, "DanhSachLePhi": [FEE]}, "list_at_other_state"),
        ({"TrangThai": 10, "DanhSachGiayToKetQua": []}, "list_at_other_state"),
        ({"TrangThai": 6, "DanhSachLePhi": [FEE | {"HinhThucThu": "3"}]}, "bad_code_value"),
        ({"TrangThai": 6, "DanhSachLePhi": [FEE | {"LoaiPhiLePhi": 2}]}, "bad_code_value"),
        ({"TrangThai": 6, "DanhSachLePhi": [FEE | {"Gia": 135000}]}, "not_a_string"),
    ],
)
def test_a_bad_state_is_refused(filing: Any, changes: Any, kind: str) -> None:
    sandbox, made = filing
    assert made.call("CapNhatTrangThai", [state(*filed(sandbox, made), **changes)])[0] == 400
    assert kinds(sandbox) == [kind]


@pytest.mark.parametrize("number", [5, 6, 9])
def test_lists_are_accepted_at_the_states_that_have_them(filing: Any, number: int) -> None:
    sandbox, made = filing
    lists: dict[str, Any] = {"DanhSachLePhi": [FEE], "DanhSachGiayToKetQua": []}
    status = state(*filed(sandbox, made), TrangThai=number, **lists)
    assert made.call("CapNhatTrangThai", [status])[0] == 200
    assert kinds(sandbox) == []


def test_progress_of_an_unknown_dossier_and_repeated_progress_are_violations(filing: Any) -> None:
    sandbox, made = filing
    assert made.call("CapNhatTienTrinh", [step("G99.20-20260820-0000009", "1")])[0] == 404
    once = step(*filed(sandbox, made))
    assert [made.call("CapNhatTienTrinh", [once])[0] for _ in range(2)] == [200, 200]
    assert made.call("CapNhatTienTrinh", once)[0] == 400
    assert kinds(sandbox) == ["unknown_dossier", "doubled_step", "not_a_bare_array"]

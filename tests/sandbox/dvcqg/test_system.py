"""The simulated portal: sessions, look-ups in every envelope, pushes, and violations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khop.sandbox import DvcqgOptions, World
from tests.sandbox.dvcqg.client import record, step
from tests.sandbox.helpers import kinds


def create(client: Any, *records: object) -> tuple[int, str, list[Any]]:
    answer: tuple[int, str, list[Any]] = client.portal(
        "DongBoHoSoMC", isUpdating="False", data=list(records)
    )
    return answer


def update(client: Any, *records: object) -> tuple[int, str, list[Any]]:
    answer: tuple[int, str, list[Any]] = client.portal(
        "DongBoHoSoMC", isUpdating="True", data=list(records)
    )
    return answer


def held(world: World, **wanted: object) -> str:
    """The code of a dossier on the portal that was not filed there and has no finding."""
    for d in world.dossiers:
        if d.story == "ordinary" and d.alias is None and d.code in world.portal:
            entry = world.portal[d.code]
            if all(getattr(entry, key) == value for key, value in wanted.items()):
                return d.code
    raise AssertionError("no such dossier in this world")


def test_look_ups_have_every_envelope_with_the_same_meaning(both: Any) -> None:
    sandbox, client = both
    code = held(sandbox.world, form="second")
    entry = sandbox.world.portal[code]

    envelopes = set()
    for _ in range(60):
        raw = json.loads(client.portal_raw("TraCuuHoSo", mahoso=code))
        envelopes.add((tuple(sorted(raw)), type(raw.get("error_code")), type(raw.get("result"))))
        _, _, items = client.portal("TraCuuHoSo", mahoso=code)
        assert [item["MaHoSo"] for item in items] == [code]
    assert len(envelopes) >= 5
    assert entry.received is not None
    assert len(items[0]["NgayTiepNhan"]) == 14


def test_an_absent_dossier_is_an_answer_without_items(both: Any) -> None:
    _, client = both
    bodies = set()
    for _ in range(60):
        bodies.add(client.portal_raw("TraCuuHoSo", mahoso="H99.01-260101-9999"))
        code, _, items = client.portal("TraCuuHoSo", mahoso="H99.01-260101-9999")
        assert (code, items) == (0, [])
    assert len(bodies) >= 8


def test_some_dossiers_are_never_answered(both: Any) -> None:
    sandbox, client = both
    silent = next(iter(sandbox.world.unanswered))

    assert client.portal("TraCuuHoSo", mahoso=silent)[0] == -1
    assert all(finding.code != silent for finding in sandbox.truth())


def test_states_are_codes_or_labels_and_dates_have_several_forms(both: Any) -> None:
    sandbox, client = both
    names, shapes = set(), set()
    for code in list(sandbox.world.portal):
        (item,) = client.portal("TraCuuHoSo", mahoso=code)[2]
        for name in ("MaTrangThai", "TrangThaiHoSo"):
            value = item.get(name, "absent")
            names.add((name, value if value in ("absent", "", None) else str(value).isdigit()))
        if received := item.get("NgayTiepNhan"):
            shapes.add("".join("9" if c.isdigit() else c for c in received))

    assert {("MaTrangThai", True), ("MaTrangThai", False), ("MaTrangThai", "absent")} <= names
    assert {("TrangThaiHoSo", True), ("TrangThaiHoSo", False)} <= names
    assert {"9" * 14, "9" * 8, "99/99/9999", "99/99/9999 99:99:99"} <= shapes


def test_a_session_ends_by_calls_and_by_time(running: Any, world: World) -> None:
    code = held(world)
    with running(world, dvcqg=DvcqgOptions(session_calls=2)) as (_, client):
        client.log_in_portal()
        codes = [client.portal("TraCuuHoSo", mahoso=code)[0] for _ in range(3)]
        assert codes == [0, 0, -1]
        client.log_in_portal()
        assert client.portal("TraCuuHoSo", mahoso=code)[0] == 0

    now = [0.0]
    with running(world, clock=lambda: now[0]) as (_, client):
        client.log_in_portal()
        assert client.portal("TraCuuHoSo", mahoso=code)[0] == 0
        now[0] = 600.0
        assert client.portal("TraCuuHoSo", mahoso=code)[0] == -1


def test_dstcode_is_required_in_a_header_or_the_query(both: Any) -> None:
    _, client = both
    body = {"session": client.session, "madonvi": "000.00.00.H99", "service": "LayDanhSachTTHC"}
    path = "/XrdAdapter/RestService/forward/mapi/g"
    raw = json.dumps(body).encode()

    _, without = client.call("dvcqg", "POST", path, raw)
    query = "?dstcode=VN%3AGOV%3A000.00.00.G22%3Avpcpdvcprovider"
    _, with_query = client.call("dvcqg", "POST", path + query, raw)

    assert json.loads(without)["error_code"] in (-1, "-1")
    assert b"1.001600" in with_query


def test_a_created_dossier_can_be_looked_up(both: Any) -> None:
    sandbox, client = both

    code, message, _ = create(client, record())

    assert code == 0
    assert "thành công" in message.lower()
    (item,) = client.portal("TraCuuHoSo", mahoso="H99.18.03-260820-9001")[2]
    assert item["NgayTiepNhan"] == "20260820081530"
    assert kinds(sandbox) == []


def test_a_second_create_is_a_duplicate_and_a_violation(both: Any) -> None:
    sandbox, client = both
    create(client, record())

    answers = [create(client, record()) for _ in range(20)]

    assert all("đã tồn tại" in message for _, message, _ in answers)
    assert {number for number, _, _ in answers} == {0, 3, -3}
    assert kinds(sandbox) == ["doubled_create"] * 20


def test_an_update_that_changes_nothing_is_a_violation(both: Any) -> None:
    sandbox, client = both
    create(client, record())

    assert update(client, record())[0] == 0

    assert kinds(sandbox) == ["repeated_update"]


def test_an_update_changes_the_entry(both: Any) -> None:
    sandbox, client = both
    create(client, record())

    assert update(client, record(TrangThaiHoSo="6"))[0] == 0

    assert sandbox.world.portal["H99.18.03-260820-9001"].status == 6
    assert kinds(sandbox) == []


def test_a_repair_resolves_its_finding(both: Any) -> None:
    sandbox, client = both
    missing = next(f for f in sandbox.truth() if f.rule == "A7" and f.repair == "machine")

    end = {"TrangThaiHoSo": "10", "NgayKetThucXuLy": "20260821081530"}
    speaker = sandbox.world.current_record(missing.code)
    state = {"TrangThaiHoSo": str(speaker.status)} if speaker.status < 9 else end
    create(client, record(missing.code, **state))

    assert ("A7", missing.code) not in {(f.rule, f.code) for f in sandbox.findings()}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"TrangThaiHoSo": None}, "status_invalid"),
        ({"TrangThaiHoSo": ""}, "status_invalid"),
        ({"TrangThaiHoSo": "11"}, "status_invalid"),
        ({"TrangThaiHoSo": "9"}, "done_without_end"),
        ({"TrangThaiHoSo": "10", "NgayKetThucXuLy": ""}, "done_without_end"),
        ({"NgayTiepNhan": "2026-08-20"}, "bad_date"),
        ({"NgayTiepNhan": "20260231000000"}, "bad_date"),
        ({"NgayTiepNhan": ""}, "missing_field"),
        ({"TenTTHC": None}, "missing_field"),
        ({"KenhThucHien": None}, "missing_field"),
        ({"KenhThucHien": "5"}, "bad_code_value"),
        ({"SoDienThoai": 900000001}, "not_a_string"),
        ({"TrichYeuHoSo": "x" * 1001}, "too_long"),
        ({"GhiChu": "x" * 2001}, "too_long"),
        ({"TaiLieuNop": [{"TenTepDinhKem": "x" * 4001}]}, "too_long"),
        ({"TaiLieuNop": [{"DuongDanTaiTepTin": "http://10.0.0.15/f"}]}, "internal_url"),
        ({"TaiLieuNop": [{"DuongDanTaiTepTin": "https://192.168.1.2:8443/f"}]}, "internal_url"),
        ({"DanhSachGiayToKetQua": [{"DuongDanTepTinKetQua": "http://127.0.0.1/f"}]},
         "internal_url"),
        ({"TaiLieuNop": "none"}, "not_a_list"),
    ],
)  # fmt: skip
def test_a_bad_record_is_refused_and_a_violation(both: Any, changes: Any, kind: str) -> None:
    sandbox, client = both

    code, message, _ = create(client, record(**changes))

    assert code == -1
    assert "hợp lệ" in message
    assert kinds(sandbox) == [kind]
    assert "H99.18.03-260820-9001" not in sandbox.world.portal


def test_a_dossier_that_was_never_received_needs_no_reception_date(both: Any) -> None:
    sandbox, client = both

    assert create(client, record(TrangThaiHoSo="3", NgayTiepNhan="", NgayHenTra=""))[0] == 0
    assert kinds(sandbox) == []


@pytest.mark.parametrize("flag", ["true", "1", True, None])
def test_the_update_flag_must_be_the_text_true_or_false(both: Any, flag: object) -> None:
    sandbox, client = both

    assert client.portal("DongBoHoSoMC", isUpdating=flag, data=[record()])[0] == -1
    assert kinds(sandbox) == ["bad_flag"]


def test_a_call_must_have_exactly_one_dossier(both: Any) -> None:
    sandbox, client = both

    assert create(client, record(), record("H99.18.03-260820-9002"))[0] == -1
    assert kinds(sandbox) == ["too_many_dossiers"]


def test_an_update_of_an_absent_dossier_is_refused(both: Any) -> None:
    sandbox, client = both

    assert update(client, record())[0] == -1
    assert kinds(sandbox) == ["update_of_absent"]


def test_lowering_a_finished_state_is_a_violation(both: Any) -> None:
    sandbox, client = both
    code = held(sandbox.world, status=10)

    update(client, record(code, TrangThaiHoSo="9", NgayKetThucXuLy="20260820081530"))

    assert kinds(sandbox) == ["status_lowered"]


@pytest.mark.parametrize("which", ["code", "alias"])
def test_pushing_a_dossier_filed_on_the_portal_is_a_violation(both: Any, which: str) -> None:
    sandbox, client = both
    d = next(d for d in sandbox.world.dossiers if d.alias and d.alias in sandbox.world.portal)
    push = create if which == "code" else update

    push(client, record(getattr(d, which), TrangThaiHoSo="10", NgayKetThucXuLy="20260821081530"))

    assert kinds(sandbox) == ["portal_born_pushed"]


def test_progress_steps_are_kept_and_repeated_steps_are_violations(both: Any) -> None:
    sandbox, client = both
    code = held(sandbox.world)
    later = step(code, ThoiDiemXuLy="20260821081530", TrangThai="4", NoiDungXuLy="")

    first = [client.portal("CapNhatTienDoHoSoMC", data=[step(code), later])]
    assert kinds(sandbox) == []
    again = [client.portal("CapNhatTienDoHoSoMC", data=[step(code)]) for _ in range(20)]

    assert all("thành công" in message.lower() for _, message, _ in first + again)
    assert kinds(sandbox) == ["doubled_step"] * 20
    assert len(sandbox.steps(code)) == 22


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"NoiDungXuLy": None}, "missing_field"),
        ({"NguoiXuLy": ""}, "missing_field"),
        ({"NguoiXuLy": "x" * 51}, "too_long"),
        ({"TrangThai": ""}, "status_invalid"),
        ({"TrangThai": 4}, "not_a_string"),
        ({"ThoiDiemXuLy": "20/08/2026"}, "bad_date"),
        ({"MaHoSo": "H99.01-260101-9999"}, "step_of_unknown"),
    ],
)
def test_a_bad_step_is_refused_and_a_violation(both: Any, changes: Any, kind: str) -> None:
    sandbox, client = both

    data = [step(held(sandbox.world), **changes)]

    assert client.portal("CapNhatTienDoHoSoMC", data=data)[0] == -1
    assert kind in kinds(sandbox)


def test_more_than_ten_steps_in_a_call_are_refused(both: Any) -> None:
    sandbox, client = both
    code = held(sandbox.world)
    steps = [step(code, ThoiDiemXuLy=f"202608200815{second:02d}") for second in range(11)]

    assert client.portal("CapNhatTienDoHoSoMC", data=steps)[0] == -1
    assert kinds(sandbox) == ["too_many_steps"]


def test_personal_data_in_a_url_or_a_header_is_a_violation(both: Any) -> None:
    sandbox, client = both
    citizen = sandbox.world.register.citizen(5)

    client.get("/pa/dossier/search", **{"identity-number": citizen.identity, "size": 1})
    client.headers = {"X-Applicant": citizen.name.encode().decode("latin-1")}
    client.portal("LayDanhSachTTHC")

    assert kinds(sandbox) == ["personal_data_in_url", "personal_data_in_header"]
    assert all(citizen.identity not in v.detail for v in sandbox.violations())


def test_too_many_logins_are_a_violation(running: Any, world: World) -> None:
    with running(world, dvcqg=DvcqgOptions(logins_per_minute=5)) as (sandbox, client):
        for _ in range(6):
            client.log_in_portal()
        assert kinds(sandbox) == []
        client.log_in_portal()
        assert kinds(sandbox) == ["login_storm"]


def test_a_wrong_password_gets_no_session(running: Any, world: World) -> None:
    with running(world) as (_, client):
        body = json.dumps({"username": "h99_onegate", "password": "wrong"}).encode()
        path = "/XrdAdapter/RestService/forward/mapi/login"
        _, raw = client.call("dvcqg", "POST", path, body)

    answer = json.loads(raw)
    assert "session" not in answer
    assert int(answer["error_code"]) == -1


def test_procedures_and_units_are_served(both: Any) -> None:
    _, client = both

    listed = client.portal("LayDanhSachTTHC")[2]
    (one,) = client.portal("LayThuTuc", maTTHC=listed[0]["MATTHC"])[2]

    assert len(listed) == 40
    assert one["TENTTHC"] == listed[0]["TENTTHC"]
    assert one["LINHVUCTHUCHIEN"][0]["MALINHVUC"] == "G05-KH02"

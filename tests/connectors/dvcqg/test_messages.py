"""A code of zero and a message: what a look-up and a push make of them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from khop.errors import AlreadyExists, ConnectorError, OutcomeUnknown, Refused, Unreadable
from tests.connectors.dvcqg.portal import CODE, RECORD, STEPS, ClientOf, NativePortal
from tests.connectors.test_answer_words import (
    SAY_NOTHING_FOUND,
    SAY_SOMETHING_ELSE,
    SAY_SUCCESS,
)

CALLS = [
    lambda client: client.create(RECORD),
    lambda client: client.update(RECORD),
    lambda client: client.progress(STEPS),
]
EMPTY: list[object] = [[], None, "", {}, {"data": []}, [None], {"items": [], "total": 0}]


@pytest.mark.parametrize("message", ["", None, *SAY_SUCCESS, *SAY_NOTHING_FOUND])
@pytest.mark.parametrize("result", EMPTY)
def test_a_dossier_is_absent_when_the_portal_says_so(
    client_of: ClientOf, portal: NativePortal, message: str | None, result: object
) -> None:
    portal.answer = lambda body: {"error_code": 0, "message": message, "result": result}
    assert client_of().look_up(CODE) == ()


@pytest.mark.parametrize("message", SAY_SOMETHING_ELSE)
@pytest.mark.parametrize("result", EMPTY)
def test_any_other_message_is_no_answer_to_a_look_up(
    client_of: ClientOf, portal: NativePortal, message: str, result: object
) -> None:
    portal.answer = lambda body: {"error_code": 0, "message": message, "result": result}
    with pytest.raises(Unreadable, match="neither success nor failure"):
        client_of().look_up(CODE)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("message", SAY_SUCCESS)
def test_a_push_is_accepted_when_the_portal_says_so(
    client_of: ClientOf, portal: NativePortal, call: Any, message: str
) -> None:
    portal.answer = lambda body: {"error_code": "0", "message": message, "result": []}
    call(client_of())
    assert len(portal.calls) == 1


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "message", [m for m in SAY_SOMETHING_ELSE if "hưa thành" not in m and "hông thành" not in m]
)
def test_any_other_message_leaves_the_outcome_of_a_push_unknown(
    client_of: ClientOf, portal: NativePortal, call: Any, message: str
) -> None:
    portal.answer = lambda body: {"error_code": "0", "message": message}
    with pytest.raises(OutcomeUnknown, match="neither success nor failure"):
        call(client_of())


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "body",
    [
        {"errors": ["Sai định dạng"]},
        {"result": [{"MaHoSo": CODE, "error_code": -1}]},
        {"result": [{"MaHoSo": CODE, "message": "Sai mã thủ tục"}]},
        {"result": "Hệ thống bận"},
        {"result": False},
        {"success": False},
    ],
)
def test_a_failure_beside_the_message_leaves_the_outcome_of_a_push_unknown(
    client_of: ClientOf, portal: NativePortal, call: Any, body: dict[str, object]
) -> None:
    portal.answer = lambda _: {"error_code": "0", "message": "", **body}
    with pytest.raises(OutcomeUnknown):
        call(client_of())


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("Không thành công", Refused),
        ("Đồng bộ thất bại", Refused),
        (f"Hồ sơ {CODE} đã tồn tại", AlreadyExists),
    ],
)
def test_a_message_that_says_why_is_no_unknown_outcome(
    client_of: ClientOf, portal: NativePortal, message: str, error: type[ConnectorError]
) -> None:
    portal.answer = lambda body: {"error_code": 0, "message": message}
    with pytest.raises(error):
        client_of().create(RECORD)


@pytest.mark.parametrize("call", [*CALLS, lambda client: client.look_up(CODE)])
def test_a_session_that_expired_under_code_zero_is_renewed_once(
    client_of: ClientOf, portal: NativePortal, call: Any
) -> None:
    expired = {"error_code": 0, "message": "Session không hợp lệ hoặc đã hết hạn", "result": []}
    portal.answer = lambda body: expired if body["session"] == "s1" else {"error_code": 0}
    call(client_of())
    assert len(portal.logins) == 2


def test_steps_are_not_repeated_when_only_they_are_answered_with_the_session(
    client_of: ClientOf, portal: NativePortal
) -> None:
    def answer(body: dict[str, object]) -> object:
        steps = body["service"] == "CapNhatTienDoHoSoMC"
        return {"error_code": 0, "message": "Phiên hết hạn"} if steps else {"error_code": 0}

    portal.answer = answer
    with pytest.raises(OutcomeUnknown):
        client_of().progress(STEPS)
    assert [b["service"] for b in portal.bodies].count("CapNhatTienDoHoSoMC") == 1


ROW = {"MaHoSo": CODE, "TrangThaiHoSo": "4"}


@pytest.mark.parametrize(
    "body",
    [
        {"results": [ROW]},
        {"RESULTS": [ROW]},
        {"Result ": [ROW]},
        {"items": [ROW]},
        {"result": {"items": [ROW], "total": 1}},
        {"result": {"Rows": [ROW]}},
        {"result": {"data": {"results": [ROW]}}},
        {"data": {"data": [ROW]}},
        {"data": {"content": [ROW]}},
        {"result": "", "data": [ROW]},
        {"result": [], "data": [ROW]},
        {"result": None, "hoSo": [ROW]},
        {"result": '{"results": [{"MaHoSo": "H99.12-250114-0007"}]}'},
        {"result": {"result": '[{"MaHoSo": "H99.12-250114-0007"}]'}},
    ],
)
def test_rows_under_another_known_key_are_read(
    client_of: ClientOf, portal: NativePortal, body: dict[str, object]
) -> None:
    portal.answer = lambda _: {"error_code": 0, "message": "", **body}
    assert [row["MaHoSo"] for row in client_of().look_up(CODE)] == [CODE]


@pytest.mark.parametrize(
    "body",
    [
        {"ketQuaTraCuu": [ROW]},
        {"ketQuaTraCuu": []},
        {"result": [], "thongTin": {"hoSo": [ROW]}},
        {"result": None, "payload": {"MaHoSo": CODE}},
        {"result": [], "total": 1},
        {"result": {"items": [], "totalCount": "3"}},
        {"data": {"data": [], "danhSachKhac": [ROW]}},
        {"payload": '[{"MaHoSo": "H99.12-250114-0007"}]'},
        {"result": [], "errors": ["Không kết nối được trục"]},
        {"result": [], "errorMessage": "Không kết nối được trục"},
        {"result": {"data": [], "thongBao": "Hệ thống bận"}},
        {"result": [], "status": 500},
        {"success": False},
        {"result": [], "tongSoHoSo": 1},
        {"MaHoSo": CODE, "MaTrangThai": "4"},
        {"SoHoSo": CODE, "TrangThai": "4"},
        {"message": "Hệ thống bận", "result": {"error_code": 0, "data": []}},
    ],
)
def test_rows_under_an_unknown_key_are_no_absence(
    client_of: ClientOf, portal: NativePortal, body: dict[str, object]
) -> None:
    portal.answer = lambda _: {"error_code": 0, "message": "", **body}
    with pytest.raises(Unreadable):
        client_of().look_up(CODE)


@pytest.mark.parametrize(
    "body",
    [
        {"session": "inner-session"},
        {"result": {"session": "inner-session"}},
        {"data": {"Session": "inner-session"}},
        {"result": "inner-session"},
        {"data": "inner-session", "result": None},
        {"message": '{"session": "inner-session"}'},
        {"result": '{"session": "inner-session"}'},
    ],
)
def test_a_session_is_found_where_logins_put_it(
    client_of: ClientOf, portal: NativePortal, body: dict[str, object]
) -> None:
    portal.login_answer = httpx.Response(200, json={"error_code": 0, "message": "", **body})
    client_of().look_up(CODE)
    assert portal.bodies[0]["session"] == "inner-session"


def test_many_unclear_look_ups_cause_few_logins_and_no_waits(
    client_of: ClientOf, portal: NativePortal
) -> None:
    portal.answer = lambda body: {"error_code": 0, "message": f"Chưa mở {body['mahoso']}"}
    client = client_of()
    for serial in range(30):
        with pytest.raises(Unreadable, match="Chưa mở"):
            client.look_up(f"H99.12-250114-{serial:04}")
    assert len(portal.logins) == 2
    assert len(portal.calls) == 31


@pytest.mark.parametrize(("message", "sent"), [("Hệ thống đang bận", 1), ("Phiên hết hạn", 2)])
def test_refused_steps_are_repeated_only_when_the_look_up_blames_the_session(
    client_of: ClientOf, portal: NativePortal, message: str, sent: int
) -> None:
    def answer(body: dict[str, object]) -> object:
        refused = {"error_code": -1, "message": "Lỗi"}
        unclear = {"error_code": 0, "message": message}
        return refused if body["service"] == "CapNhatTienDoHoSoMC" else unclear

    portal.answer = answer
    with pytest.raises(Refused):
        client_of().progress(STEPS)
    assert [b["service"] for b in portal.bodies].count("CapNhatTienDoHoSoMC") == sent

"""New logins and repeats after a refusal: which calls are sent again, and which are not."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import pytest

from khop.errors import (
    AlreadyExists,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unauthorised,
    Unreachable,
    Unreadable,
)
from tests.connectors.dvcqg.portal import CODE, RECORD, STEPS, ClientOf, NativePortal
from tests.connectors.scripted import FakeTime, Sample


@pytest.mark.parametrize("name", ["synca-04", "synca-05", "synca-06"])
def test_a_dossier_that_exists_is_reported_without_a_second_login(
    client_of: ClientOf, portal: NativePortal, sample: Sample, name: str
) -> None:
    portal.answer = lambda body: json.loads(sample(f"dvcqg/{name}.json"))
    with pytest.raises(AlreadyExists):
        client_of().create(RECORD)
    assert (len(portal.logins), len(portal.calls)) == (1, 1)


def test_an_http_error_may_report_that_a_dossier_exists(
    client_of: ClientOf, portal: NativePortal
) -> None:
    portal.answer = lambda body: httpx.Response(409, json={"message": "Hồ sơ đã tồn tại"})
    with pytest.raises(AlreadyExists) as caught:
        client_of().create(RECORD)
    assert caught.value.http_status == 409
    assert len(portal.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"error_code": "3", "message": ""},
        {"error_code": -1, "message": None},
        {"error_code": 0, "message": "Không thành công"},
    ],
)
def test_a_refusal_is_final_after_one_new_login(
    client_of: ClientOf, portal: NativePortal, answer: object
) -> None:
    portal.answer = lambda body: answer
    with pytest.raises(Refused):
        client_of().create(RECORD)
    assert [body["session"] for body in portal.bodies] == ["s1", "s2"]


def test_a_portal_that_refuses_many_look_ups_is_not_logged_into_for_each(
    client_of: ClientOf, portal: NativePortal, time: FakeTime
) -> None:
    portal.answer = lambda body: {"error_code": -1, "message": f"Không thấy {body['mahoso']}"}
    client = client_of()
    for serial in range(30):
        with pytest.raises(Refused, match="Không thấy"):
            client.look_up(f"H99.12-250114-{serial:04}")
    assert len(portal.logins) == 2
    assert len(portal.calls) == 31
    time.now += 61
    with pytest.raises(Refused):
        client.look_up(CODE)
    assert len(portal.logins) == 3


def test_an_expired_session_is_renewed_although_look_ups_are_refused(
    client_of: ClientOf, portal: NativePortal
) -> None:
    portal.answer = lambda body: {"error_code": -1, "message": "Không thấy"}
    client = client_of()
    with pytest.raises(Refused):
        client.look_up(CODE)
    portal.answer = lambda body: {"error_code": 0}
    portal.expired = {"s2"}
    assert client.look_up(CODE) == ()
    assert len(portal.logins) == 3


def test_a_write_is_repeated_after_a_login_although_reads_were_refused(
    client_of: ClientOf, portal: NativePortal
) -> None:
    portal.answer = lambda body: {"error_code": -1, "message": "Lỗi"}
    client = client_of()
    for _ in range(2):
        with pytest.raises(Refused):
            client.create(RECORD)
    assert len(portal.calls) == 4


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.create(RECORD),
        lambda client: client.update(RECORD),
        lambda client: client.progress(STEPS),
        lambda client: client.look_up(CODE),
        lambda client: client.catalogue.procedures(),
    ],
)
@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(401),
        httpx.Response(403),
        httpx.Response(400, json={"message": "session"}),
        httpx.Response(302),
        {"error_code": "-9", "message": "Phiên hết hạn"},
    ],
)
def test_an_expired_session_is_renewed_once(
    client_of: ClientOf, portal: NativePortal, call: Any, refusal: Any
) -> None:
    portal.answer = lambda body: refusal if body["session"] == "s1" else {"error_code": 0}
    call(client_of())
    assert len(portal.logins) == 2
    services = [body["service"] for body in portal.bodies]
    assert max(services.count(service) for service in services) == 2


@pytest.mark.parametrize("code", ["5", "-1", "99"])
def test_refused_steps_are_not_repeated_while_the_session_is_valid(
    client_of: ClientOf, portal: NativePortal, code: str | None
) -> None:
    def answer(body: dict[str, object]) -> object:
        steps = body["service"] == "CapNhatTienDoHoSoMC"
        return {"error_code": code, "message": "?"} if steps else {"error_code": 0}

    portal.answer = answer
    with pytest.raises(Refused):
        client_of().progress(STEPS)
    services = [body["service"] for body in portal.bodies]
    assert services.count("CapNhatTienDoHoSoMC") == 1
    assert len(portal.logins) == 1


def test_steps_are_repeated_when_the_session_had_expired(
    client_of: ClientOf, portal: NativePortal
) -> None:
    portal.expired = {"s1"}
    client_of().progress(STEPS)
    taken = [b for b in portal.bodies if b["service"] == "CapNhatTienDoHoSoMC"]
    assert [body["session"] for body in taken] == ["s1", "s2"]


@pytest.mark.parametrize("code", ["3", "-3", 3])
def test_progress_succeeds_by_its_text_under_any_code(
    client_of: ClientOf, portal: NativePortal, code: str | None
) -> None:
    portal.answer = lambda body: {"error_code": code, "message": "Cập nhật thành công"}
    client_of().progress(STEPS)
    assert len(portal.calls) == 1


@pytest.mark.parametrize(
    ("answer", "read", "write"),
    [
        (httpx.ConnectError("refused"), Unreachable, Unreachable),
        (httpx.ReadTimeout(""), Unreachable, OutcomeUnknown),
        (httpx.Response(503), Unreachable, OutcomeUnknown),
        (httpx.Response(429), RateLimited, RateLimited),
        (httpx.Response(200, text="504 Gateway Time-out"), Unreadable, OutcomeUnknown),
        (httpx.Response(200, text="<html></html>"), Unreadable, OutcomeUnknown),
        (httpx.Response(200, content=b'{"error_code": 0'), Unreadable, OutcomeUnknown),
        (httpx.Response(200, content=b""), Unreadable, OutcomeUnknown),
        (httpx.Response(204), Unreadable, OutcomeUnknown),
        ({"message": "x"}, Unreadable, OutcomeUnknown),
    ],
)
def test_a_missing_answer_causes_no_new_login(
    client_of: ClientOf,
    portal: NativePortal,
    answer: object,
    read: type[ConnectorError],
    write: type[ConnectorError],
) -> None:
    portal.answer = lambda body: answer
    client = client_of()
    for kind, call in (
        (read, lambda: client.look_up(CODE)),
        (read, lambda: client.procedure("1.001612")),
        (write, lambda: client.create(RECORD)),
        (write, lambda: client.update(RECORD)),
        (write, lambda: client.progress(STEPS)),
    ):
        with pytest.raises(ConnectorError) as caught:
            call()
        assert type(caught.value) is kind
    assert len(portal.logins) == 1


def test_an_unanswered_write_is_sent_once(client_of: ClientOf, portal: NativePortal) -> None:
    portal.answer = lambda body: httpx.ReadError("")
    client = client_of()
    for call in (client.create, client.update):
        with pytest.raises(OutcomeUnknown):
            call(RECORD)
    with pytest.raises(OutcomeUnknown):
        client.progress(STEPS)
    assert len(portal.calls) == 3


def test_a_session_is_used_for_session_seconds(
    client_of: ClientOf, portal: NativePortal, time: FakeTime
) -> None:
    client = client_of(session_seconds=600)
    client.look_up(CODE)
    time.now += 599
    client.look_up(CODE)
    assert len(portal.logins) == 1
    time.now += 1
    client.look_up(CODE)
    assert len(portal.logins) == 2


def test_threads_refused_together_log_in_once(client_of: ClientOf, portal: NativePortal) -> None:
    client = client_of()
    client.login()
    portal.expired = {"s1"}
    ended: list[object] = []
    threads = [
        threading.Thread(target=lambda: ended.append(client.look_up(CODE))) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [()] * 12
    assert len(portal.logins) == 2


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"error_code": "-1", "message": "Sai tài khoản hoặc mật khẩu"}),
        httpx.Response(401, json={"message": "Sai tài khoản hoặc mật khẩu"}),
    ],
)
def test_a_wrong_password_says_what_to_do(
    client_of: ClientOf, portal: NativePortal, answer: Any
) -> None:
    portal.login_answer = answer
    with pytest.raises(Unauthorised, match="check username and password") as caught:
        client_of().look_up(CODE)
    assert "Sai tài khoản" in str(caught.value)
    assert "not-a-real-secret" not in str(caught.value)
    assert (len(portal.logins), portal.calls) == (1, [])


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html><body><h1>502 Bad Gateway</h1></body></html>"),
        httpx.Response(200, json={"error_code": 0}),
        httpx.Response(200, json={"error_code": 0, "session": " "}),
        httpx.Response(200, json={"session": "s"}),
    ],
)
def test_a_login_answer_without_a_session_is_unreadable(
    client_of: ClientOf, portal: NativePortal, answer: Any
) -> None:
    portal.login_answer = answer
    with pytest.raises(Unreadable):
        client_of().login()


def test_a_session_inside_a_further_object_is_read(
    client_of: ClientOf, portal: NativePortal
) -> None:
    portal.login_answer = httpx.Response(
        200, json={"result": {"errorCode": "0", "Session": "inner"}}
    )
    client_of().look_up(CODE)
    assert portal.bodies[0]["session"] == "inner"

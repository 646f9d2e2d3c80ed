from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from khop.connectors.dvcqg import DvcqgClient, NativeDeployment, NativeDialect, PortalLogin
from khop.errors import (
    AlreadyExists,
    ConfigError,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unauthorised,
    Unreachable,
    Unreadable,
)
from tests.connectors.scripted import FakeTime, Sample, TransportTo

ClientOf = Callable[..., DvcqgClient]

CODE = "H99.12-250114-0007"
RECORD = {"MaHoSo": CODE, "TrangThaiHoSo": "4"}
STEPS = [{"MaHoSo": CODE, "TrangThai": "2"}, {"MaHoSo": CODE, "TrangThai": "4"}]
DSTCODE = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
LOGIN = "/XrdAdapter/RestService/forward/mapi/login"
DATA = "/XrdAdapter/RestService/forward/mapi/g"


class Portal(httpx.BaseTransport):
    """Gives sessions s1, s2, …; ``expired`` holds those it no longer takes."""

    def __init__(self) -> None:
        self.login_answer: httpx.Response | None = None
        self.answer: Callable[[dict[str, object]], object] = lambda body: {"error_code": 0}
        self.expired: set[str] = set()
        self.logins: list[httpx.Request] = []
        self.calls: list[httpx.Request] = []
        self._lock = threading.Lock()

    @property
    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(call.content) for call in self.calls]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.read())
        if request.url.path.endswith("login"):
            with self._lock:
                self.logins.append(request)
                session = {"error_code": "00", "session": f"s{len(self.logins)}"}
            return self.login_answer or httpx.Response(200, json=session)
        with self._lock:
            self.calls.append(request)
        if body["session"] in self.expired:
            return httpx.Response(200, json={"error_code": "-9", "message": "Phiên hết hạn"})
        given = self.answer(body)
        if isinstance(given, Exception):
            raise given
        return given if isinstance(given, httpx.Response) else httpx.Response(200, json=given)


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def client_of(portal: Portal, transport_to: TransportTo, time: FakeTime) -> ClientOf:
    def build(*, session_seconds: float = 600, **options: Any) -> DvcqgClient:
        given = {
            "base_url": "http://trucdulieu.example.vn:8080",
            "login_path": LOGIN,
            "data_path": DATA,
            "madonvi": "000.00.00.H99",
            "dstcode": DSTCODE,
            **options,
        }
        dialect = NativeDialect("dvcqg", NativeDeployment(**given))
        login = PortalLogin(
            dialect,
            "h99_onegate",
            lambda: "not-a-real-secret",
            session_seconds=session_seconds,
        )
        return DvcqgClient(transport_to(portal), dialect, login, clock=time.clock)

    return build


def test_a_login_and_a_look_up_as_the_samples_write_them(
    client_of: ClientOf, portal: Portal, sample: Sample
) -> None:
    portal.answer = lambda body: json.loads(sample("dvcqg/look-02.json"))
    found = client_of().look_up(CODE)
    assert [row["MaHoSo"] for row in found] == [CODE]
    assert portal.logins[0].url.path == LOGIN
    assert json.loads(portal.logins[0].content) == json.loads(sample("dvcqg/login-01.json"))
    call = portal.calls[0]
    assert call.url.path == DATA
    assert portal.bodies == [{**json.loads(sample("dvcqg/look-01.json")), "session": "s1"}]
    assert call.headers["dstcode"] == DSTCODE
    assert call.headers["content-type"] == call.headers["accept"] == "application/json"
    assert call.headers["charset"] == "utf-8"
    assert CODE not in str(call.url)


@pytest.mark.parametrize("name", ["look-04", "look-05"])
def test_nothing_found_is_an_empty_answer(
    client_of: ClientOf, portal: Portal, sample: Sample, name: str
) -> None:
    portal.answer = lambda body: json.loads(sample(f"dvcqg/{name}.json"))
    assert client_of().look_up(CODE) == ()
    assert len(portal.logins) == 1


def test_the_destination_may_stand_in_the_query(client_of: ClientOf, portal: Portal) -> None:
    client_of(dstcode_in="query", providerurl="http://provider.example.vn/api").look_up(CODE)
    for request in (*portal.logins, *portal.calls):
        assert dict(request.url.params) == {
            "dstcode": DSTCODE,
            "providerurl": "http://provider.example.vn/api",
        }
        assert "dstcode" not in request.headers


def test_the_login_may_go_without_the_destination(client_of: ClientOf, portal: Portal) -> None:
    for where in ("header", "query"):
        client_of(dstcode_in=where, dstcode_at_login=False).look_up(CODE)
        login, call = portal.logins.pop(), portal.calls.pop()
        assert "dstcode" not in login.headers
        assert "dstcode" not in login.url.params
        assert (call.headers if where == "header" else call.url.params)["dstcode"] == DSTCODE


def test_a_blank_destination_is_left_out(client_of: ClientOf, portal: Portal) -> None:
    client_of(dstcode=" ").look_up(CODE)
    assert "dstcode" not in portal.calls[0].headers
    assert str(portal.calls[0].url).endswith(DATA)


def test_create_and_update_send_one_dossier_with_the_flag_as_text(
    client_of: ClientOf, portal: Portal
) -> None:
    client = client_of()
    client.create(RECORD)
    client.update(RECORD)
    same = {"session": "s1", "madonvi": "000.00.00.H99", "service": "DongBoHoSoMC"}
    assert portal.bodies == [
        {**same, "isUpdating": "False", "data": [RECORD]},
        {**same, "isUpdating": "True", "data": [RECORD]},
    ]


def test_progress_sends_its_steps_in_order_and_no_flag(client_of: ClientOf, portal: Portal) -> None:
    portal.answer = lambda body: httpx.Response(200, text="Cập nhật tiến độ thành công")
    client_of().progress(STEPS)
    assert portal.bodies == [
        {
            "session": "s1",
            "madonvi": "000.00.00.H99",
            "service": "CapNhatTienDoHoSoMC",
            "data": STEPS,
        }
    ]


def test_no_steps_no_call(client_of: ClientOf, portal: Portal) -> None:
    client_of().progress([])
    assert portal.calls == [] == portal.logins


def test_catalogues(client_of: ClientOf, portal: Portal, sample: Sample) -> None:
    client = client_of(share_path="/share")
    portal.answer = lambda body: json.loads(sample("dvcqg/cat-02.json"))
    assert [row["MATTHC"] for row in client.catalogue.procedures()] == [
        "1.001612",
        "1.001612.000.00.00.H99",
    ]
    portal.answer = lambda body: json.loads(sample("dvcqg/cat-06.json"))
    procedure = client.procedure("1.001612")
    assert procedure is not None
    assert procedure["MATTHC"] == "1.001612"
    portal.answer = lambda body: {"error_code": 0, "result": []}
    assert client.procedure("9.999999") is None
    assert [call.url.path for call in portal.calls] == ["/share", DATA, DATA]
    listed, asked, _ = portal.bodies
    assert listed == {**json.loads(sample("dvcqg/cat-01.json")), "session": "s1"}
    assert (asked["service"], asked["maTTHC"]) == ("LayThuTuc", "1.001612")


@pytest.mark.parametrize("name", ["synca-04", "synca-05", "synca-06"])
def test_a_dossier_that_exists_is_told_without_a_second_login(
    client_of: ClientOf, portal: Portal, sample: Sample, name: str
) -> None:
    portal.answer = lambda body: json.loads(sample(f"dvcqg/{name}.json"))
    with pytest.raises(AlreadyExists):
        client_of().create(RECORD)
    assert (len(portal.logins), len(portal.calls)) == (1, 1)


def test_existing_may_also_come_as_an_http_error(client_of: ClientOf, portal: Portal) -> None:
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
    client_of: ClientOf, portal: Portal, answer: object
) -> None:
    portal.answer = lambda body: answer
    with pytest.raises(Refused):
        client_of().create(RECORD)
    assert [body["session"] for body in portal.bodies] == ["s1", "s2"]


def test_a_portal_that_refuses_many_look_ups_is_not_logged_into_for_each(
    client_of: ClientOf, portal: Portal, time: FakeTime
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


def test_an_ended_session_is_opened_anew_also_where_look_ups_are_refused(
    client_of: ClientOf, portal: Portal
) -> None:
    portal.answer = lambda body: {"error_code": -1, "message": "Không thấy"}
    client = client_of()
    with pytest.raises(Refused):
        client.look_up(CODE)
    portal.answer = lambda body: {"error_code": 0}
    portal.expired = {"s2"}
    assert client.look_up(CODE) == ()
    assert len(portal.logins) == 3


def test_a_write_is_repeated_after_a_new_login_whatever_was_refused_before(
    client_of: ClientOf, portal: Portal
) -> None:
    portal.answer = lambda body: {"error_code": -1, "message": "Lỗi"}
    client = client_of()
    for _ in range(2):
        with pytest.raises(Refused):
            client.create(RECORD)
    assert len(portal.calls) == 4


def test_a_refusal_carries_code_and_masked_message(client_of: ClientOf, portal: Portal) -> None:
    message = "Số 099000000001 của mau@example.vn sai " + "dài " * 100
    portal.answer = lambda body: {"error_code": "-12", "message": message}
    with pytest.raises(Refused) as caught:
        client_of().create(RECORD)
    fault = caught.value
    assert (fault.operation, fault.code, fault.http_status) == ("DongBoHoSoMC", "-12", 200)
    assert fault.detail is not None
    assert fault.detail.startswith("Số ************ của [e-mail] sai")
    assert len(fault.detail) <= 200


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
def test_an_expired_session_is_opened_anew_once(
    client_of: ClientOf, portal: Portal, call: Any, refusal: Any
) -> None:
    portal.answer = lambda body: refusal if body["session"] == "s1" else {"error_code": 0}
    call(client_of())
    assert len(portal.logins) == 2
    services = [body["service"] for body in portal.bodies]
    assert max(services.count(service) for service in services) == 2


@pytest.mark.parametrize("code", ["5", "-1", "99"])
def test_steps_that_were_refused_are_not_sent_again_while_the_session_holds(
    client_of: ClientOf, portal: Portal, code: str | None
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


def test_steps_are_sent_again_with_a_new_session_when_the_old_one_had_ended(
    client_of: ClientOf, portal: Portal
) -> None:
    portal.expired = {"s1"}
    client_of().progress(STEPS)
    taken = [b for b in portal.bodies if b["service"] == "CapNhatTienDoHoSoMC"]
    assert [body["session"] for body in taken] == ["s1", "s2"]


@pytest.mark.parametrize("code", ["3", "-3", 3])
def test_a_code_that_leaves_it_to_the_message_is_success_when_the_message_says_so(
    client_of: ClientOf, portal: Portal, code: str | None
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
def test_no_answer_is_no_reason_to_log_in_again(
    client_of: ClientOf, portal: Portal, answer: object, read: Callable[..., object], write: bool
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


def test_an_unanswered_write_is_sent_once(client_of: ClientOf, portal: Portal) -> None:
    portal.answer = lambda body: httpx.ReadError("")
    client = client_of()
    for call in (client.create, client.update):
        with pytest.raises(OutcomeUnknown):
            call(RECORD)
    with pytest.raises(OutcomeUnknown):
        client.progress(STEPS)
    assert len(portal.calls) == 3


def test_a_result_of_an_unknown_kind_is_never_an_absence(
    client_of: ClientOf, portal: Portal
) -> None:
    portal.answer = lambda body: {"error_code": 0, "result": "không rõ"}
    with pytest.raises(Unreadable):
        client_of().look_up(CODE)


def test_a_session_is_used_for_its_time(
    client_of: ClientOf, portal: Portal, time: FakeTime
) -> None:
    client = client_of(session_seconds=600)
    client.look_up(CODE)
    time.now += 599
    client.look_up(CODE)
    assert len(portal.logins) == 1
    time.now += 1
    client.look_up(CODE)
    assert len(portal.logins) == 2


def test_many_threads_that_fail_together_log_in_once(client_of: ClientOf, portal: Portal) -> None:
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
def test_a_wrong_password_says_what_to_do(client_of: ClientOf, portal: Portal, answer: Any) -> None:
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
def test_a_login_without_a_session_cannot_be_read(
    client_of: ClientOf, portal: Portal, answer: Any
) -> None:
    portal.login_answer = answer
    with pytest.raises(Unreadable):
        client_of().login()


def test_a_session_in_a_wrapped_answer(client_of: ClientOf, portal: Portal) -> None:
    portal.login_answer = httpx.Response(
        200, json={"result": {"errorCode": "0", "Session": "inner"}}
    )
    client_of().look_up(CODE)
    assert portal.bodies[0]["session"] == "inner"


@pytest.mark.parametrize(
    ("key", "value"),
    [("base_url", "trucdulieu"), ("dstcode", "a\r\nb: c"), ("providerurl", "provider")],
)
def test_a_wrong_setting_names_its_key(client_of: ClientOf, key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=rf"sources\.dvcqg\.{key}"):
        client_of(**{key: value})


def test_the_servers_clock(client_of: ClientOf, portal: Portal) -> None:
    client = client_of()
    assert client.server_date() is None
    portal.answer = lambda body: httpx.Response(
        200, json={"error_code": 0}, headers={"Date": "Mon, 02 Mar 2026 01:00:00 GMT"}
    )
    client.look_up(CODE)
    seen = client.server_date()
    assert seen is not None
    assert seen.isoformat() == "2026-03-02T01:00:00+00:00"

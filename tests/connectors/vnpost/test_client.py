from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import ValidationError

from khop.connectors.vnpost import (
    Access,
    ClsAccount,
    DocumentMessage,
    FixedToken,
    NgspClient,
    NgspDeployment,
    Order,
    PriceQuestion,
    lgsp_key_access,
    lgsp_tttt_access,
    ngsp_access,
    send_cls_notice,
)
from khop.connectors.vnpost.wire import ClsNotice
from khop.errors import (
    AlreadyExists,
    ConfigError,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    RecordError,
    Refused,
    Unauthorised,
    Unreachable,
)
from tests.connectors.scripted import FakeTime, Sample, TransportTo

ClientOf = Callable[..., NgspClient]
Entries = Callable[[str], list[Any]]

GATEWAY = "https://api.example.vn"
ROOT = f"{GATEWAY}/apiVNPostNGSP/p1.0"
TOKEN = f"{GATEWAY}/token"
URLS = {
    "order": f"{ROOT}/order/post",
    "cancel": f"{ROOT}/order/cancel",
    "tracking": f"{ROOT}/order/tracking",
    "document": f"{ROOT}/document/post",
    "price": "https://lgsp.example.vn/vnpost?service=getprice",
}
SAMPLES = ("order-collect-request", "order-return-request")


class Gateway(httpx.BaseTransport):
    """Gives tokens t1, t2, …, takes those ``good`` says, and answers what it is told."""

    def __init__(self) -> None:
        self.token: dict[str, object] = {"token_type": "Bearer", "expires_in": 3600}
        self.token_status = 200
        self.answer: Callable[[httpx.Request], httpx.Response] = said(200, {"Status": 100})
        self.good: Callable[[int], bool] = lambda number: True
        self.refusal: Callable[[httpx.Request], httpx.Response] = said(401, {})
        self.logins: list[httpx.Request] = []
        self.calls: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        if request.url.path == "/token":
            self.logins.append(request)
            body = {"access_token": f"t{len(self.logins)}", **self.token}
            return httpx.Response(
                self.token_status, json=body if self.token_status == 200 else self.token
            )
        self.calls.append(request)
        own = re.fullmatch(r"\w+ t(\d+)", request.headers.get("authorization", ""))
        return (
            self.answer(request) if own is None or self.good(int(own[1])) else self.refusal(request)
        )


def said(
    status: int, body: object = None, text: str | None = None
) -> Callable[..., httpx.Response]:
    content = text.encode() if text is not None else json.dumps(body).encode()
    return lambda request: httpx.Response(status, content=content)


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def client_of(gateway: Gateway, transport_to: TransportTo, time: FakeTime) -> ClientOf:
    def build(access: Access | None = None, urls: Mapping[str, str] = URLS) -> NgspClient:
        return NgspClient(
            "post",
            transport_to(gateway),
            access or ngsp_access("post", TOKEN, "khop", lambda: "not-a-real-secret"),
            NgspDeployment(urls, "DEMOCUST"),
            clock=time.clock,
            now=lambda: datetime(2026, 3, 18, 2, 0, tzinfo=UTC),
        )

    return build


@pytest.fixture
def entries(sample: Sample) -> Entries:
    return lambda name: json.loads(sample(f"vnpost/{name}.json"))


def order(entries: Entries) -> Order:
    return Order.model_validate(entries("order-collect-request")[0]["body"])


# --- getting in ---------------------------------------------------------------------------------


def test_a_token_is_asked_for_as_the_sample_shows(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    client_of().post_order(order(entries))
    request = entries("token")[0]["http"]
    sent = gateway.logins[0]
    assert sent.method == request["method"]
    assert sent.url.path == request["path"]
    assert sent.content.decode() == request["body"]
    assert sent.headers["content-type"] == request["headers"]["Content-Type"]
    assert sent.headers["authorization"] == "Basic a2hvcDpub3QtYS1yZWFsLXNlY3JldA=="
    assert gateway.calls[0].headers["authorization"] == "Bearer t1"
    assert gateway.calls[0].headers["accept-charset"] == "UTF-8"


def test_the_token_type_is_echoed_as_the_makers_sdk_does(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    gateway.token = {"token_type": "bearer", "expires_in": 3600}
    client_of().post_order(order(entries))
    assert gateway.calls[0].headers["authorization"] == "bearer t1"


def test_one_token_serves_many_calls_and_is_renewed_before_it_ends(
    client_of: ClientOf, gateway: Gateway, time: FakeTime
) -> None:
    gateway.token = {"expires_in": "100"}
    gateway.answer = said(200, {"_returned": 0})
    client = client_of()
    client.events(None, 50)
    time.now += 89
    client.events(None, 50)
    assert len(gateway.logins) == 1
    time.now += 2
    client.events(None, 50)
    assert len(gateway.logins) == 2


def test_the_key_of_an_lgsp_asks_for_a_token(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    client_of(lgsp_key_access("post", TOKEN, lambda: "key-token")).post_order(order(entries))
    assert gateway.logins[0].headers["authorization"] == "Bearer key-token"
    assert gateway.logins[0].content == b"grant_type=client_credentials"
    assert gateway.calls[0].headers["authorization"] == "Bearer t1"


def test_the_tttt_way_sends_an_empty_body_and_names_the_service(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    codes = {"cancel": "vnpost_cancel"}
    way = lgsp_tttt_access("post", TOKEN, "khop", lambda: "s", "vnpost_post_order", codes)
    client = client_of(way)
    client.post_order(order(entries))
    assert gateway.logins[0].content == b""
    assert gateway.logins[0].headers["authorization"].startswith("Basic ")
    assert gateway.calls[0].headers["service-code"] == "vnpost_post_order"
    assert gateway.calls[0].headers["authorization"] == "Bearer t1"
    client.cancel("H99.01-260318-0001")
    assert gateway.calls[1].headers["service-code"] == "vnpost_cancel"


def test_the_fixed_token_of_a_front_goes_in_its_own_header(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    client_of(FixedToken(lambda: "abc ")).post_order(order(entries))
    assert gateway.calls[0].headers["access_token"] == "abc"
    assert "authorization" not in gateway.calls[0].headers
    assert not gateway.logins


def test_a_fixed_token_that_is_refused_is_not_tried_again(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    gateway.answer = said(401, {})
    with pytest.raises(Unauthorised):
        client_of(FixedToken(lambda: "abc")).post_order(order(entries))
    assert len(gateway.calls) == 1


def test_the_names_a_front_gives_its_token_are_read(
    client_of: ClientOf, gateway: Gateway, entries: Entries, time: FakeTime
) -> None:
    gateway.token = {"access_token": None, **entries("token")[3]["body"]}
    gateway.answer = said(200, {"_returned": 0})
    client = client_of()
    client.events(None, 50)
    assert gateway.calls[0].headers["authorization"] == "Bearer abc"
    time.now += 3600 - 31  # expiryDate is 03:00 UTC, an hour from now
    client.events(None, 50)
    assert len(gateway.logins) == 1
    time.now += 2
    client.events(None, 50)
    assert len(gateway.logins) == 2


@pytest.mark.parametrize(
    "told", [{}, {"expires_in": 0}, {"expires_in": "soon"}, {"expires_in": -1},
             {"expires_in": 9223372036854775}, {"expiryDate": "tomorrow"},
             {"expiryDate": "0001-01-01T00:00:00"}, {"expires_in": True}],
)  # fmt: skip
def test_a_life_that_is_not_told_sensibly_is_five_minutes(
    client_of: ClientOf, gateway: Gateway, time: FakeTime, told: Any
) -> None:
    gateway.token, gateway.answer = told, said(200, {"_returned": 0})
    client = client_of()
    client.events(None, 50)
    time.now += 269
    client.events(None, 50)
    assert len(gateway.logins) == 1
    time.now += 2
    client.events(None, 50)
    assert len(gateway.logins) == 2


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"error": "invalid_client"}, Unauthorised),
        (400, {"error": "invalid_client"}, Unauthorised),
        (404, {"message": "No matching resource found"}, Refused),
    ],
)
def test_a_refused_login_says_what_to_do(
    client_of: ClientOf,
    gateway: Gateway,
    entries: Entries,
    status: int,
    body: Any,
    kind: type[ConnectorError],
    sample: Sample,
) -> None:
    gateway.token_status, gateway.token = status, body
    with pytest.raises(kind, match=r"check (consumer_key|token_url)") as caught:
        client_of().post_order(order(entries))
    assert caught.value.operation == "login"
    assert not gateway.calls
    assert "not-a-real-secret" not in str(caught.value)


def test_a_login_refused_under_200_is_a_refused_login(
    client_of: ClientOf, gateway: Gateway
) -> None:
    gateway.token = {"access_token": None, "error": "invalid_client"}
    with pytest.raises(Unauthorised) as caught:
        client_of().login()
    assert caught.value.at_login
    assert caught.value.code == "invalid_client"


@pytest.mark.parametrize(
    "refusal",
    [
        said(401, {}),
        said(403, {}),
        said(401, {"fault": {"code": 900901, "message": "Invalid Credentials"}}),
        said(401, text="<fault><code>900903</code><message>Expired</message></fault>"),
        said(200, {"fault": {"code": "900903", "message": "Access Token Expired"}}),
    ],
)
@pytest.mark.parametrize("call", ["order", "cancel", "tracking"])
def test_a_token_that_ran_out_is_renewed_once(
    client_of: ClientOf, gateway: Gateway, entries: Entries, refusal: Any, call: str
) -> None:
    gateway.good, gateway.refusal = (lambda number: number > 1), refusal
    client = client_of()
    if call == "tracking":
        gateway.answer = said(200, {"_returned": 0})
    calls: dict[str, Callable[[], object]] = {
        "order": lambda: client.post_order(order(entries)),
        "cancel": lambda: client.cancel("H99.01-260318-0001"),
        "tracking": lambda: client.events(None, 50),
    }
    calls[call]()
    assert len(gateway.logins) == 2
    assert len(gateway.calls) == 2
    gateway.good = lambda number: False
    with pytest.raises(Unauthorised):
        client.cancel("H99.01-260318-0001")
    assert len(gateway.logins) == 3
    assert len(gateway.calls) == 4


# --- orders -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_order_is_read_and_sent_in_the_sdks_order(
    client_of: ClientOf, gateway: Gateway, entries: Entries, name: str
) -> None:
    client = client_of()
    for entry in entries(name):
        client.post_order(Order.model_validate(entry["body"]))
        sent = json.loads(gateway.calls[-1].content)
        assert list(sent) == list(entry["body"])
        assert {key: _number(value) for key, value in sent.items()} == {
            key: _number(value) for key, value in entry["body"].items()
        }
        assert isinstance(sent["CODAmount"], float)
        assert isinstance(sent["SenderProvince"], int)
    assert gateway.calls[-1].url == URLS["order"]
    assert gateway.calls[-1].method == "POST"


def _number(value: object) -> object:
    """Codes sent as text are sent as numbers."""
    return float(value) if isinstance(value, str) and value in ("0", "10", "1110") else value


def test_an_order_shows_nobody_in_repr_or_error(entries: Entries) -> None:
    written = order(entries)
    assert "Mai Lan" not in repr(written)
    assert "Mai Lan" not in f"{written}"
    broken = {**entries("order-collect-request")[0]["body"], "SenderTel": ["0990000001"]}
    with pytest.raises(ValidationError) as caught:
        Order.model_validate(broken)
    assert "0990000001" not in str(caught.value)


@pytest.mark.parametrize("status", [100, "100", 100.0, " 100 ", "100.0"])
def test_an_order_is_taken_with_status_100_of_any_type(
    client_of: ClientOf, gateway: Gateway, entries: Entries, status: int
) -> None:
    gateway.answer = said(200, {"Status": status, "Message": "Thành công"})
    client_of().post_order(order(entries))
    assert len(gateway.calls) == 1


@pytest.mark.parametrize("status", [101, "101", 101.0])
def test_101_may_be_an_earlier_try_of_ours(
    client_of: ClientOf, gateway: Gateway, entries: Entries, status: int
) -> None:
    gateway.answer = said(200, {"status": status, "message": "OrderNumber đã tồn tại"})
    with pytest.raises(AlreadyExists, match=r"feed.*đã tồn tại") as caught:
        client_of().post_order(order(entries))
    assert caught.value.code == "101"
    assert len(gateway.calls) == 1


@pytest.mark.parametrize(("status", "code"), [(404, "404"), ("-1", "-1"), (0, "0"), ("E12", "E12")])
def test_any_other_status_is_a_refusal_without_personal_numbers(
    client_of: ClientOf, gateway: Gateway, entries: Entries, status: int, code: str | None
) -> None:
    message = "Khách 0990000001 bị từ chối"
    gateway.answer = said(200, {"Status": status, "Message": message})
    with pytest.raises(Refused) as caught:
        client_of().post_order(order(entries))
    assert caught.value.code == code
    assert "0990000001" not in str(caught.value)
    assert len(gateway.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        said(200, {"Message": "Lỗi không xác định"}),
        said(200, {"Status": None}),
        said(200, {"Status": True}),
        said(200, {"Status": ""}),
        said(200, []),
        said(200, text="<html><body>Service Unavailable</body></html>"),
        said(200, text='{"Status": 1'),
        said(200, text=""),
        said(502, {}),
        said(500, {"fault": {"code": 101503, "message": "Error connecting to the back end"}}),
    ],
)
@pytest.mark.parametrize("call", ["order", "cancel", "document"])
def test_a_write_without_a_readable_status_has_an_unknown_outcome_and_is_not_repeated(
    client_of: ClientOf, gateway: Gateway, entries: Entries, answer: Any, call: Any
) -> None:
    gateway.answer = answer
    client = client_of()
    document = DocumentMessage.model_validate(entries("document-post-request")[0]["body"])
    with pytest.raises(OutcomeUnknown):
        {
            "order": lambda: client.post_order(order(entries)),
            "cancel": lambda: client.cancel("H99.01-260318-0001"),
            "document": lambda: client.announce(document),
        }[call]()
    assert len(gateway.calls) == 1


def test_a_throttled_order_may_be_sent_again(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    answers = iter([said(429, {"fault": {"code": 900800}}), said(200, {"Status": 100})])
    gateway.answer = lambda request: next(answers)(request)
    client_of().post_order(order(entries))
    assert len(gateway.calls) == 2


def test_every_sample_answer_to_an_order(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    kinds = [None, AlreadyExists, OutcomeUnknown, Unauthorised, OutcomeUnknown]
    for entry, kind in zip(entries("order-response"), kinds, strict=True):
        gateway.answer = said(entry["status"], entry.get("body"), entry.get("text"))
        assert _outcome(lambda: client_of().post_order(order(entries))) is kind, entry["note"]


def _outcome(call: Callable[[], object]) -> type[Exception] | None:
    try:
        call()
    except Exception as fault:
        return type(fault)
    return None


# --- cancelling ---------------------------------------------------------------------------------


def test_cancelling_is_a_get_that_no_cache_answers(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    asked = entries("order-cancel")[0]["http"]
    client_of().cancel("H99.01-260318-0001")
    call = gateway.calls[0]
    assert (call.method, call.url.path) == (asked["method"], asked["path"])
    assert dict(call.url.params) == asked["query"]
    assert call.headers["cache-control"] == "no-cache"


def test_a_number_with_blanks_and_slashes_is_percent_encoded(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    client_of().cancel("000.00.12.H99/2603 18/0005&x=#Đ")
    raw = gateway.calls[0].url.query
    assert b"000.00.12.H99%2F2603" in raw
    assert not set(b" /#") & set(raw)
    asked = entries("order-cancel")[1]["http"]["raw_query"]
    assert parse_qs(asked)["OrderNumber"] == ["000.00.12.H99/2603 18/0005"]
    assert parse_qs(raw.decode()) == {
        "CustomerCode": ["DEMOCUST"],
        "OrderNumber": ["000.00.12.H99/2603 18/0005&x=#Đ"],
    }


def test_every_sample_answer_to_a_cancellation(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    kinds = [None, Refused, AlreadyExists]
    for entry, kind in zip(entries("order-cancel")[2:], kinds, strict=True):
        gateway.answer = said(entry["status"], entry["body"])
        assert _outcome(lambda: client_of().cancel("H99.01-260318-0001")) is kind, entry["note"]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ReadTimeout("late"), OutcomeUnknown),
        (httpx.RemoteProtocolError("cut"), OutcomeUnknown),
        (httpx.ConnectError("refused"), Unreachable),
    ],
)
def test_a_cancellation_is_tried_once(
    client_of: ClientOf, gateway: Gateway, failure: Exception, kind: type[Exception]
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise failure

    gateway.answer = fail
    with pytest.raises(kind):
        client_of().cancel("H99.01-260318-0001")
    assert len(gateway.calls) == 1


def test_a_throttled_cancellation_is_left_to_the_caller(
    client_of: ClientOf, gateway: Gateway
) -> None:
    gateway.answer = said(429, {})
    with pytest.raises(RateLimited):
        client_of().cancel("H99.01-260318-0001")
    assert len(gateway.calls) == 1


# --- documents, prices, notices -----------------------------------------------------------------


def test_every_sample_document_is_sent_as_it_is(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    for entry in entries("document-post-request"):
        client_of().announce(DocumentMessage.model_validate(entry["body"]))
        assert list(json.loads(gateway.calls[-1].content).items()) == list(entry["body"].items())
    assert gateway.calls[-1].url == URLS["document"]


def test_the_samples_of_prices(client_of: ClientOf, gateway: Gateway, entries: Entries) -> None:
    asked, answered, refused = entries("price")
    question = PriceQuestion.model_validate(asked["body"])
    gateway.answer = said(200, answered["body"])
    assert client_of().price(question) == 30500
    call = gateway.calls[0]
    assert call.method == "POST"
    assert call.url.query == b"service=getprice"
    assert json.loads(call.content) == asked["body"]
    gateway.answer = said(200, refused["body"])
    with pytest.raises(Refused, match="Không tính được cước"):
        client_of().price(question)


@pytest.mark.parametrize(
    ("price", "read"), [("30500", 30500), (30500.0, 30500), ("30500.00", 30500), (0, 0)]
)
def test_a_price_may_be_number_or_text(
    client_of: ClientOf,
    gateway: Gateway,
    entries: Entries,
    price: Any,
    read: int,
) -> None:
    gateway.answer = said(200, {"content": {"price": price}})
    question = PriceQuestion.model_validate(entries("price")[0]["body"])
    assert client_of().price(question) == read


@pytest.mark.parametrize("price", ["30.500", "30.000", "ba mươi", -1, [1], True])
def test_a_price_that_is_a_riddle_is_not_read(
    client_of: ClientOf, gateway: Gateway, entries: Entries, price: object
) -> None:
    gateway.answer = said(200, {"content": {"price": price}})
    question = PriceQuestion.model_validate(entries("price")[0]["body"])
    with pytest.raises(Exception, match="no amount"):
        client_of().price(question)


def test_what_has_no_address_cannot_be_called(
    client_of: ClientOf, gateway: Gateway, entries: Entries
) -> None:
    with pytest.raises(ConfigError, match=r"sources\.post\.cancel_url"):
        client_of(urls={"order": URLS["order"]}).cancel("H99.01-260318-0001")
    assert not gateway.calls


def test_a_position_that_is_no_id_is_not_sent(client_of: ClientOf, gateway: Gateway) -> None:
    with pytest.raises(RecordError):
        client_of().events("abc", 50)
    assert not gateway.calls


def test_a_notice_carries_its_account_twice(
    gateway: Gateway, transport_to: TransportTo, entries: Entries
) -> None:
    full = entries("cls-notify-request")[0]["body"]
    fields = {key: value for key, value in full.items() if key not in ("username", "password")}
    transport = transport_to(gateway)
    account = ClsAccount("https://cls.example.vn/notify", "demo", lambda: "<secret>")
    gateway.answer = said(200, text="")
    send_cls_notice(transport, account, ClsNotice.model_validate(fields))
    call = gateway.calls[0]
    assert json.loads(call.content) == full
    assert call.headers["authorization"] == "Basic ZGVtbzo8c2VjcmV0Pg=="
    gateway.answer = said(200, text="<html></html>")
    with pytest.raises(OutcomeUnknown):
        send_cls_notice(transport, account, ClsNotice.model_validate(fields))

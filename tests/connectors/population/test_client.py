"""The client: one question, one purpose, each try counted before it is sent."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from lxml import etree

from khop.connectors.population import (
    DeploymentShape,
    NoAuth,
    Operation,
    OperationShape,
    PascalFront,
    PopulationClient,
    PopulationGateway,
    Question,
    SignedAuth,
    SoapFront,
    TokenAuth,
)
from khop.connectors.population.tokens import TokenLogin, camel_login, lgsp_login, wso2_login
from khop.errors import (
    ConfigError,
    ConnectorError,
    RateLimited,
    RecordError,
    Refused,
    Unauthorised,
    Unreachable,
    Unreadable,
)
from tests.connectors.scripted import FakeTime, Sample, Script, TransportTo

Client = PopulationClient[Any]
ClientOf = Callable[..., Client]
Spent = list[tuple[str, object]]

URL, TOKEN_URL = "https://trucdulieu.example.vn/csdldc", "https://trucdulieu.example.vn/token"
PERSON = ("SoDinhDanh", "SoCMND", "HoVaTen", "NgayThangNamSinh")
AUTHENTICATE = OperationShape(
    Operation.AUTHENTICATE,
    "033",
    ("MaYeuCau", "MaDVC", "MaTichHop", "MaCanBo", *PERSON),
    "http://dancuquocgia.bca",
    "dan",
)
SHAPE = DeploymentShape(
    {
        Operation.AUTHENTICATE: AUTHENTICATE,
        Operation.LOOK_UP: replace(
            AUTHENTICATE, operation=Operation.LOOK_UP, code="037", path="/tracuu"
        ),
        Operation.HOUSEHOLD: replace(AUTHENTICATE, operation=Operation.HOUSEHOLD, code=""),
    }
)
LAN = Question("TRANTHIMAILAN", "001185012345", birth=date(1985, 2, 17))
SECRET = "not-a-real-secret"
NOW = datetime(2026, 3, 18, 2, 15, 30, 123_000, tzinfo=UTC)
GATE = {"004": "this procedure is not allowed"}


@dataclass
class Asked:
    procedure: str = "1.001193"
    officer: str = "motcua.demo"


@dataclass
class Told:
    """Everything a fault says to people, to logs and to programs."""

    fault: BaseException

    def __str__(self) -> str:
        chain = [self.fault, self.fault.__cause__, self.fault.__context__]
        return " ".join(f"{e!s} {e!r} {vars(e)}" for e in chain if e is not None)


@pytest.fixture
def spent() -> Spent:
    return []


@pytest.fixture
def client_of(script: Script, transport_to: TransportTo, spent: Spent) -> ClientOf:
    def build(**options: Any) -> Client:
        request_id = {k: options.pop(k) for k in ("request_id",) if k in options}
        spend = options.pop("spend", lambda operation, purpose: spent.append((operation, purpose)))
        given = {"auth": NoAuth(), "front": SoapFront(SHAPE), "gate_codes": GATE, **options}
        gateway = PopulationGateway(url=URL, shape=SHAPE, **given)
        return PopulationClient(
            "population", transport_to(script, attempts=2), gateway, spend, **request_id
        )

    return build


@pytest.fixture
def yes(sample: Sample) -> httpx.Response:
    return httpx.Response(200, content=sample("population/xacthuc-res-01-true.xml"))


def _id(request: httpx.Request) -> str:
    found: str = next(etree.fromstring(request.content).iter("{*}MaYeuCau")).text
    return found


# --- questions ----------------------------------------------------------------------------------


def test_a_person_is_authenticated(
    client_of: ClientOf, script: Script, yes: httpx.Response, spent: Spent
) -> None:
    script.replies = [yes]
    assert client_of().authenticate_person(LAN, Asked()) is True
    (request,) = script.requests
    assert request.method == "POST"
    assert str(request.url) == URL
    assert request.headers["content-type"] == "application/xml"
    assert request.headers["soapaction"] == '""'
    assert UUID(_id(request)).version == 4
    assert spent == [("XacThucThongTinCongDan", Asked())]


def test_no_match_is_an_answer(client_of: ClientOf, script: Script, sample: Sample) -> None:
    script.replies = [httpx.Response(200, content=sample("population/xacthuc-res-02-false.xml"))]
    assert client_of().authenticate_person(LAN, Asked()) is False


def test_a_look_up_goes_to_its_own_path(
    client_of: ClientOf, script: Script, sample: Sample
) -> None:
    body = sample("population/tracuu-res-07-two-records.xml")
    script.replies = [httpx.Response(200, content=body)]
    assert len(client_of().look_up_person(LAN, Asked()).persons) == 2
    assert script.requests[0].url.path == "/csdldc/tracuu"


@pytest.mark.parametrize("ask", ["verify_relatives", "household"])
def test_without_a_service_number_nobody_is_asked(
    client_of: ClientOf, script: Script, spent: Spent, ask: str
) -> None:
    with pytest.raises(ConfigError, match="MaTichHop"):
        getattr(client_of(), ask)(LAN, Asked())
    assert not script.requests
    assert not spent


@pytest.mark.parametrize(
    ("question", "purpose"),
    [
        (LAN, Asked(procedure=" ")),
        (LAN, Asked(officer="")),
        ([LAN, LAN], Asked()),
        (Question("A", "1185012345", birth=1985), Asked()),
    ],
)
def test_a_question_that_cannot_be_asked_costs_nothing(
    client_of: ClientOf,
    script: Script,
    transport_to: TransportTo,
    spent: Spent,
    question: Any,
    purpose: Asked,
) -> None:
    login = wso2_login(TOKEN_URL, "key", lambda: SECRET)
    client = client_of(auth=TokenAuth("population", transport_to(script), login))
    with pytest.raises(RecordError):
        client.authenticate_person(question, purpose)
    assert not script.requests
    assert not spent


def test_a_question_that_may_not_be_spent_is_not_sent(
    client_of: ClientOf, script: Script, yes: httpx.Response
) -> None:
    def spend(operation: str, purpose: Asked) -> None:
        raise Refused("population", operation, detail="1000 calls were made today")

    script.replies = [yes]
    with pytest.raises(Refused, match="1000 calls"):
        client_of(spend=spend).authenticate_person(LAN, Asked())
    assert script.requests == []


def test_each_try_is_counted_and_has_a_number_of_its_own(
    client_of: ClientOf, script: Script, yes: httpx.Response, spent: Spent
) -> None:
    script.replies = [httpx.Response(503), yes]
    assert client_of().authenticate_person(LAN, Asked()) is True
    assert len(spent) == 2
    assert _id(script.requests[0]) != _id(script.requests[1])


# --- faults -------------------------------------------------------------------------------------

FAULTS = [
    (401, "err-01-wso2-401.xml", {}, Unauthorised, "900901"),
    (401, "err-05-wso2-json.json", {}, Unauthorised, "900902"),
    (200, "err-01-wso2-401.xml", {}, Unauthorised, "900901"),
    (502, "err-02-html-502.html", {}, Unreachable, None),
    (200, "err-02-html-502.html", {}, Unreadable, None),
    (500, "err-03-xroad.json", {}, Unreachable, "Server.ServerProxy.ServiceFailed.HttpError"),
    (500, "err-04-empty-200.txt", {"x-road-error": "Client.Bad"}, Refused, "Client.Bad"),
    (200, "err-04-empty-200.txt", {}, Unreadable, None),
    (200, "xacthuc-res-06-empty-result.xml", {}, Unreadable, None),
    (200, "xacthuc-res-07-fault-in-200.xml", {}, Unreachable, "Server"),
    (500, "xacthuc-res-07-fault-in-200.xml", {}, Unreachable, "Server"),
    (403, "xacthuc-res-07-fault-in-200.xml", {}, Unauthorised, None),
    (429, "xacthuc-res-07-fault-in-200.xml", {}, RateLimited, None),
    (400, "lgsp-json-res-03-local-gate-codes.json", {}, Refused, "004"),
    (404, "err-04-empty-200.txt", {}, Refused, None),
]


@pytest.mark.parametrize(("status", "name", "headers", "kind", "code"), FAULTS)
def test_each_way_to_fail_is_the_right_fault(
    client_of: ClientOf,
    script: Script,
    sample: Sample,
    status: int,
    name: str,
    headers: Any,
    kind: type[Exception],
    code: str | None,
) -> None:
    script.replies = [httpx.Response(status, headers=headers, content=sample(f"population/{name}"))]
    with pytest.raises(ConnectorError) as failed:
        client_of().authenticate_person(LAN, Asked())
    assert type(failed.value) is kind
    assert failed.value.code == code
    assert failed.value.operation == "XacThucThongTinCongDan"
    told = str(Told(failed.value))
    assert "1185012345" not in told
    assert "TRANTHI" not in told
    assert "1985" not in told


def test_a_soap_fault_of_the_caller_under_500_is_not_tried_again(
    client_of: ClientOf, script: Script, spent: Spent
) -> None:
    fault = "<e:Fault><faultcode>e:Client</faultcode><faultstring>Sai MaDVC</faultstring></e:Fault>"
    ns = "http://schemas.xmlsoap.org/soap/envelope/"
    body = f'<e:Envelope xmlns:e="{ns}"><e:Body>{fault}</e:Body></e:Envelope>'
    script.replies = [httpx.Response(500, text=body)]
    with pytest.raises(Refused, match="Sai MaDVC"):
        client_of().authenticate_person(LAN, Asked())
    assert len(spent) == 1


def test_the_gate_of_the_one_stop_says_what_to_mend(client_of: ClientOf, script: Script) -> None:
    script.replies = [httpx.Response(400, json={"message": "Error", "errorCode": 4})]
    with pytest.raises(Refused, match="code 004; this procedure is not allowed"):
        client_of().authenticate_person(LAN, Asked())


def test_a_code_of_another_gate_is_passed_on(client_of: ClientOf, script: Script) -> None:
    script.replies = [httpx.Response(400, json={"message": "Khac", "errorCode": "077"})]
    with pytest.raises(Refused, match="code 077; Khac"):
        client_of().authenticate_person(LAN, Asked())


def test_a_json_front_is_asked_and_answered_in_json(
    client_of: ClientOf, script: Script, sample: Sample
) -> None:
    text = sample("population/xacthuc-res-01-true.xml").decode()
    script.replies = [httpx.Response(200, json={"error_code": "0", "message": text})]
    assert client_of(front=PascalFront()).authenticate_person(LAN, Asked()) is True
    assert script.bodies[0]["SoDinhDanh"] == "001185012345"
    assert script.requests[0].headers["content-type"] == "application/json"


def test_reaching_asks_nothing(client_of: ClientOf, script: Script, spent: Spent) -> None:
    script.replies = [httpx.Response(405)]
    assert client_of().reach() == 405
    assert (script.requests[0].method, script.requests[0].content) == ("GET", b"")
    script.replies = [httpx.ConnectError("no route")]
    with pytest.raises(Unreachable):
        client_of().reach()
    assert spent == []


# --- ways in ------------------------------------------------------------------------------------


def signed(**options: Any) -> SignedAuth:
    given = {"username": "h99", "secret": lambda: SECRET, "sign_path": "/csdldc/tracuu"}
    return SignedAuth(**{**given, "now": lambda: NOW, **options})


@pytest.mark.parametrize(("unit", "stamp"), [("ms", "1773800130123"), ("s", "1773800130")])
def test_a_call_is_signed_with_its_own_time(
    client_of: ClientOf, script: Script, yes: httpx.Response, unit: object, stamp: object
) -> None:
    script.replies = [yes]
    client_of(auth=signed(unit=unit)).authenticate_person(LAN, Asked())
    headers = script.requests[0].headers
    digest = hashlib.sha256(f"/csdldc/tracuuh99{stamp}{SECRET}".encode()).hexdigest()
    kind, text = headers["authorization"].split()
    assert (kind, base64.b64decode(text).decode()) == ("Basic", f"h99:{digest}")
    assert headers["timestamp"] == stamp


def test_each_try_is_signed_anew(client_of: ClientOf, script: Script, yes: httpx.Response) -> None:
    moments = iter([NOW, NOW.replace(second=59)])
    script.replies = [httpx.Response(503), yes]
    client_of(auth=signed(now=lambda: next(moments))).authenticate_person(LAN, Asked())
    first, second = (request.headers for request in script.requests)
    assert first["timestamp"] != second["timestamp"]
    assert first["authorization"] != second["authorization"]


def test_a_gateway_may_want_further_headers(
    client_of: ClientOf, script: Script, yes: httpx.Response
) -> None:
    script.replies = [yes]
    more = {"X-Road-Client": "VN/GOV/H99/onegate", "ApiKey": "k"}
    client_of(headers=lambda: more).authenticate_person(LAN, Asked())
    assert script.requests[0].headers["x-road-client"] == "VN/GOV/H99/onegate"


def test_a_wrong_signature_is_not_tried_twice(
    client_of: ClientOf, script: Script, spent: Spent
) -> None:
    script.replies = [httpx.Response(401)]
    with pytest.raises(Unauthorised):
        client_of(auth=signed()).authenticate_person(LAN, Asked())
    assert len(spent) == 1


@pytest.fixture
def token_client(
    client_of: ClientOf, transport_to: TransportTo, script: Script, time: FakeTime
) -> Callable[[TokenLogin], Client]:
    def build(login: TokenLogin) -> Client:
        auth = TokenAuth(
            "population", transport_to(script), login, clock=time.clock, now=lambda: NOW
        )
        return client_of(auth=auth)

    return build


def test_a_token_of_wso2_is_kept(
    token_client: Callable[[TokenLogin], Client], script: Script, yes: httpx.Response
) -> None:
    script.replies = [httpx.Response(200, json={"access_token": "t1", "expires_in": 3600}), yes]
    client = token_client(wso2_login(TOKEN_URL, "key", lambda: SECRET))
    client.authenticate_person(LAN, Asked())
    client.authenticate_person(LAN, Asked())
    login, *calls = script.requests
    assert login.content == b"grant_type=client_credentials"
    assert (
        login.headers["authorization"]
        == "Basic " + base64.b64encode(b"key:not-a-real-secret").decode()
    )
    assert [c.headers["authorization"] for c in calls] == ["Bearer t1", "Bearer t1"]


def test_a_token_that_has_run_out_is_renewed_once(
    token_client: Callable[[TokenLogin], Client],
    script: Script,
    yes: httpx.Response,
    time: FakeTime,
    sample: Sample,
) -> None:
    expired = httpx.Response(401, content=sample("population/err-01-wso2-401.xml"))
    tokens = [httpx.Response(200, json={"access_token": t, "expires_in": "60"}) for t in "ab"]
    script.replies = [tokens[0], yes, expired, tokens[1], yes]
    client = token_client(wso2_login(TOKEN_URL, "key", lambda: SECRET))
    client.authenticate_person(LAN, Asked())
    time.now += 10
    assert client.authenticate_person(LAN, Asked()) is True
    time.now += 55
    script.replies = [tokens[0], yes]
    client.authenticate_person(LAN, Asked())
    sent = [r.headers.get("authorization") for r in script.requests if r.url.path != "/token"]
    assert sent == ["Bearer a", "Bearer a", "Bearer b", "Bearer a"]


def test_a_login_of_the_lgsp_sends_its_keys_in_their_order(
    token_client: Callable[[TokenLogin], Client], script: Script, yes: httpx.Response
) -> None:
    script.replies = [httpx.Response(200, json={"access_token": "t"}), yes]
    application = {
        "AccessKey": "ak",
        "AppName": "motcua",
        "PartnerCode": "H99",
        "PartnerCodeCus": "H99.01",
    }
    login = lgsp_login(TOKEN_URL, application, lambda: SECRET, "canbo01", lambda: "pass")
    token_client(login).authenticate_person(LAN, Asked())
    opened, call = script.requests
    keys = json.loads(base64.b64decode(opened.headers["lgspaccesstoken"]))
    assert list(keys) == ["AccessKey", "SecretKey", "AppName", "PartnerCode", "PartnerCodeCus"]
    assert keys["SecretKey"] == SECRET
    assert opened.content == b"grant_type=client_credentials"
    assert "authhash" not in opened.headers
    assert call.headers["lgspaccesstoken"] == opened.headers["lgspaccesstoken"]
    assert base64.b64decode(call.headers["authhash"]) == b"canbo01:pass"
    assert call.headers["authorization"] == "Bearer t"


def test_a_camel_fronts_token_is_asked_with_an_empty_body(
    token_client: Callable[[TokenLogin], Client],
    script: Script,
    yes: httpx.Response,
    time: FakeTime,
) -> None:
    until = {"token": "t", "refreshToken": "r", "expiryDate": "2026-03-18T09:16:30+07:00"}
    script.replies = [httpx.Response(200, json=until), yes]
    client = token_client(camel_login(TOKEN_URL, lambda: SECRET))
    client.authenticate_person(LAN, Asked())
    opened = script.requests[0]
    assert (opened.headers["auth"], opened.content) == (SECRET, b"")
    time.now += 53
    client.authenticate_person(LAN, Asked())
    assert len(script.requests) == 3
    time.now += 2
    script.replies = [httpx.Response(200, json=until), yes]
    client.authenticate_person(LAN, Asked())
    assert len(script.requests) == 5


@pytest.mark.parametrize(
    "body", [{}, [], {"access_token": ""}, {"access_token": "a b"}, {"token": 5}]
)
def test_a_login_without_a_token_is_unreadable(
    token_client: Callable[[TokenLogin], Client], script: Script, spent: Spent, body: object
) -> None:
    script.replies = [httpx.Response(200, json=body)]
    with pytest.raises(Unreadable) as failed:
        token_client(wso2_login(TOKEN_URL, "k", lambda: SECRET)).authenticate_person(LAN, Asked())
    assert failed.value.operation == "login"
    assert spent == []


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Unauthorised), (400, Unauthorised), (404, Refused)]
)
def test_a_login_that_is_refused_says_what_to_check(
    token_client: Callable[[TokenLogin], Client], script: Script, status: int, kind: type[Exception]
) -> None:
    script.replies = [httpx.Response(status)]
    client = token_client(wso2_login(TOKEN_URL, "k", lambda: SECRET))
    with pytest.raises(kind, match="token_url") as failed:
        client.authenticate_person(LAN, Asked())
    assert SECRET not in str(Told(failed.value))

"""The client: one question, one purpose, each try counted before it is sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from lxml import etree

from khop.connectors.population import PascalFront, Question, TokenAuth
from khop.connectors.population.tokens import wso2_login
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
from tests.connectors.population.questions import (
    LAN,
    SECRET,
    TOKEN_URL,
    URL,
    Asked,
    ClientOf,
    FaultTexts,
    Spent,
)
from tests.connectors.scripted import Sample, Script, TransportTo


def _id(request: httpx.Request) -> str:
    found: str = next(etree.fromstring(request.content).iter("{*}MaYeuCau")).text
    return found


def test_a_person_is_authenticated(
    client_of: ClientOf, script: Script, true_answer: httpx.Response, spent: Spent
) -> None:
    script.replies = [true_answer]
    assert client_of().authenticate_person(LAN, Asked()) is True
    (request,) = script.requests
    assert request.method == "POST"
    assert str(request.url) == URL
    assert request.headers["content-type"] == "application/xml"
    assert request.headers["soapaction"] == '""'
    assert UUID(_id(request)).version == 4
    assert spent == [("XacThucThongTinCongDan", Asked())]


def test_a_verdict_of_no_is_false(client_of: ClientOf, script: Script, sample: Sample) -> None:
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
def test_without_a_service_number_no_question_is_sent(
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
def test_an_invalid_question_causes_no_call(
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


def test_a_question_beyond_the_quota_is_not_sent(
    client_of: ClientOf, script: Script, true_answer: httpx.Response
) -> None:
    def spend(operation: str, purpose: Asked) -> None:
        raise Refused("population", operation, detail="1000 calls were made today")

    script.replies = [true_answer]
    with pytest.raises(Refused, match="1000 calls"):
        client_of(spend=spend).authenticate_person(LAN, Asked())
    assert script.requests == []


def test_each_try_is_counted_and_has_its_own_request_id(
    client_of: ClientOf, script: Script, true_answer: httpx.Response, spent: Spent
) -> None:
    script.replies = [httpx.Response(503), true_answer]
    assert client_of().authenticate_person(LAN, Asked()) is True
    assert len(spent) == 2
    assert _id(script.requests[0]) != _id(script.requests[1])


ERRORS = [
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


@pytest.mark.parametrize(("status", "name", "headers", "kind", "code"), ERRORS)
def test_each_failure_has_its_error(
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
    texts = str(FaultTexts(failed.value))
    assert "1185012345" not in texts
    assert "TRANTHI" not in texts
    assert "1985" not in texts


def test_a_client_fault_under_status_500_is_not_retried(
    client_of: ClientOf, script: Script, spent: Spent
) -> None:
    fault = "<e:Fault><faultcode>e:Client</faultcode><faultstring>Sai MaDVC</faultstring></e:Fault>"
    ns = "http://schemas.xmlsoap.org/soap/envelope/"
    body = f'<e:Envelope xmlns:e="{ns}"><e:Body>{fault}</e:Body></e:Envelope>'
    script.replies = [httpx.Response(500, text=body)]
    with pytest.raises(Refused, match="Sai MaDVC"):
        client_of().authenticate_person(LAN, Asked())
    assert len(spent) == 1


def test_a_code_of_the_one_stops_gate_gives_its_meaning(
    client_of: ClientOf, script: Script
) -> None:
    script.replies = [httpx.Response(400, json={"message": "Error", "errorCode": 4})]
    with pytest.raises(Refused, match="code 004; this procedure is not allowed"):
        client_of().authenticate_person(LAN, Asked())


def test_an_unknown_code_of_a_gate_is_kept(client_of: ClientOf, script: Script) -> None:
    script.replies = [httpx.Response(400, json={"message": "Khac", "errorCode": "077"})]
    with pytest.raises(Refused, match="code 077; Khac"):
        client_of().authenticate_person(LAN, Asked())


def test_a_json_front_is_called_in_json(
    client_of: ClientOf, script: Script, sample: Sample
) -> None:
    text = sample("population/xacthuc-res-01-true.xml").decode()
    script.replies = [httpx.Response(200, json={"error_code": "0", "message": text})]
    assert client_of(front=PascalFront()).authenticate_person(LAN, Asked()) is True
    assert script.bodies[0]["SoDinhDanh"] == "001185012345"
    assert script.requests[0].headers["content-type"] == "application/json"


def test_reach_sends_no_question(client_of: ClientOf, script: Script, spent: Spent) -> None:
    script.replies = [httpx.Response(405)]
    assert client_of().reach() == 405
    assert (script.requests[0].method, script.requests[0].content) == ("GET", b"")
    script.replies = [httpx.ConnectError("no route")]
    with pytest.raises(Unreachable):
        client_of().reach()
    assert spent == []

"""Authorisation of calls, and khop check."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from khop.errors import Unauthorised
from khop.mappings.records import IdentityVerdict
from tests.adapters.population.gateway import (
    LAN,
    PURPOSE,
    SAMPLES,
    SECRET,
    TOKEN,
    AdapterOf,
    Book,
    FakePopulationGateway,
)


def test_a_wso2_token_is_sent_as_bearer(
    adapter_of: AdapterOf, gateway: FakePopulationGateway
) -> None:
    adapter_of(auth="wso2", **TOKEN).check_identity(LAN, PURPOSE)
    assert [r.url.path for r in gateway.requests] == ["/token", "/csdldc"]
    assert gateway.requests[1].headers["authorization"] == "Bearer t"


def test_an_lgsp_question_carries_token_and_auth_hash(
    adapter_of: AdapterOf, gateway: FakePopulationGateway
) -> None:
    adapter_of(
        auth="lgsp",
        app_name="motcua",
        partner_code="H99",
        service_account="canbo",
        service_secret=SECRET,
        authenticate={"path": "xacthuc"},
        **TOKEN,
    ).check_identity(LAN, PURPOSE)
    call = gateway.requests[1]
    assert call.url.path == "/csdldc/xacthuc"
    keys = json.loads(base64.b64decode(call.headers["lgspaccesstoken"]))
    assert keys == {
        "AccessKey": "h99",
        "SecretKey": "not-a-real-secret",
        "AppName": "motcua",
        "PartnerCode": "H99",
        "PartnerCodeCus": "",
    }
    assert base64.b64decode(call.headers["authhash"]) == b"canbo:not-a-real-secret"


@pytest.mark.parametrize("token", [{}, TOKEN])
def test_the_pascal_front_is_called_with_and_without_a_token(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, token: Any
) -> None:
    message = (SAMPLES / "xacthuc-res-01-true.xml").read_text("utf-8")
    gateway.answer = httpx.Response(200, json={"error_code": "0", "message": message})
    answer = adapter_of(auth="json_pascal", **token).check_identity(LAN, PURPOSE)
    assert answer.verdict is IdentityVerdict.MATCH
    assert ("authorization" in gateway.requests[-1].headers) is bool(token)


def test_the_camel_front_is_called_with_a_token(
    adapter_of: AdapterOf, gateway: FakePopulationGateway
) -> None:
    gateway.login = httpx.Response(200, json={"token": "t"})
    gateway.answer = httpx.Response(200, json={"data": {"tonTai": False}})
    adapter = adapter_of(auth="json_camel", answer_path="data", service_account="SO_DEMO", **TOKEN)
    assert adapter.check_identity(LAN, PURPOSE).verdict is IdentityVerdict.MISMATCH
    asked = json.loads(gateway.requests[1].content)
    assert (asked["userNameService"], asked["ngayThangNam"]) == ("SO_DEMO", "1985-02-17")
    assert gateway.requests[0].headers["auth"] == "not-a-real-secret"


def test_each_question_carries_further_headers_and_the_api_key(
    adapter_of: AdapterOf, gateway: FakePopulationGateway
) -> None:
    adapter_of(headers={"X-Road-Client": "VN/GOV/H99/x"}, api_key=SECRET).check_identity(
        LAN, PURPOSE
    )
    headers = gateway.requests[0].headers
    assert (headers["x-road-client"], headers["apikey"]) == ("VN/GOV/H99/x", "not-a-real-secret")


def test_a_check_sends_no_question(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, book: Book
) -> None:
    gateway.answer = httpx.Response(401)
    health = adapter_of().check()
    assert health.ok
    assert health.clock_skew == 7.0
    assert [(r.method, r.content) for r in gateway.requests] == [("GET", b"")]
    assert [step.name for step in health.steps] == ["reach", "login"]
    assert "not tried" in health.steps[1].detail
    assert book.calls == []


def test_a_check_logs_in_where_the_gateway_has_a_login(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, book: Book
) -> None:
    gateway.answer = httpx.Response(405)
    health = adapter_of(auth="wso2", **TOKEN).check()
    assert health.ok
    assert health.steps[1].detail == ""
    gateway.login = httpx.Response(401)
    health = adapter_of(auth="wso2", **TOKEN).check()
    assert [step.ok for step in health.steps] == [True, False]
    assert {r.method for r in gateway.requests if r.url.path == "/csdldc"} == {"GET"}
    assert book.calls == []


@pytest.mark.parametrize("answer", [httpx.ConnectError("no route"), httpx.Response(503)])
def test_a_gateway_without_a_service_behind_it_fails_the_check(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, answer: Any
) -> None:
    gateway.answer = answer
    health = adapter_of().check()
    assert [(step.name, step.ok) for step in health.steps] == [("reach", False)]


def test_a_missing_secret_fails_the_check(
    adapter_of: AdapterOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = adapter_of()
    monkeypatch.delenv("KHOP_TEST_SECRET")
    health = adapter.check()
    assert not health.ok
    assert "KHOP_TEST_SECRET" in health.steps[1].detail


def test_a_refused_token_is_renewed_once(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, book: Book
) -> None:
    gateway.answer = httpx.Response(401)
    with pytest.raises(Unauthorised):
        adapter_of(auth="wso2", **TOKEN).check_identity(LAN, PURPOSE)
    paths = [r.url.path for r in gateway.requests]
    assert paths == ["/token", "/csdldc", "/token", "/csdldc"]
    assert len(book.calls) == 2

"""Signatures, tokens and further headers of calls."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from khop.connectors.population import SignedAuth, TokenAuth
from khop.connectors.population.tokens import TokenLogin, camel_login, lgsp_login, wso2_login
from khop.errors import Refused, Unauthorised, Unreadable
from tests.connectors.population.questions import (
    LAN,
    NOW,
    SECRET,
    TOKEN_URL,
    Asked,
    Client,
    ClientOf,
    FaultTexts,
    Spent,
)
from tests.connectors.scripted import FakeTime, Sample, Script, TransportTo


def signed(**options: Any) -> SignedAuth:
    given = {"username": "h99", "secret": lambda: SECRET, "sign_path": "/csdldc/tracuu"}
    return SignedAuth(**{**given, "now": lambda: NOW, **options})


@pytest.mark.parametrize(("unit", "stamp"), [("ms", "1773800130123"), ("s", "1773800130")])
def test_a_call_is_signed_with_its_timestamp(
    client_of: ClientOf, script: Script, true_answer: httpx.Response, unit: str, stamp: str
) -> None:
    script.replies = [true_answer]
    client_of(auth=signed(unit=unit)).authenticate_person(LAN, Asked())
    headers = script.requests[0].headers
    digest = hashlib.sha256(f"/csdldc/tracuuh99{stamp}{SECRET}".encode()).hexdigest()
    kind, text = headers["authorization"].split()
    assert (kind, base64.b64decode(text).decode()) == ("Basic", f"h99:{digest}")
    assert headers["timestamp"] == stamp


def test_each_try_has_its_own_signature(
    client_of: ClientOf, script: Script, true_answer: httpx.Response
) -> None:
    moments = iter([NOW, NOW.replace(second=59)])
    script.replies = [httpx.Response(503), true_answer]
    client_of(auth=signed(now=lambda: next(moments))).authenticate_person(LAN, Asked())
    first, second = (request.headers for request in script.requests)
    assert first["timestamp"] != second["timestamp"]
    assert first["authorization"] != second["authorization"]


def test_further_headers_are_sent_with_each_question(
    client_of: ClientOf, script: Script, true_answer: httpx.Response
) -> None:
    script.replies = [true_answer]
    more = {"X-Road-Client": "VN/GOV/H99/onegate", "ApiKey": "k"}
    client_of(headers=lambda: more).authenticate_person(LAN, Asked())
    assert script.requests[0].headers["x-road-client"] == "VN/GOV/H99/onegate"


def test_a_refused_signature_is_not_retried(
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
    token_client: Callable[[TokenLogin], Client], script: Script, true_answer: httpx.Response
) -> None:
    script.replies = [
        httpx.Response(200, json={"access_token": "t1", "expires_in": 3600}),
        true_answer,
    ]
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


def test_an_expired_token_is_renewed_once(
    token_client: Callable[[TokenLogin], Client],
    script: Script,
    true_answer: httpx.Response,
    time: FakeTime,
    sample: Sample,
) -> None:
    expired = httpx.Response(401, content=sample("population/err-01-wso2-401.xml"))
    tokens = [httpx.Response(200, json={"access_token": t, "expires_in": "60"}) for t in "ab"]
    script.replies = [tokens[0], true_answer, expired, tokens[1], true_answer]
    client = token_client(wso2_login(TOKEN_URL, "key", lambda: SECRET))
    client.authenticate_person(LAN, Asked())
    time.now += 10
    assert client.authenticate_person(LAN, Asked()) is True
    time.now += 55
    script.replies = [tokens[0], true_answer]
    client.authenticate_person(LAN, Asked())
    sent = [r.headers.get("authorization") for r in script.requests if r.url.path != "/token"]
    assert sent == ["Bearer a", "Bearer a", "Bearer b", "Bearer a"]


def test_a_login_of_the_lgsp_sends_its_keys_in_their_order(
    token_client: Callable[[TokenLogin], Client], script: Script, true_answer: httpx.Response
) -> None:
    script.replies = [httpx.Response(200, json={"access_token": "t"}), true_answer]
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


def test_the_token_request_of_the_camel_front_has_an_empty_body(
    token_client: Callable[[TokenLogin], Client],
    script: Script,
    true_answer: httpx.Response,
    time: FakeTime,
) -> None:
    until = {"token": "t", "refreshToken": "r", "expiryDate": "2026-03-18T09:16:30+07:00"}
    script.replies = [httpx.Response(200, json=until), true_answer]
    client = token_client(camel_login(TOKEN_URL, lambda: SECRET))
    client.authenticate_person(LAN, Asked())
    opened = script.requests[0]
    assert (opened.headers["auth"], opened.content) == (SECRET, b"")
    time.now += 53
    client.authenticate_person(LAN, Asked())
    assert len(script.requests) == 3
    time.now += 2
    script.replies = [httpx.Response(200, json=until), true_answer]
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
    assert SECRET not in str(FaultTexts(failed.value))

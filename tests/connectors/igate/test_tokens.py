"""Logging in to iGate: each grant, where the secret travels, how long a token is used."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from khop.connectors.igate import Account, IgateClient, IgateDeployment
from khop.connectors.igate.tokens import useful_seconds
from khop.errors import Refused, Unauthorised, Unreachable
from tests.connectors.igate.keycloak import jwt
from tests.connectors.scripted import FakeTime, Sample, Script, TransportTo

ClientOf = Callable[..., IgateClient]

SSO = "https://sso.example.vn/auth/realms/digo/protocol/openid-connect/token"


def form(request: httpx.Request) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(request.content.decode()).items()}


def token(number: int, **more: object) -> httpx.Response:
    return httpx.Response(200, json={"access_token": f"t{number}", "expires_in": 300, **more})


@pytest.fixture
def client_of(script: Script, transport_to: TransportTo, time: FakeTime) -> ClientOf:
    def build(token_url: str = SSO, **options: Any) -> IgateClient:
        deployment = IgateDeployment("https://apiigate.example.vn", token_url)
        account = Account(**{"client_id": "svc-khop", **options})
        return IgateClient("igate", transport_to(script), deployment, account, clock=time.clock)

    return build


@pytest.fixture
def officer() -> dict[str, object]:
    return {
        "client_id": "web-onegate",
        "username": "canbo.mau",
        "password": lambda: "not-a-real-password",
    }


def test_the_login_is_sent_as_the_sample(
    client_of: ClientOf, script: Script, sample: Sample
) -> None:
    script.replies = [token(1)]
    client_of(client_secret=lambda: "s").login()
    body, header = sample("igate/tok-01.txt").decode().split("   + header ")
    assert script.requests[0].content.decode() == body
    assert header.startswith("Authorization: Basic")
    assert script.requests[0].headers["authorization"].startswith("Basic ")


def test_the_client_secret_may_travel_in_the_form(client_of: ClientOf, script: Script) -> None:
    script.replies = [token(1)]
    client_of(client_secret=lambda: "s&=%", secret_in="form").login()
    (request,) = script.requests
    assert form(request) == {
        "grant_type": "client_credentials",
        "client_id": "svc-khop",
        "client_secret": "s&=%",
    }
    assert "authorization" not in request.headers


def test_a_user_logs_in_through_a_public_client(
    client_of: ClientOf, script: Script, officer: dict[str, object]
) -> None:
    script.replies = [token(1)]
    client_of(**officer).login()
    (request,) = script.requests
    assert form(request) == {
        "grant_type": "password",
        "username": "canbo.mau",
        "password": "not-a-real-password",
        "client_id": "web-onegate",
    }
    assert "authorization" not in request.headers


def test_a_user_logs_in_through_a_client_with_a_secret(
    client_of: ClientOf, script: Script, officer: dict[str, object]
) -> None:
    script.replies = [token(1)]
    client_of(**officer, client_secret=lambda: "s").login()
    assert script.requests[0].headers["authorization"].startswith("Basic ")
    assert form(script.requests[0])["grant_type"] == "password"


def test_the_realm_is_part_of_the_token_address(client_of: ClientOf, script: Script) -> None:
    script.replies = [token(1)]
    url = "https://sso.example.vn/realms/igate/protocol/openid-connect/token"
    client_of(token_url=url, client_secret=lambda: "s").login()
    assert str(script.requests[0].url) == url


def test_the_refresh_token_is_used_before_the_password(
    client_of: ClientOf, script: Script, officer: dict[str, object], sample: Sample
) -> None:
    first = json.loads(sample("igate/tok-03.json"))
    script.replies = [httpx.Response(200, json=first), token(2, refresh_token="r2"), token(3)]
    client = client_of(**officer, refresh=True)
    client.login()
    client.login()
    client.login()
    forms = list(map(form, script.requests))
    assert [each["grant_type"] for each in forms] == ["password", *["refresh_token"] * 2]
    assert [each.get("refresh_token") for each in forms[1:]] == ["eyJ.fake.refresh", "r2"]
    assert "password" not in forms[1]
    client.login()  # the answer before had no refresh token
    assert form(script.requests[-1])["grant_type"] == "password"


def test_an_expired_refresh_token_leads_to_the_password(
    client_of: ClientOf, script: Script, officer: dict[str, object]
) -> None:
    ended = httpx.Response(400, json={"error": "invalid_grant"})
    script.replies = [token(1, refresh_token="r1"), ended, token(2)]
    client = client_of(**officer, refresh=True)
    client.login()
    client.login()
    grants = [form(each)["grant_type"] for each in script.requests]
    assert grants == ["password", "refresh_token", "password"]


def test_a_refresh_token_is_not_used_by_default(
    client_of: ClientOf, script: Script, officer: dict[str, object]
) -> None:
    script.replies = [token(1, refresh_token="r1")]
    client = client_of(**officer)
    client.login()
    client.login()
    assert {form(each)["grant_type"] for each in script.requests} == {"password"}


def test_an_unreachable_server_does_not_lead_to_the_password(
    client_of: ClientOf, script: Script, officer: dict[str, object]
) -> None:
    script.replies = [token(1, refresh_token="r1"), httpx.Response(503)]
    client = client_of(**officer, refresh=True)
    client.login()
    with pytest.raises(Unreachable):
        client.login()
    assert {form(each)["grant_type"] for each in script.requests[1:]} == {"refresh_token"}


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [(401, Unauthorised, "username and password"), (404, Refused, "token_url")],
)
def test_a_refused_user_is_advised_what_to_check(
    client_of: ClientOf,
    script: Script,
    officer: dict[str, object],
    status: int,
    kind: type[Exception],
    says: str,
) -> None:
    script.replies = [httpx.Response(status, json={"error": "invalid_grant"})]
    with pytest.raises(kind, match=says) as caught:
        client_of(**officer).login()
    assert "not-a-real-password" not in str(caught.value)
    assert "canbo.mau" not in str(caught.value)


def test_the_client_returns_the_claims_of_its_token(client_of: ClientOf, script: Script) -> None:
    spoken = jwt({"deployment_id": "d1"})
    script.replies = [httpx.Response(200, json={"access_token": spoken, "expires_in": 300})]
    client = client_of(client_secret=lambda: "s")
    claims = client.claims()
    assert claims is not None
    assert claims.deployment_id == "d1"
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("expires_in", "payload", "seconds"),
    [
        (None, {"iat": 1000, "exp": 1000 + 86_400}, 86_370),
        (600, {"iat": 1000, "exp": 1000 + 86_400}, 570),
        (None, {"iat": 2000, "exp": 1000}, 270),
        (None, {"exp": 1000}, 270),
        ("soon", {"iat": 1, "exp": 101}, 90),
    ],
)
def test_without_expires_in_the_token_gives_its_lifetime(
    expires_in: object, payload: object, seconds: float
) -> None:
    assert useful_seconds(expires_in, jwt(payload)) == seconds

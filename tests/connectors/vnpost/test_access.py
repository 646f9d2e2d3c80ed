"""Tokens and other forms of access to the post's gateways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from khop.connectors.vnpost import FixedToken, lgsp_key_access, lgsp_tttt_access
from khop.errors import ConnectorError, Refused, Unauthorised
from tests.connectors.scripted import FakeTime, Sample
from tests.connectors.vnpost.gateway import (
    TOKEN,
    ClientOf,
    Entries,
    FakePostGateway,
    order,
    response,
)


def test_a_token_is_requested_as_in_the_sample(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
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


def test_calls_repeat_the_token_type_of_the_answer(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
) -> None:
    gateway.token = {"token_type": "bearer", "expires_in": 3600}
    client_of().post_order(order(entries))
    assert gateway.calls[0].headers["authorization"] == "bearer t1"


def test_one_token_serves_many_calls_and_is_renewed_before_it_expires(
    client_of: ClientOf, gateway: FakePostGateway, time: FakeTime
) -> None:
    gateway.token = {"expires_in": "100"}
    gateway.answer = response(200, {"_returned": 0})
    client = client_of()
    client.events(None, 50)
    time.now += 89
    client.events(None, 50)
    assert len(gateway.logins) == 1
    time.now += 2
    client.events(None, 50)
    assert len(gateway.logins) == 2


def test_lgsp_key_access_requests_a_token_with_the_key(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
) -> None:
    client_of(lgsp_key_access("post", TOKEN, lambda: "key-token")).post_order(order(entries))
    assert gateway.logins[0].headers["authorization"] == "Bearer key-token"
    assert gateway.logins[0].content == b"grant_type=client_credentials"
    assert gateway.calls[0].headers["authorization"] == "Bearer t1"


def test_lgsp_tttt_access_sends_an_empty_body_and_a_service_code(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
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


def test_a_fixed_token_is_sent_in_its_own_header(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
) -> None:
    client_of(FixedToken(lambda: "abc ")).post_order(order(entries))
    assert gateway.calls[0].headers["access_token"] == "abc"
    assert "authorization" not in gateway.calls[0].headers
    assert not gateway.logins


def test_a_refused_fixed_token_is_not_retried(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
) -> None:
    gateway.answer = response(401, {})
    with pytest.raises(Unauthorised):
        client_of(FixedToken(lambda: "abc")).post_order(order(entries))
    assert len(gateway.calls) == 1


def test_other_names_of_a_token_are_read(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries, time: FakeTime
) -> None:
    gateway.token = {"access_token": None, **entries("token")[3]["body"]}
    gateway.answer = response(200, {"_returned": 0})
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
    "token_answer", [{}, {"expires_in": 0}, {"expires_in": "soon"}, {"expires_in": -1},
             {"expires_in": 9223372036854775}, {"expiryDate": "tomorrow"},
             {"expiryDate": "0001-01-01T00:00:00"}, {"expires_in": True}],
)  # fmt: skip
def test_an_unusable_lifetime_is_five_minutes(
    client_of: ClientOf, gateway: FakePostGateway, time: FakeTime, token_answer: Any
) -> None:
    gateway.token, gateway.answer = token_answer, response(200, {"_returned": 0})
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
    gateway: FakePostGateway,
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


def test_a_login_refused_under_status_200_is_unauthorised(
    client_of: ClientOf, gateway: FakePostGateway
) -> None:
    gateway.token = {"access_token": None, "error": "invalid_client"}
    with pytest.raises(Unauthorised) as caught:
        client_of().login()
    assert caught.value.at_login
    assert caught.value.code == "invalid_client"


@pytest.mark.parametrize(
    "refusal",
    [
        response(401, {}),
        response(403, {}),
        response(401, {"fault": {"code": 900901, "message": "Invalid Credentials"}}),
        response(401, text="<fault><code>900903</code><message>Expired</message></fault>"),
        response(200, {"fault": {"code": "900903", "message": "Access Token Expired"}}),
    ],
)
@pytest.mark.parametrize("call", ["order", "cancel", "tracking"])
def test_an_expired_token_is_renewed_once(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries, refusal: Any, call: str
) -> None:
    gateway.good, gateway.refusal = (lambda number: number > 1), refusal
    client = client_of()
    if call == "tracking":
        gateway.answer = response(200, {"_returned": 0})
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

"""Orders and their cancellation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import ValidationError

from khop.connectors.vnpost import DocumentMessage, Order
from khop.errors import (
    AlreadyExists,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unauthorised,
    Unreachable,
)
from tests.connectors.vnpost.gateway import (
    URLS,
    ClientOf,
    Entries,
    FakePostGateway,
    order,
    response,
)

SAMPLES = ("order-collect-request", "order-return-request")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_order_is_read_and_sent_in_the_sdks_order(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries, name: str
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


def test_an_order_shows_no_personal_data_in_repr_or_error(entries: Entries) -> None:
    written = order(entries)
    assert "Mai Lan" not in repr(written)
    assert "Mai Lan" not in f"{written}"
    broken = {**entries("order-collect-request")[0]["body"], "SenderTel": ["0990000001"]}
    with pytest.raises(ValidationError) as caught:
        Order.model_validate(broken)
    assert "0990000001" not in str(caught.value)


@pytest.mark.parametrize("status", [100, "100", 100.0, " 100 ", "100.0"])
def test_status_100_of_any_type_is_accepted(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries, status: int
) -> None:
    gateway.answer = response(200, {"Status": status, "Message": "Thành công"})
    client_of().post_order(order(entries))
    assert len(gateway.calls) == 1


@pytest.mark.parametrize("status", [101, "101", 101.0])
def test_status_101_is_already_exists(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries, status: int
) -> None:
    gateway.answer = response(200, {"status": status, "message": "OrderNumber đã tồn tại"})
    with pytest.raises(AlreadyExists, match=r"feed.*đã tồn tại") as caught:
        client_of().post_order(order(entries))
    assert caught.value.code == "101"
    assert len(gateway.calls) == 1


@pytest.mark.parametrize(("status", "code"), [(404, "404"), ("-1", "-1"), (0, "0"), ("E12", "E12")])
def test_any_other_status_is_a_refusal_without_personal_numbers(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries, status: int, code: str | None
) -> None:
    message = "Khách 0990000001 bị từ chối"
    gateway.answer = response(200, {"Status": status, "Message": message})
    with pytest.raises(Refused) as caught:
        client_of().post_order(order(entries))
    assert caught.value.code == code
    assert "0990000001" not in str(caught.value)
    assert len(gateway.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        response(200, {"Message": "Lỗi không xác định"}),
        response(200, {"Status": None}),
        response(200, {"Status": True}),
        response(200, {"Status": ""}),
        response(200, []),
        response(200, text="<html><body>Service Unavailable</body></html>"),
        response(200, text='{"Status": 1'),
        response(200, text=""),
        response(502, {}),
        response(500, {"fault": {"code": 101503, "message": "Error connecting to the back end"}}),
    ],
)
@pytest.mark.parametrize("call", ["order", "cancel", "document"])
def test_a_write_without_a_readable_status_has_an_unknown_outcome_and_is_not_repeated(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries, answer: Any, call: Any
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


def test_a_throttled_order_is_retried(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
) -> None:
    answers = iter([response(429, {"fault": {"code": 900800}}), response(200, {"Status": 100})])
    gateway.answer = lambda request: next(answers)(request)
    client_of().post_order(order(entries))
    assert len(gateway.calls) == 2


def test_every_sample_answer_to_an_order_has_its_outcome(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
) -> None:
    kinds = [None, AlreadyExists, OutcomeUnknown, Unauthorised, OutcomeUnknown]
    for entry, kind in zip(entries("order-response"), kinds, strict=True):
        gateway.answer = response(entry["status"], entry.get("body"), entry.get("text"))
        assert _outcome(lambda: client_of().post_order(order(entries))) is kind, entry["note"]


def _outcome(call: Callable[[], object]) -> type[Exception] | None:
    try:
        call()
    except Exception as error:
        return type(error)
    return None


def test_a_cancellation_is_a_get_without_cache(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
) -> None:
    asked = entries("order-cancel")[0]["http"]
    client_of().cancel("H99.01-260318-0001")
    call = gateway.calls[0]
    assert (call.method, call.url.path) == (asked["method"], asked["path"])
    assert dict(call.url.params) == asked["query"]
    assert call.headers["cache-control"] == "no-cache"


def test_a_number_with_blanks_and_slashes_is_percent_encoded(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
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


def test_every_sample_answer_to_a_cancellation_has_its_outcome(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
) -> None:
    kinds = [None, Refused, AlreadyExists]
    for entry, kind in zip(entries("order-cancel")[2:], kinds, strict=True):
        gateway.answer = response(entry["status"], entry["body"])
        assert _outcome(lambda: client_of().cancel("H99.01-260318-0001")) is kind, entry["note"]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ReadTimeout("late"), OutcomeUnknown),
        (httpx.RemoteProtocolError("cut"), OutcomeUnknown),
        (httpx.ConnectError("refused"), Unreachable),
    ],
)
def test_a_cancellation_is_not_retried(
    client_of: ClientOf, gateway: FakePostGateway, failure: Exception, kind: type[Exception]
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise failure

    gateway.answer = fail
    with pytest.raises(kind):
        client_of().cancel("H99.01-260318-0001")
    assert len(gateway.calls) == 1


def test_a_throttled_cancellation_is_raised(client_of: ClientOf, gateway: FakePostGateway) -> None:
    gateway.answer = response(429, {})
    with pytest.raises(RateLimited):
        client_of().cancel("H99.01-260318-0001")
    assert len(gateway.calls) == 1

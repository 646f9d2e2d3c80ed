"""Documents, prices and notices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khop.connectors.vnpost import ClsAccount, DocumentMessage, PriceQuestion, send_cls_notice
from khop.connectors.vnpost.wire import ClsNotice
from khop.errors import ConfigError, OutcomeUnknown, RecordError, Refused
from tests.connectors.scripted import TransportTo
from tests.connectors.vnpost.gateway import URLS, ClientOf, Entries, FakePostGateway, response


def test_every_sample_document_is_sent_unchanged(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
) -> None:
    for entry in entries("document-post-request"):
        client_of().announce(DocumentMessage.model_validate(entry["body"]))
        assert list(json.loads(gateway.calls[-1].content).items()) == list(entry["body"].items())
    assert gateway.calls[-1].url == URLS["document"]


def test_sample_prices_are_read(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
) -> None:
    asked, answered, refused = entries("price")
    question = PriceQuestion.model_validate(asked["body"])
    gateway.answer = response(200, answered["body"])
    assert client_of().price(question) == 30500
    call = gateway.calls[0]
    assert call.method == "POST"
    assert call.url.query == b"service=getprice"
    assert json.loads(call.content) == asked["body"]
    gateway.answer = response(200, refused["body"])
    with pytest.raises(Refused, match="Không tính được cước"):
        client_of().price(question)


@pytest.mark.parametrize(
    ("price", "read"), [("30500", 30500), (30500.0, 30500), ("30500.00", 30500), (0, 0)]
)
def test_a_price_may_be_number_or_text(
    client_of: ClientOf,
    gateway: FakePostGateway,
    entries: Entries,
    price: Any,
    read: int,
) -> None:
    gateway.answer = response(200, {"content": {"price": price}})
    question = PriceQuestion.model_validate(entries("price")[0]["body"])
    assert client_of().price(question) == read


@pytest.mark.parametrize("price", ["30.500", "30.000", "ba mươi", -1, [1], True])
def test_an_ambiguous_price_is_not_read(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries, price: object
) -> None:
    gateway.answer = response(200, {"content": {"price": price}})
    question = PriceQuestion.model_validate(entries("price")[0]["body"])
    with pytest.raises(Exception, match="no amount"):
        client_of().price(question)


def test_an_operation_without_an_address_cannot_be_called(
    client_of: ClientOf, gateway: FakePostGateway, entries: Entries
) -> None:
    with pytest.raises(ConfigError, match=r"sources\.post\.cancel_url"):
        client_of(urls={"order": URLS["order"]}).cancel("H99.01-260318-0001")
    assert not gateway.calls


def test_a_position_that_is_no_id_is_not_sent(
    client_of: ClientOf, gateway: FakePostGateway
) -> None:
    with pytest.raises(RecordError):
        client_of().events("abc", 50)
    assert not gateway.calls


def test_a_notice_has_its_account_in_header_and_body(
    gateway: FakePostGateway, transport_to: TransportTo, entries: Entries
) -> None:
    full = entries("cls-notify-request")[0]["body"]
    fields = {key: value for key, value in full.items() if key not in ("username", "password")}
    transport = transport_to(gateway)
    account = ClsAccount("https://cls.example.vn/notify", "demo", lambda: "<secret>")
    gateway.answer = response(200, text="")
    send_cls_notice(transport, account, ClsNotice.model_validate(fields))
    call = gateway.calls[0]
    assert json.loads(call.content) == full
    assert call.headers["authorization"] == "Basic ZGVtbzo8c2VjcmV0Pg=="
    gateway.answer = response(200, text="<html></html>")
    with pytest.raises(OutcomeUnknown):
        send_cls_notice(transport, account, ClsNotice.model_validate(fields))

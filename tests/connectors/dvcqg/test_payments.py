"""Answers of the payment systems (docs/systems/dvcqg.md)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khop.connectors.dvcqg.payments import (
    callback_reply,
    keypay_checksum,
    read_callback,
    read_start,
)
from khop.errors import Refused, Unreadable
from tests.connectors.scripted import Sample, answer

URL = "https://pay.example.vn/p/abc"


def test_a_payment_started_through_a_wrapper(sample: Sample) -> None:
    start = read_start("pay", answer(sample("dvcqg/pay-05.json")))
    assert start.url == URL
    assert URL not in repr(start)


@pytest.mark.parametrize(
    "body",
    [
        {"MaLoi": "00", "UrlThanhToan": URL},
        {"error": "0", "msg": "", "payment_url": URL},
        {"error_code": 0, "message": json.dumps({"UrlThanhToan": URL})},
        {"error_code": "0", "result": {"MaLoi": "00", "UrlThanhToan": URL}},
        {
            "error_code": "0",
            "message": json.dumps(
                {"error_code": "0", "message": {"MaLoi": "00", "UrlThanhToan": URL}}
            ),
        },
    ],
)
def test_every_form_of_a_payment_start_is_read(body: object) -> None:
    assert read_start("pay", answer(body)).url == URL


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"MaLoi": "99", "MoTaLoi": "Sai mã 099000000001"}, "99"),
        ({"error": "5", "msg": "Sai checksum"}, "5"),
        ({"error_code": "-1", "message": "{lỗi"}, "-1"),
        ({"error_code": "0", "message": json.dumps({"MaLoi": "99", "UrlThanhToan": URL})}, "99"),
    ],
)
def test_a_refused_payment_start_keeps_its_code(body: object, code: str | None) -> None:
    with pytest.raises(Refused) as caught:
        read_start("pay", answer(body))
    assert caught.value.code == code
    assert "099000000001" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html/>",
        b"[]",
        {},
        {"MaLoi": "00"},
        {"MaLoi": "00", "UrlThanhToan": "javascript:1"},
        {"error_code": "0", "message": "{lỗi"},
        {"UrlThanhToan": URL},
    ],
)
def test_an_answer_without_code_or_address_is_unreadable(body: object) -> None:
    with pytest.raises(Unreadable):
        read_start("pay", answer(body))


def test_the_checksum_of_a_request_matches_openssl() -> None:
    # Computed with: printf '0|khop|PAY|100000|42_x7Kq|3.0' | openssl dgst -sha256 -hmac key
    assert (
        keypay_checksum(
            "key",
            addition_fee="0",
            client_id="khop",
            command="PAY",
            trans_amount="100000",
            transaction_id="42_x7Kq",
            version="3.0",
        )
        == "d1cf24ab97e6e41e1becdaf37a6fc7c8f73b073424b53a9e4e3e24790a4d5095"
    )


@pytest.mark.parametrize(("status", "paid"), [(0, True), ("0", True), ("00", True), ("1", False)])
def test_a_callback_is_read(status: int, paid: object) -> None:
    end = read_callback(
        "pay", {"transaction_id": "42_x7Kq", "status": status, "trans_amount": 100000}
    )
    assert (end.transaction, end.paid, end.amount) == ("42_x7Kq", paid, "100000")


@pytest.mark.parametrize("fields", [{}, {"status": "0"}, {"transaction_id": "x", "status": None}])
def test_a_callback_without_transaction_or_status_is_unreadable(fields: Any) -> None:
    with pytest.raises(Unreadable):
        read_callback("pay", fields)


def test_a_callback_is_answered_with_a_code(sample: Sample) -> None:
    assert callback_reply(taken=True) == json.loads(sample("dvcqg/pay-07.json"))
    assert callback_reply(taken=False)["return_code"] == -1

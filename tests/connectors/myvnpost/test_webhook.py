"""Signed calls of MyVNPost."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from khop.connectors.myvnpost import WebhookItem, read_webhook, webhook_key
from khop.errors import ConfigError, RecordError
from tests.connectors.scripted import Sample

NOW = datetime(2026, 3, 19, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def private() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signed(private: rsa.RSAPrivateKey, body: dict[str, Any]) -> bytes:
    first = body["data"][0] if isinstance(body["data"], list) else body["data"]
    text = f"MYVNP{body['sendDate']}{first.get('itemCode') or ''}{first.get('status') or ''}"
    signature = private.sign(text.encode(), padding.PKCS1v15(), SHA256())
    return json.dumps({**body, "signature": base64.b64encode(signature).decode()}).encode()


def call(**changes: Any) -> dict[str, Any]:
    item = {"itemCode": "CH000000001VN", "status": "14", "saleOrderCode": "H99.01-260318-0011"}
    return {"data": [item], "sendDate": "19/03/2026 09:41:00", **changes}


def test_every_sample_call_is_read_when_it_is_signed(
    private: rsa.RSAPrivateKey, sample: Sample
) -> None:
    key = webhook_key(pem(private))
    statuses = [("14", 0), ("12", 1), ("10", 0), ("12", 0)]
    entries = json.loads(sample("vnpost/myvnpost-webhook.json"))
    for entry, (status, others) in zip(entries, statuses, strict=True):
        news = read_webhook(signed(private, entry["body"]), key, now=NOW)
        assert news.confirmed is not None
        assert news.confirmed.status == status
        assert len(news.unconfirmed) == others
    assert news.sent_at == datetime(2026, 3, 19, 2, 10, tzinfo=UTC)


def test_only_the_first_item_is_confirmed(private: rsa.RSAPrivateKey) -> None:
    first = {"itemCode": "CH000000001VN", "status": 12, "originalId": "0000-demo"}
    second = {"itemCode": "CH000000002VN", "status": "14"}
    body = signed(private, call(data=[first, second]))
    news = read_webhook(body, webhook_key(pem(private)), now=NOW)
    assert news.confirmed == WebhookItem("CH000000001VN", "12", None, "0000-demo")
    assert news.unconfirmed == (WebhookItem("CH000000002VN", "14"),)


@pytest.mark.parametrize("field", ["sendDate", "itemCode", "status"])
def test_a_change_after_signing_is_refused(private: rsa.RSAPrivateKey, field: str) -> None:
    body = json.loads(signed(private, call()))
    if field == "sendDate":
        body["sendDate"] = "19/03/2026 09:42:00"
    else:
        body["data"][0][field] = "15"
    with pytest.raises(RecordError, match=r"signature: was not made"):
        read_webhook(json.dumps(body).encode(), webhook_key(pem(private)), now=NOW)


def test_a_signature_of_another_key_is_refused(private: rsa.RSAPrivateKey) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(RecordError, match="signature"):
        read_webhook(signed(stranger, call()), webhook_key(pem(private)), now=NOW)


def test_an_old_call_is_refused_as_a_replay(private: rsa.RSAPrivateKey) -> None:
    key, body = webhook_key(pem(private)), signed(private, call())
    late = NOW + timedelta(hours=2)
    item = WebhookItem("CH000000001VN", "14", "H99.01-260318-0011")
    assert read_webhook(body, key, now=late).confirmed == item
    assert read_webhook(body, key, now=late, longest_age=timedelta(hours=3)).confirmed == item
    assert read_webhook(body, key, now=late + timedelta(days=9), longest_age=None).confirmed == item
    with pytest.raises(RecordError, match="replay"):
        read_webhook(body, key, now=NOW + timedelta(days=1, minutes=1))
    with pytest.raises(RecordError, match="replay"):
        read_webhook(body, key, now=late, longest_age=timedelta(hours=1))
    with pytest.raises(RecordError, match="future"):
        read_webhook(body, key, now=NOW - timedelta(hours=1), longest_age=timedelta(days=1))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"[]",
        b'{"data": []}',
        b'{"sendDate": "19/03/2026 09:41:00", "signature": "AAAA"}',
        b'{"data": [7], "sendDate": "19/03/2026 09:41:00", "signature": "AAAA"}',
        b'{"data": [{"status": "14"}], "sendDate": "x", "signature": "AAAA"}',
        b'{"data": [{"itemCode": ["A"]}], "sendDate": "x", "signature": "AAAA"}',
        b'{"data": [{"itemCode": "A"}], "sendDate": "x", "signature": "%%%"}',
        b'{"data": [{"itemCode": "A"}], "sendDate": "x", "signature": 7}',
        b'{"data": [{"itemCode": "A"}], "sendDate": "x"}',
        b'{"data": [{"itemCode": "A"}], "sendDate": null, "signature": "AAAA"}',
        b'{"data": [{"itemCode": "' + b"A" * 300 + b'"}], "sendDate": "x", "signature": "AAAA"}',
        b" " * (1024 * 1024 + 1),
    ],
)
def test_a_malformed_call_is_a_record_error(private: rsa.RSAPrivateKey, body: Any) -> None:
    with pytest.raises(RecordError):
        read_webhook(body, webhook_key(pem(private)), now=NOW)


@pytest.mark.parametrize("sent", ["2026-03-19T09:41:00", "2026-03-19T02:41:00+00:00"])
def test_other_forms_of_the_date_are_read(private: rsa.RSAPrivateKey, sent: object) -> None:
    body = signed(private, call(sendDate=sent))
    news = read_webhook(body, webhook_key(pem(private)), now=NOW)
    assert news.sent_at == datetime(2026, 3, 19, 2, 41, tzinfo=UTC)


@pytest.mark.parametrize("sent", ["hôm qua", "31/02/2026 09:41:00", "01/01/0001 00:00:00"])
def test_a_signed_date_that_does_not_exist_is_a_record_error(
    private: rsa.RSAPrivateKey, sent: object
) -> None:
    with pytest.raises(RecordError, match="sendDate"):
        read_webhook(signed(private, call(sendDate=sent)), webhook_key(pem(private)), now=NOW)


@pytest.mark.parametrize("text", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n", b"\xff"])
def test_an_unreadable_key_is_a_configuration_error(text: Any) -> None:
    with pytest.raises(ConfigError):
        webhook_key(text)


def test_a_key_of_another_kind_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="RSA"):
        webhook_key(pem(ec.generate_private_key(ec.SECP256R1())))


@pytest.mark.parametrize(
    ("item", "status"),
    [
        ("CH1", "14"),
        ("CH11", "4"),
        ("0CH000000001VN", "14"),
        ("ZH000000001VN", "14"),
        ("CH000000001", "VN14"),
        ("CH000000001VN1", "4"),
        ("CH000000001VN", ""),
        ("", "CH000000001VN14"),
    ],
)
def test_values_that_the_signed_text_does_not_tell_apart_are_not_confirmed(
    item: str, status: str, private: rsa.RSAPrivateKey
) -> None:
    first = {"itemCode": item, "status": status, "saleOrderCode": "H99.01-260318-0011"}
    sent = signed(private, call(data=[first]))
    news = read_webhook(sent, webhook_key(pem(private)), now=NOW)
    assert news.confirmed is None
    assert news.unconfirmed[0].number == "H99.01-260318-0011"


@pytest.mark.parametrize("bits", [1024, 2047])
def test_a_short_key_is_refused(bits: int) -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    with pytest.raises(ConfigError, match="2048 bits or more"):
        webhook_key(pem(short))

"""Signed notices: the receiver's check, and the retries of the sender."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from khop.connectors.http.transport import Transport
from khop.connectors.notices import NoticeClient, notice_headers, verify_notice
from khop.errors import ConfigError, RecordError, Refused, Unauthorised, Unreachable
from tests.connectors.scripted import Script, TransportTo

SECRET = "a secret of both sides"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
BODY = json.dumps({"id": "n1", "findings": [{"unit": "UBND xã Mẫu"}]}, ensure_ascii=False).encode()
URL = "https://receiver.example.vn/khop"


def headers(**changes: str) -> dict[str, str]:
    signed = notice_headers(SECRET, "n1", BODY, NOW)
    return signed | {name.replace("_", "-"): value for name, value in changes.items()}


def verified(
    head: Mapping[str, str], body: bytes = BODY, secret: str = SECRET, **later: float
) -> Mapping[str, object]:
    return verify_notice(secret, head, body, now=NOW + timedelta(**later))


def test_the_signature_is_as_documented() -> None:
    signed = f"{int(NOW.timestamp())}.".encode() + BODY
    due = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers()["Khop-Signature"] == f"v1={due}"
    assert headers()["Khop-Notice"] == "n1"


def test_a_signed_notice_is_accepted() -> None:
    assert verified(headers()) == json.loads(BODY)


@pytest.mark.parametrize("spelt", [str.lower, str.upper, str.title])
def test_headers_may_come_in_any_case(spelt: Callable[[str], str]) -> None:
    assert verified({spelt(name): text for name, text in headers().items()})["id"] == "n1"


def test_one_of_several_signatures_is_enough() -> None:
    good = headers()["Khop-Signature"]
    assert verified(headers(Khop_Signature=f"v1={'0' * 64}, v2=x, {good}"))["id"] == "n1"


def test_the_ninth_signature_is_ignored() -> None:
    many = ",".join(["v1=0"] * 8 + [headers()["Khop-Signature"]])
    with pytest.raises(RecordError, match="Khop-Signature"):
        verified(headers(Khop_Signature=many))


@pytest.mark.parametrize(
    ("head", "body", "secret"),
    [
        (headers(), BODY + b" ", SECRET),
        (headers(), BODY.replace(b"n1", b"n2"), SECRET),
        (headers(), BODY, "another secret of one side"),
        (headers(), BODY, ""),
        (headers(Khop_Timestamp="1795168801"), BODY, SECRET),
        (headers(Khop_Signature=""), BODY, SECRET),
        (headers(Khop_Signature="v1="), BODY, SECRET),
        (headers(Khop_Signature="v1=xấu\udc80"), BODY, SECRET),
        (headers(Khop_Signature=headers()["Khop-Signature"].replace("v1", "v0")), BODY, SECRET),
        ({"Khop-Notice": "n1"}, BODY, SECRET),
        ({}, b"", SECRET),
    ],
)
def test_an_unsigned_change_is_refused(head: Mapping[str, str], body: bytes, secret: str) -> None:
    with pytest.raises(RecordError, match="Khop-Signature"):
        verified(head, body, secret)


def test_a_signature_with_an_empty_secret_is_refused() -> None:
    with pytest.raises(RecordError, match="Khop-Signature"):
        verified(notice_headers("", "n1", BODY, NOW), secret="")


@pytest.mark.parametrize(
    ("later", "reason"),
    [({"minutes": 5, "seconds": 1}, "too long ago"), ({"minutes": -6}, "lies in the future")],
)
def test_an_old_notice_is_refused_as_a_replay(later: dict[str, Any], reason: str) -> None:
    assert verified(headers(), minutes=5)["id"] == "n1"
    with pytest.raises(RecordError, match=reason):
        verified(headers(), **later)


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9", "١٢٣", "9" * 13])
def test_an_invalid_timestamp_is_refused_although_signed(text: str) -> None:
    signed = hmac.new(SECRET.encode(), text.encode() + b"." + BODY, hashlib.sha256).hexdigest()
    with pytest.raises(RecordError, match="Khop-Timestamp"):
        verified(headers(Khop_Timestamp=text, Khop_Signature=f"v1={signed}"))


def test_an_id_that_differs_from_the_body_is_refused() -> None:
    for other in ("n2", ""):
        with pytest.raises(RecordError, match="Khop-Notice"):
            verified(headers(Khop_Notice=other))


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[1]", b'{"id": 1}', b"{}"])
def test_a_body_without_a_notice_is_refused(body: bytes) -> None:
    with pytest.raises(RecordError):
        verified(notice_headers(SECRET, "n1", body, NOW), body)


def test_no_error_quotes_the_secret_or_the_body() -> None:
    with pytest.raises(RecordError) as caught:
        verified(headers(), BODY + b"x")
    assert SECRET not in str(caught.value)
    assert "Mẫu" not in str(caught.value)


def client(transport: Transport, moments: list[datetime] | None = None) -> NoticeClient:
    clock = iter(moments or [NOW] * 9)
    return NoticeClient(transport, URL, SECRET, lambda: next(clock))


def test_each_try_has_the_same_id_and_its_own_signature(
    script: Script, transport_to: TransportTo
) -> None:
    script.replies = [
        httpx.Response(503),
        httpx.ReadTimeout("slow"),
        httpx.Response(429, headers={"Retry-After": "1"}),
        httpx.Response(202, content=b"<html>whatever"),
    ]
    moments = [NOW + timedelta(minutes=n) for n in range(4)]
    client(transport_to(script), moments).send("n1", BODY)
    assert [str(request.url) for request in script.requests] == [URL] * 4
    for moment, request in zip(moments, script.requests, strict=True):
        assert request.headers["content-type"] == "application/json"
        notice = verify_notice(SECRET, request.headers, request.content, now=moment)
        assert notice["id"] == request.headers["khop-notice"] == "n1"


@pytest.mark.parametrize(
    ("status", "error"), [(400, Refused), (404, Refused), (401, Unauthorised), (307, Refused)]
)
def test_a_refusal_is_not_retried(
    script: Script, transport_to: TransportTo, status: int, error: type[Exception]
) -> None:
    script.replies = [httpx.Response(status, headers={"Location": "https://other.example.vn"})]
    with pytest.raises(error):
        client(transport_to(script)).send("n1", BODY)
    assert len(script.requests) == 1


def test_an_unanswered_notice_fails_after_its_tries(
    script: Script, transport_to: TransportTo
) -> None:
    script.replies = [httpx.ReadTimeout("slow")]
    with pytest.raises(Unreachable):
        client(transport_to(script, attempts=3)).send("n1", BODY)
    assert len(script.requests) == 3


def test_a_short_secret_is_refused_before_anything_is_sent(
    script: Script, transport_to: TransportTo
) -> None:
    with pytest.raises(ConfigError, match=r"notices\.secret"):
        NoticeClient(transport_to(script), URL, "x" * 15, lambda: NOW)

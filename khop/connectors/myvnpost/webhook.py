"""MyVNPost's calls to the office, whose signature covers only the first item
(docs/systems/vnpost.md).

The signature is RSA-SHA256 (PKCS #1 v1.5) of ``"MYVNP" + sendDate + itemCode + status`` of the
first item. Everything else in a call, even our own number of that item, may be forged: it is only
a reason for a look-up. So is an item where the signed text does not tell where one value ends and
the next begins: ``CH1`` and ``14`` are signed as ``CH11`` and ``4`` are.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from khop.connectors.http.answers import read_json
from khop.errors import ConfigError, RecordError
from khop.text.local_time import LOCAL

LARGEST_BODY = 1024 * 1024
#: Bits of an RSA key.
SHORTEST_KEY = 2048
#: Older calls may be replays.
LONGEST_AGE = timedelta(days=1)
_MOST_ITEMS = 1000
_LONGEST = 200
_PREFIX = "MYVNP"
_FORMS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")
#: How far the sender's clock may be ahead of khop's.
_AHEAD = timedelta(minutes=10)
_WAYBILL = re.compile(r"[A-Y][0-9A-Z]*[A-Z]", re.IGNORECASE | re.ASCII)
_STATUS = re.compile(r"[0-9]+")
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class WebhookItem:
    """One order of a call. ``number``: our own number (saleOrderCode), which no signature covers;
    None where the call has none."""

    item_code: str | None
    status: str | None
    number: str | None = None
    original_id: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookNews:
    """``sent_at``: when the call was signed. ``confirmed``: the item whose waybill and status the
    signature covers; None when it does not tell them apart. ``unconfirmed``: the other items, which
    must be looked up."""

    sent_at: datetime
    confirmed: WebhookItem | None
    unconfirmed: tuple[WebhookItem, ...] = ()


def webhook_key(pem: bytes) -> RSAPublicKey:
    """The sender's key, from the PEM of a public key or of a certificate.

    Raises ConfigError when it is neither, and when it is too short.
    """
    try:
        key = (
            x509.load_pem_x509_certificate(pem).public_key()
            if _CERTIFICATE in pem
            else load_pem_public_key(pem)
        )
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigError(f"this is no PEM of a public key ({type(error).__name__})") from None
    if not isinstance(key, RSAPublicKey):
        raise ConfigError("this is not an RSA key")
    if key.key_size < SHORTEST_KEY:
        raise ConfigError(
            f"this RSA key has {key.key_size} bits, which can be broken; ask the post for a key of "
            f"{SHORTEST_KEY} bits or more"
        )
    return key


def read_webhook(
    body: bytes, key: RSAPublicKey, *, now: datetime, longest_age: timedelta | None = LONGEST_AGE
) -> WebhookNews:
    """The content of a call. ``longest_age``: older calls are refused, as they may be replayed;
    None sets no limit.

    Raises RecordError when the call is malformed, too old, or not signed with ``key``.
    """
    fields = _fields(body)
    items = fields.get("data")
    entries: list[Any] = items if isinstance(items, list) else [items]
    if not entries or len(entries) > _MOST_ITEMS:
        raise RecordError("data", f"does not hold one to {_MOST_ITEMS} items")
    read = [_item(entry, place) for place, entry in enumerate(entries)]
    send_date = _scalar(fields.get("sendDate"), "sendDate") or ""
    _verify(key, fields.get("signature"), _signed(send_date, entries[0]))
    sent_at = _moment(send_date.strip())
    _in_time(sent_at, now, longest_age)
    if _is_clear(read[0]):
        return WebhookNews(sent_at, read[0], tuple(read[1:]))
    return WebhookNews(sent_at, None, tuple(read))


def _is_clear(item: WebhookItem) -> bool:
    """Whether the signed text can be divided in this way only: the waybill begins and ends with a
    letter (no Z, which may end a time), the status has digits only."""
    return bool(_WAYBILL.fullmatch(item.item_code or "") and _STATUS.fullmatch(item.status or ""))


def _fields(body: bytes) -> Mapping[str, object]:
    if len(body) > LARGEST_BODY:
        raise RecordError("body", "is too long")
    try:
        fields = read_json(body)
    except ValueError:
        raise RecordError("body", "is not JSON") from None
    if not isinstance(fields, Mapping):
        raise RecordError("body", "is not an object")
    return fields


def _item(entry: object, place: int) -> WebhookItem:
    where = f"data[{place}]"
    if not isinstance(entry, Mapping):
        raise RecordError(where, "is not an object")

    def text(*keys: str) -> str | None:
        found = (_scalar(entry.get(key), f"{where}.{key}") for key in keys)
        return next((each.strip() for each in found if each and each.strip()), None)

    item = WebhookItem(
        item_code=text("itemCode"),
        status=text("status"),
        number=text("saleOrderCode"),
        original_id=text("originalId", "originalID"),
    )
    if item.item_code is None and item.number is None:
        raise RecordError(f"{where}.itemCode", "is missing")
    return item


def _signed(send_date: str, first: Mapping[str, object]) -> str:
    """The signed text: the values as they are written, "" for null."""
    values = (_scalar(first.get(key), f"data[0].{key}") or "" for key in ("itemCode", "status"))
    return "".join((_PREFIX, send_date, *values))


def _scalar(value: object, field: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > _LONGEST:
        raise RecordError(field, "is not a short text or number")
    return str(value)


def _verify(key: RSAPublicKey, signature: object, signed: str) -> None:
    if not isinstance(signature, str):
        raise RecordError("signature", "is missing")
    try:
        raw = base64.b64decode("".join(signature.split()), validate=True)
        key.verify(raw, signed.encode(), PKCS1v15(), SHA256())
    except (binascii.Error, ValueError):
        raise RecordError("signature", "is not base64") from None
    except InvalidSignature:
        raise RecordError("signature", "was not made with the sender's key") from None


def _moment(text: str) -> datetime:
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=LOCAL).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RecordError("sendDate", "is not in a known date form") from None


def _in_time(sent_at: datetime, now: datetime, longest_age: timedelta | None) -> None:
    if longest_age is None:
        return
    if now - sent_at > longest_age:
        raise RecordError("sendDate", "is too long ago: the call may be a replay")
    if sent_at - now > _AHEAD:
        raise RecordError("sendDate", "lies in the future: check the clocks")

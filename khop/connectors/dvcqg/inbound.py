"""The portal's calls to a province (docs/systems/dvcqg.md).

::

    path ── known? ── body an object? ── the service's handler ── receiver ──► reply
              404          500 text        a bad field: -1

=====================  ==============================================  =========================
path                   request                                         answer
=====================  ==============================================  =========================
search/call            the code of a dossier                           the record, or "-1" (text)
addtthcKhuyenMai       a dossier that was filed on the portal          0, 1 known already, -1
nhanhsdvcqg            an amendment, or proof of payment               0, 1, -1
nhantbthuedvcqg        a tax notice, base64 of XML                     0, 1, -1
dptracuuthanhtoanhs    the code of a dossier                           -1, "0", "1" and amounts due
downloadfile/<uid>     (nothing)                                       the file
=====================  ==============================================  =========================

Paths stand below ``…/XrdAdapter|VXPAdapter/RestService/forward/``, or alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from typing import Protocol

from khop.connectors.dvcqg.inbound_wire import (
    Amendment,
    BadField,
    PaymentDetails,
    PaymentProof,
    PromotionDossier,
    file_bytes,
)
from khop.connectors.http.answers import json_within, read_json
from khop.connectors.http.values import lower_keys, text_of
from khop.connectors.http.xml import children, local_name, read_xml
from khop.errors import KhopError

#: Longest body accepted, in bytes; it holds files as base64.
LONGEST_BODY = 32 * 1024 * 1024
_LONGEST_CODE = 100
_FORWARD = re.compile(r"(?:^|.*/)(?:XrdAdapter|VXPAdapter)/RestService/forward/(.+)", re.IGNORECASE)
_DOWNLOAD = re.compile(r"downloadfile/([0-9A-Za-z-]{36})", re.IGNORECASE)
_JSON = "application/json;charset=UTF-8"
_PLAIN = "text/plain;charset=UTF-8"
_TRUE = ("true", "1")
_PAYMENT = "nhanchungtuthuedat"
_DETAILS = set(PaymentDetails.model_fields)


@dataclass(frozen=True, slots=True)
class InboundReply:
    """``status``: HTTP status."""

    status: int
    content_type: str
    body: bytes = field(repr=False)


class Taken(Enum):
    """Outcome of a message. DUPLICATE: a message with this reference was received before."""

    NEW = "new"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class TaxNotice:
    """A tax notice. ``xml``: as received. ``rows``: its entries, each name with its text."""

    xml: bytes = field(repr=False)
    rows: tuple[Mapping[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Due:
    """The payment due for a dossier; ``details`` is None when nothing is due."""

    details: Mapping[str, object] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StoredFile:
    content_type: str
    content: bytes = field(repr=False)


class PortalReceiver(Protocol):
    """The province's side of the portal's calls.

    Each ``receive_…`` gets a reference of the message and accepts a reference once: a repeat is
    DUPLICATE and changes nothing. A KhopError becomes the answer "failed".
    """

    def dossier(self, code: str) -> Mapping[str, object] | None:
        """The answer to a look-up, or None where there is no such dossier."""

    def receive_dossier(self, reference: str, dossier: PromotionDossier) -> Taken:
        """``reference``: the portal's code of the dossier."""

    def receive_amendment(self, reference: str, amendment: Amendment, updating: bool) -> Taken:
        """``reference``: the portal's code and a digest of the change, as a dossier may have
        several changes."""

    def receive_payment(self, reference: str, proof: PaymentProof) -> Taken:
        """``reference``: codes of the dossier and of the tax notice, and a digest of the payment.
        The portal reports an unpaid notice again after it is paid."""

    def receive_tax_notice(self, reference: str, notice: TaxNotice) -> Taken:
        """``reference``: a digest of the notice, which has no number."""

    def due(self, code: str) -> Due | None:
        """The payment due; None where there is no such dossier."""

    def file(self, uid: str) -> StoredFile | None:
        """The file of this id, or None."""


def handle(
    path: str, body: bytes, receiver: PortalReceiver, *, longest: int = LONGEST_BODY
) -> InboundReply:
    """The reply to one call. ``path``: without query. Error replies show nothing of the body."""
    forwarded = _FORWARD.fullmatch(path)
    service = (forwarded[1] if forwarded else path).strip("/")
    if download := _DOWNLOAD.fullmatch(service):
        return _file(download[1], receiver)
    answer = _HANDLERS.get(service.casefold())
    if answer is None and not forwarded:
        answer = _HANDLERS.get(service.rpartition("/")[2].casefold())
    if answer is None:
        return InboundReply(404, _PLAIN, b"not found")
    if len(body) > longest:
        return InboundReply(413, _PLAIN, b"request body too large")
    fields = _object(body)
    if fields is None:
        return InboundReply(500, _PLAIN, b"request body incorrect")
    return answer(fields, receiver)


def _look_up(fields: Mapping[str, object], receiver: PortalReceiver) -> InboundReply:
    code = _code(fields, "masohoso")
    if code is None:
        return _reply("-1", "masohoso")
    try:
        found = receiver.dossier(code)
    except KhopError:
        return _reply("-1", "failed")
    return _reply("-1", "not found") if found is None else _json(found)


def _payable(fields: Mapping[str, object], receiver: PortalReceiver) -> InboundReply:
    code = _code(fields, "mahoso")
    try:
        due = None if code is None else receiver.due(code)
    except KhopError:
        return _reply(-1, [])
    if due is None:
        return _reply(-1, [])
    return _reply("0", []) if due.details is None else _reply("1", due.details)


def _promotion(fields: Mapping[str, object], receiver: PortalReceiver) -> InboundReply:
    def take() -> Taken:
        dossier = PromotionDossier.read(fields)
        return receiver.receive_dossier(_named(dossier.MaHoSo, "MaHoSo"), dossier)

    return _received(take)


def _forwarded(fields: Mapping[str, object], receiver: PortalReceiver) -> InboundReply:
    envelope = lower_keys(fields)
    data = json_within(envelope.get("data"))
    if text_of(envelope.get("service")).casefold() == _PAYMENT:
        return _received(lambda: _payment(data, receiver))
    updating = str(envelope.get("isupdating")).strip().casefold() in _TRUE
    return _received(lambda: _amendment(data, receiver, updating))


def _payment(data: object, receiver: PortalReceiver) -> Taken:
    proof = PaymentProof.read(data)
    code = _named(proof.MaHoSo, "MaHoSo")
    notice = _named(proof.ThongTinThanhToan.MaThongBaoThue, "MaThongBaoThue")
    details = proof.ThongTinThanhToan.model_dump_json(include=_DETAILS)
    return receiver.receive_payment(f"{code}/{notice}/{_digest(details.encode())}", proof)


def _amendment(data: object, receiver: PortalReceiver, updating: bool) -> Taken:
    amendment = Amendment.read(data)
    code = _named(amendment.MaHoSoQG, "MaHoSoQG")
    digest = _digest(json.dumps(data, sort_keys=True, default=str).encode("utf-8", "replace"))
    return receiver.receive_amendment(f"{code}/{digest}", amendment, updating)


def _tax_notice(fields: Mapping[str, object], receiver: PortalReceiver) -> InboundReply:
    def take() -> Taken:
        data = json_within(lower_keys(fields).get("data"))
        inner = lower_keys(data) if isinstance(data, Mapping) else {}
        notice = _notice(inner.get("filethongbaothue"))
        return receiver.receive_tax_notice(_digest(notice.xml), notice)

    return _received(take)


def _notice(packed: object) -> TaxNotice:
    try:
        xml = file_bytes(packed)
        root = read_xml(xml)
    except ValueError:
        raise BadField("FileThongBaoThue") from None
    rows = tuple(
        {name: "".join(cell.itertext()).strip() for name, cell in children(row)}
        for row in root
        if local_name(row)
    )
    return TaxNotice(xml, rows)


def _file(uid: str, receiver: PortalReceiver) -> InboundReply:
    try:
        found = receiver.file(uid)
    except KhopError:
        return InboundReply(500, _PLAIN, b"failed")
    if found is None:
        return InboundReply(404, _PLAIN, b"not found")
    return InboundReply(200, found.content_type, found.content)


def _received(take: Callable[[], Taken]) -> InboundReply:
    try:
        taken = take()
    except BadField as bad:
        return _reply(-1, f"{bad} is missing or cannot be used")
    except KhopError:
        return _reply(-1, "failed")
    return _reply(0, "success") if taken is Taken.NEW else _reply(1, "duplicate")


def _object(body: bytes) -> Mapping[str, object] | None:
    try:
        read = read_json(body)
    except ValueError:
        return None
    return read if isinstance(read, Mapping) else None


def _code(fields: Mapping[str, object], name: str) -> str | None:
    code = text_of(lower_keys(fields).get(name))
    return code if code and len(code) <= _LONGEST_CODE and code.isprintable() else None


def _named(value: str, field: str) -> str:
    name = value.strip()
    if not name or len(name) > _LONGEST_CODE:
        raise BadField(field)
    return name


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _reply(code: int | str, message: object) -> InboundReply:
    return _json({"error_code": code, "message": message})


def _json(value: Mapping[str, object]) -> InboundReply:
    return InboundReply(200, _JSON, json.dumps(value, ensure_ascii=False).encode())


_HANDLERS: Mapping[str, Callable[[Mapping[str, object], PortalReceiver], InboundReply]] = {
    "search/call": _look_up,
    "addtthckhuyenmai": _promotion,
    "nhanhsdvcqg": _forwarded,
    "nhantbthuedvcqg": _tax_notice,
    "dptracuuthanhtoanhs": _payable,
}

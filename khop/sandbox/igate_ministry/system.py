"""VNPT's newer adapter, through which a ministry's system files dossiers (docs/systems/igate.md).

::

    GetToken -> GetNextValue -> UploadFile -> CreateDossier -> CapNhatTienTrinh, CapNhatTrangThai

The real paths are hidden behind the ministry's own proxy, so each is configured.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from random import Random
from typing import Any

from khop.loopback import Request, Response
from khop.sandbox.accounts.igate_ministry import CLIENT, SECRET
from khop.sandbox.common.application import Application, Environment
from khop.sandbox.common.faults import Purpose
from khop.sandbox.igate_ministry.checks import (
    Fault,
    attachments,
    create_faults,
    progress_faults,
    status_faults,
)

STEPS: dict[str, Purpose] = {
    "GetToken": "login",
    "GetNextValue": "write",
    "UploadFile": "write",
    "CreateDossier": "write",
    "CapNhatTienTrinh": "write",
    "CapNhatTrangThai": "write",
}
_PREFIX = "G99.20"
_FIRST_ID = 88_001


def _default_paths() -> dict[str, str]:
    return {step: f"/api/DvcSync/{step}" for step in STEPS}


@dataclass(frozen=True, slots=True)
class MinistryOptions:
    """``paths``: address of each step. ``token_seconds``, ``token_calls``: a token ends after so
    many seconds, or so many calls (None: no such end). ``says_id``: the answer to a new dossier
    has its ``idHoSo``; None draws. ``wraps_uploads``: the answer to an upload is wrapped in
    ``response`` once more; None draws. ``units``: the units that may file; None: all."""

    paths: Mapping[str, str] = field(default_factory=_default_paths)
    token_seconds: float = 3600.0
    token_calls: int | None = None
    says_id: bool | None = None
    wraps_uploads: bool | None = None
    units: frozenset[str] | None = None


@dataclass(slots=True)
class FiledDossier:
    """A dossier as filed: ``told`` says whether its id was in the answer."""

    number: str
    code: str
    told: bool
    steps: list[Mapping[str, Any]] = field(default_factory=list)
    states: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Token:
    ends: float
    calls: int = 0


class Ministry(Application):
    """``dossiers``: what was filed, by code."""

    name = "ministry"

    def __init__(self, environment: Environment, options: MinistryOptions) -> None:
        super().__init__(environment)
        self._options = options
        self._steps = {path: step for step, path in options.paths.items()}
        self._tokens: dict[str, _Token] = {}
        self._numbers: set[str] = set()
        self._files: dict[str, str] = {}
        self.dossiers: dict[str, FiledDossier] = {}

    def classify(self, request: Request) -> tuple[str, Purpose]:
        step = self._steps.get(request.path)
        return ("other", "read") if step is None else (step, STEPS[step])

    def respond(self, request: Request, operation: str, rng: Random) -> Response:
        if operation == "other":
            return _said(404, "Not Found")
        with self.lock:
            if operation == "GetToken":
                return self._token(request, rng)
            if not self._may_enter(request):
                return _said(401, "Token không hợp lệ")
            match operation:
                case "GetNextValue":
                    return self._next_value(request)
                case "UploadFile":
                    return self._upload(request, rng)
                case "CreateDossier":
                    return self._create(request, rng)
                case "CapNhatTienTrinh":
                    return self._each(request, progress_faults, "IDHoSo", self._add_step)
            return self._each(request, status_faults, "IdHoSo", self._set_state)

    def expire(self, operation: str, rng: Random) -> Response | None:
        with self.lock:
            self._tokens.clear()
        return _said(401, "Token expired")

    # --- token -----------------------------------------------------------------------------

    def _token(self, request: Request, rng: Random) -> Response:
        body = _json(request)
        account = (body.get("client_id"), body.get("client_secret")) if _is_object(body) else None
        if request.method != "POST" or account != (CLIENT, SECRET):
            return _said(401, "Sai client_id hoặc client_secret")
        token = f"{rng.getrandbits(160):040x}"
        self._tokens[token] = _Token(self._clock() + self._options.token_seconds)
        data = {"access_token": token, "expires_in": int(self._options.token_seconds)}
        return _said(200, "OK", data | {"token_type": "Bearer", "scope": ""})

    def _may_enter(self, request: Request) -> bool:
        """The ministry's proxy takes the token from the query; the adapter as Bearer."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        sent = value if scheme.lower() == "bearer" else request.query.get("token", "")
        token = self._tokens.get(sent)
        if token is None or self._ended(token):
            return False
        token.calls += 1
        return True

    def _ended(self, token: _Token) -> bool:
        limit = self._options.token_calls
        return self._clock() >= token.ends or (limit is not None and token.calls >= limit)

    # --- filing ----------------------------------------------------------------------------

    def _next_value(self, request: Request) -> Response:
        """A new code; each call takes one. Sources disagree whether ``code`` is the unit's or
        the procedure's, so both will do."""
        body = _json(request)
        code = request.query.get("code") or (body.get("code") if _is_object(body) else None)
        if not code:
            return self._invalid([Fault("missing_field", "code")], None)
        serial = len(self._numbers) + 1
        value = f"{_PREFIX}-{self._world.now:%Y%m%d}-{serial:07d}"
        self._numbers.add(value)
        return Response.json({"value": value})

    def _upload(self, request: Request, rng: Random) -> Response:
        parts = _parts(request)
        if not parts:
            return self._invalid([Fault("not_multipart", "")], None)
        stored = []
        for content in parts:
            digest = hashlib.sha256(content).hexdigest()
            number = f"{len(self._files) + 1:06x}"
            self._files[number] = digest
            stored.append({"IdTepTin": number, "HashTepTin": digest})
        wrapped = self._options.wraps_uploads
        if wrapped if wrapped is not None else rng.random() < 0.5:
            return _said(200, "", [{"response": {"code": 200, "data": stored}}])
        return _said(200, "", stored)

    def _create(self, request: Request, rng: Random) -> Response:
        record = _json(request)
        if not _is_object(record):
            return self._invalid([Fault("not_an_object", "")], None)
        code = str(record.get("MaHoSo") or "")
        if faults := [*create_faults(record), *self._unknown_files(record)]:
            return self._invalid(faults, code)
        units = self._options.units
        if units is not None and record["MaDonViTiepNhan"] not in units:
            return _said(403, "Đơn vị không được phép nộp hồ sơ")
        if code not in self._numbers:
            return self._invalid([Fault("code_not_given_out", "MaHoSo")], code)
        if code in self.dossiers:
            return self._invalid([Fault("doubled_create", "MaHoSo")], code)
        return self._filed(code, rng)

    def _filed(self, code: str, rng: Random) -> Response:
        says = self._options.says_id
        told = says if says is not None else rng.random() < 0.7
        dossier = FiledDossier(str(_FIRST_ID + len(self.dossiers)), code, told)
        self.dossiers[code] = dossier
        data = {"idHoSo": dossier.number, "maHoSo": code} if told else {"maHoSo": code}
        return _said(200, "success", data)

    def _unknown_files(self, record: Mapping[str, Any]) -> list[Fault]:
        return [
            Fault("unknown_file", "GiayToDinhKem")
            for file in attachments(record)
            if self._files.get(str(file.get("IdGiayTo"))) != file.get("HashTepTin")
        ]

    # --- progress and status ---------------------------------------------------------------

    def _each(
        self,
        request: Request,
        check: Callable[[Mapping[str, Any]], list[Fault]],
        id_key: str,
        keep: Callable[[FiledDossier, Mapping[str, Any]], None],
    ) -> Response:
        """Keep every record of an array when none has a fault and all dossiers are known."""
        records = _json(request)
        if not isinstance(records, list) or not records or not all(map(_is_object, records)):
            return self._invalid([Fault("not_a_bare_array", "")], None)
        for record in records:
            if faults := check(record):
                return self._invalid(faults, str(record.get("MaHoSo") or ""))
        dossiers = [self._dossier(record, id_key) for record in records]
        if None in dossiers:
            return _said(404, "Không tìm thấy hồ sơ")
        for dossier, record in zip(dossiers, records, strict=True):
            assert dossier is not None
            keep(dossier, record)
        return _said(200, "success")

    def _dossier(self, record: Mapping[str, Any], id_key: str) -> FiledDossier | None:
        """By code; its id must be the right one, and may be empty only if nobody was told."""
        code, number = str(record["MaHoSo"]), str(record[id_key] or "")
        dossier = self.dossiers.get(code)
        if dossier is None:
            self._violate("unknown_dossier", code)
        elif number != dossier.number and (number or dossier.told):
            self._violate("wrong_id", code, id_key)
            return None
        return dossier

    def _add_step(self, dossier: FiledDossier, step: Mapping[str, Any]) -> None:
        if step in dossier.steps:
            self._violate("doubled_step", dossier.code, str(step["ThoiDiemXuLy"]))
        dossier.steps.append(step)

    def _set_state(self, dossier: FiledDossier, status: Mapping[str, Any]) -> None:
        dossier.states.append(status["TrangThai"])

    def _invalid(self, faults: list[Fault], code: str | None) -> Response:
        for fault in faults:
            self._violate(fault.kind, code or None, fault.where)
        return _said(400, f"Dữ liệu không hợp lệ: {faults[0].where}")

    def _violate(self, kind: str, code: str | None, detail: str = "") -> None:
        self._violations.add(self.name, kind, code, detail)


def _said(status: int, message: str, data: Any = None) -> Response:
    body: dict[str, Any] = {"code": status, "message": message}
    return Response.json(body if data is None else body | {"data": data}, status)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        return None


def _parts(request: Request) -> list[bytes]:
    """The contents of the files in a multipart body; none when it is no such body."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    message = message_from_bytes(head + request.body)
    if message.get_content_type() != "multipart/form-data":
        return []
    files = [part for part in message.walk() if part.get_filename()]
    return [part.get_payload(decode=True) for part in files]  # type: ignore[misc]

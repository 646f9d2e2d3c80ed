"""VNPT's newer adapter, with which a ministry's system files dossiers (docs/systems/igate.md).

::

    GetToken -> GetNextValue -> UploadFile -> CreateDossier -> CapNhatTienTrinh, CapNhatTrangThai

The real paths are behind the ministry's own proxy, so each is configured.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from random import Random
from typing import Any

from khop.loopback import Request, Response
from khop.sandbox.accounts.igate_ministry import CLIENT, SECRET
from khop.sandbox.common.application import Application, Environment
from khop.sandbox.common.faults import Purpose
from khop.sandbox.common.records import Defect, json_object
from khop.sandbox.common.sessions import Sessions
from khop.sandbox.igate_ministry.checks import (
    attachments,
    create_defects,
    progress_defects,
    status_defects,
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
    """How this adapter behaves.

    ``paths``: the path of each step. ``token_seconds``, ``token_calls``: a token ends after so
    many seconds, or so many calls (None: no limit). ``says_id``: the answer to a new dossier has
    its ``idHoSo``; None: at random. ``wraps_uploads``: the answer to an upload is wrapped in
    ``response``; None: at random. ``units``: the units that may file; None: all.
    """

    paths: Mapping[str, str] = field(default_factory=_default_paths)
    token_seconds: float = 3600.0
    token_calls: int | None = None
    says_id: bool | None = None
    wraps_uploads: bool | None = None
    units: frozenset[str] | None = None


@dataclass(slots=True)
class FiledDossier:
    """A filed dossier. ``id_sent``: whether the answer had its id."""

    number: str
    code: str
    id_sent: bool
    steps: list[Mapping[str, Any]] = field(default_factory=list)
    states: list[int] = field(default_factory=list)


class Ministry(Application):
    """``dossiers``: the filed ones, by code."""

    name = "ministry"

    def __init__(self, environment: Environment, options: MinistryOptions) -> None:
        super().__init__(environment)
        self._options = options
        self._steps = {path: step for step, path in options.paths.items()}
        self._sessions = Sessions(self._clock, options.token_seconds, options.token_calls)
        self._numbers: set[str] = set()
        self._files: dict[str, str] = {}
        self.dossiers: dict[str, FiledDossier] = {}

    def classify(self, request: Request) -> tuple[str, Purpose]:
        step = self._steps.get(request.path)
        return ("other", "read") if step is None else (step, STEPS[step])

    def respond(self, request: Request, operation: str, rng: Random) -> Response:
        if operation == "other":
            return _answer(404, "Not Found")
        with self.lock:
            if operation == "GetToken":
                return self._token(request, rng)
            if not self._has_token(request):
                return _answer(401, "Token không hợp lệ")
            match operation:
                case "GetNextValue":
                    return self._next_value(request)
                case "UploadFile":
                    return self._upload(request, rng)
                case "CreateDossier":
                    return self._create(request, rng)
                case "CapNhatTienTrinh":
                    return self._each(request, progress_defects, "IDHoSo", self._add_step)
            return self._each(request, status_defects, "IdHoSo", self._set_state)

    def expire(self, operation: str, rng: Random) -> Response | None:
        with self.lock:
            self._sessions.end_all()
        return _answer(401, "Token expired")

    def _token(self, request: Request, rng: Random) -> Response:
        body = json_object(request) or {}
        account = body.get("client_id"), body.get("client_secret")
        if request.method != "POST" or account != (CLIENT, SECRET):
            return _answer(401, "Sai client_id hoặc client_secret")
        token = f"{rng.getrandbits(160):040x}"
        self._sessions.open(token)
        data = {"access_token": token, "expires_in": int(self._options.token_seconds)}
        return _answer(200, "OK", data | {"token_type": "Bearer", "scope": ""})

    def _has_token(self, request: Request) -> bool:
        """Whether a valid token is in ``Authorization`` or, as for the proxy, in the query."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        sent = value if scheme.lower() == "bearer" else request.query.get("token", "")
        return self._sessions.use(sent)

    def _next_value(self, request: Request) -> Response:
        """A new code at each call. Sources disagree whether ``code`` is of the unit or of the
        procedure, so any text is accepted."""
        code = request.query.get("code") or (json_object(request) or {}).get("code")
        if not code:
            return self._invalid([Defect("missing_field", "code")], None)
        serial = len(self._numbers) + 1
        value = f"{_PREFIX}-{self._world.now:%Y%m%d}-{serial:07d}"
        self._numbers.add(value)
        return Response.json({"value": value})

    def _upload(self, request: Request, rng: Random) -> Response:
        parts = _parts(request)
        if not parts:
            return self._invalid([Defect("not_multipart", "")], None)
        stored = []
        for content in parts:
            digest = hashlib.sha256(content).hexdigest()
            number = f"{len(self._files) + 1:06x}"
            self._files[number] = digest
            stored.append({"IdTepTin": number, "HashTepTin": digest})
        wrapped = self._options.wraps_uploads
        if wrapped if wrapped is not None else rng.random() < 0.5:
            return _answer(200, "", [{"response": {"code": 200, "data": stored}}])
        return _answer(200, "", stored)

    def _create(self, request: Request, rng: Random) -> Response:
        record = json_object(request)
        if record is None:
            return self._invalid([Defect("not_an_object", "")], None)
        code = str(record.get("MaHoSo") or "")
        if defects := [*create_defects(record), *self._unknown_files(record)]:
            return self._invalid(defects, code)
        units = self._options.units
        if units is not None and record["MaDonViTiepNhan"] not in units:
            return _answer(403, "Đơn vị không được phép nộp hồ sơ")
        if code not in self._numbers:
            return self._invalid([Defect("code_not_given_out", "MaHoSo")], code)
        if code in self.dossiers:
            return self._invalid([Defect("doubled_create", "MaHoSo")], code)
        return self._filed(code, rng)

    def _filed(self, code: str, rng: Random) -> Response:
        wanted = self._options.says_id
        id_sent = wanted if wanted is not None else rng.random() < 0.7
        dossier = FiledDossier(str(_FIRST_ID + len(self.dossiers)), code, id_sent)
        self.dossiers[code] = dossier
        data = {"idHoSo": dossier.number, "maHoSo": code} if id_sent else {"maHoSo": code}
        return _answer(200, "success", data)

    def _unknown_files(self, record: Mapping[str, Any]) -> list[Defect]:
        return [
            Defect("unknown_file", "GiayToDinhKem")
            for file in attachments(record)
            if self._files.get(str(file.get("IdGiayTo"))) != file.get("HashTepTin")
        ]

    def _each(
        self,
        request: Request,
        check: Callable[[Mapping[str, Any]], list[Defect]],
        id_key: str,
        keep: Callable[[FiledDossier, Mapping[str, Any]], None],
    ) -> Response:
        """Keep every record of an array when none has a defect and all dossiers are known."""
        records = request.json()
        if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
            records = []
        if not records:
            return self._invalid([Defect("not_a_bare_array", "")], None)
        for record in records:
            if defects := check(record):
                return self._invalid(defects, str(record.get("MaHoSo") or ""))
        dossiers = [self._dossier(record, id_key) for record in records]
        if None in dossiers:
            return _answer(404, "Không tìm thấy hồ sơ")
        for dossier, record in zip(dossiers, records, strict=True):
            assert dossier is not None
            keep(dossier, record)
        return _answer(200, "success")

    def _dossier(self, record: Mapping[str, Any], id_key: str) -> FiledDossier | None:
        """The dossier of a record. Its id must be right; it may be empty if no answer had it."""
        code, number = str(record["MaHoSo"]), str(record[id_key] or "")
        dossier = self.dossiers.get(code)
        if dossier is None:
            self._violate("unknown_dossier", code)
        elif number != dossier.number and (number or dossier.id_sent):
            self._violate("wrong_id", code, id_key)
            return None
        return dossier

    def _add_step(self, dossier: FiledDossier, step: Mapping[str, Any]) -> None:
        if step in dossier.steps:
            self._violate("doubled_step", dossier.code, str(step["ThoiDiemXuLy"]))
        dossier.steps.append(step)

    def _set_state(self, dossier: FiledDossier, status: Mapping[str, Any]) -> None:
        dossier.states.append(status["TrangThai"])

    def _invalid(self, defects: list[Defect], code: str | None) -> Response:
        for defect in defects:
            self._violate(defect.kind, code or None, defect.where)
        return _answer(400, f"Dữ liệu không hợp lệ: {defects[0].where}")


def _answer(status: int, message: str, data: Any = None) -> Response:
    body: dict[str, Any] = {"code": status, "message": message}
    return Response.json(body if data is None else body | {"data": data}, status)


def _parts(request: Request) -> list[bytes]:
    """The contents of the files in a multipart body; none if it is another body."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    message = message_from_bytes(head + request.body)
    if message.get_content_type() != "multipart/form-data":
        return []
    files = [part for part in message.walk() if part.get_filename()]
    return [part.get_payload(decode=True) for part in files]  # type: ignore[misc]

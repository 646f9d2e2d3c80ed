"""The national portal on the wire, native dialect: login, look-ups, pushes, progress.

Source: specs/dvcqg.md 1 and 2.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from khop.sandbox import dvcqg_wire as wire
from khop.sandbox.application import Application
from khop.sandbox.dossiers import DONE, PortalEntry
from khop.sandbox.dvcqg_checks import Fault, dossier_faults, step_faults
from khop.sandbox.faults import Faults, Purpose
from khop.sandbox.files import DSTCODE, PASSWORD, USERNAME
from khop.sandbox.http import Answer, Request
from khop.sandbox.register import MADONVI, Procedure
from khop.sandbox.violations import Violations
from khop.sandbox.world import World

LOGIN_PATH = "/XrdAdapter/RestService/forward/mapi/login"
DATA_PATH = "/XrdAdapter/RestService/forward/mapi/g"
_WRITES = frozenset({"DongBoHoSoMC", "CapNhatTienDoHoSoMC"})
_SERVICES = _WRITES | {"TraCuuHoSo", "LayThuTuc", "LayDanhSachTTHC"}
_MOST_STEPS = 10

Step = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class DvcqgOptions:
    """How this portal behaves.

    ``session_seconds``, ``session_calls``: a session ends on the server after so many seconds,
    or so many calls (None: no such end). ``logins_per_minute``: more logins than this while
    the session before was still good are a storm.
    """

    session_seconds: float = 600.0
    session_calls: int | None = None
    logins_per_minute: int = 120


@dataclass(slots=True)
class _Session:
    ends: float
    calls: int = 0


class Dvcqg(Application):
    name = "dvcqg"

    def __init__(
        self,
        world: World,
        violations: Violations,
        options: DvcqgOptions,
        *,
        faults: Faults,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        super().__init__(faults, world.seed, sleep)
        self._world = world
        self._violations = violations
        self._options = options
        self._clock = clock
        self._sessions: dict[str, _Session] = {}
        self._needless: deque[float] = deque()
        self.steps: dict[str, list[Step]] = {}
        self._units = {unit.name: unit.index for unit in world.register.units}

    def classify(self, request: Request) -> tuple[str, Purpose]:
        if request.path == LOGIN_PATH:
            return "login", "login"
        if request.path != DATA_PATH:
            return "other", "read"
        service = str(_json(request).get("service"))
        return (service if service in _SERVICES else "other"), (
            "write" if service in _WRITES else "read"
        )

    def inspect(self, request: Request) -> None:
        self._violations.inspect(self.name, request)

    def respond(self, request: Request, operation: str, rng: Random) -> Answer:
        if request.path not in (LOGIN_PATH, DATA_PATH):
            return Answer(404, b"Not Found", "text/plain")
        if request.method != "POST":
            return Answer(405, b"Method Not Allowed", "text/plain")
        body = _json(request)
        if operation == "login":
            return _answer(self._login(body, rng))
        with self.lock:
            return _answer(self._refusal(request, body, rng) or self._serve(body, operation, rng))

    def expire(self, operation: str, rng: Random) -> Answer:
        with self.lock:
            self._sessions.clear()
        return _answer(_expired(rng))

    # --- login -----------------------------------------------------------------------------

    def _login(self, body: Mapping[str, Any], rng: Random) -> wire.Reply:
        if body.get("username") != USERNAME or body.get("password") != PASSWORD:
            return wire.failed("Sai tài khoản hoặc mật khẩu", rng)
        session = f"{rng.getrandbits(128):032x}"
        with self.lock:
            self._note_login()
            self._sessions[session] = _Session(self._clock() + self._options.session_seconds)
        return wire.logged_in(session, rng)

    def _note_login(self) -> None:
        now = self._clock()
        if not any(not self._ended(session) for session in self._sessions.values()):
            return
        self._needless.append(now)
        while self._needless and self._needless[0] <= now - 60:
            self._needless.popleft()
        if len(self._needless) > self._options.logins_per_minute:
            self._needless.clear()
            self._violations.add(self.name, "login_storm")

    def _refusal(self, request: Request, body: Mapping[str, Any], rng: Random) -> wire.Reply | None:
        """Why the call is not served at all, or None."""
        dstcode = request.headers.get("dstcode") or request.query.get("dstcode")
        if dstcode != DSTCODE:
            return wire.failed("Không xác định được dstcode", rng)
        session = self._sessions.get(str(body.get("session")))
        if session is None or self._ended(session):
            return _expired(rng)
        session.calls += 1
        if body.get("madonvi") != MADONVI:
            return wire.failed("Mã đơn vị không hợp lệ", rng)
        return None

    def _ended(self, session: _Session) -> bool:
        limit = self._options.session_calls
        return self._clock() >= session.ends or (limit is not None and session.calls >= limit)

    # --- services --------------------------------------------------------------------------

    def _serve(self, body: Mapping[str, Any], operation: str, rng: Random) -> wire.Reply:
        match operation:
            case "TraCuuHoSo":
                return self._look_up(body, rng)
            case "DongBoHoSoMC":
                return self._sync(body, rng)
            case "CapNhatTienDoHoSoMC":
                return self._progress(body, rng)
            case "LayThuTuc":
                return self._procedure(body, rng)
            case "LayDanhSachTTHC":
                return self._procedures(rng)
        self._violations.add(self.name, "unknown_service")
        return wire.failed("Dịch vụ không tồn tại", rng)

    def _look_up(self, body: Mapping[str, Any], rng: Random) -> wire.Reply:
        code = str(body.get("mahoso") or "")
        if not code:
            return wire.failed("Thiếu mã hồ sơ", rng)
        if self._world.portal_presence(code) == "unknown":
            return wire.failed(rng.choice((None, "Lỗi hệ thống, vui lòng thử lại sau")), rng)
        entry = self._world.portal.get(code)
        items = [wire.lookup_item(entry, self._world.register)] if entry else []
        return wire.found(items, rng)

    def _procedure(self, body: Mapping[str, Any], rng: Random) -> wire.Reply:
        wanted = str(body.get("maTTHC") or "")
        for procedure in self._world.register.procedures:
            if wanted.startswith(procedure.code):
                return wire.found([_catalogue_item(procedure)], rng)
        return wire.found([], rng)

    def _procedures(self, rng: Random) -> wire.Reply:
        procedures = self._world.register.procedures
        return wire.found([{"MATTHC": p.code, "TENTTHC": p.name} for p in procedures], rng)

    def _sync(self, body: Mapping[str, Any], rng: Random) -> wire.Reply:
        records = _records(body)
        if records is None or len(records) != 1:
            self._violate("too_many_dossiers" if records else "no_data", None)
            return wire.refused("Dữ liệu không hợp lệ", rng)
        record = records[0]
        code = str(record.get("MaHoSo") or "")
        faults = dossier_faults(record)
        if body.get("isUpdating") not in ("True", "False"):
            faults.append(Fault("bad_flag", "isUpdating"))
        if self._report(faults, code):
            return wire.refused(f"Trường {faults[0].where} không hợp lệ", rng)
        with self._world.lock:
            return self._store(record, code, body["isUpdating"] == "True", rng)

    def _store(
        self, record: Mapping[str, Any], code: str, updating: bool, rng: Random
    ) -> wire.Reply:
        known = self._world.portal.get(code)
        if known is None and updating:
            self._violate("update_of_absent", code)
            return wire.refused("Hồ sơ không tồn tại", rng)
        if known is not None and not updating:
            self._violate("doubled_create", code)
            return wire.duplicate(code, rng)
        if self._world.born_on_portal(code):
            self._violate("portal_born_pushed", code)
        entry = self._entry(record, code)
        if known is not None and known.status in DONE and entry.status < known.status:
            self._violate("status_lowered", code, f"{known.status} to {entry.status}")
        self._world.portal[code] = entry
        return wire.accepted("Đồng bộ", rng)

    def _entry(self, record: Mapping[str, Any], code: str) -> PortalEntry:
        procedure = str(record["MaTTHC"])
        numbers = [p.index for p in self._world.register.procedures if procedure.startswith(p.code)]

        def moment(name: str) -> int | None:
            return wire.read_date(str(record.get(name) or ""))

        return PortalEntry(
            code=code,
            status=int(record["TrangThaiHoSo"]),
            submitted=moment("NgayNopHoSo"),
            received=moment("NgayTiepNhan"),
            due=moment("NgayHenTra"),
            finished=moment("NgayKetThucXuLy"),
            returned=moment("NgayTra"),
            form="second",
            unit=self._units.get(str(record["DonViXuLy"]), 0),
            procedure=numbers[0] if numbers else 0,
        )

    def _progress(self, body: Mapping[str, Any], rng: Random) -> wire.Reply:
        steps = _records(body)
        if not steps:
            self._violate("no_data", None)
            return wire.refused("Dữ liệu không hợp lệ", rng)
        if len(steps) > _MOST_STEPS:
            self._violate("too_many_steps", str(steps[0].get("MaHoSo")))
            return wire.refused("Quá nhiều bước trong một lần gửi", rng)
        for step in steps:
            code = str(step.get("MaHoSo") or "")
            if faults := step_faults(step):
                self._report(faults, code)
                return wire.refused(f"Trường {faults[0].where} không hợp lệ", rng)
            if code not in self._world.portal:
                self._violate("step_of_unknown", code)
                return wire.refused("Hồ sơ không tồn tại", rng)
        self._add_steps(steps)
        if rng.random() < 0.3:
            return wire.accepted_as_text(rng)
        return wire.accepted("Cập nhật tiến độ", rng)

    def _add_steps(self, steps: list[Mapping[str, Any]]) -> None:
        names = ("MaHoSo", "ThoiDiemXuLy", "TrangThai", "NoiDungXuLy")
        for step in steps:
            code, moment, state, text = (str(step[name]) for name in names)
            known = self.steps.setdefault(code, [])
            if (code, moment, state, text) in known:
                self._violate("doubled_step", code, f"{moment} {state}")
            known.append((code, moment, state, text))

    def _report(self, faults: list[Fault], code: str) -> bool:
        for fault in faults:
            self._violate(fault.kind, code or None, fault.where)
        return bool(faults)

    def _violate(self, kind: str, code: str | None, detail: str = "") -> None:
        self._violations.add(self.name, kind, code, detail)


def _expired(rng: Random) -> wire.Reply:
    """The code of an ended session is not known (specs/dvcqg.md 1.3), so it varies."""
    messages = ("Phiên làm việc đã hết hạn", "Session không hợp lệ", "Chưa đăng nhập")
    return wire.failed(rng.choice(messages), rng)


def _json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _records(body: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    data = body.get("data")
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        return None
    return data


def _answer(reply: wire.Reply) -> Answer:
    return Answer(200, reply.body, reply.content_type)


def _catalogue_item(p: Procedure) -> dict[str, Any]:
    """LayThuTuc's item: keys in capitals, numbers as text (specs/dvcqg.md 2.9)."""
    channels = [
        {
            "KENH": channel,
            "THOIGIAN": [
                {
                    "THOIGIANGIAIQUYET": str(p.days or ""),
                    "DONVITINH": "Ngày làm việc",
                    "MOTA": "",
                    "PHILEPHI": [
                        {"MAPHILEPHI": "LP01", "SOTIEN": str(p.fee), "DONVI": "đồng", "MOTA": ""}
                    ],
                }
            ],
        }
        for channel in ("1", "2", "3")
    ]
    return {
        "ID": str(p.index),
        "MATTHC": p.code,
        "TENTTHC": p.name,
        "LOAITTHC": "TTHC được luật giao",
        "TRANGTHAI": "1",
        "LINHVUCTHUCHIEN": [{"MALINHVUC": p.field_code, "TENLINHVUC": p.sector_name}],
        "CACHTHUCTHUCHIEN": channels,
        "THANHPHANHOSO": [],
        "KETQUATHUCHIEN": [{"MAKETQUA": f"KQ.G05.{p.index:06d}", "TENKETQUA": "Giấy chứng nhận"}],
        "COQUANTHUCHIEN": [],
        "CAPTHUCHIEN": [{"CAPTHUCHIEN": "1", "MOTACOQUANTHUCHIEN": "", "DIACHITIEPNHAN": ""}],
        "YEUCAU": None,
    }

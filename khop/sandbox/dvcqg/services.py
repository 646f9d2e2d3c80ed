"""The services of the portal, for every dialect (docs/systems/dvcqg.md).

A service gets its keys by name and answers with ``Envelopes``. All dialects share one state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from khop.loopback import Response
from khop.sandbox.common.records import Defect
from khop.sandbox.common.violations import Violations
from khop.sandbox.dvcqg import catalogue, wire
from khop.sandbox.dvcqg.checks import dossier_defects, step_defects
from khop.sandbox.dvcqg.envelopes import Envelopes
from khop.sandbox.dvcqg.questions import Questions, feedback_rows
from khop.sandbox.dvcqg.report_checks import (
    answer_defects,
    question_defects,
    rating_defects,
    return_defects,
)
from khop.sandbox.world.dossiers import DONE, PortalEntry, canonical
from khop.sandbox.world.portal_dates import read_date
from khop.sandbox.world.world import World

Keys = Mapping[str, Any]
Step = tuple[str, str, str, str]
Check = Callable[[Mapping[str, Any]], list[Defect]]

WRITES = frozenset(
    {
        "DongBoHoSoMC", "CapNhatTienDoHoSoMC", "DongBoTrangThaiHoSo", "DongBoDanhGia",
        "DongBoHoiDap", "DongBoKetQuaHoiDapGuiTuDVCQG",
    }
)  # fmt: skip
#: The services at the address for sharing (docs/systems/dvcqg.md).
DICTIONARIES = catalogue.EMPTY_CATALOGUES | {
    "LayDanhSachTTHC",
    "LayDanhMucCoQuan",
    "LayDanhMucLinhVuc",
}
_MOST_STEPS = 10
_STEP_KEY = ("MaHoSo", "ThoiDiemXuLy", "TrangThai", "NoiDungXuLy")


class Services:
    """Serves one call at a time: hold a lock during ``serve``.

    ``steps``: progress steps by code, in order of arrival. ``returned``: the states returned to
    the portal, by its code. ``ratings``: in order of arrival.
    """

    def __init__(self, world: World, violations: Violations, system: str) -> None:
        self._world = world
        self._violations = violations
        self._system = system
        self._questions = Questions()
        self._units = {unit.name: unit.index for unit in world.register.units}
        self.steps: dict[str, list[Step]] = {}
        self.returned: dict[str, list[Mapping[str, Any]]] = {}
        self.ratings: list[Mapping[str, Any]] = []
        self._services: dict[str, Callable[[Keys, Envelopes], Response]] = {
            "TraCuuHoSo": self._look_up,
            "DongBoHoSoMC": self._sync,
            "CapNhatTienDoHoSoMC": self._progress,
            "DongBoTrangThaiHoSo": self._return_state,
            "DongBoDanhGia": self._rate,
            "DongBoHoiDap": self._publish,
            "DongBoKetQuaHoiDapGuiTuDVCQG": self._answer_questions,
            **self._reads(),
        }
        self.names = frozenset(self._services)

    def serve(self, service: str, keys: Keys, envelopes: Envelopes) -> Response:
        """The answer of a service; a refusal if there is no such service."""
        served = self._services.get(service)
        if served is None:
            self.violate("unknown_service", None)
            return envelopes.refused("Dịch vụ không tồn tại")
        return served(keys, envelopes)

    def violate(self, kind: str, code: str | None, detail: str = "") -> None:
        self._violations.add(self._system, kind, code, detail)

    def _reads(self) -> dict[str, Callable[[Keys, Envelopes], Response]]:
        register = self._world.register
        rows: dict[str, Callable[[Keys], list[dict[str, Any]]]] = {
            "LayDanhSachTTHC": lambda keys: catalogue.procedure_rows(register),
            "LayThuTuc": self._procedure,
            "LayQDCB": lambda keys: catalogue.decision_rows(_text(keys, "idQDCB")),
            "LayDanhMucCoQuan": lambda keys: catalogue.unit_rows(register),
            "LayDanhMucLinhVuc": lambda keys: catalogue.field_rows(register),
            "TraCuuTechID": lambda keys: catalogue.technical_ids(
                register, _text(keys, "mstorcmnd")
            ),
            "LayDanhSachHoiDapGuiTuDVCQG": lambda keys: self._questions.forwarded(),
            "LayDanhSachHoiDapBoCoQuan": lambda keys: self._questions.published(),
            "LayNoiDungTraLoiTheoCauHoi": lambda keys: self._questions.answer_rows(
                _text(keys, "cauhoiid")
            ),
            "DanhSachPAKNChoXuLy": lambda keys: feedback_rows(),
            **{name: lambda keys: [] for name in catalogue.EMPTY_CATALOGUES},
        }
        read: dict[str, Callable[[Keys, Envelopes], Response]] = {
            name: _reading(found) for name, found in rows.items()
        }
        services = {"data": catalogue.service_rows(register)}
        return read | {"LayDVC": lambda keys, envelopes: envelopes.found_object(services)}

    def _procedure(self, keys: Keys) -> list[dict[str, Any]]:
        item = catalogue.procedure_item(self._world.register, _text(keys, "maTTHC"))
        return [] if item is None else [item]

    def _look_up(self, keys: Keys, envelopes: Envelopes) -> Response:
        code = _text(keys, "mahoso")
        if not code:
            self.violate("missing_field", None, "mahoso")
            return envelopes.failed("Thiếu mã hồ sơ")
        if self._world.portal_presence(code) == "unknown":
            messages = (None, "Lỗi hệ thống, vui lòng thử lại sau")
            return envelopes.failed(envelopes.rng.choice(messages))
        entry = self._world.portal.get(code)
        return envelopes.found([wire.lookup_item(entry, self._world.register)] if entry else [])

    def _sync(self, keys: Keys, envelopes: Envelopes) -> Response:
        records = _records(keys)
        if records is None or len(records) != 1:
            self.violate("too_many_dossiers" if records else "no_data", None)
            return envelopes.refused("Dữ liệu không hợp lệ")
        record = records[0]
        code = _text(record, "MaHoSo")
        defects = dossier_defects(record)
        if keys.get("isUpdating") not in ("True", "False"):
            defects.append(Defect("bad_flag", "isUpdating"))
        if defects:
            return self._invalid(defects, code, envelopes)
        with self._world.lock:
            return self._store(record, code, keys["isUpdating"] == "True", envelopes)

    def _store(
        self, record: Mapping[str, Any], code: str, updating: bool, envelopes: Envelopes
    ) -> Response:
        known = self._world.portal.get(code)
        if known is None and updating:
            self.violate("update_of_absent", code)
            return envelopes.refused("Hồ sơ không tồn tại")
        if known is not None and not updating:
            self.violate("doubled_create", code)
            return envelopes.duplicate(code)
        if self._world.filed_on_portal(code):
            self.violate("portal_born_pushed", code)
        entry = self._entry(record, code)
        if entry == known:
            self.violate("repeated_update", code)
        if known is not None and known.status in DONE and entry.status < known.status:
            self.violate("status_lowered", code, f"{known.status} to {entry.status}")
        self._world.portal[code] = entry
        return envelopes.accepted("Đồng bộ")

    def _entry(self, record: Mapping[str, Any], code: str) -> PortalEntry:
        procedure = catalogue.find(self._world.register, str(record["MaTTHC"]))

        def moment(name: str) -> int | None:
            return read_date(str(record.get(name) or ""))

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
            procedure=procedure.index if procedure else 0,
        )

    def _progress(self, keys: Keys, envelopes: Envelopes) -> Response:
        steps = _records(keys)
        if not steps:
            self.violate("no_data", None)
            return envelopes.refused("Dữ liệu không hợp lệ")
        if len(steps) > _MOST_STEPS:
            self.violate("too_many_steps", _text(steps[0], "MaHoSo"))
            return envelopes.refused("Quá nhiều bước trong một lần gửi")
        for step in steps:
            code = _text(step, "MaHoSo")
            if defects := step_defects(step):
                return self._invalid(defects, code, envelopes)
            if code not in self._world.portal:
                self.violate("step_of_unknown", code)
                return envelopes.refused("Hồ sơ không tồn tại")
        self._add_steps(steps)
        if envelopes.rng.random() < 0.3:
            return envelopes.accepted_as_text()
        return envelopes.accepted("Cập nhật tiến độ")

    def _add_steps(self, steps: Iterable[Mapping[str, Any]]) -> None:
        for step in steps:
            code, moment, state, text = (str(step[name]) for name in _STEP_KEY)
            known = self.steps.setdefault(code, [])
            if (code, moment, state, text) in known:
                self.violate("doubled_step", code, f"{moment} {state}")
            known.append((code, moment, state, text))

    def _return_state(self, keys: Keys, envelopes: Envelopes) -> Response:
        """Keep a returned state. It is no state of a dossier, so the entry does not change."""
        data = keys.get("data")
        if not isinstance(data, dict):
            self.violate("not_an_object", None, "data")
            return envelopes.refused("Dữ liệu không hợp lệ")
        code = _text(data, "MaHoSo")
        defects = return_defects(data)
        if keys.get("type") != "2":
            defects.append(Defect("bad_type", "type"))
        if defects:
            return self._invalid(defects, code, envelopes)
        if self._world.local_code(code) is None:
            self.violate("returned_not_portal_born", canonical(code))
            return envelopes.refused("Hồ sơ không tồn tại")
        self.returned.setdefault(code, []).append(data)
        return envelopes.accepted("Đồng bộ trạng thái")

    def _rate(self, keys: Keys, envelopes: Envelopes) -> Response:
        return self._each(keys, envelopes, rating_defects, self.ratings.append)

    def _publish(self, keys: Keys, envelopes: Envelopes) -> Response:
        return self._each(keys, envelopes, question_defects, self._questions.publish)

    def _answer_questions(self, keys: Keys, envelopes: Envelopes) -> Response:
        def check(answer: Mapping[str, Any]) -> list[Defect]:
            forwarded = self._questions.is_forwarded(answer.get("HOIDAPID"))
            unknown = [Defect("answer_of_unknown", "HOIDAPID")] if not forwarded else []
            return answer_defects(answer) or unknown

        def keep(answer: Mapping[str, Any]) -> None:
            self._questions.answer(answer["HOIDAPID"], _text(answer, "NOIDUNGTRALOI"))

        return self._each(keys, envelopes, check, keep)

    def _each(
        self,
        keys: Keys,
        envelopes: Envelopes,
        check: Check,
        keep: Callable[[Mapping[str, Any]], None],
    ) -> Response:
        """Keep every record of ``data`` if none has a defect; otherwise none."""
        records = _records(keys)
        if not records:
            self.violate("no_data", None)
            return envelopes.refused("Dữ liệu không hợp lệ")
        defects = [defect for record in records for defect in check(record)]
        if defects:
            return self._invalid(defects, "", envelopes)
        for record in records:
            keep(record)
        return envelopes.accepted("Đồng bộ")

    def _invalid(self, defects: list[Defect], code: str, envelopes: Envelopes) -> Response:
        for defect in defects:
            self.violate(defect.kind, code or None, defect.where)
        return envelopes.refused(f"Trường {defects[0].where} không hợp lệ")


def _reading(
    found: Callable[[Keys], list[dict[str, Any]]],
) -> Callable[[Keys, Envelopes], Response]:
    return lambda keys, envelopes: envelopes.found(found(keys))


def _text(keys: Mapping[str, Any], name: str) -> str:
    return str(keys.get(name) or "")


def _records(keys: Keys) -> list[Mapping[str, Any]] | None:
    data = keys.get("data")
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        return None
    return data

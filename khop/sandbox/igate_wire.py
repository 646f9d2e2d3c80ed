"""iGate's JSON: every shape of specs/igate.md 2 to 6, chosen by a dossier's own bits."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from khop.sandbox.calendar import DAY, LOCAL_OFFSET, to_date
from khop.sandbox.dossiers import LABELS, NATION_ABSENT, Dossier, history
from khop.sandbox.register import Citizen, Procedure, Register, Unit

_CHANNELS = {
    1: {"id": 1, "name": "Trực tiếp"},
    2: {"id": 0, "name": "Trực tuyến"},
    3: {"id": 2, "name": "Qua bưu chính công ích"},
}
_STRANGE_CHANNELS: tuple[dict[str, Any] | None, ...] = (None, {"id": 7, "name": "Kênh khác"})
_OFFICERS = ("Cán bộ Một Cửa", "Trần Thị Cán Bộ", "Lê Văn Chuyên Viên")


@lru_cache(maxsize=20_000)
def _day_text(day: int) -> str:
    return to_date(day).isoformat()


def wire_time(milliseconds: int) -> str:
    """``2025-08-20T09:00:00.000+0700``: the offset has no colon (specs/igate.md 3)."""
    local = milliseconds + LOCAL_OFFSET * 1000
    day, rest = divmod(local, DAY * 1000)
    seconds, millis = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_day_text(day)}T{hour:02d}:{minute:02d}:{second:02d}.{millis:03d}+0700"


def list_item(d: Dossier, register: Register, *, tasks: bool = False) -> dict[str, Any]:
    """The item of the list; ``tasks``: this deployment sends ``task[]`` in lists too."""
    item = _base(d, register, detail=False)
    current = {
        "id": f"68a54000{d.n:016x}",
        "assignee": {"id": f"64f0{d.shape % 3:020x}", "fullname": _OFFICERS[d.shape % 3]},
        "agency": {"id": register.units[d.unit].native_id},
        "isCurrent": 1,
        "createdDate": wire_time(d.acted * 1000),
    }
    kind = d.shape >> 17 & 7
    if kind < 5:
        item["currentTask"] = [current] if kind else [current, {**current, "isCurrent": 0}]
    elif kind < 7:
        item["currentTask"] = current if kind == 5 else None
    if tasks:
        item["task"] = task_list(d)
    return item


def detail(d: Dossier, register: Register) -> dict[str, Any]:
    """The answer of ``/pa/dossier/{id}/--online``, with the task history."""
    item = _base(d, register, detail=True)
    procedure = register.procedures[d.procedure]
    item["isDVCLT"] = False
    item["accepter"] = {"id": "64f000000000000000000000", "fullname": _OFFICERS[0]}
    item["procedureProcessDefinition"] = (
        None
        if d.shape >> 20 & 3 == 0
        else {
            "id": f"65a0{d.procedure:020x}",
            "processDefinition": {
                "id": f"65a1{d.procedure:020x}",
                "processingTime": procedure.days,
                "processingTimeUnit": "d",
            },
        }
    )
    by_post = d.shape >> 22 & 7 == 0
    item["dossierReceivingKind"] = {
        "id": "65b000000000000000000001",
        "name": "Nhận qua bưu chính" if by_post else "Nhận trực tiếp",
    }
    item["eForm"] = {"id": None, "data": {}}
    item["dossierFormFile"] = _files(d)
    item["task"] = task_list(d)
    return item


def task_list(d: Dossier) -> list[dict[str, Any]]:
    """One task per step; now and then one whose label no table knows, as deployments add."""
    steps = history(d)
    tasks = [
        _task(d, number, moment, _label(state, d.shape >> number, plain=True))
        for number, (moment, state) in enumerate(steps)
    ]
    if d.shape >> 25 & 15 == 0 and len(steps) > 1:
        between = (steps[0][0] + steps[1][0]) // 2
        tasks.insert(1, _task(d, 90, between, "Chuyển bước nội bộ"))
    for task in tasks:
        task["isCurrent"] = int(task is tasks[-1])
    return tasks if d.shape >> 24 & 1 else tasks[::-1]


def fees(d: Dossier, register: Register) -> list[dict[str, Any]]:
    """The rows of ``/pa/dossier-fee/--by-dossiers``."""
    amount = register.procedures[d.procedure].fee
    if not amount:
        return []
    name = [{"languageId": 228, "name": "Lệ phí"}]
    kind = {"id": "65e0000000000000000000bb", "type": 0, "name": name, "quantityEditable": 0}
    return [
        {
            "id": f"65e0{d.n:020x}",
            "procost": {"id": "65e0000000000000000000aa", "type": kind, "description": ""},
            "amount": amount,
            "quantity": 1,
            "paid": amount,
            "required": 1,
            "dossier": {"id": d.native_id},
        }
    ]


def _base(d: Dossier, register: Register, *, detail: bool) -> dict[str, Any]:
    shape = d.shape
    item: dict[str, Any] = {
        "id": d.native_id,
        "code": d.code_wire,
        "dossierStatus": _status(d),
        "dossierTaskStatus": {"id": f"60aa{d.status:020x}", "name": _label(d.status, shape)},
        "applicant": {
            "eformId": "64b000000000000000000001",
            "data": _person(register.citizen(d.citizen), shape, detail=detail),
        },
        "procedure": _procedure(register.procedures[d.procedure], shape, detail=detail),
        "agency": _agency(register.units[d.unit], shape),
        "applyMethod": _CHANNELS.get(d.channel) or _STRANGE_CHANNELS[shape >> 3 & 1],
        "updatedDate": wire_time(d.changed),
        "statusCurrentTask": _label(d.status, shape),
    }
    if d.nation != NATION_ABSENT:
        item["nationCode"] = d.nation
    _dates(d, item)
    if d.no_due or shape & 0x400:
        item["undefindedCompleteTime"] = int(d.no_due)
    return item


def _dates(d: Dossier, item: dict[str, Any]) -> None:
    moments = (
        ("appliedDate", d.submitted),
        ("acceptedDate", d.received),
        ("appointmentDate", d.due),
        ("completedDate", d.finished),
        ("returnedDate", d.returned),
    )
    for name, moment in moments:
        if moment is not None:
            item[name] = wire_time(moment * 1000)
        elif d.shape & 0x800:
            item[name] = None


def _status(d: Dossier) -> dict[str, Any]:
    number = LABELS[d.status][0]
    label = _label(d.status, d.shape)
    if d.shape >> 4 & 7 == 0:
        return {"id": number, "name": [{"languageId": 228, "name": label}]}
    if d.shape >> 4 & 7 == 1:
        return {"id": number, "name": label, "comment": ""}
    return {"id": number, "name": label}


def _label(status: int, bits: int, *, plain: bool = False) -> str:
    """One of the labels of a state; seldom in capitals or with decomposed letters."""
    labels = LABELS[status][1]
    label = labels[(bits >> 7) % len(labels)]
    if plain or bits & 0xC000:
        return label
    return label.upper() if bits & 1 else unicodedata.normalize("NFD", label)


def _person(citizen: Citizen, shape: int, *, detail: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "fullname": citizen.name,
        "ownerFullname": citizen.name,
        "identityNumber": citizen.identity,
        "phoneNumber": citizen.phone,
        "address": "Thôn 1",
        "province": {"label": "Tỉnh Mẫu", "value": "64c000000000000000000001"},
    }
    kind = shape >> 27 & 7
    if kind == 1:  # a client typed them as numbers: the leading zeros are gone
        data["identityNumber"] = int(citizen.identity)
        data["phoneNumber"] = int(citizen.phone)
    elif kind == 2:
        data["phoneNumber"] = "+84" + citizen.phone[1:]
    if citizen.organization:
        data["organization"] = citizen.organization
    if detail or kind == 3:
        # Local midnight kept in UTC: the day before, 17:00 (specs/igate.md 3).
        data["birthday"] = f"{_day_text(citizen.birthday)}T17:00:00.000+0000"
        data["gender"] = citizen.index % 2
    return data


def _procedure(p: Procedure, shape: int, *, detail: bool) -> dict[str, Any]:
    suffix = ("", "", "", ".000.00.00.H99", ".H99")[shape % 5]
    vietnamese = {"languageId": 228, "name": p.name}
    english = {"languageId": 46, "name": f"Procedure {p.index}"}
    translate: Any = vietnamese
    if shape >> 10 & 3 == 0:
        translate = [vietnamese, english]
    elif shape >> 10 & 3 == 1:
        translate = [english, vietnamese]
    sector: dict[str, Any] = {"id": f"64d2{p.index % 8:020x}", "code": p.sector_code}
    sector["name"] = p.sector_name
    if shape >> 13 & 3 == 0:
        sector["name"] = [{"languageId": 228, "name": p.sector_name}]
        if not detail:
            del sector["code"]
    return {
        "id": f"64d0{p.index:020x}",
        "code": p.code + suffix,
        "translate": translate,
        "sector": sector,
    }


def _agency(unit: Unit, shape: int) -> dict[str, Any]:
    name: Any = unit.name
    if shape >> 2 & 3 == 0:
        name = [
            {"languageId": 46, "name": f"Unit {unit.index}"},
            {"languageId": 228, "name": unit.name},
        ]
    return {"id": unit.native_id, "code": unit.code, "name": name}


def _files(d: Dossier) -> list[dict[str, Any]]:
    if d.shape >> 19 & 1:
        return []
    return [
        {
            "id": f"65d0{d.n:020x}",
            "requirement": {"typeName": "Bản chính", "quantity": 1},
            "file": [
                {
                    "id": f"65d1{d.n:020x}",
                    "filename": "don.pdf",
                    "size": 182_331,
                    "uuid": f"5d6f0000-0000-4000-8000-{d.n:012d}",
                }
            ],
        }
    ]


def _task(d: Dossier, number: int, moment: int, label: str) -> dict[str, Any]:
    officer = (d.shape + number) % len(_OFFICERS)
    return {
        "id": f"68a6{number:04x}{d.n:016x}",
        "assignee": {
            "id": f"64f0{officer:020x}",
            "fullname": _OFFICERS[officer],
            "account": {"id": str(officer), "username": [{"value": f"canbo.{officer}"}]},
        },
        "candidateGroup": [
            {"id": "64f1", "code": "VT", "name": [{"languageId": 228, "name": "Văn thư"}]}
        ],
        "createdDate": wire_time(moment * 1000),
        "updatedDate": wire_time(moment * 1000),
        "activitiTask": {"id": f"{d.n}-{number}", "status": label},
        "bpmProcessDefinitionTask": {
            "name": [{"languageId": 228, "name": label}],
            "processingTime": 4,
            "processingTimeUnit": "h",
        },
    }

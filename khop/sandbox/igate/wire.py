"""iGate's JSON in every form of docs/systems/igate.md; the bits of a dossier select the form."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from khop.sandbox.igate.odd_forms import oddly
from khop.sandbox.igate.shapes import Birthday, Shapes, Translate, named
from khop.sandbox.world.calendar import DAY, LOCAL_OFFSET, to_date
from khop.sandbox.world.dossiers import LABELS, NATION_ABSENT, Dossier, history
from khop.sandbox.world.register import Citizen, Procedure, Register

_CHANNELS = {
    1: {"id": 1, "name": "Trực tiếp"},
    2: {"id": 0, "name": "Trực tuyến"},
    3: {"id": 2, "name": "Qua bưu chính công ích"},
}
_UNKNOWN_CHANNELS: tuple[dict[str, Any] | None, ...] = (None, {"id": 7, "name": "Kênh khác"})
_AS_DRAWN = Shapes()
_OFFICERS = ("Cán bộ Một Cửa", "Trần Thị Cán Bộ", "Lê Văn Chuyên Viên")


@lru_cache(maxsize=20_000)
def _day_text(day: int) -> str:
    return to_date(day).isoformat()


def wire_time(milliseconds: int) -> str:
    """``2025-08-20T09:00:00.000+0700``: the offset has no colon (docs/systems/igate.md)."""
    local = milliseconds + LOCAL_OFFSET * 1000
    day, rest = divmod(local, DAY * 1000)
    seconds, millis = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_day_text(day)}T{hour:02d}:{minute:02d}:{second:02d}.{millis:03d}+0700"


def list_item(
    d: Dossier, register: Register, *, tasks: bool = False, shapes: Shapes = _AS_DRAWN
) -> dict[str, Any]:
    """An item of the list. ``tasks``: it has ``task[]``."""
    item = _base(d, register, shapes, detail=False)
    current = {
        "id": f"68a54000{d.n:016x}",
        "assignee": {"id": f"64f0{d.shape % 3:020x}", "fullname": _OFFICERS[d.shape % 3]},
        "agency": {"id": register.units[d.unit].native_id},
        "isCurrent": 1,
        "createdDate": wire_time(d.acted * 1000),
    }
    forms: dict[str, Any] = {
        "two": [current, {**current, "isCurrent": 0}],
        "array": [current],
        "object": current,
        "null": None,
    }
    form = shapes.current_of(d.shape)
    if form != "absent":
        item["currentTask"] = forms[form]
    if tasks:
        item["task"] = _tasks(d, shapes)
    return oddly(item, d.shape) if shapes.odd else item


def detail(d: Dossier, register: Register, *, shapes: Shapes = _AS_DRAWN) -> dict[str, Any]:
    """The answer of ``/pa/dossier/{id}/--online``, with the task history."""
    item = _base(d, register, shapes, detail=True)
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
    item["task"] = _tasks(d, shapes)
    return oddly(item, d.shape >> 3) if shapes.odd else item


def form_data(d: Dossier, register: Register) -> dict[str, Any]:
    """Both forms of ``/pa/api-integration/--data``."""
    citizen = register.citizen(d.citizen)
    return {
        "commonEForm": {"fullname": citizen.name, "identityNumber": citizen.identity},
        "detailEForm": {"tenToChuc": citizen.organization},
    }


def _tasks(d: Dossier, shapes: Shapes) -> list[dict[str, Any]] | dict[str, Any]:
    tasks = task_list(d)
    single = len(tasks) == 1 and shapes.task_of(d.shape) == "object"
    return tasks[0] if single else tasks


def task_list(d: Dossier) -> list[dict[str, Any]]:
    """One task for each step, and for some dossiers one with an unmapped label."""
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
    if d.holder is None:
        tasks[-1]["assignee"] = None
    elif d.holder:
        tasks[-1]["assignee"]["fullname"] = d.holder
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


def _base(d: Dossier, register: Register, shapes: Shapes, *, detail: bool) -> dict[str, Any]:
    shape = d.shape
    task_label = _label(d.status, shape)
    unit = register.units[d.unit]
    item: dict[str, Any] = {
        "id": d.native_id,
        "code": d.code_wire,
        "dossierStatus": _status(d, shapes),
        "dossierTaskStatus": {
            "id": f"60aa{d.status:020x}",
            "name": named(shapes.task_status_of(shape), task_label, f"State {d.status}"),
        },
        "applicant": {
            "eformId": "64b000000000000000000001",
            "data": _person(register.citizen(d.citizen), shape, shapes, detail=detail),
        },
        "procedure": _procedure(register.procedures[d.procedure], shape, shapes, detail=detail),
        "agency": {
            "id": unit.native_id,
            "code": unit.code,
            "name": named(shapes.agency_of(shape), unit.name, f"Unit {unit.index}"),
        },
        "applyMethod": _CHANNELS.get(d.channel) or _UNKNOWN_CHANNELS[shape >> 3 & 1],
        "updatedDate": wire_time(d.changed),
        "statusCurrentTask": task_label,
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


def _status(d: Dossier, shapes: Shapes) -> dict[str, Any]:
    label = _label(d.status, d.shape)
    form = shapes.status_of(d.shape)
    status: dict[str, Any] = {"id": LABELS[d.status][0]}
    if form == "text":
        return status | {"name": label} | ({"comment": ""} if d.shape >> 4 & 7 == 1 else {})
    return status | {"name": named(form, label, f"State {d.status}")}


def _label(status: int, bits: int, *, plain: bool = False) -> str:
    """One of the labels of a state; some in capitals or in decomposed Unicode."""
    labels = LABELS[status][1]
    label = labels[(bits >> 7) % len(labels)]
    if plain or bits & 0xC000:
        return label
    return label.upper() if bits & 1 else unicodedata.normalize("NFD", label)


def _person(citizen: Citizen, shape: int, shapes: Shapes, *, detail: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "fullname": citizen.name,
        "ownerFullname": citizen.name,
        "identityNumber": citizen.identity,
        "phoneNumber": citizen.phone,
        "address": "Thôn 1",
        "province": {"label": "Tỉnh Mẫu", "value": "64c000000000000000000001"},
    }
    form = shapes.person_of(shape)
    if form == "number":  # as numbers, without the leading zeros
        data["phoneNumber"] = int(citizen.phone)
        if not detail:  # the detail has the number as it was typed, so that it can be pushed
            data["identityNumber"] = int(citizen.identity)
    elif form == "plus84":
        data["phoneNumber"] = "+84" + citizen.phone[1:]
    if citizen.organization:
        data["organization"] = citizen.organization
    birthday = shapes.birthday_of(shape, detail=detail)
    if birthday != "absent":
        data["birthday"] = _birthday(citizen.birthday, birthday)
        data["gender"] = citizen.index % 2
    return data


def _birthday(day: int, form: Birthday) -> str:
    if form == "local":
        return f"{_day_text(day + 1)}T00:00:00.000+0700"
    # Local midnight in UTC is 17:00 of the day before (docs/systems/igate.md).
    return f"{_day_text(day)}T17:00:00.000+0000"


def _procedure(p: Procedure, shape: int, shapes: Shapes, *, detail: bool) -> dict[str, Any]:
    suffix = ("", "", "", ".000.00.00.H99", ".H99")[shape % 5]
    sector: dict[str, Any] = {"id": f"64d2{p.index % 8:020x}", "code": p.sector_code}
    sector_form = shapes.sector_of(shape)
    sector["name"] = named(sector_form, p.sector_name, f"Sector {p.index % 8}")
    if sector_form != "text" and not detail:
        del sector["code"]
    return {
        "id": f"64d0{p.index:020x}",
        "code": p.code + suffix,
        "translate": _translate(p, shapes.translate_of(shape)),
        "sector": sector,
    }


def _translate(p: Procedure, form: Translate) -> Any:
    if form == "object":
        return {"languageId": 228, "name": p.name}
    return named(form, p.name, f"Procedure {p.index}")


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

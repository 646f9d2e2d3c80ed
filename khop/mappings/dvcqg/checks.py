"""Checks before a dossier is sent to the portal (docs/systems/dvcqg.md).

``problems_before_sending``  of a record and its steps, as stable codes that a plan shows
``check_dossier``            of a finished DongBoHoSoMC message, the last check
``check_steps``              of finished CapNhatTienDoHoSoMC messages, the last check
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from khop.errors import RecordError
from khop.mappings.facts.packaged import load_table
from khop.mappings.records import BEFORE_RECEPTION, DONE, DossierRecord, Status, Step
from khop.mappings.urls import public_url

_MOMENT = re.compile(r"\d{14}", re.ASCII)
_NEEDED = ("MaHoSo", "MaTTHC", "DonViXuLy", "TrichYeuHoSo")
_CODED = ("TrangThaiHoSo", "KenhThucHien", "LoaiDoiTuong", "HinhThuc", "DuocThanhToanTrucTuyen")
_DONE = frozenset(str(int(status)) for status in DONE)
_UNRECEIVED = frozenset(str(int(status)) for status in BEFORE_RECEPTION)
#: Fields of a record that a message is made of: a blank in their place would replace a good value.
_SENT = frozenset({
    "aliases", "status", "submitted_at", "received_at", "due_at", "finished_at", "returned_at",
    "unit", "unit_code", "procedure", "channel",
})  # fmt: skip
_FILE, _RESULT = "DuongDanTaiTepTin", "DuongDanTepTinKetQua"


def problems_before_sending(record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
    """Why a dossier may not be sent, as stable codes; empty when it may be sent.

    ``portal_born``: it was filed on the portal; ``field_unread``: the one-stop has a value for a
    field of the message, and it could not be read; ``status_unknown``; ``done_without_end``: state
    9 or 10 without an end date; ``no_reception``: no reception date in a state that needs one;
    ``channel_unknown``; ``no_procedure``; ``no_unit``; ``supplement_without_reason``: a repeated
    request for papers gives no reason (docs/systems/dvcqg.md, docs/rules.md).
    """
    status = record.status
    asked = [step for step in steps if step.status is Status.SUPPLEMENT]
    repeated = sorted(asked, key=lambda step: step.event_at.us)[1:]
    checks = {
        "portal_born": bool(record.aliases),
        "field_unread": not _SENT.isdisjoint(record.unread),
        "status_unknown": status is None,
        "done_without_end": status in DONE and record.finished_at is None,
        "no_reception": status not in BEFORE_RECEPTION and record.received_at is None,
        "channel_unknown": record.channel is None,
        "no_procedure": not record.procedure,
        "no_unit": not (record.unit or record.unit_code),
        "supplement_without_reason": any(not step.text.strip(" -.") for step in repeated),
    }
    return tuple(code for code, found in checks.items() if found)


def check_dossier(message: Mapping[str, Any]) -> None:
    """Raises RecordError, naming the wire field, when this message may not go out."""
    table = load_table("dvcqg_dossier")
    for field in _NEEDED:
        _demand(bool(message[field]), field, "is blank")
    for field in _CODED:
        _demand(message[field] in table["codes"][field], field, "is not a code the portal has")
    status = message["TrangThaiHoSo"]
    ended = bool(message["NgayKetThucXuLy"]) or status not in _DONE
    _demand(ended, "NgayKetThucXuLy", "is blank although the dossier is done")
    received = bool(message["NgayTiepNhan"]) or status in _UNRECEIVED
    _demand(received, "NgayTiepNhan", "is blank although the dossier was received")
    _check_lengths(message, table["limits"])
    _check_files(message, table["internal"]["host_endings"])


def check_steps(messages: Sequence[Mapping[str, Any]]) -> None:
    """Raises RecordError, naming the wire field, when one of these steps may not go out."""
    table = load_table("dvcqg_dossier")
    for step in messages:
        _demand(bool(step["MaHoSo"]), "MaHoSo", "is blank")
        _demand(step["NoiDungXuLy"] is not None, "NoiDungXuLy", "is null")
        coded = step["TrangThai"] in table["codes"]["TrangThaiHoSo"]
        _demand(coded, "TrangThai", "is not a code the portal has")
        dated = _MOMENT.fullmatch(step["ThoiDiemXuLy"]) is not None
        _demand(dated, "ThoiDiemXuLy", "is not a moment")
        _check_lengths(step, table["limits"])


def _check_lengths(message: Mapping[str, Any], limits: Mapping[str, Mapping[str, int]]) -> None:
    for field, text in _texts(message):
        limit = limits.get(field.rpartition(".")[2])
        fits = limit is None or len(text) <= limit["longest"]
        _demand(fits, field, "is longer than the portal takes")


def _check_files(message: Mapping[str, Any], internal: Collection[str]) -> None:
    for field, text in _texts(message):
        if field.endswith((_FILE, _RESULT)):
            fetchable = public_url(text, internal) == text
            _demand(fetchable, field, "is an address the portal cannot fetch again")
    submitted = {file[_FILE] for file in message["TaiLieuNop"]} - {""}
    results = {paper[_RESULT] for paper in message["DanhSachGiayToKetQua"]}
    _demand(not submitted & results, "DanhSachGiayToKetQua", "gives a submitted file as the result")


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The path and text of every text in a message."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _texts(item, f"{path}[{place}]")


def _demand(held: bool, field: str, reason: str) -> None:
    if not held:
        raise RecordError(field, f"{reason}; it is not sent")

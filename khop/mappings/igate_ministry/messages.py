"""A dossier in full -> the messages of VNPT's adapter for ministries (docs/systems/igate.md).

``MinistryMapping.dossier``   dossier -> NoiHoSo
``MinistryMapping.steps``     steps -> progress
``MinistryMapping.state``     dossier -> state
``MinistryMapping.problems``  why a dossier may not be sent
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from khop.connectors.igate_ministry.answers import Uploaded
from khop.errors import RecordError
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.facts.packaged import load_table
from khop.mappings.identity import sendable_number
from khop.mappings.igate_ministry.wire import (
    AttachedPaper,
    DossierPaper,
    FeeSent,
    NewDossier,
    ResultSent,
    StatusRow,
    StepRow,
    Submitter,
    SubmitterDetail,
)
from khop.mappings.records import (
    BEFORE_RECEPTION,
    Applicant,
    Attachment,
    Birth,
    DossierRecord,
    Fee,
    FullDossier,
    Instant,
    Precision,
    Status,
    Step,
)
from khop.mappings.urls import public_url
from khop.text.cleaning import fold_label
from khop.text.local_time import local_datetime


@dataclass(frozen=True, slots=True)
class Filed:
    """The platform's id of a dossier, and the code under which it was filed."""

    native_id: str
    code: str


class MinistryMapping:
    """Writes the messages.

    ``units``: unit code or name -> the platform's unit code. ``procedures``: local procedure code
    -> national code. ``services``: procedure code -> MaDichVuCong. ``applicant_kinds``: khop's
    kind of applicant -> LoaiDoiTuong, over the packaged list. ``copy_kind``: LoaiBan of every
    paper; null when it is None.
    """

    def __init__(
        self,
        *,
        units: Mapping[str, str] | None = None,
        procedures: Mapping[str, str] | None = None,
        services: Mapping[str, str] | None = None,
        applicant_kinds: Mapping[str, int] | None = None,
        copy_kind: int | None = None,
    ) -> None:
        table = load_table("igate_ministry")
        self._constants: Mapping[str, Any] = table["constants"]
        self._kinds: Mapping[str, int] = {**table["applicant"], **(applicant_kinds or {})}
        self._with_lists: frozenset[int] = frozenset(table["status"]["with_lists"])
        self._internal: Sequence[str] = load_table("dvcqg_dossier")["internal"]["host_endings"]
        self._units = {fold_label(key): code for key, code in (units or {}).items()}
        self._procedures = {base_procedure(key): code for key, code in (procedures or {}).items()}
        self._services = {base_procedure(key): code for key, code in (services or {}).items()}
        self._copy_kind = copy_kind

    def problems(self, record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
        """Why a dossier may not be sent, as stable codes; empty when it may be sent."""
        early = record.status is None or record.status in BEFORE_RECEPTION
        asked = [step for step in steps if step.status is Status.SUPPLEMENT]
        checks = {
            "status_unknown": record.status is None,
            "no_reception": not early and record.received_at is None,
            "no_procedure": not record.procedure,
            "no_unit": not self._unit(record),
            "supplement_without_reason": any(not step.text.strip(" -.") for step in asked[1:]),
        }
        return tuple(word for word, found in checks.items() if found)

    def procedure(self, record: DossierRecord) -> str:
        """The national code of the dossier's procedure. Raises RecordError without one."""
        local = record.procedure
        if not local:
            raise RecordError("MaTTHC", "is not known")
        return self._procedures.get(local, local)

    def unit(self, record: DossierRecord) -> str:
        """The code of the unit that received the dossier. Raises RecordError without one."""
        code = self._unit(record)
        if not code:
            raise RecordError("MaDonViTiepNhan", "is not known; name the unit's code in `units`")
        return code

    def dossier(
        self,
        dossier: FullDossier,
        uploads: Mapping[Attachment, Uploaded],
        form: Mapping[str, Any] | None = None,
    ) -> NewDossier:
        """The dossier as it is filed, under its own code. ``form``: EformThongTinChiTiet.

        Raises RecordError when the platform has no number for the kind of applicant, the unit
        or the procedure is not known, or a file was not uploaded.
        """
        record, applicant, owner = dossier.record, dossier.applicant, dossier.holder
        kind = self._kind(owner)
        filed_at = record.submitted_at or record.received_at
        return NewDossier(
            MaHoSo=record.code,
            MaTTHC=self.procedure(record),
            MaDichVuCong=self._services.get(record.procedure, ""),
            ChuHoSo=owner.name,
            LoaiDoiTuong=kind,
            MaDonViTiepNhan=self.unit(record),
            NgayNop=_spaced(filed_at),
            NgayTiepNhan=_spaced(record.received_at),
            EformThongTinChiTiet=form or {},
            ThanhPhanHoSo=self._papers(dossier.files, uploads),
            ThongTinNguoiNop=Submitter(
                LoaiDoiTuong=self._kind(applicant), ThongTinChiTiet=_detail(applicant, owner)
            ),
        )

    def filed_as(self, message: NewDossier, code: str) -> dict[str, Any]:
        """The message as it is sent, under the code the platform gave out for it."""
        return message.model_copy(update={"MaHoSo": code}).model_dump(mode="json")

    def steps(self, filed: Filed, steps: Sequence[Step]) -> list[dict[str, Any]]:
        """Progress rows, in the order given."""
        return [self._step(filed, step).model_dump(mode="json") for step in steps]

    def state(self, filed: Filed, dossier: FullDossier) -> dict[str, Any]:
        """The state of a dossier; fees and results go with it at the states that take them.

        Raises RecordError when the dossier has no state: a blank one is never sent.
        """
        status = dossier.record.status
        if status is None:
            raise RecordError("TrangThai", "is not known, and a blank state is never sent")
        last = dossier.steps[-1] if dossier.steps else None
        text = last.text if last and last.status is status else ""
        lists = int(status) in self._with_lists
        fees = dossier.fees if lists else None
        return StatusRow(
            IdHoSo=filed.native_id,
            MaHoSo=filed.code,
            TrangThai=int(status),
            NoiDungYKien=text,
            PhongBanXuLy=(last.office if last else "") or dossier.record.unit or "",
            NoiDungXuLy=text or dossier.record.status_raw or "",
            DanhSachLePhi=None if fees is None else tuple(map(_fee, fees)),
            DanhSachGiayToKetQua=tuple(map(self._result, dossier.results)) if lists else None,
        ).model_dump(mode="json", exclude_none=True)

    def _step(self, filed: Filed, step: Step) -> StepRow:
        moment = _iso(step.event_at)
        return StepRow(
            IDHoSo=filed.native_id,
            MaHoSo=filed.code,
            NguoiXuLy=step.actor.strip() or self._constants["NguoiXuLy"],
            ThoiDiemXuLy=moment,
            PhongBanXuLy=step.office,
            NoiDungXuLy=step.text,
            TrangThai=int(step.status),
            NgayBatDau=moment,
            NgayKetThucTheoQuyDinh=_iso(step.due_at) if step.due_at else None,
        )

    def _kind(self, applicant: Applicant) -> int:
        kind = self._kinds.get(str(applicant.kind))
        if kind is None:
            raise RecordError(
                "LoaiDoiTuong",
                f"has no number for applicants of kind {applicant.kind}; "
                "name one in `applicant_kinds`",
            )
        return kind

    def _unit(self, record: DossierRecord) -> str:
        """The unit's code, where the settings have one for its code or name; else as recorded."""
        keys = [fold_label(key) for key in (record.unit_code, record.unit) if key]
        named = next((self._units[key] for key in keys if key in self._units), None)
        return named or record.unit_code or ""

    def _papers(
        self, files: Sequence[Attachment], uploads: Mapping[Attachment, Uploaded]
    ) -> tuple[DossierPaper, ...]:
        """One paper for all files of a code; a file without code is a paper of its own."""
        groups: dict[str, list[Attachment]] = {}
        for place, file in enumerate(files):
            groups.setdefault(file.code or f"\0{place}", []).append(file)
        return tuple(self._paper(group, uploads) for group in groups.values())

    def _paper(
        self, files: Sequence[Attachment], uploads: Mapping[Attachment, Uploaded]
    ) -> DossierPaper:
        return DossierPaper(
            MaThanhPhanHoSo=files[0].code,
            TenThanhPhanHoSo=files[0].paper.strip(),
            SoLuong=len(files),
            LoaiBan=self._copy_kind,
            GiayToDinhKem=tuple(self._attached(file, uploads) for file in files),
        )

    def _attached(self, file: Attachment, uploads: Mapping[Attachment, Uploaded]) -> AttachedPaper:
        stored = uploads.get(file)
        if stored is None:
            raise RecordError("GiayToDinhKem", "names a file that was not uploaded")
        return AttachedPaper(
            IdGiayTo=stored.native_id, TenGiayTo=file.name.strip(), HashTepTin=stored.hash
        )

    def _result(self, paper: Attachment) -> ResultSent:
        return ResultSent(
            TenGiayTo=paper.name.strip(),
            GiayToId=paper.native_id,
            DuongDanTepTinKetQua=public_url(paper.url, self._internal),
            MaGiayToKetQua=paper.code,
        )


def _fee(fee: Fee) -> FeeSent:
    return FeeSent(
        TenPhiLePhi=fee.name,
        MaPhiLePhi=fee.code or None,
        HinhThucThu=fee.collected or None,
        Gia=str(fee.amount),
        LoaiPhiLePhi=fee.kind or None,
        TrangThaiThanhToan=None if fee.paid is None else int(fee.paid),
    )


def _detail(applicant: Applicant, owner: Applicant) -> SubmitterDetail:
    """The submitter and the owner. Raises RecordError for a number that has lost a zero."""
    return SubmitterDetail(
        TenNguoiNop=applicant.name,
        SoDinhDanh=sendable_number(applicant.identity_number, "SoDinhDanh"),
        NgaySinh=_compact(applicant.birth),
        SoDienThoai=applicant.phone,
        Email=applicant.email,
        DiaChiChiTiet=applicant.address,
        TenChuHs=owner.name,
        SoDinhDanhChuHs=sendable_number(owner.identity_number, "SoDinhDanhChuHs"),
        DiaChiChiTietChuHs=owner.address,
    )


def _compact(birth: Birth | None) -> str:
    """``yyyyMMddHHmmss`` of a whole date; "" for a partly known one."""
    if birth is None or birth.month is None or birth.day is None:
        return ""
    return f"{birth.year:04}{birth.month:02}{birth.day:02}000000"


def _spaced(instant: Instant | None) -> str:
    """``yyyy-MM-dd HH:mm:ss`` of Asia/Ho_Chi_Minh; "" for None."""
    return "" if instant is None else _local(instant).strftime("%Y-%m-%d %H:%M:%S")


def _iso(instant: Instant) -> str:
    """``yyyy-MM-ddTHH:mm:ss.fff`` of Asia/Ho_Chi_Minh, without a zone."""
    return _local(instant).isoformat(timespec="milliseconds")


def _local(instant: Instant) -> datetime:
    local = local_datetime(instant.us)
    if instant.precision is Precision.DAY:
        return local.replace(hour=0, minute=0, second=0, microsecond=0)
    return local

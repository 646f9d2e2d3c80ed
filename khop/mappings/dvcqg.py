"""The national portal's look-ups -> records, and dossiers -> what is sent (specs/dvcqg.md 2).

``DvcqgMapping.record``        items of TraCuuHoSo -> record
``DvcqgMapping.write``         dossier -> DongBoHoSoMC record
``DvcqgMapping.write_steps``   steps -> CapNhatTienDoHoSoMC records
``problems_before_sending``    what stands in the way of a push
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from khop.connectors.dvcqg.wire import (
    DossierMessage,
    FeeRow,
    OwnerIdentity,
    ProcedureItem,
    ProcedureResult,
    ProcedureSector,
    ResultPaper,
    StepMessage,
    SubmittedFile,
)
from khop.faults import RecordError
from khop.mappings.codes import base_procedure, canonical_code
from khop.mappings.data_tables import load_table
from khop.mappings.dvcqg_lookup import LookupReader, exact_keys, scalar_text
from khop.mappings.records import (
    DONE,
    Attachment,
    DossierRecord,
    Fee,
    FullDossier,
    Instant,
    Status,
    Step,
)
from khop.mappings.status import ChannelTable, StatusTable, portal_channels, portal_statuses
from khop.mappings.text import cut_text, fold_label
from khop.mappings.times import wire_time
from khop.mappings.urls import public_url
from khop.mappings.wire_shapes import each_of, read_shape

#: Kinds of identity by number of digits (specs/dvcqg.md 2.1, DinhDanhCHS).
_IDENTITY_KINDS = {12: "1", 9: "2"}
#: States a dossier may be in without having been received (rules.md C1).
_BEFORE_RECEPTION = frozenset({Status.NEW, Status.NOT_RECEIVED, Status.SUPPLEMENT})


class DvcqgMapping:
    """What the portal says, as records of ``source``, and what is said to it.

    ``status`` and ``channel`` are its code lists. ``units``: unit code or name -> the name the
    portal knows. ``procedures``: local procedure code, base or full -> the national code.
    """

    def __init__(
        self,
        source: str,
        status: StatusTable | None = None,
        channel: ChannelTable | None = None,
        *,
        units: Mapping[str, str] | None = None,
        procedures: Mapping[str, str] | None = None,
    ) -> None:
        self._lookup = LookupReader(
            source, status or portal_statuses({}, {}), channel or portal_channels({}, {})
        )
        self._units = {fold_label(key): name for key, name in (units or {}).items()}
        self._procedures = {base_procedure(key): code for key, code in (procedures or {}).items()}
        table = load_table("dvcqg_record")
        self._limits: Mapping[str, Mapping[str, int]] = table["limits"]
        self._constants: Mapping[str, str] = table["constants"]
        self._internal: Sequence[str] = table["internal"]["host_endings"]

    def record(self, items: Sequence[object], code: str) -> DossierRecord | None:
        """The portal's record of the dossier ``code``; None when the answer had no item.

        Items that contradict each other leave the field None and named in ``fields_lost``.
        Raises RecordError when the answer speaks of other dossiers only, or says nothing:
        that is no absence.
        """
        return self._lookup.record(items, canonical_code(code))

    def write(
        self, dossier: FullDossier, procedure: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """The DongBoHoSoMC record of a dossier; ``procedure`` is its LayThuTuc item.

        Raises RecordError when the dossier has no state: a blank one is never sent.
        """
        record, applicant = dossier.record, dossier.applicant
        if record.status is None:
            raise RecordError("TrangThaiHoSo", "is not known, and a blank state is never sent")
        known = _procedure(procedure)
        sector = _first_sector(known)
        name = scalar_text(known.TENTTHC) or dossier.procedure_name
        refused = record.status is Status.NOT_RECEIVED
        return DossierMessage(
            MaHoSo=record.code,
            MaTTHC=self.national(record.procedure),
            TenTTHC=name,
            MaLinhVuc=scalar_text(sector.MALINHVUC) or dossier.sector_code,
            TenLinhVuc=scalar_text(sector.TENLINHVUC) or dossier.sector_name,
            KenhThucHien=str(int(record.channel)) if record.channel else "",
            ChuHoSo=applicant.name,
            SoGiayToChuHoSo=applicant.identity_number,
            LoaiDoiTuong=str(applicant.kind),
            Email=applicant.email,
            SoDienThoai=applicant.phone,
            TrichYeuHoSo=self._cut("TrichYeuHoSo", dossier.summary or name or record.code),
            NgayTiepNhan=wire_time(record.received_at),
            NgayHenTra=wire_time(record.due_at),
            TrangThaiHoSo=str(int(record.status)),
            NgayTra=wire_time(record.returned_at),
            HinhThuc="1" if dossier.return_by_post else "0",
            NgayKetThucXuLy=wire_time(record.finished_at),
            DonViXuLy=self._unit(record),
            TaiLieuNop=tuple(map(self._file, dossier.files)),
            DanhSachLePhi=tuple(self._fee(fee, record.code) for fee in dossier.fees),
            DanhSachGiayToKetQua=self._results(dossier, known),
            NoiNopHoSo=self._constants["NoiNopHoSo"],
            HoSoCoThanhPhanSoHoa="1" if dossier.files else "0",
            NgayTuChoi=wire_time(_refused_at(dossier)) if refused else "",
            DinhDanhCHS=_identities(applicant.identity_number),
            NgayNopHoSo=wire_time(record.submitted_at or record.received_at),
        ).model_dump(mode="json")

    def write_steps(self, code: str, steps: Sequence[Step]) -> list[dict[str, Any]]:
        """The CapNhatTienDoHoSoMC records of steps, in the order given (specs/dvcqg.md 2.7)."""
        return [self._step(code, step).model_dump(mode="json") for step in steps]

    def _step(self, code: str, step: Step) -> StepMessage:
        return StepMessage(
            MaHoSo=code,
            NguoiXuLy=self._cut("NguoiXuLy", step.actor.strip() or self._constants["NguoiXuLy"]),
            ThoiDiemXuLy=wire_time(step.event_at),
            PhongBanXuLy=step.office,
            NoiDungXuLy=step.text,
            TrangThai=str(int(step.status)),
            NgayKetThucTheoQuyDinh=wire_time(step.due_at),
        )

    def _file(self, file: Attachment) -> SubmittedFile:
        name = file.name.strip() or self._constants["TenTepDinhKem"]
        return SubmittedFile(
            TepDinhKemId=file.native_id,
            TenTepDinhKem=self._cut("TenTepDinhKem", name),
            MaThanhPhanHoSo=file.code,
            DuongDanTaiTepTin=public_url(file.url, self._internal),
            DuocSoHoa="1",
        )

    def _results(self, dossier: FullDossier, known: ProcedureItem) -> tuple[ResultPaper, ...]:
        """The results; not those that are a submitted file sent again (specs/dvcqg.md 2.6)."""
        submitted = {file.url.strip() for file in dossier.files} - {""}
        codes = [each for _, each in each_of(known.KETQUATHUCHIEN)]
        # Several possible results: which one this is, the catalogue does not say.
        only = codes[0] if len(codes) == 1 else ProcedureResult()
        return tuple(
            ResultPaper(
                TenGiayTo=self._cut("TenGiayTo", paper.name or scalar_text(only.TENKETQUA)),
                GiayToId=paper.native_id,
                DuongDanTepTinKetQua=public_url(paper.url, self._internal),
                MaGiayToKetQua=paper.code or scalar_text(only.MAKETQUA),
            )
            for paper in dossier.results
            if paper.url.strip() not in submitted and not _resubmitted(paper, dossier.files)
        )

    def _fee(self, fee: Fee, code: str) -> FeeRow:
        return FeeRow(
            TenPhiLePhi=fee.name.strip() or code,
            MaPhiLePhi=self._constants["MaPhiLePhi"],
            HinhThucThu=self._constants["HinhThucThu"],
            Gia=str(fee.amount),
            LoaiPhiLePhi=self._constants["LoaiPhiLePhi"],
        )

    def national(self, procedure: str | None) -> str:
        """The national code of a local procedure code; "" for none."""
        return self._procedures.get(procedure, procedure) if procedure else ""

    def _unit(self, record: DossierRecord) -> str:
        """The unit's name as the portal knows it; its code leads before its name."""
        keys = [fold_label(key) for key in (record.unit_code, record.unit) if key]
        named = next((self._units[key] for key in keys if key in self._units), None)
        return named or record.unit or ""

    def _cut(self, field: str, text: str) -> str:
        limit = self._limits[field]
        return cut_text(text.strip(), limit["longest"], limit["kept"])


def problems_before_sending(record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
    """What keeps a dossier from being sent, as stable codes; empty when nothing does.

    ``portal_born`` it came from the portal; ``status_unknown``; ``done_without_end`` state 9 or
    10 without an end date; ``no_reception`` no reception date in a state that has one;
    ``channel_unknown``; ``no_procedure``; ``no_unit``; ``supplement_without_reason`` papers are
    asked for again and the step does not say why (specs/dvcqg.md 8, rules.md 6).
    """
    status = record.status
    checks = {
        "portal_born": bool(record.aliases),
        "status_unknown": status is None,
        "done_without_end": status in DONE and record.finished_at is None,
        "no_reception": status not in _BEFORE_RECEPTION and record.received_at is None,
        "channel_unknown": record.channel is None,
        "no_procedure": not record.procedure,
        "no_unit": not (record.unit or record.unit_code),
        "supplement_without_reason": any(
            not step.text.strip(" -.") for step in _supplements(steps)[1:]
        ),
    }
    return tuple(code for code, found in checks.items() if found)


def _supplements(steps: Sequence[Step]) -> list[Step]:
    asked = [step for step in steps if step.status is Status.SUPPLEMENT]
    return sorted(asked, key=lambda step: step.event_at.us)


def _procedure(item: Mapping[str, object] | None) -> ProcedureItem:
    """A LayThuTuc item, its own keys and its lists' in any case; what does not fit is passed."""
    if item is None:
        return ProcedureItem()
    exact = exact_keys(item, ProcedureItem)
    for field, model in (("LINHVUCTHUCHIEN", ProcedureSector), ("KETQUATHUCHIEN", ProcedureResult)):
        value = exact.get(field)
        rows = value if isinstance(value, list) else [value]
        exact[field] = [exact_keys(row, model) if isinstance(row, dict) else row for row in rows]
    return read_shape(ProcedureItem, exact, ())[0]


def _first_sector(procedure: ProcedureItem) -> ProcedureSector:
    return next((row for _, row in each_of(procedure.LINHVUCTHUCHIEN)), ProcedureSector())


def _identities(number: str) -> tuple[OwnerIdentity, ...]:
    """Only a number that is one; never a stand-in (specs/dvcqg.md 2.1)."""
    kind = _IDENTITY_KINDS.get(len(number)) if number.isdecimal() else None
    return (OwnerIdentity(LoaiDinhDanh=kind, SoDinhDanh=number),) if kind else ()


def _resubmitted(paper: Attachment, files: Sequence[Attachment]) -> bool:
    return bool(paper.native_id) and any(paper.native_id == file.native_id for file in files)


def _refused_at(dossier: FullDossier) -> Instant | None:
    steps = [step for step in dossier.steps if step.status is Status.NOT_RECEIVED]
    return dossier.record.finished_at or (steps[-1].event_at if steps else None)

"""A dossier -> the DongBoHoSoMC record, with all fields of QĐ 766 (docs/systems/dvcqg.md).

A fact that the source does not have is written as the portal's "no" or "". A value that cannot be
sent is cut or left out, and its path is named. Name and number of the owner are those of one
person; telephone, e-mail and account are those of the one who filed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from unicodedata import normalize

from khop.errors import RecordError
from khop.mappings.dvcqg.catalogue import ProcedureNames
from khop.mappings.dvcqg.wire import (
    ConnectedDatabase,
    DossierMessage,
    FeeRow,
    OtherPaperRow,
    OwnerIdentity,
    ResultPaper,
    SubmittedFile,
    SupplementRow,
)
from khop.mappings.facts.packaged import load_table
from khop.mappings.identity import sendable_number
from khop.mappings.records import Attachment, Channel, Fee, FullDossier, Instant, Status, Step
from khop.mappings.time.parsing import wire_time
from khop.mappings.urls import public_url
from khop.text.cleaning import cut_text

#: States that end a dossier whose papers were never completed.
_GIVEN_UP = frozenset({Status.NOT_RECEIVED, Status.WITHDRAWN, Status.STOPPED})


@dataclass(frozen=True, slots=True)
class FileOrigin:
    """Where a submitted file came from, for the indexes of QĐ 766.

    ``reused``: it had been submitted before; ``replaced_by``: code of the result that is used in
    its place; ``from_store``: taken from the citizen's store on the portal.
    """

    reused: bool = False
    replaced_by: str = ""
    from_store: bool = False


@dataclass(frozen=True, slots=True)
class OtherPaper:
    """A paper that is not on the list of the procedure; ``kind``: the portal's number. None for
    what is not known."""

    name: str
    count: int | None = None
    kind: int | None = None


@dataclass(frozen=True, slots=True)
class PortalFacts:
    """Facts that the portal asks for and the one-stop's record does not have.

    ``technical_id``: the portal account (TechID) of the person who filed online. ``verified``:
    the account is verified by VNeID. ``paid_online``: 1 on the portal, 2 through the province's
    gateway.
    ``origins``: by the file's native id.
    """

    technical_id: str = field(default="", repr=False)
    verified: bool | None = None
    paid_online: int | None = None
    receipt: str = ""
    note: str = field(default="", repr=False)
    origins: Mapping[str, FileOrigin] = field(default_factory=dict)
    other_papers: tuple[OtherPaper, ...] = ()


@dataclass(frozen=True, slots=True)
class ComposedDossier:
    """``message``: the record as sent. ``left_out``: paths of values that were cut or left out."""

    message: dict[str, Any] = field(repr=False)
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Naming:
    """The portal's code and names of this dossier's procedure and unit."""

    procedure: str
    unit: str
    names: ProcedureNames


def compose(
    dossier: FullDossier, naming: Naming, facts: PortalFacts, databases: Sequence[str] = ()
) -> ComposedDossier:
    """The record of a dossier. Raises RecordError when it has no state, and when the
    owner's number has lost a zero.

    ``databases``: codes of the national databases with which this one-stop checks every dossier
    (DSKetNoiCSDL).
    """
    draft = _Draft()
    record, applicant, owner = dossier.record, dossier.applicant, dossier.holder
    number = sendable_number(owner.identity_number, "SoGiayToChuHoSo")
    if record.status is None:
        raise RecordError("TrangThaiHoSo", "is not known, and a blank state is never sent")
    names, constants = naming.names, draft.constants
    name = names.name or dossier.procedure_name
    files = tuple(draft.files(dossier.files, facts.origins))
    refused = record.status is Status.NOT_RECEIVED
    online = record.channel is Channel.ONLINE
    message = DossierMessage(
        MaHoSo=record.code,
        MaTTHC=naming.procedure,
        TenTTHC=name,
        MaLinhVuc=names.sector_code or dossier.sector_code,
        TenLinhVuc=names.sector_name or dossier.sector_name,
        SoBienNhan=facts.receipt,
        KenhThucHien=str(int(record.channel)) if record.channel else "",
        ChuHoSo=owner.name,
        SoGiayToChuHoSo=number,
        LoaiDoiTuong=str(owner.kind),
        MaDoiTuong=facts.technical_id if online else "",
        Email=applicant.email,
        SoDienThoai=applicant.phone,
        TrichYeuHoSo=draft.cut("TrichYeuHoSo", dossier.summary or name or record.code),
        NgayTiepNhan=wire_time(record.received_at),
        NgayHenTra=wire_time(record.due_at),
        TrangThaiHoSo=str(int(record.status)),
        NgayTra=wire_time(record.returned_at),
        HinhThuc="1" if dossier.return_by_post else "0",
        NgayKetThucXuLy=wire_time(record.finished_at),
        DonViXuLy=naming.unit,
        GhiChu=draft.cut("GhiChu", facts.note),
        TaiLieuNop=files,
        DanhSachLePhi=tuple(draft.fees(dossier.fees or ())),
        DanhSachTepDinhKemKhac=tuple(map(draft.other_paper, facts.other_papers)),
        DanhSachHoSoBoSung=tuple(draft.supplements(dossier.steps)),
        DanhSachGiayToKetQua=tuple(draft.results(dossier, names)),
        NoiNopHoSo=constants["NoiNopHoSo"],
        HoSoCoThanhPhanSoHoa="1" if any(file.DuocSoHoa == "1" for file in files) else "0",
        TaiKhoanDuocXacThucVoiVNeID=draft.flag("TaiKhoanDuocXacThucVoiVNeID", facts.verified),
        DuocThanhToanTrucTuyen=draft.paid_online(facts.paid_online),
        NgayTuChoi=wire_time(_refused_at(dossier)) if refused else "",
        DinhDanhCHS=draft.identities(number),
        NgayNopHoSo=wire_time(record.submitted_at or record.received_at),
        DSKetNoiCSDL=tuple(ConnectedDatabase(MaCSDL=code) for code in databases),
    )
    return ComposedDossier(message.model_dump(mode="json"), tuple(draft.left_out))


def processing_documents(documents: Sequence[Attachment]) -> tuple[SubmittedFile, ...]:
    """TaiLieuXuLy: documents of the unit, without those whose address the portal cannot fetch."""
    draft = _Draft()
    return tuple(file for file in draft.files(documents, {}) if file.DuongDanTaiTepTin)


class _Draft:
    """The parts of one message, and the paths of values that were cut or left out."""

    def __init__(self) -> None:
        table = load_table("dvcqg_dossier")
        self.left_out: list[str] = []
        self.constants: Mapping[str, Any] = table["constants"]
        self._limits: Mapping[str, Mapping[str, int]] = table["limits"]
        self._identity: Mapping[str, str] = table["identity"]
        self._internal: Collection[str] = table["internal"]["host_endings"]

    def cut(self, field: str, text: str, where: str = "") -> str:
        """The text, cut to its field's limit; ``where``: path of the object with the field."""
        limit = self._limits[field]
        text = text.strip()
        short = cut_text(text, limit["longest"], limit["kept"])
        if short != normalize("NFC", text):
            self.left_out.append(f"{where}{field}")
        return short

    def flag(self, field: str, known: bool | None) -> str:
        if known is None:
            return str(self.constants[field])
        return "1" if known else "0"

    def paid_online(self, known: int | None) -> str:
        return str(self.constants["DuocThanhToanTrucTuyen"] if known is None else known)

    def files(
        self, files: Sequence[Attachment], origins: Mapping[str, FileOrigin]
    ) -> Iterator[SubmittedFile]:
        for place, file in enumerate(files):
            where = f"TaiLieuNop[{place}]."
            name = file.name.strip() or self.constants["TenTepDinhKem"]
            origin = origins.get(file.native_id, FileOrigin()) if file.native_id else FileOrigin()
            yield SubmittedFile(
                TepDinhKemId=file.native_id,
                TenTepDinhKem=self.cut("TenTepDinhKem", name, where),
                MaThanhPhanHoSo=file.code,
                DuongDanTaiTepTin=self._address(file.url, f"{where}DuongDanTaiTepTin"),
                DuocSoHoa=self.flag("DuocSoHoa", file.digitised),
                DuocTaiSuDung=_reuse(origin),
                DuocLayTuKhoDMQG="1" if origin.from_store else "0",
                MaKetQuaThayThe=origin.replaced_by,
            )

    def results(self, dossier: FullDossier, names: ProcedureNames) -> Iterator[ResultPaper]:
        """The results, without those that are a submitted file (docs/systems/dvcqg.md)."""
        submitted = {file.url.strip() for file in dossier.files} - {""}
        for place, paper in enumerate(dossier.results):
            where = f"DanhSachGiayToKetQua[{place}]"
            if paper.url.strip() in submitted or _resubmitted(paper, dossier.files):
                self.left_out.append(where)
                continue
            yield ResultPaper(
                TenGiayTo=self.cut("TenGiayTo", paper.name or names.result_name, f"{where}."),
                GiayToId=paper.native_id,
                DuongDanTepTinKetQua=self._address(paper.url, f"{where}.DuongDanTepTinKetQua"),
                MaGiayToKetQua=paper.code or names.result_code,
            )

    def fees(self, fees: Sequence[Fee]) -> Iterator[FeeRow]:
        """Fees that were paid, and fees of 0, which exclude a dossier from the index of online
        payment (docs/systems/dvcqg.md)."""
        for place, fee in enumerate(fees):
            if not fee.paid and fee.amount != 0:
                self.left_out.append(f"DanhSachLePhi[{place}]")
                continue
            yield FeeRow(
                TenPhiLePhi=fee.name.strip(),
                MaPhiLePhi=fee.code,
                HinhThucThu=fee.collected,
                Gia=str(fee.amount),
                LoaiPhiLePhi=fee.kind,
            )

    def other_paper(self, paper: OtherPaper) -> OtherPaperRow:
        name = self.cut("TenGiayTo", paper.name, "DanhSachTepDinhKemKhac.")
        return OtherPaperRow(TenGiayTo=name, SoLuong=paper.count, LoaiGiayTo=paper.kind)

    def supplements(self, steps: Sequence[Step]) -> Iterator[SupplementRow]:
        """Each request for papers in the history. The papers came when the dossier went on, and did
        not when it was given up."""
        pairs = [*pairwise(steps), *((step, None) for step in steps[-1:])]
        asked = [(step, then) for step, then in pairs if step.status is Status.SUPPLEMENT]
        for number, (step, then) in enumerate(asked, 1):
            completed = then is not None and then.status not in _GIVEN_UP
            where = f"DanhSachHoSoBoSung[{number - 1}]."
            yield SupplementRow(
                HoSoBoSungId=number,
                NguoiYeuCauBoSung=self.cut("NguoiYeuCauBoSung", step.actor, where),
                NoiDungBoSung=step.text,
                NgayBoSung=wire_time(step.event_at),
                NgayTiepNhanBoSung=wire_time(then.event_at) if then and completed else "",
                TrangThaiBoSung=completed,
            )

    def identities(self, number: str) -> tuple[OwnerIdentity, ...]:
        """The identity, when the number has 12 or 9 digits; never a placeholder
        (docs/systems/dvcqg.md)."""
        kind = self._identity.get(str(len(number))) if number.isdecimal() else None
        if kind is None:
            self.left_out += ["DinhDanhCHS"] if number else []
            return ()
        return (OwnerIdentity(LoaiDinhDanh=kind, SoDinhDanh=number),)

    def _address(self, url: str, where: str) -> str:
        sent = public_url(url, self._internal)
        if sent != url.strip():
            self.left_out.append(where)
        return sent


def _reuse(origin: FileOrigin) -> str:
    if origin.replaced_by:
        return "2"
    return "1" if origin.reused else "0"


def _resubmitted(paper: Attachment, files: Sequence[Attachment]) -> bool:
    return bool(paper.native_id) and any(paper.native_id == file.native_id for file in files)


def _refused_at(dossier: FullDossier) -> Instant | None:
    steps = [step for step in dossier.steps if step.status is Status.NOT_RECEIVED]
    return dossier.record.finished_at or (steps[-1].event_at if steps else None)

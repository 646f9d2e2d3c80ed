"""The national portal's look-ups -> records, and dossiers -> what is sent (docs/systems/dvcqg.md).

``DvcqgMapping.record``         items of TraCuuHoSo -> record
``DvcqgMapping.write``          dossier -> DongBoHoSoMC record
``DvcqgMapping.compose``        the same, with the paths of values that were cut or left out
``DvcqgMapping.write_steps``    steps -> CapNhatTienDoHoSoMC records
``DvcqgMapping.write_return``   the state of a dossier filed on the portal -> DongBoTrangThaiHoSo
``DvcqgMapping.write_answer``   dossier -> the answer to the portal's own look-up
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from khop.errors import RecordError
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.dvcqg.catalogue import ProcedureNames, procedure_names
from khop.mappings.dvcqg.checks import problems_before_sending
from khop.mappings.dvcqg.dossier import (
    ComposedDossier,
    Naming,
    PortalFacts,
    compose,
    processing_documents,
)
from khop.mappings.dvcqg.lookup import LookupSource, lookup_record
from khop.mappings.dvcqg.wire import ReturnedStatus, StepMessage
from khop.mappings.facts.packaged import load_table
from khop.mappings.records import Attachment, DossierRecord, FullDossier, Instant, Status, Step
from khop.mappings.states.status import ChannelTable, StatusTable, portal_channels, portal_statuses
from khop.mappings.time.parsing import wire_time
from khop.text.cleaning import cut_text, fold_label

__all__ = ["DvcqgMapping", "problems_before_sending"]

#: The fields of an answer to the portal's look-up, without personal data
#: (docs/systems/dvcqg.md).
_ANSWERED = (
    "MaHoSo",
    "MaTTHC",
    "TenTTHC",
    "MaLinhVuc",
    "TenLinhVuc",
    "LoaiDoiTuong",
    "NgayTiepNhan",
    "NgayHenTra",
    "TrangThaiHoSo",
    "HinhThuc",
    "DonViXuLy",
)


class DvcqgMapping:
    """The portal's answers as records of ``source``, and dossiers as messages to the portal.

    ``status`` and ``channel`` are its code lists. ``units``: unit code or name -> the portal's
    name. ``procedures``: local procedure code, base or full -> the national code.
    ``databases``: codes of national databases, as ``khop.mappings.dvcqg.dossier.compose`` takes
    them.
    """

    def __init__(
        self,
        source: str,
        status: StatusTable | None = None,
        channel: ChannelTable | None = None,
        *,
        units: Mapping[str, str] | None = None,
        procedures: Mapping[str, str] | None = None,
        databases: Sequence[str] = (),
    ) -> None:
        self.channels = channel or portal_channels({}, {})
        self._source = LookupSource(source, status or portal_statuses({}, {}), self.channels)
        self._units = {fold_label(key): name for key, name in (units or {}).items()}
        self._procedures = {base_procedure(key): code for key, code in (procedures or {}).items()}
        self._databases = tuple(databases)

    def record(self, items: Sequence[object], code: str) -> DossierRecord | None:
        """The portal's record of the dossier ``code``; None when the answer had no item.

        A field in which items contradict each other is None and named in ``fields_lost``. Raises
        RecordError when the answer is only about other dossiers or has no known field, which does
        not mean that the dossier is absent.
        """
        return lookup_record(items, canonical_code(code), self._source)

    def write(
        self,
        dossier: FullDossier,
        procedure: Mapping[str, object] | None = None,
        facts: PortalFacts | None = None,
    ) -> dict[str, Any]:
        """The message of ``compose``."""
        return self.compose(dossier, procedure, facts).message

    def compose(
        self,
        dossier: FullDossier,
        procedure: Mapping[str, object] | None = None,
        facts: PortalFacts | None = None,
    ) -> ComposedDossier:
        """The DongBoHoSoMC record of a dossier; ``procedure`` is its LayThuTuc item.

        Raises RecordError when the dossier has no state: a blank one is never sent.
        """
        record = dossier.record
        names = ProcedureNames() if procedure is None else procedure_names(procedure)
        naming = Naming(self.national(record.procedure), self._unit(record), names)
        return compose(dossier, naming, facts or PortalFacts(), self._databases)

    def write_steps(self, code: str, steps: Sequence[Step]) -> list[dict[str, Any]]:
        """The CapNhatTienDoHoSoMC records of steps, in the order given (docs/systems/dvcqg.md)."""
        return [_step(code, step) for step in steps]

    def write_return(
        self,
        code: str,
        local_code: str,
        status: Status,
        at: Instant | None,
        text: str,
        documents: Sequence[Attachment] = (),
    ) -> dict[str, Any]:
        """The state of the dossier with the portal's ``code`` (docs/systems/dvcqg.md).
        ``documents``: what the unit wrote when it processed the dossier.

        Raises RecordError when the portal does not take that state, or the moment is missing.
        """
        sent = load_table("dvcqg_dossier")["returned_status"].get(str(int(status)))
        if sent is None:
            raise RecordError(
                "TrangThai", "the portal does not take this state for a dossier filed there"
            )
        if at is None:
            raise RecordError("NgayXuLy", "is missing, and the portal demands it")
        return ReturnedStatus(
            MaHoSo=code,
            MaHoSoDonVi=local_code,
            NoiDung=text,
            NgayXuLy=wire_time(at),
            TrangThai=sent,
            TaiLieuXuLy=processing_documents(documents),
        ).model_dump(mode="json")

    def write_answer(self, dossier: FullDossier) -> dict[str, Any]:
        """The answer to the portal's look-up of a dossier (docs/systems/dvcqg.md)."""
        message = self.write(dossier)
        return {field: message[field] for field in _ANSWERED}

    def national(self, procedure: str | None) -> str:
        """The national code of a local procedure code; "" for none."""
        return self._procedures.get(procedure, procedure) if procedure else ""

    def _unit(self, record: DossierRecord) -> str:
        """The portal's name of the unit, found by its code, else by its name."""
        keys = [fold_label(key) for key in (record.unit_code, record.unit) if key]
        named = next((self._units[key] for key in keys if key in self._units), None)
        return named or record.unit or ""


def _step(code: str, step: Step) -> dict[str, Any]:
    table = load_table("dvcqg_dossier")
    actor = step.actor.strip() or table["constants"]["NguoiXuLy"]
    limit = table["limits"]["NguoiXuLy"]
    return StepMessage(
        MaHoSo=code,
        NguoiXuLy=cut_text(actor, limit["longest"], limit["kept"]),
        ThoiDiemXuLy=wire_time(step.event_at),
        PhongBanXuLy=step.office,
        NoiDungXuLy=step.text,
        TrangThai=str(int(step.status)),
        NgayKetThucTheoQuyDinh=wire_time(step.due_at),
    ).model_dump(mode="json")

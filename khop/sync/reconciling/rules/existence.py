"""Existence: dossiers that one system has and another does not have (family A)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from khop.sync.reconciling.rules.clock import Clock
from khop.sync.reconciling.rules.rule import Rule, Severity, fires, unread

if TYPE_CHECKING:
    import ibis.expr.types as ir

_BASIS_SYNC_RATE = "QĐ 766/QĐ-TTg, 1.4"


_COMPARED = ("code", "unit", "unit_code", "procedure", "applicant_key")


def _compared(case: ir.Table, side: str) -> ir.BooleanValue:
    """Not a row of paper without a code that is like no dossier only because a value that it is
    compared by could not be read."""
    return case.code.notnull() | ~unread(case, *(f"{side}_{name}" for name in _COMPARED))


def _not_recoded(case: ir.Table) -> ir.BooleanValue:
    """No record of the one-stop had this code before: that dossier has another code now."""
    return ~fires(case.os_recoded)


def _only_in_the_logbook(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    alone = case.os_native_id.isnull() & _compared(case, "lb") & _not_recoded(case)
    return alone & clock.older(case.lb_received_us)


def _only_in_the_register(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    alone = case.os_native_id.isnull() & _compared(case, "rg") & _not_recoded(case)
    return alone & clock.older(case.rg_signed_us)


def _never_synced(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    received = case.os_status.notnull() & (case.os_status != 1) & case.os_received_us.notnull()
    not_from_the_portal = (case.os_channel != 2) | ~case.has_alias
    asked_under_all_codes = ~unread(case, "os_aliases")
    return (
        received
        & not_from_the_portal
        & asked_under_all_codes
        & (case.po_presence == "absent")
        & clock.older(case.os_received_us)
    )


def alone_since(case: ir.Table) -> ir.IntegerValue:
    """Since when the portal has a dossier that the one-stop does not have; null for other cases."""
    said = case.po_received_us.coalesce(case.po_submitted_us, case.po_first_seen_us)
    # The portal's own times are earlier than that, so no age is too great.
    lost = unread(case, "po_received", "po_submitted") & case.po_received_us.isnull()
    since = lost.ifelse(case.po_first_seen_us, said)
    return case.os_native_id.isnull().ifelse(since, None)


def _phantom(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    there = (case.po_presence == "present") & _not_recoded(case)
    return there & clock.older(alone_since(case))


RULES = (
    Rule(
        id="A1",
        name_en="Received on paper, never entered",
        name_vi="Tiếp nhận trên sổ giấy, chưa nhập vào hệ thống",
        severity=Severity.S1,
        acts="TTDV",
        basis="NĐ 61/2018/NĐ-CP Đ17",
        explanation_en=(
            "The logbook has this reception for longer than the grace period, and the "
            "one-stop has no such dossier. A row without a dossier code was compared by unit, "
            "procedure, applicant and day, and is like no dossier."
        ),
        explanation_vi=(
            "Sổ theo dõi đã ghi tiếp nhận hồ sơ quá thời gian cho phép nhưng hệ thống một cửa "
            "không có hồ sơ này. Dòng không có mã hồ sơ đã được so theo đơn vị, thủ tục, người "
            "nộp và ngày mà không giống hồ sơ nào."
        ),
        shows=("lb_received", "lb_returned", "lb_unit", "lb_procedure"),
        predicate=_only_in_the_logbook,
    ),
    Rule(
        id="A2",
        name_en="Result signed, no dossier",
        name_vi="Có kết quả đã ký nhưng không có hồ sơ",
        severity=Severity.S1,
        acts="TTDV",
        basis="NĐ 61/2018/NĐ-CP Đ17.4",
        explanation_en=(
            "The register has a signed result for longer than the grace period, and the one-stop "
            "has no dossier it could be the result of."
        ),
        explanation_vi=(
            "Sổ văn thư có kết quả đã ký quá thời gian cho phép nhưng hệ thống một cửa không có "
            "hồ sơ tương ứng."
        ),
        shows=("rg_signed", "rg_number", "rg_symbol", "rg_unit", "rg_procedure"),
        predicate=_only_in_the_register,
    ),
    Rule(
        id="A7",
        name_en="Never synced to the portal",
        name_vi="Chưa từng đồng bộ lên Cổng",
        severity=Severity.S2,
        acts="QTHT",
        basis=_BASIS_SYNC_RATE,
        explanation_en=(
            "The one-stop received this dossier more than the grace period ago, and the national "
            "portal answered that it does not have it."
        ),
        explanation_vi=(
            "Hệ thống một cửa đã tiếp nhận hồ sơ quá thời gian cho phép, nhưng Cổng Dịch vụ công "
            "quốc gia trả lời là không có hồ sơ này."
        ),
        shows=("os_status", "os_received", "os_channel", "po_presence", "po_first_absent"),
        predicate=_never_synced,
        repairable=True,
    ),
    Rule(
        id="A8",
        name_en="Phantom on the portal",
        name_vi="Có trên Cổng, không có ở một cửa",
        severity=Severity.S2,
        acts="QTHT",
        basis=_BASIS_SYNC_RATE,
        explanation_en=(
            "The national portal has a dossier under this code; the one-stop has none under the "
            "code or an alias."
        ),
        explanation_vi=(
            "Cổng Dịch vụ công quốc gia có hồ sơ với mã này; hệ thống một cửa không có hồ sơ nào "
            "theo mã này hoặc mã liên quan."
        ),
        shows=("po_status", "po_submitted", "po_received", "po_first_seen", "po_unit"),
        predicate=_phantom,
    ),
)

"""Existence: dossiers that one system has and the other has not (family A)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from khop.sync.rules.rule import Clock, Rule, Severity

_BASIS_SYNC_RATE = "QĐ 766/QĐ-TTg, 1.4"


def _never_synced(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    received = case.os_status.notnull() & (case.os_status != 1) & case.os_received_us.notnull()
    not_from_the_portal = (case.os_channel != 2) | ~case.has_alias
    return (
        received
        & not_from_the_portal
        & (case.po_presence == "absent")
        & clock.older(case.os_received_us)
    )


def _phantom(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    since = ibis.coalesce(case.po_received_us, case.po_submitted_us, case.po_first_seen_us)
    return (case.po_presence == "present") & case.os_native_id.isnull() & clock.older(since)


RULES = (
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

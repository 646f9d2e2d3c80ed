"""Codes: rules about the code of a dossier (family E)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from khop.sync.reconciling.rules.clock import Clock
from khop.sync.reconciling.rules.rule import Rule, Severity, fires

if TYPE_CHECKING:
    import ibis.expr.types as ir


def _reused(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    return (case.os_native_count > 1) & case.os_natives_differ


def _made_up(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    return case.os_native_id.notnull() & case.code_made_up


def _other_day(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    return (case.code_ord - case.os_received_ord).abs() > clock.number("days")


def _unknown_shape(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    return case.os_native_id.notnull() & ~fires(case.code_known)


RULES = (
    Rule(
        id="E1",
        name_en="Code reused",
        name_vi="Một mã dùng cho nhiều hồ sơ",
        severity=Severity.S1,
        acts="QTHT",
        basis="NĐ 309/2026/NĐ-CP Đ8.3",
        explanation_en=(
            "Several dossiers of the one-stop carry this code, and they are of different "
            "applicants or procedures."
        ),
        explanation_vi=(
            "Nhiều hồ sơ ở hệ thống một cửa mang cùng mã này nhưng khác người nộp hoặc khác "
            "thủ tục."
        ),
        shows=("os_native_count", "os_procedure", "os_received"),
        predicate=_reused,
    ),
    Rule(
        id="E3",
        name_en="Made-up code",
        name_vi="Mã hồ sơ do máy tự đặt",
        severity=Severity.S2,
        acts="QTHT",
        basis="docs/domain.md (Codes)",
        explanation_en=(
            "The code ends in five digits, as codes do that a program makes up when it sends a "
            "dossier whose own code it cannot use."
        ),
        explanation_vi=(
            "Mã hồ sơ kết thúc bằng năm chữ số, giống mã do phần mềm tự sinh khi đồng bộ hồ sơ "
            "có mã riêng không dùng được."
        ),
        shows=("os_received", "os_unit"),
        predicate=_made_up,
    ),
    Rule(
        id="E4",
        name_en="Code date is not the reception date",
        name_vi="Ngày trong mã khác ngày tiếp nhận",
        severity=Severity.S3,
        acts="CB",
        basis="TT 01/2018/TT-VPCP Đ19",
        explanation_en=(
            "The date in the dossier's code and its reception lie more working days apart than "
            "a filing at night explains."
        ),
        explanation_vi=(
            "Ngày ghi trong mã hồ sơ và ngày tiếp nhận cách nhau nhiều ngày làm việc hơn mức có "
            "thể do nộp ngoài giờ."
        ),
        shows=("os_received", "os_submitted"),
        predicate=_other_day,
    ),
    Rule(
        id="E7",
        name_en="Unknown code shape",
        name_vi="Mã hồ sơ không theo dạng đã biết",
        severity=Severity.S4,
        acts="QTHT",
        basis="docs/domain.md (Codes)",
        explanation_en="The dossier's code has none of the known shapes.",
        explanation_vi="Mã hồ sơ không khớp với dạng mã nào đã biết.",
        shows=("os_received",),
        predicate=_unknown_shape,
    ),
)

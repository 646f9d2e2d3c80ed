"""Histories: rules about the steps of a dossier and when they were entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from khop.mappings.records import Status
from khop.mappings.states.history_facts import path_pattern
from khop.sync.reconciling.rules.clock import Clock
from khop.sync.reconciling.rules.rule import Excuse, Rule, Severity, before, truth, unread

if TYPE_CHECKING:
    import ibis.expr.types as ir


def _forbidden_step(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    forbidden = clock.tables.transitions.forbidden_pairs(tolerate_missing=False)
    return case.os_path.re_search(path_pattern(forbidden)) if forbidden else truth(False)


def _entered_late(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    in_logbook = case.lb_received_us.notnull()
    received = in_logbook.ifelse(case.lb_received_ord, case.os_received_ord)
    known = case.lb_received_us.notnull() | ~unread(case, "lb_received")
    return known & (case.os_entered_ord - received > clock.number("days"))


def _signed_before_entry(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    return before(case, "rg_signed", "os_entered")


def _waiting_for_papers(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    since_us = case.os_supplement_us.coalesce(case.os_changed_us)
    waiting = case.os_status == Status.SUPPLEMENT.value
    # Null for all other dossiers, so that they need no recheck when the days have passed.
    waiting_since_us = waiting.ifelse(since_us, None)
    return clock.older_than(waiting_since_us, "days")


def _asked_twice(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    # When the last request but one lies after the reception, the last one does too.
    return before(case, "os_received", "os_supplement_before")


RULES = (
    Rule(
        id="B8",
        name_en="Illegal transition",
        name_vi="Chuyển trạng thái không hợp lệ",
        severity=Severity.S3,
        acts="CB",
        basis="NĐ 61/2018/NĐ-CP Đ17-20",
        explanation_en=(
            "The history holds a change of state that cannot follow the state before it without "
            "a correction."
        ),
        explanation_vi=(
            "Lịch sử xử lý có bước chuyển trạng thái không thể xảy ra nếu không có đính chính."
        ),
        shows=("os_status", "os_path"),
        predicate=_forbidden_step,
    ),
    Rule(
        id="D1",
        name_en="Entered late",
        name_vi="Nhập hồ sơ vào hệ thống muộn",
        severity=Severity.S2,
        acts="CB",
        basis="TT 01/2018/TT-VPCP Đ17.1b",
        explanation_en=(
            "The reception was written into the system more working days after it happened than "
            "allowed. It is grave when the result was signed before."
        ),
        explanation_vi=(
            "Việc tiếp nhận được nhập vào hệ thống muộn hơn số ngày làm việc cho phép. Nghiêm "
            "trọng nếu kết quả đã ký trước khi nhập."
        ),
        shows=("os_entered", "os_received", "lb_received", "rg_signed"),
        predicate=_entered_late,
        graver=_signed_before_entry,
        excused_by=frozenset({Excuse.OUTAGE, Excuse.MIGRATION}),
    ),
    Rule(
        id="F1",
        name_en="Stuck asking for papers",
        name_vi="Yêu cầu bổ sung kéo dài",
        severity=Severity.S2,
        acts="CB",
        basis="NĐ 61/2018/NĐ-CP Đ19.4",
        explanation_en=(
            "The dossier has waited for papers for longer than allowed and was neither continued "
            "nor closed."
        ),
        explanation_vi=(
            "Hồ sơ ở trạng thái yêu cầu bổ sung quá thời gian cho phép mà không được tiếp tục "
            "hoặc kết thúc."
        ),
        shows=("os_status", "os_supplement", "os_changed"),
        predicate=_waiting_for_papers,
    ),
    Rule(
        id="F2",
        name_en="Asked twice",
        name_vi="Yêu cầu bổ sung nhiều hơn một lần",
        severity=Severity.S2,
        acts="TTDV",
        basis="NĐ 61/2018/NĐ-CP Đ15.3",
        explanation_en="Papers were asked for at least twice after the dossier was received.",
        explanation_vi="Đã yêu cầu bổ sung giấy tờ từ hai lần trở lên sau khi tiếp nhận.",
        shows=("os_received", "os_supplement_before", "os_supplement", "os_path"),
        predicate=_asked_twice,
    ),
)

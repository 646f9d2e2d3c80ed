"""Histories: rules about the steps of a dossier and when they were entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from khop.mappings.records import Status
from khop.mappings.states.history_facts import path_pattern
from khop.sync.reconciling.rules.clock import Clock
from khop.sync.reconciling.rules.rule import (
    Excuse,
    Rule,
    Severity,
    before,
    on_a_later_day,
    truth,
    unread,
)

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


def _asked_late(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    return case.os_supplement_after_ord - case.os_received_ord > clock.number("days")


def _asked_when_due(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    near = case.os_due_ord - case.os_supplement_ord <= clock.number("days")
    return (case.os_status == Status.SUPPLEMENT.value) & near


def _withdrawn_when_due(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    near = case.os_due_ord - case.os_withdrawn_ord <= clock.number("days")
    return (case.os_status == Status.WITHDRAWN.value) & near


def _refused_late(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    refused = (case.os_status == Status.NOT_RECEIVED.value) & case.os_received_us.notnull()
    return refused & on_a_later_day(case, "os_refused", "os_due")


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
    Rule(
        id="F3",
        name_en="Papers asked for late",
        name_vi="Yêu cầu bổ sung muộn",
        severity=Severity.S2,
        acts="TTDV",
        basis="NĐ 61/2018/NĐ-CP Đ19.4",
        explanation_en=(
            "Papers were first asked for more working days after the reception than allowed."
        ),
        explanation_vi=(
            "Lần đầu yêu cầu bổ sung giấy tờ cách ngày tiếp nhận nhiều ngày làm việc hơn mức cho "
            "phép."
        ),
        shows=("os_received", "os_supplement_after", "os_path"),
        predicate=_asked_late,
    ),
    Rule(
        id="F4",
        name_en="Papers asked for when due",
        name_vi="Yêu cầu bổ sung khi đến hạn",
        severity=Severity.S1,
        acts="TTDV",
        basis="NĐ 61/2018/NĐ-CP Đ19.4",
        explanation_en=(
            "The dossier waits for papers that were asked for just before its due date, on it or "
            "after it: a sign that the clock was stopped to avoid being late."
        ),
        explanation_vi=(
            "Hồ sơ đang chờ bổ sung theo yêu cầu đưa ra sát hạn, đúng hạn hoặc sau hạn trả: dấu "
            "hiệu dừng tính thời gian để tránh trễ hạn."
        ),
        shows=("os_status", "os_supplement", "os_due"),
        predicate=_asked_when_due,
    ),
    Rule(
        id="F8",
        name_en="Withdrawn when due",
        name_vi="Rút hồ sơ khi đến hạn",
        severity=Severity.S2,
        acts="KSTT",
        basis="docs/domain.md (Audit)",
        explanation_en=(
            "The dossier was withdrawn just before its due date, on it or after it; several "
            "reports count it as on time."
        ),
        explanation_vi=(
            "Hồ sơ được rút sát hạn, đúng hạn hoặc sau hạn trả; nhiều báo cáo sẽ tính là đúng hạn."
        ),
        shows=("os_status", "os_withdrawn", "os_due"),
        predicate=_withdrawn_when_due,
    ),
    Rule(
        id="F9",
        name_en="Refused late",
        name_vi="Từ chối sau hạn trả",
        severity=Severity.S2,
        acts="TTDV",
        basis="NĐ 61/2018/NĐ-CP Đ19.8",
        explanation_en="A dossier that had been received was refused after its due date.",
        explanation_vi="Hồ sơ đã tiếp nhận bị từ chối sau ngày hẹn trả.",
        shows=("os_status", "os_received", "os_refused", "os_due"),
        predicate=_refused_late,
    ),
)

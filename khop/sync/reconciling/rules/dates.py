"""Dates: missing, impossible, or not the same in both systems (family C, D4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from khop.mappings.records import DONE, Status
from khop.sync.reconciling.rules.clock import Clock
from khop.sync.reconciling.rules.rule import (
    Rule,
    Severity,
    among,
    any_of,
    apart_by,
    before,
    blank,
    differs,
    fires,
    in_the_same_second,
    unread,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

_SHARED = ("received", "due", "finished", "returned")
_MINUTE_US = 60 * 1_000_000
_HOUR_US = 60 * _MINUTE_US
_ERROR_LIST = "docs/domain.md (Reports), danh sách hồ sơ gây lỗi thống kê"


def _known_and_not(case: ir.Table, *states: Status) -> ir.BooleanValue:
    return case.os_status.notnull() & ~among(case.os_status, states)


def _no_reception(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    due = _known_and_not(case, Status.NEW, Status.NOT_RECEIVED, Status.SUPPLEMENT)
    return blank(case, "os_received") & due


def _no_end(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    return among(case.os_status, DONE) & blank(case, "os_finished")


def _received_later_than_today(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    return clock.on_a_later_day(case.os_received_us)


def _finished_later_than_today(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    return clock.on_a_later_day(case.os_finished_us)


def _end_before_reception(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    return before(case, "os_finished", "os_received")


def _others_out_of_order(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    return any_of(
        (before(case, "os_received", "os_submitted"), before(case, "os_returned", "os_finished"))
    )


def _no_due(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    not_yet_received = (case.os_status == Status.SUPPLEMENT.value) & case.os_received_us.isnull()
    return (
        blank(case, "os_due")
        & ~(case.os_no_due | unread(case, "os_no_due"))
        & _known_and_not(case, Status.NEW, Status.NOT_RECEIVED)
        & ~not_yet_received
    )


def _seven_hours(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    shift = clock.number("hours") * _HOUR_US
    tolerance = clock.number("tolerance_minutes") * _MINUTE_US
    return any_of(apart_by(case, f"os_{name}", f"po_{name}", shift, tolerance) for name in _SHARED)


def _times_differ(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    minutes = clock.differs_minutes
    apart = any_of(differs(case, f"os_{name}", f"po_{name}", minutes) for name in _SHARED)
    return apart & ~fires(_seven_hours(case, clock.of("C12"))) & clock.older(case.os_changed_us)


def _closed_at_its_due_date(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    later = case.os_changed_us > case.os_due_us + clock.number("minutes") * _MINUTE_US
    return in_the_same_second(case, "os_finished", "os_due") & later


_BOTH_SIDES = tuple(f"{side}_{name}" for name in _SHARED for side in ("os", "po"))

RULES = (
    Rule(
        id="C1",
        name_en="No reception date",
        name_vi="Thiếu ngày tiếp nhận",
        severity=Severity.S2,
        acts="CB",
        basis=_ERROR_LIST,
        explanation_en="The dossier's state says it was received, but it has no reception date.",
        explanation_vi="Trạng thái cho thấy hồ sơ đã được tiếp nhận nhưng không có ngày tiếp nhận.",
        shows=("os_status", "os_received", "os_submitted"),
        predicate=_no_reception,
    ),
    Rule(
        id="C2",
        name_en="Ended without end date",
        name_vi="Đã kết thúc nhưng thiếu ngày kết thúc",
        severity=Severity.S2,
        acts="CB",
        basis=_ERROR_LIST,
        explanation_en="The dossier is finished or returned, but has no end date.",
        explanation_vi="Hồ sơ đã xử lý xong hoặc đã trả kết quả nhưng không có ngày kết thúc.",
        shows=("os_status", "os_finished", "os_returned"),
        predicate=_no_end,
    ),
    Rule(
        id="C3",
        name_en="Reception in the future",
        name_vi="Ngày tiếp nhận ở tương lai",
        severity=Severity.S2,
        acts="CB",
        basis=_ERROR_LIST,
        explanation_en="The reception date is later than today.",
        explanation_vi="Ngày tiếp nhận muộn hơn ngày hiện tại.",
        shows=("os_received",),
        predicate=_received_later_than_today,
    ),
    Rule(
        id="C4",
        name_en="End in the future",
        name_vi="Ngày kết thúc ở tương lai",
        severity=Severity.S2,
        acts="CB",
        basis=_ERROR_LIST,
        explanation_en="The end date is later than today.",
        explanation_vi="Ngày kết thúc xử lý muộn hơn ngày hiện tại.",
        shows=("os_finished",),
        predicate=_finished_later_than_today,
    ),
    Rule(
        id="C5",
        name_en="End before reception",
        name_vi="Kết thúc trước khi tiếp nhận",
        severity=Severity.S2,
        acts="CB",
        basis=_ERROR_LIST,
        explanation_en="The dossier ended before it was received.",
        explanation_vi="Ngày kết thúc xử lý sớm hơn ngày tiếp nhận.",
        shows=("os_received", "os_finished"),
        predicate=_end_before_reception,
    ),
    Rule(
        id="C6",
        name_en="Other dates out of order",
        name_vi="Các ngày khác không đúng thứ tự",
        severity=Severity.S2,
        acts="CB",
        basis="NĐ 61/2018/NĐ-CP Đ17-20",
        explanation_en="Received before it was submitted, or returned before it was finished.",
        explanation_vi="Tiếp nhận trước khi nộp, hoặc trả kết quả trước khi xử lý xong.",
        shows=("os_submitted", "os_received", "os_finished", "os_returned"),
        predicate=_others_out_of_order,
    ),
    Rule(
        id="C9",
        name_en="No due date",
        name_vi="Thiếu ngày hẹn trả",
        severity=Severity.S2,
        acts="CB",
        basis="docs/domain.md (Punctuality)",
        explanation_en=(
            "The procedure has a time limit, but the dossier has no due date; several reports "
            "would count it as on time."
        ),
        explanation_vi=(
            "Thủ tục có thời hạn giải quyết nhưng hồ sơ không có ngày hẹn trả; nhiều báo cáo sẽ "
            "tính là đúng hạn."
        ),
        shows=("os_status", "os_received", "os_due"),
        predicate=_no_due,
    ),
    Rule(
        id="C12",
        name_en="Seven-hour shift",
        name_vi="Lệch đúng 7 giờ",
        severity=Severity.S3,
        acts="QTHT",
        basis="docs/domain.md (Audit)",
        explanation_en=(
            "A time differs between the systems by seven hours: one of them reads local time as "
            "UTC, or the other way round."
        ),
        explanation_vi=(
            "Thời gian ở hai hệ thống lệch nhau 7 giờ: một bên đọc giờ Việt Nam như giờ UTC hoặc "
            "ngược lại."
        ),
        shows=_BOTH_SIDES,
        predicate=_seven_hours,
        repairable=True,
    ),
    Rule(
        id="C14",
        name_en="Time differs between systems",
        name_vi="Thời gian hai bên khác nhau",
        severity=Severity.S3,
        acts="QTHT",
        basis="docs/rules.md",
        explanation_en=(
            "Reception, due, end or return time differs between the one-stop and the portal, for "
            "longer than the grace period."
        ),
        explanation_vi=(
            "Ngày tiếp nhận, hẹn trả, kết thúc hoặc trả kết quả ở một cửa và Cổng khác nhau quá "
            "thời gian cho phép."
        ),
        shows=(*_BOTH_SIDES, "os_changed"),
        predicate=_times_differ,
        repairable=True,
    ),
    Rule(
        id="D4",
        name_en="Closed exactly at its due date",
        name_vi="Kết thúc đúng vào giờ hẹn trả",
        severity=Severity.S1,
        acts="KSTT",
        basis="TT 01/2018/TT-VPCP Đ17.1b",
        explanation_en=(
            "The end is the due date to the second, and the record was written after it: a sign "
            "that the end was set to the due date."
        ),
        explanation_vi=(
            "Thời điểm kết thúc trùng từng giây với hạn trả, trong khi hồ sơ được ghi sau đó: dấu "
            "hiệu ngày kết thúc được sửa cho bằng hạn trả."
        ),
        shows=("os_finished", "os_due", "os_changed"),
        predicate=_closed_at_its_due_date,
    ),
)

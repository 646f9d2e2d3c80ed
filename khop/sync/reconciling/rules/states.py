"""States: the one-stop and the portal have different states of one dossier, or it stays
in one for too long (family B)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from khop.mappings.records import DONE, OPEN, Status
from khop.sync.reconciling.rules.clock import Clock
from khop.sync.reconciling.rules.rule import Rule, Severity, among, fires
from khop.text.local_time import DAY_US

if TYPE_CHECKING:
    import ibis.expr.types as ir

_CLOSED_BY_PORTAL = OPEN | {Status.STOPPED}
_OPEN_ON_PORTAL = OPEN | {Status.NEW, Status.STOPPED}


def _portal_closed_first(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    return among(case.po_status, DONE) & among(case.os_status, _CLOSED_BY_PORTAL)


def _one_stop_closed_first(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    return (
        among(case.os_status, DONE)
        & among(case.po_status, _OPEN_ON_PORTAL)
        & clock.older(case.os_finished_us)
    )


def _not_taken_up(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    return (case.os_status == Status.NEW.value) & clock.older(case.os_submitted_us)


def _state_differs(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    more_specific = fires(_portal_closed_first(case, clock.of("B5"))) | fires(
        _one_stop_closed_first(case, clock.of("B6"))
    )
    return (case.os_status != case.po_status) & ~more_specific & clock.older(case.os_changed_us)


def _at_the_counter_too_long(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    # A day counts as its end.
    end_us = case.os_finished_us + case.os_finished_day.coalesce(False).ifelse(DAY_US, 0)
    waiting = case.os_status == Status.FINISHED.value
    # Null for all other dossiers, so that they need no recheck when the days have passed.
    return clock.older_than(waiting.ifelse(end_us, None), "days")


RULES = (
    Rule(
        id="B5",
        name_en="Portal closed, one-stop open",
        name_vi="Cổng đã kết thúc, một cửa còn mở",
        severity=Severity.S1,
        acts="QTHT",
        basis="docs/domain.md (Audit)",
        explanation_en=(
            "The portal says the dossier is finished or returned while the one-stop still has it "
            "open."
        ),
        explanation_vi=(
            "Cổng ghi hồ sơ đã xử lý xong hoặc đã trả kết quả, trong khi hệ thống một cửa vẫn để "
            "hồ sơ ở trạng thái chưa kết thúc."
        ),
        shows=("os_status", "po_status", "os_finished", "po_finished", "os_changed"),
        predicate=_portal_closed_first,
    ),
    Rule(
        id="B6",
        name_en="One-stop closed, portal open",
        name_vi="Một cửa đã kết thúc, Cổng còn mở",
        severity=Severity.S2,
        acts="QTHT",
        basis="QĐ 766/QĐ-TTg, 2.1",
        explanation_en=(
            "The one-stop finished the dossier longer ago than the grace period and the portal "
            "still shows it as open."
        ),
        explanation_vi=(
            "Hệ thống một cửa đã kết thúc hồ sơ quá thời gian cho phép nhưng Cổng vẫn hiển thị "
            "hồ sơ đang mở."
        ),
        shows=("os_status", "po_status", "os_finished", "po_finished"),
        predicate=_one_stop_closed_first,
        repairable=True,
    ),
    Rule(
        id="B10",
        name_en="Online dossier not taken up",
        name_vi="Hồ sơ trực tuyến chưa được tiếp nhận",
        severity=Severity.S2,
        acts="TBP",
        basis="NĐ 61/2018/NĐ-CP Đ17",
        explanation_en=(
            "A dossier was submitted online longer ago than the grace period and is still new."
        ),
        explanation_vi=(
            "Hồ sơ nộp trực tuyến đã quá thời gian cho phép mà vẫn ở trạng thái mới đăng ký."
        ),
        shows=("os_status", "os_submitted", "os_channel"),
        predicate=_not_taken_up,
    ),
    Rule(
        id="B11",
        name_en="Status differs",
        name_vi="Trạng thái hai bên khác nhau",
        severity=Severity.S3,
        acts="QTHT",
        basis="docs/rules.md",
        explanation_en="The one-stop and the portal show different states, for longer than the "
        "grace period.",
        explanation_vi="Hệ thống một cửa và Cổng ghi trạng thái khác nhau quá thời gian cho phép.",
        shows=("os_status", "po_status", "os_changed"),
        predicate=_state_differs,
        repairable=True,
    ),
    Rule(
        id="B4",
        name_en="At the counter too long",
        name_vi="Kết quả chờ trả quá lâu",
        severity=Severity.S3,
        acts="TBP",
        basis="NĐ 61/2018/NĐ-CP Đ20",
        explanation_en=(
            "The result has been ready for longer than allowed, and the one-stop has not returned "
            "it."
        ),
        explanation_vi=(
            "Kết quả đã có quá thời gian cho phép mà hệ thống một cửa chưa ghi đã trả."
        ),
        shows=("os_status", "os_finished"),
        predicate=_at_the_counter_too_long,
    ),
)

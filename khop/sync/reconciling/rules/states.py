"""States: the one-stop and the portal have different states of one dossier, or it stays
in one for too long, or in nobody's hands (B, D7, G7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from khop.mappings.records import ACTIVE, DONE, OPEN, Status
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


def _in_nobodys_hands(case: ir.Table) -> ir.BooleanValue:
    """Null where the history was not read, or does not say who has the dossier."""
    return among(case.os_status, ACTIVE) & case.os_actor_default


def _waits_in_nobodys_hands(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    return _in_nobodys_hands(case) & ~fires(_nearly_due(case, clock))


def _nearly_due_in_nobodys_hands(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    return _in_nobodys_hands(case) & _nearly_due(case, clock)


def _nearly_due(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    """Due today or on the next working day: of no age yet, and of more than -2 working days."""
    return clock.older(case.os_due_us, -2) & ~clock.older(case.os_due_us, 0)


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
    Rule(
        id="D7",
        name_en="In nobody's hands",
        name_vi="Hồ sơ không có người thụ lý cụ thể",
        severity=Severity.S2,
        acts="QTHT",
        basis="docs/domain.md (Audit)",
        explanation_en=(
            "The dossier is under way, and its current step names no officer, or an account that "
            "stands for nobody."
        ),
        explanation_vi=(
            "Hồ sơ đang giải quyết nhưng bước hiện tại không ghi cán bộ nào, hoặc ghi một tài "
            "khoản dùng chung."
        ),
        shows=("os_status", "os_actor_default", "os_due", "os_path"),
        predicate=_waits_in_nobodys_hands,
    ),
    Rule(
        id="G7",
        name_en="Nearly due, in nobody's hands",
        name_vi="Sắp đến hạn mà không có người thụ lý cụ thể",
        severity=Severity.S2,
        acts="TTDV",
        basis="docs/domain.md (Audit)",
        explanation_en=(
            "The dossier is due today or on the next working day, and its current step names no "
            "officer, or an account that stands for nobody."
        ),
        explanation_vi=(
            "Hồ sơ đến hạn trả hôm nay hoặc ngày làm việc kế tiếp nhưng bước hiện tại không ghi "
            "cán bộ nào, hoặc ghi một tài khoản dùng chung."
        ),
        shows=("os_status", "os_actor_default", "os_due", "os_path"),
        predicate=_nearly_due_in_nobodys_hands,
    ),
)

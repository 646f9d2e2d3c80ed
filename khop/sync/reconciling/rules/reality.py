"""Reality: paper and the post contradict what the one-stop says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from khop.mappings.records import ACTIVE, Status
from khop.sync.reconciling.rules.clock import Clock
from khop.sync.reconciling.rules.rule import (
    Rule,
    Severity,
    among,
    any_of,
    before,
    blank,
    earliest,
    moment,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir


def _done_but_open(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    done_us = earliest(case.rg_signed_us, case.ps_delivered_us, case.lb_returned_us)
    return among(case.os_status, ACTIVE) & clock.older(done_us)


def _returned_before_signed(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    returned = moment(case, "os_returned", "lb_returned", "ps_delivered")
    return before(case, returned, "rg_signed")


def _signed_before_reception(case: ir.Table, _clock: Clock) -> ir.BooleanValue:
    return before(case, "rg_signed", "os_received")


def _delivered_not_closed(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    return (case.os_status == Status.FINISHED.value) & clock.older(case.ps_delivered_us)


def _closed_before_delivery(case: ir.Table, clock: Clock) -> ir.BooleanValue:
    too_long = clock.older(case.ps_handed_us, "days")
    wrong = any_of(
        (before(case, "os_returned", "ps_delivered"), blank(case, "ps_delivered") & too_long)
    )
    return (case.os_status == Status.RETURNED.value) & case.ps_handed_us.notnull() & wrong


RULES = (
    Rule(
        id="B1",
        name_en="Done in reality, open in the system",
        name_vi="Thực tế đã xong, hệ thống vẫn đang xử lý",
        severity=Severity.S1,
        acts="CB",
        basis="NĐ 61/2018/NĐ-CP Đ17, Đ20",
        explanation_en=(
            "A signed result, a delivery by the post, or a return in the logbook shows that the "
            "dossier was done longer ago than the grace period; the one-stop still has it in "
            "process."
        ),
        explanation_vi=(
            "Kết quả đã ký, bưu chính đã phát hoặc sổ theo dõi đã ghi trả kết quả quá thời gian "
            "cho phép, nhưng hệ thống một cửa vẫn để hồ sơ đang xử lý."
        ),
        shows=("os_status", "os_due", "rg_signed", "rg_number", "ps_delivered", "lb_returned"),
        predicate=_done_but_open,
    ),
    Rule(
        id="C7",
        name_en="Returned before the result was signed",
        name_vi="Trả kết quả trước khi kết quả được ký",
        severity=Severity.S1,
        acts="CB",
        basis="NĐ 61/2018/NĐ-CP Đ20",
        explanation_en="The result was handed over earlier than the register says it was signed.",
        explanation_vi="Thời điểm trả kết quả sớm hơn ngày ký kết quả ghi trong sổ văn thư.",
        shows=("os_returned", "lb_returned", "ps_delivered", "rg_signed", "rg_number"),
        predicate=_returned_before_signed,
    ),
    Rule(
        id="C8",
        name_en="Signed before reception",
        name_vi="Kết quả ký trước khi tiếp nhận hồ sơ",
        severity=Severity.S1,
        acts="TTDV",
        basis="NĐ 61/2018/NĐ-CP Đ17",
        explanation_en=(
            "The result was signed before the dossier was received: a sign that the dossier was "
            "entered after the work was done."
        ),
        explanation_vi=(
            "Kết quả được ký trước ngày tiếp nhận: dấu hiệu hồ sơ được nhập bù sau khi đã giải "
            "quyết."
        ),
        shows=("os_received", "rg_signed", "rg_number"),
        predicate=_signed_before_reception,
    ),
    Rule(
        id="H1",
        name_en="Delivered by post, not closed",
        name_vi="Bưu chính đã phát, hồ sơ chưa kết thúc",
        severity=Severity.S2,
        acts="TBP",
        basis="QĐ 45/2016/QĐ-TTg Đ10.3",
        explanation_en=(
            "The post delivered the result longer ago than the grace period; the one-stop still "
            "has the dossier at the counter."
        ),
        explanation_vi=(
            "Bưu chính đã phát kết quả quá thời gian cho phép nhưng hệ thống một cửa chưa ghi đã "
            "trả kết quả."
        ),
        shows=("os_status", "ps_delivered", "ps_item"),
        predicate=_delivered_not_closed,
    ),
    Rule(
        id="H2",
        name_en="Closed before delivery",
        name_vi="Kết thúc hồ sơ trước khi bưu chính phát",
        severity=Severity.S2,
        acts="TBP",
        basis="QĐ 45/2016/QĐ-TTg Đ9.2, Đ10",
        explanation_en=(
            "The one-stop says the result was returned when the post had it and had not "
            "delivered it yet."
        ),
        explanation_vi=(
            "Hệ thống một cửa ghi đã trả kết quả khi bưu chính mới nhận chuyển mà chưa phát."
        ),
        shows=("os_status", "os_returned", "ps_handed", "ps_delivered", "ps_item"),
        predicate=_closed_before_delivery,
    ),
)

"""The post's side of a case: when a result was handed to it, and when it was delivered.

The events of one order and waybill belong together. When the first of them lies before the
reception, they brought papers in and are left out; all others took a result out. Events without a
time are left out; a delivery among them makes the time of delivery one that could not be read.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from khop.mappings.records import StatusKind
from khop.text.local_time import DAY_US, LOCAL_OFFSET_US

_OF_THE_POST = (StatusKind.HANDED_TO_POST, StatusKind.DELIVERED, StatusKind.POSTAL_EVENT)


def post_of(keys: ir.Table, one_stop: ir.Table, events: ir.Table) -> ir.Table:
    """Per case the first event and the earliest delivery of orders that took a result out."""
    timed = events.filter(
        events.kind.isin([kind.value for kind in _OF_THE_POST]) & events.event_us.notnull()
    )
    # The events of an order before it has a waybill are a group of their own.
    timed = timed.mutate(waybill=ibis.coalesce(timed.item, ""), at=_packed(timed))
    found = timed.join(keys, timed.code == keys.key)
    orders = found.group_by("case_code", "native_id", "waybill").aggregate(
        source=found.source.min(),
        item=found.item.min(),
        first=found["at"].min(),
        delivered=found["at"].min(where=found.kind == StatusKind.DELIVERED.value),
    )
    received = one_stop.select("os_code", "os_received_us", "os_received_day")
    orders = orders.left_join(received, orders.case_code == received.os_code)
    going_out = orders.filter(~_came_in(orders))
    ends = going_out.group_by(of_case="case_code").aggregate(
        ps_source=going_out.source.min(),
        ps_item=going_out.item.max(),
        handed=going_out["first"].min(),
        delivered=going_out.delivered.min(),
    )
    undated = events.filter((events.kind == StatusKind.DELIVERED.value) & events.event_us.isnull())
    unread = keys.semi_join(undated, keys.key == undated.code).select("case_code").distinct()
    unread = unread.mutate(ps_unread=ibis.literal(" delivered "))
    ends = ends.left_join(unread, ends.of_case == unread.case_code)
    return ends.select(
        "of_case",
        "ps_source",
        "ps_item",
        "ps_unread",
        **_unpacked("ps_handed", ends.handed),
        **_unpacked("ps_delivered", ends.delivered),
    )


def _came_in(orders: ir.Table) -> ir.BooleanValue:
    """The first event lies before the reception; by day where one is known by day only."""
    first = _unpacked("first", orders["first"])
    us, by_day = first["first_us"], first["first_day"]
    days = us + LOCAL_OFFSET_US, orders.os_received_us + LOCAL_OFFSET_US
    earlier = ibis.ifelse(
        by_day | ibis.coalesce(orders.os_received_day, False),
        days[0] // DAY_US < days[1] // DAY_US,
        us < orders.os_received_us,
    )
    return ibis.coalesce(earlier, False)


def _packed(events: ir.Table) -> ir.IntegerValue:
    """A time and its precision as one number, so that the least is the earliest. A day comes
    before a moment at its start."""
    return events.event_us * 2 + ibis.ifelse(ibis.coalesce(events.event_day, False), 0, 1)


def _unpacked(name: str, packed: ir.IntegerValue) -> dict[str, ir.Value]:
    return {
        f"{name}_us": (packed // 2).cast("int64"),
        f"{name}_day": packed % 2 == 0,
    }

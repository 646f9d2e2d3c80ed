"""The one-stop's side of a case."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from khop.sync.reconciling.cases.inputs import OS


def latest_by_code(one_stop: ir.Table) -> ir.Table:
    """Per code the record with the latest change (``os_…``), with the number of records
    (``os_native_count``), and whether their applicants or procedures differ
    (``os_natives_differ``). Records without an applicant key, or without a procedure, are not
    compared by it.
    """
    of_code = ibis.window(group_by="code")
    latest = ibis.window(
        group_by="code",
        order_by=[
            ibis.coalesce(one_stop.changed_us, -1).desc(),
            one_stop.native_id.desc(),
            one_stop.source,
        ],
    )
    ranked = one_stop.mutate(
        rank=ibis.row_number().over(latest),
        native_count=one_stop.count().over(of_code),
        natives_differ=_differs(one_stop.applicant_key, of_code)
        | _differs(one_stop.procedure, of_code),
    )
    return ranked.filter(ranked["rank"] == 0).select(
        os_code="code",
        os_native_count="native_count",
        os_natives_differ="natives_differ",
        **{f"os_{name}": name for name in OS},
    )


def _differs(column: ir.StringColumn, window: ir.WindowedExpr) -> ir.BooleanValue:
    apart = column.min().over(window) != column.max().over(window)
    return ibis.coalesce(apart, False)

"""The portal's side of a case."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from khop.sync.reconciling.cases.inputs import PO


def portal_of(keys: ir.Table, presence: ir.Table) -> ir.Table:
    """Per case the portal's answer under any of its codes.

    ``po_presence`` is "present" when one of the codes is; "absent" only when the look-up of every
    code was answered so; else "unknown".
    """
    answers = keys.left_join(presence, keys.key == presence.code)
    there = ibis.coalesce(answers.presence == "present", False)
    gone = ibis.coalesce(answers.presence == "absent", False)
    by_case = ibis.window(group_by="case_code")
    best = ibis.window(
        group_by="case_code",
        order_by=[
            there.desc(),
            (answers.key == answers.case_code).desc(),
            ibis.coalesce(answers.checked_us, -1).desc(),
            answers.key.desc(),
            answers.source,
        ],
    )
    ranked = answers.mutate(
        rank=ibis.row_number().over(best),
        any_there=there.cast("int32").max().over(by_case) == 1,
        all_gone=gone.cast("int32").min().over(by_case) == 1,
    )
    chosen = ranked.filter(ranked["rank"] == 0)
    found = ibis.cases((chosen.any_there, "present"), (chosen.all_gone, "absent"), else_="unknown")
    return chosen.select(
        of_case="case_code",
        po_presence=found,
        po_code="key",
        **{f"po_{name}": name for name in PO},
    )

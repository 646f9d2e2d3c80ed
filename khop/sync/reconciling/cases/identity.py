"""The population database's side of a case: the check of its applicant."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def identity_of(keys: ir.Table, checks: ir.Table) -> ir.Table:
    """Per case the latest check of its applicant."""
    found = keys.join(checks, keys.key == checks.code)
    latest = ibis.window(
        group_by="case_code", order_by=[found.checked_us.desc(), found.source, found.key]
    )
    ranked = found.mutate(rank=ibis.row_number().over(latest))
    return ranked.filter(ranked["rank"] == 0).select(
        of_case="case_code", id_source="source", id_verdict="verdict", id_checked_us="checked_us"
    )

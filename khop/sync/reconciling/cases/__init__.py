"""Cases: one row per dossier, what every source says of it now, side by side (docs/rules.md).

The row is an Ibis expression over the ledger's tables, so one definition runs wherever the
tables are. Times are microseconds of UTC; a ``…_day`` column is true when only the day is known.

A row of paper that names no dossier and is like none is a case of its own: its ``code`` is null
and its ``subject`` names the row.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from khop.mappings.codes.grammar import CodeShape
from khop.sync.reconciling.cases.days import CODE_COLUMNS, DAY, code_columns, working_days
from khop.sync.reconciling.cases.identity import identity_of
from khop.sync.reconciling.cases.inputs import CASE_COLUMNS, INPUTS, ONLY_ROWS
from khop.sync.reconciling.cases.keys import aliased, case_keys
from khop.sync.reconciling.cases.one_stop import speaking
from khop.sync.reconciling.cases.paper import paper_of, row_cases
from khop.sync.reconciling.cases.portal import portal_of
from khop.sync.reconciling.cases.post import post_of

__all__ = ["CASE_COLUMNS", "DAY", "INPUTS", "ONLY_ROWS", "case_table"]


def case_table(
    tables: Mapping[str, ir.Table], *, phantoms: bool, shapes: tuple[CodeShape, ...] = ()
) -> ir.Table:
    """The cases of a ledger.

    ``phantoms``: also cases that the one-stop has not: what the portal alone or paper alone
    knows. They are left out until every one-stop list has been read to its end once: before
    that, not having read a dossier proves nothing. ``shapes``: of codes, to read their dates.
    With a table ``day`` (``DAY``) cases have columns of working days.
    """
    one_stop = tables["source_record"].filter(lambda t: t.role == "one_stop")
    first = speaking(one_stop)
    keys = case_keys(one_stop, tables, phantoms=phantoms)
    cases = keys.select("case_code").distinct()
    cases = cases.left_join(first, cases.case_code == first.os_code).drop("os_code")
    for found in (
        portal_of(keys, tables["presence"]),
        aliased(one_stop, tables["record_alias"]),
        post_of(keys, first, tables["status_record"]),
        paper_of(keys, tables["paper_row"]),
        identity_of(keys, tables["identity_check"]),
    ):
        cases = cases.left_join(found, cases.case_code == found.of_case).drop("of_case")
    cases = cases.mutate(
        subject=cases.case_code,
        has_alias=ibis.coalesce(cases.has_alias, False),
        po_presence=ibis.coalesce(cases.po_presence, "unknown"),
    ).rename(code="case_code")
    cases = cases.select("subject", "code", *CASE_COLUMNS)
    if phantoms:
        cases = cases.union(row_cases(tables["paper_row"], tables["paper_match"], cases))
    if "day" not in tables:
        return cases
    return working_days(code_columns(cases, shapes), tables["day"]).drop(*CODE_COLUMNS)

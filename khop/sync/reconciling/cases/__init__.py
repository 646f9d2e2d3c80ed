"""Cases: one row per dossier, with what every source says of it now (docs/rules.md).

The table is an Ibis expression over the ledger's tables, so one definition runs in every
database. Times are microseconds of UTC; a ``…_day`` column is true when only the day is known.

A row of paper without a code that is like no dossier is a case of its own: its ``code`` is null
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
from khop.sync.reconciling.cases.one_stop import latest_by_code
from khop.sync.reconciling.cases.paper import paper_of, row_cases
from khop.sync.reconciling.cases.portal import portal_of
from khop.sync.reconciling.cases.post import post_of

__all__ = ["CASE_COLUMNS", "DAY", "INPUTS", "ONLY_ROWS", "case_table"]


def case_table(
    tables: Mapping[str, ir.Table], *, phantoms: bool, shapes: tuple[CodeShape, ...] = ()
) -> ir.Table:
    """The cases of a ledger.

    ``phantoms``: also cases that the one-stop does not have, known from the portal or from paper
    alone. Leave them out until every one-stop list was read to its end once: before that, a
    dossier may be missing because it was not read yet. ``shapes``: of codes, to read their dates.
    With a table ``day`` (``DAY``), cases have columns of working days.
    """
    one_stop = tables["source_record"].filter(lambda t: t.role == "one_stop")
    latest = latest_by_code(one_stop)
    keys = case_keys(one_stop, tables, phantoms=phantoms)
    cases = keys.select("case_code").distinct()
    cases = cases.left_join(latest, cases.case_code == latest.os_code).drop("os_code")
    for found in (
        portal_of(keys, tables["presence"]),
        aliased(one_stop, tables["record_alias"]),
        post_of(keys, latest, tables["status_record"]),
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

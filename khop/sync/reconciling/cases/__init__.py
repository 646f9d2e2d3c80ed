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
from khop.sync.reconciling.cases.changes import Windows, changes_of, first_values, recoded
from khop.sync.reconciling.cases.days import DAY, code_columns, working_days
from khop.sync.reconciling.cases.identity import identity_of
from khop.sync.reconciling.cases.inputs import CASE_COLUMNS, INPUTS, ONLY_ROWS
from khop.sync.reconciling.cases.keys import aliased, case_keys
from khop.sync.reconciling.cases.one_stop import latest_by_code
from khop.sync.reconciling.cases.paper import paper_of, row_cases
from khop.sync.reconciling.cases.portal import portal_of
from khop.sync.reconciling.cases.post import post_of

__all__ = ["CASE_COLUMNS", "DAY", "INPUTS", "ONLY_ROWS", "Windows", "case_table"]


def case_table(
    tables: Mapping[str, ir.Table],
    *,
    phantoms: bool,
    shapes: tuple[CodeShape, ...] = (),
    migrations: Windows = (),
) -> ir.Table:
    """The cases of a ledger.

    ``phantoms``: also cases that the one-stop does not have, known from the portal or from paper
    alone. Leave them out until every one-stop list was read to its end once: before that, a
    dossier may be missing because it was not read yet. ``shapes``: of codes, to read their dates.
    ``migrations``: changes that were made in them are no moves (``cases.changes``).
    With a table ``day`` (``DAY``), cases have columns of working days.
    """
    one_stop = tables["source_record"].filter(lambda t: t.role == "one_stop")
    latest = latest_by_code(one_stop)
    keys = case_keys(one_stop, tables, phantoms=phantoms)
    codes = keys.select("case_code").distinct()
    cases = codes.left_join(latest, codes.case_code == latest.os_code)
    changes = changes_of(one_stop, tables["record_change"], migrations)
    same = (latest.os_source == changes.of_source, latest.os_native_id == changes.of_native_id)
    cases = cases.left_join(changes, same)
    sides = {
        "portal": portal_of(keys, tables["presence"]),
        "alias": aliased(one_stop, tables["record_alias"]),
        "post": post_of(keys, latest, tables["status_record"]),
        **paper_of(keys, tables["paper_row"]),
        "identity": identity_of(keys, tables["identity_check"]),
        "recoded": recoded(tables["record_change"]),
    }
    # One chain of joins: the SQL of a table after each takes twice as long to write.
    for side, found in sides.items():
        named = found.rename({f"{side}_of_case": "of_case"})
        cases = cases.left_join(named, codes.case_code == named[f"{side}_of_case"])
    columns = {name: cases[name] for name in CASE_COLUMNS} | {
        **first_values(cases),
        "os_recoded": ibis.coalesce(cases.os_recoded, False),
        "has_alias": ibis.coalesce(cases.has_alias, False),
        "po_presence": ibis.coalesce(cases.po_presence, "unknown"),
    }
    cases = cases.select(subject=cases.case_code, code=cases.case_code, **columns)
    if phantoms:
        cases = cases.union(row_cases(tables["paper_row"], tables["paper_match"], cases))
    if "day" not in tables:
        return cases
    return working_days(code_columns(cases, shapes), tables["day"])

"""The side of paper: the logbook and the register of signed results.

Rows with a dossier's code, or an alias of it, are evidence of that dossier; of several, the one
with the earliest time counts. A row without a code is a case of its own, unless it has a candidate
(``reconciling.matching``), which is shown to people.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from khop.mappings.records import PaperKind
from khop.sync.ledger.paper_rows import ROW
from khop.sync.reconciling.cases.inputs import LB, PLACE, RG

_RETURNED = ("returned_us", "returned_day")
_RECEIVED = tuple(name for name in LB if name not in _RETURNED)


def paper_of(keys: ir.Table, paper: ir.Table) -> Mapping[str, ir.Table]:
    """Per case what paper says under any of its codes: the ``reception`` and the ``return`` in the
    logbook, and the ``result`` in the register."""
    found = keys.join(_with_unit(paper), keys.key == paper.code)
    logbook = found.filter(found.kind == PaperKind.LOGBOOK.value)
    register = found.filter(found.kind == PaperKind.REGISTER.value)
    received = _earliest(logbook, "received", {f"lb_{name}": name for name in _RECEIVED})
    places = {f"lr_{name}": name for name in PLACE}
    returned = _earliest(logbook, "returned", places | {f"lb_{name}": name for name in _RETURNED})
    signed = _earliest(register, "signed", {f"rg_{name}": name for name in RG})
    return {
        "reception": _with_unread(received, logbook, "lb_unread"),
        "return": returned,
        "result": _with_unread(signed, register, "rg_unread"),
    }


def _with_unread(chosen: ir.Table, rows: ir.Table, name: str) -> ir.Table:
    """The chosen rows, and what could not be read in any row of their case: the column ``name``."""
    lost = rows.group_by("case_code").aggregate(
        **{name: rows.unread.group_concat("", order_by=rows.unread)}
    )
    return chosen.left_join(lost, chosen.of_case == lost.case_code).drop("case_code")


def row_cases(paper: ir.Table, matches: ir.Table, cases: ir.Table) -> ir.Table:
    """Rows without a code and without a candidate, with the columns of ``cases``. One that says
    nothing by which it could be compared is none."""
    said = _with_unit(paper)
    compared = said.unit.notnull() | said.procedure.notnull() | said.applicant_key.notnull()
    uncoded = said.filter(said.code.isnull() & compared)
    # The same row may be in several files; a candidate in one of them counts for all.
    alike = uncoded.semi_join(matches, ["source", "file", "row_key"]).select("row_key")
    unmatched = uncoded.anti_join(alike, "row_key")
    one = ibis.window(group_by="row_key", order_by=[unmatched.source, unmatched.file])
    ranked = unmatched.mutate(rank=ibis.row_number().over(one))
    rows = ranked.filter(ranked["rank"] == 0)
    of_logbook = rows.kind == PaperKind.LOGBOOK.value
    columns = {f"lb_{name}": ibis.ifelse(of_logbook, rows[name], ibis.null()) for name in LB}
    columns |= {f"lr_{name}": columns[f"lb_{name}"] for name in PLACE}
    columns |= {f"rg_{name}": ibis.ifelse(of_logbook, ibis.null(), rows[name]) for name in RG}
    columns["lb_unread"] = columns["rg_unread"] = rows.unread
    fixed = {
        "subject": ibis.literal(ROW) + rows.row_key,
        "has_alias": ibis.literal(False),
        "po_presence": ibis.literal("unknown"),
    }
    types = cases.schema()
    columns |= fixed
    return rows.select(
        **{name: columns.get(name, ibis.null()).cast(types[name]) for name in cases.columns}
    )


def _with_unit(paper: ir.Table) -> ir.Table:
    """A row without the name of its unit has the unit's code in its place."""
    return paper.mutate(unit=ibis.coalesce(paper.unit, paper.unit_code))


def _earliest(rows: ir.Table, time: str, columns: Mapping[str, str]) -> ir.Table:
    """Per case the row whose time is the earliest; a row without that time comes last."""
    order = [rows[f"{time}_us"].isnull(), rows[f"{time}_us"]]
    order += [rows[name] for name in ("source", "file", "row_key")]
    ranked = rows.mutate(
        rank=ibis.row_number().over(ibis.window(group_by="case_code", order_by=order))
    )
    chosen = ranked.filter(ranked["rank"] == 0)
    return chosen.select(of_case="case_code", **columns)

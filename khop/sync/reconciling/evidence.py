"""What a finding shows: the values of its case, and the records and rows they come from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from khop.mappings.records import Instant
from khop.mappings.units.names import UnitNames
from khop.sync.reconciling.finding_states import Found
from khop.sync.reconciling.rules import Rule, Severity
from khop.text.local_time import local_text

#: Sides of a case that are rows of paper: the kind in the evidence, and the columns of which a rule
#: that looks at that row shows at least one.
_PAPER = {
    "lb": ("logbook_row", ("lb_received", "lb_unit")),
    "lr": ("logbook_row", ("lb_returned",)),
    "rg": ("register_row", ("rg_",)),
}


#: Sides of a case that name its unit, and the time at which they name it.
_UNIT_SIDES = (
    ("os", "os_received"),
    ("po", "po_received"),
    ("lb", "lb_received"),
    ("rg", "rg_signed"),
)


def found_by(rule: Rule, row: Mapping[str, Any], names: UnitNames) -> Found:
    """The finding of a rule that fires for a case. ``row``: of ``rule_query.flagged``. ``names``:
    of the province's units."""
    values = {name: shown(row, name) for name in rule.shows}
    grave = rule.graver is not None and row[f"graver_{rule.id}"]
    return Found(
        rule=rule,
        subject=row["subject"],
        code=row["code"],
        severity=Severity.S1 if grave else rule.severity,
        unit=_unit(row, names),
        values=json.dumps(values, ensure_ascii=False),
        evidence=json.dumps(list(_evidence(rule, row)), ensure_ascii=False),
    )


def _unit(row: Mapping[str, Any], names: UnitNames) -> str | None:
    """The unit of a case, as the first side that says one names it, under its one name."""
    for side, time in _UNIT_SIDES:
        name, code = row[f"{side}_unit"], row.get(f"{side}_unit_code")
        if name or code:
            us = row[f"{time}_us"]
            day = None if us is None else Instant(us).local_date
            return names.shown(name, code, day, row["code"] or "")
    return None


def shown(row: Mapping[str, Any], name: str) -> Any:
    """A case's value for people: times in ISO 8601 local time, or as a day where only that is
    known."""
    if f"{name}_us" not in row:
        return row[name]
    us = row[f"{name}_us"]
    return None if us is None else local_text(us, bool(row.get(f"{name}_day")))


def _evidence(rule: Rule, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The systems' records of the case, and the paper and postal order that the rule looks at."""
    if row["os_native_id"] is not None:
        yield {
            "source": row["os_source"],
            "kind": "record",
            "native_id": row["os_native_id"],
            "changed_at": shown(row, "os_changed"),
        }
    if row["po_source"] is not None:
        yield {
            "source": row["po_source"],
            "kind": "look_up",
            "code": row["po_code"],
            "presence": row["po_presence"],
            "checked_at": shown(row, "po_checked"),
        }
    yield from _paper_rows(rule, row)
    if row["ps_source"] is not None and any(name.startswith("ps_") for name in rule.shows):
        yield {"source": row["ps_source"], "kind": "postal_order", "item": row["ps_item"]}


def _paper_rows(rule: Rule, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of paper that the rule looks at, each once.

    ``matched_by``: whether the row names the dossier's own code or an alias; None without a code.
    """
    given = []
    for side, (kind, columns) in _PAPER.items():
        if row[f"{side}_source"] is None or not any(n.startswith(columns) for n in rule.shows):
            continue
        named = row[f"{side}_code"]
        place = {
            "source": row[f"{side}_source"],
            "kind": kind,
            "file": row[f"{side}_file"],
            "sheet": row[f"{side}_sheet"],
            "row": row[f"{side}_row_number"],
            "matched_by": named and ("code" if named == row["code"] else "alias"),
        }
        if place not in given:
            given.append(place)
    yield from given

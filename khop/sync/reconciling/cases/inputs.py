"""The tables and columns that cases are made from, and the columns of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from khop.sync.ledger.schema import SHARED_TIMES
from khop.sync.ledger.schema.sources import MOVED
from khop.sync.reconciling.cases.changes import CHANGED

#: Ledger tables, and the columns of them, that cases are made from.
INPUTS: Mapping[str, Sequence[str]] = {
    "source_record": (
        "source",
        "native_id",
        "role",
        "code",
        "status",
        "status_raw",
        *(f"{name}{suffix}" for name in (*SHARED_TIMES, "entered") for suffix in ("_us", "_day")),
        "changed_us",
        "no_due",
        "unit",
        "unit_code",
        "procedure",
        "channel",
        "applicant_key",
        "path",
        "supplement_us",
        "supplement_before_us",
        "supplement_after_us",
        *("refused_us", "withdrawn_us", "stopped_us", "closed_entered_us"),
        "actor_default",
        "unread",
        "first_seen_us",
    ),
    "record_alias": ("source", "native_id", "alias"),
    "record_change": (
        *("id", "source", "native_id", "entry_id", "field", "old"),
        *("old_us", "old_day", "new_us", "at_us", "new_day"),
    ),
    "presence": (
        "source",
        "code",
        "presence",
        "status",
        "status_raw",
        *(f"{name}{suffix}" for name in SHARED_TIMES for suffix in ("_us", "_day")),
        "unit",
        "procedure",
        "unread",
        "checked_us",
        "first_seen_us",
        "first_absent_us",
    ),
    "quarantine": ("source", "code", "state"),
    "status_record": ("source", "native_id", "code", "kind", "item", "event_us", "event_day"),
    "paper_row": (
        "source",
        "file",
        "row_key",
        "kind",
        "sheet",
        "row_number",
        "code",
        "unit",
        "unit_code",
        "procedure",
        "applicant_key",
        "received_us",
        "received_day",
        "returned_us",
        "returned_day",
        "signed_us",
        "signed_day",
        "number",
        "symbol",
        "unread",
    ),
    "paper_match": ("source", "file", "row_key", "code"),
    "near_code": ("code", "dossier"),
    "identity_check": ("source", "code", "verdict", "checked_us"),
}

#: Conditions on the rows that are read. Steps of histories are not: they are many, and what rules
#: need of them is in the record (``path``, ``supplement_us``). Nor are changes of what rules do not
#: ask for, or from a value that was not there.
ONLY_ROWS: Mapping[str, str] = {
    "status_record": "kind <> 'status'",
    "record_change": MOVED.text,
    "paper_row": "kind IN ('logbook', 'register')",
}

OS = tuple(c for c in INPUTS["source_record"] if c not in ("role", "code"))
PO = tuple(c for c in INPUTS["presence"] if c not in ("code", "presence"))

#: The place of a row of paper, and the code it names.
PLACE = ("source", "file", "sheet", "row_number", "code")
LB = (
    *(*PLACE, "unit", "unit_code", "procedure"),
    *("received_us", "received_day", "returned_us", "returned_day"),
)
RG = (*PLACE, "unit", "unit_code", "procedure", "signed_us", "signed_day", "number", "symbol")

#: Columns of a case beside ``subject`` and ``code``.
CASE_COLUMNS = (
    *(f"os_{name}" for name in OS),
    "os_native_count",
    "os_natives_differ",
    *CHANGED,
    "os_recoded",
    "has_alias",
    "po_presence",
    "po_code",
    *(f"po_{name}" for name in PO),
    "ps_source",
    "ps_item",
    "ps_handed_us",
    "ps_handed_day",
    "ps_delivered_us",
    "ps_delivered_day",
    "ps_unread",
    *(f"lb_{name}" for name in LB),
    # of any row of the case
    "lb_unread",
    # the row with the return, which may be another one
    *(f"lr_{name}" for name in PLACE),
    *(f"rg_{name}" for name in RG),
    "rg_unread",
    "id_source",
    "id_verdict",
    "id_checked_us",
)

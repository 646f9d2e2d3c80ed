"""Cases: one row per dossier, what every source says of it now, side by side (rules.md 1).

The row is an Ibis expression over the ledger's tables, so one definition runs wherever the
tables are. Times are microseconds of UTC; a ``…_day`` column is true when only the day is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from khop.sync.ledger.schema import SHARED_TIMES

#: Ledger tables, and their columns, that cases are made of.
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
        "first_seen_us",
    ),
    "record_alias": ("source", "native_id", "alias"),
    "presence": (
        "source",
        "code",
        "presence",
        "status",
        "status_raw",
        *(f"{name}{suffix}" for name in SHARED_TIMES for suffix in ("_us", "_day")),
        "unit",
        "procedure",
        "checked_us",
        "first_seen_us",
        "first_absent_us",
    ),
    "quarantine": ("source", "code", "state"),
}

_OS = tuple(c for c in INPUTS["source_record"] if c not in ("role", "code"))
_PO = tuple(c for c in INPUTS["presence"] if c not in ("code", "presence"))

#: Columns of a case beside ``code``.
CASE_COLUMNS = (
    *(f"os_{name}" for name in _OS),
    "os_native_count",
    "has_alias",
    "po_presence",
    "po_code",
    *(f"po_{name}" for name in _PO),
)


def case_table(tables: Mapping[str, ir.Table], *, phantoms: bool) -> ir.Table:
    """The cases of a ledger.

    ``phantoms``: also cases that only the portal has. They are left out until every one-stop
    list has been read to its end once: before that, not having read a dossier proves nothing.
    """
    one_stop = tables["source_record"].filter(lambda t: t.role == "one_stop")
    speaking = _speaking(one_stop)
    keys = _keys(one_stop, tables["record_alias"])
    if phantoms:
        keys = keys.union(_phantom_keys(keys, tables["presence"], tables["quarantine"]))
    portal = _portal(keys, tables["presence"])
    aliased = _aliased(one_stop, tables["record_alias"])
    cases = keys.select("case_code").distinct()
    cases = cases.left_join(speaking, cases.case_code == speaking.os_code)
    cases = cases.left_join(portal, cases.case_code == portal.po_case)
    cases = cases.left_join(aliased, cases.case_code == aliased.alias_case)
    return (
        cases.mutate(
            has_alias=ibis.coalesce(cases.has_alias, False),
            po_presence=ibis.coalesce(cases.po_presence, "unknown"),
        )
        .select("case_code", *CASE_COLUMNS)
        .rename(code="case_code")
    )


def _speaking(one_stop: ir.Table) -> ir.Table:
    """Per code the native record with the latest change, and how many there are."""
    latest = ibis.window(
        group_by="code",
        order_by=[ibis.coalesce(one_stop.changed_us, -1).desc(), one_stop.native_id.desc()],
    )
    ranked = one_stop.mutate(
        rank=ibis.row_number().over(latest),
        native_count=one_stop.count().over(ibis.window(group_by="code")),
    )
    return ranked.filter(ranked["rank"] == 0).select(
        os_code="code",
        os_native_count="native_count",
        **{f"os_{name}": name for name in _OS},
    )


def _keys(one_stop: ir.Table, alias: ir.Table) -> ir.Table:
    """(case, code to look up): each dossier's own code and its aliases."""
    own = one_stop.select(case_code="code", key="code").distinct()
    named = _aliases(one_stop, alias).select(case_code="alias_case", key="alias")
    return own.union(named.anti_join(own, named.key == own.key))


def _phantom_keys(keys: ir.Table, presence: ir.Table, quarantine: ir.Table) -> ir.Table:
    """Codes the portal was asked about that no one-stop dossier answers to.

    A code in quarantine is a dossier the one-stop does have, so it is none.
    """
    asked = presence.select(case_code="code", key="code").distinct()
    held = quarantine.filter(lambda t: (t.state == "open") & t.code.notnull())
    asked = asked.anti_join(keys, asked.key == keys.key)
    return asked.anti_join(held, asked.key == held.code)


def _portal(keys: ir.Table, presence: ir.Table) -> ir.Table:
    """Per case what the portal is known to say under any of its codes.

    Present under one code is present; absent only when every code was answered with that.
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
        ],
    )
    ranked = answers.mutate(
        rank=ibis.row_number().over(best),
        any_there=there.max().over(by_case),
        all_gone=gone.min().over(by_case),
    )
    chosen = ranked.filter(ranked["rank"] == 0)
    found = ibis.cases((chosen.any_there, "present"), (chosen.all_gone, "absent"), else_="unknown")
    return chosen.select(
        po_case="case_code",
        po_presence=found,
        po_code="key",
        **{f"po_{name}": name for name in _PO},
    )


def _aliases(one_stop: ir.Table, alias: ir.Table) -> ir.Table:
    """(case, alias) of every one-stop dossier that names one."""
    named = one_stop.join(alias, ["source", "native_id"])
    return named.select(alias_case="code", alias="alias").distinct()


def _aliased(one_stop: ir.Table, alias: ir.Table) -> ir.Table:
    return _aliases(one_stop, alias).select("alias_case", has_alias=True).distinct()

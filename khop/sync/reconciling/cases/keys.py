"""Which cases there are, and the codes of each."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir


def case_keys(one_stop: ir.Table, tables: Mapping[str, ir.Table], *, phantoms: bool) -> ir.Table:
    """(``case_code``, ``key``): each dossier's own code and its aliases.

    ``phantoms``: also the codes that the portal was asked about or that paper names, and that are
    no code or alias of a one-stop dossier. Codes of unreadable dossiers in quarantine are left
    out: the one-stop does have them. So are codes that may mean a dossier (``near_code``).
    """
    keys = _one_stop_keys(one_stop, tables["record_alias"])
    if not phantoms:
        return keys
    paper = tables["paper_row"].filter(lambda t: t.code.notnull()).select(key="code")
    named = tables["presence"].select(key="code").union(paper)
    held = tables["quarantine"].filter(lambda t: (t.state == "open") & t.code.notnull())
    named = named.distinct().anti_join(keys, "key")
    named = named.anti_join(held, named.key == held.code)
    # What may mean another dossier is shown beside that one, and is no case.
    near = tables["near_code"].select(key="code").distinct()
    named = named.anti_join(near, "key")
    return keys.union(named.select(case_code="key", key="key"))


def aliased(one_stop: ir.Table, alias: ir.Table) -> ir.Table:
    """The cases whose dossier has an alias."""
    return _aliases(one_stop, alias).select("of_case", has_alias=True).distinct()


def _one_stop_keys(one_stop: ir.Table, alias: ir.Table) -> ir.Table:
    own = one_stop.select(case_code="code", key="code").distinct()
    named = _aliases(one_stop, alias).select(case_code="of_case", key="alias")
    return own.union(named.anti_join(own, named.key == own.key))


def _aliases(one_stop: ir.Table, alias: ir.Table) -> ir.Table:
    """(case, alias) of every one-stop dossier with an alias."""
    named = one_stop.join(alias, ["source", "native_id"])
    return named.select(of_case="code", alias="alias").distinct()

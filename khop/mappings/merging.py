"""Two readings of one dossier as one, such as a list item and its detail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from khop.mappings.records import DossierReading, DossierRecord


def merge_readings(first: DossierReading, second: DossierReading) -> DossierReading:
    """One reading of two answers about the same dossier, for example list item and detail.

    The one with the later ``changed_at`` is taken (``first`` on a tie); the other fills its gaps.
    A field that one could not read and the other does not fill stays unread.
    """
    newer, older = first, second
    if _changed(second) > _changed(first):
        newer, older = second, first
    gaps = {
        f.name: getattr(older.record, f.name)
        for f in fields(DossierRecord)
        if f.name not in _NOT_MERGED and getattr(newer.record, f.name) in (None, ())
    }
    if newer.record.status is None and newer.record.status_raw is not None:
        gaps.pop("status", None)  # a state that no table maps is known, so it is no gap
    if newer.record.unread or older.record.unread or older.record.fields_lost:
        gaps |= _merged_losses(newer.record, older.record, gaps)
    history = newer.history if newer.history is not None else older.history
    return DossierReading(replace(newer.record, **gaps), history)


def _merged_losses(
    newer: DossierRecord, older: DossierRecord, gaps: Mapping[str, object]
) -> dict[str, Any]:
    """What two readings together lost. ``gaps``: what the older one fills."""
    losses: dict[str, Any] = {
        "fields_lost": tuple(dict.fromkeys((*newer.fields_lost, *older.fields_lost)))
    }
    lost = dict.fromkeys((*newer.unread, *older.unread))
    if "no_due" in lost:  # no value means "not known", so the one that was read is taken
        of = older if "no_due" in newer.unread else newer
        losses["no_due"] = of.no_due
        lost = {name: None for name in lost if name != "no_due" or name in of.unread}
    losses["unread"] = tuple(
        name
        for name in lost
        if name in ("no_due", "owner") or gaps.get(name, getattr(newer, name)) in (None, ())
    )
    return losses


_NOT_MERGED = frozenset({"source", "native_id", "code", "no_due", "fields_lost", "unread"})


def _changed(reading: DossierReading) -> int:
    changed = reading.record.changed_at
    return changed.us if changed else -1

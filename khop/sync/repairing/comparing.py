"""Comparing a dossier of the one-stop with what the portal, or the ledger, says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khop.mappings.records import DossierRecord, Instant, Precision
from khop.sync.results import PlanChange
from khop.text.local_time import local_text

_SHARED_TIMES = ("received", "due", "finished", "returned")


def agrees(ours: DossierRecord, portal: DossierRecord | None) -> bool:
    """Whether the portal says what a push would send."""
    if portal is None or portal.status != ours.status:
        return False
    return all(
        _same_second(getattr(ours, f"{name}_at"), getattr(portal, f"{name}_at"))
        for name in _SHARED_TIMES
    )


def _same_second(ours: Instant | None, theirs: Instant | None) -> bool:
    if ours is None or theirs is None:
        # The answer of a look-up need not carry every time the portal keeps.
        return True
    if Precision.DAY in (ours.precision, theirs.precision):
        return ours.local_date == theirs.local_date
    return ours.us // 1_000_000 == theirs.us // 1_000_000


def changes(ours: DossierRecord, case: Mapping[str, Any]) -> tuple[PlanChange, ...]:
    """The fields of a push that differ from what the portal last said. ``case``: the columns
    ``po_…`` of a case."""
    found = []
    status = None if ours.status is None else int(ours.status)
    if status != case["po_status"]:
        found.append(PlanChange("status", case["po_status"], status))
    for name in _SHARED_TIMES:
        mine, theirs = getattr(ours, f"{name}_at"), _portal_time(case, name)
        if mine is not None and (theirs is None or not _same_second(mine, theirs)):
            found.append(PlanChange(name, _text(theirs), _text(mine)))
    return tuple(found)


def _portal_time(case: Mapping[str, Any], name: str) -> Instant | None:
    us = case[f"po_{name}_us"]
    by_day = Precision.DAY if case[f"po_{name}_day"] else Precision.SECOND
    return None if us is None else Instant(us, by_day)


def _text(time: Instant | None) -> str | None:
    return None if time is None else local_text(time.us, time.precision is Precision.DAY)


def same_version(now: DossierRecord, stored: DossierRecord) -> bool:
    """Whether the one-stop's record is the version that is stored."""
    if now.changed_at is not None and stored.changed_at is not None:
        return now.changed_at == stored.changed_at
    return now.status == stored.status


def may_fill_gaps(now: DossierRecord, stored: DossierRecord) -> bool:
    """Whether stored values may fill gaps of the record: only those of the same version. The end
    date of a dossier that was reopened since, say, must not."""
    agree = now.status == stored.status or None in (now.status, stored.status)
    return agree and same_version(now, stored)

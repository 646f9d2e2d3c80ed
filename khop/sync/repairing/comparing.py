"""Comparing a dossier of the one-stop with what the portal, or the ledger, says of it."""

from __future__ import annotations

from khop.mappings.records import DossierRecord, Instant, Precision

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

"""A dossier as reports count it, and how a dossier that ended is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum

from khop.mappings.records import Channel, DossierRecord, Instant, Status


@dataclass(frozen=True, slots=True)
class ReportDossier:
    """A dossier with the facts that reports need.

    ``status``: its state at the end of the period (``transitions.state_on`` gives it from a
    history). ``finished_at``: end of processing; ``returned_at``: the result was handed over.
    ``no_due``: the procedure has no time limit. ``information_only``: the procedure's online
    service only informs, so nothing can be filed through it; None when this is not known.
    """

    status: Status | None
    received_at: Instant | None = None
    due_at: Instant | None = None
    finished_at: Instant | None = None
    returned_at: Instant | None = None
    channel: Channel | None = None
    no_due: bool = False
    deleted: bool = False
    test: bool = False
    information_only: bool | None = None

    @classmethod
    def of(cls, record: DossierRecord) -> ReportDossier:
        """The dossier of a record, in its present state; other fields have their defaults."""
        shared = {f.name for f in fields(cls)} & {f.name for f in fields(DossierRecord)}
        return cls(**{name: getattr(record, name) for name in shared})

    @property
    def ended_at(self) -> Instant | None:
        """The end of processing, else the return of the result."""
        return self.finished_at or self.returned_at


class Punctuality(StrEnum):
    """Whether a dossier that ended was early, on time or late."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


#: Judges a dossier that ended: a ``Punctuality`` or its text, None when it cannot be judged. A
#: report by another definition of "on time" passes its own calculator.
Calculator = Callable[[ReportDossier], str | None]


def by_receipt_slip(dossier: ReportDossier) -> Punctuality | None:
    """The day of the end against the day on the receipt slip; None without one of them.

    A dossier of a procedure without time limit is on time.
    """
    ended, due = dossier.ended_at, dossier.due_at
    if due is None or ended is None:
        return Punctuality.ON_TIME if dossier.no_due else None
    if ended.local_date == due.local_date:
        return Punctuality.ON_TIME
    return Punctuality.EARLY if ended.local_date < due.local_date else Punctuality.LATE

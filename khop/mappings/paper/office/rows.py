"""Rows of reports, counts, feedback and ratings, as the ledger keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from khop.mappings.records import Instant, PaperKind, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeRow:
    """What every such row has. ``row_key`` to ``row_number``, ``fields_lost`` and ``unread``: as in
    ``PaperRow``. ``code``: of the dossier that the row names."""

    kind: PaperKind
    row_key: str
    sheet: str
    row_number: int
    unit: str | None = None
    unit_code: str | None = None
    code: str | None = None
    fields_lost: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class ReportLevel(StrEnum):
    """What a row of a report sums up: a field (lĩnh vực), all fields of a section, or all."""

    FIELD = "field"
    SECTION = "section"
    TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow(OfficeRow):
    """A row of form II.06a, in the period from ``first_day`` to ``last_day`` (``YYYY-MM-DD``, both
    included). ``section``: the heading that the row stands under. ``field``: its own text. The
    numbers are those of the form's columns 3 to 13; None for a cell without a number.
    """

    level: ReportLevel
    first_day: str
    last_day: str
    section: str | None
    field: str
    received_all: int | None
    received_online: int | None
    received_otherwise: int | None
    carried_over: int | None
    ended_all: int | None
    ended_early: int | None
    ended_on_time: int | None
    ended_late: int | None
    open_all: int | None
    open_in_time: int | None
    open_late: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow(OfficeRow):
    """How many cases of a procedure a unit entered in its book on a day (certification)."""

    done_at: Instant
    procedure: str | None
    amount: int


class Satisfaction(StrEnum):
    """The three answers that the portal's totals of ratings know."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    UNSATISFIED = "unsatisfied"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRow(OfficeRow):
    """One rating. ``channel``: how it was given, as the file writes it."""

    rated_at: Instant
    score: Satisfaction
    channel: str | None


class Outcome(StrEnum):
    """What became of feedback."""

    VALID = "valid"
    RETURNED = "returned"
    OTHER_AUTHORITY = "other_authority"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRow(OfficeRow):
    """One feedback (phản ánh, kiến nghị) with its steps. Who gave it and what it says are not kept.
    ``feedback_kind``, ``category``: labels, as the file writes them. ``code``: of the dossier that
    it names. ``score``: of the answer, by who gave the feedback."""

    feedback_id: str
    received_at: Instant
    feedback_kind: str | None
    forwarded_at: Instant | None
    refused_at: Instant | None
    asked_at: Instant | None
    answered_at: Instant | None
    published_at: Instant | None
    outcome: Outcome | None
    category: str | None
    score: Satisfaction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MinistryRow(OfficeRow):
    """A dossier of a ministry's system. ``status_raw``: the state as the file writes it."""

    status: Status | None
    status_raw: str | None
    procedure: str | None
    received_at: Instant | None
    finished_at: Instant | None
    changed_at: Instant | None

"""The list "hồ sơ gây lỗi thống kê": six errors of dossiers that make statistics wrong.

The definitions are those of one province (docs/domain.md, Reports). Dates are compared by local
day. Rules C1 to C5 find the same errors; C5 also compares the time of day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum

from khop.mappings.facts.packaged import load_table
from khop.mappings.facts.rows import plain_day
from khop.mappings.records import Channel
from khop.mappings.statistics.report_dossier import ReportDossier


class StatisticsError(StrEnum):
    """The six counters, in the order of the list."""

    #: Filed online through a service that only informs.
    INFORMATION_ONLY_ONLINE = "information_only_online"
    NO_RECEPTION = "no_reception"
    NO_END = "no_end"
    RECEIVED_IN_FUTURE = "received_in_future"
    ENDED_IN_FUTURE = "ended_in_future"
    ENDED_BEFORE_RECEPTION = "ended_before_reception"


def statistics_errors(dossier: ReportDossier, today: date) -> frozenset[StatisticsError]:
    """The errors of a dossier on the local day ``today``; its state is that of ``today``.

    None for a dossier that is new, was not received, is deleted or a test, or whose state no
    table maps. Raises RecordError when ``today`` is not a day.
    """
    today = plain_day(today)
    left_out = load_table("statistics")["error_list"]["left_out"]
    if dossier.status is None or dossier.status in left_out or dossier.deleted or dossier.test:
        return frozenset()
    return frozenset((*_missing(dossier), *_misdated(dossier, today)))


def count_statistics_errors(
    dossiers: Iterable[ReportDossier], today: date
) -> Mapping[StatisticsError, int]:
    """Dossiers per counter; a dossier counts once in each counter that applies."""
    counts = dict.fromkeys(StatisticsError, 0)
    for dossier in dossiers:
        for error in statistics_errors(dossier, today):
            counts[error] += 1
    return counts


def _missing(dossier: ReportDossier) -> Iterator[StatisticsError]:
    table = load_table("statistics")["error_list"]
    if dossier.information_only and dossier.channel is Channel.ONLINE:
        yield StatisticsError.INFORMATION_ONLY_ONLINE
    if dossier.received_at is None and dossier.status not in table["may_lack_reception"]:
        yield StatisticsError.NO_RECEPTION
    if dossier.finished_at is None and dossier.status in table["must_have_end"]:
        yield StatisticsError.NO_END


def _misdated(dossier: ReportDossier, today: date) -> Iterator[StatisticsError]:
    received = dossier.received_at and dossier.received_at.local_date
    ended = dossier.finished_at and dossier.finished_at.local_date
    if received and received > today:
        yield StatisticsError.RECEIVED_IN_FUTURE
    if ended and ended > today:
        yield StatisticsError.ENDED_IN_FUTURE
    if received and ended and ended < received:
        yield StatisticsError.ENDED_BEFORE_RECEPTION

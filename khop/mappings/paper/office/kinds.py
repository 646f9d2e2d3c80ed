"""The kinds of files whose rows are no evidence of one dossier."""

from __future__ import annotations

from collections.abc import Mapping

from khop.mappings.paper.office.counts import CountRecord
from khop.mappings.paper.office.feedback import FeedbackRecord
from khop.mappings.paper.office.ministry import MinistryRecord
from khop.mappings.paper.office.ratings import RatingRecord
from khop.mappings.paper.office.record import OfficeRecord
from khop.mappings.paper.office.report import ReportRecord
from khop.mappings.records import PaperKind

_RECORDS = (ReportRecord, CountRecord, FeedbackRecord, RatingRecord, MinistryRecord)
OFFICE_RECORDS: Mapping[PaperKind, type[OfficeRecord]] = {
    record.kind: record for record in _RECORDS
}

"""The public names of this package and where each stands."""

from . import (
    codes as codes,
    states as states,
    statistics as statistics,
    time as time,
    units as units,
)
from .catalogue_records import (
    CatalogueItem as CatalogueItem,
    FeeRate as FeeRate,
    ProcedureEntry as ProcedureEntry,
    TimeLimit as TimeLimit,
)
from .identity import (
    actor_key as actor_key,
    applicant_key as applicant_key,
    fold_name as fold_name,
    mask_name as mask_name,
    mask_number as mask_number,
)
from .merging import merge_readings as merge_readings
from .paper.items import (
    AnyRow as AnyRow,
    NoRow as NoRow,
    NoRowKind as NoRowKind,
    PaperItem as PaperItem,
    SheetRead as SheetRead,
)
from .paper.office.rows import (
    CountRow as CountRow,
    FeedbackRow as FeedbackRow,
    MinistryRow as MinistryRow,
    OfficeRow as OfficeRow,
    Outcome as Outcome,
    RatingRow as RatingRow,
    ReportLevel as ReportLevel,
    ReportRow as ReportRow,
    Satisfaction as Satisfaction,
)
from .records import (
    Applicant as Applicant,
    Attachment as Attachment,
    Birth as Birth,
    Channel as Channel,
    DossierReading as DossierReading,
    DossierRecord as DossierRecord,
    Fee as Fee,
    FullDossier as FullDossier,
    IdentityVerdict as IdentityVerdict,
    Instant as Instant,
    PaperKind as PaperKind,
    PaperRow as PaperRow,
    Precision as Precision,
    Presence as Presence,
    Reject as Reject,
    Status as Status,
    StatusKind as StatusKind,
    StatusRecord as StatusRecord,
    Step as Step,
)

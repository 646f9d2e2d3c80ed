"""The public names of this package and where each stands."""

from . import codes as codes
from . import states as states
from . import statistics as statistics
from . import time as time
from . import units as units
from .catalogue_records import (
    CatalogueItem as CatalogueItem,
)
from .catalogue_records import (
    FeeRate as FeeRate,
)
from .catalogue_records import (
    ProcedureEntry as ProcedureEntry,
)
from .catalogue_records import (
    TimeLimit as TimeLimit,
)
from .identity import (
    actor_key as actor_key,
)
from .identity import (
    applicant_key as applicant_key,
)
from .identity import (
    fold_name as fold_name,
)
from .identity import (
    mask_name as mask_name,
)
from .identity import (
    mask_number as mask_number,
)
from .records import (
    Applicant as Applicant,
)
from .records import (
    Attachment as Attachment,
)
from .records import (
    Birth as Birth,
)
from .records import (
    Channel as Channel,
)
from .records import (
    DossierReading as DossierReading,
)
from .records import (
    DossierRecord as DossierRecord,
)
from .records import (
    Fee as Fee,
)
from .records import (
    FullDossier as FullDossier,
)
from .records import (
    IdentityVerdict as IdentityVerdict,
)
from .records import (
    Instant as Instant,
)
from .records import (
    PaperKind as PaperKind,
)
from .records import (
    PaperRow as PaperRow,
)
from .records import (
    Precision as Precision,
)
from .records import (
    Presence as Presence,
)
from .records import (
    Reject as Reject,
)
from .records import (
    Status as Status,
)
from .records import (
    StatusKind as StatusKind,
)
from .records import (
    StatusRecord as StatusRecord,
)
from .records import (
    Step as Step,
)
from .records import (
    merge_readings as merge_readings,
)

"""The public names of this package and where each stands."""

from .http import (
    checked as checked,
    transport_of as transport_of,
)
from .links import DossierPages as DossierPages
from .ports import (
    Adapter as Adapter,
    AdapterType as AdapterType,
    CallBook as CallBook,
    CatalogueSource as CatalogueSource,
    CheckStep as CheckStep,
    CodeSource as CodeSource,
    Context as Context,
    DossierLookup as DossierLookup,
    DossierSink as DossierSink,
    DossierSource as DossierSource,
    EvidenceLookup as EvidenceLookup,
    EvidencePage as EvidencePage,
    EvidenceSource as EvidenceSource,
    Health as Health,
    IdentityAnswer as IdentityAnswer,
    IdentityCheck as IdentityCheck,
    PaperFile as PaperFile,
    PaperSource as PaperSource,
    Purpose as Purpose,
    Role as Role,
    SourcePage as SourcePage,
    UnusableRow as UnusableRow,
    WindowSource as WindowSource,
)
from .settings import (
    CodeOverrides as CodeOverrides,
    HttpSettings as HttpSettings,
    Secret as Secret,
    SourceSettings as SourceSettings,
    StatusOverrides as StatusOverrides,
)

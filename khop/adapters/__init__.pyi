"""The public names of this package and where each stands."""

from .http import (
    checked as checked,
)
from .http import (
    transport_of as transport_of,
)
from .links import DossierPages as DossierPages
from .ports import (
    Adapter as Adapter,
)
from .ports import (
    AdapterType as AdapterType,
)
from .ports import (
    CallBook as CallBook,
)
from .ports import (
    CatalogueSource as CatalogueSource,
)
from .ports import (
    CheckStep as CheckStep,
)
from .ports import (
    CodeSource as CodeSource,
)
from .ports import (
    Context as Context,
)
from .ports import (
    DossierLookup as DossierLookup,
)
from .ports import (
    DossierSink as DossierSink,
)
from .ports import (
    DossierSource as DossierSource,
)
from .ports import (
    EvidenceLookup as EvidenceLookup,
)
from .ports import (
    EvidencePage as EvidencePage,
)
from .ports import (
    EvidenceSource as EvidenceSource,
)
from .ports import (
    Health as Health,
)
from .ports import (
    IdentityAnswer as IdentityAnswer,
)
from .ports import (
    IdentityCheck as IdentityCheck,
)
from .ports import (
    PaperFile as PaperFile,
)
from .ports import (
    PaperSource as PaperSource,
)
from .ports import (
    Purpose as Purpose,
)
from .ports import (
    Role as Role,
)
from .ports import (
    SourcePage as SourcePage,
)
from .ports import (
    WindowSource as WindowSource,
)
from .settings import (
    CodeOverrides as CodeOverrides,
)
from .settings import (
    HttpSettings as HttpSettings,
)
from .settings import (
    Secret as Secret,
)
from .settings import (
    SourceSettings as SourceSettings,
)
from .settings import (
    StatusOverrides as StatusOverrides,
)

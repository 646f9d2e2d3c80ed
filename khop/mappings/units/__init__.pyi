"""The public names of this package and where each stands."""

from .files import (
    load_units as load_units,
)
from .files import (
    provinces as provinces,
)
from .history import (
    Succession as Succession,
)
from .history import (
    UnitHistory as UnitHistory,
)
from .matching import (
    Attribute as Attribute,
)
from .matching import (
    CodedDossier as CodedDossier,
)
from .matching import (
    MatchSuggestion as MatchSuggestion,
)
from .matching import (
    suggest_matches as suggest_matches,
)
from .model import (
    OrgRelation as OrgRelation,
)
from .model import (
    OrgUnit as OrgUnit,
)
from .model import (
    RelationKind as RelationKind,
)
from .model import (
    UnitLevel as UnitLevel,
)
from .views import (
    HeldCase as HeldCase,
)
from .views import (
    ReportLine as ReportLine,
)
from .views import (
    Standing as Standing,
)
from .views import (
    as_it_was as as_it_was,
)
from .views import (
    both_views as both_views,
)
from .views import (
    by_current_unit as by_current_unit,
)

"""The public names of this package and where each stands."""

from .files import (
    load_units as load_units,
    provinces as provinces,
)
from .history import (
    Succession as Succession,
    UnitHistory as UnitHistory,
)
from .matching import (
    Attribute as Attribute,
    CodedDossier as CodedDossier,
    MatchSuggestion as MatchSuggestion,
    suggest_matches as suggest_matches,
)
from .model import (
    OrgRelation as OrgRelation,
    OrgUnit as OrgUnit,
    RelationKind as RelationKind,
    UnitLevel as UnitLevel,
)
from .views import (
    HeldCase as HeldCase,
    ReportLine as ReportLine,
    Standing as Standing,
    as_it_was as as_it_was,
    both_views as both_views,
    by_current_unit as by_current_unit,
)

"""The public names of this package and where each stands."""

from .dossier import (
    CodeFlag as CodeFlag,
)
from .dossier import (
    CodeParts as CodeParts,
)
from .dossier import (
    code_patterns as code_patterns,
)
from .dossier import (
    compare_date as compare_date,
)
from .dossier import (
    foreign_code as foreign_code,
)
from .dossier import (
    may_be_one_dossier as may_be_one_dossier,
)
from .dossier import (
    parse_code as parse_code,
)
from .grammar import (
    CodeGrammar as CodeGrammar,
)
from .grammar import (
    CodeShape as CodeShape,
)
from .grammar import (
    Order as Order,
)
from .grammar import (
    code_grammar as code_grammar,
)
from .grammar import (
    packaged_grammar as packaged_grammar,
)
from .level_one import (
    Evidence as Evidence,
)
from .level_one import (
    LevelOne as LevelOne,
)
from .level_one import (
    LevelOneTable as LevelOneTable,
)
from .level_one import (
    packaged_level_one as packaged_level_one,
)
from .organisation import (
    OrganisationCode as OrganisationCode,
)
from .organisation import (
    normal_organisation as normal_organisation,
)
from .organisation import (
    parse_organisation as parse_organisation,
)
from .organisation import (
    same_organisation as same_organisation,
)
from .procedure import (
    ProcedureCode as ProcedureCode,
)
from .procedure import (
    base_procedure as base_procedure,
)
from .procedure import (
    parse_procedure as parse_procedure,
)
from .procedure import (
    same_procedure as same_procedure,
)
from .spelling import canonical_code as canonical_code

"""The public names of this package and where each stands."""

from .dossier import (
    CodeFlag as CodeFlag,
    CodeParts as CodeParts,
    code_patterns as code_patterns,
    compare_date as compare_date,
    foreign_code as foreign_code,
    may_be_one_dossier as may_be_one_dossier,
    parse_code as parse_code,
)
from .grammar import (
    CodeGrammar as CodeGrammar,
    CodeShape as CodeShape,
    Order as Order,
    code_grammar as code_grammar,
    packaged_grammar as packaged_grammar,
)
from .level_one import (
    Evidence as Evidence,
    LevelOne as LevelOne,
    LevelOneTable as LevelOneTable,
    packaged_level_one as packaged_level_one,
)
from .organisation import (
    OrganisationCode as OrganisationCode,
    normal_organisation as normal_organisation,
    parse_organisation as parse_organisation,
    same_organisation as same_organisation,
)
from .procedure import (
    ProcedureCode as ProcedureCode,
    base_procedure as base_procedure,
    parse_procedure as parse_procedure,
    same_procedure as same_procedure,
)
from .spelling import canonical_code as canonical_code

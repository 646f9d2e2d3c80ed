"""Codes of procedures: the announced base, and what systems append to it.

``1.001612`` is the procedure; ``1.001612.000.00.00.H48`` adds the authority, and
``2.000815.000.00.00.H55.02`` the case (docs/domain.md, Codes).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from khop.mappings.codes.grammar import CodeGrammar, packaged_grammar, readings
from khop.mappings.codes.organisation import OrganisationCode, parse_organisation
from khop.mappings.codes.spelling import canonical_code


@dataclass(frozen=True, slots=True)
class ProcedureCode:
    """The parts of a procedure's code.

    ``raw``: as it was written; ``code``: its canonical text. ``grammar``: id of its shape, None
    for an unknown one, of which no part is known. ``base``: the procedure as announced;
    ``authority``: the organisation it belongs to; ``case``: two digits, a case of an online
    service.
    """

    code: str
    raw: str = field(compare=False)
    grammar: str | None = None
    base: str | None = None
    authority: OrganisationCode | None = None
    case: str | None = None

    @property
    def unknown_shape(self) -> bool:
        """Whether no part is known; the code can still be compared as text."""
        return self.grammar is None

    @property
    def compared(self) -> str | None:
        """What codes are compared by: the base, else the canonical text; None for blank."""
        return self.base or self.code or None


def parse_procedure(text: str, grammar: CodeGrammar | None = None) -> ProcedureCode:
    """The parts of a procedure code in any spelling. An unknown shape is kept as it is.

    Raises RecordError when ``text`` is not text.
    """
    code = canonical_code(text)
    for shape, parts in readings((grammar or packaged_grammar()).procedure, code):
        authority = parts.get("authority")
        return ProcedureCode(
            code,
            text,
            shape.id,
            parts["base"],
            parse_organisation(authority, grammar) if authority else None,
            parts.get("case") or None,
        )
    return ProcedureCode(code, text)


def base_procedure(text: str) -> str | None:
    """The procedure as announced, ``d.dddddd``, without authority and case (docs/domain.md, Codes).

    The canonical text itself when the shape is unknown; None for blank. Raises RecordError when
    ``text`` is not text.
    """
    return _base(text if isinstance(text, str) else canonical_code(text))


def same_procedure(one: str, other: str) -> bool:
    """Whether two codes mean one procedure, compared by the base. A blank code equals none."""
    base = base_procedure(one)
    return base is not None and base == base_procedure(other)


@lru_cache(maxsize=8192)
def _base(text: str) -> str | None:
    return parse_procedure(text).compared

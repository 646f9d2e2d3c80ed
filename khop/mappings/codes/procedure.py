"""Codes of procedures: the base that was announced, and what systems hang on it.

``1.001612`` is the procedure; ``1.001612.000.00.00.H48`` says with it whose it is, and
``2.000815.000.00.00.H55.02`` which case (docs/domain.md, Codes).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from khop.mappings.codes.grammar import CodeGrammar, packaged_grammar, readings
from khop.mappings.codes.organisation import OrganisationCode, parse_organisation
from khop.mappings.codes.spelling import canonical_code


@dataclass(frozen=True, slots=True)
class ProcedureCode:
    """What a procedure's code says.

    ``raw``: as it was written; ``code``: its canonical text. ``grammar``: id of its shape, None
    for an unknown one, of which nothing else is known. ``base``: the procedure as announced;
    ``authority``: whose it is; ``case``: two digits, one of the cases of an online service.
    """

    code: str
    raw: str = field(compare=False)
    grammar: str | None = None
    base: str | None = None
    authority: OrganisationCode | None = None
    case: str | None = None

    @property
    def unknown_shape(self) -> bool:
        """Whether the code says nothing; it may still be compared as text."""
        return self.grammar is None

    @property
    def compared(self) -> str | None:
        """What codes are compared on: the base, else the canonical text; None for blank."""
        return self.base or self.code or None


def parse_procedure(text: str, grammar: CodeGrammar | None = None) -> ProcedureCode:
    """Read a procedure code; any spelling of it. An unknown shape is kept as it is.

    Raises RecordError for what is no text.
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

    The canonical text itself when the shape is unknown; None for blank. Raises RecordError for
    what is no text.
    """
    return _base(text if isinstance(text, str) else canonical_code(text))


def same_procedure(one: str, other: str) -> bool:
    """Whether two codes mean one procedure, compared on the base. Blank is never the same."""
    base = base_procedure(one)
    return base is not None and base == base_procedure(other)


@lru_cache(maxsize=8192)
def _base(text: str) -> str | None:
    return parse_procedure(text).compared

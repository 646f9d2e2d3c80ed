"""Cells with the code of a dossier, as people and programs write it (docs/trust.md)."""

from __future__ import annotations

import re

from khop.connectors.spreadsheets.model import Cell, CellError
from khop.errors import RecordError
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.codes.near import near_codes
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.codes.written import codes_in, plain_text, written_code
from khop.mappings.paper.cell_types import made_of
from khop.mappings.paper.cells import LONGEST_CODE, unpowered, whole_number
from khop.mappings.paper.words import is_blank
from khop.mappings.records import UnknownCode
from khop.text.cleaning import clean_text

#: Why a cell holds no code, where the text is of no known shape.
UNKNOWN_SHAPE = "is not a code of a known shape; write the whole code, one in a cell"
SEVERAL_CODES = "holds several codes; give each a row"

#: A personal number: twelve digits that begin with a place, 001 to 099;
#: or the number of a mobile telephone.
_PERSONAL = re.compile(r"(?<![0-9])(?:0(?!00)[0-9]{11}|0[35789][0-9]{8})(?![0-9])")
#: A text that may be a code of another system: no words, no long run of letters.
_CODE_LIKE = re.compile(r"(?!.*[A-Z]{6})[0-9A-Z][0-9A-Z./_\-]*", re.ASCII)
_MARKS = " \"'`=‘’“”()[]"


def read_code(cell: Cell, field: str, grammar: CodeGrammar | None = None) -> str | None:
    """The code of a known shape in a cell; None for a cell without one.

    Raises RecordError for a cell that a spreadsheet has changed, and for what may be the name or
    number of a person: codes are stored, shown and looked up unmasked. Raises UnknownCode for any
    other text, and for several codes in one cell.
    """
    if not isinstance(cell, str):
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            why = made_of(cell)
            if not isinstance(cell, CellError):
                why += "; format the column as text and write it again"
            raise RecordError(field, why)
        text = whole_number(cell, field)
    else:
        if (code := written_code(cell, grammar)) is not None:
            return code
        text = unpowered(clean_text(cell), field)
    if is_blank(text) or not text.strip(_MARKS):
        return None
    _refuse_personal(text, field)
    raise _unknown(text, field, grammar)


def _unknown(text: str, field: str, grammar: CodeGrammar | None) -> UnknownCode:
    # A sign in place of spaces: they divide the parts of a code, and are dropped in the ledger.
    plain = "_".join(plain_text(text).split())
    code_like = _CODE_LIKE.fullmatch(plain) or near_codes(text)
    shown = plain[:LONGEST_CODE] if code_like and not _PERSONAL.search(plain) else None
    if len(codes_in(text, grammar)) > 1:
        return UnknownCode(field, SEVERAL_CODES, None, shown)
    return UnknownCode(field, UNKNOWN_SHAPE, canonical_code(text), shown)


def _refuse_personal(text: str, field: str) -> None:
    code = canonical_code(text)
    if len(code) > LONGEST_CODE:
        raise RecordError(field, "is too long to be a code")
    if not any(sign.isdigit() for sign in code):
        raise RecordError(field, "has no digit, so it is no code: probably a name or a note")
    if _PERSONAL.fullmatch(code):
        raise RecordError(field, "may be the number of a person or a telephone, and is no code")

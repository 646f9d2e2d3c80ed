"""Cells that stand for one of a few values, and short labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.facts.packaged import load_table
from khop.mappings.paper.cells import read_text
from khop.mappings.paper.office.phrases import Phrases
from khop.mappings.paper.office.rows import Outcome, Satisfaction
from khop.mappings.paper.words import folded

#: Longer texts are no label; they may be what a citizen wrote.
_LONGEST_LABEL = 60
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_NOT = re.compile("khong|chua")
_NUMBER_SCORE = (
    "is a number whose meaning the file does not tell; name it in khop.toml: "
    '[sources.NAME.scores] 5 = "very_satisfied"'
)
_NO_SCORE = (
    "is no known rating; write 'Rất hài lòng', 'Hài lòng' or 'Không hài lòng', or name it in "
    "khop.toml: [sources.NAME.scores]"
)
_NO_OUTCOME = "is no known outcome; write 'Hợp lệ', 'Trả lại' or 'Không thuộc thẩm quyền'"
_LONG_LABEL = "is too long for a label; what citizens write is not kept"


def read_label(cell: Cell, field: str) -> str | None:
    """A short text; None for none. Raises RecordError."""
    text = read_text(cell, field)
    if len(text) > _LONGEST_LABEL:
        raise RecordError(field, _LONG_LABEL)
    return text or None


def read_score(cell: Cell, field: str, own: Mapping[str, str]) -> Satisfaction | None:
    """A rating; None for none. ``own``: folded text -> what it means in this file. Raises
    RecordError."""
    text = read_text(cell, field)
    if not text:
        return None
    found = own.get(folded(text)) or _scores().equal(_BRACKETS.sub("", text))
    if found is None:
        raise RecordError(field, _NUMBER_SCORE if any(map(str.isdigit, text)) else _NO_SCORE)
    return Satisfaction(found)


def read_outcome(cell: Cell, field: str) -> Outcome | None:
    """What became of feedback; None for none. Raises RecordError."""
    text = read_text(cell, field)
    if not text:
        return None
    found, rest = _outcomes().split(text)
    if len(found) != 1 or _NOT.search(rest):
        raise RecordError(field, _NO_OUTCOME)
    (outcome,) = found
    return Outcome(outcome)


@cache
def _scores() -> Phrases:
    return Phrases(load_table("paper_words")["ratings"]["scores"])


@cache
def _outcomes() -> Phrases:
    return Phrases(load_table("paper_words")["feedback"]["outcomes"])

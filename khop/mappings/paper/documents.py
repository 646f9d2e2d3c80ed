"""Registers of all outgoing documents: which of their rows are results of procedures.

Most documents of such a book are results of no procedure, so a row is a result only where
something says so: what khop.toml names, else a dossier's code together with a kind of document
that is a result (``result_symbols``, ``result_words`` of ``data/paper_words.toml``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from khop.connectors.spreadsheets.model import Cell, TableRow
from khop.errors import ConfigError, RecordError
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.codes.written import codes_in
from khop.mappings.identity import fold_name
from khop.mappings.paper.code_cells import SEVERAL_CODES
from khop.mappings.paper.headers import Layout
from khop.mappings.paper.lines import distinct_texts
from khop.mappings.paper.meanings import readings
from khop.mappings.paper.words import folded, header_key, is_blank, words
from khop.mappings.records import PaperKind

#: Columns that only registers of results have.
_OF_RESULTS = ("code", "procedure", "applicant", "submitter", "identity")
_NAMES = ("symbol", "number_symbol", "number_signed", "number")
_SYMBOL = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class ResultRule:
    """Which rows are results: those with something in the column under the header ``column``,
    and with text there (by default in number, symbol and summary) that ``pattern`` finds."""

    column: str | None = None
    pattern: re.Pattern[str] | None = None

    @property
    def is_set(self) -> bool:
        return self.column is not None or self.pattern is not None

    def check(self, layout: Layout, where: str) -> None:
        """Raises ConfigError for headers without the column."""
        if self.column is not None and _place(layout, self.column) is None:
            raise ConfigError(
                f"has no column {self.column!r}, which result_column names", key=where
            )

    def is_result(self, layout: Layout, cells: Sequence[Cell], code: str | None) -> bool:
        """Whether a row of a book of documents is a result. ``code``: of its dossier."""
        if not self.is_set:
            return code is not None and _is_kind_of_result(layout, cells)
        place = _place(layout, self.column) if self.column else None
        texts = _texts(cells, [*_places_of_names(layout), *layout.summaries])
        if place is not None:
            texts = _texts(cells, [place])
        text = " ".join(texts)
        return not is_blank(text) and (self.pattern is None or bool(self.pattern.search(text)))


def holds_all_documents(
    kind: PaperKind, layout: Layout, titles: Sequence[TableRow], rule: ResultRule
) -> bool:
    """Whether a register holds all outgoing documents: khop.toml says which of them are results,
    its title says so, or no column says whose result a row is."""
    if kind is not PaperKind.REGISTER:
        return False
    if rule.is_set:
        return True
    texts = [folded(text) for row in titles for text in distinct_texts(row.cells)]
    if any(word in text for text in texts for word in words("all_documents")):
        return True
    about_results = any(word in text for text in texts for word in words("results_alone"))
    return not about_results and not any(column in layout.places for column in _OF_RESULTS)


def code_in_summary(
    layout: Layout, cells: Sequence[Cell], grammar: CodeGrammar | None
) -> str | None:
    """The dossier's code in the summary of a row. Raises RecordError for several."""
    found: set[str] = set()
    for place in layout.summaries:
        for text in _texts(cells, [place]):
            found |= codes_in(text, grammar)
    if len(found) > 1:
        raise RecordError(" / ".join(layout.headers[layout.summaries[0]]), SEVERAL_CODES)
    return found.pop() if found else None


def _is_kind_of_result(layout: Layout, cells: Sequence[Cell]) -> bool:
    """By the symbol (``QĐ-UBND``), or by how the summary begins; a draft, a withdrawal and the
    like are none."""
    summaries = [folded(text) for text in _texts(cells, layout.summaries)]
    if any(word in text for text in summaries for word in words("other_documents")):
        return False
    for text in _texts(cells, _places_of_names(layout)):
        parts = map(fold_name, _SYMBOL.findall(text))
        if any(part in words("result_symbols") for part in parts):
            return True
    return any(text.startswith(word) for text in summaries for word in words("result_words"))


def _places_of_names(layout: Layout) -> list[int]:
    return [layout.places[column] for column in _NAMES if column in layout.places]


def _texts(cells: Sequence[Cell], places: Sequence[int]) -> list[str]:
    return [str(cells[place]) for place in places if place < len(cells) and cells[place] != ""]


def _place(layout: Layout, header: str) -> int | None:
    key = header_key(header)
    return next((p for p, each in enumerate(layout.headers) if key in readings(each)), None)

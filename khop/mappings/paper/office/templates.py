"""Empty workbooks of each kind of file: their headers, help and example
(``data/paper_templates.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from khop.mappings.facts.packaged import load_table
from khop.mappings.paper.words import folded


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column. ``header``: from the group down. ``kind``: ``code`` (text that stays as it is),
    ``text``, ``day``, ``number`` or ``list`` (one of ``choices``)."""

    column: str
    header: tuple[str, ...]
    kind: str
    example: str | int | date
    help: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """An empty workbook. ``head``: the lines between title and headers."""

    name: str
    sheet: str
    title: str
    head: tuple[str, ...]
    columns: tuple[TemplateColumn, ...]


@cache
def templates() -> Mapping[str, Template]:
    """The templates by the kind of file, as ``khop import --as`` names it."""
    found = {}
    for name, raw in load_table("paper_templates").items():
        if isinstance(raw, dict):
            columns = tuple(_column(**each) for each in raw["columns"])
            head = tuple(raw.get("head", ()))
            found[name] = Template(name, raw["sheet"], raw["title"], head, columns)
    return found


def example_mark() -> str:
    """What stands in place of the number in order of an example."""
    mark: str = load_table("paper_templates")["example"]
    return mark


@cache
def _mark() -> str:
    return folded(example_mark())


def is_example(order: object) -> bool:
    """Whether the line with this cell in the column of numbers in order is an example."""
    return isinstance(order, str) and len(order) <= 2 * len(_mark()) and folded(order) == _mark()


def _column(
    column: str,
    header: list[str],
    kind: str,
    example: str | int | date,
    help: str,
    choices: list[str] | None = None,
) -> TemplateColumn:
    return TemplateColumn(column, tuple(header), kind, example, help, tuple(choices or ()))

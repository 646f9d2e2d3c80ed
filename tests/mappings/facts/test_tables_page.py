"""The examples of docs/tables.md have the results that the page gives."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import khop
from khop.mappings import identity
from khop.mappings.codes.dossier import parse_code
from khop.mappings.codes.grammar import code_grammar
from khop.mappings.codes.level_one import level_one_table
from khop.mappings.codes.organisation import parse_organisation
from khop.mappings.codes.procedure import same_procedure
from khop.mappings.units.files import load_units, provinces
from khop.mappings.units.history import UnitHistory

PAGE = (Path(khop.__file__).parents[1] / "docs" / "tables.md").read_text("utf-8")
#: The result that a comment gives for its line: a text, a day, a set, a tuple, True or False.
EXPECTED = re.compile(r"""# ("[^"]*"|\d{4}-\d\d-\d\d|\{.*?\}|\(.*?\)|True|False)(?::|\s*$)""")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def block(language: str, part: str) -> str:
    return next(text for text in blocks(language) if part in text)


def table(name: str) -> Any:
    return next(t[name] for t in map(tomllib.loads, blocks("toml")) if name in t)


def shown(value: object) -> str:
    """A value as the page writes it."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(value)) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(shown, value)) + ")"
    return str(value)


def lines_of(text: str) -> Iterator[tuple[str, str]]:
    """Each expression of a block with a result in its comment, and that result."""
    for line in text.splitlines():
        if expected := EXPECTED.search(line):
            yield line[: expected.start()].rstrip(), expected[1]


def evaluated(text: str, **names: Any) -> list[tuple[str, str, str]]:
    return [
        (
            line,
            shown(eval(compile(ast.parse(line, mode="eval"), "tables.md", "eval"), names)),
            expected,
        )
        for line, expected in lines_of(text)
    ]


def check(found: list[tuple[str, str, str]], number: int) -> None:
    assert len(found) == number, "the page has other examples by now"
    for line, given, expected in found:
        assert given == expected, line


def test_the_examples_of_codes_are_right() -> None:
    names = {f.__name__: f for f in (parse_code, parse_organisation, same_procedure)}
    tables = SimpleNamespace(codes=code_grammar(table("codes")))
    check(evaluated(block("python", "parse_code("), **names, tables=tables), 4)


def test_the_examples_of_level_one_codes_are_right() -> None:
    tables = SimpleNamespace(level_one=level_one_table(table("level_one")))
    check(evaluated(block("python", "level_one.current"), tables=tables, date=date), 1)
    ministry = tables.level_one.current("G04", date(2025, 3, 1))
    assert ministry is not None
    assert ministry.code == "G17"


def test_the_examples_of_names_numbers_and_keys_are_right() -> None:
    check(evaluated(block("python", "mask_name"), **vars(identity), secret=b"k" * 32), 7)
    assert identity.applicant_key(b"k" * 32, None, "H’Hen Niê", "00/00/1947") is not None


def of_toml(folder: Path) -> UnitHistory:
    path = folder / "units.toml"
    path.write_text(block("toml", "[[unit]]"), "utf-8")
    return load_units(path)


def of_csv(folder: Path) -> UnitHistory:
    units, relations = folder / "units.csv", folder / "relations.csv"
    units.write_text(block("csv", "tên đơn vị"), "utf-8")
    relations.write_text(block("csv", "đơn vị cũ"), "utf-8")
    return load_units(units, relations)


@pytest.mark.parametrize("read", [of_toml, of_csv])
def test_the_examples_of_units_are_right(read: Any, tmp_path: Path) -> None:
    own = read(tmp_path)
    assert [unit.id for unit in own.units] == ["huyen-a", "so-nnmt", "xa-b"]
    units = provinces().joined_with(own)
    now = date(2026, 11, 22)
    assert units.successors("huyen-a", "1.012784", now).only == units.unit("so-nnmt")
    every = units.successors("huyen-a", None, now).units
    assert [unit.id for unit in every] == ["so-nnmt", "xa-b"]
    before = units.predecessors("xa-b", "2.000635", date(2025, 6, 30))
    assert [unit.id for unit in before] == ["huyen-a"]


def test_both_forms_of_a_file_of_units_give_equal_units(tmp_path: Path) -> None:
    one, other = of_toml(tmp_path), of_csv(tmp_path)
    assert one.units == other.units
    assert one.relations == other.relations

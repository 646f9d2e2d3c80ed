"""The names in docs/glossary.md are those of the code."""

from __future__ import annotations

import re

from khop.sync.ledger.schema import metadata
from khop.sync.reconciling.cases.inputs import CASE_COLUMNS
from khop.sync.reconciling.rules import RULES
from tools.repository import ROOT

PAGE = (ROOT / "docs/glossary.md").read_text("utf-8")


def _table(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its header."""
    lines = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0].split("\n")
    rows = [line for line in lines if line.startswith("|")][2:]
    return [[cell.strip() for cell in row[1:-1].split("|")] for row in rows]


def _code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_table_of_the_ledger_is_explained() -> None:
    named = [name for row in _table("Tables of the ledger") for name in _code(row[0])]
    assert sorted(named) == sorted(metadata.tables)


def test_every_prefix_of_a_case_is_explained() -> None:
    prefixes = {f"{column.split('_')[0]}_" for column in CASE_COLUMNS if column != "has_alias"}
    named = [name for row in _table("Columns of a case") for name in _code(row[0])]
    assert sorted(named) == sorted(prefixes)


def test_every_family_of_rules_is_explained() -> None:
    assert [row[0] for row in _table("Rule families")] == sorted({rule[0] for rule in RULES})


def test_every_name_in_the_code_exists() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "khop").rglob("*.py"))
    words = set(re.findall(r"\w+", sources))
    for row in (*_table("The domain"), *_table("khop's own words")):
        for name in _code(row[2]):
            if "/" in name or "." in name:
                assert not name.startswith("khop/") or (ROOT / name).exists(), name
            else:
                assert set(re.findall(r"\w+", name)) <= words | {"d", "dddddd"}, name

"""Rows of all tables that cases are made of, drawn so that many of them are about each other."""

from __future__ import annotations

import random
from typing import Any

import sqlalchemy as sa

from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import metadata
from khop.sync.reconciling.cases import INPUTS

DAY_US = 86_400_000_000
#: Each pair has another order in a language than byte by byte.
IDS = ("B2", "a10", "a9", "Z", "z", "đ", "d", "e\u0301", "é", "10", "9", "_", "-")
#: Values of columns that rules and joins look at; other columns have any value of ``IDS``.
WORDS = {
    "source": ("igate", "dvcqg", "so", "gone"),
    "role": ("one_stop", "one_stop", "portal"),
    "presence": ("present", "absent", "unknown"),
    "state": ("open", "released"),
    "code": (*(f"H99.1.{n}-261110-000{n}" for n in range(9)), "Đ-1", "d-1", "lạ"),
    "alias": ("G22.99-261110-0007", "Đ-1", "H99.1.3-261110-0003"),
    "kind": ("status", "handed_to_post", "delivered", "logbook", "register", "apology"),
    "row_key": ("k1", "K1", "đ"),
    "file": ("a.xlsx", "B.xlsx"),
}

Rows = dict[str, list[dict[str, Any]]]


def draw_rows(rng: random.Random, number: int) -> Rows:
    """So many rows of each table."""
    return {name: [_row(rng, metadata.tables[name]) for _ in range(number)] for name in INPUTS}


def fill(ledger: Ledger, made: Rows) -> None:
    """Write rows, of those with one key the last."""
    with ledger.write() as connection:
        for name, found in made.items():
            table = metadata.tables[name]
            key = [column.name for column in table.primary_key]
            unique = {tuple(row[column] for column in key): row for row in found}
            if unique:
                connection.execute(sa.insert(table), list(unique.values()))


def _row(rng: random.Random, table: sa.Table) -> dict[str, Any]:
    return {
        column.name: None if column.nullable and rng.random() < 0.2 else _value(rng, column)
        for column in table.columns
    }


def _value(rng: random.Random, column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.Boolean):
        return rng.random() < 0.5
    if isinstance(column.type, sa.SmallInteger):
        return rng.randint(1, 10)
    if isinstance(column.type, sa.BigInteger):  # near the turn of days, and before 1970
        return rng.randint(-3, 20_000) * DAY_US + rng.choice((-1, 0, 1, 25_200_000_000))
    if isinstance(column.type, sa.Integer):
        return rng.randint(1, 2**31 - 1)
    if isinstance(column.type, sa.LargeBinary):
        return b""
    if column.name == "key":  # of a quarantine, where it is unique
        return str(rng.random())
    return rng.choice(WORDS.get(column.name, IDS))

"""How long a process writes SQL before its first reconcile, and before a later one.

    python -m bench.compiling

Processor time of this process. The first one also imports what writes the SQL.
"""

from __future__ import annotations

from datetime import timedelta

from bench.measure import Spent
from bench.times import NOW
from khop.config.domain_tables import Tables
from khop.sync.reconciling.rule_query import KeyedClock, questions
from khop.sync.reconciling.rules import Clock
from khop.sync.reconciling.warehouse import case_query


def main() -> None:
    tables = Tables()
    for dialect in ("duckdb", "postgres"):
        for days in range(3):
            with Spent() as spent:
                made = case_query(dialect, True, True, tables.codes.dossier)
                clock = Clock(NOW + timedelta(days=days), tables)
                questions(KeyedClock("bench", clock), made.schema, dialect)
            print(f"{dialect:8} reconcile {days + 1}: {spent.as_json()['cpu']} s")


if __name__ == "__main__":
    main()

"""khop's reconcile of a ledger; and its query alone, on tables that were read before."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from bench.inputs import read_inputs
from bench.ledgers import ONE_STOP, PORTAL, open_ledger
from bench.measure import Spent, memory_mb, report
from bench.planted import RULE_IDS
from bench.times import NOW
from khop.config.domain_tables import Tables
from khop.config.model import RuleSettings
from khop.sync.reconciling.cases.days import day_table
from khop.sync.reconciling.reconcile import Scope, reconcile
from khop.sync.reconciling.rule_query import KeyedClock, questions
from khop.sync.reconciling.rules import RULES, Clock
from khop.sync.reconciling.rules.clock import RUN_VALUES, run_values
from khop.sync.reconciling.warehouse import case_query, duckdb_cases

_SETTINGS = RuleSettings(off=tuple(rule for rule in RULES if rule not in RULE_IDS))
_SCOPE = Scope(sources=(PORTAL, ONE_STOP), one_stops=(ONE_STOP,))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledger", type=Path, required=True)
    path = parser.parse_args().ledger
    ledger = open_ledger(path)
    with Spent() as whole:
        done = reconcile(ledger, Clock(NOW, Tables(), _SETTINGS), _SCOPE)
    memory = memory_mb()
    ledger.close()
    with Spent() as feed:
        inputs = read_inputs(path)
    with Spent() as query:
        cases = _query(inputs)
    report(
        whole=whole.as_json(),
        feed=feed.as_json(),
        query=query.as_json(),
        memory=memory,
        cases=done.cases,
        flagged=cases,
    )


def _query(inputs: Mapping[str, pa.Table]) -> int:
    """Make the cases and apply the rules, as ``reconcile`` does; how many cases have a finding."""
    clock = Clock(NOW, Tables(), _SETTINGS)
    made = case_query("duckdb", True, True, clock.tables.codes.dossier)
    asked = questions(KeyedClock("bench", clock), made.schema, "duckdb")
    assert asked.flagged is not None
    read = {
        **inputs,
        "day": day_table(clock.calendar),
    }
    with duckdb.connect() as connection:
        for name, table in read.items():
            connection.register(name, table)
        cases = duckdb_cases(connection, made)
        cases.load(RUN_VALUES, run_values(asked.values, clock))
        return sum(1 for _ in cases.run(asked.flagged))


if __name__ == "__main__":
    main()

"""One reconcile with all rules: its reads, its time and its memory."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bench.incremental import SCOPE
from bench.ledgers import open_ledger
from bench.measure import Spent, memory_mb, report
from bench.reads import Reads
from khop.config.domain_tables import Tables
from khop.sync.reconciling.reconcile import reconcile
from khop.sync.reconciling.rules import Clock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--now", type=datetime.fromisoformat, required=True)
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    now, whole = options.now, options.whole
    with Reads() as reads, closing(open_ledger(options.ledger)) as ledger, Spent() as spent:
        done = reconcile(ledger, Clock(now, Tables()), SCOPE, whole=whole)
    report(
        **reads.as_json(),
        **spent.as_json(),
        memory=memory_mb(),
        cases=done.cases,
        subjects=done.subjects,
        open=sum(count.open for count in done.counts),
        changed=sum(count.new + count.reopened + count.resolved for count in done.counts),
    )


if __name__ == "__main__":
    main()

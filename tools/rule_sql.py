"""Writes the SQL of the cases and of the rules, for each database, so that a change of it is seen.

``python -m tools.rule_sql`` (``make sql``) writes a file for each database and query in
``tests/sync/reconciling/sql``. A test checks that the files are up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from khop.config.domain_tables import Tables
from khop.config.model import RuleSettings
from khop.sync.reconciling.rule_query import KeyedClock, questions
from khop.sync.reconciling.rules import Clock
from khop.sync.reconciling.rules.excuses import spans_us
from khop.sync.reconciling.sql import Question
from khop.sync.reconciling.warehouse import case_query
from tools.repository import ROOT

FOLDER = ROOT / "tests" / "sync" / "reconciling" / "sql"
DIALECTS = ("duckdb", "postgres", "spark")

_WINDOW = {"start": "2026-10-05T13:00:00+07:00", "end": "2026-10-06T09:30:00+07:00"}
#: One excuse of each kind; all rules are on.
SETTINGS = RuleSettings.model_validate(
    {
        "exceptions": [
            {
                "rules": ["F2"],
                "units": ["Sở Mẫu"],
                "procedures": ["1.000105"],
                "first": "2026-10-01",
                "last": "2026-10-31",
                "reason": "a law of its own",
            }
        ],
        "outages": [{**_WINDOW, "reason": "power"}],
        "migrations": [{**_WINDOW, "reason": "a new program"}],
    }
)


def queries(
    dialect: str,
    now: datetime = datetime(2026, 11, 20, 9, tzinfo=UTC),
    settings: RuleSettings = SETTINGS,
) -> Iterator[tuple[str, Question]]:
    """(name, query) of the cases and of everything that is asked of them."""
    clock = Clock(now, Tables(), settings)
    made = case_query(
        dialect,
        phantoms=True,
        dated=True,
        shapes=clock.tables.codes.dossier,
        migrations=spans_us(settings.migrations),
    )
    key = f"{now} {settings.model_dump_json()}"
    asked = questions(KeyedClock(key, clock), made.schema, dialect)
    yield "cases", made
    for name in ("flagged", "excused", "aging", "counts"):
        question = getattr(asked, name)
        assert isinstance(question, Question)
        yield name, question


def files() -> Iterator[tuple[Path, str]]:
    """Each file, and what has to be in it."""
    for dialect in DIALECTS:
        for name, question in queries(dialect):
            yield FOLDER / dialect / f"{name}.sql", f"{question.sql}\n"


def main() -> int:
    """Write every file that is out of date, and print its name."""
    for path, text in files():
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())

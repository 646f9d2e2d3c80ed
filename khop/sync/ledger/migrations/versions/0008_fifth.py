"""The fifth schema: counts of findings by unit and by day, and the indexes of lists of findings.

The days before are made of the findings as they are. A finding that came back is counted as
resolved on the day it came back: when it was resolved, its row does not say.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_UNSETTLED = sa.text("state IN ('open', 'assigned', 'explained')")
_FLOWS = ("found", "reopened", "resolved", "excluded", "net")

# When findings that are so were counted, and how often in each of the flows.
_EVENTS = (
    ("d.first_seen_us", "", "1", "0", "0", "0", "1"),
    ("d.opened_us", "d.reopened > 0", "0", "d.reopened", "d.reopened", "0", "0"),
    ("d.resolved_us", "d.state = 'resolved'", "0", "0", "1", "0", "-1"),
    ("COALESCE(e.made_us, d.opened_us)", "d.state = 'excluded'", "0", "0", "0", "1", "-1"),
)


def upgrade() -> None:
    _counts()
    _days()
    _lists()


def _counts() -> None:
    op.drop_table("finding_count")
    op.create_table(
        "finding_count",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "unit", "severity", "state"),
    )
    op.execute(
        "INSERT INTO finding_count (rule, unit, severity, state, number) "
        "SELECT rule, COALESCE(unit, ''), severity, state, COUNT(*) FROM discrepancy "
        "GROUP BY rule, COALESCE(unit, ''), severity, state"
    )


def _days() -> None:
    op.create_table(
        "finding_day",
        sa.Column("day_us", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _FLOWS),
        sa.PrimaryKeyConstraint("day_us", "rule", "unit"),
    )
    events = " UNION ALL ".join(
        f"SELECT {time} AS us, d.rule AS rule, COALESCE(d.unit, '') AS unit, "
        + ", ".join(f"{number} AS {name}" for name, number in zip(_FLOWS, flows, strict=True))
        + " FROM discrepancy d LEFT JOIN exclusion e ON e.rule = d.rule AND e.subject = d.subject "
        + (f"WHERE {where}" if where else "")
        for time, where, *flows in _EVENTS
    )
    # the first moment of the local day, UTC+7, in microseconds
    day = "us - (us + 25200000000) % 86400000000"
    op.execute(
        f"INSERT INTO finding_day (day_us, rule, unit, {', '.join(_FLOWS)}) "
        f"SELECT {day}, rule, unit, {', '.join(f'SUM({name})' for name in _FLOWS)} "
        f"FROM ({events}) AS event GROUP BY {day}, rule, unit"
    )


def _lists() -> None:
    op.add_column("discrepancy", sa.Column("reversed_code", sa.String(), nullable=True))
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _teach_reverse(connection)
    op.execute("UPDATE discrepancy SET reversed_code = reverse(code) WHERE code IS NOT NULL")
    op.drop_index("ix_discrepancy_state", "discrepancy")
    op.create_index("ix_discrepancy_state", "discrepancy", ["state", "severity", "rule", "subject"])
    op.create_index(
        "ix_discrepancy_unit", "discrepancy", ["unit", "state", "severity", "rule", "subject"]
    )
    op.create_index("ix_discrepancy_reversed_code", "discrepancy", ["rule", "reversed_code"])
    op.create_index(
        "ix_discrepancy_unsettled",
        "discrepancy",
        ["severity", "rule", "subject"],
        sqlite_where=_UNSETTLED,
        postgresql_where=_UNSETTLED,
    )


def _teach_reverse(connection: sa.Connection) -> None:
    """SQLite has no function that reverses a text."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.create_function("reverse", 1, lambda text: text[::-1], deterministic=True)

"""What old runs left, taken away. Findings, decisions, records, the change log and the audit log
are kept."""

from __future__ import annotations

import sqlalchemy as sa

from khop.sync.ledger import Ledger
from khop.sync.ledger.notices import NoticeState
from khop.sync.ledger.schema import alarm, alarm_message, node, notice, run, task_firing

#: The newest runs are kept whatever their age: they say when each source was read last.
_NEWEST_RUNS = 2_000


def remove_old(ledger: Ledger, until_us: int) -> dict[str, int]:
    """Delete what ended before this moment; how many rows of each table."""
    ended_alarms = sa.select(alarm.c.id).where(alarm.c.closed_us < until_us)
    newest = sa.select(sa.func.max(run.c.id) - _NEWEST_RUNS).scalar_subquery()
    deletes = {
        "task_firing": sa.delete(task_firing).where(task_firing.c.finished_us < until_us),
        "run": sa.delete(run).where(run.c.finished_us < until_us, run.c.id < newest),
        "alarm_message": sa.delete(alarm_message).where(alarm_message.c.alarm.in_(ended_alarms)),
        "alarm": sa.delete(alarm).where(alarm.c.closed_us < until_us),
        "notice": sa.delete(notice).where(
            notice.c.state == NoticeState.SENT, notice.c.made_us < until_us
        ),
        "node": sa.delete(node).where(node.c.seen_us < until_us),
    }
    with ledger.write() as connection:
        return {name: connection.execute(delete).rowcount for name, delete in deletes.items()}

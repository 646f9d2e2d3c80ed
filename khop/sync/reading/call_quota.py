"""The quota of calls about persons: each call is counted and logged before it is made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from khop.adapters.ports import Purpose
from khop.errors import Refused
from khop.mappings.identity import actor_key
from khop.mappings.records import Instant
from khop.sync.ledger import Ledger, audit_log
from khop.text.local_time import DAY_US, LOCAL_OFFSET_US
from khop.text.masking import short_text

ACTION = "person_asked"


class LedgerBook:
    """A ``CallBook`` in the ledger, so that all processes share one count."""

    def __init__(self, ledger: Ledger, key: bytes, clock: Callable[[], datetime]) -> None:
        """``key``: the installation's secret for matching keys."""
        self._ledger = ledger
        self._key = key
        self._clock = clock

    def spend(self, source: str, operation: str, purpose: Purpose, *, quota: int) -> None:
        """Count one call of today (days of Asia/Ho_Chi_Minh). Raises Refused over the quota."""
        now_us = Instant.of(self._clock()).us
        with self._ledger.write() as connection:
            midnight_us = now_us - (now_us + LOCAL_OFFSET_US) % DAY_US
            made = audit_log.count_between(connection, ACTION, source, midnight_us, now_us)
            if made < quota:
                detail = {"operation": operation, "procedure": short_text(purpose.procedure)}
                actor = self._actor(purpose.officer)
                entry = audit_log.Entry(actor, ACTION, source, purpose.dossier, detail)
                audit_log.append(connection, now_us, [entry])
                return
        raise Refused(
            source,
            operation,
            code="quota",
            detail=f"today's quota of {quota} calls is used up; it starts again at midnight "
            "(daily_quota in khop.toml)",
        )

    def _actor(self, officer: str) -> str:
        """The officer's account; a key of it where it holds a personal number or a name."""
        shown = short_text(officer)
        return shown if shown == officer.strip() else f"key:{actor_key(self._key, officer)[:32]}"

"""Whether this machine's clock can be right, before a run writes times into the ledger.

A run under a wrong clock makes dossiers late that are not, and has nothing asked again for as long
as the clock was ahead. The ledger knows the time of its last run. When a run would move that time
by more than a day, forwards or backwards, or when it is the ledger's first, the systems are asked
for theirs (the Date of their answers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import sqlalchemy as sa

from khop.adapters.ports import Adapter
from khop.errors import ConfigError
from khop.mappings.records import Instant
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import run
from khop.text.local_time import DAY_US, local_text

#: A system whose clock differs by no more confirms this machine's clock, in seconds.
_CONFIRMS = 3600.0
_DAY = 86_400.0

_ACCEPT = (
    "correct the clock of this machine; when it is right, run the same command once with "
    "--accept-clock"
)


class WrongClock(ConfigError):
    """This machine's clock cannot be right, or nobody confirms it."""


def check_clock(ledger: Ledger, clock: Callable[[], datetime], adapters: Iterable[Adapter]) -> None:
    """Raises WrongClock when the clock differs by more than a day from the ledger's last run, or
    from the systems at the first run, and no system confirms it."""
    now_us = Instant.of(clock()).us
    with ledger.read() as connection:
        last_us = last_clock_us(connection)
    if last_us is not None and abs(now_us - last_us) <= DAY_US:
        return
    differs: tuple[str, float] | None = None
    for adapter in adapters:
        skew = _skew(adapter)
        if skew is None:
            continue
        if abs(skew) <= _CONFIRMS:
            return
        differs = differs or (adapter.name, skew)
    if differs is not None and (last_us is not None or abs(differs[1]) > _DAY):
        name, skew = differs
        theirs = local_text(now_us + int(skew) * 1_000_000)
        raise WrongClock(
            f"this machine's clock says {local_text(now_us)}, but {name} says {theirs}: {_ACCEPT}"
        )
    if last_us is not None:
        raise WrongClock(
            f"this machine's clock says {local_text(now_us)}, but the last run of this ledger was "
            f"at {local_text(last_us)}, and no system was there to confirm the time: {_ACCEPT}"
        )


def last_clock_us(connection: sa.Connection) -> int | None:
    """This machine's clock at the beginning of the last run; None before the first."""
    query = sa.select(run.c.clock_us).where(run.c.clock_us.is_not(None))
    return connection.scalar(query.order_by(run.c.id.desc()).limit(1))


def _skew(adapter: Adapter) -> float | None:
    """The system's clock minus ours, in seconds; None when it tells none."""
    try:
        return adapter.check().clock_skew
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - a broken adapter confirms nothing; the run names it
        return None

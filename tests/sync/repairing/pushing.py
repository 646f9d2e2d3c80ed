"""What the tests of apply share."""

from __future__ import annotations

from khop.errors import OutcomeUnknown, Unreachable
from khop.sync.engine import Engine
from khop.sync.results import ApplySummary, Outcome
from tests.sync.fakes import FakeClock

#: Faults of the portal: a write without an answer, and a call that was not sent.
UNKNOWN = OutcomeUnknown("dvcqg", "DongBoHoSoMC")
GONE = Unreachable("dvcqg", "DongBoHoSoMC")


def yes(_: str) -> bool:
    return True


def pull_and_reconcile(engine: Engine, clock: FakeClock) -> None:
    clock.advance(minutes=1)
    engine.pull()
    engine.reconcile()


def outcomes(summary: ApplySummary) -> list[Outcome]:
    return [applied.outcome for applied in summary.applied]

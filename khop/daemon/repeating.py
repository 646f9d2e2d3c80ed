"""What the process does every so many seconds, on APScheduler.

APScheduler works out the next call as a date. A clock that is set back by an hour would stop the
daemon for an hour, so the caller tells ``Repeating`` to keep the time while it waits itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from khop.daemon.faults import place_of, sentence_of
from khop.text.logs import Log

log = Log(__name__)

#: Seconds; a clock that steps less does no harm.
_STEP = 1.0


class Repeating:
    """Calls functions at once and then every so many seconds, until it is stopped. After an error
    that one raises its next call comes; the error is logged when it begins and when it ends."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """``clock``: seconds since 1970, as this machine's clock says."""
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._clock = clock
        self._offset = self._measured()
        self._ending: threading.Thread | None = None
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(2)},
            # a call that comes late is made once, and never while the one before is under way
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def every(self, seconds: float, name: str, do: Callable[[], None]) -> None:
        """Call ``do`` so often; before ``start``."""
        self._scheduler.add_job(
            _guarded(name, do), "interval", seconds=seconds, id=name, next_run_time=_now()
        )

    def start(self) -> None:
        self._scheduler.start()

    def keep_time(self) -> None:
        """Call at once what a clock that was set back would leave waiting. To be called each
        second or so."""
        offset = self._measured()
        if abs(offset - self._offset) < _STEP:
            return
        self._offset = offset
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=_now())

    def stop(self, within: float) -> bool:
        """No further call; those under way are waited for, so many seconds at most. Whether they
        have ended."""
        if self._ending is None:
            end = self._scheduler.shutdown
            self._ending = threading.Thread(target=end, name="khop stop", daemon=True)
            self._ending.start()
        self._ending.join(within)
        return not self._ending.is_alive()

    def _measured(self) -> float:
        """By how much the clock is ahead of the time that passes."""
        return self._clock() - time.monotonic()


def _guarded(name: str, do: Callable[[], None]) -> Callable[[], None]:
    failed = None

    def call() -> None:
        nonlocal failed
        try:
            do()
        except Exception as error:  # noqa: BLE001 - the next call may succeed
            fault = {"error": sentence_of(error), "at": place_of(error)}
            if fault != failed:
                log.warning("call_failed", call=name, **fault)
            failed = fault
        else:
            if failed is not None:
                log.info("call_works_again", call=name)
            failed = None

    return call


def _now() -> datetime:
    return datetime.now(UTC)

"""Python reads this when it starts with this folder on its path: the clock of the process is that
of ``tests/daemon/whole/moved.py``, now and whenever it is moved. The monotonic clock stays true."""

import os
import threading
import time
from pathlib import Path

import time_machine

#: Seconds between two looks at the file.
_LOOK = 0.02


def _follow(file: Path) -> None:
    def ahead() -> float:
        return float(file.read_text("ascii"))

    def now() -> float:
        return time_machine.escape_hatch.time.time() + ahead()

    def look() -> None:
        seen = None
        while True:
            if seen != (seen := ahead()):
                traveller.move_to(now())
            time.sleep(_LOOK)

    traveller = time_machine.travel(time.time() + ahead(), tick=True).start()
    threading.Thread(target=look, name="moved clock", daemon=True).start()


if found := os.environ.get("KHOP_TESTS_CLOCK"):
    _follow(Path(found))

"""A process that is killed with SIGKILL at a call: ``killed_at.py CALL NUMBER CONFIG WHAT``."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from khop.config.load import load_config
from khop.sync.ledger.copies.backup import back_up
from khop.sync.ledger.copies.move import move_ledger


def kill_at(name: str, times: int) -> None:
    """Have the process killed before the call of this number."""
    module_name, _, function = name.rpartition(".")
    module = import_module(module_name)
    real, left = getattr(module, function), [times]

    def killed(*args: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **named)

    setattr(module, function, killed)


if __name__ == "__main__":
    call, number, path, what = sys.argv[1:]
    config = load_config(Path(path), {})
    kill_at(call, int(number))
    if what == "backup":
        back_up(config, lambda: datetime.now(UTC))
    else:
        move_ledger(config, what, lambda: datetime.now(UTC), actor="a")

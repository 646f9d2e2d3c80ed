"""Alarms that are given to a program: JSON on its standard input, without a shell."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import suppress

from khop.config.model import Config
from khop.daemon.alarms.batch import Batch
from khop.errors import KhopError

#: All that the program sees of the environment, which may hold secrets of khop.
_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8"}


def run(config: Config, batch: Batch) -> None:
    """Start the command of ``[alarms]``. When it takes too long, it is killed with everything that
    it started. Raises KhopError; what the program prints is not read."""
    settings = config.alarms
    try:
        program = subprocess.Popen(
            settings.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd=config.base_dir,
            start_new_session=True,
        )
    except OSError as error:
        raise KhopError(
            f"the command of [alarms] cannot be started ({type(error).__name__})"
        ) from None
    content = json.dumps(batch.as_json(), ensure_ascii=False).encode()
    try:
        program.communicate(content, timeout=settings.timeout)
    except subprocess.TimeoutExpired:
        raise KhopError(
            f"the command of [alarms] did not end within {settings.timeout:g} seconds"
        ) from None
    finally:
        _end(program)
    if program.returncode:
        raise KhopError(f"the command of [alarms] ended with exit code {program.returncode}")


def _end(program: subprocess.Popen[bytes]) -> None:
    if program.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        with program:  # its pipe is closed, and it is waited for
            pass

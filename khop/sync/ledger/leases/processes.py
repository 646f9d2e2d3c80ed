"""Which process this is, and whether another one of this machine still runs.

A process is named ``HOST:PID/BOOT:NAMESPACE:START``. Its number says nothing in another container,
nor after a restart of the machine: only where boot and namespace of process numbers are the same
is it looked for.
"""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def this_process() -> str:
    """The name of this process."""
    return _name(os.getpid())


@cache
def _name(pid: int) -> str:
    return f"{socket.gethostname()}:{pid}/{_place()}:{_start_time(pid)}"


def was_here_and_is_gone(name: str) -> bool:
    """Whether the process of this name ran where this one can see it, and has ended."""
    if name == this_process():
        return False
    who, _, where = name.partition("/")
    place, _, started = where.rpartition(":")
    pid = who.rpartition(":")[2]
    if place != _place() or not pid.isdecimal() or not _place():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return started != _start_time(int(pid))


@cache
def _place() -> str:
    """This boot and this namespace of process numbers; "" where the system does not say."""
    try:
        boot = _BOOT.read_text("ascii").strip()
        return f"{boot}:{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _start_time(pid: int) -> str:
    """When the process began, in clock ticks of the system: process ids are used again."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return "0"
    return status.rpartition(")")[2].split()[19]

"""What systemd is told, over a real socket."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from khop.daemon.systemd import Notifier


@pytest.mark.parametrize("abstract", [False, True])
def test_states_reach_the_socket_that_systemd_names(abstract: bool, tmp_path: Path) -> None:
    name = f"@khop-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(f"\0{name[1:]}" if abstract else name)
        end.settimeout(10)
        notifier = Notifier({"NOTIFY_SOCKET": name})
        notifier.ready("3 tasks")
        notifier.alive()
        notifier.reloading()
        notifier.stopping()
        told = [end.recv(200).decode() for _ in range(4)]
    assert told[0] == "READY=1\nSTATUS=3 tasks"
    assert told[1] == "WATCHDOG=1"
    assert told[2].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert told[3] == "STOPPING=1"


def test_without_a_supervisor_nothing_is_sent(tmp_path: Path) -> None:
    Notifier({}).ready("")
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "not-there")}).ready("")

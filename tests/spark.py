"""A server of Spark Connect of the tests' own: Sail, as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

#: In one process, or as a driver with several workers that hand each other rows over the network.
MODES = ("local", "local-cluster")
#: It ends when nobody holds its standard input any more.
_SERVER = (
    "import sys; from pysail.spark import SparkConnectServer; "
    "server = SparkConnectServer(ip='127.0.0.1', port=0); server.start(background=True); "
    "print(server.listening_address[1], flush=True); sys.stdin.read()"
)


@contextmanager
def sail(mode: str) -> Iterator[str]:
    """The address of a server of this mode."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "SAIL_MODE": mode},
        text=True,
    )
    try:
        assert process.stdout is not None
        yield f"sc://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def remote() -> Iterator[str]:
    """The address of a server in one process."""
    with sail("local") as address:
        yield address

"""All external systems, simulated on loopback from one seeded world with a known truth.

Written from the specs by hand and apart from the rest of khop, so that a misreading cannot sit
on both sides of a test.
"""

from khop.sandbox.dvcqg import DvcqgOptions
from khop.sandbox.faults import ALL, Faults
from khop.sandbox.igate import IgateOptions
from khop.sandbox.judge import Finding
from khop.sandbox.process import ControlClient, SandboxProcess, start_process
from khop.sandbox.server import Sandbox
from khop.sandbox.violations import Violation
from khop.sandbox.world import World

__all__ = [
    "ALL",
    "ControlClient",
    "DvcqgOptions",
    "Faults",
    "Finding",
    "IgateOptions",
    "Sandbox",
    "SandboxProcess",
    "Violation",
    "World",
    "start_process",
]

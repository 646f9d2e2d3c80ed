"""All external systems, simulated on loopback from one seeded world with a known truth.

Written from the specs by hand and apart from the rest of khop, so that a misreading cannot sit
on both sides of a test.
"""

from khop.sandbox.dvcqg import DvcqgOptions
from khop.sandbox.dvcqg_routes import Writes
from khop.sandbox.faults import ALL, Faults
from khop.sandbox.igate import IgateOptions
from khop.sandbox.igate_shapes import Shapes
from khop.sandbox.judge import Finding
from khop.sandbox.ministry import MinistryOptions
from khop.sandbox.myvnpost import MyVnpostOptions
from khop.sandbox.population import PopulationOptions
from khop.sandbox.portal_calls import PortalCalls
from khop.sandbox.process import ControlClient, SandboxProcess, start_process
from khop.sandbox.server import Sandbox
from khop.sandbox.violations import Violation
from khop.sandbox.vnpost import VnpostOptions
from khop.sandbox.world import World

__all__ = [
    "ALL",
    "ControlClient",
    "DvcqgOptions",
    "Faults",
    "Finding",
    "IgateOptions",
    "MinistryOptions",
    "MyVnpostOptions",
    "PopulationOptions",
    "PortalCalls",
    "Sandbox",
    "SandboxProcess",
    "Shapes",
    "Violation",
    "VnpostOptions",
    "World",
    "Writes",
    "start_process",
]

"""All external systems, simulated on loopback from one seeded world whose findings are known.

It is written by hand from the specifications and imports nothing else of khop, so that a
misreading of a specification cannot be on both sides of a test.
"""

from khop.sandbox.common.faults import ALL, Faults
from khop.sandbox.common.violations import Violation
from khop.sandbox.dvcqg.portal_calls import PortalCalls
from khop.sandbox.dvcqg.routes import Writes
from khop.sandbox.dvcqg.system import DvcqgOptions
from khop.sandbox.igate.shapes import Shapes
from khop.sandbox.igate.system import IgateOptions
from khop.sandbox.igate_ministry.system import MinistryOptions
from khop.sandbox.myvnpost.system import MyVnpostOptions
from khop.sandbox.population.system import PopulationOptions
from khop.sandbox.server.process import ControlClient, SandboxProcess, start_process
from khop.sandbox.server.sandbox import Sandbox, SandboxOptions
from khop.sandbox.truth.finding import Finding
from khop.sandbox.vnpost.system import VnpostOptions
from khop.sandbox.world.world import World

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
    "SandboxOptions",
    "SandboxProcess",
    "Shapes",
    "Violation",
    "VnpostOptions",
    "World",
    "Writes",
    "start_process",
]

"""The table of faults and connectors: every connector is in it, and no cell is empty."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest

from khop.adapters.settings import HttpSettings
from khop.testing import Difference, fault_matrix
from khop.testing.expectations import expected, mismatches, trials
from khop.testing.faults import wire_faults
from khop.testing.probes import prober_of
from tests import paths
from tests.contract.faulty_adapters import TakesAnyAnswerForSuccess, TakesNotFoundForAbsence
from tests.contract.mini import MiniAdapter, mini
from tests.contract.systems.all_systems import SYSTEMS
from tests.contract.test_mini import MINI

pytestmark = pytest.mark.slow

ROOT = paths.ROOT


@pytest.fixture(scope="module")
def tables() -> list[list[list[str]]]:
    """The cells of each table, its head first."""
    text = fault_matrix([MINI])
    return [_cells(part) for part in text.split("## ")[1:]]


def _cells(part: str) -> list[list[str]]:
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [re.split(r"\s*\|\s*", line.strip("| ")) for line in lines if "---" not in line]


def test_there_is_a_table_for_reads_writes_logins_and_own_answers() -> None:
    headings = re.findall("^## (.*)$", fault_matrix([MINI]), re.MULTILINE)
    assert headings == [
        "While reading",
        "While writing",
        "While logging in",
        "The system's own answers",
    ]


def test_no_cell_is_empty(tables: list[list[list[str]]]) -> None:
    for head, *lines in tables:
        assert lines
        for line in lines:
            assert len(line) == len(head)
            assert all(line), line


def test_every_fault_of_the_wire_is_a_line_of_each_table(tables: list[list[list[str]]]) -> None:
    for _, *lines in tables[:3]:
        shown = {line[0].removeprefix("HTTP ") for line in lines}
        assert {fault.description for fault in wire_faults()} <= shown


def test_a_cell_shows_the_observed_result_not_the_expected_one() -> None:
    writing = fault_matrix([mini(TakesAnyAnswerForSuccess)]).split("## ")[2]
    assert "| 200 with a page of HTML, each time | untouched |" in writing


def test_every_adapter_over_http_has_a_contract_test() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = project["entry-points"]["khop.adapters"]
    kinds = {name: EntryPoint(name, value, "").load() for name, value in declared.items()}
    over_http = {n for n, kind in kinds.items() if issubclass(kind.settings, HttpSettings)}
    tried = {name for name, kind in kinds.items() if kind in [each.adapter for each in SYSTEMS]}
    assert tried == over_http


def test_a_difference_is_judged_by_its_own_outcome_and_documented() -> None:
    reason = "a 404 of this registry says that it has no such dossier"
    plain = mini(TakesNotFoundForAbsence)
    other = replace(plain, differs=(Difference("http_404", "look_up", "accepted", reason),))
    for system, right in ((plain, False), (other, True)):
        operation = system.operations()[3]
        result = prober_of(system).under_fault(operation, "http_404")
        wanted = expected(system, operation, "http_404", at_login=False)
        assert (list(mismatches(result, wanted)) == []) is right
    assert reason in fault_matrix([other])


def test_every_operation_is_tested_with_each_kind_of_fault() -> None:
    tried = list(trials(mini(MiniAdapter), at_login=False))
    for operation in MINI.operations():
        own = {fault for each, fault in tried if each.name == operation.name}
        assert {"refused", "truncated", "http_401", "http_429", "http_503"} <= own

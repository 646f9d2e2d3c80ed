"""khop show: the sources of one dossier side by side."""

from __future__ import annotations

from khop.sync.results import CaseView
from tests.cli.fakes import PutEngine, Run
from tests.findings import CODE


def test_show_prints_a_column_for_each_source(run: Run, engine: PutEngine) -> None:
    records = ({"source": "igate", "status": 9, "unit": None},)
    presence = ({"source": "dvcqg", "status": 4, "presence": "present"},)
    engine(show=CaseView(CODE, {}, records=records, presence=presence))
    lines = run("show", CODE).out.splitlines()
    assert any("igate" in line and "dvcqg" in line for line in lines)
    assert any("9 Finished" in line and "4 In progress" in line for line in lines)


def test_a_row_of_paper_is_no_dossier_and_has_no_records(run: Run, engine: PutEngine) -> None:
    engine(show=CaseView("row:3f9a01bc", {}, paper=({"source": "so", "row": 5},)))
    lines = run("show", "row:3f9a01bc").out.splitlines()
    assert lines[0] == "Row of paper without a dossier code: row:3f9a01bc"
    assert lines[lines.index("Records of each source") + 1] == "  nothing"

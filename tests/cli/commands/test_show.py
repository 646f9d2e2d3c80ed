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

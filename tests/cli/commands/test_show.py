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


def test_what_the_one_stop_said_before_is_listed_change_by_change(
    run: Run, engine: PutEngine
) -> None:
    change = {
        "source": "igate",
        "native_id": "1",
        "entry_id": None,
        "event_at": None,
        "field": "due",
        "old": "2026-11-24T17:00:00+07:00",
        "new": "2026-12-01",
        "seen_at": "2026-11-25T08:10:00+07:00",
        "changed_at": "2026-11-25T07:55:00+07:00",
    }
    state = {**change, "field": "status", "old": 4, "new": "Trạng thái lạ", "changed_at": None}
    entry = {**change, "entry_id": "t", "event_at": "2026-11-10T09:00:00+07:00", "field": "unit"}
    moved = {**entry, "old": None, "new": "UBND xã Mẫu"}
    engine(show=CaseView(CODE, {}, changes=(change, state, moved)))
    text = " ".join(run("show", CODE).out.split())
    assert "due 24/11/2026 17:00:00 01/12/2026 25/11/2026 08:10:00 25/11/2026 07:55:00" in text
    assert "state 4 In progress Trạng thái lạ" in text
    assert "History 10/11/2026 09:00:00: unit – UBND xã Mẫu" in text
    vietnamese = " ".join(run("show", CODE, "--lang", "vi").out.split())
    assert "Các thay đổi từ khi khop thấy lần đầu" in vietnamese
    assert "Hệ thống sửa lúc" in vietnamese


def test_a_dossier_that_never_changed_has_no_section_for_it(run: Run, engine: PutEngine) -> None:
    engine(show=CaseView(CODE, {}, records=({"source": "igate", "status": 9},)))
    assert "Changes since" not in run("show", CODE).out

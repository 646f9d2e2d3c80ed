"""``khop finding`` with a real ledger, and what ``audit`` and ``show`` print afterwards."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import khop.sync.opening
from khop.mappings.records import Instant
from khop.sync.reconciling.finding_states import Found, write_findings
from khop.sync.reconciling.increments import write_last_reconcile
from khop.sync.reconciling.rules import RULES
from tests.cli.fakes import Run
from tests.ledgers import keyed

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("declared")]

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ONE = "H99.18.03-261112-0001"
TWO = "H99.18.03-261112-0002"
ROW = "row:3f9a"


def _found(rule: str, subject: str, code: str | None, values: object, evidence: object) -> Found:
    return Found(
        RULES[rule],
        subject,
        code,
        RULES[rule].severity,
        "UBND xã Mẫu",
        json.dumps(values),
        json.dumps([evidence]),
    )


@pytest.fixture
def ledger(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger with four findings, and a fixed clock."""
    assert run("init").code == 0
    monkeypatch.setattr(khop.sync.opening, "_utc_now", lambda: NOW)
    record = {"source": "igate", "kind": "record", "native_id": "68a5"}
    row = {"source": "so", "kind": "logbook_row", "file": "so.xlsx", "sheet": "T11", "row": 12}
    found = [
        _found("B1", ONE, ONE, {"os_status": 4, "ps_delivered": "2026-11-16"}, record),
        _found("B8", ONE, ONE, {"os_status": 4, "os_path": "2>9>?>4"}, record),
        _found("A7", TWO, TWO, {"os_status": 2}, record),
        _found("A1", ROW, None, {"lb_received": "2026-11-12"}, row),
    ]
    opened = keyed(f"sqlite:///{tmp_path / 'khop.db'}", tmp_path)
    with opened.write() as connection:
        found.sort(key=lambda one: one.key)
        write_findings(connection, found, Instant.of(NOW).us, before_us=None)
        write_last_reconcile(connection, Instant.of(NOW).us, "", cases=2, unmapped=0)
    opened.close()
    return tmp_path


@pytest.mark.usefixtures("ledger")
def test_a_finding_is_assigned_explained_excluded_and_taken_back(run: Run) -> None:
    done = run(
        *("finding", "assign", TWO, "--to", "canbo.mau", "--due", "2026-11-24"),
        *("--by", "truongphong", "--format", "json"),
    )
    assert done.code == 0
    (assigned,) = json.loads(done.out)["findings"]
    assert (assigned["state"], assigned["assignee"], assigned["answer_due"]) == (
        "assigned",
        "canbo.mau",
        "2026-11-24",
    )
    assert run("finding", "explain", TWO, "--text", "Đã gửi lại", "--by", "canbo.mau").code == 0
    done = run("finding", "exclude", TWO, "--reason", "Thử nghiệm", "--until", "2026-12-31")
    assert "Excluded up to 31/12/2026: Thử nghiệm" in done.out
    assert done.err == "1 findings excluded.\n"
    assert run("finding", "take-back", TWO, "--reason", "Nhầm").code == 0
    done = run("finding", "history", TWO, "--format", "json")
    actions = [event["action"] for event in json.loads(done.out)["events"]]
    assert actions == ["open", "assign", "explain", "exclude", "take_back"]
    assert run("log", "verify").code == 0


@pytest.mark.usefixtures("ledger")
def test_without_by_the_account_of_the_process_decides(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "nguoidung")
    assert run("finding", "explain", TWO, "--text", "Đã gửi lại").code == 0
    shown = run("finding", "history", TWO, "--lang", "vi").out
    assert "giải trình" in shown
    assert "nguoidung" in shown
    assert "Đã gửi lại" in shown

    def no_account() -> str:
        raise OSError("no account")

    monkeypatch.setattr("getpass.getuser", no_account)
    done = run("finding", "explain", TWO, "--text", "x")
    assert (done.code, "--by NAME" in done.err) == (1, True)


@pytest.mark.usefixtures("ledger")
def test_a_decision_can_be_limited_to_one_rule(run: Run) -> None:
    done = run(
        *("finding", "exclude", ONE.lower(), ROW, "--rule", "b8", "--reason", "x"),
        *("--format", "json"),
    )
    assert (done.code, done.out) == (1, "")
    assert "there is no finding B8 of row:3f9a" in done.err
    done = run(
        "finding", "exclude", ONE.lower(), "--rule", "b8", "--reason", "x", "--format", "json"
    )
    assert [finding["rule"] for finding in json.loads(done.out)["findings"]] == ["B8"]
    done = run("finding", "history", ONE, "--rule", "B1", "--format", "json")
    assert [event["action"] for event in json.loads(done.out)["events"]] == ["open"]


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("lang", "args", "sentence"),
    [
        ("en", ["explain", TWO, "--text", "gọi 0990000001"], "leave it out"),
        ("vi", ["explain", TWO, "--text", "gọi 0990000001"], "số điện thoại"),
        ("vi", ["assign", "H99-1", "--to", "a"], "không có sai lệch của H99-1"),
        ("en", ["exclude", TWO, "--reason", " "], "needs a reason"),
        ("vi", ["exclude", TWO, "--reason", "x", "--until", "2026-11-19"], "19/11/2026 đã qua"),
        ("en", ["assign", TWO, "--to", "a", "--due", "ngay mai"], "is not a day"),
        ("en", ["assign", TWO, "--to", "a", "--rule", "A99"], "no rule A99"),
        ("vi", ["take-back", TWO], "không bị loại trừ"),
        ("en", ["assign", TWO], "--to"),
    ],
)
def test_a_refused_decision_is_one_sentence(
    lang: str, args: list[str], sentence: str, run: Run
) -> None:
    done = run("finding", *args, "--lang", lang)
    assert (done.code, done.out) == (1, "")
    assert sentence in done.err
    assert done.err.count("\n") == 1
    assert "0990000001" not in done.err


def _audit(run: Run, *args: str) -> list[dict[str, Any]]:
    done = run("audit", "--format", "json", *args)
    found: list[dict[str, Any]] = json.loads(done.out)["findings"]
    assert done.code == (2 if any(f["state"] != "excluded" for f in found) else 0)
    return found


@pytest.mark.usefixtures("ledger")
def test_audit_lists_findings_by_state(run: Run) -> None:
    run("finding", "assign", TWO, "--to", "canbo.mau")
    run("finding", "explain", ROW, "--text", "Đã nhập hôm nay")
    run("finding", "exclude", ONE, "--rule", "B8", "--reason", "Đính chính")
    assert [f["rule"] for f in _audit(run)] == ["A1", "B1", "A7"]
    assert [f["rule"] for f in _audit(run, "--state", "excluded")] == ["B8"]
    assert [f["rule"] for f in _audit(run, "--state", "assigned", "--state", "open")] == [
        "B1",
        "A7",
    ]
    assert [f["rule"] for f in _audit(run, "--state", "all")] == ["A1", "B1", "A7", "B8"]
    assert _audit(run, "--state", "resolved") == []
    done = run("audit", "--state", "closed")
    assert done.code == 1
    assert "open, assigned, explained, excluded, resolved, all" in done.err


def test_every_format_shows_assignee_due_day_and_answer(run: Run, ledger: Path) -> None:
    run("finding", "assign", ONE, "--to", "canbo.mau", "--due", "2026-11-24")
    run("finding", "explain", ONE, "--rule", "B1", "--text", "Đã trả, chưa bấm kết thúc")
    run("finding", "exclude", TWO, "--reason", "Thử nghiệm", "--by", "truongphong")
    everything = ("--state", "all", "--lang", "vi")
    table = run("audit", *everything).out
    page = run("audit", "--format", "html", *everything).out
    listed = run("audit", "--format", "csv", *everything).out
    excluded = "Đã loại trừ: Thử nghiệm (truongphong, 20/11/2026 16:00:00)"
    for text in (table, page, listed):
        for part in ("canbo.mau", "24/11/2026", "Đã trả, chưa bấm kết thúc", excluded):
            assert part in text
        assert "so.xlsx, T11, dòng 12 (row:3f9a)" in text
    rows = list(csv.DictReader(io.StringIO(listed)))
    b1 = next(row for row in rows if row["Quy tắc"] == "B1")
    assert (b1["Tình trạng"], b1["Hạn giải trình"]) == ("Đã giải trình", "24/11/2026")
    assert run("audit", "--out", "f.xlsx", *everything).code == 2
    assert _cells(ledger / "f.xlsx", "Hạn giải trình").count(date(2026, 11, 24)) == 2


def _cells(path: Path, header: str) -> list[Any]:
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Trả lời").to_python()
    column = rows[0].index(header)
    return [row[column] for row in rows[1:]]


@pytest.mark.usefixtures("ledger")
def test_show_prints_the_findings_of_a_dossier_and_of_a_row_of_paper(run: Run) -> None:
    run("finding", "assign", ONE, "--to", "canbo.mau", "--due", "2026-11-24")
    shown = run("show", ONE).out
    assert "Assigned" in shown
    assert "canbo.mau" in shown
    assert "24/11/2026" in shown
    assert "2 Received → 9 Finished → not known → 4 In progress" in shown
    shown = run("show", ROW, "--lang", "vi").out
    assert "so.xlsx, T11, dòng 12 (row:3f9a)" in shown
    assert run("show", "row:none").code == 1


@pytest.mark.usefixtures("ledger")
def test_history_has_a_part_for_each_subject(run: Run) -> None:
    done = run("finding", "history", ONE, "H99-0")
    assert done.code == 0
    assert f"Findings of {ONE}" in done.out
    assert "Findings of H99-0" in done.out
    assert "nothing" in done.out


def test_an_exclusion_that_has_ended_can_be_made_again(
    run: Run, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("finding", "exclude", TWO, "--reason", "x", "--until", "2026-11-20").code == 0
    assert run("finding", "exclude", TWO, "--reason", "y").code == 1
    monkeypatch.setattr(khop.sync.opening, "_utc_now", lambda: NOW + timedelta(days=1))
    assert run("finding", "exclude", TWO, "--reason", "y").code == 0

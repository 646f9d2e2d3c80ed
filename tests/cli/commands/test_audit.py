"""khop audit: filters, formats, and files."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from khop.sync.results import UNSETTLED
from tests.cli.fakes import PutEngine, Run
from tests.findings import CODE, make_finding


def test_filters_are_passed_to_the_engine(run: Run, engine: PutEngine) -> None:
    fake = engine(findings=[])
    run("audit", "--rule", "b6", "--severity", "s2", "--unit", "Sở Mẫu", "--since", "2026-11-01")
    asked = fake.asked[0][2]
    assert asked["rules"] == ["B6"]
    assert asked["severities"] == ("S2",)
    assert asked["units"] == ["Sở Mẫu"]
    assert asked["since"] == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert asked["states"] == UNSETTLED


@pytest.mark.parametrize("ending", ["json", "jsonl", "csv", "xlsx", "html"])
def test_the_ending_of_the_file_decides_the_format(
    run: Run, engine: PutEngine, tmp_path: Path, ending: str
) -> None:
    engine(findings=[make_finding()])
    done = run("audit", "--out", f"found.{ending}")
    assert (done.code, done.out) == (2, "")
    written = (tmp_path / f"found.{ending}").read_bytes()
    starts = {
        "json": b"{\n",
        "jsonl": b'{"about"',
        "csv": b"\xef\xbb\xbf",
        "xlsx": b"PK",
        "html": b"<!DOC",
    }
    assert written.startswith(starts[ending])


@pytest.mark.parametrize(("form", "start"), [("csv", '"Rule"'), ("html", "<!DOCTYPE")])
def test_csv_and_html_can_be_printed_on_stdout(
    run: Run, engine: PutEngine, form: str, start: str
) -> None:
    engine(findings=[make_finding()])
    assert run("audit", "--format", form).out.startswith(start)


def test_a_file_that_cannot_be_written_is_one_error_sentence(run: Run, engine: PutEngine) -> None:
    engine(findings=[make_finding()])
    done = run("audit", "--out", "nowhere/found.csv")
    assert done.code == 1
    assert "cannot be written" in done.err


def test_a_table_goes_to_stdout_and_its_note_to_stderr(run: Run, engine: PutEngine) -> None:
    engine(findings=[make_finding()])
    done = run("audit")
    assert CODE in done.out
    assert "not a verdict" in done.err
    assert "not a verdict" not in done.out


def test_the_days_of_events_are_passed_to_the_engine(run: Run, engine: PutEngine) -> None:
    fake = engine(findings=[])
    run("audit", "--until", "2026-11-30", "--event-since", "2026-11-01")
    asked = fake.asked[0][2]
    assert asked["until"] == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert (asked["event_since"], asked["event_until"]) == (date(2026, 11, 1), None)


def test_changes_between_two_days_are_listed_with_their_word(run: Run, engine: PutEngine) -> None:
    fake = engine(changes_between=[("new", make_finding()), ("gone", make_finding(rule="A7"))])
    done = run("audit", "--between", "2026-11-27", "2026-11-20", "--format", "json")
    name, days, _ = fake.asked[0]
    assert name == "changes_between"
    assert days == (
        datetime(2026, 11, 20, 17, tzinfo=UTC),
        datetime(2026, 11, 27, 17, tzinfo=UTC),
    )
    listed = json.loads(done.out)
    assert [(f["change"], f["rule"]) for f in listed["findings"]] == [("new", "B6"), ("gone", "A7")]
    assert listed["about"]["filters"]["between"] == ["20/11/2026 – 27/11/2026"]


def test_changes_cannot_be_chosen_by_state(run: Run, engine: PutEngine) -> None:
    engine(changes_between=[])
    done = run("audit", "--between", "2026-11-20", "2026-11-27", "--state", "open")
    assert done.code == 1
    assert "--state" in done.err


def test_a_table_explains_the_severities(run: Run, engine: PutEngine) -> None:
    engine(findings=[make_finding(severity="S1"), make_finding(severity="S4")])
    assert "Severities: S1 grave, S4 information." in run("audit").out
    engine(findings=[])
    assert "Severities" not in run("audit").out


def test_the_days_of_a_filter_are_written_as_in_the_list(run: Run, engine: PutEngine) -> None:
    engine(findings=[])
    done = run("audit", "--since", "2026-11-01", "--event-until", "2026-11-30")
    assert "first seen from: 01/11/2026" in done.out
    assert "event up to: 30/11/2026" in done.out


@pytest.mark.parametrize("name", ["", "event-"])
def test_a_first_day_after_the_last_is_refused(run: Run, engine: PutEngine, name: str) -> None:
    engine(findings=[])
    days = f"--{name}since", "2026-11-02", f"--{name}until", "2026-11-01"
    done = run("audit", *days)
    assert done.code == 1
    assert "02/11/2026 is after 01/11/2026" in done.err
    assert run("audit", f"--{name}since", "2026-11-01", f"--{name}until", "2026-11-01").code == 0

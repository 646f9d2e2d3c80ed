"""khop notify: what was sent, and what was not."""

from __future__ import annotations

import json

import pytest

from khop.errors import ConfigError
from khop.sync.findings.notices import NoticeSummary
from khop.sync.ledger.notices import NoticeEvent
from tests.cli.fakes import PutEngine, Run

TOLD = {NoticeEvent.NEW: 2, NoticeEvent.RESOLVED: 1}


def test_sent_notices_and_events_are_counted(run: Run, engine: PutEngine) -> None:
    fake = engine(notify=NoticeSummary(TOLD, sent=1))
    done = run("notify")
    assert done.code == 0
    assert "Sent 1 notices; 3 findings" in done.err
    assert "resolved" in done.out
    assert "reopened" not in done.out
    assert fake.sources == ()
    ((name, _, asked),) = fake.asked
    assert (name, asked["dry_run"], asked["again"]) == ("notify", False, False)


@pytest.mark.parametrize(
    ("summary", "code", "expected"),
    [
        (NoticeSummary({}, refused=1, failures=("notices notice: no; HTTP 400",)), 1, "HTTP 400"),
        (NoticeSummary({}, refused=1), 1, "--again"),
        (NoticeSummary({}, pending=2), 1, "2 notices wait"),
        (NoticeSummary({}, refused_before=3), 0, "3 notices were refused"),
        (NoticeSummary(TOLD, dry_run=True, pending=1), 0, "Would send 0 notices of 3 findings"),
    ],
)
def test_notices_that_were_not_sent_are_reported(
    run: Run, engine: PutEngine, summary: NoticeSummary, code: int, expected: str
) -> None:
    engine(notify=summary)
    done = run("notify")
    assert done.code == code
    assert expected in done.err


def test_the_summary_is_printed_as_json(run: Run, engine: PutEngine) -> None:
    fake = engine(notify=NoticeSummary(TOLD, dry_run=True, notices=({"id": "n1"},)))
    summary = json.loads(run("notify", "--dry-run", "--again", "--format", "json").out)
    assert summary["events"] == {"new": 2, "reopened": 0, "resolved": 1, "excluded": 0}
    assert (summary["dry_run"], summary["notices"]) == (True, [{"id": "n1"}])
    ((_, _, asked),) = fake.asked
    assert (asked["dry_run"], asked["again"]) == (True, True)


def test_a_missing_receiver_is_an_error(run: Run, engine: PutEngine) -> None:
    def refuse(**how: object) -> NoticeSummary:
        raise ConfigError("no receiver of notices is configured; write its url", key="notices")

    engine(notify=refuse)
    done = run("notify")
    assert done.code == 1
    assert "notices: no receiver" in done.err

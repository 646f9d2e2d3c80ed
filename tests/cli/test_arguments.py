"""Arguments: moments, names of rules, and refusals before any work."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from khop.sync.results import ReconcileSummary
from tests.cli.fakes import PutEngine, Run


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T17:00:00+07:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20T17:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20T10:00:00Z", datetime(2026, 11, 20, 10, tzinfo=UTC)),
    ],
)
def test_a_moment_without_a_zone_is_viet_nam_time(
    run: Run, engine: PutEngine, text: str, moment: datetime
) -> None:
    fake = engine(reconcile=ReconcileSummary(1, "t", 0, 0, ()))
    run("reconcile", "--now", text)
    assert fake.asked[0][1] == (moment,)


@pytest.mark.parametrize(
    "args",
    [
        ["reconcile", "--now", "yesterday"],
        ["audit", "--since", "31/02/2026"],
        ["audit", "--severity", "S5"],
        ["audit", "--state", "closed"],
        ["audit", "--rule", "Z9"],
        ["plan", "--rule", "Z9"],
        ["apply", "--rule", "Z9"],
        ["audit", "--format", "xlsx"],
        ["audit", "--out", "x.doc"],
        ["audit", "--out", "x.html", "--format", "table"],
        ["quarantine", "list", "--state", "closed"],
        ["quarantine", "show", "1", "--payload", " "],
        ["sandbox", "--ports", "post=8101"],
        ["sandbox", "--ports", "1,2,x"],
    ],
)
def test_wrong_arguments_are_refused_before_the_engine_is_called(
    run: Run, engine: PutEngine, args: list[str]
) -> None:
    fake = engine()
    done = run(*args)
    assert done.code == 1
    assert done.err.startswith("khop: ")
    assert "unexpected" not in done.err
    assert fake.asked == []


def test_a_misspelt_rule_gets_a_suggestion(run: Run, engine: PutEngine) -> None:
    engine()
    assert "did you mean B11?" in run("audit", "--rule", "b111").err

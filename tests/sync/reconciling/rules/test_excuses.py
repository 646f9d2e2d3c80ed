"""Exceptions, outages and migrations: for which dossiers a rule does not fire."""

from __future__ import annotations

from datetime import date

import pytest

from khop.config.model import RuleException, RuleSettings, Window
from khop.sync.ledger import Ledger
from tests.sync.fakes import at, record
from tests.sync.reconciling.rules.judging import Given, complete, open_findings, put, run

pytestmark = pytest.mark.slow


def window(first: int, last: int) -> Window:
    """An event between two days of November, 9 o'clock."""
    return Window(start=at(first).utc, end=at(last).utc, reason="mất điện, công văn 12/SYT")


#: Entered three working days after the reception.
LATE = Given(os={"entered_at": at(13)})


@pytest.mark.parametrize(
    ("settings", "excused"),
    [
        (RuleSettings(), False),
        (RuleSettings(numbers={"D1": {"days": 3}}), None),
        (
            RuleSettings(
                exceptions=(
                    RuleException(rules=("D1",), procedures=("1.001612.H99",), reason="lưu động"),
                )
            ),
            True,
        ),
        (
            RuleSettings(
                exceptions=(RuleException(rules=("D1",), procedures=("2.000001",), reason="x"),)
            ),
            False,
        ),
        (
            RuleSettings(
                exceptions=(
                    RuleException(
                        rules=("D1",),
                        units=("H99.12",),
                        first=date(2026, 11, 10),
                        last=date(2026, 11, 10),
                        reason="x",
                    ),
                )
            ),
            True,
        ),
        (
            RuleSettings(
                exceptions=(
                    RuleException(
                        rules=("D1",), units=("H99.12",), first=date(2026, 11, 11), reason="x"
                    ),
                )
            ),
            False,
        ),
        # an outage that ended the working day before the entry
        (
            RuleSettings(outages=(window(10, 12),)),
            True,
        ),
        (
            RuleSettings(outages=(window(10, 11),)),
            False,
        ),
        # it began when the entry was late already
        (
            RuleSettings(outages=(window(12, 13),)),
            False,
        ),
        (
            RuleSettings(migrations=(window(12, 14),)),
            True,
        ),
        (
            RuleSettings(migrations=(window(14, 15),)),
            False,
        ),
    ],
)
def test_an_excuse_keeps_the_rule_from_firing_and_is_counted(
    settings: RuleSettings, excused: bool | None, ledger: Ledger
) -> None:
    with ledger.write() as connection:
        complete(connection)
        put(connection, 1, LATE)
    done = run(ledger, settings)
    assert (("D1", record(1).code) in open_findings(ledger)) is (excused is False)
    assert done.excused == (1 if excused else 0)

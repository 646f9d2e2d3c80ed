"""When the answers to the pushes of a run pause their policy."""

from __future__ import annotations

import pytest

from khop.sync.repairing.canary import Canary
from khop.sync.results import Applied, Outcome

GOOD, REFUSED = Outcome.DONE, Outcome.REFUSED
BAD = [Outcome.REFUSED, Outcome.UNKNOWN, Outcome.STEPS_UNKNOWN, Outcome.NOT_SHOWN]
NO_PUSH = [Outcome.ALREADY, Outcome.CHANGED, Outcome.NOT_SENT, Outcome.UNREACHABLE]


def alarm(*outcomes: Outcome) -> tuple[int, str] | None:
    """After how many pushes it pauses, and why; None when it does not."""
    canary = Canary()
    for count, outcome in enumerate(outcomes, 1):
        why = canary.alarm(Applied("H99.12-261110-0001", "create", outcome))
        if why is not None:
            return count, why
    return None


@pytest.mark.parametrize("outcome", BAD)
@pytest.mark.parametrize("before", range(5))
def test_one_bad_answer_among_the_first_five_pauses(outcome: Outcome, before: int) -> None:
    found = alarm(*[GOOD] * before, outcome)
    assert found is not None
    assert found[0] == before + 1


@pytest.mark.parametrize(
    ("outcomes", "count"),
    [
        ([GOOD] * 200, None),
        ([GOOD] * 18 + [REFUSED], 19),
        ([GOOD] * 19 + [REFUSED], None),  # 5 % of twenty
        ([GOOD] * 19 + [REFUSED] + [GOOD] * 19 + [REFUSED], None),
        ([GOOD] * 19 + [REFUSED] + [GOOD] * 18 + [REFUSED], 39),
        ([GOOD] * 500 + [REFUSED] * 2, 502),
    ],
)
def test_afterwards_more_than_one_of_twenty_pauses(
    outcomes: list[Outcome], count: int | None
) -> None:
    found = alarm(*outcomes)
    assert (found and found[0]) == count


@pytest.mark.parametrize("outcome", NO_PUSH)
def test_a_dossier_of_which_nothing_was_sent_is_no_push(outcome: Outcome) -> None:
    assert alarm(*[outcome] * 30) is None
    found = alarm(*[outcome] * 30, REFUSED)
    assert found is not None
    assert found[1].startswith("1 of the last 1 pushes went wrong; ")
    assert "H99" not in found[1]

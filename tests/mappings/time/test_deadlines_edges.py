"""More extensions than the law allows, and unknown due dates."""

from __future__ import annotations

import pytest

from khop.mappings.records import Instant, Precision
from khop.mappings.time.calendar import WorkingCalendar
from khop.mappings.time.deadline_rules import Definition, Measure, deadline_rules
from khop.mappings.time.deadlines import Extension, Missing, Note, Terms, deadline
from khop.mappings.time.time_limits import Limit, LimitClock
from khop.mappings.time.working_hours import WorkingHours
from tests.mappings.moments import local

#: Received on 2 March 2026 with ten working days, due on the 16th; each asks for a week more.
RECEIVED = local("2026-03-02T09:00")
ASKED = [
    Extension(local(f"2026-03-{decided}T10:00"), local(f"2026-{due}T17:00"), "đợi ý kiến")
    for decided, due in ((12, "03-20"), (18, "03-27"), (25, "04-03"), (31, "04-10"))
]


@pytest.mark.parametrize(
    ("at_most", "due"),
    [
        (0, "2026-03-16T09:00"),
        (1, "2026-03-20T17:00"),
        (2, "2026-03-27T17:00"),
        (3, "2026-04-03T17:00"),
    ],
)
def test_no_more_extensions_are_granted_than_the_province_allows(at_most: int, due: str) -> None:
    rules = deadline_rules({"extension": {"at_most": at_most}})
    clock = LimitClock(WorkingHours(WorkingCalendar()), rules)
    limit = Limit(10, Measure.WORKING_DAY)
    found = deadline(Definition.STATUTORY, clock, Terms(limit, extensions=ASKED), RECEIVED)
    assert found.due == local(due)
    assert [change.cause for change in found.history] == ["limit", *["extension"] * at_most]
    assert Note.EXTENSION_REPEATED in found.notes


@pytest.mark.parametrize("definition", Definition)
@pytest.mark.parametrize(
    ("limit", "start", "missing"),
    [
        (Limit(10, Measure.WORKING_DAY), None, Missing.START),
        (None, RECEIVED, Missing.LIMIT),
        (Limit(4, Measure.WORKING_HOUR), Instant(RECEIVED.us, Precision.DAY), Missing.TIME_OF_DAY),
    ],
)
def test_an_unknown_due_date_has_its_definition_and_reason(
    definition: Definition, limit: Limit | None, start: Instant | None, missing: Missing
) -> None:
    clock = LimitClock(WorkingHours(WorkingCalendar()), deadline_rules())
    found = deadline(definition, clock, Terms(limit), start)
    assert (found.definition, found.due, found.missing) == (definition, None, missing)

"""A world in odd forms says what it says in usual ones, so its truth is the same."""

from __future__ import annotations

from datetime import UTC, datetime

from khop.mappings.igate.mapping import IgateMapping
from khop.mappings.states.status import igate_channels, igate_statuses
from khop.sandbox import Shapes, World
from khop.sandbox.igate.wire import detail, list_item

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ODD = Shapes(odd=True)
MAPPING = IgateMapping("igate", b"k" * 32, igate_statuses({}, {}), igate_channels({}, {}))


def test_khop_reads_the_same_records_from_odd_forms() -> None:
    world = World.generate(seed=8, size=300, now=NOW)
    odd = 0
    for d in world.dossiers:
        usual, other = (list_item(d, world.register, shapes=shapes) for shapes in (Shapes(), ODD))
        odd += usual != other
        assert MAPPING.reading(other) == MAPPING.reading(usual)
        usual, other = (detail(d, world.register, shapes=shapes) for shapes in (Shapes(), ODD))
        assert MAPPING.reading(other, detail=True) == MAPPING.reading(usual, detail=True)
        assert MAPPING.full(other) == MAPPING.full(usual)
    assert odd > 250

"""States of an inter-linked dossier in the log of pushes (docs/systems/igate.md)."""

from __future__ import annotations

import json

import pytest

from khop.connectors.igate.pushes import PushLogRow, read_push_log
from khop.mappings.igate.pushes import missing_states
from tests import paths

SAMPLES = paths.SAMPLES / "igate"
CODE = "G22.99-250820-000900"


def row(state: int | None, status: int | None = 200, code: str = CODE) -> PushLogRow:
    return PushLogRow("H99-1", code, "2.002621", state, "LT-1", status, None)


def test_the_sample_misses_two_states() -> None:
    page = read_push_log(json.loads((SAMPLES / "nps-04.json").read_text("utf-8")))
    assert missing_states(page.rows, CODE) == (1, 7)


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ([], (1, 3, 7)),
        ([row(1), row(3), row(7)], ()),
        ([row(7), row(1), row(3), row(4)], ()),
        ([row(1), row(3, 400), row(7, None)], (3, 7)),
        ([row(1), row(3, 400), row(3), row(7)], ()),
        ([row(1), row(3), row(7, code="G22.99-1")], (7,)),
        ([row(None), row(1, code=f" {CODE.lower()}")], (3, 7)),
    ],
)
def test_missing_states_are_those_not_accepted(
    rows: list[PushLogRow], missing: tuple[int, ...]
) -> None:
    assert missing_states(rows, CODE) == missing

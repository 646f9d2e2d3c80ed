"""Plans as JSON: read as they were written; anything else is one clear sentence."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import ConfigError
from khop.sync.repairing.plan_file import plan_from_json
from khop.sync.results import Plan, PlanChange, PlanItem, WorkItem

ITEM = PlanItem(
    code="H99.18.03-261110-0001",
    native_id="68a5",
    source="igate",
    action="update",
    rules=("B6",),
    version="v1",
    changes=(PlanChange("status", 4, 9), PlanChange("finished", None, "2026-11-13T09:00:00+07:00")),
)
WORK = WorkItem(
    code=None, row="so.xlsx, So, 4", rules=("A1",), unit=None, acts=("TTDV",), reason="x"
)
PLAN = Plan("2026-11-22T08:00:00+07:00", 300, None, "b", (ITEM, ITEM), (WORK,))
ODD: list[Any] = [
    *(None, True, 0, -1, 10**400, 1.5, math.nan, math.inf, "", "x" * 10_000, "\ud800", "\x00"),
    *([], [None], {}, {"a": 1}, [[[[[]]]]]),
]


def test_a_plan_reads_back_as_it_was() -> None:
    assert plan_from_json(json.loads(json.dumps(PLAN.as_json()))) == PLAN


def test_a_plan_of_an_earlier_version_without_changes_is_read() -> None:
    data = PLAN.as_json()
    for item in data["items"]:
        del item["changes"]
    assert plan_from_json(data).items[0].changes == ()


def places(data: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to every value."""
    inside: Any = ()
    if isinstance(data, dict | list):
        inside = data.items() if isinstance(data, dict) else enumerate(data)
    return [here, *(each for key, value in inside for each in places(value, (*here, key)))]


def changed(data: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    data = copy.deepcopy(data)
    inside = data
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value
    return data


@pytest.mark.parametrize("place", places(json.loads(json.dumps(PLAN.as_json()))), ids=str)
def test_a_wrong_type_anywhere_is_one_sentence(place: tuple[Any, ...]) -> None:
    whole = json.loads(json.dumps(PLAN.as_json()))
    for value in ODD:
        try:
            plan = plan_from_json(changed(whole, place, value))
        except ConfigError as error:
            sentence = str(error)
            assert "khop plan --out" in sentence
            assert "\n" not in sentence
            assert len(sentence) < 300
        else:
            # What was taken has the types that a plan has.
            assert json.loads(json.dumps(plan.as_json())) is not None


def test_a_missing_or_an_unknown_key_is_refused() -> None:
    whole = json.loads(json.dumps(PLAN.as_json()))
    for key in list(whole):
        with pytest.raises(ConfigError, match=key):
            plan_from_json({name: value for name, value in whole.items() if name != key})
    with pytest.raises(ConfigError, match="more"):
        plan_from_json(whole | {"more": 1})
    for name in ("code", "version", "rules"):
        bad = copy.deepcopy(whole)
        del bad["items"][0][name]
        with pytest.raises(ConfigError, match=f"items.0.{name}"):
            plan_from_json(bad)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["made_at", "cases", "rules", "basis", "items", "work", "x"]), inner
            )
        ),
        max_leaves=8,
    )
)
def test_any_json_is_a_plan_or_one_sentence(data: Any) -> None:
    try:
        plan_from_json(data)
    except ConfigError as error:
        assert "\n" not in str(error)

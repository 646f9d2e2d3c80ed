"""Tasks of iGate as the history of a dossier (docs/systems/igate.md)."""

from __future__ import annotations

from typing import Any

import pytest

from khop.mappings.igate.history import collapse
from khop.mappings.records import Status, StatusKind, StatusRecord
from tests.mappings.igate.answers import HISTORY, MAPPING, detail, item, task
from tests.mappings.moments import at


def test_each_task_is_one_entry_oldest_first() -> None:
    history = MAPPING.reading(detail(task=HISTORY)).history
    assert history is not None
    assert [each.entry_id for each in history] == ["t1", "t2", "t4", "t5", "t6", "t3"]
    assert [each.status for each in history] == [2, 4, None, 4, None, 10]
    assert history[2].status_raw == "Chờ ký số liên thông"
    assert history[4].status_raw is None
    assert {each.kind for each in history} == {StatusKind.STATUS}
    assert {each.native_id for each in history} == {"68a53f0c1d2e3f4a5b6c7d80"}


def test_the_entry_time_is_that_of_the_reception() -> None:
    again = task(7, "Tiếp nhận", "2025-08-23T09:00:00.000+0700")
    record = MAPPING.reading(detail(task=[again, *HISTORY])).record
    assert record.entered_at == at(2025, 8, 20, 9)


def test_a_dossier_never_received_has_no_entry_time() -> None:
    assert MAPPING.reading(detail(task=HISTORY[:1])).record.entered_at is None


def test_a_missing_history_differs_from_an_empty_one() -> None:
    assert MAPPING.reading(item()).history is None
    assert MAPPING.reading(item(task=None)).history is None
    assert MAPPING.reading(item(task=[])).history == ()


def test_a_single_task_is_read_like_a_list() -> None:
    history = MAPPING.reading(item(task=HISTORY[1])).history
    assert history is not None
    assert [each.status for each in history] == [Status.RECEIVED]


@pytest.mark.parametrize("created", ["hôm qua", None, 7, "9999-12-31T00:00:00"])
def test_only_the_task_without_a_usable_time_is_lost(created: Any) -> None:
    bad = task(9, "Đang xử lý", created)
    reading = MAPPING.reading(detail(task=[HISTORY[1], bad, HISTORY[0]]))
    assert reading.record.fields_lost == ("task[1].createdDate",)
    assert reading.history is not None
    assert [(each.entry_id, each.event_at is None) for each in reading.history] == [
        ("t9", True),
        ("t1", False),
        ("t3", False),
    ]


def test_a_task_of_odd_shapes_keeps_its_time() -> None:
    bad = {
        "id": {"x": 1},
        "createdDate": "2025-08-20T09:00:00.000+0700",
        "activitiTask": {"status": 7},
        "assignee": True,
    }
    reading = MAPPING.reading(detail(task=[bad]))
    assert reading.history is not None
    assert reading.history[0].event_at == at(2025, 8, 20, 9)
    assert reading.history[0].entry_id
    assert set(reading.record.fields_lost) == {
        "task[0].id",
        "task[0].activitiTask.status",
        "task[0].assignee",
    }


def test_tasks_without_ids_get_different_and_stable_ids() -> None:
    tasks = [{**each, "id": None} for each in HISTORY]
    first = MAPPING.reading(detail(task=tasks)).history
    second = MAPPING.reading(detail(task=tasks[::-1])).history
    assert first is not None
    assert len({each.entry_id for each in first}) == len(HISTORY)
    assert first == second


def test_a_repeated_task_is_one_entry_and_a_shared_id_is_two() -> None:
    other = {**HISTORY[0], "id": "t1"}
    history = MAPPING.reading(detail(task=[HISTORY[1], HISTORY[1], other])).history
    assert history is not None
    assert len(history) == 2
    assert len({each.entry_id for each in history}) == 2


def test_officers_are_stored_as_keys_only() -> None:
    history = MAPPING.reading(detail()).history
    assert history is not None
    assert all(each.actor_key and len(each.actor_key) == 64 for each in history)
    assert "Cán bộ" not in repr(history)


@pytest.mark.parametrize(
    ("assignee", "held"),
    [
        ({"id": "64f0", "fullname": "Nguyễn Văn Mẫu"}, True),
        ({"id": "64f0", "fullname": "Cán bộ Mẫu"}, True),
        ({"id": "64f0", "fullname": " CHUYÊN  VIÊN "}, False),
        ({"id": "64f0", "fullname": "mot cua"}, False),
        ({"id": "64f0", "fullname": "Admin"}, False),
        ({"id": "64f0", "fullname": " "}, False),
        ({"id": "64f0", "fullname": None}, True),
        ("64f000000000000000000001", True),
        (None, False),
        ({"id": None, "fullname": None}, False),
        # what cannot be read is not nobody
        (True, None),
        ({"id": "64f0", "fullname": {"x": 1}}, None),
    ],
)
def test_a_task_is_in_hands_when_it_names_a_person(assignee: Any, held: bool | None) -> None:
    history = MAPPING.reading(detail(task=[{**HISTORY[0], "assignee": assignee}])).history
    assert history is not None
    assert [each.held for each in history] == [held]


def test_a_task_without_the_field_does_not_say_that_it_is_in_nobodys_hands() -> None:
    tasks = [{**HISTORY[0], "isCurrent": 1}, {**HISTORY[1], "isCurrent": 0}]
    history = MAPPING.reading(detail(task=tasks)).history
    assert history is not None
    assert [each.held for each in history] == [None, None]
    assert [each.current for each in history] == [False, True]


def entry(number: int, status: int | None, minute: int | None) -> StatusRecord:
    when = None if minute is None else at(2025, 8, 20, 9, minute)
    return StatusRecord(
        "igate", "n", f"t{number}", "C", StatusKind.STATUS, when, Status(status) if status else None
    )


def test_collapse_keeps_the_changes_of_state() -> None:
    history = [
        entry(1, 4, 5),
        entry(2, 2, 1),
        entry(3, None, 6),
        entry(4, 4, 7),
        entry(5, 5, 8),
        entry(6, 4, 9),
        entry(7, 9, None),
    ]
    assert [each.entry_id for each in collapse(history)] == ["t2", "t1", "t5", "t6"]

"""A deployment's tasks as its history, by configuration (docs/systems/igate.md; docs/rules.md)."""

from __future__ import annotations

from typing import Any

import pytest

from khop.mappings.igate.history import TaskRules
from khop.mappings.igate.mapping import IgateMapping, IgateOptions
from khop.mappings.records import Status
from khop.mappings.states.status import igate_channels, igate_statuses
from tests.mappings.igate.answers import sample
from tests.mappings.moments import at


def mapping(
    by_id: dict[str, int] | None = None, by_name: dict[str, int] | None = None, **options: Any
) -> IgateMapping:
    statuses = igate_statuses(by_id or {}, by_name or {})
    channels = igate_channels({}, {})
    return IgateMapping("igate", b"k" * 32, statuses, channels, IgateOptions(**options))


def ruled(**rules: Any) -> IgateMapping:
    return mapping(tasks=TaskRules(**rules))


def detail(**changes: Any) -> dict[str, Any]:
    return {**sample("det-01"), **changes}


def test_by_default_only_the_label_of_the_state_is_read() -> None:
    history = mapping().reading(sample("det-01")).history
    assert history is not None
    assert [each.status for each in history] == [None, None]


def test_the_process_step_gives_the_state_when_configured() -> None:
    rules = ruled(label=("activitiTask.status", "bpmProcessDefinitionTask.name"))
    reading = rules.reading(sample("det-01"))
    assert reading.history is not None
    assert [each.status for each in reading.history] == [Status.RECEIVED, None]
    assert reading.record.entered_at == at(2025, 8, 20, 9)
    (step,) = rules.full(sample("det-01")).steps
    assert (step.status, step.text) == (Status.RECEIVED, "Tiếp nhận")


@pytest.mark.parametrize(
    ("label", "task"),
    [
        ("name", {"name": "Tiếp nhận"}),
        ("name", {"name": [{"languageId": 228, "name": "Tiếp nhận"}]}),
        ("bpmProcessDefinitionTask.name", {"bpmProcessDefinitionTask": {"name": "Tiếp nhận"}}),
        (
            "bpmProcessDefinitionTask.remind",
            {"bpmProcessDefinitionTask": {"remind": {"id": "60f5", "name": "Tiếp nhận"}}},
        ),
        (
            "definitionTask.name",
            {"bpmProcessDefinitionTask": {"definitionTask": {"name": "Tiếp nhận"}}},
        ),
        (
            "definitionTask.definitionKey",
            {"bpmProcessDefinitionTask": {"definitionTask": {"definitionKey": "Tiếp nhận"}}},
        ),
    ],
)
def test_a_label_is_read_from_every_configurable_field(label: Any, task: dict[str, Any]) -> None:
    dated = {"id": "t", "createdDate": "2025-08-20T09:00:00.000+0700", **task}
    reading = ruled(label=(label,)).reading(detail(task=[dated]))
    assert reading.history is not None
    assert reading.history[0].status is Status.RECEIVED
    assert reading.record.fields_lost == ()
    unlabelled = mapping().reading(detail(task=[dated])).history
    assert unlabelled is not None
    assert unlabelled[0].status_raw is None


def test_a_label_the_table_knows_comes_before_one_it_does_not() -> None:
    task = {
        "createdDate": "2025-08-20T09:00:00.000+0700",
        "activitiTask": {"status": "COMPLETED"},
        "name": "Thụ lý hồ sơ",
    }
    labels = ("activitiTask.status", "name")
    (known,) = ruled(label=labels).reading(detail(task=task)).history or ()
    assert (known.status, known.status_raw) == (Status.PROCESSING, "Thụ lý hồ sơ")
    (unknown,) = ruled(label=labels).reading(detail(task={**task, "name": "Lạ"})).history or ()
    assert (unknown.status, unknown.status_raw) == (None, "COMPLETED")


def test_a_label_of_odd_shape_is_lost_only_when_it_is_read() -> None:
    task = {"createdDate": "2025-08-20T09:00:00.000+0700", "name": 7}
    assert ruled(label=("name",)).reading(detail(task=[task])).record.fields_lost == (
        "task[0].name",
    )
    assert mapping().reading(detail(task=[task])).record.fields_lost == ()


DATED = {
    "id": "t1",
    "createdDate": "2025-08-20T09:00:00.000+0700",
    "updatedDate": "2025-08-21T10:00:00.000+0700",
    "activitiTask": {"status": "Tiếp nhận"},
}


def test_the_entry_time_may_be_the_last_update() -> None:
    reading = ruled(entered=("updatedDate",)).reading(detail(task=[DATED]))
    (entry,) = reading.history or ()
    assert (entry.event_at, entry.entered_at) == (at(2025, 8, 20, 9), at(2025, 8, 21, 10))
    assert reading.record.entered_at == at(2025, 8, 21, 10)


def test_the_event_may_be_the_end_of_a_task_else_its_begin() -> None:
    open_task = {**DATED, "id": "t2", "updatedDate": None, "activitiTask": {"status": "Đang xử lý"}}
    found = ruled(event=("updatedDate", "createdDate")).reading(detail(task=[DATED, open_task]))
    assert [(each.entry_id, each.event_at) for each in found.history or ()] == [
        ("t2", at(2025, 8, 20, 9)),
        ("t1", at(2025, 8, 21, 10)),
    ]
    assert found.record.fields_lost == ()


def test_a_broken_date_is_named_once_and_the_next_one_taken() -> None:
    broken = {**DATED, "updatedDate": "hôm qua"}
    rules = ruled(event=("updatedDate", "createdDate"), entered=("updatedDate",))
    reading = rules.reading(detail(task=[broken]))
    (entry,) = reading.history or ()
    assert (entry.event_at, entry.entered_at) == (at(2025, 8, 20, 9), None)
    assert reading.record.fields_lost == ("task[0].updatedDate",)


def test_a_task_without_the_configured_date_is_listed_as_lost() -> None:
    bare = {**DATED, "updatedDate": None}
    reading = ruled(event=("updatedDate",)).reading(detail(task=[bare]))
    assert [(each.entry_id, each.event_at) for each in reading.history or ()] == [("t1", None)]
    assert reading.record.fields_lost == ("task[0].updatedDate",)


@pytest.mark.parametrize("current", [1, "1", True, 1.0, "true"])
def test_a_task_that_has_not_ended_can_be_left_out(current: object) -> None:
    tasks = [DATED, {**DATED, "id": "t2", "isCurrent": current}]
    kept = ruled().reading(detail(task=tasks)).history or ()
    assert [each.entry_id for each in kept] == ["t1", "t2"]
    reading = ruled(open_tasks=False).reading(detail(task=tasks))
    assert [each.entry_id for each in reading.history or ()] == ["t1"]
    assert reading.record.fields_lost == ()


@pytest.mark.parametrize("current", [0, "0", False, None, "", "?", []])
def test_only_tasks_marked_current_are_left_out(current: object) -> None:
    tasks = [{**DATED, "isCurrent": current}]
    assert len(ruled(open_tasks=False).reading(detail(task=tasks)).history or ()) == 1


def test_the_current_task_is_used_only_when_configured() -> None:
    bare, listed = sample("det-02"), sample("list-01")["content"][0]
    assert ruled().reading(bare, detail=True).history == ()
    in_details = ruled(current_task="detail")
    assert in_details.reading(listed).history is None
    (entry,) = in_details.reading(bare, detail=True).history or ()
    assert (entry.entry_id, entry.event_at) == ("68a5400000000000000000a1", at(2025, 8, 20, 9, 5))
    assert (entry.status, entry.status_raw) == (Status.PROCESSING, "Thụ lý hồ sơ")
    (everywhere,) = ruled(current_task="always").reading(listed).history or ()
    assert everywhere == entry
    assert [step.status for step in in_details.full(bare).steps] == [Status.PROCESSING]


def test_an_existing_history_is_not_replaced_by_the_current_task() -> None:
    history = ruled(current_task="always").reading(sample("det-01"), detail=True).history
    assert history is not None
    assert len(history) == 2


def test_the_current_task_may_be_one_object_or_a_list() -> None:
    always = ruled(current_task="always")
    (one,) = always.reading(sample("list-04")["content"][0]).history or ()
    assert one.status is Status.PROCESSING
    reading = always.reading(sample("list-08")["content"][0])
    assert [each.event_at for each in reading.history or ()] == [None, None]
    assert reading.record.fields_lost == (
        "currentTask[0].createdDate",
        "currentTask[1].createdDate",
    )


def test_the_label_of_the_step_is_used_for_the_current_task_only() -> None:
    tasks = [
        {**DATED, "id": "a", "activitiTask": None, "isCurrent": 0},
        {**DATED, "id": "b", "activitiTask": None, "isCurrent": 1},
    ]
    changed = detail(task=[], currentTask=tasks, statusCurrentTask=None)
    found = ruled(current_task="detail").reading(changed, detail=True).history or ()
    assert {each.entry_id: each.status_raw for each in found} == {"a": None, "b": "Thụ lý hồ sơ"}


def test_the_state_of_the_step_is_used_when_configured() -> None:
    state = ("dossierStatus", "dossierTaskStatus", "statusCurrentTask")
    reader = mapping(state=state)
    unknown = {"id": 17, "name": "Chờ ký số"}
    record = reader.reading(detail(dossierStatus=unknown)).record
    assert (record.status, record.status_raw) == (Status.PROCESSING, "Thụ lý hồ sơ")
    record = reader.reading(detail(dossierStatus=None, dossierTaskStatus=None)).record
    assert (record.status, record.status_raw) == (Status.PROCESSING, "Thụ lý hồ sơ")
    nothing = detail(dossierStatus=unknown, dossierTaskStatus={}, statusCurrentTask="Lạ")
    record = reader.reading(nothing).record
    assert (record.status, record.status_raw) == (None, "Chờ ký số")


def test_the_state_of_the_step_is_known_by_its_id_in_several_languages() -> None:
    reader = mapping({"60ebf17309cbf91d41f87f8e": 10}, state=("dossierTaskStatus",))
    tag = {"id": "60ebf17309cbf91d41f87f8e", "name": [{"languageId": 228, "name": "Xong"}]}
    record = reader.reading(detail(dossierTaskStatus=tag)).record
    assert (record.status, record.status_raw) == (Status.RETURNED, "Xong")


def test_an_error_in_a_field_that_is_not_read_changes_nothing() -> None:
    odd = detail(dossierTaskStatus="x" * 5_000_000, statusCurrentTask=[], currentTask="?")
    assert mapping().reading(odd).record.fields_lost == ()

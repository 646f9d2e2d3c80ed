"""iGate's shapes in and out (docs/systems/igate.md; docs/rules.md)."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.identity import applicant_key
from khop.mappings.igate.history import collapse
from khop.mappings.igate.mapping import IgateMapping
from khop.mappings.igate.wire import DossierItem
from khop.mappings.records import Channel, Instant, Status, StatusKind, StatusRecord
from khop.mappings.states.status import igate_channels, igate_statuses
from tests import paths

SAMPLES = paths.SAMPLES / "igate"
KEY = b"k" * 32
VIETNAM = timezone(timedelta(hours=7))
MAPPING = IgateMapping("igate", KEY, igate_statuses({}, {}), igate_channels({}, {}))


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


def item(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = sample("list-01")["content"][0]
    return {**found, **changes}


def detail(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = sample("det-01")
    return {**found, **changes}


def task(number: int, label: Any, created: Any, **more: Any) -> dict[str, Any]:
    named = {} if label is None else {"activitiTask": {"id": "a", "status": label}}
    return {"id": f"t{number}", "createdDate": created, **named, **more}


def at(*parts: int) -> Instant:
    return Instant.of(datetime(*parts, tzinfo=VIETNAM))  # type: ignore[arg-type,misc]


def test_a_list_item() -> None:
    reading = MAPPING.reading(item())
    record = reading.record
    assert reading.history is None
    assert (record.source, record.native_id) == ("igate", "68a53f0c1d2e3f4a5b6c7d80")
    assert (record.code, record.aliases) == ("H99.18.03-250820-0012", ())
    assert (record.status, record.status_raw) == (Status.PROCESSING, "Đang xử lý")
    assert record.submitted_at == at(2025, 8, 20, 7, 58, 10)
    assert record.received_at == at(2025, 8, 20, 9)
    assert record.due_at == at(2025, 8, 25, 17)
    assert record.changed_at == at(2025, 8, 21, 10, 11, 12, 345_000)
    assert record.finished_at is record.returned_at is record.entered_at is None
    assert (record.unit, record.unit_code) == ("UBND xã Mẫu", "000.03.18.H99")
    assert (record.procedure, record.channel) == ("1.001612", Channel.ONLINE)
    assert record.applicant_key == applicant_key(KEY, "099000000001")
    assert record.applicant_mask == "Nguyễn V. M."
    assert (record.no_due, record.fields_lost) == (False, ())


@pytest.mark.parametrize("name", ["list-01", "list-02", "list-04", "list-07", "list-08"])
def test_no_sample_of_the_list_loses_anything(name: str) -> None:
    record = MAPPING.reading(sample(name)["content"][0]).record
    assert record.fields_lost == ()
    assert None not in (record.status, record.received_at, record.due_at, record.unit)
    assert record.applicant_key is not None


@pytest.mark.parametrize("name", ["det-01", "det-02"])
def test_a_detail_is_the_list_item_and_its_history(name: str) -> None:
    reading = MAPPING.reading(sample(name))
    assert reading.record == MAPPING.reading(item()).record
    assert reading.history is not None
    assert len(reading.history) == len(sample(name)["task"])


def test_a_portal_born_dossier_with_names_in_lists() -> None:
    record = MAPPING.reading(sample("list-04")["content"][0]).record
    assert record.aliases == ("G22.99-250820-000777",)
    assert record.unit == "UBND xã Mẫu"


def test_numbers_in_person_fields_get_their_zero_back() -> None:
    record = MAPPING.reading(sample("list-07")["content"][0]).record
    assert record.applicant_key == applicant_key(KEY, "099000000003")


def test_finished_late_with_a_label_of_its_own() -> None:
    table = igate_statuses({"4": 9}, {})
    mapping = IgateMapping("igate", KEY, table, igate_channels({}, {}))
    record = mapping.reading(sample("list-08")["content"][0]).record
    assert (record.status, record.status_raw) == (Status.FINISHED, "Có kết quả")
    assert record.finished_at == at(2025, 8, 20, 11)


@pytest.mark.parametrize(
    "written",
    [None, "", " ", "undefined", "UNDEFINED", "H99.18.03-250820-0012", "h99.18.03-250820-0012 "],
)
def test_no_alias(written: str | None) -> None:
    assert MAPPING.reading(item(nationCode=written)).record.aliases == ()


def test_no_alias_when_the_key_is_absent() -> None:
    bare = item()
    del bare["nationCode"]
    assert MAPPING.reading(bare).record.aliases == ()


@pytest.mark.parametrize(
    "name",
    [
        "UBND xã Mẫu",
        " UBND  xã\u00a0Mẫu ",
        {"languageId": 228, "name": "UBND xã Mẫu"},
        [{"languageId": 228, "name": "UBND xã Mẫu"}],
        [{"languageId": 46, "name": "Commune"}, {"languageId": 228, "name": "UBND xã Mẫu"}],
        [{"languageId": "46", "name": "Commune"}, {"languageId": "228", "name": "UBND xã Mẫu"}],
        [None, {"languageId": 228, "name": ""}, {"name": "UBND xã Mẫu"}],
    ],
)
def test_every_shape_of_a_name(name: Any) -> None:
    reading = MAPPING.reading(item(agency={"code": "000.03.18.H99", "name": name}))
    assert reading.record.unit == "UBND xã Mẫu"
    assert reading.record.fields_lost == ()


def test_a_name_without_vietnamese_is_better_than_none() -> None:
    agency = {"name": [{"languageId": 46, "name": "Commune"}]}
    assert MAPPING.reading(item(agency=agency)).record.unit == "Commune"


@pytest.mark.parametrize("flag", [1, "1", True])
def test_a_procedure_without_due_date(flag: object) -> None:
    assert MAPPING.reading(item(undefindedCompleteTime=flag)).record.no_due


@pytest.mark.parametrize("flag", [0, "0", False, None, 2, [], {}])
def test_a_procedure_with_due_date(flag: object) -> None:
    assert not MAPPING.reading(item(undefindedCompleteTime=flag)).record.no_due


@pytest.mark.parametrize(
    ("tag", "status", "raw"),
    [
        (None, None, None),
        ({}, None, None),
        ({"id": 2}, 4, "2"),
        ({"id": "2", "name": None}, 4, "2"),
        ({"id": 17, "name": "Chờ ký số liên thông"}, None, "Chờ ký số liên thông"),
        ({"id": 17}, None, "17"),
        ({"name": [{"languageId": 228, "name": "Đã trả hồ sơ"}]}, 10, "Đã trả hồ sơ"),
        ({"id": 11, "name": "đã TRẢ hồ sơ"}, 10, "đã TRẢ hồ sơ"),
    ],
)
def test_states(tag: Any, status: int | None, raw: str | None) -> None:
    record = MAPPING.reading(item(dossierStatus=tag)).record
    assert (record.status, record.status_raw) == (status, raw)


@pytest.mark.parametrize(
    ("method", "channel"),
    [
        (None, None),
        ({"id": 1, "name": "Trực tiếp"}, Channel.COUNTER),
        ({"id": 5, "name": [{"languageId": 228, "name": "Qua bưu chính công ích"}]}, Channel.POST),
        ({"id": 5, "name": "Qua ứng dụng"}, None),
    ],
)
def test_ways_of_filing(method: Any, channel: Channel | None) -> None:
    assert MAPPING.reading(item(applyMethod=method)).record.channel is channel


def test_name_and_birthday_stand_in_for_the_number() -> None:
    person = {"fullname": "Phạm Văn Thử", "birthday": "1999-12-31T17:00:00.000+0000"}
    record = MAPPING.reading(item(applicant={"data": person})).record
    assert record.applicant_key == applicant_key(KEY, None, "Phạm Văn Thử", "01/01/2000")


@pytest.mark.parametrize("applicant", [None, {}, {"data": None}, {"data": {}}])
def test_nobody_named(applicant: Any) -> None:
    record = MAPPING.reading(item(applicant=applicant)).record
    assert (record.applicant_key, record.applicant_mask) == (None, None)


def test_a_number_alone_is_shown_masked() -> None:
    record = MAPPING.reading(item(applicant={"data": {"identityNumber": 99000000003}})).record
    assert record.applicant_mask == "0990******03"


NESTED: Any = "sâu"
for _ in range(200):
    NESTED = {"a": NESTED}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": None}, "code"),
        ({"code": 99_001}, "code"),
        ({"code": " \u200b"}, "code"),
        ({"code": "H" * 5_000_000}, "code"),
        ({"code": "H99\x00-1"}, "code"),
        ({"code": "H99\ud800-1"}, "code"),
        ({"id": None}, "id"),
        ({"id": 7}, "id"),
        ({"id": "  "}, "id"),
        ({"id": "a" * 101}, "id"),
        ({"nationCode": "G" * 5_000_000}, "nationCode"),
        ({"agency": {"name": "S" * 5_000_000}}, "agency.name"),
        ({"agency": {"name": [{"name": "S" * 5_000_000}]}}, "agency.name[0].name"),
        ({"applicant": {"data": {"fullname": "S" * 5_000_000}}}, "applicant.data.fullname"),
        ({"procedure": {"code": "1" * 5_000_000}}, "procedure.code"),
        ({"dossierStatus": {"id": 2, "name": "x" * 5_000_000}}, "dossierStatus.name"),
        ({"dossierStatus": "Đang xử lý"}, "dossierStatus"),
        ({"dossierStatus": ["2"]}, "dossierStatus"),
        ({"dossierStatus": True}, "dossierStatus"),
        ({"dossierStatus": 12.5}, "dossierStatus"),
        ({"dossierStatus": {"id": {"id": 3}, "name": 7}}, "dossierStatus.id"),
        ({"dossierStatus": {"id": True}}, "dossierStatus.id"),
        ({"appliedDate": "0000-00-00"}, "appliedDate"),
        ({"acceptedDate": "31/02/2026"}, "acceptedDate"),
        ({"appointmentDate": "9999-12-31T23:59:59.000+0700"}, "appointmentDate"),
        ({"completedDate": "hôm qua"}, "completedDate"),
        ({"returnedDate": 20260101}, "returnedDate"),
        ({"updatedDate": {"$date": 1}}, "updatedDate"),
        ({"code": NESTED}, "code"),
        ({"nationCode": 7}, "nationCode"),
        ({"nationCode": ["G22.99-250820-000777"]}, "nationCode"),
    ],
)
def test_what_cannot_stand_as_a_record(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RecordError) as refused:
        MAPPING.reading(item(**changes))
    assert refused.value.field == field
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("key", ["id", "code"])
def test_a_key_that_is_missing(key: str) -> None:
    bare = item()
    del bare[key]
    with pytest.raises(RecordError, match=f"{key}: is missing"):
        MAPPING.reading(bare)


@pytest.mark.parametrize("thing", [None, 42, "hồ sơ", [], [item()], True, 1.5])
def test_what_is_no_object(thing: object) -> None:
    with pytest.raises(RecordError, match="not an object"):
        MAPPING.reading(thing)


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"agency": "UBND"}, "agency"),
        ({"agency": {"code": "x", "name": 7}}, "agency.name"),
        ({"agency": {"name": [7]}}, "agency.name[0]"),
        ({"agency": {"name": "a\ud800"}}, "agency.name"),
        ({"procedure": ["1.001612"]}, "procedure"),
        ({"procedure": {"code": 1.001612}}, "procedure.code"),
        ({"applyMethod": 0}, "applyMethod"),
        ({"applyMethod": {"id": 0.5, "name": "Trực tuyến"}}, "applyMethod.id"),
        ({"dossierStatus": {"id": 2, "name": 7}}, "dossierStatus.name"),
        ({"applicant": "Nguyễn Văn Mẫu"}, "applicant"),
        ({"applicant": {"data": {"fullname": ["x"]}}}, "applicant.data.fullname"),
        ({"applicant": {"data": {"identityNumber": 10**40}}}, "applicant.data.identityNumber"),
        ({"applicant": {"data": {"birthday": "hôm qua"}}}, "applicant.data.birthday"),
        ({"task": "x"}, "task"),
        ({"task": [7]}, "task[0]"),
    ],
)
def test_what_is_cosmetic_is_named_and_the_dossier_stays(
    changes: dict[str, Any], lost: str
) -> None:
    record = MAPPING.reading(item(**changes)).record
    assert record.fields_lost == (lost,)
    assert record.code == "H99.18.03-250820-0012"
    assert record.status is Status.PROCESSING


def test_two_cosmetic_faults_lose_only_themselves() -> None:
    record = MAPPING.reading(item(agency={"code": 5, "name": "UBND"}, applyMethod=[])).record
    assert set(record.fields_lost) == {"agency.code", "applyMethod"}
    assert record.unit == "UBND"


def test_reading_changes_nothing_in_what_it_reads() -> None:
    broken = item(agency={"name": 7}, task=[{"createdDate": "x", "id": []}])
    before = deepcopy(broken)
    MAPPING.reading(broken)
    assert broken == before


def test_control_characters_do_not_reach_the_ledger() -> None:
    record = MAPPING.reading(item(agency={"name": "UBND\x00 xã\nMẫu\u200b"})).record
    assert record.unit == "UBND xã Mẫu"


# --- history ------------------------------------------------------------------------------------

HISTORY = [
    task(3, "Đã trả hồ sơ", "2025-08-22T10:00:00.000+0700"),
    task(1, {"id": "x", "name": "Được tiếp nhận"}, "2025-08-20T09:00:00.000+0700"),
    task(2, [{"languageId": 228, "name": "Thụ lý hồ sơ"}], "2025-08-20T09:05:00.000+0700"),
    task(4, "Chờ ký số liên thông", "2025-08-21T09:05:00.000+0700"),
    task(5, "Đang xử lý", "2025-08-21T10:05:00.000+0700"),
    task(6, None, "2025-08-21T11:05:00.000+0700"),
]


def test_each_task_is_one_entry_oldest_first() -> None:
    history = MAPPING.reading(detail(task=HISTORY)).history
    assert history is not None
    assert [each.entry_id for each in history] == ["t1", "t2", "t4", "t5", "t6", "t3"]
    assert [each.status for each in history] == [2, 4, None, 4, None, 10]
    assert history[2].status_raw == "Chờ ký số liên thông"
    assert history[4].status_raw is None
    assert {each.kind for each in history} == {StatusKind.STATUS}
    assert {each.native_id for each in history} == {"68a53f0c1d2e3f4a5b6c7d80"}


def test_entered_is_when_the_reception_was_written() -> None:
    again = task(7, "Tiếp nhận", "2025-08-23T09:00:00.000+0700")
    record = MAPPING.reading(detail(task=[again, *HISTORY])).record
    assert record.entered_at == at(2025, 8, 20, 9)


def test_never_received_has_no_entry_time() -> None:
    assert MAPPING.reading(detail(task=HISTORY[:1])).record.entered_at is None


def test_history_not_carried_is_not_an_empty_one() -> None:
    assert MAPPING.reading(item()).history is None
    assert MAPPING.reading(item(task=None)).history is None
    assert MAPPING.reading(item(task=[])).history == ()


def test_one_task_in_place_of_a_list() -> None:
    history = MAPPING.reading(item(task=HISTORY[1])).history
    assert history is not None
    assert [each.status for each in history] == [Status.RECEIVED]


@pytest.mark.parametrize("created", ["hôm qua", None, 7, "9999-12-31T00:00:00"])
def test_a_task_without_a_usable_time_costs_only_itself(created: Any) -> None:
    bad = task(9, "Đang xử lý", created)
    reading = MAPPING.reading(detail(task=[HISTORY[1], bad, HISTORY[0]]))
    assert reading.record.fields_lost == ("task[1].createdDate",)
    assert reading.history is not None
    assert [each.entry_id for each in reading.history] == ["t1", "t3"]


def test_a_task_of_odd_shapes_keeps_its_time() -> None:
    bad = {
        "id": {"x": 1},
        "createdDate": "2025-08-20T09:00:00.000+0700",
        "activitiTask": {"status": 7},
        "assignee": "x",
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


def test_tasks_without_ids_are_told_apart_and_known_again() -> None:
    tasks = [{**each, "id": None} for each in HISTORY]
    first = MAPPING.reading(detail(task=tasks)).history
    second = MAPPING.reading(detail(task=tasks[::-1])).history
    assert first is not None
    assert len({each.entry_id for each in first}) == len(HISTORY)
    assert first == second


def test_the_same_task_twice_is_one_and_one_id_for_two_is_two() -> None:
    other = {**HISTORY[0], "id": "t1"}
    history = MAPPING.reading(detail(task=[HISTORY[1], HISTORY[1], other])).history
    assert history is not None
    assert len(history) == 2
    assert len({each.entry_id for each in history}) == 2


def test_officers_are_keys_only() -> None:
    history = MAPPING.reading(detail()).history
    assert history is not None
    assert all(each.actor_key and len(each.actor_key) == 64 for each in history)
    assert "Cán bộ" not in repr(history)


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


# --- in full ------------------------------------------------------------------------------------


def test_a_detail_in_full() -> None:
    full = MAPPING.full(detail(task=HISTORY))
    assert full.record == MAPPING.reading(detail(task=HISTORY)).record
    assert full.procedure_name == "Đăng ký thành lập hộ kinh doanh"
    assert (full.sector_code, full.sector_name) == ("KH02", "Hộ kinh doanh")
    assert full.applicant.name == "Nguyễn Văn Mẫu"
    assert full.applicant.identity_number == "099000000001"
    assert (full.applicant.phone, full.applicant.kind) == ("0900000001", 1)
    assert [(file.name, file.url) for file in full.files] == [("don.pdf", "")]
    assert [step.status for step in full.steps] == [2, 4, 10]
    assert [step.text for step in full.steps] == ["Được tiếp nhận", "Thụ lý hồ sơ", "Đã trả hồ sơ"]


@pytest.mark.parametrize("name", ["det-02", "det-01"])
def test_details_with_empty_parts_in_full(name: str) -> None:
    full = MAPPING.full(sample(name))
    assert full.record.fields_lost == ()
    assert full.steps == ()


def test_a_step_is_told_by_its_name_its_officer_and_office() -> None:
    named = task(
        1,
        "Được tiếp nhận",
        "2025-08-20T09:00:00.000+0700",
        assignee={"id": "1", "fullname": "Cán bộ Một Cửa"},
        agency={"name": [{"languageId": 228, "name": "UBND xã Mẫu"}]},
        bpmProcessDefinitionTask={"name": None, "definitionTask": {"name": "Tiếp nhận"}},
    )
    (step,) = MAPPING.full(detail(task=[named])).steps
    assert (step.text, step.actor, step.office) == ("Tiếp nhận", "Cán bộ Một Cửa", "UBND xã Mẫu")


@pytest.mark.parametrize(
    ("translate", "name"),
    [
        ({"languageId": 228, "name": "Đăng ký"}, "Đăng ký"),
        ([{"languageId": 46, "name": "Reg"}, {"languageId": 228, "name": "Đăng ký"}], "Đăng ký"),
        ("Đăng ký", "Đăng ký"),
        ([], ""),
        (None, ""),
    ],
)
def test_every_shape_of_translate(translate: Any, name: str) -> None:
    assert MAPPING.full(detail(procedure={"translate": translate})).procedure_name == name


@pytest.mark.parametrize(
    ("written", "phone"),
    [("+84900000001", "0900000001"), (900000003, "0900000003"), ("0900 000 001", "0900 000 001")],
)
def test_phone_numbers_are_dialled_at_home(written: Any, phone: str) -> None:
    full = MAPPING.full(detail(applicant={"data": {"phoneNumber": written}}))
    assert full.applicant.phone == phone


def test_an_organisation_that_files() -> None:
    data = {
        "fullname": "Trần Thị Thử",
        "organization": "Công ty Mẫu",
        "identityNumber": "0312345678",
    }
    applicant = MAPPING.full(detail(applicant={"data": data})).applicant
    assert applicant.kind == 4


def test_the_result_goes_by_post() -> None:
    kind = {"id": "x", "name": "Nhận qua bưu chính công ích"}
    assert MAPPING.full(detail(dossierReceivingKind=kind)).return_by_post
    assert not MAPPING.full(detail()).return_by_post


def test_personal_data_does_not_show() -> None:
    shown = repr(MAPPING.full(detail(task=HISTORY))) + repr(MAPPING.reading(detail(task=HISTORY)))
    for secret in ("Văn Mẫu", "099000000001", "0900000001", "don.pdf", "Cán bộ Một Cửa"):
        assert secret not in shown


# --- anything -----------------------------------------------------------------------------------

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(st.characters(exclude_categories=()), max_size=12)
    | st.sampled_from(["2025-08-20T09:00:00.000+0700", "Đang xử lý", "undefined", 2, 228]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "code", "languageId", "data", "status", "createdDate"])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
CHANGES = st.dictionaries(st.sampled_from(sorted(DossierItem.model_fields)), JSON, max_size=6)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(JSON | CHANGES.map(lambda changes: detail(**changes)))
def test_anything_is_read_or_refused(thing: Any) -> None:
    try:
        reading = MAPPING.reading(thing)
        full = MAPPING.full(thing)
    except RecordError as error:
        assert len(str(error)) < 300
        return
    assert reading.record.code
    assert reading.record.native_id
    for text in (reading.record.code, reading.record.unit, reading.record.status_raw):
        assert "\x00" not in (text or "")
        (text or "").encode()
    times = [each.event_at for each in reading.history or ()]
    assert times == sorted(times)  # type: ignore[type-var]
    assert all(a.status != b.status for a, b in zip(full.steps, full.steps[1:], strict=False))

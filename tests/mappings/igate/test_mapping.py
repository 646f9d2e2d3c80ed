"""Items of iGate's list and details, read as records (docs/systems/igate.md; docs/rules.md)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from khop.mappings.identity import applicant_key
from khop.mappings.igate.mapping import IgateMapping
from khop.mappings.records import Channel, Status
from khop.mappings.states.status import igate_channels, igate_statuses
from tests.mappings.igate.answers import KEY, MAPPING, item, sample
from tests.mappings.moments import at


def test_a_list_item_becomes_a_record() -> None:
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


def test_a_dossier_of_the_portal_keeps_its_portal_code_as_alias() -> None:
    record = MAPPING.reading(sample("list-04")["content"][0]).record
    assert record.aliases == ("G22.99-250820-000777",)
    assert record.unit == "UBND xã Mẫu"


def test_numbers_in_person_fields_get_their_zero_back() -> None:
    record = MAPPING.reading(sample("list-07")["content"][0]).record
    assert record.applicant_key == applicant_key(KEY, "099000000003")


def test_an_overridden_id_gives_the_state() -> None:
    table = igate_statuses({"4": 9}, {})
    mapping = IgateMapping("igate", KEY, table, igate_channels({}, {}))
    record = mapping.reading(sample("list-08")["content"][0]).record
    assert (record.status, record.status_raw) == (Status.FINISHED, "Có kết quả")
    assert record.finished_at == at(2025, 8, 20, 11)


@pytest.mark.parametrize(
    "written",
    [None, "", " ", "undefined", "UNDEFINED", "H99.18.03-250820-0012", "h99.18.03-250820-0012 "],
)
def test_a_blank_or_equal_portal_code_is_no_alias(written: str | None) -> None:
    assert MAPPING.reading(item(nationCode=written)).record.aliases == ()


def test_without_portal_code_there_is_no_alias() -> None:
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
def test_a_unit_name_is_read_in_every_shape(name: Any) -> None:
    reading = MAPPING.reading(item(agency={"code": "000.03.18.H99", "name": name}))
    assert reading.record.unit == "UBND xã Mẫu"
    assert reading.record.fields_lost == ()


def test_without_a_vietnamese_name_another_one_is_taken() -> None:
    agency = {"name": [{"languageId": 46, "name": "Commune"}]}
    assert MAPPING.reading(item(agency=agency)).record.unit == "Commune"


@pytest.mark.parametrize("flag", [1, "1", True])
def test_a_set_flag_means_no_due_date(flag: object) -> None:
    assert MAPPING.reading(item(undefindedCompleteTime=flag)).record.no_due


@pytest.mark.parametrize("flag", [0, "0", False, None, 2, [], {}])
def test_an_unset_flag_means_a_due_date(flag: object) -> None:
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
def test_states_are_mapped_by_id_then_label(tag: Any, status: int | None, raw: str | None) -> None:
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
def test_filing_channels_are_mapped(method: Any, channel: Channel | None) -> None:
    assert MAPPING.reading(item(applyMethod=method)).record.channel is channel


def test_without_a_number_name_and_birthday_make_the_key() -> None:
    person = {"fullname": "Phạm Văn Thử", "birthday": "1999-12-31T17:00:00.000+0000"}
    record = MAPPING.reading(item(applicant={"data": person})).record
    assert record.applicant_key == applicant_key(KEY, None, "Phạm Văn Thử", "01/01/2000")


@pytest.mark.parametrize("applicant", [None, {}, {"data": None}, {"data": {}}])
def test_without_applicant_there_is_no_key(applicant: Any) -> None:
    record = MAPPING.reading(item(applicant=applicant)).record
    assert (record.applicant_key, record.applicant_mask) == (None, None)


def test_a_number_alone_is_shown_masked() -> None:
    record = MAPPING.reading(item(applicant={"data": {"identityNumber": 99000000003}})).record
    assert record.applicant_mask == "0990******03"


def test_what_the_system_said_is_the_same_whatever_table_reads_it() -> None:
    detail = sample("det-01")
    other = IgateMapping(
        "igate", b"another key" * 4, igate_statuses({"2": 4}, {}), igate_channels({}, {})
    )
    said = MAPPING.reading(detail, detail=True).said_digest()
    assert said == other.reading(dict(reversed(deepcopy(detail).items()))).said_digest()
    assert said != MAPPING.reading({**detail, "appointmentDate": None}).said_digest()
    assert said != MAPPING.reading({**detail, "task": detail["task"][1:]}).said_digest()
    odd = {**detail, "dossierStatus": {"id": 10**17, "name": "\ud800"}, "updatedDate": 1.5}
    assert MAPPING.reading(odd).said_digest() == MAPPING.reading(deepcopy(odd)).said_digest()


def test_what_the_system_said_of_a_person_is_in_no_digest() -> None:
    """Who knows the rest could try all numbers until a digest is the same."""
    one = item()
    assert one["applicant"]
    said = MAPPING.reading(one).said_digest()
    assert said == MAPPING.reading({**one, "applicant": None}).said_digest()


def test_an_id_that_two_tasks_have_tells_neither_from_the_other() -> None:
    detail = sample("det-01")
    first, second, *rest = detail["task"]
    shared = [first, {**second, "id": first["id"]}, *rest]
    history = MAPPING.reading({**detail, "task": shared}).history
    assert history is not None
    assert sorted(one.own_id for one in history) == [False, False, *[True] * len(rest)]
    (without, *_) = MAPPING.reading({**detail, "task": [{**first, "id": None}]}).history or ()
    assert not without.own_id

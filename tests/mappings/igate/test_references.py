"""References, dates and keys of iGate in every form: read where it is certain, else lost."""

from __future__ import annotations

from typing import Any

import pytest

from khop.mappings.igate.mapping import IgateMapping, IgateOptions
from khop.mappings.igate.references import Reference, Unread, read_reference, texts_of
from khop.mappings.records import Channel, DossierRecord, Status
from khop.mappings.states.status import igate_channels, igate_statuses
from tests.mappings.igate.answers import KEY, MAPPING, detail, item

LANGUAGES = [{"languageId": 46, "name": "In English"}, {"languageId": 228, "name": "Trực tuyến"}]
HEX = "64e000000000000000000001"


def both(**changes: Any) -> list[DossierRecord]:
    """The record of a list item and of a detail with these changes."""
    return [
        MAPPING.reading(item(**changes)).record,
        MAPPING.reading(detail(**changes), detail=True).record,
    ]


@pytest.mark.parametrize(
    ("written", "status"),
    [
        (2, Status.PROCESSING),
        (2.0, Status.PROCESSING),
        ("2", Status.PROCESSING),
        ("Đang xử lý", Status.PROCESSING),
        (["Đang xử lý"], Status.PROCESSING),
        ([2], Status.PROCESSING),
        ([{"id": 2, "name": "Đang xử lý"}], Status.PROCESSING),
        ([{"languageId": 228, "name": "Đã trả kết quả"}], Status.RETURNED),
        ({"languageId": 228, "name": "Đã trả kết quả"}, Status.RETURNED),
        ([{"lang": "en", "name": "Done"}, {"lang": "vi", "name": "Có kết quả"}], Status.FINISHED),
        ({"Id": 2, "Name": "x"}, Status.PROCESSING),
        ({"id ": "2"}, Status.PROCESSING),
        ({"ID": None, "NAME": "Có kết quả"}, Status.FINISHED),
        ({"name": {"vi": "Có kết quả", "en": "Done"}}, Status.FINISHED),
        ({"data": {"id": 2}}, Status.PROCESSING),
        ({"value": 2, "label": "Đang xử lý"}, Status.PROCESSING),
        ({"code": "2"}, Status.PROCESSING),
    ],
)
def test_a_state_is_read_in_every_form(written: Any, status: Status) -> None:
    for record in both(dossierStatus=written):
        assert (record.status, record.fields_lost, record.unread) == (status, (), ())


@pytest.mark.parametrize(
    "written", [True, 12.5, ["Đang xử lý", "Có kết quả"], {"x": 1}, {"id": True}, "undefined",
                [[2], [3]], "[object Object]"],
)  # fmt: skip
def test_a_state_that_cannot_be_read_is_lost_and_not_missing(written: Any) -> None:
    for record in both(dossierStatus=written):
        assert (record.status, record.unread) == (None, ("status",))
        assert {path.partition(".")[0] for path in record.fields_lost} == {"dossierStatus"}


@pytest.mark.parametrize("written", [None, "", [], {}, {"id": None, "name": None}, [None], " "])
def test_a_blank_reference_is_missing_and_not_lost(written: Any) -> None:
    for record in both(dossierStatus=written, agency=written, applyMethod=written):
        said = (record.status, record.status_raw, record.unit, record.unit_code, record.channel)
        assert said == (None,) * 5
        assert (record.fields_lost, record.unread) == ((), ())


@pytest.mark.parametrize(
    ("written", "unit", "code"),
    [
        ("UBND xã Mẫu 25", "UBND xã Mẫu 25", None),
        ("H99.18.25", None, "H99.18.25"),
        (["UBND xã Mẫu 25"], "UBND xã Mẫu 25", None),
        ([{"id": HEX, "code": "H99.18.25", "name": "UBND"}], "UBND", "H99.18.25"),
        ({"Code": "H99.18.25", "Name ": "UBND"}, "UBND", "H99.18.25"),
        ([{"languageId": "228", "name": "UBND"}, {"languageId": 46, "name": "PC"}], "UBND", None),
        ({"name": LANGUAGES}, "Trực tuyến", None),
        ({"agency": 1, "data": {"code": "H99.18.25"}}, None, "H99.18.25"),
    ],
)
def test_a_unit_is_read_in_every_form(written: Any, unit: str | None, code: str | None) -> None:
    for record in both(agency=written):
        assert (record.unit, record.unit_code, record.unread) == (unit, code, ())


@pytest.mark.parametrize("written", [HEX, 7, {"id": HEX}, True, ["A", "B"], {"x": "UBND"}])
def test_a_unit_known_by_the_databases_own_id_alone_is_unread(written: Any) -> None:
    for record in both(agency=written):
        assert (record.unit, record.unit_code) == (None, None)
        assert record.unread == ("unit", "unit_code")


@pytest.mark.parametrize(
    ("written", "channel"),
    [
        (LANGUAGES, Channel.ONLINE),
        (0, Channel.ONLINE),
        ("0", Channel.ONLINE),
        ("Trực tiếp", Channel.COUNTER),
        ({"name": LANGUAGES}, Channel.ONLINE),
        ({"Name": "Bưu chính công ích"}, Channel.POST),
        (["Trực tuyến"], Channel.ONLINE),
    ],
)
def test_a_channel_is_read_in_every_form(written: Any, channel: Channel) -> None:
    for record in both(applyMethod=written):
        assert (record.channel, record.fields_lost) == (channel, ())


@pytest.mark.parametrize(
    ("written", "code", "unread"),
    [
        ("1.001612", "1.001612", ()),
        (["1.001612"], "1.001612", ()),
        ({"Code": "1.001612.000.00.00.H99"}, "1.001612", ()),
        ([{"id": HEX, "code": "1.001612"}], "1.001612", ()),
        ("Thủ tục thử", None, ("procedure",)),
        ({"id": HEX, "translate": "Thủ tục thử"}, None, ("procedure",)),
        ({"id": HEX}, None, ("procedure",)),
        (HEX, None, ("procedure",)),
        ({}, None, ()),
    ],
)
def test_a_procedure_is_read_or_unread(
    written: Any, code: str | None, unread: tuple[str, ...]
) -> None:
    for record in both(procedure=written):
        assert (record.procedure, record.unread) == (code, unread)


def test_parts_of_a_full_dossier_are_read_in_every_form() -> None:
    full = MAPPING.full(
        detail(
            procedure={"code": "1.001612", "translate": LANGUAGES, "sector": "Lĩnh vực thử"},
            dossierReceivingKind="Qua bưu chính công ích",
            task=[
                {
                    "id": "t1", "createdDate": 1_755_655_200_000, "activitiTask": "Được tiếp nhận",
                    "agency": "UBND xã Mẫu 3", "assignee": "Cán bộ Mẫu",
                }
            ],
        )
    )  # fmt: skip
    assert (full.sector_name, full.return_by_post) == ("Lĩnh vực thử", True)
    (step,) = full.steps
    assert (step.status, step.office, step.actor) == (
        Status.RECEIVED, "UBND xã Mẫu 3", "Cán bộ Mẫu"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "filled"),
    [
        ("appliedDate", "submitted_at"),
        ("acceptedDate", "received_at"),
        ("appointmentDate", "due_at"),
        ("completedDate", "finished_at"),
        ("returnedDate", "returned_at"),
        ("updatedDate", "changed_at"),
    ],
)
@pytest.mark.parametrize("written", ["undefined", "1900-01-01T00:00:00", {"x": 1}, 0, "hôm qua"])
def test_a_date_that_cannot_be_read_is_lost_and_the_record_lands(
    field: str, filled: str, written: Any
) -> None:
    for record in both(**{field: written}):
        assert getattr(record, filled) is None
        assert (record.fields_lost, record.unread) == ((field,), (filled,))


def test_a_date_in_another_form_is_read() -> None:
    for record in both(acceptedDate=1_755_655_200_000, appointmentDate=[2025, 8, 25, 17, 0]):
        assert record.received_at is not None
        assert record.received_at.utc.isoformat() == "2025-08-20T02:00:00+00:00"
        assert record.due_at is not None
        assert record.due_at.local_date.isoformat() == "2025-08-25"
        assert record.unread == ()


@pytest.mark.parametrize(
    ("written", "aliases", "unread"),
    [
        (["G22.99-250820-000777"], ("G22.99-250820-000777",), ()),
        ({"code": "G22.99-250820-000777"}, ("G22.99-250820-000777",), ()),
        (7, ("7",), ()),
        ("undefined", (), ()),
        (True, (), ("aliases",)),
        ("G" * 200, (), ("aliases",)),
        ({"x": {}}, (), ("aliases",)),
        (["G22.99-250820-000777", "G" * 200], ("G22.99-250820-000777",), ("aliases",)),
    ],
)
def test_other_codes_are_found_whatever_holds_them(
    written: Any, aliases: tuple[str, ...], unread: tuple[str, ...]
) -> None:
    for record in both(nationCode=written):
        assert (record.aliases, record.unread) == (aliases, unread)


def test_keys_in_another_spelling_are_read() -> None:
    for usual in (item(), detail()):
        odd = {f" {key.upper()} ": value for key, value in usual.items()}
        assert MAPPING.reading(odd).record == MAPPING.reading(usual).record
        person = {"Data": {"FullName ": "Trần Thị Thử", "IDENTITYNUMBER": "099000000001"}}
        changed = MAPPING.reading({**usual, "applicant": person}).record
        assert changed.applicant_key == MAPPING.reading(item()).record.applicant_key
        assert changed.applicant_mask == "Trần T. T."


def test_an_exact_key_comes_before_another_spelling() -> None:
    record = MAPPING.reading(item(AcceptedDate="hôm qua", acceptedDate=None)).record
    assert (record.received_at, record.unread) == (None, ())


@pytest.mark.parametrize("wrapper", ["data", "dossier", "Item"])
def test_a_dossier_inside_another_object_is_read(wrapper: str) -> None:
    assert MAPPING.reading({wrapper: item()}).record == MAPPING.reading(item()).record


@pytest.mark.parametrize(
    ("applicant", "unread"),
    [
        ({"data": {"fullname": "A B", "identityNumber": ["099000000001"]}}, ("applicant_key",)),
        ({"data": {"fullname": "A B", "birthday": "hôm qua"}}, ("applicant_key",)),
        ({"data": {"fullname": ["A", "B"]}}, ("applicant_key",)),
        (["A", "B"], ("applicant_key",)),
        ({"data": {"fullname": "A B", "identityNumber": "099000000001", "birthday": "?"}}, ()),
        ({"data": {}}, ()),
        ({"eformId": HEX, "userId": HEX}, ()),
        (None, ()),
    ],
)
def test_an_applicant_is_never_known_by_less_than_what_was_sent(
    applicant: Any, unread: tuple[str, ...]
) -> None:
    record = MAPPING.reading(item(applicant=applicant)).record
    assert record.unread == unread
    assert (record.applicant_key is None) or not unread


@pytest.mark.parametrize(
    ("owner", "unread"),
    [
        ("Trần Thị Chủ", ("owner",)),
        ("nguyen van mau", ()),
        (" ", ()),
        (None, ()),
    ],
)
def test_a_dossier_of_another_owner_may_be_that_of_any_applicant(
    owner: str | None, unread: tuple[str, ...]
) -> None:
    person = {
        "fullname": "Nguyễn Văn Mẫu", "ownerFullname": owner, "identityNumber": "099000000001"
    }  # fmt: skip
    record = MAPPING.reading(item(applicant={"data": person})).record
    assert record.unread == unread
    assert record.applicant_key is not None


@pytest.mark.parametrize(
    "task",
    [
        [7, {"id": "t2", "createdDate": "2025-08-20T09:00:00.000+0700",
             "activitiTask": {"status": "Được tiếp nhận"}}],
        [{"id": "t1", "createdDate": "hôm qua", "activitiTask": {"status": "Được tiếp nhận"}},
         {"id": "t2", "createdDate": "2025-08-20T09:00:00.000+0700",
          "activitiTask": {"status": "Được tiếp nhận"}}],
        [{"id": "t1", "createdDate": "2025-08-19T09:00:00.000+0700", "activitiTask": True},
         {"id": "t2", "createdDate": "2025-08-20T09:00:00.000+0700",
          "activitiTask": {"status": "Được tiếp nhận"}}],
    ],
)  # fmt: skip
def test_a_reception_is_not_dated_by_a_later_step_when_an_earlier_one_is_lost(task: Any) -> None:
    reading = MAPPING.reading(detail(task=task))
    assert len(reading.history or ()) == 2
    assert (reading.record.entered_at, reading.record.unread) == (None, ("entered_at",))


def test_the_current_step_is_read_in_every_form() -> None:
    options = IgateOptions(state=("dossierTaskStatus", "statusCurrentTask"))
    mapping = IgateMapping("igate", KEY, igate_statuses({}, {}), igate_channels({}, {}), options)
    for changes in (
        {"dossierTaskStatus": "Có kết quả"},
        {"dossierTaskStatus": [{"languageId": 228, "name": "Có kết quả"}]},
        {"dossierTaskStatus": None, "statusCurrentTask": {"name": "Có kết quả"}},
    ):
        record = mapping.reading(detail(**changes)).record
        assert (record.status, record.unread) == (Status.FINISHED, ())


def test_a_reference_is_never_nested_without_end() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = {"data": [deep]}
    with pytest.raises(Unread):
        read_reference(deep)
    assert read_reference([{"id": 1}, {"id": 1}, None]) == Reference(id=1)
    assert texts_of([["a"], 1, True, None, {"Code": "b"}]) == ["a", "1", "b"]

"""Answers of iGate that cannot become a record, and minor fields that are lost alone."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.igate.wire import DossierItem
from khop.mappings.records import Status
from tests.mappings.igate.answers import MAPPING, detail, item

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
        ({"id": "  "}, "id"),
        ({"id": "a" * 101}, "id"),
        ({"code": NESTED}, "code"),
    ],
)
def test_an_error_in_an_essential_field_refuses_the_item(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(RecordError) as refused:
        MAPPING.reading(item(**changes))
    assert refused.value.field == field
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("key", ["id", "code"])
def test_a_missing_essential_key_refuses_the_item(key: str) -> None:
    bare = item()
    del bare[key]
    with pytest.raises(RecordError, match=f"{key}: is missing"):
        MAPPING.reading(bare)


@pytest.mark.parametrize("thing", [None, 42, "hồ sơ", [], [item()], True, 1.5])
def test_anything_but_an_object_is_refused(thing: object) -> None:
    with pytest.raises(RecordError, match="not an object"):
        MAPPING.reading(thing)


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"agency": {"name": "S" * 5_000_000}}, "agency.name"),
        ({"agency": {"name": [{"name": "S" * 5_000_000}]}}, "agency.name[0].name"),
        ({"procedure": {"code": "1" * 5_000_000, "translate": "x"}}, "procedure.code"),
        ({"dossierStatus": {"id": 2, "name": "x" * 5_000_000}}, "dossierStatus.name"),
        ({"nationCode": "G" * 5_000_000}, "nationCode"),
        ({"nationCode": True}, "nationCode"),
        ({"agency": ["UBND xã A", "UBND xã B"]}, "agency"),
        ({"agency": {"code": "x", "name": 7}}, "agency.name"),
        ({"agency": {"name": [7]}}, "agency.name[0]"),
        ({"agency": {"name": "a\ud800"}}, "agency.name"),
        ({"procedure": [["1.001612", "1.001613"]]}, "procedure"),
        ({"procedure": {"code": 1.001612, "translate": "x"}}, "procedure.code"),
        ({"applyMethod": True}, "applyMethod"),
        ({"applyMethod": {"id": 0.5, "name": "Trực tuyến"}}, "applyMethod.id"),
        ({"dossierStatus": {"id": 2, "name": 7}}, "dossierStatus.name"),
        ({"applicant": ["A", "B"]}, "applicant"),
        ({"applicant": {"data": {"fullname": "S" * 5_000_000}}}, "applicant.data.fullname"),
        ({"applicant": {"data": {"fullname": ["x"]}}}, "applicant.data.fullname"),
        ({"applicant": {"data": {"identityNumber": 10**40}}}, "applicant.data.identityNumber"),
        ({"applicant": {"data": {"birthday": "hôm qua"}}}, "applicant.data.birthday"),
        ({"task": "x"}, "task"),
        ({"task": [7]}, "task[0]"),
    ],
)
def test_an_error_in_a_minor_field_is_listed_and_the_record_kept(
    changes: dict[str, Any], lost: str
) -> None:
    record = MAPPING.reading(item(**changes)).record
    assert record.fields_lost == (lost,)
    assert record.code == "H99.18.03-250820-0012"
    assert record.status is Status.PROCESSING


def test_two_errors_in_minor_fields_lose_only_these() -> None:
    record = MAPPING.reading(item(agency={"code": [5], "name": "UBND"}, applyMethod=True)).record
    assert set(record.fields_lost) == {"agency.code", "applyMethod"}
    assert record.unit == "UBND"


def test_reading_does_not_change_the_item() -> None:
    broken = item(agency={"name": 7}, task=[{"createdDate": "x", "id": []}])
    before = deepcopy(broken)
    MAPPING.reading(broken)
    assert broken == before


def test_control_characters_do_not_reach_the_ledger() -> None:
    record = MAPPING.reading(item(agency={"name": "UBND\x00 xã\nMẫu\u200b"})).record
    assert record.unit == "UBND xã Mẫu"


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
def test_any_value_is_read_or_raises_a_record_error(thing: Any) -> None:
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
    times = [each.event_at for each in reading.history or () if each.event_at]
    assert times == sorted(times)
    assert all(a.status != b.status for a, b in zip(full.steps, full.steps[1:], strict=False))

"""Words that programs write for a value they did not have, and objects as JSON in a text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khop.errors import RecordError
from tests.mappings.igate.answers import MAPPING, item

WORDS = ["undefined", "NULL", "None", "NaN", "[object Object]", " undefined "]


@pytest.mark.parametrize("field", ["id", "code"])
@pytest.mark.parametrize("word", WORDS)
def test_no_dossier_has_such_an_id_or_code(field: str, word: str) -> None:
    with pytest.raises(RecordError) as refused:
        MAPPING.reading(item(**{field: word}))
    assert refused.value.field == field


@pytest.mark.parametrize("word", WORDS)
def test_no_dossiers_share_such_a_code_person_procedure_or_unit(word: str) -> None:
    person = {"fullname": word, "identityNumber": word}
    record = MAPPING.reading(
        item(
            nationCode=word,
            applicant={"data": person},
            procedure={"code": word, "translate": word},
            agency={"code": None, "name": word},
        )
    ).record
    assert record.aliases == ()
    assert (record.applicant_key, record.applicant_mask) == (None, None)
    assert (record.procedure, record.unit) == (None, None)
    assert {"applicant_key", "procedure", "unit"} <= set(record.unread)


def test_a_number_of_such_a_person_is_not_replaced_by_the_name() -> None:
    person = {"fullname": "Nguyễn Văn Mẫu", "identityNumber": "undefined"}
    record = MAPPING.reading(item(applicant={"data": person})).record
    assert record.applicant_key is None
    assert "applicant_key" in record.unread


@pytest.mark.parametrize("field", ["dossierStatus", "applyMethod", "agency", "procedure"])
def test_a_reference_in_a_text_is_the_reference(field: str) -> None:
    given = item()
    packed = json.dumps(given[field], ensure_ascii=False)
    assert MAPPING.reading(item(**{field: packed})) == MAPPING.reading(given)


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda form: json.dumps(form),
        lambda form: {"data": form},
        lambda form: {"Data": {"data": form}},
    ],
)
def test_an_applicant_is_read_inside_other_objects_and_texts(wrapped: Any) -> None:
    given = item()
    record = MAPPING.reading(item(applicant=wrapped(given["applicant"]))).record
    assert record.applicant_key == MAPPING.reading(given).record.applicant_key is not None


@pytest.mark.parametrize("around", ["data", "content", "Result"])
def test_tasks_are_read_inside_another_object(around: str) -> None:
    given = item(task=[{"id": "t1", "createdDate": "2026-11-10T09:05:00.000+0700"}])
    assert MAPPING.reading(item(task={around: given["task"]})) == MAPPING.reading(given)


def test_tasks_with_keys_in_another_case_are_read() -> None:
    given = item(task=[{"id": "t1", "createdDate": "2026-11-10T09:05:00.000+0700"}])
    loud = [{key.upper(): value for key, value in given["task"][0].items()}]
    assert MAPPING.reading(item(task=loud)) == MAPPING.reading(given)

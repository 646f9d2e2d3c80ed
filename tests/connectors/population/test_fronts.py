"""Answers of the JSON fronts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.population import CamelFront, PascalFront, PersonAnswer
from khop.connectors.population.wire import BirthDate, PersonName
from khop.errors import Refused, Unreachable
from tests.connectors.population.answers import ASKED, CHECKED, READER, persons, soap_answer
from tests.connectors.scripted import Sample

PASCAL = PascalFront()


def in_message(text: str, **more: object) -> Answer:
    return soap_answer(json.dumps({"error_code": "0", "message": text, **more}))


def test_the_soap_answer_is_read_from_the_message(sample: Sample) -> None:
    text = sample("population/tracuu-res-01-full-old-three-level.xml").decode()
    found = READER.persons(PASCAL.elements(in_message(text), ASKED))
    assert found == persons(text)
    declared = text.replace("UTF-8", "UTF-16")
    assert READER.persons(PASCAL.elements(in_message(declared), ASKED)) == found


def test_a_soap_fault_in_the_message_is_an_error(sample: Sample) -> None:
    text = sample("population/xacthuc-res-07-fault-in-200.xml").decode()
    with pytest.raises(Unreachable):
        PASCAL.elements(in_message(text), CHECKED)


def test_an_error_code_of_a_front_is_a_refusal(sample: Sample) -> None:
    with pytest.raises(Refused) as refused:
        PASCAL.elements(soap_answer(sample("population/lgsp-json-res-02-error.json")), ASKED)
    assert (refused.value.code, refused.value.detail) == ("-1", "Thao tac khong thanh cong")
    with pytest.raises(Refused) as refused:
        PASCAL.elements(in_message("Khong tim thay 001185012345", error_code=-1), ASKED)
    assert "001185012345" not in str(refused.value)


@pytest.mark.parametrize(
    "body", ['{"error_code": "0", "message": "OK"}', '{"message": null}', "[]", "{}", "", "<html/>"]
)
def test_an_answer_without_message_is_unreadable(body: Any) -> None:
    with pytest.raises(Unusable):
        PASCAL.elements(soap_answer(body), ASKED)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"data": {"result": True}}, True),
        ({"Data": {"Result": {"tonTai": "false"}}}, False),
        ({"data": {"result": {"ketQuaXacThuc": {"TonTai": True}}}}, True),
    ],
)
def test_a_verdict_is_read_at_answer_path(body: object, expected: object) -> None:
    front = CamelFront("data.result", "")
    assert READER.verdict(front.elements(soap_answer(json.dumps(body)), CHECKED)) is expected


def test_persons_are_read_from_json_with_standard_names() -> None:
    body = {
        "data": [
            {
                "soDinhDanh": "001185012345",
                "hoVaTen": {"ten": "TRẦN THỊ MAI LAN"},
                "ngayThangNamSinh": {"nam": 1985},
                "la lung": 1,
                "tuoi": 40,
                "cha": None,
            }
        ]
    }
    front = CamelFront("data", "")
    (person,) = READER.persons(front.elements(soap_answer(json.dumps(body)), ASKED)).persons
    assert person.SoDinhDanh == "001185012345"
    assert person.HoVaTen == PersonName(Ten="TRẦN THỊ MAI LAN")
    assert person.NgayThangNamSinh == BirthDate(Nam="1985", NgayThangNam=None)
    assert person.fields_lost == ("key", "tuoi")


def test_xml_is_read_at_answer_path(sample: Sample) -> None:
    text = sample("population/tracuu-res-07-two-records.xml").decode()
    front = CamelFront("result", "")
    found = READER.persons(front.elements(soap_answer(json.dumps({"result": text})), ASKED))
    assert len(found.persons) == 2


@pytest.mark.parametrize(
    "body", [{}, {"data": None}, {"data": 7}, {"data": "x"}, {"data": [1]}, []]
)
def test_json_of_another_form_is_unreadable(body: object) -> None:
    with pytest.raises(ValueError, match="answer_path"):
        CamelFront("data", "").elements(soap_answer(json.dumps(body)), ASKED)


def test_an_empty_list_of_persons_means_not_found() -> None:
    found = CamelFront("data", "").elements(soap_answer('{"data": []}'), ASKED)
    assert READER.persons(found) == PersonAnswer(())

"""A good code and a message: what the ministries' system is taken to have done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Unusable
from khop.connectors.igate_ministry.answers import (
    Created,
    MinistryReply,
    read_created,
    read_done,
    read_next_value,
    read_token,
    read_upload,
)
from tests.connectors.scripted import answer
from tests.connectors.test_answer_words import SAY_NOTHING_FOUND, SAY_SOMETHING_ELSE, SAY_SUCCESS

WORDS = AnswerWords()
FILED = {"idHoSo": "88001", "maHoSo": "G99"}


def of(body: Any) -> MinistryReply:
    return MinistryReply.of(answer(body))


@pytest.mark.parametrize("message", ["", None, *SAY_SUCCESS])
def test_a_message_of_success_or_none_is_accepted(message: str | None) -> None:
    read_done(of({"code": 200, "message": message}), WORDS)
    filed = read_created(of({"code": 200, "message": message, "data": FILED}), WORDS)
    assert filed == Created("88001", "G99")


@pytest.mark.parametrize("message", [*SAY_SOMETHING_ELSE, *SAY_NOTHING_FOUND[:3]])
def test_any_other_message_leaves_the_outcome_unknown(message: str) -> None:
    for body in ({"code": 200, "message": message}, {"code": 200, "message": message, "data": {}}):
        with pytest.raises(Unusable):
            read_done(of(body), WORDS)
        with pytest.raises(Unusable):
            read_created(of(body), WORDS)


@pytest.mark.parametrize(
    "body",
    [
        {"errors": ["Không tìm thấy hồ sơ"]},
        {"code": 200, "message": "", "errors": [{"field": "MaTTHC"}]},
        {"code": 200, "data": {"error": "Lỗi hệ thống"}},
        {"code": 200, "data": '{"errors": ["x"]}'},
        {"code": 200, "data": [{"errors": ["x"]}]},
        {"code": 200, "msg": "Hệ thống bận"},
        {"code": 200, "data": {"code": 500, "message": "lỗi"}},
        {"code": 200, "data": [{"idHoSo": "1", "trangThai": "ERROR"}]},
        {"code": 200, "data": "Hệ thống bận"},
        {"code": 200, "data": False},
        {"code": 200, "success": False},
        {"status": 500},
    ],
)
def test_an_answer_that_lists_errors_is_no_success(body: object) -> None:
    with pytest.raises(Unusable):
        read_done(of(body), WORDS)
    with pytest.raises(Unusable):
        read_created(of(body), WORDS)


@pytest.mark.parametrize(
    "data",
    [
        FILED,
        [FILED],
        json.dumps(FILED),
        json.dumps([FILED]),
        {"data": FILED},
        {"Result": json.dumps(FILED)},
        {" IDHOSO ": "88001", "MAHOSO": "G99"},
    ],
)
def test_a_filed_dossier_is_read_inside_other_objects(data: object) -> None:
    body = {"code": 200, "message": "success", "data": data}
    for given in (body, json.dumps(body), {"Code": "200", "Result": data}):
        assert read_created(of(given), WORDS) == Created("88001", "G99")


def test_other_answers_are_read_from_json_in_a_text() -> None:
    token = json.dumps({"access_token": "fake", "expires_in": 60})
    assert read_token(of({"code": 200, "data": token})) == ("fake", 60)
    assert read_token(of({"code": 200, "result": {"access_token": "fake"}}))[0] == "fake"
    assert read_next_value(of({"code": 200, "data": '{"value": "G99"}'})) == "G99"
    stored = json.dumps([{"response": json.dumps({"data": [{"IdTepTin": "a1"}]})}])
    assert read_upload(of({"code": 200, "data": stored})).native_id == "a1"

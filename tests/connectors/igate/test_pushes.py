"""iGate's messages about its own pushes (docs/systems/igate.md)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.http.answers import Unusable
from khop.connectors.igate.pushes import (
    BatchAnswer,
    PushVerdict,
    read_affected_rows,
    read_batch_answer,
    read_linked_states,
    read_push_answer,
    read_push_log,
    read_push_request,
)
from tests.connectors.scripted import Sample, answer

Json = Callable[[str], Any]


@pytest.fixture
def read_sample(sample: Sample) -> Json:
    return lambda name: json.loads(sample(f"igate/{name}.json"))


@pytest.mark.parametrize(("name", "updating"), [("nps-01", False), ("nps-02", True)])
def test_both_push_requests_of_the_staff_site_are_read(
    read_sample: Json, name: str, updating: object
) -> None:
    request = read_push_request(read_sample(name))
    assert (request.native_id, request.code) == (
        "68a53f0c1d2e3f4a5b6c7d80",
        "H99.18.03-250820-0012",
    )
    assert request.nation_code == ""  # the text "undefined"
    assert request.updating is updating
    assert (request.config_id, request.kind) == ("66a000000000000000000001", 1)


def test_a_push_request_may_lack_its_flag() -> None:
    request = read_push_request({"dossier": {"code": "H99-1", "nationCode": "G22-1"}})
    assert (request.nation_code, request.updating, request.kind) == ("G22-1", None, None)


@pytest.mark.parametrize("body", [None, [], "x", {}, {"dossier": None}, {"dossier": []}])
def test_other_bodies_are_no_push_request(body: object) -> None:
    with pytest.raises(ValueError, match="push"):
        read_push_request(body)


@pytest.mark.parametrize("text", [b"OK", b"ok\n", b'"OK"', b" Ok "])
def test_ok_means_taken_and_not_accepted(text: str) -> None:
    assert read_push_answer(answer(text)).verdict is PushVerdict.TAKEN


def test_an_accepted_push_is_accepted(read_sample: Json) -> None:
    found = read_push_answer(answer(read_sample("nps-05")))
    assert (found.verdict, found.status, found.title) == (PushVerdict.ACCEPTED, 200, "OK")
    assert read_push_answer(answer({"status": "200"})).verdict is PushVerdict.ACCEPTED


def test_a_validation_error_names_fields_without_personal_data() -> None:
    body = {
        "title": "One or more validation errors occurred.",
        "status": 400,
        "errors": {"soHoSoLT": ["Thiếu số hồ sơ của 099000000001"], "ghiChu": "dài"},
    }
    found = read_push_answer(answer(body))
    assert (found.verdict, found.status) == (PushVerdict.REFUSED, 400)
    assert found.errors == {
        "soHoSoLT": ("Thiếu số hồ sơ của ************",),
        "ghiChu": ("dài",),
    }


@pytest.mark.parametrize("body", [{"errors": {"x": []}}, {"status": 500}, {"status": 302}])
def test_other_refusals_are_refusals(body: object) -> None:
    assert read_push_answer(answer(body)).verdict is PushVerdict.REFUSED


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"ERROR", b"not OK", b"{", {}, [], None, 7, {"status": None}]
)
def test_an_answer_without_a_verdict_is_a_value_error(body: object) -> None:
    with pytest.raises(Unusable):
        read_push_answer(answer(body))


def test_a_row_of_the_log_is_read(read_sample: Json) -> None:
    page = read_push_log(read_sample("nps-04"))
    (row,) = page.rows
    assert (row.code, row.nation_code) == ("H99.18.03-250820-0021", "G22.99-250820-000900")
    assert (row.procedure, row.state, row.linked_number) == ("2.002621", 3, "LT-0001")
    assert (row.status, row.accepted) == (200, True)
    assert row.called_at == "2025-08-20T10:00:00.000+0700"
    assert (page.last, page.unusable) == (True, ())


def test_log_bodies_may_be_text_and_other_rows_are_unusable(read_sample: Json) -> None:
    row = read_sample("nps-04")["content"][0]
    as_text = {
        **row,
        "requestBody": json.dumps(row["requestBody"]),
        "responseBody": '{"status": "400"}',
    }
    bare = {"dossierCode": "H99-1", "requestBody": "gone", "responseBody": None}
    page = read_push_log({"content": [as_text, bare, 7, {}], "last": False})
    assert [each.accepted for each in page.rows] == [False, None]
    assert page.rows[0].state == 3
    assert (page.last, page.unusable) == (False, (7, {}))


def test_the_batch_answer_is_read_with_its_spelling(read_sample: Json) -> None:
    assert read_batch_answer(read_sample("nps-07")) == BatchAnswer(("H99.18.03-250820-0021",), ())
    body = {"List_Suss": None, "list_err": [{"code": "H99-1", "message": "x"}, {"a": 1}]}
    assert read_batch_answer(body) == BatchAnswer((), ("H99-1",), ({"a": 1},))
    with pytest.raises(ValueError, match="two lists"):
        read_batch_answer({"List": []})


def test_states_of_linked_dossiers_are_read() -> None:
    states = read_linked_states({"value": [{"trangThai": "7", "maHoSo": "x"}, {"trangThai": None}]})
    assert [each.state for each in states] == [7, None]
    assert read_linked_states({"value": {"trangThai": 3}})[0].state == 3
    bodies: tuple[Any, ...] = ({}, {"value": "x"}, {"value": [1]}, [])
    for odd in bodies:
        with pytest.raises(ValueError, match="value"):
            read_linked_states(odd)


def test_the_number_of_changed_rows_is_read(read_sample: Json) -> None:
    assert read_affected_rows(read_sample("det-07")) == 1
    with pytest.raises(ValueError, match="affectedRows"):
        read_affected_rows({"affectedRows": "many"})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["content", "status", "errors", "List_ERR", "value", "dossier"])
            | st.text(max_size=3),
            inner,
        )
    ),
    max_leaves=8,
)
READERS = (read_push_log, read_batch_answer, read_linked_states, read_push_request)


@given(st.sampled_from(READERS), anything)
def test_any_value_is_read_or_a_value_error(read: Callable[..., object], body: object) -> None:
    try:
        read(body)
    except ValueError as error:
        assert str(error)


@given(anything | st.text())
def test_any_answer_is_read_or_a_value_error(body: object) -> None:
    try:
        found = read_push_answer(answer(body if not isinstance(body, str) else body.encode()))
    except ValueError:
        return
    assert isinstance(found.verdict, PushVerdict)

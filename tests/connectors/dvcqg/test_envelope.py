"""The portal's answer: every known form, and the verdict about it."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.answer_words import folded
from khop.connectors.dvcqg.envelope import (
    Verdict,
    judge_read,
    judge_write,
    read_reply,
    read_text_reply,
    rows,
    session_of,
)
from khop.connectors.http.answers import Answer
from tests.connectors.scripted import Sample, answer

EXISTS = "Hồ sơ H99.12-250114-0007 đã tồn tại"


def created(body: object) -> Verdict:
    return judge_write(read_reply(answer(body)), create=True)


@pytest.mark.parametrize(
    "zero", [0, "0", "00", "000", " 0 ", "\t00\n", 0.0, "0.0", -0.0, "+0", "-0"]
)
@pytest.mark.parametrize(
    "key", ["error_code", "errorCode", "ERROR_CODE", "Error_Code", " error_code"]
)
def test_every_form_of_zero_is_zero(zero: object, key: str) -> None:
    reply = read_reply(answer({key: zero, "message": "Đồng bộ thành công"}))
    assert reply.code == "0"
    assert reply.ok
    assert judge_write(reply) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("code", "text"), [(3, "3"), ("-3", "-3"), (" -1 ", "-1"), ("E01", "E01"), ("10", "10")]
)
def test_any_other_code_is_kept(code: object, text: str) -> None:
    reply = read_reply(answer({"error_code": code}))
    assert reply.code == text
    assert not reply.ok
    assert judge_write(reply) is Verdict.REFUSED
    assert judge_read(reply) is Verdict.REFUSED


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("synca-01", Verdict.ACCEPTED),
        ("synca-04", Verdict.EXISTS),
        ("synca-05", Verdict.EXISTS),
        ("synca-06", Verdict.EXISTS),
        ("synca-07", Verdict.REFUSED),
        ("synca-09", Verdict.ACCEPTED),
    ],
)
def test_the_samples_of_sync_answers(sample: Sample, name: str, verdict: Verdict) -> None:
    reply = read_reply(answer(sample(f"dvcqg/{name}.json")))
    assert judge_write(reply, create=True) is verdict


@pytest.mark.parametrize("name", ["synca-10.txt", "login-07.txt", "port-08.txt"])
def test_samples_without_a_usable_body_are_value_errors(sample: Sample, name: str) -> None:
    with pytest.raises(ValueError, match="JSON"):
        read_reply(answer(sample(f"dvcqg/{name}")))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("look-02", ["H99.12-250114-0007"]),
        ("look-04", []),
        ("look-05", []),
        ("look-06", ["H99.02-250110-0003"]),
    ],
)
def test_the_samples_of_look_ups(sample: Sample, name: str, found: object) -> None:
    reply = read_reply(answer(sample(f"dvcqg/{name}.json")))
    assert judge_read(reply) is Verdict.ACCEPTED
    assert [row["MaHoSo"] for row in rows(reply)] == found


@pytest.mark.parametrize(
    ("name", "count", "key"),
    [
        ("cat-02", 2, "MATTHC"),
        ("cat-03", 1, "MATTHC"),
        ("cat-06", 1, "MATTHC"),
        ("cat-08", 1, "MADVC"),
        ("cat-09", 1, "TECHNICALID"),
    ],
)
def test_the_samples_of_catalogues(sample: Sample, name: str, count: int, key: str) -> None:
    found = rows(read_reply(answer(sample(f"dvcqg/{name}.json"))))
    assert len(found) == count
    assert all(row[key] for row in found)


@pytest.mark.parametrize(
    ("name", "ok", "session"),
    [
        ("login-02", True, "b7c1f0de93aa4d0e8c55a1d2e3f40911"),
        ("login-04", True, "B7C1F0DE93AA"),
        ("login-05", False, None),
    ],
)
def test_the_samples_of_logins(sample: Sample, name: str, ok: bool, session: str | None) -> None:
    reply = read_reply(answer(sample(f"dvcqg/{name}.json")))
    assert (reply.ok, session_of(reply)) == (ok, session)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("code", [0, "0", "3", "-3", -1, "99"])
@pytest.mark.parametrize("wording", [EXISTS, EXISTS.upper(), "đã  tồn\u00a0tại", "Da ton tai"])
def test_the_text_decides_that_a_dossier_exists_under_any_code(
    form: Any, code: str | None, wording: Any
) -> None:
    message = unicodedata.normalize(form, wording)
    assert created({"error_code": code, "message": message}) is Verdict.EXISTS


@pytest.mark.parametrize("code", ["3", "-3"])
def test_duplicate_codes_without_the_text_are_refusals(code: str | None) -> None:
    assert created({"error_code": code, "message": "Thành công"}) is Verdict.REFUSED


def test_an_update_answered_with_exists_is_no_success() -> None:
    reply = read_reply(answer({"error_code": 0, "message": EXISTS}))
    assert judge_write(reply) is Verdict.UNCLEAR


def test_a_zero_code_with_a_text_of_failure_is_a_refusal() -> None:
    for message in ("Đồng bộ không thành công", "Thất bại", "Chưa thành công"):
        assert created({"error_code": 0, "message": message}) is Verdict.REFUSED


def test_no_rows_are_an_answer_only_with_a_message_that_says_so() -> None:
    found = [{"MaHoSo": "H99.12-250114-0007"}]
    for message in ("Phiên làm việc đã hết hạn", "Session không hợp lệ", "Thất bại"):
        reply = {"error_code": 0, "message": message}
        assert judge_read(read_reply(answer(reply))) is Verdict.UNCLEAR
        assert judge_read(read_reply(answer({**reply, "result": found}))) is Verdict.ACCEPTED
    for text in ("", None, "Không có dữ liệu", "Không tìm thấy", "Success"):
        replied = {"error_code": 0, "message": text}
        assert judge_read(read_reply(answer(replied))) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"result": None}, []),
        ({"result": ""}, []),
        ({"result": []}, []),
        ({"result": {}}, []),
        ({"result": [None]}, []),
        ({"result": {"data": None}}, []),
        ({"result": None, "data": [{"a": 1}]}, [{"a": 1}]),
        ({"RESULT": [{"a": 1}]}, [{"a": 1}]),
        ({"result": {"a": 1}}, [{"a": 1}]),
        ({"result": {"Data": [{"a": 1}]}}, [{"a": 1}]),
        ({"result": '[{"a": 1}]'}, [{"a": 1}]),
        ({"data": {"data": [{"a": 1}]}}, [{"a": 1}]),
        ({"message": '{"data": [{"a": 1}]}'}, [{"a": 1}]),
        ({"message": '[{"a": 1}]'}, [{"a": 1}]),
        ({"message": [{"a": 1}]}, [{"a": 1}]),
        ({"message": '{"UrlThanhToan": "x"}'}, [{"UrlThanhToan": "x"}]),
        ({"message": '{"result": null}', "result": [{"a": 1}]}, [{"a": 1}]),
        ({"message": "{not json"}, []),
    ],
)
def test_rows_are_found_in_every_known_place(body: Any, found: Any) -> None:
    assert list(rows(read_reply(answer({"error_code": "0", **body})))) == found


@pytest.mark.parametrize("result", ["không rõ", 5, True, ["x"], [[]], {"data": 3}])
def test_a_result_of_another_kind_is_unusable(result: object) -> None:
    with pytest.raises(ValueError, match="result"):
        judge_read(read_reply(answer({"error_code": 0, "result": result})))


def test_an_answer_inside_a_further_object_is_read() -> None:
    inner = {"error_code": 0, "message": "ok", "data": [{"a": 1}]}
    reply = read_reply(answer({"result": inner}))
    assert reply.ok
    assert reply.message == "ok"
    assert rows(reply) == ({"a": 1},)
    refused = {"error_code": 0, "result": {"error_code": -1, "message": "sai"}}
    assert judge_write(read_reply(answer(refused))) is Verdict.REFUSED


def test_the_answer_inside_the_message_is_read() -> None:
    packed = {"error_code": "0", "message": json.dumps({"error_code": "3", "message": EXISTS})}
    assert created(packed) is Verdict.EXISTS
    packed = {"error_code": "-1", "message": json.dumps({"message": EXISTS})}
    assert created(packed) is Verdict.EXISTS
    packed = {"error_code": "-1", "message": '{"broken'}
    assert created(packed) is Verdict.REFUSED


@pytest.mark.parametrize(
    "message",
    [
        '[{"MaHoSo": "H99.12-2501',
        '{"error_code": "-1", "mess',
        '"{\\"error_code\\": \\"-1\\"}"',
        '"[]"',
        "<html>502 Bad Gateway</html>",
    ],
)
def test_an_unreadable_answer_inside_the_message_is_unusable(
    message: object,
) -> None:
    body = {"error_code": "0", "message": message}
    for read in (read_reply, read_text_reply):
        with pytest.raises(ValueError, match="cannot be read"):
            read(answer(body))
    assert read_reply(answer({**body, "error_code": "-1"})).code == "-1"
    assert created({"error_code": "0", "message": "[DVCQG] Thành công"}) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    "message", ["Có lỗi xảy ra", "Hệ thống đang bảo trì", "Lỗi hệ thống", "Timeout expired"]
)
def test_a_zero_code_with_a_text_of_a_failed_call_is_unclear(message: object) -> None:
    body = {"error_code": 0, "message": message, "result": []}
    assert judge_read(read_reply(answer(body))) is Verdict.UNCLEAR
    assert created(body) is Verdict.UNCLEAR
    unanswered = {"error_code": 0, "message": "Chưa có câu trả lời", "result": []}
    assert judge_read(read_reply(answer(unanswered))) is Verdict.ACCEPTED


def test_truncated_json_is_not_read_as_plain_text() -> None:
    with pytest.raises(ValueError, match="no JSON"):
        read_text_reply(answer('{"error_code": "-1", "message": "1 bước thành công, 2'.encode()))


def test_an_answer_inside_a_refusal_does_not_overrule_it() -> None:
    inner = {"error_code": "0", "message": "Thành công"}
    for packed in ({"message": json.dumps(inner)}, {"result": inner}):
        assert created({"error_code": "-1", **packed}) is Verdict.REFUSED


def test_an_answer_that_is_json_text_is_read() -> None:
    assert created(json.dumps({"error_code": "00"})) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        "OK",
        0,
        None,
        {"message": "Đồng bộ thành công"},
        {"error_code": None},
        {"error_code": ""},
        {"error_code": False},
        {"error_code": [0]},
        {"code": 0},
        {"type": "Server.ServerProxy", "message": "x", "detail": "y"},
    ],
)
def test_an_answer_without_a_code_is_unusable(body: object) -> None:
    with pytest.raises(ValueError, match="code"):
        read_reply(answer(body))


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("Cập nhật tiến độ thành công".encode(), Verdict.ACCEPTED),
        ("CẬP NHẬT THÀNH CÔNG".encode(), Verdict.ACCEPTED),
        ('"Cập nhật thành công"'.encode(), Verdict.ACCEPTED),
        ('{"message": "Thành công"}'.encode(), Verdict.ACCEPTED),
        (b'{"error_code": "0"}', Verdict.ACCEPTED),
        ("Cập nhật không thành công".encode(), Verdict.REFUSED),
        (b'{"error_code": "-1", "message": "Th\xc3\xa0nh c\xc3\xb4ng"}', Verdict.REFUSED),
        ("Bước này đã tồn tại".encode(), Verdict.EXISTS),
    ],
)
def test_progress_may_be_answered_in_plain_text(body: object, verdict: Verdict) -> None:
    assert judge_write(read_text_reply(answer(body))) is verdict


@pytest.mark.parametrize("body", [b"", b"  ", "<p>thành công</p>".encode(), b"[]", b"3"])
def test_a_body_that_is_neither_text_nor_an_object_is_unusable(body: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        judge_write(read_text_reply(answer(body)))


@pytest.mark.parametrize(
    "body", [b"504 Gateway Time-out", b"OK", b'{"message": "OK"}', "thành".encode()]
)
def test_a_text_without_a_verdict_is_no_success(body: object) -> None:
    assert judge_write(read_text_reply(answer(body))) is Verdict.UNCLEAR


def test_texts_are_compared_without_case_and_marks() -> None:
    assert folded("  ĐÃ  Tồn\ntại ") == "da ton tai"
    assert folded(unicodedata.normalize("NFD", "Đã tồn tại")) == "da ton tai"


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["0", "-3", EXISTS, '{"error_code": 0}', '[{"a": 1}]', '{"message": "[]"}']),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error_code", "errorCode", "message", "result", "data", "session", "x"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


def settle(given: Answer) -> None:
    for read in (read_reply, read_text_reply):
        for judge in (judge_read, judge_write):
            try:
                reply = read(given)
                assert judge(reply) in Verdict
                assert session_of(reply) != ""
                rows(reply)
            except ValueError as error:
                assert str(error)


@given(values)
def test_any_json_has_a_verdict_or_is_a_value_error(body: object) -> None:
    settle(answer(body))


@given(st.binary(max_size=120))
def test_any_bytes_have_a_verdict_or_are_a_value_error(body: object) -> None:
    settle(answer(body))


def test_deep_nesting_is_a_value_error() -> None:
    for bomb in (b'{"result":' * 100_000, b'{"error_code":0,"message":' + b"[" * 100_000):
        settle(answer(bomb))
    packed: object = {"error_code": 0}
    for _ in range(12):
        packed = {"error_code": 0, "message": json.dumps(packed)}
    settle(answer(packed))
    wrapped: object = {"error_code": 0}
    for _ in range(300):
        wrapped = {"result": {"data": wrapped}}
    settle(answer(wrapped))

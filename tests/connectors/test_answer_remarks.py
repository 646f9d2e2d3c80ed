"""Failures under other keys than the message, beside a code of success."""

from __future__ import annotations

import pytest

from khop.connectors.answer_remarks import Remarks, counts_some
from khop.connectors.answer_words import AnswerWords

WORDS = AnswerWords()
READ = Remarks(WORDS.mean_answered, frozenset({"mahoso"}))
WRITE = Remarks(WORDS.mean_success, frozenset({"mahoso"}), frozenset({"100"}))
BUSY = "Hệ thống đang bận"
FAILURES: list[object] = [
    {"msg": BUSY},
    {"errorMessage": BUSY},
    {"error_desc": "timeout"},
    {"thongBao": BUSY},
    {"moTa": BUSY},
    {"message": [BUSY]},
    {"message": {"vi": "bận"}},
    {"message": 500},
    {"error": "timeout"},
    {"errors": [{"field": "x"}]},
    {"danhSachLoi": ["x"]},
    {"status": 500},
    {"status": "ERROR"},
    {"statusCode": "503"},
    {"code": -1},
    {"success": False},
    {"isSuccess": "N"},
    {"result": False},
    {"result": {"data": [], "message": BUSY}},
    {"result": '{"status": 500, "data": []}'},
    {"result": [{"MaHoSo": "H99.18.03-261110-2901", "status": -1}]},
    {"result": [{"MaHoSo": "H99.18.03-261110-2901", "trangThai": "ERROR"}]},
    {"result": [{"MaHoSo": "H99.18.03-261110-2901", "message": "Sai định dạng"}]},
    {"khac": BUSY},
]
HARMLESS: list[object] = [
    {},
    [],
    None,
    {"result": [], "message": ""},
    {"message": None, "errors": [], "error": None, "error_message": ""},
    {"error": False, "errorCode": "00", "status": "OK", "success": True},
    {"statusCode": 200, "status": 1, "isSuccess": "true"},
    {"message": "Thành công", "service": "TraCuuHoSo", "version": "1.4"},
    {"requestId": "5f0c1d2e-3f4a", "time": "26/11/2026 09:00:00"},
    {"timestamp": "Thu, 26 Nov 2026 09:00:00 GMT"},
    {"code": "H99.18.03-261110-2901"},
    {"result": [{"MaHoSo": "H99.18.03-261110-2901", "TenTTHC": "Thủ tục thử", "status": 4}]},
]


@pytest.mark.parametrize("said", FAILURES)
@pytest.mark.parametrize("remarks", [READ, WRITE])
def test_a_failure_under_any_key_disagrees(said: object, remarks: Remarks) -> None:
    assert remarks.disagree(said)
    assert remarks.disagree([{"error_code": 0, "data": {"inner": said}}])


@pytest.mark.parametrize("said", HARMLESS)
@pytest.mark.parametrize("remarks", [READ, WRITE])
def test_what_says_nothing_agrees(said: object, remarks: Remarks) -> None:
    assert not remarks.disagree(said)


def test_a_text_agrees_with_a_question_or_a_write() -> None:
    assert not READ.disagree({"msg": "Không có dữ liệu"})
    assert WRITE.disagree({"msg": "Không có dữ liệu"})
    assert not WRITE.disagree({"Status": "100.0"})
    assert READ.disagree({"Status": "100"})


@pytest.mark.parametrize("key", ["total", "tong_so_ho_so", "totalElements", "numberOfElements"])
def test_a_count_of_things_found(key: str) -> None:
    assert counts_some({"data": {key: 2, "rows": []}})
    assert counts_some({key: "1"})
    assert not counts_some({key: 0, "totalTime": 12, "totalPages": 1, "rows": []})


def test_deep_answers_are_read() -> None:
    deep: object = {}
    for _ in range(500):
        deep = {"data": [deep]}
    assert not READ.disagree(deep)
    assert not counts_some(deep)

"""Answers of the portal and of the post in forms that say nothing, or say it elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from khop.loopback import LoopbackServer, Request, Response
from tests.cases.installation import Installation, rules_by_code
from tests.cases.systems import SEARCH_PATH, row

CODE = "H99.18.03-261110-2901"
ENTRY = {
    "statusCode": 14,
    "statusName": "Phát thành công",
    "createdDate": "19/11/2026",
    "createHour": "09:40:12",
}
ORDER = {"itemCode": "CX1VN", "saleOrderCode": CODE, "statusHistory": [ENTRY]}


@contextmanager
def post_of(installation: Installation, history: object) -> Iterator[None]:
    """A MyVNPost that answers each question about a history in the same way."""

    def answer(request: Request) -> Response:
        if request.path.endswith("GetAccessToken"):
            return Response.json({"token": "tok"})
        return Response.json(history)

    with LoopbackServer(answer) as server:
        installation.configure(
            '\n[sources.post]\nadapter = "myvnpost"\nrole = "post"\n'
            f'base_url = "{server.url}"\nusername = "u"\npassword = {{ file = "secret" }}\n'
            'customer_code = "T1"\nretry_seconds = 1\nattempts = 1\n'
        )
        yield


def finished(installation: Installation) -> None:
    """A dossier with a result since 17/11/2026, on the portal too."""
    installation.one_stop.rows = [
        row(
            1,
            CODE,
            dossierStatus={"id": 4, "name": "Đã có kết quả"},
            completedDate="2026-11-17T10:00:00.000+0700",
        )
    ]
    installation.portal.hold(CODE, 9, NgayKetThucXuLy="20261117100000")


@pytest.mark.parametrize(
    "history",
    [
        {"data": [{"itemCode": "CX1VN", "saleOrderCode": CODE, "statusHistory ": [ENTRY]}]},
        {"Data": [{"ITEMCODE": "CX1VN", "STATUSHISTORY": [ENTRY]}]},
        {"data": [{**ORDER, "statusHistory": [{**ENTRY, "createdDate": "2026-11-19"}]}]},
    ],
)
def test_a_delivery_is_read_wherever_the_history_stands(
    installation: Installation, history: object
) -> None:
    finished(installation)
    with post_of(installation, history):
        assert "H1" in rules_by_code(installation.audit()).get(CODE, set())


@pytest.mark.parametrize(
    "history",
    [
        {"data": [{"itemCode": "CX1VN", "saleOrderCode": CODE, "lichSu": [ENTRY]}]},
        {"lichSu": [ORDER]},
        {"data": [], "message": "Hệ thống đang bận"},
    ],
)
def test_a_history_under_no_known_key_is_counted_as_no_answer(
    installation: Installation, history: object
) -> None:
    finished(installation)
    with post_of(installation, history):
        installation.khop("init")
        printed = installation.khop("pull", "--format", "json")
        (post,) = [each for each in printed.json()["sources"] if each["source"] == "post"]
        assert (post["asked"], post["failed"], post["events"]) == (1, 1, 0)
        assert "H1" not in rules_by_code(installation.reconcile()).get(CODE, set())


@pytest.mark.parametrize("history", [{"data": []}, {"data": [{**ORDER, "statusHistory": []}]}])
def test_an_empty_history_under_its_key_means_that_nothing_happened(
    installation: Installation, history: object
) -> None:
    finished(installation)
    with post_of(installation, history):
        assert "H1" not in rules_by_code(installation.audit()).get(CODE, set())
        assert installation.khop("pull").code == 0


def pull(installation: Installation) -> None:
    """A pull whose look-ups may get no answer."""
    installation.set_key("dvcqg", "attempts = 1")
    installation.khop("init")
    installation.khop("pull")


def says(message: str, **more: Any) -> Callable[[Request], Response]:
    body = {"error_code": 0, "message": message, "result": [], **more}
    return lambda _: Response.json(body)


@pytest.mark.parametrize(
    "answer",
    [
        says("Không kết nối được trục"),
        says("Session không hợp lệ hoặc đã hết hạn"),
        says("", result={"hoSoKhac": [{"MaHoSo": CODE}]}),
        says("", result=[{"MaHoSo": "H99.18.03-261110-2999", "TrangThaiHoSo": "4"}]),
    ],
)
def test_a_look_up_without_a_clear_answer_accuses_nobody(
    installation: Installation, answer: Callable[[Request], Response]
) -> None:
    installation.one_stop.rows = [row(1, CODE)]
    installation.portal.answers["TraCuuHoSo"] = answer
    pull(installation)
    assert rules_by_code(installation.reconcile()) == {}


@pytest.mark.parametrize("message", ["", "Thành công", f"Không tìm thấy hồ sơ {CODE}"])
def test_a_look_up_that_says_none_is_an_absence(installation: Installation, message: str) -> None:
    installation.one_stop.rows = [row(1, CODE)]
    installation.portal.answers["TraCuuHoSo"] = says(message)
    assert rules_by_code(installation.audit()) == {CODE: {"A7"}}


def test_a_deployment_names_its_own_words(installation: Installation) -> None:
    installation.one_stop.rows = [row(1, CODE)]
    installation.portal.answers["TraCuuHoSo"] = says("Chưa được đồng bộ")
    pull(installation)
    assert rules_by_code(installation.reconcile()) == {}
    installation.set_key("dvcqg", 'answers.nothing_found = ["chưa được đồng bộ"]')
    installation.now += timedelta(hours=1)
    installation.run("pull")
    assert rules_by_code(installation.reconcile()) == {CODE: {"A7"}}


def test_a_push_with_an_unclear_answer_is_not_taken_as_done(installation: Installation) -> None:
    installation.one_stop.rows = [row(1, CODE)]
    installation.audit()
    installation.portal.answers["DongBoHoSoMC"] = says("Hệ thống đang bận")
    printed = installation.khop("apply", "--yes", "--format", "json")
    assert [each["outcome"] for each in printed.json()["applied"]] == ["unknown"]
    assert installation.portal.created == []


def test_codes_that_are_no_values_are_quarantined_and_accuse_nobody(
    installation: Installation,
) -> None:
    nobody = {"data": {"fullname": "undefined", "identityNumber": "undefined"}}
    installation.one_stop.rows = [
        row(1, "undefined"),
        row(2, "null"),
        row(3, CODE, applicant=nobody),
        row(4, "H99.18.03-261110-2902", applicant=nobody),
    ]
    for each in installation.one_stop.rows:
        installation.portal.hold(each["code"])
    assert installation.audit() == []
    assert "undefined" not in map(str.lower, installation.portal.asked)
    (source, *_) = installation.run("pull")["sources"]
    assert source["quarantined"] == 2


@pytest.mark.parametrize(
    "answer",
    [
        says("", errorMessage="Không kết nối được trục"),
        says("", thongBao="Hệ thống bận"),
        says("", status=500),
        says("", success=False),
        says("", result={"data": [], "message": "Hệ thống bận"}),
        says("", totalElements=1),
        says("", result=None, MaHoSo=CODE, MaTrangThai="4"),
    ],
)
def test_a_failure_under_another_key_accuses_nobody(
    installation: Installation, answer: Callable[[Request], Response]
) -> None:
    installation.one_stop.rows = [row(1, CODE)]
    installation.portal.answers["TraCuuHoSo"] = answer
    pull(installation)
    assert rules_by_code(installation.reconcile()) == {}


@pytest.mark.parametrize("number", ["0", "1"])
def test_an_empty_page_of_the_list_that_reports_a_failure_is_an_error(
    installation: Installation, number: str
) -> None:
    one_stop = installation.one_stop
    one_stop.rows = [row(each, f"H99.18.03-261110-29{each:02d}") for each in range(1, 6)]
    busy = {"content": [], "last": True, "message": "Hệ thống đang bận"}
    one_stop.answers[SEARCH_PATH] = lambda request: (
        Response.json(busy) if request.query["page"] == number else None
    )
    for key in ("page_size = 2", "attempts = 1"):
        installation.set_key("igate", key)
    installation.khop("init")
    printed = installation.khop("pull", "igate", "--format", "json")
    assert printed.code == 1
    assert "does not say" in printed.text

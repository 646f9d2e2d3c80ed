"""Whom a push names: numbers that lost a zero, owner and submitter, dates nobody can read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cases.installation import Installation
from tests.cases.systems import Row, row

CODE = "H99.18.03-261110-5101"


def filed_by(**person: Any) -> Row:
    usual = {"fullname": "Trần Thị Nộp", "identityNumber": "099000000001"}
    return row(1, CODE, applicant={"data": usual | person})


def applied(installation: Installation, filed: Row) -> list[Any]:
    """The outcomes of an apply after a first audit."""
    installation.one_stop.rows = [filed]
    installation.audit()
    printed = installation.khop("apply", "--yes", "--format", "json").json()
    return [(each["outcome"], each["detail"]) for each in printed["applied"]]


@pytest.mark.parametrize("number", [99000000001, "90000001"])
def test_a_number_that_lost_a_zero_is_refused_and_nothing_is_sent(
    installation: Installation, number: object
) -> None:
    ((outcome, detail),) = applied(installation, filed_by(identityNumber=number))
    assert outcome == "not_sent"
    assert "leading zero" in detail
    assert str(number) not in detail
    assert installation.portal.created == []


def test_owner_and_submitter_are_not_mixed(installation: Installation) -> None:
    ((outcome, _),) = applied(installation, filed_by(ownerFullname="Nguyễn Văn Chủ"))
    (sent,) = installation.portal.created
    assert outcome == "done"
    assert (sent["ChuHoSo"], sent["SoGiayToChuHoSo"]) == ("Nguyễn Văn Chủ", "")
    assert sent["DinhDanhCHS"] == []


def test_one_person_in_both_roles_goes_out_with_the_number(installation: Installation) -> None:
    applied(installation, filed_by(ownerFullname="TRẦN THỊ NỘP"))
    (sent,) = installation.portal.created
    assert sent["SoGiayToChuHoSo"] == "099000000001"
    assert sent["DinhDanhCHS"] == [{"LoaiDinhDanh": "1", "SoDinhDanh": "099000000001"}]


@pytest.mark.parametrize("written", [{"$date": 1}, "undefined", "01/01/1900"])
def test_a_date_of_the_portal_nobody_can_read_accuses_nobody(
    installation: Installation, written: object
) -> None:
    installation.one_stop.rows = [filed_by()]
    installation.portal.hold(CODE, NgayTiepNhan=written, NgayHenTra=written)
    assert installation.audit() == []


@pytest.mark.parametrize("written", ["09:00 10-11-2026", "10/11/2026 9:00 SA"])
def test_dates_of_the_portal_in_other_forms_agree(
    installation: Installation, written: object
) -> None:
    installation.one_stop.rows = [filed_by()]
    installation.portal.hold(CODE, NgayTiepNhan=written)
    assert installation.audit() == []

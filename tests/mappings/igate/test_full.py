"""A dossier of iGate in full, for a push (docs/systems/igate.md)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mappings.igate.answers import HISTORY, MAPPING, detail, sample, task


def test_a_detail_becomes_a_full_dossier() -> None:
    full = MAPPING.full(detail(task=HISTORY))
    assert full.record == MAPPING.reading(detail(task=HISTORY)).record
    assert full.procedure_name == "Đăng ký thành lập hộ kinh doanh"
    assert (full.sector_code, full.sector_name) == ("KH02", "Hộ kinh doanh")
    assert full.applicant.name == "Nguyễn Văn Mẫu"
    assert full.applicant.identity_number == "099000000001"
    assert (full.applicant.phone, full.applicant.kind) == ("0900000001", 1)
    assert [(file.name, file.url) for file in full.files] == [("don.pdf", "")]
    assert [step.status for step in full.steps] == [2, 4, 10]
    assert [step.text for step in full.steps] == ["Được tiếp nhận", "Thụ lý hồ sơ", "Đã trả hồ sơ"]


@pytest.mark.parametrize("name", ["det-02", "det-01"])
def test_a_detail_with_empty_parts_loses_nothing(name: str) -> None:
    full = MAPPING.full(sample(name))
    assert full.record.fields_lost == ()
    assert full.steps == ()


def test_a_step_has_its_name_officer_and_office() -> None:
    named = task(
        1,
        "Được tiếp nhận",
        "2025-08-20T09:00:00.000+0700",
        assignee={"id": "1", "fullname": "Cán bộ Một Cửa"},
        agency={"name": [{"languageId": 228, "name": "UBND xã Mẫu"}]},
        bpmProcessDefinitionTask={"name": None, "definitionTask": {"name": "Tiếp nhận"}},
    )
    (step,) = MAPPING.full(detail(task=[named])).steps
    assert (step.text, step.actor, step.office) == ("Tiếp nhận", "Cán bộ Một Cửa", "UBND xã Mẫu")


@pytest.mark.parametrize(
    ("translate", "name"),
    [
        ({"languageId": 228, "name": "Đăng ký"}, "Đăng ký"),
        ([{"languageId": 46, "name": "Reg"}, {"languageId": 228, "name": "Đăng ký"}], "Đăng ký"),
        ("Đăng ký", "Đăng ký"),
        ([], ""),
        (None, ""),
    ],
)
def test_a_procedure_name_is_read_in_every_shape(translate: Any, name: str) -> None:
    assert MAPPING.full(detail(procedure={"translate": translate})).procedure_name == name


@pytest.mark.parametrize(
    ("written", "phone"),
    [("+84900000001", "0900000001"), (900000003, "0900000003"), ("0900 000 001", "0900 000 001")],
)
def test_phone_numbers_are_dialled_at_home(written: Any, phone: str) -> None:
    full = MAPPING.full(detail(applicant={"data": {"phoneNumber": written}}))
    assert full.applicant.phone == phone


def test_an_organisation_that_files_has_kind_4() -> None:
    data = {
        "fullname": "Trần Thị Thử",
        "organization": "Công ty Mẫu",
        "identityNumber": "0312345678",
    }
    applicant = MAPPING.full(detail(applicant={"data": data})).applicant
    assert applicant.kind == 4


def test_return_by_post_is_read_from_the_receiving_kind() -> None:
    kind = {"id": "x", "name": "Nhận qua bưu chính công ích"}
    assert MAPPING.full(detail(dossierReceivingKind=kind)).return_by_post
    assert not MAPPING.full(detail()).return_by_post


def test_personal_data_does_not_show() -> None:
    shown = repr(MAPPING.full(detail(task=HISTORY))) + repr(MAPPING.reading(detail(task=HISTORY)))
    for secret in ("Văn Mẫu", "099000000001", "0900000001", "don.pdf", "Cán bộ Một Cửa"):
        assert secret not in shown

"""Persons, files and fees of iGate, for a push (docs/systems/igate.md)."""

from __future__ import annotations

from typing import Any

import pytest

from khop.mappings.identity import applicant_key
from khop.mappings.igate.mapping import IgateMapping, IgateOptions
from khop.mappings.records import Birth, Fee
from khop.mappings.states.status import igate_channels, igate_statuses
from tests.mappings.igate.answers import sample

KEY = b"k" * 32
NATIVE = "68a53f0c1d2e3f4a5b6c7d80"


def mapping(file_url: str | None = None) -> IgateMapping:
    options = IgateOptions(file_url=file_url)
    return IgateMapping("igate", KEY, igate_statuses({}, {}), igate_channels({}, {}), options)


def of(**person: Any) -> dict[str, Any]:
    return {**sample("det-01"), "applicant": {"data": person}}


@pytest.mark.parametrize(
    ("written", "birth"),
    [
        ("1999-12-31T17:00:00.000+0000", Birth(2000, 1, 1)),
        ("2000-01-01T00:00:00.000+0700", Birth(2000, 1, 1)),
        ("1999-12-31T17:00:00Z", Birth(2000, 1, 1)),
        ("01/01/2000", Birth(2000, 1, 1)),
        ("20000101", Birth(2000, 1, 1)),
        (20000101, Birth(2000, 1, 1)),
        ("1955", Birth(1955)),
        (1955, Birth(1955)),
        (" 7/1955 ", Birth(1955, 7)),
        (None, None),
        ("", None),
    ],
)
def test_a_birthday_is_read_in_every_form(written: Any, birth: Birth | None) -> None:
    full = mapping().full(of(fullname="Nguyễn Văn Mẫu", birthday=written))
    assert full.applicant.birth == birth
    assert full.record.fields_lost == ()


def test_a_birthday_stored_in_utc_is_the_local_day() -> None:
    applicant = mapping().full(sample("list-07")["content"][0]).applicant
    assert applicant.birth == Birth(2000, 1, 1)
    assert (applicant.identity_number, applicant.phone) == ("99000000003", "0900000003")


@pytest.mark.parametrize("written", ["hôm qua", "13/1955", "0000", "1200", {"$date": 1}, True, []])
def test_a_bad_birthday_is_listed_as_lost_once(written: Any) -> None:
    full = mapping().full(of(fullname="Nguyễn Văn Mẫu", birthday=written))
    assert full.applicant.birth is None
    assert full.record.fields_lost == ("applicant.data.birthday",)


def test_a_bad_birthday_is_not_lost_where_a_number_makes_the_key() -> None:
    person = of(identityNumber="099000000001", birthday="hôm qua")
    assert mapping().reading(person).record.fields_lost == ()
    assert mapping().full(person).record.fields_lost == ("applicant.data.birthday",)


def test_a_year_and_a_name_make_a_key() -> None:
    record = mapping().reading(of(fullname="Nguyễn Văn Mẫu", birthday=1955)).record
    assert record.applicant_key == applicant_key(KEY, None, "Nguyễn Văn Mẫu", "1955")


@pytest.mark.parametrize(
    ("person", "address"),
    [
        (
            {"address": "Thôn 1", "village": {"label": "Xã Mẫu", "value": "x"},
             "district": None, "province": {"label": "Tỉnh Mẫu"}},
            "Thôn 1, Xã Mẫu, Tỉnh Mẫu",
        ),
        ({"address": "Thôn 1, xã Mẫu", "village": "Xã Mẫu", "province": "Tỉnh Mẫu"},
         "Thôn 1, xã Mẫu, Tỉnh Mẫu"),
        ({"village": {"label": "Xã Mẫu"}, "district": {"label": "Huyện Mẫu"}},
         "Xã Mẫu, Huyện Mẫu"),
        ({"address": 12}, "12"),
        ({}, ""),
    ],
)  # fmt: skip
def test_an_address_is_written_in_one_line(person: dict[str, Any], address: str) -> None:
    assert mapping().full(of(**person)).applicant.address == address


def test_a_place_of_odd_shape_is_listed_as_lost() -> None:
    full = mapping().full(of(address="Thôn 1", village=["x"], province={"label": {}}))
    assert full.applicant.address == "Thôn 1"
    assert set(full.record.fields_lost) == {
        "applicant.data.village",
        "applicant.data.province.label",
    }


def test_the_address_and_birth_do_not_show() -> None:
    person = of(address="Thôn Bí Mật", birthday="1955")
    assert "Bí Mật" not in repr(mapping().full(person))
    assert "1955" not in repr(mapping().full(person))


def test_a_file_has_an_address_only_when_configured() -> None:
    (file,) = mapping().full(sample("det-01")).files
    assert (file.native_id, file.url, file.digitised) == ("65d0000000000000000000f1", "", None)
    (file,) = mapping("https://igate.example.vn/fi/file/{id}").full(sample("det-01")).files
    assert file.url == "https://igate.example.vn/fi/file/65d0000000000000000000f1"
    (file,) = mapping("https://igate.example.vn/f?u={uuid}").full(sample("det-01")).files
    assert file.url == "https://igate.example.vn/f?u=5d6f0000-0000-4000-8000-000000000001"


def test_a_file_without_the_id_of_its_address_has_no_address() -> None:
    forms = [{"file": [{"filename": "a.pdf"}, {"id": "a/../b?c", "filename": "b.pdf"}]}]
    detail = {**sample("det-01"), "dossierFormFile": forms}
    first, second = mapping("https://igate.example.vn/{id}").full(detail).files
    assert (first.name, first.url) == ("a.pdf", "")
    assert second.url == "https://igate.example.vn/a%2F..%2Fb%3Fc"


def test_a_file_has_the_code_of_its_paper() -> None:
    forms = {"procedureForm": {"id": "x", "code": "KQ.01"}, "file": {"id": 7, "filename": "a"}}
    (file,) = mapping().full({**sample("det-01"), "dossierFormFile": forms}).files
    assert (file.code, file.native_id) == ("KQ.01", "7")


def test_files_are_never_results() -> None:
    forms = [{"case": {"id": 1}, "file": [{"id": "f"}], "authentication": 1}]
    full = mapping().full({**sample("det-01"), "dossierFormFile": forms})
    assert (len(full.files), full.results) == (1, ())


def fee(**changes: Any) -> dict[str, Any]:
    return {**sample("det-04")[0], **changes}


def test_the_sample_fees_are_read() -> None:
    full = mapping().full(sample("det-01"), sample("det-04"))
    assert full.fees == (Fee("Lệ phí", 100_000, True),)
    assert full.record.fields_lost == ()


@pytest.mark.parametrize(
    ("changes", "amount", "paid"),
    [
        ({"paid": 0}, 100_000, False),
        ({"paid": 50_000}, 100_000, False),
        ({"paid": "100000"}, 100_000, True),
        ({"paid": True}, 100_000, True),
        ({"paid": False}, 100_000, False),
        ({"paid": None}, 100_000, None),
        ({"amount": "135000", "paid": 1}, 135_000, False),
        ({"amount": 50000.0}, 50_000, True),
        ({"amount": "50000.00"}, 50_000, True),
        ({"amount": 0, "paid": 0}, 0, True),
    ],
)
def test_amounts_and_payments_are_read(
    changes: dict[str, Any], amount: int, paid: bool | None
) -> None:
    full = mapping().full(sample("det-01"), [fee(**changes)])
    assert full.fees == (Fee("Lệ phí", amount, paid),)
    assert full.record.fields_lost == ()


@pytest.mark.parametrize(
    ("row", "kept", "lost"),
    [
        (7, None, "fees[0]"),
        ({"amount": None}, None, "fees[0].amount"),
        ({"amount": -5}, None, "fees[0].amount"),
        ({"amount": "100.000"}, None, "fees[0].amount"),
        ({"amount": 0.5}, None, "fees[0].amount"),
        ({"amount": True}, None, "fees[0].amount"),
        ({"amount": 5, "quantity": 2}, 1, "fees[0].quantity"),
        ({"amount": 5, "paid": "một phần"}, 1, "fees[0].paid"),
        ({"amount": 5, "procost": 7}, 1, "fees[0].procost"),
    ],
)
def test_unusable_parts_of_a_fee_are_listed_as_lost(row: Any, kept: int | None, lost: str) -> None:
    full = mapping().full(sample("det-01"), [row])
    assert (None if full.fees is None else len(full.fees)) == kept
    assert full.record.fields_lost == (lost,)


def test_fees_of_other_dossiers_are_ignored() -> None:
    rows = [fee(dossier={"id": "other"}), fee(dossier=None, amount=1), fee(dossier={"id": NATIVE})]
    full = mapping().full(sample("det-01"), rows)
    assert [each.amount for each in full.fees or ()] == [1, 100_000]


def test_one_unusable_fee_makes_the_fees_unknown() -> None:
    rows = [fee(dossier={"id": NATIVE}), fee(amount="100.000")]
    assert mapping().full(sample("det-01"), rows).fees is None
    assert mapping().full(sample("det-01")).fees is None
    assert mapping().full(sample("det-01"), []).fees == ()


def test_a_number_that_lost_a_zero_is_kept_as_written_and_matches_the_whole_one() -> None:
    short = mapping().full(of(fullname="Nguyễn Văn Mẫu", identityNumber=99000000003))
    whole = mapping().full(of(fullname="Nguyễn Văn Mẫu", identityNumber="099000000003"))
    assert short.applicant.identity_number == "99000000003"
    assert short.record.applicant_key == whole.record.applicant_key


@pytest.mark.parametrize(
    ("submitter", "owner", "named"),
    [
        ("Trần Thị Nộp", "Nguyễn Văn Chủ", "Nguyễn Văn Chủ"),
        ("Nguyễn Văn Chủ", "NGUYỄN VĂN CHỦ", None),
        ("Nguyễn Văn Chủ", "", None),
        ("Nguyễn Văn Chủ", None, None),
        ("", "Nguyễn Văn Chủ", None),
    ],
)
def test_owner_and_submitter_are_two_persons_when_the_form_names_two(
    submitter: str, owner: str | None, named: str | None
) -> None:
    full = mapping().full(
        of(fullname=submitter, ownerFullname=owner, identityNumber="099000000001")
    )
    assert full.applicant.identity_number == "099000000001"
    assert full.applicant.name == (submitter or "Nguyễn Văn Chủ")
    assert (full.owner.name if full.owner else None) == named
    if full.owner:
        assert full.owner.identity_number == ""
        assert full.holder is full.owner


@pytest.mark.parametrize(
    ("flag", "no_due", "lost"),
    [("true", True, False), (1.0, True, False), (" 1 ", True, False), ("FALSE", False, False),
     ("", False, False), (2, False, True), ([], False, True), ("có", False, True)],
)  # fmt: skip
def test_the_flag_without_due_date_is_read_in_every_form(
    flag: Any, no_due: bool, lost: bool
) -> None:
    record = mapping().reading({**sample("det-01"), "undefindedCompleteTime": flag}).record
    assert record.no_due is no_due
    assert record.fields_lost == (("undefindedCompleteTime",) if lost else ())

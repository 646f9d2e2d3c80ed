"""What matching keys are made of, keys of several secrets, and the numbers that may be sent."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date

import pytest

from khop.errors import RecordError
from khop.mappings.identity import actor_key, applicant_key, applicant_kind, sendable_number

KEY = b"k" * 32
NAME = "Nguyễn Văn Mẫu"


@pytest.mark.parametrize(
    ("number", "name", "birth", "kind"),
    [
        ("099000000001", None, None, "number_12"),
        ("99000000001", NAME, "1990", "number_12"),
        ("123456789", None, None, "number_9"),
        (12_345_678, None, None, "number_9"),
        ("B1234567", None, None, "number"),
        ("B12345678901", None, None, "number"),
        ("X00000001", None, None, "number"),
        ("0123456789", None, None, "number"),
        ("12345", NAME, date(1990, 1, 2), "number"),
        (None, NAME, date(1990, 1, 2), "name_date"),
        ("không có", NAME, "02/01/1990", "name_date"),
        ("", NAME, "1990", "name_year"),
        (None, NAME, "00/00/1990", "name_year"),
        (None, "\u041d", "1990", "name_year"),
        (None, NAME, None, None),
        (None, NAME, "năm 1990", None),
        (None, NAME, "1879", None),
        (None, None, "1990", None),
        (None, "", date(1990, 1, 2), None),
        (None, " ’ - ", "1990", None),
        (None, None, None, None),
    ],
)
def test_the_kind_says_what_a_key_is_made_of(
    number: str | int | None, name: str | None, birth: date | str | None, kind: str | None
) -> None:
    assert applicant_kind(number, name, birth) == kind
    assert (applicant_key(KEY, number, name, birth) is None) is (kind is None)


def test_several_secrets_are_applied_one_after_another() -> None:
    secrets = [bytes([each]) * 32 for each in range(3)]
    made = "actor:1"
    for count, secret in enumerate(secrets, 1):
        made = hmac.new(secret, made.encode(), hashlib.sha256).hexdigest()
        assert actor_key(b"".join(secrets[:count]), "1") == made


@pytest.mark.parametrize("number", ["99000000001", "12345678"])
def test_a_number_that_has_lost_a_zero_is_not_sent(number: str) -> None:
    with pytest.raises(RecordError) as refused:
        sendable_number(number, "SoGiayTo")
    assert refused.value.field == "SoGiayTo"
    assert refused.value.reason == (
        f"has {len(number)} digits: a leading zero was probably lost; "
        "correct the number where the dossier was entered"
    )


@pytest.mark.parametrize("number", ["099000000001", "123456789", "B1234567", "ABCDEFGH", ""])
def test_any_other_number_is_sent_as_it_is(number: str) -> None:
    assert sendable_number(number, "SoGiayTo") == number

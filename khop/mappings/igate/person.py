"""The applicant of a dossier of iGate (docs/systems/igate.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from khop.errors import RecordError
from khop.mappings.identity import (
    fold_name,
    identity_digits,
    key_and_kind,
    mask_name,
    mask_number,
    written_digits,
)
from khop.mappings.igate.references import is_no_value
from khop.mappings.igate.text import first_text
from khop.mappings.igate.wire import LabelledPlace, PersonData, PersonDetail
from khop.mappings.records import Applicant, Birth
from khop.mappings.time.parsing import FIRST_BIRTH_YEAR, LAST_YEAR, parse_wire_day
from khop.mappings.wire_shapes import scalar_text
from khop.text.cleaning import fold_label

#: The wire path of the birthday, for ``fields_lost``.
BIRTHDAY = "applicant.data.birthday"
_NUMBER = "applicant.data.identityNumber"
#: Fields of a person that may hold "undefined" and the like, with their wire paths.
_PATHS = tuple(
    (name, f"applicant.data.{name}")
    for name in ("identityNumber", "fullname", "ownerFullname", "organization")
)
_CITIZEN, _ORGANISATION = 1, 4
_PERSONAL_NUMBER = (9, 12)
#: A birth known by its year alone, or by month and year.
_PARTIAL = re.compile(r"(?:(?P<m>\d\d?)/)?(?P<y>\d{4})", re.ASCII)


class Matched(NamedTuple):
    """The applicant as a record has him: matching key, what it is made of, masked display."""

    key: str | None = None
    kind: str | None = None
    mask: str | None = None


def matched_by(key: bytes, person: PersonData, lost: list[str]) -> Matched:
    """The applicant. A birthday that the key needs and that cannot be read is added to ``lost``."""
    _name_no_values(person, lost)
    if any(path.startswith(_NUMBER) for path in lost):
        return Matched()  # a name in its place would make the key of another person
    number = identity_digits(person.identityNumber)
    name = first_text(person.fullname, person.ownerFullname, person.organization)
    birth = None if number else _birth_or_lost(person.birthday, lost)
    mask = (mask_name(name) if name else mask_number(number)) or None
    born = _key_text(birth)
    return Matched(*key_and_kind(key, number, name, born), mask)


def _name_no_values(person: PersonData, lost: list[str]) -> None:
    """Add the fields to ``lost`` that hold "undefined" and the like."""
    for name, path in _PATHS:
        written = getattr(person, name)
        if isinstance(written, str) and is_no_value(written.strip()) and path not in lost:
            lost.append(path)


def applicant_of(person: PersonDetail, lost: list[str]) -> Applicant:
    """The one who filed, in full. Fields that cannot be read are added to ``lost``."""
    organization = scalar_text(person.organization)
    return Applicant(
        name=first_text(person.fullname, person.ownerFullname, organization),
        identity_number=written_digits(person.identityNumber),
        kind=_kind(person),
        phone=_phone(scalar_text(person.phoneNumber)),
        email=scalar_text(person.email),
        birth=_birth_or_lost(person.birthday, lost),
        address=_address(person),
    )


def owner_of(person: PersonDetail) -> Applicant | None:
    """The owner, where the form names another one than the one who filed.

    The other fields of the form are those of the one who filed, so only the owner's name is known.
    """
    if not has_owner(person):
        return None
    return Applicant(name=first_text(person.ownerFullname), kind=_kind(person))


def has_owner(person: PersonData) -> bool:
    """Whether the form names an owner beside the one who filed."""
    if person.ownerFullname is None or person.ownerFullname == person.fullname:
        return False
    owner, submitter = first_text(person.ownerFullname), first_text(person.fullname)
    return bool(owner and submitter) and fold_name(owner) != fold_name(submitter)


def _kind(person: PersonDetail) -> int:
    organization = scalar_text(person.organization)
    number = identity_digits(person.identityNumber)
    return _CITIZEN if not organization or len(number) in _PERSONAL_NUMBER else _ORGANISATION


def read_birth(value: object) -> Birth | None:
    """A birthday in any of its forms; None where there is none.

    One that was stored as UTC has the evening of the day before, and is read as the local day. A
    year, or month and year, is not completed. Raises RecordError.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    partial = _PARTIAL.fullmatch(value.strip()) if isinstance(value, str) else None
    if partial is None:
        day = parse_wire_day(value, BIRTHDAY)
        return Birth(day.year, day.month, day.day) if day else None
    year, month = int(partial["y"]), int(partial["m"]) if partial["m"] else None
    if not FIRST_BIRTH_YEAR <= year <= LAST_YEAR or month not in (None, *range(1, 13)):
        raise RecordError(BIRTHDAY, "is not a month or year a living person was born in")
    return Birth(year, month)


def _birth_or_lost(value: object, lost: list[str]) -> Birth | None:
    try:
        return read_birth(value)
    except RecordError as error:
        if error.field not in lost:
            lost.append(error.field)
        return None


def _key_text(birth: Birth | None) -> str | None:
    """The part of a birth that goes into the matching key: the whole date, else the year."""
    if birth is None:
        return None
    if birth.month is None or birth.day is None:
        return f"{birth.year:04}"
    return f"{birth.year:04}-{birth.month:02}-{birth.day:02}"


def _address(person: PersonDetail) -> str:
    """One line: the typed text, then the chosen places that it does not contain."""
    line = scalar_text(person.address)
    for label in _places(person):
        if fold_label(label) not in fold_label(line):
            line = f"{line}, {label}" if line else label
    return line


def _places(person: PersonDetail) -> Iterator[str]:
    for place in (person.village, person.district, person.province):
        if label := scalar_text(place.label if isinstance(place, LabelledPlace) else place):
            yield label


def _phone(written: str) -> str:
    """The number as dialled within Viet Nam, starting with 0 instead of 84."""
    digits = "".join(char for char in written if char.isdecimal())
    if len(digits) == 11 and digits.startswith("84"):
        return f"0{digits[2:]}"
    return f"0{digits}" if len(digits) == 9 and not digits.startswith("0") else written

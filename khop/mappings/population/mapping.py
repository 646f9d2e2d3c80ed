"""Persons of the population database as records, and applicants as questions about them
(docs/systems/population.md).

Codes are kept as written, with their meaning where independent sources agree on it. Records are
personal data: they stay in memory, and their ``repr`` shows no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from khop.connectors.population import Person, Question
from khop.connectors.population.wire import (
    Address,
    BirthDate,
    EthnicGroup,
    PersonName,
    Relative,
    Religion,
)
from khop.errors import RecordError
from khop.mappings.facts.packaged import load_table
from khop.mappings.population.names import asked_name, has_foreign_letters, joined_name, same_name
from khop.mappings.population.personal_number import (
    check_personal_number,
    is_old_card,
    number_facts,
)
from khop.mappings.records import Applicant, Birth, IdentityVerdict
from khop.mappings.time.parsing import FIRST_BIRTH_YEAR, LAST_YEAR, parse_wire_day
from khop.text.cleaning import clean_text, is_gap

#: A date whose day, and perhaps month, is zeros: only the year is known.
_PLACEHOLDER = re.compile(
    r"(?P<y>\d{4})(?P<m>\d\d)00|(?P<y2>\d{4})-(?P<m2>\d\d)-00|00/(?P<m3>\d\d)/(?P<y3>\d{4})",
    re.ASCII,
)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_KIND_CITIZEN = 1
#: Elements that a verdict needs; a lost one was there twice or unreadable.
_COMPARED = frozenset({"SoDinhDanh", "SoCMND", "HoVaTen", "NgayThangNamSinh"})


@dataclass(frozen=True, slots=True, repr=False)
class Coded:
    """A code as written, and its meaning; None where no two sources agree on it."""

    raw: str
    meaning: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """An address. Its codes are of the list in force when the record was written, and that day is
    not known: before July 2025 there was a district between province and ward."""

    province: str | None = None
    district: str | None = None
    ward: str | None = None
    unit: str | None = None
    text: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class RelativeRecord:
    name: str = ""
    number: str | None = None
    old_number: str | None = None
    nationality: str | None = None
    relation: Coded | None = None


@dataclass(frozen=True, slots=True, repr=False)
class PersonRecord:
    """One person of the population database.

    ``male`` is None where the code means neither sex. ``unit`` of a place is the single code of
    the message standard. ``fields_lost`` names elements that could not be used; with
    ``NgayThangNamSinh.Nam``, the year contradicted the date, and the date was kept.
    """

    name: str
    number: str | None = None
    old_number: str | None = None
    birth: Birth | None = None
    sex: Coded | None = None
    male: bool | None = None
    ethnic: Coded | None = None
    religion: Coded | None = None
    marital: Coded | None = None
    blood: Coded | None = None
    nationality: str | None = None
    birth_registered: Place | None = None
    home_town: Place | None = None
    permanent: Place | None = None
    present: Place | None = None
    father: RelativeRecord | None = None
    mother: RelativeRecord | None = None
    spouse: RelativeRecord | None = None
    representative: RelativeRecord | None = None
    head: RelativeRecord | None = None
    household_book: str | None = None
    fields_lost: tuple[str, ...] = ()


def person_record(person: Person) -> PersonRecord:
    """The record of one ``CongDan``. A missing element is None; nothing is guessed."""
    lost = list(person.fields_lost)
    sex = _coded(person.GioiTinh, "sex")
    return PersonRecord(
        name=_name(person.HoVaTen),
        number=person.SoDinhDanh,
        old_number=person.SoCMND,
        birth=read_birth(person.NgayThangNamSinh, lost),
        sex=sex,
        male=sex.meaning == "male" if sex and sex.meaning else None,
        ethnic=_listed(person.DanToc, "ethnic"),
        religion=_listed(person.TonGiao, "religion"),
        marital=_coded(person.TinhTrangHonNhan, "marital"),
        blood=_coded(person.NhomMau, "blood"),
        nationality=person.QuocTich,
        birth_registered=_place(person.NoiDangKyKhaiSinh),
        home_town=_place(person.QueQuan),
        permanent=_place(person.ThuongTru),
        present=_place(person.NoiOHienTai),
        father=_relative(person.Cha),
        mother=_relative(person.Me),
        spouse=_relative(person.VoChong),
        representative=_relative(person.NguoiDaiDien),
        head=_relative(person.ChuHo),
        household_book=person.SoSoHoKhau,
        fields_lost=tuple(lost),
    )


def read_birth(written: BirthDate | str | None, lost: list[str]) -> Birth | None:
    """A birth date or year; a date comes before a year. ``lost`` names what was not used.

    A day or month of zeros is a placeholder, never the first of January.
    """
    field = "NgayThangNamSinh"
    if not isinstance(written, BirthDate):
        return _birth(written, field, lost)
    whole = _birth(written.NgayThangNam, f"{field}.NgayThangNam", lost)
    year = _birth(written.Nam, f"{field}.Nam", lost)
    if whole is None or year is None:
        return whole or year
    if whole.year != year.year:
        lost.append(f"{field}.Nam")
    return whole


def question_of(
    applicant: Applicant, *, today: date, name_form: Literal["joined", "spaced"] = "joined"
) -> tuple[Question, tuple[str, ...]]:
    """The question about an applicant, and warnings as stable codes.

    Raises RecordError when no question can be made: no citizen, no name, no birth year, or a
    number that no person can have (docs/systems/population.md).
    """
    if applicant.kind != _KIND_CITIZEN:
        raise RecordError("applicant", "is no citizen; only persons are in the population database")
    number = "".join(sign for sign in applicant.identity_number if not is_gap(sign))
    findings = check_personal_number(number, applicant.birth, today=today)
    for finding in findings:
        if finding.level == "error":
            raise RecordError("identity_number", finding.why)
    name = asked_name(applicant.name, name_form)
    if not name:
        raise RecordError("name", "is missing, or has no letter that the database takes")
    old = is_old_card(number)
    question = Question(
        name,
        number="" if old else number,
        old_number=number if old else "",
        birth=_asked_birth(applicant.birth),
    )
    warnings = [finding.code for finding in findings]
    if has_foreign_letters(applicant.name):
        warnings.append("name_letters_left_out")
    return question, tuple(warnings)


def verdict_of(
    persons: Iterable[PersonRecord], question: Question, *, complete: bool = True
) -> IdentityVerdict:
    """The verdict of a look-up: MATCH when one person's number, name and birth agree.

    An empty answer is a MISMATCH, since the service finds a person only by correct data. UNKNOWN
    where a record lacks a compared element or has it twice or is of another number, and where
    the answer is not ``complete``: a person that could not be read may be the right one.
    """
    found = [_agrees(person, question) for person in persons]
    if True in found:
        return IdentityVerdict.MATCH
    if None in found or not complete:
        return IdentityVerdict.UNKNOWN
    return IdentityVerdict.MISMATCH


def _agrees(person: PersonRecord, question: Question) -> bool | None:
    if not _COMPARED.isdisjoint(person.fields_lost):
        return None
    numbers = ((person.number, question.number), (person.old_number, question.old_number))
    numbers_agree = [
        _digits(theirs) == asked for theirs, asked in numbers if asked and _digits(theirs)
    ]
    if False in numbers_agree:
        return None  # the record of another number does not answer the question
    if person.name and not same_name(person.name, question.name):
        return False
    born = _births_agree(person.birth, question.birth)
    if born is False:
        return False
    return True if numbers_agree and person.name and born else None


def _digits(number: str | None) -> str | None:
    """A number that can be compared; None for one of another length, since a service that sends
    JSON numbers loses leading zeros."""
    bare = "".join(sign for sign in number or "" if not is_gap(sign))
    return bare if is_old_card(bare) or number_facts(bare) else None


def _births_agree(theirs: Birth | None, asked: date | int | None) -> bool | None:
    if theirs is None or asked is None:
        return None
    if isinstance(asked, date) and theirs.month is not None and theirs.day is not None:
        return (theirs.year, theirs.month, theirs.day) == (asked.year, asked.month, asked.day)
    return theirs.year == (asked.year if isinstance(asked, date) else asked)


def _asked_birth(birth: Birth | None) -> date | int | None:
    """The birth for a question: a date, or a year where the day is not known."""
    if birth is None:
        return None
    if birth.month is None or birth.day is None:
        return birth.year
    try:
        return date(birth.year, birth.month, birth.day)
    except ValueError:
        raise RecordError("birth", "is not a date that exists") from None


def _birth(text: str | None, field: str, lost: list[str]) -> Birth | None:
    if text is None:
        return None
    try:
        found, partly = _read_birth(text.strip(), field)
    except RecordError:
        found, partly = None, True
    if partly:
        lost.append(field)
    return found


def _read_birth(text: str, field: str) -> tuple[Birth | None, bool]:
    """The birth, and whether a part of the text is lost, such as a month without a day."""
    if _YEAR.fullmatch(text):
        return _year(text), False
    if match := _PLACEHOLDER.fullmatch(text):
        parts = [part for part in match.groups() if part is not None]
        year, month = sorted(parts, key=len, reverse=True)
        return _year(year), month != "00"
    day = parse_wire_day(text, field)
    return (None, True) if day is None else (Birth(day.year, day.month, day.day), False)


def _year(text: str) -> Birth:
    year = int(text)
    if not FIRST_BIRTH_YEAR <= year <= LAST_YEAR:
        raise RecordError("birth", "has a year no living person was born in")
    return Birth(year)


def _name(written: PersonName | str | None) -> str:
    if isinstance(written, PersonName):
        return joined_name(written.Ho, written.ChuDem, written.Ten)
    return clean_text(written or "")


def _coded(raw: str | None, table: str) -> Coded | None:
    return None if raw is None else Coded(raw, _meaning(raw, table))


def _listed(written: EthnicGroup | Religion | str | None, table: str) -> Coded | None:
    """A code alone, or the standard's group of code and name, whose name is then the meaning."""
    if written is None or isinstance(written, str):
        return _coded(written, table)
    code = written.MaDanToc if isinstance(written, EthnicGroup) else written.MaTonGiao
    name = clean_text(written.TenGoi) if written.TenGoi else None
    return Coded(code or "", name or _meaning(code or "", table))


def _meaning(raw: str, table: str) -> str | None:
    """The meaning of a code, also of one that lost its leading zero as a number."""
    codes: Mapping[str, Any] = load_table("population_codes")[table]["codes"]
    found = codes.get(raw) or codes.get(raw.zfill(2)) or codes.get(raw.lstrip("0"))
    return str(found) if found else None


def _place(written: Address | None) -> Place | None:
    if written is None:
        return None
    return Place(
        province=written.MaTinhThanh,
        district=written.MaQuanHuyen,
        ward=written.MaPhuongXa,
        unit=written.MaDonViHanhChinh,
        text=clean_text(written.ChiTiet) if written.ChiTiet else None,
        country=written.QuocGia,
    )


def _relative(written: Relative | None) -> RelativeRecord | None:
    if written is None:
        return None
    return RelativeRecord(
        name=_name(written.HoVaTen),
        number=written.SoDinhDanh,
        old_number=written.SoCMND,
        nationality=written.QuocTich,
        relation=_coded(written.QuanHe, "household"),
    )

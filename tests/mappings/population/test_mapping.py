"""Persons of the population database, questions about applicants, and verdicts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from khop.connectors.http.answers import Answer
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.population import AnswerReader, DeploymentShape, Question, SoapFront
from khop.connectors.population.wire import Address, BirthDate, EthnicGroup, Person, Religion
from khop.errors import RecordError
from khop.mappings.facts.packaged import load_table
from khop.mappings.population.mapping import (
    Coded,
    Place,
    person_record,
    question_of,
    read_birth,
    verdict_of,
)
from khop.mappings.records import Applicant, Birth, IdentityVerdict
from tests import paths

SAMPLES = paths.SAMPLES / "population"
TODAY = date(2026, 3, 18)
LAN = Applicant(name="Trần Thị Mai Lan", identity_number="001185012345", birth=Birth(1985, 2, 17))


def records(name: str) -> list[Any]:
    """The persons of a sample; ``Any``, because each sample has the parts its test reads."""
    body = (SAMPLES / f"{name}.xml").read_bytes()
    front = SoapFront(DeploymentShape({}))
    found = front.elements(Answer(200, {}, body), CallOutcome("population", "x", write=False))
    return [person_record(person) for person in AnswerReader().persons(found).persons]


def test_the_sample_person_is_read_in_full() -> None:
    (lan,) = records("tracuu-res-01-full-old-three-level")
    assert (lan.name, lan.number, lan.old_number) == (
        "TRẦN THỊ MAI LAN",
        "001185012345",
        "011223340",
    )
    assert lan.birth == Birth(1985, 2, 17)
    assert (lan.sex.raw, lan.sex.meaning, lan.male) == ("2", "female", False)
    assert (lan.ethnic.raw, lan.ethnic.meaning) == ("01", "Kinh")
    assert (lan.religion.raw, lan.religion.meaning) == ("00", "không")
    assert (lan.marital.raw, lan.marital.meaning) == ("2", "married")
    assert (lan.blood.raw, lan.blood.meaning) == ("00", None)
    assert (lan.home_town.province, lan.home_town.district, lan.home_town.ward) == (
        "36",
        "361",
        "13795",
    )
    assert (lan.father.name, lan.mother.number, lan.spouse.old_number) == (
        "TRẦN VĂN MẪU",
        None,
        None,
    )
    assert lan.representative is None
    assert (lan.head.relation.raw, lan.head.relation.meaning) == ("VC", None)
    assert lan.household_book == "100200300"
    assert lan.fields_lost == ()


def test_the_same_record_in_decomposed_letters_is_the_same_record() -> None:
    assert records("tracuu-res-09-nfd-name") == records("tracuu-res-01-full-old-three-level")


def test_a_year_alone_is_not_completed() -> None:
    (xuan,) = records("tracuu-res-02-year-only-many-empty")
    assert xuan.birth == Birth(1947)
    assert (xuan.marital.raw, xuan.marital.meaning) == ("3", None)


def test_addresses_of_two_levels_are_read() -> None:
    (ha,) = records("tracuu-res-03-two-level-2025-sparse")
    assert (ha.present.province, ha.present.district, ha.present.ward) == ("01", None, "00070")
    assert ha.religion is None
    assert ha.father is None


def test_split_names_are_joined() -> None:
    (thu,) = records("tracuu-res-04-structured-names-test-env")
    assert (thu.name, thu.father.name, thu.mother.name) == ("Vi Văn Thử", "Vi Văn Mẫu", "Lò Thị Ví")
    assert thu.male is None


def test_the_head_of_a_household_is_known_and_other_codes_are_kept() -> None:
    relations = [r.head.relation for r in records("hogiadinh-res-01-three-members")]
    assert [(r.raw, r.meaning) for r in relations] == [
        ("CH01", "head"),
        ("VC", None),
        ("CON", None),
    ]
    assert records("hogiadinh-res-04-no-quanhe")[1].head.relation is None


SEXES = {"1": "male", "2": "female"}


@pytest.mark.parametrize(("code", "male"), [("1", True), ("2", False), ("0", None), ("3", None)])
def test_an_unknown_code_of_sex_means_neither(code: str, male: bool | None) -> None:
    record = person_record(Person(GioiTinh=code))
    assert (record.male, record.sex) == (male, Coded(code, SEXES.get(code)))


def test_codes_in_groups_and_without_their_zero() -> None:
    record = person_record(
        Person(
            DanToc=EthnicGroup(MaDanToc="55", TenGoi="Người nước ngoài"),
            TonGiao=Religion(MaTonGiao="1"),
            NhomMau="4",
            QueQuan=Address(MaDonViHanhChinh="13795"),
        )
    )
    assert record.ethnic == Coded("55", "Người nước ngoài")
    assert record.religion == Coded("1", "Phật giáo")
    assert record.blood == Coded("4", "O")
    assert record.home_town == Place(unit="13795")
    assert person_record(Person(DanToc="99")).ethnic == Coded("99")
    assert person_record(Person(DanToc="source")).ethnic == Coded("source")


def test_all_54_ethnic_groups_have_a_name() -> None:
    codes = load_table("population_codes")["ethnic"]["codes"]
    assert sorted(codes) == [f"{number:02}" for number in range(1, 55)]
    assert (codes["08"], codes["54"]) == ("HMông", "Rơ-măm")


def test_elements_not_read_are_listed_as_lost() -> None:
    record = person_record(Person(NgayThangNamSinh="x", fields_lost=("TrangThai",)))
    assert record.fields_lost == ("TrangThai", "NgayThangNamSinh")


def test_a_record_shows_nothing_of_the_person() -> None:
    (lan,) = records("tracuu-res-01-full-old-three-level")
    for part in (lan, lan.father, lan.home_town, lan.sex):
        shown = f"{part!r} {part}"
        assert not any(text in shown for text in ("LAN", "MẪU", "0011", "Vụ Bản", "female"))


@pytest.mark.parametrize(
    ("written", "birth", "lost"),
    [
        (BirthDate(NgayThangNam="19850217"), Birth(1985, 2, 17), []),
        (BirthDate(NgayThangNam="1985-02-17"), Birth(1985, 2, 17), []),
        (BirthDate(NgayThangNam="17/02/1985"), Birth(1985, 2, 17), []),
        (BirthDate(Nam="1947"), Birth(1947), []),
        (BirthDate(NgayThangNam="1947"), Birth(1947), []),
        (BirthDate(NgayThangNam="19470000"), Birth(1947), []),
        (BirthDate(NgayThangNam="1947-00-00"), Birth(1947), []),
        (BirthDate(NgayThangNam="00/00/1947"), Birth(1947), []),
        (BirthDate(Nam="1947", NgayThangNam="19470000"), Birth(1947), []),
        (BirthDate(NgayThangNam="19470500"), Birth(1947), ["NgayThangNamSinh.NgayThangNam"]),
        (BirthDate(Nam="1985", NgayThangNam="19850217"), Birth(1985, 2, 17), []),
        (
            BirthDate(Nam="1984", NgayThangNam="19850217"),
            Birth(1985, 2, 17),
            ["NgayThangNamSinh.Nam"],
        ),
        (
            BirthDate(Nam="1985", NgayThangNam="19850230"),
            Birth(1985),
            ["NgayThangNamSinh.NgayThangNam"],
        ),
        (BirthDate(NgayThangNam="00000000"), None, ["NgayThangNamSinh.NgayThangNam"]),
        (BirthDate(Nam="85"), None, ["NgayThangNamSinh.Nam"]),
        ("1992-05-09", Birth(1992, 5, 9), []),
        ("1992", Birth(1992), []),
        ("khong ro", None, ["NgayThangNamSinh"]),
        (None, None, []),
        (BirthDate(), None, []),
    ],
)
def test_a_birth_is_read_as_far_as_it_is_known(
    written: BirthDate | str | None, birth: Birth | None, lost: list[str]
) -> None:
    named: list[str] = []
    assert read_birth(written, named) == birth
    assert named == lost


def test_an_applicant_becomes_a_question() -> None:
    question, warnings = question_of(LAN, today=TODAY)
    assert question == Question("TRANTHIMAILAN", "001185012345", "", date(1985, 2, 17))
    assert warnings == ()


def test_nine_digits_are_an_old_card() -> None:
    applicant = Applicant(name="Lưu Văn Dương", identity_number=" 012345670 ", birth=Birth(1961))
    question, _ = question_of(applicant, today=TODAY)
    assert question == Question("LUUVANDUONG", "", "012345670", 1961)


@pytest.mark.parametrize("birth", [Birth(1947), Birth(1947, 5)])
def test_a_year_is_asked_as_a_year(birth: Birth) -> None:
    applicant = Applicant(name="Xuân", identity_number="038147000456", birth=birth)
    assert question_of(applicant, today=TODAY)[0].birth == 1947


def test_warnings_are_returned_with_the_question() -> None:
    applicant = Applicant(name="Søren", identity_number="100185012345", birth=Birth(1990))
    _, warnings = question_of(applicant, today=TODAY)
    assert warnings == ("unknown_birth_place", "birth_year_differs", "name_letters_left_out")


@pytest.mark.parametrize(
    ("applicant", "field"),
    [
        (Applicant(name="A", identity_number="1185012345", birth=Birth(1985)), "identity_number"),
        (Applicant(name="A", identity_number="", birth=Birth(1985)), "identity_number"),
        (Applicant(name="A", identity_number="001985012345"), "identity_number"),
        (Applicant(name="-", identity_number="001185012345"), "name"),
        (Applicant(name="A", identity_number="001185012345", kind=2), "applicant"),
        (Applicant(name="A", identity_number="001185012345", birth=Birth(1985, 2, 30)), "birth"),
    ],
)
def test_an_applicant_who_cannot_be_found_is_refused(applicant: Applicant, field: str) -> None:
    with pytest.raises(RecordError) as refused:
        question_of(applicant, today=TODAY)
    assert refused.value.field == field
    assert "1185012345" not in str(refused.value)


ASKED = Question("LUUVANDUONG", "", "012345670", date(1961, 9, 30))


def test_of_two_persons_with_one_number_the_matching_one_counts() -> None:
    two = records("tracuu-res-07-two-records")
    assert verdict_of(two, ASKED) is IdentityVerdict.MATCH
    assert verdict_of(two, Question("LUUVANDUNG", "", "012345670", 1961)) is (
        IdentityVerdict.MISMATCH
    )


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        (Question("TRANTHIMAILAN", "001185012345", birth=date(1985, 2, 17)), "match"),
        (Question("TRAN THI MAI LAN", "001185012345", birth=1985), "match"),
        (Question("TRANTHIMAILAN", "001185012345", birth=date(1985, 2, 18)), "mismatch"),
        (Question("TRANTHIMAI", "001185012345", birth=1985), "mismatch"),
        (Question("TRANTHIMAILAN", "001185012346", birth=1985), "unknown"),
        (Question("TRANTHIMAILAN", "001185012345"), "unknown"),
    ],
)
def test_a_record_is_compared_with_the_question(question: Question, verdict: str) -> None:
    assert verdict_of(records("tracuu-res-01-full-old-three-level"), question) == verdict


def test_an_empty_answer_is_a_mismatch_and_a_gap_is_unknown() -> None:
    assert verdict_of([], ASKED) is IdentityVerdict.MISMATCH
    bare = person_record(Person(SoCMND="012345670"))
    assert verdict_of([bare], ASKED) is IdentityVerdict.UNKNOWN


def test_an_incomplete_answer_without_match_is_unknown() -> None:
    other = records("tracuu-res-01-full-old-three-level")
    assert verdict_of([], ASKED, complete=False) is IdentityVerdict.UNKNOWN
    assert verdict_of(other, ASKED, complete=False) is IdentityVerdict.UNKNOWN
    two = records("tracuu-res-07-two-records")
    assert verdict_of(two, ASKED, complete=False) is IdentityVerdict.MATCH


@pytest.mark.parametrize("number", ["1185012345", " ", "CCCD"])
def test_a_number_without_its_zeros_is_unknown_not_a_mismatch(number: str) -> None:
    question = Question("TRANTHIMAILAN", "001185012345", birth=1985)
    written = Person(SoDinhDanh=number, HoVaTen="Trần Thị Mai Lan", NgayThangNamSinh="1985")
    assert verdict_of([person_record(written)], question) is IdentityVerdict.UNKNOWN
    grouped = person_record(written.model_copy(update={"SoDinhDanh": "001 185 012 345"}))
    assert verdict_of([grouped], question) is IdentityVerdict.MATCH


@pytest.mark.parametrize("twice", ["SoDinhDanh", "SoCMND", "HoVaTen", "NgayThangNamSinh"])
def test_a_repeated_element_makes_the_verdict_unknown(twice: str) -> None:
    (person,) = records("tracuu-res-01-full-old-three-level")
    question = Question("TRANTHIMAILAN", "001185012345", birth=1985)
    assert verdict_of([person], question) is IdentityVerdict.MATCH
    doubtful = replace(person, fields_lost=(twice,))
    assert verdict_of([doubtful], question) is IdentityVerdict.UNKNOWN

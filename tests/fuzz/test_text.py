"""Dates, codes, names, numbers and labels as people may type them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from khop.connectors.answer_words import folded
from khop.connectors.dvcqg.envelope import says_exists
from khop.connectors.http.checks import http_address, path_segment
from khop.connectors.population.fields import birth_text
from khop.connectors.population.shape import DateForm
from khop.connectors.vnpost.feed import object_id, unwrapped
from khop.connectors.vnpost.prices import amount
from khop.errors import ConfigError, RecordError
from khop.mappings.codes.dossier import parse_code
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.dvcqg.catalogue import plain
from khop.mappings.identity import (
    applicant_key,
    fold_name,
    identity_digits,
    mask_name,
    mask_number,
)
from khop.mappings.igate.person import read_birth
from khop.mappings.igate.text import any_name, flag
from khop.mappings.population.names import asked_name, has_foreign_letters, same_name
from khop.mappings.population.personal_number import check_personal_number, number_facts
from khop.mappings.records import Birth, Instant, Precision
from khop.mappings.states.status import igate_statuses, portal_channels
from khop.mappings.time.parsing import parse_wire_day, parse_wire_time, wire_time
from khop.mappings.urls import public_url
from khop.mappings.vnpost.barcode import read_barcode
from khop.mappings.vnpost.mapping import OrderNumbers, code_text, epoch_time
from khop.mappings.vnpost.orders import month_first, phone_number
from khop.mappings.vnpost.places import PlaceTable
from khop.text.cleaning import clean_text, cut_text, fold_label
from khop.text.masking import LONGEST, short_text
from tests.fuzz.answers import assert_nothing_personal
from tests.fuzz.profile import FUZZ
from tests.fuzz.strategies import PERSONAL_NUMBERS, scalars, texts, values

T = TypeVar("T")
TODAY = date(2026, 3, 18)
KEY = b"0" * 32
DATES = st.from_regex(
    r"[0-9]{1,4}[-/. ]?[0-9]{1,2}[-/. ]?[0-9]{1,4}"
    r"([T ][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.,][0-9]{1,9})?)?)?([zZ]|[+-][0-9]{2}:?[0-9]{0,2})?",
    fullmatch=True,
)
CODES = st.from_regex(r"[A-ZĐa-zđ0-9. -]{0,20}[-.][0-9]{5,8}[-.][0-9]{3,6}", fullmatch=True)
INSTANTS = st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)).map(
    lambda moment: Instant.of(moment.replace(microsecond=0, tzinfo=UTC))
)


def record_error_or(call: Callable[[], T]) -> T | None:
    """The result of the call; None for a RecordError, which must show nothing personal."""
    try:
        return call()
    except RecordError as error:
        assert_nothing_personal(error)
        return None


@FUZZ
@given(DATES | texts | values)
def test_any_time_is_read_or_refused(value: object) -> None:
    found = record_error_or(lambda: parse_wire_time(value, "f"))
    if found is not None:
        assert 1989 <= found.utc.year <= 2099
        assert 1990 <= found.local_date.year <= 2099


@FUZZ
@given(DATES | texts | values)
def test_any_birthday_is_read_or_refused(value: object) -> None:
    day = record_error_or(lambda: parse_wire_day(value, "f"))
    assert day is None or 1880 <= day.year <= 2099
    birth = record_error_or(lambda: read_birth(value))
    assert birth is None or 1880 <= birth.year <= 2099


@FUZZ
@given(INSTANTS, st.sampled_from(list(Precision)))
def test_a_written_time_is_read_as_the_same_time(instant: Instant, precision: Precision) -> None:
    written = wire_time(Instant(instant.us, precision))
    read = parse_wire_time(written, "f")
    assert read is not None
    assert wire_time(read) == written
    if precision is Precision.SECOND:
        assert read == instant
    assert month_first(instant)[6:] == f"{instant.local_date.year}"


@FUZZ
@given(values | texts | st.integers() | st.floats())
def test_any_moment_of_the_post_is_read_or_refused(value: object) -> None:
    found = record_error_or(lambda: epoch_time(value, "f"))
    assert found is None or 1989 <= found.utc.year <= 2100


@FUZZ
@given(CODES | texts | st.text())
def test_a_canonical_code_is_its_own_canonical_form(text: str) -> None:
    code = canonical_code(text)
    assert canonical_code(code) == code
    assert parse_code(text).code == code
    assert base_procedure(base_procedure(text) or "") == base_procedure(text)


@FUZZ
@given(texts | st.text())
def test_folding_twice_equals_folding_once(text: str) -> None:
    folds: tuple[Callable[[str], str], ...] = (clean_text, fold_label, fold_name, folded)
    for fold in folds:
        assert fold(fold(text)) == fold(text)
    assert says_exists(text) == says_exists(folded(text))


@FUZZ
@given(st.text(), st.integers(4, 60))
def test_a_cut_text_is_no_longer_than_it_may_be(text: str, longest: int) -> None:
    cut = cut_text(text, longest, longest - 3)
    assert len(cut) <= longest
    assert cut_text(cut, longest, longest - 3) == cut


@FUZZ
@given(texts | st.text(), texts | st.text())
def test_names_are_compared_without_an_exception(one: str, other: str) -> None:
    assert asked_name(one).isascii()
    assert asked_name(asked_name(one)) == asked_name(one)
    assert same_name(one, one) is bool(asked_name(one))
    assert same_name(one, other) == same_name(other, one)
    assert has_foreign_letters(one) in (True, False)
    assert len(mask_name(one)) <= 3 * len(one) + 3


@FUZZ
@given(texts | st.text() | st.integers(), texts | st.text(), texts | st.text() | st.none())
def test_a_person_gets_a_key_or_none_and_a_mask(number: object, name: str, birth: object) -> None:
    assert identity_digits(identity_digits(number)) == identity_digits(number)  # type: ignore[arg-type]
    key = applicant_key(KEY, number, name, birth)  # type: ignore[arg-type]
    assert key is None or len(key) == 64
    hidden = mask_number(number)  # type: ignore[arg-type]
    digits = identity_digits(number)  # type: ignore[arg-type]
    assert not digits or hidden != digits


@FUZZ
@given(texts | st.text() | st.from_regex(r"[0-9]{12}", fullmatch=True), st.integers(1, 9999))
def test_the_remark_on_a_number_does_not_contain_the_number(number: str, year: int) -> None:
    for finding in check_personal_number(number, Birth(year), True, today=TODAY):
        assert sum(map(str.isdigit, number)) < 4 or number not in finding.why
    facts = number_facts(number)
    assert facts is None or facts.birth_year >= 1900


@FUZZ
@given(texts | st.text())
def test_any_text_becomes_one_short_printable_line(text: str) -> None:
    line = short_text(text)
    assert len(line) <= LONGEST
    assert line.isprintable()
    assert short_text(line) == line


@FUZZ
@given(st.text(st.characters(exclude_categories=["N", "Cs"])), st.sampled_from(PERSONAL_NUMBERS))
def test_a_personal_number_within_text_is_masked(around: str, number: str) -> None:
    digits = number.lstrip("+")
    assert digits not in short_text(f"{around}{number}{around}")


@pytest.mark.parametrize(
    "written",
    [
        "0990 000 001",
        "0990.000.001",
        "0990-000-001",
        "0990\u00a0000\u00a0001",
        "0990\u2009000\u2009001",
        "0990  000  001",
        "0990\t000\t001",
        "0990\n000\n001",
        "09900\u200b00001",
        "0990\u00ad000001",
        "0990 000001",
        "001085 012345",
        "001.085.012345",
        "(0990) 000 001",
        "ĐT.0990 000 001",
        "099<b>0000</b>001",
        "+84-990-000-001",
    ],
)
def test_a_personal_number_is_masked_however_it_is_grouped(written: str) -> None:
    shown = short_text(f"Khách {written} không hợp lệ")
    assert sum(sign.isdigit() for sign in shown) < 7, shown


@pytest.mark.parametrize(
    "written",
    [
        "H99.18.03-250820-0012",
        "000.00.00.H99-240101-0001",
        "2026-03-18 09:41:00",
        "18/03/2026 09:41",
    ],
)
def test_the_code_of_a_dossier_and_a_date_stay_legible(written: str) -> None:
    assert written in short_text(f"Hồ sơ {written} không hợp lệ")


@pytest.mark.parametrize(
    "written", ["lan@example.vn", "<lan@example.vn>", "a.b+c@mail.example.vn,"]
)
def test_an_address_of_a_person_is_masked(written: str) -> None:
    assert "example" not in short_text(f"gửi {written}")


@FUZZ
@given(texts | st.text(), st.integers(0, 3))
def test_any_text_in_an_address_is_encoded_or_refused(text: str, place: int) -> None:
    with suppress(ConfigError):
        address = http_address("src", "base_url", f"https://a.example.vn/{text}")
        assert address.startswith("https://a.example.vn")
    for url in (text, f"https://{text}", f"https://{text}.vn/{text}?t={text}#{text}"):
        assert public_url(url, (".local",)) in ("", url.split("##", 1)[0].strip())
    segment = record_error_or(lambda: path_segment("id", text))
    assert segment is None or ("/" not in segment and segment not in (".", ".."))


@FUZZ
@given(values)
def test_small_readers_accept_any_value(value: object) -> None:
    assert flag(value) in (True, False, None)
    assert isinstance(any_name(value), str | None)
    assert isinstance(plain(value), str)
    assert object_id(value) is None or len(object_id(value) or "") == 24
    unwrapped(value)
    found = amount(value)
    assert found is None or 0 <= found < 10**15


@FUZZ
@given(scalars)
def test_a_code_of_the_post_is_a_short_text_or_refused(value: object) -> None:
    text = record_error_or(lambda: code_text(value, "f"))  # type: ignore[arg-type]
    assert text is None or len(text) <= 40
    assert text is None or code_text(text, "f") == text


@FUZZ
@given(texts | st.text(), st.sampled_from(["", "-G", "-g", " ", "-T"]))
def test_an_order_number_gives_the_code_of_its_dossier(code: str, suffix: str) -> None:
    numbers = OrderNumbers(collect=suffix, result="-R")
    canonical = canonical_code(code)
    assert canonical_code(numbers.code(code)) == numbers.code(code)
    if "_" not in canonical and not canonical.endswith(("-R", canonical_code(suffix) or "\0")):
        assert numbers.code(numbers.of(code, collecting=False)) == canonical


@FUZZ
@given(texts | st.text(), texts | st.text())
@example("0990 000 001; 02400000001", "Số 1, Phường Mẫu, Hà Nội")
def test_an_applicant_is_written_to_the_post_or_refused(phone: str, address: str) -> None:
    number = record_error_or(lambda: phone_number(phone, "applicant.phone"))
    assert number is None or (number.isascii() and number.isdigit())
    table = PlaceTable({"Hà Nội": 10}, {"Hà Nội/Ba Đình": 1110})
    place = record_error_or(lambda: table.of_address(address, "applicant.address"))
    assert place is None or place.province == 10


@FUZZ
@given(texts | st.text() | st.from_regex(r"D-\w{0,70}-\d{0,20}-\d{0,12}", fullmatch=True))
def test_any_barcode_is_read_or_refused(text: str) -> None:
    code = record_error_or(lambda: read_barcode(text))
    assert code is None or code.counter >= 0


@FUZZ
@given(st.integers() | texts | st.none(), texts | st.text() | st.none())
def test_any_state_is_mapped_or_none(id: int | str | None, name: str | None) -> None:
    status, channel = igate_statuses({}, {}), portal_channels({}, {})
    assert status.lookup(id, name) == status.lookup(id, name)
    assert channel.lookup(id, name) == channel.lookup(id, name)
    known = status.lookup(None, name)
    again = status.lookup(None, unicodedata.normalize("NFD", name or "").upper())
    assert known is None or again is known


@FUZZ
@given(st.dates(date(1, 1, 1)) | st.integers(1000, 9999) | st.none(), st.sampled_from(DateForm))
def test_a_birth_is_written_in_its_form(birth: date | int | None, form: DateForm) -> None:
    assert len(birth_text(birth, form)) in (0, 4, 8, 10)

"""Codes of dossiers: their parts, patterns and dates (docs/domain.md, Codes)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.codes.dossier import (
    CodeFlag,
    CodeParts,
    code_patterns,
    compare_date,
    foreign_code,
    may_be_one_dossier,
    parse_code,
)
from khop.mappings.codes.grammar import code_grammar
from khop.mappings.codes.organisation import normal_organisation, parse_organisation
from khop.mappings.codes.procedure import base_procedure, parse_procedure
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.time.calendar import FIRST_DAY, LAST_DAY, WorkingCalendar

NO_TEXT: list[object] = [None, 5, 1.5, b"H56.14-240823-0001", ["H56"], {}, date(2024, 8, 23)]
LIVE = [
    ("000.00.06.H56-231027-0361", "G1", "000.00.06.H56", (2023, 10, 27), "0361", False),
    ("000.00.53.H48-220921-0099", "G1", "000.00.53.H48", (2022, 9, 21), "0099", False),
    ("000.00.01.H10-200914-0001", "G1", "000.00.01.H10", (2020, 9, 14), "0001", False),
    ("000.A0.01.H26-210212-9090", "G1", "000.A0.01.H26", (2021, 2, 12), "9090", False),
    ("H56.14-240823-0001", "G2", "H56.14", (2024, 8, 23), "0001", False),
    ("H15.50.05.13-261008-0975", "G2", "H15.50.05.13", (2026, 10, 8), "0975", False),
    ("H55.242-260101-0001", "G2", "H55.242", (2026, 1, 1), "0001", False),
    ("H01-260101-0001", "G2", "H01", (2026, 1, 1), "0001", False),
    ("H01.1A.2B.3C.4D.5E.6F7-260101-0001", "G2", "H01.1A.2B.3C.4D.5E.6F7", (2026, 1, 1), "0001", 0),
    ("G22.99-250820-000777", "G3", "G22.99", (2025, 8, 20), "000777", False),
    ("000.00.16.H99-260302-0312345", "G3", "000.00.16.H99", (2026, 3, 2), "0312345", False),
    ("G09.20-20260609-0092637", "G4", "G09.20", (2026, 6, 9), "0092637", False),
    ("G09.20-20260609-0001", "G4", "G09.20", (2026, 6, 9), "0001", False),
    ("G09.1-20260609-00001", "G4", "G09.1", (2026, 6, 9), "00001", True),
    ("H99.12-250115-48213", "G5", "H99.12", (2025, 1, 15), "48213", True),
    ("38.98.H99-261110-0803", "G7", "38.98.H99", (2026, 11, 10), "0803", False),
    ("98.H99-261110-0803", "G7", "98.H99", (2026, 11, 10), "0803", False),
    ("h99.12-250115-48213 ", "G5", "H99.12", (2025, 1, 15), "48213", True),
]
UNKNOWN = [
    "",
    "HS/2025/0012",
    "H99.18-2508-1",
    "H99-250820-123",
    "LT-1",
    "H01.11.22.33.44.55.66.77-260101-0001",
    "H99.1-250820-0012",
    "Z99.12-250820-0012",
    "H99.18-250820-12345678",
    "G09.20-20260609-123",
    "G09.20-20260609-12345678",
    "G09.1234-20260609-0092637",
    "00.00.06.H56-231027-0361",
    "H56.14-240823-\u0660\u0660\u0660\u0661",
]


@pytest.mark.parametrize(
    "spelling",
    [
        "H99.18.03-250820-0012",
        "h99.18.03-250820-0012",
        " H99.18.03 - 250820 - 0012\n",
        "H99.18.03\u00a0-250820-0012",
        "\ufeffH99.18.03-\u200b250820-0012\u200d",
        "H99.18.03-\u00ad250820-0012\t",
    ],
)
def test_every_spelling_of_a_code_becomes_the_canonical_one(spelling: str) -> None:
    assert canonical_code(spelling) == "H99.18.03-250820-0012"


def test_composed_and_decomposed_codes_become_equal() -> None:
    composed = "đk-ế-250820-0012"
    assert canonical_code(unicodedata.normalize("NFD", composed)) == canonical_code(composed)
    assert canonical_code(composed) == "ĐK-Ế-250820-0012"


@given(st.text())
def test_a_canonical_code_stays_as_it_is(text: str) -> None:
    code = canonical_code(text)
    assert canonical_code(code) == code
    assert unicodedata.is_normalized("NFC", code)
    assert not any(char.isspace() for char in code)


@pytest.mark.parametrize(("code", "grammar", "unit", "day", "serial", "synthetic"), LIVE)
def test_codes_seen_in_use_are_read(
    code: str, grammar: str, unit: str, day: tuple[int, int, int], serial: str, synthetic: bool
) -> None:
    parts = parse_code(code)
    assert parts == CodeParts(
        canonical_code(code), grammar, unit, date(*day), serial, bool(synthetic)
    )
    assert parts.flags == ({CodeFlag.SYNTHETIC} if synthetic else set())


@pytest.mark.parametrize("code", UNKNOWN)
def test_a_code_of_unknown_shape_is_kept_without_parts(code: str) -> None:
    parts = parse_code(code)
    assert parts == CodeParts(canonical_code(code))
    assert parts.flags == {CodeFlag.UNKNOWN_SHAPE}
    assert (parts.organisation, parts.tail) == (None, None)


def test_parts_missing_from_a_code_are_none() -> None:
    parts = parse_code("HS/1")
    assert (parts.grammar, parts.unit, parts.date, parts.serial) == (None,) * 4
    assert (parts.synthetic, parts.origin, parts.date_mismatch) == (False, None, None)


def test_flags_have_stable_names() -> None:
    assert list(CodeFlag) == ["synthetic", "unknown_shape", "date_mismatch"]


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("H99.18-251399-0001", None),
        ("H99.18-250229-0001", None),
        ("H99.18-250200-0001", None),
        ("H99.18-240229-0001", date(2024, 2, 29)),
        ("H99.18-991231-0001", date(2099, 12, 31)),
        ("H99.18-000101-0001", date(2000, 1, 1)),
        ("G09-20261301-0001", None),
        ("G09-00000101-0001", None),
        ("G09-00010203-0001", date(1, 2, 3)),
        ("G09-19991231-0001", date(1999, 12, 31)),
    ],
)
def test_a_code_whose_digits_are_no_day_keeps_its_shape(code: str, day: date | None) -> None:
    parts = parse_code(code)
    assert parts.grammar in ("G2", "G4")
    assert parts.date == day


def test_the_patterns_work_as_one_alternation() -> None:
    any_shape = re.compile("|".join(f"({pattern})" for pattern in code_patterns().values()))
    assert any_shape.search("H56.14-240823-0001")
    assert not any_shape.search("HS/2025/0012")


def test_a_pattern_with_alternatives_matches_the_whole_code() -> None:
    own = {"id": "X", "name": "n", "pattern": "^A-(1)|B-(2)$", "parts": ["serial", "unit"]}
    grammar = code_grammar({"dossier": [own | {"source": "s"}]})
    pattern = code_patterns(grammar)["X"]
    assert [bool(re.search(pattern, code)) for code in ("A-1", "B-2", "A-1Z", "ZB-2")] == [
        *(True, True, False, False),
    ]


@given(st.from_regex(r"[A-Z0-9.]{1,12}-[0-9]{5,9}-[0-9]{3,8}", fullmatch=True))
def test_the_patterns_and_the_parser_agree(code: str) -> None:
    matching = [name for name, pattern in code_patterns().items() if re.search(pattern, code)]
    assert parse_code(code).grammar == (matching[0] if matching else None)


def test_the_sql_engine_and_the_parser_agree() -> None:
    codes = [canonical_code(row[0]) for row in LIVE] + [canonical_code(code) for code in UNKNOWN]
    known = "|".join(f"(?:{pattern})" for pattern in code_patterns().values())
    asked = "select code, regexp_matches(code, ?) from (select unnest(?) as code)"
    found = dict(duckdb.execute(asked, [known, codes]).fetchall())
    assert found == {code: parse_code(code).grammar is not None for code in codes}


def test_patterns_use_only_what_sql_engines_support() -> None:
    for pattern in code_patterns().values():
        assert pattern.startswith("^")
        assert pattern.endswith("$")
        assert "(?" not in pattern.replace("(?:", "")
        assert "\\d" not in pattern


def test_patterns_are_keyed_by_the_id_of_their_shape() -> None:
    assert list(code_patterns()) == ["G1", "G2", "G3", "G4", "G5", "G7"]


@pytest.mark.parametrize(
    ("code", "grammar"),
    [
        # Both orders can read these units; the level-1 code that exists decides.
        ("H56.14.01.A12-240823-0001", "G2"),
        ("A12.14.01.H56-240823-0001", "G1"),
        # Neither or both exist: the first shape.
        ("A12.14.01.B34-240823-0001", "G1"),
        ("G22.00.00.H56-240823-0001", "G1"),
        # Before the new order was issued there is only the old one, and before both the units' own.
        ("H56.14.01.A12-200914-0001", "G1"),
        ("H56.14.01.A12-200915-0001", "G2"),
        ("H56.14.01.A12-190105-0001", "G2"),
        ("H56.14.01.A12-190106-0001", "G1"),
        ("H56.14.01.A12-241301-0001", "G2"),
    ],
)
def test_of_two_fitting_shapes_day_and_unit_decide(code: str, grammar: str) -> None:
    assert parse_code(code).grammar == grammar


def test_the_unit_is_read_in_its_order() -> None:
    old, new = parse_code("000.00.14.H56-240823-0001"), parse_code("H56.14-240823-0001")
    assert old.organisation == parse_organisation("000.00.14.H56")
    assert old.organisation is not None
    assert old.organisation.levels == ("H56", "14")
    assert new.organisation is not None
    assert new.organisation.levels == ("H56", "14")


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("000.00.14.H56-240823-0001", "H56.14-240823-0001", True),
        ("000.00.14.H56-240823-0001", "H56.14-20240823-0001", True),
        ("000.00.14.H56-240823-0001", "H56.14-240823-000001", True),
        ("000.17.22.H56-240823-0001", "H56.22.17-240823-0001", True),
        # another number, day, unit, or province; the same order; nothing known
        ("000.00.14.H56-240823-0001", "H56.14-240823-0010", False),
        ("000.00.14.H56-240823-0001", "H56.14-240824-0001", False),
        ("000.00.14.H56-240823-0001", "H56.15-240823-0001", False),
        ("000.00.14.H56-240823-0001", "H55.14-240823-0001", False),
        ("H56.14-240823-0001", "H56.14-20240823-0001", False),
        ("H56.14-240823-0001", "H56.14-240823-0001", False),
        ("ABC-240823-000001", "XYZ-240823-000001", False),
        ("ABC-240823-000001", "H56.14-240823-0001", False),
        ("H56.14-249923-0001", "000.00.14.H56-249923-0001", False),
        ("HS/1", "HS/1", False),
    ],
)
def test_one_number_in_both_unit_orders_is_a_candidate(one: str, other: str, answer: bool) -> None:
    assert may_be_one_dossier(parse_code(one), parse_code(other)) is answer
    assert may_be_one_dossier(parse_code(other), parse_code(one)) is answer


def test_a_code_without_unit_or_number_is_no_candidate() -> None:
    old, day = parse_code("000.00.14.H56-240823-0001"), date(2024, 8, 23)
    assert may_be_one_dossier(old, CodeParts("X", "X", None, day, "0001")) is False
    assert may_be_one_dossier(CodeParts("X", "X", None, day, "0001"), old) is False
    assert CodeParts("X", "X", None, day, "0X01").tail == (day, "X01")
    assert CodeParts("X", "X", "H56.14", day, None).tail is None
    assert CodeParts("X", "X", "H56.14", None, "0001").tail is None


def test_the_tail_stays_when_the_units_code_changes() -> None:
    assert parse_code("000.00.14.H56-240823-0100").tail == (date(2024, 8, 23), "100")
    assert parse_code("H01.151-20240823-00100").tail == (date(2024, 8, 23), "100")


def test_a_foreign_code_is_free_text_with_its_origin() -> None:
    parts = foreign_code(" ks 2025/0012 ", "  Hộ   tịch\n")
    assert parts == CodeParts("KS2025/0012", "G6", origin="Hộ tịch")
    assert parts.flags == frozenset()


def test_a_foreign_code_of_a_known_shape_has_no_parts() -> None:
    parts = foreign_code("H56.14-240823-00001", "đất đai")
    assert (parts.unit, parts.date, parts.serial, parts.synthetic) == (None, None, None, False)


@pytest.mark.parametrize("origin", ["", " \u200b", None, 5])
def test_a_foreign_code_needs_an_origin(origin: str) -> None:
    with pytest.raises(RecordError) as refused:
        foreign_code("KS-1", origin)
    assert (refused.value.field, "which system" in refused.value.reason) == ("origin", True)


# Monday 18 to Monday 25 August 2025: a week without holidays.
WORKED = WorkingCalendar().ord


@pytest.mark.parametrize(
    ("received", "mismatch"),
    [
        (date(2025, 8, 18), True),
        (date(2025, 8, 19), False),
        (date(2025, 8, 20), False),
        (date(2025, 8, 21), False),
        (date(2025, 8, 22), True),
        (None, None),
    ],
)
def test_e4_allows_one_working_day_between_code_and_reception(
    received: date | None, mismatch: bool | None
) -> None:
    parts = compare_date(parse_code("H99.18-250820-0012"), received, WORKED)
    assert parts.date_mismatch is mismatch
    assert parts.flags == ({CodeFlag.DATE_MISMATCH} if mismatch else set())
    assert parts.code == "H99.18-250820-0012"


def test_e4_counts_working_days_by_the_callers_calendar() -> None:
    friday = parse_code("H99.18-250822-0012")
    monday = date(2025, 8, 25)
    assert compare_date(friday, monday, WORKED).date_mismatch is False
    assert compare_date(friday, monday, date.toordinal).date_mismatch is True


@pytest.mark.parametrize(("tolerance", "mismatch"), [(0, True), (2, True), (3, False)])
def test_e4_uses_the_tolerance_of_the_caller(tolerance: int, mismatch: bool) -> None:
    parts, received = parse_code("H99.18-250819-0012"), date(2025, 8, 22)
    assert compare_date(parts, received, WORKED, tolerance=tolerance).date_mismatch is mismatch


def test_e4_is_none_when_the_day_of_the_code_is_unknown() -> None:
    for code in ("H99.18-251399-0001", "HS/1", "G09-00010203-0001", "G09-21010101-0001"):
        assert compare_date(parse_code(code), date(2025, 8, 20), WORKED).date_mismatch is None


def test_e4_compared_again_replaces_the_earlier_result() -> None:
    off = compare_date(parse_code("H99.18-250820-0012"), date(2025, 8, 1), WORKED)
    assert off.date_mismatch is True
    assert compare_date(off, None, WORKED).date_mismatch is None
    assert compare_date(off, date(1900, 1, 1), WORKED).date_mismatch is None


@pytest.mark.parametrize(
    "received", [datetime(2025, 8, 20, 23, tzinfo=UTC), "2025-08-20", 20250820]
)
def test_e4_refuses_a_datetime_as_day(received: date) -> None:
    with pytest.raises(RecordError, match="local date"):
        compare_date(parse_code("H99.18-250820-0012"), received, WORKED)


@given(st.dates(FIRST_DAY, LAST_DAY), st.integers(0, 40), st.integers(0, 9))
def test_e4_is_true_above_the_tolerance_only(received: date, apart: int, tolerance: int) -> None:
    day = min(max(received + timedelta(days=apart - 20), date(2000, 1, 1)), date(2099, 12, 31))
    parts = compare_date(
        parse_code(f"H99.18-{day:%y%m%d}-0012"), received, WORKED, tolerance=tolerance
    )
    assert parts.date_mismatch is (abs(WORKED(day) - WORKED(received)) > tolerance)


@given(
    st.from_regex(r"[A-HJ-Y][0-9]{2}(\.[0-9A-Z]{2}){0,3}", fullmatch=True),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.integers(0, 9999),
)
def test_a_code_put_together_reads_back_as_its_parts(unit: str, day: date, number: int) -> None:
    short = parse_code(f"{unit}-{day:%y%m%d}-{number:04}")
    long = parse_code(f"{unit}-{day:%Y%m%d}-{number:07}")
    assert (short.unit, short.date, short.serial) == (unit, day, f"{number:04}")
    assert (long.grammar, long.unit, long.date, long.serial) == ("G4", unit, day, f"{number:07}")
    assert short.tail == long.tail == (day, str(number).lstrip("0"))


@pytest.mark.parametrize("text", NO_TEXT)
@pytest.mark.parametrize(
    "read",
    [
        canonical_code,
        parse_code,
        parse_organisation,
        normal_organisation,
        parse_procedure,
        base_procedure,
        lambda text: foreign_code(text, "đất đai"),
    ],
)
def test_anything_but_text_raises_a_record_error(
    read: Callable[[object], object], text: object
) -> None:
    with pytest.raises(RecordError) as refused:
        read(text)
    assert (refused.value.field, refused.value.reason) == ("code", "is not text")

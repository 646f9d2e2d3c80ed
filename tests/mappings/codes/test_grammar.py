"""Shapes of codes: the packaged table, and a province's own rows."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import ConfigError, RecordError
from khop.mappings.codes.dossier import code_patterns, compare_date, parse_code
from khop.mappings.codes.grammar import (
    CodeShape,
    Order,
    code_grammar,
    packaged_grammar,
    readings,
)
from khop.mappings.codes.organisation import parse_organisation
from khop.mappings.facts.packaged import load_table
from khop.mappings.facts.rows import holds_on, read_rows, refuse_twice

OWN: dict[str, Any] = {
    "id": "X1",
    "name": "the new unified code",
    "pattern": r"^([0-9]{8})/([0-9]{6})@([A-Z][0-9]{2})$",
    "parts": ["date", "serial", "unit"],
    "date_format": "ddMMyyyy",
    "source": "QĐ 1/QĐ-UBND",
}
json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


def refused(own: object, key: str = "codes") -> ConfigError:
    with pytest.raises(ConfigError) as error:
        code_grammar(own, key=key)  # type: ignore[arg-type]
    return error.value


def with_row(**changes: object) -> dict[str, object]:
    return {"dossier": [OWN | changes]}


def test_the_packaged_table_has_shapes_g1_to_g7() -> None:
    grammar = packaged_grammar()
    assert [shape.id for shape in grammar.dossier] == ["G1", "G2", "G3", "G4", "G5", "G7"]
    assert [shape.id for shape in grammar.organisation] == ["O1", "O2", "O3"]
    assert [shape.id for shape in grammar.procedure] == ["P1", "P2", "P3", "P4", "P5"]
    assert load_table("code_grammar")["foreign"]["id"] == "G6"


def test_each_packaged_shape_has_a_name_and_a_source() -> None:
    grammar = packaged_grammar()
    for shape in grammar.dossier + grammar.organisation + grammar.procedure:
        assert shape.source.startswith("docs/domain.md (Codes")
        assert shape.name


def test_packaged_shapes_have_their_order_and_validity() -> None:
    shapes = packaged_grammar().dossier
    assert [shape.order for shape in shapes] == ["old", "new", "either", "new", "either", "old"]
    assert [shape.valid_from for shape in shapes] == [
        *(date(2019, 1, 6), date(2020, 9, 15), None, date(2026, 6, 1), None, date(2019, 1, 6)),
    ]


def test_a_new_shape_needs_one_row() -> None:
    grammar = code_grammar({"dossier": [OWN]})
    parts = parse_code("31122026/000123@h99", grammar)
    assert (parts.grammar, parts.unit, parts.serial) == ("X1", "H99", "000123")
    assert (parts.date, parts.synthetic) == (date(2026, 12, 31), False)
    assert parse_code("31122026/000123@H99").grammar is None
    assert parse_code("H56.14-240823-0001", grammar).grammar == "G2"
    assert list(code_patterns(grammar)) == ["X1", "G1", "G2", "G3", "G4", "G5", "G7"]


def test_a_provinces_own_row_is_tried_first() -> None:
    own = OWN | {"pattern": r"^(H99)-([0-9]{6})-([0-9]{4})$", "parts": ["unit", "date", "serial"]}
    grammar = code_grammar({"dossier": [own | {"date_format": "yyMMdd", "made_up_serial": 4}]})
    parts = parse_code("H99-260102-0001", grammar)
    assert (parts.grammar, parts.synthetic) == ("X1", True)


@pytest.mark.parametrize(
    ("order", "shape"), [("new", "X1"), ("either", "X1"), ("old", "G2"), (None, "X1")]
)
def test_an_own_row_of_the_other_order_yields_to_the_packaged_one(
    order: str | None, shape: str
) -> None:
    own = OWN | {"pattern": r"^(H99)-([0-9]{6})-([0-9]{4})$", "parts": ["unit", "date", "serial"]}
    grammar = code_grammar({"dossier": [own | {"date_format": "yyMMdd", "order": order}]})
    assert parse_code("H99-260102-0001", grammar).grammar == shape


def test_a_shape_without_unit_or_day_gives_the_serial_only() -> None:
    own = OWN | {"pattern": "^HS([0-9]+)$", "parts": ["serial"], "date_format": None}
    parts = parse_code("hs 12", code_grammar({"dossier": [own]}))
    assert (parts.grammar, parts.serial, parts.unit, parts.date) == ("X1", "12", None, None)
    assert (parts.organisation, parts.tail) == (None, None)


def test_the_unit_in_a_code_is_read_by_a_provinces_own_shapes_too() -> None:
    unit = OWN | {"id": "U1", "pattern": "^(H99)_([0-9]{3})$", "parts": ["level1", "level2"]}
    own = OWN | {"pattern": "^(.+)#([0-9]+)$", "parts": ["unit", "serial"]}
    rows = {"dossier": [own], "organisation": [unit | {"order": "new"}]}
    parts = parse_code("H99_242#12", code_grammar(rows))
    assert parts.organisation == parse_organisation("H99_242", code_grammar(rows))
    assert parts.organisation is not None
    assert parts.organisation.levels == ("H99", "242")
    compared = compare_date(parts, None, lambda day: day.toordinal())
    assert compared.organisation == parts.organisation
    unknown = parse_code("H99_242#12", code_grammar({"dossier": [own]})).organisation
    assert unknown is not None
    assert unknown.unknown_shape


def test_an_empty_unit_in_a_code_is_none() -> None:
    own = OWN | {"pattern": "^([A-Z]*)#([0-9]+)$", "parts": ["unit", "serial"]}
    assert parse_code("#12", code_grammar({"dossier": [own]})).unit is None


def test_of_two_equal_shapes_the_one_valid_on_the_day_is_taken() -> None:
    first = OWN | {"pattern": "^()([0-9]{8})(.)$", "parts": ["unit", "date", "serial"]}
    rows = [
        first | {"id": "BEFORE", "valid_to": date(2026, 12, 31)},
        first | {"id": "AFTER", "valid_from": date(2027, 1, 1), "valid_to": date(2027, 6, 30)},
    ]
    grammar = code_grammar({"dossier": rows})
    days = ("31122026", "01012027", "30062027", "01072027", "99999999")
    ids = [parse_code(f"{day}A", grammar).grammar for day in days]
    assert ids == ["BEFORE", "AFTER", "AFTER", "BEFORE", "BEFORE"]


def test_a_row_with_the_id_of_a_packaged_one_replaces_it() -> None:
    grammar = code_grammar(with_row(id="G2"))
    assert [shape.id for shape in grammar.dossier] == ["G2", "G1", "G3", "G4", "G5", "G7"]
    assert parse_code("H56.14-240823-0001", grammar).grammar is None


def test_without_own_rows_the_packaged_table_is_used() -> None:
    ours, packaged = code_grammar({}), packaged_grammar()
    assert ours.dossier == packaged.dossier
    assert ours.organisation == packaged.organisation
    assert ours.procedure == packaged.procedure


@pytest.mark.parametrize(
    ("own", "key", "message"),
    [
        ([], "codes", "not a table"),
        ({"dossiers": []}, "codes.dossiers", "dossier, organisation, procedure"),
        ({"dossier": OWN}, "codes.dossier", "[[ ]]"),
        ({"dossier": [OWN, 5]}, "codes.dossier[2]", "not a table"),
        (with_row(patern="x"), "codes.dossier[1].patern", "did you mean pattern?"),
        (with_row(zzz="x"), "codes.dossier[1].zzz", "unknown key"),
        ({"dossier": [{"id": "X"}]}, "codes.dossier[1].name", "missing"),
        ({"dossier": [OWN, OWN]}, "codes.dossier[2]", "X1 is written twice"),
        (with_row(id=5), "codes.dossier[1].id", "valid string"),
        (with_row(order="up"), "codes.dossier[1].order", "'old'"),
        (with_row(valid_from="soon"), "codes.dossier[1].valid_from", "date"),
        (
            with_row(valid_from=date(2026, 1, 2), valid_to=date(2026, 1, 1)),
            "codes.dossier[1]",
            "valid_to is before valid_from",
        ),
        (with_row(parts=["date", "serial"]), "codes.dossier[1]", "3 groups, parts names 2"),
        (with_row(parts=["date", "serial", "place"]), "codes.dossier[1].parts", "once at most"),
        (with_row(parts=["date", "serial", "date"]), "codes.dossier[1].parts", "once at most"),
        (
            with_row(pattern="^(.)(.{8})$", parts=["unit", "date"]),
            "codes.dossier[1].parts",
            "needs the part serial",
        ),
        (
            {"organisation": [OWN | {"pattern": "^(.)$", "parts": ["below"], "order": "new"}]},
            "codes.organisation[1].parts",
            "needs the part level1",
        ),
        (
            {"procedure": [OWN | {"pattern": "^(.)$", "parts": ["case"]}]},
            "codes.procedure[1].parts",
            "needs the part base",
        ),
        (
            {"organisation": [OWN | {"pattern": "^(.)$", "parts": ["level1"]}]},
            "codes.organisation[1].order",
            '"old" or "new"',
        ),
        (
            {"organisation": [OWN | {"pattern": "^(.)$", "parts": ["level1"], "order": "either"}]},
            "codes.organisation[1].order",
            '"old" or "new"',
        ),
        (with_row(date_format="MMddyy"), "codes.dossier[1]", "yyMMdd, yyyyMMdd, ddMMyy, ddMMyyyy"),
        (with_row(date_format=None), "codes.dossier[1]", "date_format must be one of"),
    ],
)
def test_an_unusable_row_raises_with_its_key(own: object, key: str, message: str) -> None:
    error = refused(own)
    assert error.key == key
    assert message in str(error)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (r"(.)(.)(.)$", "begin with ^"),
        (r"^(.)(.)(.)", "end with $"),
        (r"^(.)(.)(.)\$", "end with $"),
        (r"^(\d)(.)(.)$", "may use"),
        (r"^(\w)(.)(.)$", "may use"),
        (r"^(.)(.)(.)\1$", "may use"),
        (r"^(?=A)(.)(.)(.)$", "may use"),
        (r"^(?!A)(.)(.)(.)$", "may use"),
        (r"^(?P<a>.)(.)(.)$", "may use"),
        (r"^(?i)(.)(.)(.)$", "may use"),
        (r"^(.++)(.)(.)$", "may use"),
        (r"^(.*+)(.)(.)$", "may use"),
        (r"^(.?+)(.)(.)$", "may use"),
        (r"^(.{2}+)(.)(.)$", "may use"),
        (r"^(.)(.)(.$", "no regular expression"),
        (r"^(.)(.)(.{99999999999})$", "no regular expression"),
        ("^" + "(" * 20_000 + "$", "no regular expression"),
        (r"^(.)(.)$", "2 groups, parts names 3"),
    ],
)
def test_a_pattern_that_engines_read_differently_is_refused(pattern: str, message: str) -> None:
    error = refused(with_row(pattern=pattern))
    assert error.key == "codes.dossier[1]"
    assert message in str(error)


def test_a_pattern_that_engines_read_alike_is_accepted() -> None:
    pattern = r"^([A-Z]+|\.)(?:-)?([0-9]{2,3})\-(.*)$"
    code_grammar(with_row(pattern=pattern))


def test_an_error_begins_with_the_key_of_the_caller() -> None:
    assert refused({"dossier": 5}, key="ma-ho-so.toml: codes").key == "ma-ho-so.toml: codes.dossier"


@given(json_like | st.dictionaries(st.sampled_from(["dossier", "procedure"]), json_like))
def test_anything_but_a_table_raises_a_config_error(own: object) -> None:
    try:
        grammar = code_grammar(own)  # type: ignore[arg-type]
    except ConfigError:
        return
    assert grammar.dossier == packaged_grammar().dossier


@given(st.dictionaries(st.sampled_from(list(OWN)), json_like))
def test_any_row_is_read_or_refused(changes: dict[str, object]) -> None:
    try:
        grammar = code_grammar({"dossier": [OWN | changes]})
    except ConfigError as error:
        assert error.key is not None
        assert error.key.startswith("codes.dossier[1]")
    else:
        assert parse_code("x", grammar).code == "X"


@pytest.mark.parametrize(
    ("date_format", "digits", "day"),
    [
        ("yyMMdd", "260102", date(2026, 1, 2)),
        ("yyyyMMdd", "19990102", date(1999, 1, 2)),
        ("ddMMyy", "020126", date(2026, 1, 2)),
        ("ddMMyyyy", "02011999", date(1999, 1, 2)),
        ("yyMMdd", "26010", None),
        ("yyMMdd", "2601022", None),
        ("yyMMdd", "2601+2", None),
        ("yyMMdd", "26010\u0662", None),
        ("yyMMdd", "26010²", None),
        ("yyMMdd", "", None),
        ("yyMMdd", "261301", None),
    ],
)
def test_a_year_of_two_digits_is_of_this_century(
    date_format: str, digits: str, day: date | None
) -> None:
    [shape] = read_rows(CodeShape, [OWN | {"date_format": date_format}], "codes")
    assert shape.day(digits) == day


def test_a_shape_without_date_format_gives_no_day() -> None:
    assert packaged_grammar().procedure[0].day("260102") is None
    assert packaged_grammar().procedure[0].day("") is None


@pytest.mark.parametrize(("longest", "fits"), [(None, True), (20, True), (19, True), (18, False)])
def test_a_code_longer_than_its_shape_allows_does_not_fit(longest: int | None, fits: bool) -> None:
    [shape] = read_rows(CodeShape, [OWN | {"longest": longest}], "codes")
    code = "31122026/000123@H99"
    assert len(code) == 19
    assert (shape.read(code) is not None) is fits


def test_readings_come_in_the_order_of_the_rows() -> None:
    shapes = packaged_grammar().organisation
    found = [(shape.id, parts) for shape, parts in readings(shapes, "H56.14.01.A12")]
    assert found == [
        ("O1", {"level4": "H56", "level3": "14", "level2": "01", "level1": "A12"}),
        ("O2", {"level1": "H56", "below": ".14.01.A12"}),
    ]


def test_orders_have_stable_names() -> None:
    assert [str(order) for order in Order] == ["old", "new", "either"]


DAYS = [date(2026, 1, day) for day in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("first", "last", "answers"),
    [
        (None, None, [True, True, True, True]),
        (DAYS[1], DAYS[2], [False, True, True, False]),
        (None, DAYS[1], [True, True, False, False]),
        (DAYS[2], None, [False, False, True, True]),
        (DAYS[1], DAYS[1], [False, True, False, False]),
    ],
)
def test_a_range_includes_both_ends(
    first: date | None, last: date | None, answers: list[bool]
) -> None:
    assert [holds_on(day, first, last) for day in DAYS] == answers


@pytest.mark.parametrize("day", [None, "2026-01-01", 20260101, datetime(2026, 1, 1, tzinfo=UTC)])
def test_anything_but_a_day_raises_a_record_error(day: date) -> None:
    with pytest.raises(RecordError) as error:
        holds_on(day, None, None)
    assert (error.value.field, "is not a day" in error.value.reason) == ("day", True)


def test_a_repeated_name_is_refused() -> None:
    refuse_twice(["a", "b"], "k")
    with pytest.raises(ConfigError, match=re.escape("k[3]: a is written twice; keep one")):
        refuse_twice(["a", "b", "a"], "k")


def test_columns_missing_from_a_row_are_none() -> None:
    shape = CodeShape("X", "n", "^(.)$", ("serial",), "s")
    assert (shape.order, shape.date_format, shape.made_up_serial, shape.longest) == (None,) * 4
    assert (shape.issued_by, shape.valid_from, shape.valid_to) == (None,) * 3


def test_a_row_that_ends_before_it_begins_is_refused() -> None:
    same = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 1, 1)}
    [shape] = code_grammar(with_row(**same)).dossier[:1]
    assert shape.given_out_on(date(2026, 1, 1))
    assert not shape.given_out_on(date(2026, 1, 2))
    assert shape.given_out_on(None)

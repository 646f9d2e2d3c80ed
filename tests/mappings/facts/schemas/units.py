"""Schemas of units, of their files and of the matching of codes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from khop.text.cleaning import fold_label
from tests.mappings.facts.schemas.values import (
    Dated,
    Day,
    Facts,
    Name,
    Sourced,
    Text,
    Texts,
    Unlike,
    unlike,
)


class Unit(Dated):
    source: Literal["seen", "interpolated"]
    id: Annotated[str, StringConstraints(pattern=r"^H[0-9]{2}(-63)?$")]
    name: Annotated[str, StringConstraints(pattern=r"^(Tỉnh|Thành phố) \S(.*\S)?$")]
    codes: Texts
    level: Literal[1]
    statistics_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]

    @model_validator(mode="after")
    def _its_id_says_its_code_and_whether_it_ended(self) -> Self:
        assert self.codes == [self.id.removesuffix("-63")]
        assert self.id.endswith("-63") is (self.valid_to is not None)
        return self


class Relation(Facts):
    from_: Annotated[Texts, Field(alias="from")]
    to: Text
    kind: Literal["rename", "merge", "split", "transfer", "dissolve"]
    effective: Day
    legal_basis: Text


class Provinces(Sourced):
    unit: Annotated[list[Unit], Field(min_length=1)]
    relation: Annotated[list[Relation], Field(min_length=1)]

    @model_validator(mode="after")
    def _a_relation_joins_units_of_its_day(self) -> Self:
        begun = {unit.id: unit.valid_from for unit in self.unit}
        ended = {unit.id: unit.valid_to for unit in self.unit}
        for relation in self.relation:
            assert begun.get(relation.to) == relation.effective, relation.to
            for old in relation.from_:
                last = ended.get(old)
                assert last, old
                assert last + timedelta(days=1) == relation.effective, old
        return self

    @model_validator(mode="after")
    def _everything_that_ended_or_began_has_its_relation(self) -> Self:
        unlike([unit.id for unit in self.unit])
        ended = unlike([old for relation in self.relation for old in relation.from_])
        assert set(ended) == {unit.id for unit in self.unit if unit.valid_to}
        begun = unlike([relation.to for relation in self.relation])
        assert set(begun) == {unit.id for unit in self.unit if unit.valid_from}
        return self


class UnitColumns(Facts):
    unit: dict[
        Literal[
            "id", "name", "codes", "level", "statistics_code", "valid_from", "valid_to", "source"
        ],
        Texts,
    ]
    relation: dict[Literal["from", "to", "kind", "effective", "procedures", "legal_basis"], Texts]

    @model_validator(mode="after")
    def _every_column_that_is_read_has_its_headers(self) -> Self:
        assert (len(self.unit), len(self.relation)) == (8, 6)
        return self


def a_day(form: str) -> str:
    day = date(2025, 7, 31)
    assert datetime.strptime(day.strftime(form), form).date() == day, "loses a part of the day"
    return form


class UnitFiles(Sourced):
    list_separator: Annotated[str, StringConstraints(min_length=1, max_length=1)]
    date_formats: Annotated[
        list[Annotated[Text, AfterValidator(a_day)]], Field(min_length=1), Unlike
    ]
    columns: UnitColumns
    kinds: dict[Literal["rename", "merge", "split", "transfer", "dissolve"], Texts]
    levels: dict[Annotated[str, StringConstraints(pattern=r"^[0-3]$")], Texts]

    @model_validator(mode="after")
    def _a_word_means_one_thing(self) -> Self:
        assert (len(self.kinds), len(self.levels)) == (5, 4), "a kind or a level has no word"
        for words in (self.columns.unit, self.columns.relation, self.kinds, self.levels):
            unlike([fold_label(word) for row in words.values() for word in row])
            assert all(row[0] == key for key, row in words.items()), "the key does not come first"
        return self


class Attribute(Facts):
    ground: Name
    identifying: bool


class UnitMatching(Sourced):
    least_grounds: Annotated[int, Field(ge=2)]
    received_tolerance: Annotated[int, Field(ge=0)]
    attributes: dict[Literal["tail", "applicant", "received", "procedure", "unit"], Attribute]

    @model_validator(mode="after")
    def _enough_grounds_can_be_found(self) -> Self:
        assert len(self.attributes) == 5
        assert self.least_grounds <= len({each.ground for each in self.attributes.values()})
        assert any(each.identifying for each in self.attributes.values())
        return self


class UnitNames(Sourced):
    left_out: Texts
    short: dict[Annotated[str, StringConstraints(pattern=r"^[a-zđ]{1,3}$")], Text]

"""Units, their files and the matching of their codes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from khop.mappings.text import fold_label
from tests.mappings.schemas.values import Dated, Facts, Sourced, Text, Texts, unlike


class Unit(Dated):
    source: Literal["seen", "interpolated"]  # type: ignore[assignment]
    id: Text
    name: Text
    codes: Texts
    level: Annotated[int, Field(ge=0, le=3)]
    statistics_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]


class Relation(Facts):
    from_: Annotated[Texts, Field(alias="from")]
    to: Text
    kind: Literal["rename", "merge", "split", "transfer", "dissolve"]
    effective: date
    legal_basis: Text


class Provinces(Sourced):
    unit: Annotated[list[Unit], Field(min_length=1)]
    relation: Annotated[list[Relation], Field(min_length=1)]

    @model_validator(mode="after")
    def _a_relation_joins_units_of_its_day(self) -> Self:
        units = {unit.id: unit for unit in self.unit}
        for relation in self.relation:
            assert units[relation.to].valid_from == relation.effective, relation.to
            for old in relation.from_:
                last = units[old].valid_to
                assert last and last + timedelta(days=1) == relation.effective, old
        return self


class UnitColumns(Facts):
    unit: dict[Text, Texts]
    relation: dict[Text, Texts]


class UnitFiles(Sourced):
    list_separator: Annotated[str, StringConstraints(min_length=1, max_length=1)]
    date_formats: Texts
    columns: UnitColumns
    kinds: dict[Literal["rename", "merge", "split", "transfer", "dissolve"], Texts]
    levels: dict[Annotated[str, StringConstraints(pattern=r"^[0-3]$")], Texts]

    @model_validator(mode="after")
    def _a_word_means_one_thing(self) -> Self:
        for words in (self.columns.unit, self.columns.relation, self.kinds, self.levels):
            unlike([fold_label(word) for row in words.values() for word in row])
            assert all(row[0] == key for key, row in words.items()), "the key does not come first"
        return self


class Attribute(Facts):
    ground: Text
    identifying: bool


class UnitMatching(Sourced):
    least_grounds: Annotated[int, Field(ge=2)]
    received_tolerance: Annotated[int, Field(ge=0)]
    attributes: dict[Text, Attribute]

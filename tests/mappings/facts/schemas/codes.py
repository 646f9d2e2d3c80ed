"""Schemas of codes of dossiers, organisations, procedures and places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from tests.mappings.facts.schemas.values import (
    Dated,
    Day,
    Facts,
    Pattern,
    Sourced,
    Text,
    ThreeDigits,
    Unlike,
    forwards,
    unlike,
)


class BirthPlaces(Sourced):
    provinces: dict[ThreeDigits, Text]


class CodeWriting(Sourced):
    labels: Sequence[Text]
    look_alike: dict[
        Annotated[str, StringConstraints(pattern=r"^[^\x00-\x7f]$")],
        Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]$")],
    ]


class Shape(Dated):
    id: Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]+$")]
    name: Text
    pattern: Pattern
    parts: Sequence[str]
    issued_by: Text | None = None

    @model_validator(mode="after")
    def _every_group_has_its_name(self) -> Self:
        assert re.compile(self.pattern).groups == len(self.parts), "groups and parts differ"
        return self


class DossierShape(Shape):
    parts: Annotated[list[Literal["unit", "date", "serial"]], Field(min_length=3), Unlike]
    date_format: Literal["yyMMdd", "yyyyMMdd"]
    order: Literal["old", "new", "either"]
    made_up_serial: Annotated[int, Field(ge=4, le=7)] | None = None


class OrganisationShape(Shape):
    parts: Annotated[
        list[Literal["level1", "level2", "level3", "level4", "below"]],
        Field(min_length=2),
        Unlike,
    ]
    order: Literal["old", "new"]
    longest: Annotated[int, Field(gt=0)]


class ProcedureShape(Shape):
    parts: Annotated[list[Literal["base", "authority", "case"]], Field(min_length=1), Unlike]

    @model_validator(mode="after")
    def _says_the_procedure(self) -> Self:
        assert "base" in self.parts, "does not say which procedure it is"
        return self


class ForeignShape(Sourced):
    id: Annotated[str, StringConstraints(pattern=r"^G[0-9]+$")]
    name: Text


class DateMismatch(Sourced):
    tolerance: Annotated[int, Field(ge=0)]


class CodeGrammar(Sourced):
    date_mismatch: DateMismatch
    dossier: Annotated[list[DossierShape], Field(min_length=1)]
    foreign: ForeignShape
    organisation: Annotated[list[OrganisationShape], Field(min_length=1)]
    procedure: Annotated[list[ProcedureShape], Field(min_length=1)]

    @model_validator(mode="after")
    def _an_id_is_of_one_shape(self) -> Self:
        shapes = [*self.dossier, *self.organisation, *self.procedure]
        unlike([self.foreign.id, *(shape.id for shape in shapes)])
        return self


class LevelOneRow(Facts):
    code: Annotated[str, StringConstraints(pattern=r"^[GH][0-9]{2}$")]
    name: Text
    evidence: Literal["seen", "interpolated", "unverified"]
    valid_from: Day | None = None
    valid_to: Day | None = None
    successor: str | None = None
    legal_basis: Text | None = None

    @model_validator(mode="after")
    def _only_what_ended_has_a_successor(self) -> Self:
        assert self.valid_to or not (self.successor or self.legal_basis)
        return forwards(self)


class LevelOneCodes(Sourced):
    rows: Annotated[list[LevelOneRow], Field(min_length=1)]

    @model_validator(mode="after")
    def _a_successor_is_there_the_day_after(self) -> Self:
        for row in self.rows:
            if row.successor and row.valid_to:
                assert any(_takes_over(other, row) for other in self.rows), row.code
        return self


def _takes_over(other: LevelOneRow, row: LevelOneRow) -> bool:
    if other.code != row.successor or not row.valid_to:
        return False
    begun = other.valid_from is None or other.valid_from <= row.valid_to + timedelta(days=1)
    return begun and (other.valid_to is None or other.valid_to > row.valid_to)


class LevelOne(Sourced):
    ministries: LevelOneCodes
    provinces: LevelOneCodes

    @model_validator(mode="after")
    def _every_code_is_there(self) -> Self:
        ministries, provinces = (
            {row.code for row in part.rows} for part in (self.ministries, self.provinces)
        )
        # There is no G23.
        assert ministries == {f"G{number:02d}" for number in (*range(1, 23), 24)}
        assert provinces == {f"H{number:02d}" for number in range(1, 64)}
        return self

"""Schemas of states and channels of every system, and of statistics."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from tests.mappings.facts.schemas.values import (
    ChannelNumber,
    Digits,
    Facts,
    Name,
    Sourced,
    State,
    StateCode,
    Text,
    Texts,
    Unlike,
    fold_apart,
    unlike,
)

Column = Annotated[int, Field(ge=3, le=13)]
StateNumbers = Annotated[list[State], Field(min_length=1), Unlike]


class Statuses(Sourced):
    by_id: Annotated[dict[Digits, State], Field(min_length=1)]
    by_name: Annotated[dict[Text, State], Field(min_length=10), AfterValidator(fold_apart)]

    @model_validator(mode="after")
    def _every_state_has_a_label(self) -> Self:
        assert set(self.by_name.values()) == set(range(1, 11))
        return self


class PortalStatuses(Statuses):
    @model_validator(mode="after")
    def _its_codes_are_the_ten_states(self) -> Self:
        assert self.by_id == {str(state): state for state in range(1, 11)}
        unlike([*self.by_name.values()])
        return self


class Preset(Sourced):
    about: Text
    by_key: Annotated[dict[Text, State], Field(min_length=1)] | None = None
    table: Text | None = None
    without_state: Texts | None = None
    sends: Annotated[dict[StateCode, State], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_table(self) -> Self:
        assert (self.by_key is None) != (self.table is None), "has two tables or none"
        assert not set(self.by_key or ()) & set(self.without_state or ())
        return self


class StatusPresets(Sourced):
    __pydantic_extra__: dict[Name, Preset]
    model_config = ConfigDict(extra="allow", strict=True)


#: The evidence of a step, where the source names it.
Shown = Annotated[str, StringConstraints(pattern=r"^(\S(.*\S)?)?$")]


class StepsFrom(Facts):
    ordinary: dict[StateCode, Shown] = Field(default_factory=dict)
    evidence: dict[StateCode, Shown] = Field(default_factory=dict)
    forbidden: Annotated[list[State], Unlike] = Field(default_factory=list)


class Transitions(Sourced):
    from_: Annotated[dict[StateCode, StepsFrom], Field(alias="from", min_length=10)]

    @model_validator(mode="after")
    def _a_step_has_one_verdict(self) -> Self:
        for state, row in self.from_.items():
            steps = [*map(int, row.ordinary), *map(int, row.evidence), *row.forbidden]
            unlike([int(state), *steps])
            assert state == "1" or 1 in row.forbidden, "something leads back to 1"
        return self


class Nobody(Sourced):
    names: Texts


class Channels(Sourced):
    by_id: Annotated[dict[Digits, ChannelNumber], Field(min_length=1)]
    by_name: Annotated[dict[Text, ChannelNumber], Field(min_length=1), AfterValidator(fold_apart)]
    by_part: Annotated[dict[Text, ChannelNumber], Field(min_length=1)]


class States(Sourced):
    never_counted: StateNumbers
    before_reception: StateNumbers
    ended: StateNumbers
    on_time: StateNumbers
    in_process: StateNumbers

    @model_validator(mode="after")
    def _over_or_in_process(self) -> Self:
        assert not set(self.ended) & set(self.in_process), "is over and in process"
        assert not set(self.never_counted) & {*self.ended, *self.in_process}
        assert set(self.on_time) <= set(self.ended), "is on time without an end"
        return self


class CountedChannels(Sourced):
    online: Annotated[list[ChannelNumber], Field(min_length=1), Unlike]


class Identity(Sourced):
    total: Column
    parts: Annotated[list[Column], Field(min_length=2), Unlike]

    @model_validator(mode="after")
    def _no_column_is_its_own_part(self) -> Self:
        assert self.total not in self.parts
        return self


class CarriedOver(Sourced):
    column: Column
    previous: Column


class Scheme(Sourced):
    id: Name
    first_day: Annotated[int, Field(ge=1, le=28)]
    months_before: Annotated[int, Field(ge=0, le=2)]


class ErrorList(Sourced):
    left_out: StateNumbers
    may_lack_reception: StateNumbers
    must_have_end: StateNumbers

    @model_validator(mode="after")
    def _who_is_not_looked_at_needs_no_rule(self) -> Self:
        unlike([*self.left_out, *self.may_lack_reception, *self.must_have_end])
        return self


class ReportBuckets(Sourced):
    states: States
    channels: CountedChannels
    identity: Annotated[list[Identity], Field(min_length=4, max_length=4)]
    carried_over: CarriedOver
    scheme: Annotated[list[Scheme], Field(min_length=1)]
    error_list: ErrorList

    @model_validator(mode="after")
    def _every_column_is_a_total_or_a_part(self) -> Self:
        *sums, check = self.identity
        totals = unlike([row.total for row in sums])
        parts = unlike([part for row in sums for part in row.parts])
        assert sorted([*totals, *parts]) == list(range(3, 14)), "a column is in no sum, or in two"
        assert {check.total, *check.parts} == set(totals), "the check is not of the totals"
        assert self.carried_over.column in parts
        assert self.carried_over.previous in check.parts
        return self

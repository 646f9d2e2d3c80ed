"""States and channels of every system, and what is counted of them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from tests.mappings.schemas.values import (
    ChannelNumber,
    Digits,
    Facts,
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
    by_id: dict[Text, State]
    by_name: Annotated[dict[Text, State], AfterValidator(fold_apart)]


class Preset(Sourced):
    about: Text
    by_key: dict[Text, State] | None = None
    table: Text | None = None
    without_state: Texts | None = None
    sends: dict[StateCode, State] | None = None

    @model_validator(mode="after")
    def _one_table(self) -> Self:
        assert (self.by_key is None) != (self.table is None), "has two tables or none"
        assert not set(self.by_key or ()) & set(self.without_state or ())
        return self


class StatusPresets(Sourced):
    __pydantic_extra__: dict[str, Preset]
    model_config = ConfigDict(extra="allow", strict=True)


class StepsFrom(Facts):
    ordinary: dict[StateCode, str] = Field(default_factory=dict)
    evidence: dict[StateCode, str] = Field(default_factory=dict)
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


class Channels(Sourced):
    by_id: dict[Digits, ChannelNumber]
    by_name: Annotated[dict[Text, ChannelNumber], AfterValidator(fold_apart)]
    by_part: dict[Text, ChannelNumber]


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
    id: Text
    first_day: Annotated[int, Field(ge=1, le=28)]
    months_before: Annotated[int, Field(ge=0, le=2)]


class ErrorList(Sourced):
    left_out: StateNumbers
    may_lack_reception: StateNumbers
    must_have_end: StateNumbers


class ReportBuckets(Sourced):
    states: States
    channels: CountedChannels
    identity: Annotated[list[Identity], Field(min_length=4, max_length=4)]
    carried_over: CarriedOver
    scheme: Annotated[list[Scheme], Field(min_length=1)]
    error_list: ErrorList

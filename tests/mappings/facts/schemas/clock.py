"""Schemas of working days, time limits and definitions of "on time"."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from khop.text.cleaning import fold_label
from tests.mappings.facts.schemas.values import Facts, NamedDay, Sourced, Text, Texts, unlike


class Session(Sourced):
    start: time
    end: time


class Calendar(Sourced):
    announced_through: Annotated[int, Field(ge=2026, le=2099)]
    days_off: list[NamedDay]
    worked_days: list[NamedDay]
    undecided: list[NamedDay]
    sessions: Annotated[list[Session], Field(min_length=1)]

    @model_validator(mode="after")
    def _no_day_is_both(self) -> Self:
        off, worked = ({row.date for row in rows} for rows in (self.days_off, self.worked_days))
        assert not off & worked, "a day is both off and worked"
        assert all(day.weekday() < 5 for day in off), "a weekend is off by itself"
        assert all(day.weekday() >= 5 for day in worked), "a weekday is worked by itself"
        return self

    @model_validator(mode="after")
    def _what_is_undecided_is_not_decided(self) -> Self:
        decided = [row.date for row in (*self.days_off, *self.worked_days)]
        unlike([*decided, *(row.date for row in self.undecided)])
        assert all(day.year <= self.announced_through for day in decided)
        return self

    @model_validator(mode="after")
    def _sessions_follow_each_other(self) -> Self:
        clock = [moment for row in self.sessions for moment in (row.start, row.end)]
        assert clock == sorted(set(clock)), "sessions overlap"
        return self


class LimitUnit(Sourced):
    measure: Literal["working_day", "calendar_day", "working_hour", "month"]
    times: Annotated[int, Field(ge=1)]
    labels: Texts


class Counting(Sourced):
    roll_to_working_day: bool
    due_time: Literal["as_received", "session_end", "day_end"]


class Transfer(Sourced):
    same_day_until: time


ClockEffect = Literal["none", "pause", "restart"]


class Effect(Sourced):
    definition: Literal["statutory", "portal_766"]
    ground: Literal["supplement", "financial_duty", "consultation"]
    effect: ClockEffect
    within: Annotated[int, Field(ge=0)] | None = None
    otherwise: ClockEffect | None = None

    @model_validator(mode="after")
    def _a_term_says_what_comes_after_it(self) -> Self:
        assert (self.within is None) == (self.otherwise is None)
        return self


class Extension(Sourced):
    at_most: Annotated[int, Field(ge=0)]
    notice_days: Annotated[int, Field(ge=0)]


class Band(Sourced):
    id: Text
    working_days: Annotated[int, Field(ge=0)] | None = None
    hours: Annotated[int, Field(ge=0)] | None = None
    this_week: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        assert len({"working_days", "hours", "this_week"} & self.model_fields_set) == 1
        return self


class Points(Facts):
    early: int
    on_time: int
    late: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _earlier_is_no_worse(self) -> Self:
        assert self.late <= self.on_time <= self.early
        return self


class Definition(Sourced):
    id: Literal["receipt_slip", "portal_766", "provincial"]
    name_vi: Text
    name_en: Text
    points: Points | None = None


class Deadlines(Sourced):
    unit: Annotated[list[LimitUnit], Field(min_length=1)]
    counting: Counting
    transfer: Transfer
    effect: list[Effect]
    extension: Extension
    near_due: list[Band]
    definition: Annotated[list[Definition], Field(min_length=1)]

    @model_validator(mode="after")
    def _a_row_is_said_once(self) -> Self:
        unlike([fold_label(label) for row in self.unit for label in row.labels])
        unlike([(row.definition, row.ground) for row in self.effect])
        assert len(self.effect) == 6, "a definition says nothing of a ground"
        assert len(self.definition) == 3, "a calculator has no definition"
        return self

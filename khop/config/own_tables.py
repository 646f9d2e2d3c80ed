"""The tables of khop.toml that change khop's own tables: calendar, codes, units, deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class TableModel(BaseModel):
    """A table of khop.toml. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CalendarSettings(TableModel):
    """``[calendar]``: what the province's calendar adds to the country's."""

    days_off: Annotated[
        tuple[date, ...],
        Field(description="Further days off, such as 2026-11-23."),
    ] = ()
    worked_days: Annotated[
        tuple[date, ...],
        Field(description="Days worked although they are a weekend or a holiday."),
    ] = ()
    announced_through: Annotated[
        int | None,
        Field(
            description="The last year whose notice these days contain, where khop's own "
            "calendar ends earlier; results that use later years are marked provisional."
        ),
    ] = None
    sessions: Annotated[
        str | None,
        Field(
            description="Working hours of the units that have none of their own, such as "
            "'07:30-11:30, 13:00-17:00'; by default 07:00-11:30, 13:30-17:00."
        ),
    ] = None


class UnitSettings(TableModel):
    """``[units]``: the province's own units, in files."""

    file: Annotated[
        Path | None,
        Field(description="TOML file of units and relations, or CSV file of units."),
    ] = None
    relations: Annotated[
        Path | None,
        Field(description="CSV file of successions between units; with a CSV file of units."),
    ] = None
    sessions: Annotated[
        Path | None,
        Field(description="CSV file of the units with working hours of their own."),
    ] = None


class OwnTables(TableModel):
    """The tables of khop.toml that change khop's own tables.

    A field of type Mapping has the shape of khop's own table and holds only the differences.
    """

    calendar: CalendarSettings = CalendarSettings()
    codes: Annotated[
        Mapping[str, Any],
        Field(description="Shapes of codes, tried before khop's own."),
    ] = {}
    level_one: Annotated[
        object,
        Field(
            description="Ministries and provinces: rows that replace khop's rows of the same code."
        ),
    ] = ()
    units: UnitSettings = UnitSettings()
    deadlines: Annotated[
        Mapping[str, Any],
        Field(
            description="Time limits, stops, extensions, bands of nearly due dossiers. "
            "'procedures' names a CSV file of the settings of single procedures."
        ),
    ] = {}
    transitions: Annotated[
        Mapping[str, Any],
        Field(description="State changes, each ordinary, evidence or forbidden."),
    ] = {}
    report: Annotated[
        Mapping[str, Any],
        Field(description="How form II.06a counts states and channels."),
    ] = {}

"""Rules of time limits, stops and extensions: those of the law, with a province's own over them.

::

    data/deadline_rules.toml  +  the province's own table  ->  DeadlineRules
    the province's list of procedures                      ->  ProcedureClock by procedure

Every number that ``deadlines`` and ``punctuality`` use comes from here, with its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field, fields
from datetime import time
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.dataclasses import dataclass

from khop.errors import ConfigError
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.facts.packaged import load_table
from khop.mappings.facts.rows import first_error, refuse_twice, sentence
from khop.text.cleaning import fold_label

_STRICT_KEYS = ConfigDict(extra="forbid")
_Count = Annotated[int, Strict(), Field(ge=0, le=100_000)]
_Text = Annotated[str, Field(min_length=1)]
_CLOCK = re.compile(r"\d\d:\d\d(?::\d\d)?", re.ASCII)


def _label(text: str) -> str:
    """Refuses a blank label, which would match every limit without a unit."""
    if not fold_label(text):
        raise ValueError("write the label as the catalogue has it; it is blank")
    return text


def _clock_time(value: object) -> object:
    """Refuses a number, which would be read as seconds, and a zone, which would be lost."""
    zoned = isinstance(value, str) and not _CLOCK.fullmatch(value)
    if not isinstance(value, str | time) or zoned or getattr(value, "tzinfo", None):
        raise ValueError("write a local time such as 15:00")
    return value


_Label = Annotated[str, AfterValidator(_label)]
_LocalTime = Annotated[time, BeforeValidator(_clock_time)]


class Measure(StrEnum):
    """What a limit counts."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    MONTH = "month"
    WORKING_HOUR = "working_hour"
    #: To the close of the day on which the clock starts.
    SAME_DAY = "same_day"


class DueTime(StrEnum):
    """The time of day at which a dossier is due."""

    AS_RECEIVED = "as_received"
    SESSION_END = "session_end"
    DAY_END = "day_end"


class Definition(StrEnum):
    """The definitions of a due date and of "on time"."""

    STATUTORY = "statutory"
    RECEIPT_SLIP = "receipt_slip"
    PORTAL_766 = "portal_766"
    PROVINCIAL = "provincial"


class Ground(StrEnum):
    """Why the clock of a dossier may stop (docs/domain.md, Clock)."""

    SUPPLEMENT = "supplement"
    FINANCIAL_DUTY = "financial_duty"
    #: Consultation of other units, inspection, council.
    CONSULTATION = "consultation"


class Effect(StrEnum):
    """The effect of a ground: none, stop the clock, or count again from the start."""

    NONE = "none"
    PAUSE = "pause"
    RESTART = "restart"


@dataclass(frozen=True, slots=True, config=_STRICT_KEYS)
class UnitOfLimit:
    """Labels of a catalogue for ``times`` of ``measure``."""

    measure: Measure
    labels: tuple[_Label, ...]
    times: Annotated[int, Strict(), Field(ge=1)] = 1
    source: str = ""


@dataclass(frozen=True, slots=True, config=_STRICT_KEYS)
class GroundRule:
    """The effect of ``ground`` on the due date of ``definition``.

    ``within``: ``effect`` applies when the stop began at most so many working days after
    reception, else ``otherwise``. None: ``effect`` always applies.
    """

    definition: Definition
    ground: Ground
    effect: Effect
    within: _Count | None = None
    otherwise: Effect = Effect.NONE
    source: str = ""

    def after(self, working_days: int) -> Effect:
        """The effect of a stop that began so many working days after reception."""
        late = self.within is not None and working_days > self.within
        return self.otherwise if late else self.effect


@dataclass(frozen=True, slots=True, config=_STRICT_KEYS)
class Band:
    """A band of "nearly due": within ``working_days``, ``hours`` of clock time, or this week."""

    id: _Text
    working_days: _Count | None = None
    hours: _Count | None = None
    this_week: bool = False
    source: str = ""

    @model_validator(mode="after")
    def _one_width(self) -> Band:
        if (self.working_days is not None) + (self.hours is not None) + self.this_week != 1:
            raise ValueError("give one of working_days, hours and this_week")
        return self


@dataclass(frozen=True, slots=True, config=_STRICT_KEYS)
class DefinitionOfOnTime:
    """A definition of "on time": its name, source and, where it gives some, points."""

    id: Definition
    name_vi: _Text
    name_en: _Text
    points: Mapping[str, Annotated[int, Strict()]] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True, config=_STRICT_KEYS)
class _Counting:
    roll_to_working_day: bool | None = None
    due_time: DueTime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, config=_STRICT_KEYS)
class _Transfer:
    same_day_until: _LocalTime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, config=_STRICT_KEYS)
class _Extension:
    at_most: _Count | None = None
    notice_days: _Count | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, config=_STRICT_KEYS)
class _Table:
    source: str = ""
    procedures: object = None
    unit: tuple[UnitOfLimit, ...] = ()
    counting: _Counting = _Counting()
    transfer: _Transfer = _Transfer()
    effect: tuple[GroundRule, ...] = ()
    extension: _Extension = _Extension()
    near_due: tuple[Band, ...] | None = None
    definition: tuple[DefinitionOfOnTime, ...] = ()


@dataclass(frozen=True, slots=True)
class DeadlineRules:
    """The rules of one province; made by ``deadline_rules``.

    ``units``: folded label -> (measure, times). ``notice_days``: fewest days between an apology
    and the due date it moves. ``bands``: the narrowest first.
    """

    units: Mapping[str, tuple[Measure, int]]
    grounds: Mapping[tuple[Definition, Ground], GroundRule]
    roll_to_working_day: bool
    due_time: DueTime
    same_day_until: time
    extensions_at_most: int
    notice_days: int
    bands: tuple[Band, ...]
    definitions: Mapping[Definition, DefinitionOfOnTime]


@dataclass(frozen=True, slots=True)
class ProcedureClock:
    """Exceptions of one procedure's clock.

    ``cutoff``: for a dossier received later than this local time, the clock starts on the next
    working day. ``in_day``: due at the close of the day the clock starts.
    ``stops_for_consultation``: the announced procedure excludes consultations from the limit.
    """

    cutoff: time | None = None
    in_day: bool = False
    stops_for_consultation: bool = False


@dataclass(frozen=True, slots=True, config=_STRICT_KEYS)
class _ProcedureRow:
    procedure: _Text
    cutoff: _LocalTime | None = None
    in_day: bool = False
    stops_for_consultation: bool = False
    source: str = ""


def deadline_rules(
    own: Mapping[str, object] | None = None, key: str = "deadlines"
) -> DeadlineRules:
    """The packaged rules with the province's over them.

    ``own`` has the shape of ``data/deadline_rules.toml``, with only what differs: labels of units
    and pairs of definition and ground replace the packaged ones one by one, ``near_due`` replaces
    all bands. It may name a file of ``procedures``, which is read elsewhere. Raises ConfigError,
    naming the key under ``key``.
    """
    packed = _read(_Table, load_table("deadline_rules"), "data/deadline_rules.toml")
    mine = _read(_Table, {} if own is None else own, key)
    _refuse_doubles(mine, key)
    tables = (packed, mine)
    return DeadlineRules(
        units={
            fold_label(label): (u.measure, u.times)
            for t in tables
            for u in t.unit
            for label in u.labels
        },
        grounds={(row.definition, row.ground): row for t in tables for row in t.effect},
        roll_to_working_day=_last(t.counting.roll_to_working_day for t in tables),
        due_time=_last(t.counting.due_time for t in tables),
        same_day_until=_last(t.transfer.same_day_until for t in tables),
        extensions_at_most=_last(t.extension.at_most for t in tables),
        notice_days=_last(t.extension.notice_days for t in tables),
        bands=_last(t.near_due for t in tables),
        definitions={row.id: row for t in tables for row in t.definition},
    )


def read_procedure_clocks(
    rows: Iterable[Mapping[str, object]], file: str
) -> Mapping[str, ProcedureClock]:
    """Base procedure code -> its clock, from rows with ``procedure`` and its exceptions.

    ``rows``: as ``csv_rows`` gives them (the headers are row 1; an empty cell counts as not
    given), or tables of TOML. Raises ConfigError, naming the file, the row and the column, also
    for a procedure that comes twice.
    """
    found: dict[str, ProcedureClock] = {}
    for number, row in enumerate(rows, 2):
        where = f"{file}, row {number}"
        given = {key: value for key, value in row.items() if value not in (None, "")}
        read = _read(_ProcedureRow, given, where)
        code = base_procedure(read.procedure)
        if code is None or code in found:
            raise ConfigError("is blank or comes twice", key=f"{where}.procedure")
        found[code] = ProcedureClock(read.cutoff, read.in_day, read.stops_for_consultation)
    return found


def _read(shape: type[Any], table: object, key: str) -> Any:
    plain = dict(table) if isinstance(table, Mapping) else table
    try:
        return TypeAdapter(shape).validate_python(plain)
    except ValidationError as error:
        first = first_error(error)
        place = ".".join(map(str, (key, *first["loc"])))
        raise ConfigError(sentence(first, _keys(shape)), key=place) from None


def _keys(shape: type[Any]) -> set[str]:
    """The keys of a table and of the tables in it."""
    inner = (UnitOfLimit, _Counting, _Transfer, GroundRule, _Extension, Band, DefinitionOfOnTime)
    shapes = (shape, *inner) if shape is _Table else (shape,)
    return {each.name for one in shapes for each in fields(one)}


def _refuse_doubles(table: _Table, key: str) -> None:
    """Raises ConfigError where one row would replace another without notice."""
    refuse_twice((fold_label(text) for row in table.unit for text in row.labels), f"{key}.unit")
    refuse_twice((f"{row.definition} {row.ground}" for row in table.effect), f"{key}.effect")
    refuse_twice((band.id for band in table.near_due or ()), f"{key}.near_due")
    refuse_twice((row.id for row in table.definition), f"{key}.definition")


def _last(values: Iterable[Any]) -> Any:
    """The last value that is not None: the province's, else the packaged one."""
    return [value for value in values if value is not None][-1]

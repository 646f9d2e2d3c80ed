"""The tables of the domain of one province: khop's own tables, changed by those of khop.toml.

::

    khop.toml  [calendar] [codes] [[level_one]] [units] [deadlines] [transitions] [report]
        |
    Tables.of(config)  ->  calendar  codes  level_one  units  deadlines  transitions  report

A table is made once, when it is first used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from khop.config.model import Config
from khop.config.own_tables import OwnTables
from khop.errors import ConfigError
from khop.mappings.codes.grammar import CodeGrammar, code_grammar
from khop.mappings.codes.level_one import LevelOneTable, level_one_table
from khop.mappings.codes.organisation import normal_organisation
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.facts.csv_rows import csv_rows
from khop.mappings.states.transitions import TransitionMatrix, transition_matrix
from khop.mappings.statistics.bucket_rules import BucketRules, bucket_rules
from khop.mappings.time.calendar import WorkingCalendar
from khop.mappings.time.deadline_rules import (
    DeadlineRules,
    ProcedureClock,
    deadline_rules,
    read_procedure_clocks,
)
from khop.mappings.time.working_hours import (
    Session,
    WorkingHours,
    parse_sessions,
    read_unit_sessions,
    usual_sessions,
)
from khop.mappings.units.files import load_units, provinces
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.names import UnitNames

V = TypeVar("V")


@dataclass(frozen=True, eq=False)
class Tables:
    """All tables of one province. ``Tables()`` are khop's own.

    ``own``: what the province changes; relative files start at ``folder``. Properties and methods
    raise ConfigError, which names the key or the file that cannot be used.
    """

    own: OwnTables = field(default_factory=OwnTables)
    folder: Path = Path()

    @classmethod
    def of(cls, config: Config) -> Tables:
        """The tables of a configuration."""
        return cls(config, config.base_dir)

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The province's working days."""
        own = self.own.calendar
        return WorkingCalendar(own.days_off, own.worked_days, own.announced_through)

    @cached_property
    def codes(self) -> CodeGrammar:
        """Shapes of codes of dossiers, organisations and procedures."""
        return code_grammar(self.own.codes)

    @cached_property
    def level_one(self) -> LevelOneTable:
        """Ministries and provinces at the top of every organisation code."""
        return level_one_table(self.own.level_one)

    @cached_property
    def units(self) -> UnitHistory:
        """The provinces of the country and the province's own units."""
        file = self._file(self.own.units.file, "units.file")
        relations = self._file(self.own.units.relations, "units.relations")
        if file is None:
            if relations is not None:
                raise ConfigError("needs units.file, the file of its units", key="units.relations")
            return provinces()
        return provinces().joined_with(load_units(file, relations))

    @cached_property
    def unit_names(self) -> UnitNames:
        """One name for each unit, however a source writes it."""
        return UnitNames(self.units, self.codes)

    def working_hours(self, unit: str | None = None) -> WorkingHours:
        """The working time of a unit, by its code in either order, or as the file writes it.

        The province's usual sessions for None and for a unit that has none of its own.
        """
        own = self.sessions.get(normal_organisation(unit)) if unit else None
        return WorkingHours(self.calendar, own or self._usual)

    @cached_property
    def sessions(self) -> Mapping[str, tuple[Session, ...]]:
        """Unit -> its working sessions, for the units that have their own."""
        file = self._file(self.own.units.sessions, "units.sessions")
        if file is None:
            return MappingProxyType({})
        read = read_unit_sessions(csv_rows(file), file.name)
        return _by_normal_spelling(read, normal_organisation, file.name)

    @cached_property
    def _usual(self) -> tuple[Session, ...]:
        own = self.own.calendar.sessions
        return usual_sessions() if own is None else parse_sessions(own)

    @cached_property
    def deadlines(self) -> DeadlineRules:
        """Rules for time limits, stops of the clock and extensions."""
        return deadline_rules(self.own.deadlines)

    def procedure_clock(self, procedure: str | None) -> ProcedureClock:
        """The clock settings of a procedure, by any spelling of its code."""
        base = base_procedure(procedure) if procedure else None
        return self.procedure_clocks.get(base or "", ProcedureClock())

    @cached_property
    def procedure_clocks(self) -> Mapping[str, ProcedureClock]:
        """Base code -> clock settings, for the procedures that have their own."""
        file = self._file(self.own.deadlines.get("procedures"), "deadlines.procedures")
        read = read_procedure_clocks(csv_rows(file), file.name) if file else {}
        return MappingProxyType(dict(read))

    @cached_property
    def transitions(self) -> TransitionMatrix:
        """Which state changes are ordinary, need evidence, or are forbidden."""
        return transition_matrix(self.own.transitions)

    @cached_property
    def report(self) -> BucketRules:
        """How form II.06a counts states and channels."""
        return bucket_rules(self.own.report)

    def check(self) -> None:
        """Read every table that the province changes.

        Raises ConfigError, one sentence with everything that is wrong.
        """
        errors = list(filter(None, map(_config_error, self._changed())))
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise ConfigError("; ".join(map(str, errors)))

    def _changed(self) -> Iterable[Callable[[], object]]:
        """The functions that read the tables which the province changes."""
        given = self.own.model_fields_set
        reads: Mapping[str, tuple[Callable[[], object], ...]] = {
            "calendar": (lambda: self.calendar, lambda: self.working_hours()),
            "codes": (lambda: self.codes,),
            "level_one": (lambda: self.level_one,),
            "units": (lambda: self.units, lambda: self.sessions),
            "deadlines": (lambda: self.deadlines, lambda: self.procedure_clocks),
            "transitions": (lambda: self.transitions,),
            "report": (lambda: self.report,),
        }
        return (read for name in reads if name in given for read in reads[name])

    def _file(self, named: object, key: str) -> Path | None:
        if named is None:
            return None
        if not isinstance(named, str | Path):
            raise ConfigError("is not the name of a file", key=key)
        path = self.folder / named
        try:
            found = path.is_file()
        except OSError as error:
            raise ConfigError(f"cannot be used: {error.strerror}", key=key) from None
        if not found:
            raise ConfigError(f"there is no file {path}", key=key)
        return path


def _config_error(read: Callable[[], object]) -> ConfigError | None:
    try:
        read()
    except ConfigError as error:
        return error
    return None


def _by_normal_spelling(
    rows: Mapping[str, V], spelled: Callable[[str], str], file: str
) -> Mapping[str, V]:
    """``rows`` by the normal spelling of their names. Raises ConfigError for a name that two rows
    have in different spellings."""
    found: dict[str, V] = {}
    for name, value in rows.items():
        if spelled(name) in found:
            raise ConfigError(f"{name} comes twice, in another spelling; keep one", key=file)
        found[spelled(name)] = value
    return MappingProxyType(found)

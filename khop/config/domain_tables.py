"""The tables of the domain as one province has them: the packaged ones, its own laid over them.

::

    khop.toml  [calendar] [codes] [[level_one]] [units] [deadlines] [transitions] [report]
        |
    Tables.of(config)  ->  calendar  codes  level_one  units  deadlines  transitions  report

A table is made when it is first asked for, and once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

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

if TYPE_CHECKING:
    from khop.config.model import Config

V = TypeVar("V")


@dataclass(frozen=True, eq=False)
class Tables:
    """All tables of one province. ``Tables()`` are the packaged ones.

    ``own``: what the province says; relative files start at ``folder``. Properties and
    ``working_hours`` raise ConfigError, which names the key or the file, for what cannot be used.
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
                raise ConfigError("needs units.file, the units it is about", key="units.relations")
            return provinces()
        return provinces().joined_with(load_units(file, relations))

    def working_hours(self, unit: str | None = None) -> WorkingHours:
        """The working time of a unit, by its code in either order, or as the file writes it.

        The province's usual sessions for None and for a unit that has none of its own.
        """
        own = self.sessions.get(normal_organisation(unit)) if unit else None
        return WorkingHours(self.calendar, own or self._usual)

    @cached_property
    def sessions(self) -> Mapping[str, tuple[Session, ...]]:
        """Unit -> its sessions, for the units that have their own."""
        file = self._file(self.own.units.sessions, "units.sessions")
        if file is None:
            return MappingProxyType({})
        read = read_unit_sessions(csv_rows(file), file.name)
        return _once(read, normal_organisation, file.name)

    @cached_property
    def _usual(self) -> tuple[Session, ...]:
        own = self.own.calendar.sessions
        return usual_sessions() if own is None else parse_sessions(own)

    @cached_property
    def deadlines(self) -> DeadlineRules:
        """What is said of limits, stops and extensions."""
        return deadline_rules(self.own.deadlines)

    def procedure_clock(self, procedure: str | None) -> ProcedureClock:
        """What is special about the clock of a procedure, any spelling of its code."""
        base = base_procedure(procedure) if procedure else None
        return self.procedure_clocks.get(base or "", ProcedureClock())

    @cached_property
    def procedure_clocks(self) -> Mapping[str, ProcedureClock]:
        """Base code -> clock, for the procedures with something special."""
        file = self._file(self.own.deadlines.get("procedures"), "deadlines.procedures")
        read = read_procedure_clocks(csv_rows(file), file.name) if file else {}
        return MappingProxyType(dict(read))

    @cached_property
    def transitions(self) -> TransitionMatrix:
        """Which changes of state are ordinary, need evidence, or are forbidden."""
        return transition_matrix(self.own.transitions)

    @cached_property
    def report(self) -> BucketRules:
        """How form II.06a counts states and channels."""
        return bucket_rules(self.own.report)

    def check(self) -> None:
        """Read every table that the province says something of.

        Raises ConfigError, one sentence for all that is wrong.
        """
        faults = list(filter(None, map(_fault, self._named())))
        if len(faults) == 1:
            raise faults[0]
        if faults:
            raise ConfigError("; ".join(map(str, faults)))

    def _named(self) -> Iterable[Callable[[], object]]:
        """What makes each table that is not the packaged one alone."""
        said = self.own.model_fields_set
        reads: Mapping[str, tuple[Callable[[], object], ...]] = {
            "calendar": (lambda: self.calendar, lambda: self.working_hours()),
            "codes": (lambda: self.codes,),
            "level_one": (lambda: self.level_one,),
            "units": (lambda: self.units, lambda: self.sessions),
            "deadlines": (lambda: self.deadlines, lambda: self.procedure_clocks),
            "transitions": (lambda: self.transitions,),
            "report": (lambda: self.report,),
        }
        return (read for name in reads if name in said for read in reads[name])

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


def _fault(read: Callable[[], object]) -> ConfigError | None:
    try:
        read()
    except ConfigError as error:
        return error
    return None


def _once(rows: Mapping[str, V], spelled: Callable[[str], str], file: str) -> Mapping[str, V]:
    """``rows`` under the normal spelling of their names. Raises ConfigError for one that two
    rows mean."""
    found: dict[str, V] = {}
    for name, value in rows.items():
        if spelled(name) in found:
            raise ConfigError(f"{name} comes twice, in another spelling; keep one", key=file)
        found[spelled(name)] = value
    return MappingProxyType(found)

"""The clock that rules measure with: ages, numbers of rules, and what they were asked for.

A condition holds neither ``now`` nor a number of the configuration nor a day of the calendar. It
names **values of the run**, which stand in ``run_values``, a table of one row that each run fills
anew. So the conditions are compiled once for a configuration, and every run asks the same SQL.

``age(t) > n`` is written as "t lies before the first day whose working-day number is that of
today minus n". That day is one of those values, so the database compares integers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeAlias, cast

from khop.config.domain_tables import Tables
from khop.config.model import RuleSettings
from khop.mappings.records import Instant
from khop.mappings.time.calendar import WorkingCalendar
from khop.sync.reconciling.rules.numbers import default_number
from khop.text.local_time import DAY_US, LOCAL

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

#: The table of one row, a column for each value of the run.
RUN_VALUES = "run_values"

#: How a value of the run is worked out.
Value: TypeAlias = "Callable[[Clock], int]"


@dataclass(frozen=True, slots=True)
class Amount:
    """How many: a number of the rule by its name, the rule's grace (None), or a fixed number."""

    rule: str
    name: str | int | None

    def __str__(self) -> str:
        return (
            str(self.name) if isinstance(self.name, int) else f"{self.rule}_{self.name or 'grace'}"
        )

    def of(self, settings: RuleSettings) -> int:
        """The number itself: the province's own, else the packaged one. Raises KeyError when the
        rule has no number of that name."""
        if isinstance(self.name, int):
            return self.name
        if self.name is None:
            return settings.grace_by_rule.get(self.rule, settings.grace)
        own = settings.numbers.get(self.rule, {}).get(self.name)
        return default_number(self.rule, self.name) if own is None else own


@dataclass(slots=True)
class Limit:
    """What rules ask about the age of one time: the ``working_days`` and the ``days`` of 24 hours
    that it is compared with, and whether its day is compared with today (``by_day``)."""

    moment: ir.IntegerValue
    working_days: set[Amount] = field(default_factory=set)
    days: set[Amount] = field(default_factory=set)
    by_day: bool = False


class Asked:
    """What conditions have asked of a clock while they were built."""

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}
        self._parameters: dict[str, ir.IntegerScalar] = {}
        self._limits: dict[object, Limit] = {}

    @property
    def values(self) -> Mapping[str, Value]:
        """The values of the run, by the names of their columns."""
        return self._values

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits of every time whose age was asked for."""
        return tuple(self._limits.values())

    def value(self, name: str, worked_out: Value) -> ir.IntegerScalar:
        """A value of the run. One name always stands for the same value."""
        import ibis

        self._values.setdefault(name, worked_out)
        if name not in self._parameters:
            self._parameters[name] = cast("ir.IntegerScalar", ibis.param("int64"))
        return self._parameters[name]

    def limit(self, moment_us: ir.IntegerValue) -> Limit:
        """The limits of this time, to be added to."""
        return self._limits.setdefault(moment_us.op(), Limit(moment_us))

    def in_query(self, expression: ir.Table, cases: ir.Table) -> ir.Table:
        """An expression over ``cases``, with its values read from the table ``run_values``."""
        import ibis

        if not self._parameters:
            return expression
        columns = ibis.table(dict.fromkeys(self._parameters, "int64"), RUN_VALUES)
        joined = cases.cross_join(columns)
        places = {given.op(): joined[name].op() for name, given in self._parameters.items()}
        places[cases.op()] = joined.op()
        return cast("ir.Table", expression.op().replace(places).to_expr())


@dataclass(frozen=True, slots=True)
class Clock:
    """The run's fixed ``now``, and the province's tables and settings that rules measure with.

    ``rule``: id of the rule that measures; its own grace and numbers are used. What a rule asks
    for is noted in ``asked``.
    """

    now: datetime
    tables: Tables
    settings: RuleSettings = field(default_factory=RuleSettings)
    rule: str = ""
    asked: Asked = field(default_factory=Asked, compare=False)

    def of(self, rule: str) -> Clock:
        """The same clock with the grace and the numbers of another rule."""
        return replace(self, rule=rule)

    def afresh(self) -> Clock:
        """The same clock, of which nothing was asked yet."""
        return replace(self, asked=Asked())

    @property
    def calendar(self) -> WorkingCalendar:
        return self.tables.calendar

    @property
    def today(self) -> date:
        """The local day of ``now``."""
        return self.now.astimezone(LOCAL).date()

    @property
    def today_ord(self) -> int:
        """The number of today among the working days."""
        return self.calendar.ord(self.today)

    def number(self, name: str) -> ir.IntegerScalar:
        """A number of the rule. Raises KeyError when the rule has none of that name."""
        amount = self._amount(name)
        return self.asked.value(f"number_{amount}", lambda clock: amount.of(clock.settings))

    @property
    def differs_minutes(self) -> ir.IntegerScalar:
        """By how many minutes two times have to differ (``rules.differs_minutes``)."""
        return self.asked.value("differs_minutes", lambda clock: clock.settings.differs_minutes)

    def older(self, moment_us: ir.IntegerValue, days: str | int | None = None) -> ir.BooleanValue:
        """``age(moment) > days``, in working days. ``days``: a number of the rule by its name, or
        a fixed number; None is the rule's grace."""
        amount = self._amount(days)
        self.asked.limit(moment_us).working_days.add(amount)
        first_within = self.asked.value(
            f"working_days_ago_{amount}", lambda clock: working_days_ago_us(clock, amount)
        )
        return moment_us < first_within

    def older_than(self, moment_us: ir.IntegerValue, days: str | int) -> ir.BooleanValue:
        """The moment lies more than ``days`` of 24 hours before ``now``. ``days``: a number of the
        rule by its name, or a fixed number."""
        amount = self._amount(days)
        self.asked.limit(moment_us).days.add(amount)
        first_within = self.asked.value(
            f"days_ago_{amount}", lambda clock: days_ago_us(clock, amount)
        )
        return moment_us < first_within

    def on_a_later_day(self, moment_us: ir.IntegerValue) -> ir.BooleanValue:
        """The moment's day is after today."""
        self.asked.limit(moment_us).by_day = True
        tomorrow = self.asked.value(
            "tomorrow", lambda clock: start_us(clock.today + timedelta(days=1))
        )
        return moment_us >= tomorrow

    def _amount(self, days: str | int | None) -> Amount:
        amount = Amount("" if isinstance(days, int) else self.rule, days)
        amount.of(self.settings)  # an unknown name fails where the rule asks for it
        return amount


def run_values(values: Mapping[str, Value], clock: Clock) -> pa.Table:
    """The table ``run_values`` of the run of this clock."""
    import pyarrow as pa

    worked_out = {name: [value(clock)] for name, value in values.items()}
    return pa.table(worked_out, pa.schema([(name, pa.int64()) for name in worked_out]))


def working_days_ago_us(clock: Clock, amount: Amount) -> int:
    """The first moment whose age is no more than so many working days."""
    return start_us(clock.calendar.first_with_ord(clock.today_ord - amount.of(clock.settings)))


def days_ago_us(clock: Clock, amount: Amount) -> int:
    """So many days of 24 hours before ``now``."""
    return Instant.of(clock.now).us - amount.of(clock.settings) * DAY_US


def start_us(day: date) -> int:
    """The first moment of a local day, in microseconds of UTC."""
    return Instant.of(datetime.combine(day, time(), tzinfo=LOCAL).astimezone(UTC)).us

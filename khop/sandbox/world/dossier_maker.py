"""Generates ordinary dossiers, which both systems have with the same times.

An ordinary dossier triggers no rule of docs/rules.md at ``now``.
"""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate
from random import Random

from khop.sandbox.world.calendar import DAY, Calendar, day_of, midnight, to_date
from khop.sandbox.world.dossiers import (
    NATION_ABSENT,
    DateForm,
    Dossier,
    PortalEntry,
    copy_for_portal,
)
from khop.sandbox.world.register import Register

_MINUTE = 60
_HOUR = 3600
_STATES = (10, 9, 4, 2, 5, 6, 7, 8, 3, 1)
_STATE_WEIGHTS = tuple(accumulate((54, 12, 15, 6, 4, 2, 2, 1.5, 2, 1.5)))
_FORMS: tuple[DateForm, ...] = (
    *("second",) * 15, "iso", "slashed", "slashed", "day", "slashed_day",
)  # fmt: skip
#: An ordinary dossier waits at the counter for less than the 30 days of rule B4.
_YOUNG = 26 * DAY
#: Papers are asked for, and dossiers withdrawn, soon after the reception, and well before the due
#: date: procedures with a limit have so many working days at least (F3, F4, F8).
_SOON, _ENOUGH = (5, 7), 5
_LONGEST = 250
_NO_ALIAS = (None, "", "undefined", NATION_ABSENT)


class DossierMaker:
    """Makes dossiers for one ``now``, in seconds of UTC since 1970. An *age* is in working days."""

    def __init__(self, rng: Random, calendar: Calendar, now: int, register: Register) -> None:
        self.rng = rng
        self.calendar = calendar
        self.now = now
        self.register = register
        self.today = calendar.order(day_of(now))
        self._serials: dict[tuple[int, int], int] = {}
        self._count = 0
        self._rows = 0

    def random_below(self, count: int) -> int:
        """A whole number from 0 to ``count`` - 1."""
        return int(self.rng.random() * count)

    def day(self, age: int) -> int:
        """The working day of that age."""
        return self.calendar.day_at(self.today - age)

    def working_moment(self, day: int) -> int:
        """A random moment in the working hours of ``day``, at least two hours before now."""
        slot = self.random_below(8 * _HOUR)
        slot += 7 * _HOUR if slot < 4.5 * _HOUR else 9 * _HOUR
        return min(midnight(day) + slot, self.now - 2 * _HOUR)

    def moment(self, age: int) -> int:
        """A random moment in the working hours of the day of that age."""
        return self.working_moment(self.day(age))

    def first_of_age(self, age: int) -> int:
        """00:10 of the working day of that age, which is the day before in UTC."""
        return midnight(self.day(age)) + 10 * _MINUTE

    def last_of_age(self, age: int) -> int:
        """Ten minutes before the age changes; days off after the working day have its age."""
        return midnight(self.day(age - 1)) - 10 * _MINUTE

    def ordinary(self, status: int | None = None, story: str = "ordinary") -> Dossier:
        """A dossier without a finding; in a random state for None."""
        if status is None:
            status = _STATES[bisect(_STATE_WEIGHTS, self.rng.random() * 99.99)]
        channel = self._channel(status)
        d = self._blank(status, channel, story)
        if status == 1 or (status in (3, 5) and channel == 2 and self.random_below(2)):
            self._never_received(d)
        else:
            self._received(d)
        self.give_code(d)
        self.set_changed(d)
        return d

    def counter_dossier(self, status: int, story: str, age: int | None = None) -> Dossier:
        """A received dossier that was filed at the counter, without an alias. ``age`` of its
        reception."""
        d = self._blank(status, 1, story)
        self._received(d, age)
        self.give_code(d)
        self.set_changed(d)
        return d

    def portal_copy(self, d: Dossier) -> PortalEntry | None:
        """The portal's copy of an ordinary dossier; None for some that were never received."""
        if d.received is None and d.alias is None and self.random_below(2):
            return None
        return copy_for_portal(d, _FORMS[self.random_below(len(_FORMS))])

    def set_changed(self, d: Dossier, changed: int | None = None) -> None:
        """Set the change time: ``changed`` in seconds, or soon after the last step."""
        if changed is None:
            changed = min(d.acted + self.random_below(20 * _MINUTE), self.now)
        d.changed = min(changed * 1000 + self.random_below(999), self.now * 1000)

    def give_code(self, d: Dossier) -> None:
        """Set the code, and the alias if the dossier was filed on the portal."""
        moment = d.received if d.received is not None else d.submitted
        if d.channel == 2 and d.shape & 0x100 and d.submitted is not None:
            moment = d.submitted
        d.code = self.fresh_code(d.unit, day_of(self.now if moment is None else moment), d.shape)
        d.code_wire = d.code
        if d.channel == 2 and self.random_below(10) < 4:
            d.nation = self.fresh_alias(d)

    def fresh_code(self, unit: int, day: int, shape: int = 0) -> str:
        """A new code of the shapes G1 to G4 (docs/domain.md, Codes)."""
        serial = self._serials.get((unit, day), 0) + 1
        self._serials[(unit, day)] = serial
        prefix = self.register.units[unit].code
        date = to_date(day)
        form = shape >> 12 & 0x1F
        if form == 0:
            return f"{prefix}-{date:%y%m%d}-{200_000 + serial}"
        if form == 1 and not prefix.startswith("000"):
            return f"{prefix}-{date:%Y%m%d}-{serial:07d}"
        return f"{prefix}-{date:%y%m%d}-{serial:04d}"

    def fresh_alias(self, d: Dossier) -> str:
        """A new code of the national portal."""
        day = day_of(d.submitted if d.submitted is not None else self.now)
        return f"G22.99-{to_date(day):%y%m%d}-{d.n:07d}"

    def fresh_row(self) -> int:
        """The ``n`` of a new row on paper."""
        self._rows += 1
        return self._rows - 1

    def _channel(self, status: int) -> int:
        if status == 1:
            return 2
        draw = self.random_below(100)
        if draw < 48:
            return 1
        return 2 if draw < 91 else 3 if draw < 98 else 0

    def _blank(self, status: int, channel: int, story: str) -> Dossier:
        n = self._count
        self._count += 1
        d = Dossier(
            n=n, story=story, code="", code_wire="", nation=_NO_ALIAS[self.random_below(4)],
            status=status, channel=channel, unit=self.random_below(len(self.register.units)),
            procedure=self.random_below(len(self.register.procedures)),
            citizen=self.random_below(self.register.people), shape=self.rng.getrandbits(32),
            submitted=None, received=None, due=None, finished=None, returned=None,
            no_due=False, entered=None, acted=0, changed=0,
        )  # fmt: skip
        if status in _SOON:
            self.give_long_procedure(d)
        return d

    def give_long_procedure(self, d: Dossier) -> None:
        """Give it a procedure whose time limit, if it has one, is not short."""
        procedures = self.register.procedures
        while 0 < procedures[d.procedure].days < _ENOUGH:
            d.procedure = (d.procedure + 1) % len(procedures)

    def _never_received(self, d: Dossier) -> None:
        if d.status == 1:
            d.submitted = self.moment(self.random_below(2))
            d.acted = d.submitted
            return
        age = 2 + self.random_below(11)
        d.submitted = self.moment(age)
        d.acted = self.moment(max(1, age - 1 - self.random_below(2)))

    def _received(self, d: Dossier, age: int | None = None) -> None:
        last = self.random_below(_LONGEST)
        if d.status in (2, 4, 5, 6):
            last = self.random_below(3 if d.status == 2 else 12)
        if age is None:
            age = 1 + last + (0 if d.status in (2, 5) else self.random_below(15))
        d.received = self.moment(age)
        d.entered = d.received + self.random_below(20) * _MINUTE
        d.submitted = self._filed(d, age)
        d.due = self._due(d, age)
        d.acted = self._acted(d, age)
        if d.status in (9, 10):
            d.finished = d.acted
        if d.status == 10:
            self._hand_over(d)

    def _filed(self, d: Dossier, age: int) -> int:
        assert d.received is not None
        if d.channel == 2 and d.shape & 0x200:
            return midnight(self.day(age + 1)) + 18 * _HOUR + self.random_below(4 * _HOUR)
        return d.received - (1 + self.random_below(20)) * _MINUTE

    def _due(self, d: Dossier, age: int) -> int | None:
        days = self.register.procedures[d.procedure].days
        if d.status == 3:
            return None
        if days == 0:
            d.no_due = True
            return None
        assert d.received is not None
        day = self.calendar.day_at(self.today - age + days)
        return midnight(day) + (d.received - midnight(day_of(d.received)))

    def _acted(self, d: Dossier, age: int) -> int:
        assert d.entered is not None
        if d.status == 2:
            return d.entered
        last = max(0, age - self.random_below(3 if d.status in _SOON else 15))
        moment = max(self.moment(last), d.entered + 30 * _MINUTE + self.random_below(_HOUR))
        if d.status == 9:
            moment = max(moment, self.now - _YOUNG)
        return min(moment, self.now - _MINUTE)

    def _hand_over(self, d: Dossier) -> None:
        assert d.finished is not None
        later = self.calendar.order(day_of(d.finished)) + self.random_below(3)
        day = self.calendar.day_at(min(later, self.today))
        d.returned = max(self.working_moment(day), d.finished + 15 * _MINUTE)
        d.returned = min(d.returned, self.now)
        d.acted = d.returned

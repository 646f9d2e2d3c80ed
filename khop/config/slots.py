"""When a task is due: slots, by a period or by a line of cron, in the local time of Viet Nam.

A slot is a moment at which a task is due, in microseconds since 1970, UTC.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice

from cronsim import CronSim, CronSimError

from khop.text.local_time import LOCAL, LOCAL_OFFSET_US

#: Slots are counted up to here; more that were missed are as many for whoever reads the number. A
#: line of cron has to be walked, while the ledger waits.
MOST_COUNTED = 1_000

_SECOND_US = 1_000_000
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LEAST, _MOST = 10, 7 * 86_400
_WEEKDAYS = "sun mon tue wed thu fri sat"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Calendar(ABC):
    """The slots of one task. ``text``: as it is written, such as ``every 15m``."""

    text: str

    @abstractmethod
    def latest(self, now_us: int) -> int:
        """The last slot that is not after now."""

    @abstractmethod
    def following(self, slot_us: int) -> int:
        """The first slot after this moment."""

    @abstractmethod
    def count(self, first_us: int, last_us: int) -> int:
        """How many slots there are from one slot to another, both included; MOST_COUNTED for
        more."""


@dataclass(frozen=True)
class Every(Calendar):
    """A slot each ``seconds``, counted from midnight of 1970-01-01."""

    text: str
    seconds: int

    @property
    def _us(self) -> int:
        return self.seconds * _SECOND_US

    def latest(self, now_us: int) -> int:
        local = now_us + LOCAL_OFFSET_US
        return local - local % self._us - LOCAL_OFFSET_US

    def following(self, slot_us: int) -> int:
        return self.latest(slot_us) + self._us

    def count(self, first_us: int, last_us: int) -> int:
        return min(max((last_us - first_us) // self._us + 1, 0), MOST_COUNTED)


@dataclass(frozen=True)
class Cron(Calendar):
    """A slot each time that a line of cron matches."""

    text: str
    line: str

    def latest(self, now_us: int) -> int:
        after = _local(now_us // _SECOND_US * _SECOND_US) + timedelta(seconds=1)
        return _us(next(CronSim(self.line, after, reverse=True)))

    def following(self, slot_us: int) -> int:
        return _us(next(CronSim(self.line, _local(slot_us))))

    def count(self, first_us: int, last_us: int) -> int:
        later = CronSim(self.line, _local(first_us))
        counted = 1
        for slot in islice(later, MOST_COUNTED - 1):
            if _us(slot) > last_us:
                break
            counted += 1
        return counted if first_us <= last_us else 0

    @cached_property
    def meaning(self) -> str:
        """In English words."""
        return str(CronSim(self.line, _EPOCH).explain())


def calendar_of(text: str) -> Calendar:
    """The slots that ``every 15m`` or ``cron 30 2 * * sun`` means. Raises ValueError with a
    sentence."""
    kind, _, rest = text.strip().partition(" ")
    rest = " ".join(rest.split())
    if kind == "every":
        return Every(f"every {rest}", _seconds(rest))
    if kind == "cron":
        return _cron(rest)
    raise ValueError(f"'{text}' is no schedule: write 'every 15m' or 'cron 30 2 * * sun'")


def _seconds(text: str) -> int:
    found = re.fullmatch(r"(\d{1,6}) ?([smhd])", text)
    if found is None:
        raise ValueError(f"'{text}' is no period: write a number and s, m, h or d, such as 15m")
    seconds = int(found[1]) * _UNITS[found[2]]
    if not _LEAST <= seconds <= _MOST:
        raise ValueError(f"'{text}' is no period from 10 seconds to 7 days")
    return seconds


def _cron(line: str) -> Cron:
    fields = line.lower().split()
    if len(fields) != 5:
        raise ValueError(
            f"'{line}' has {len(fields)} fields of cron; five are needed: minute, hour, day of the "
            "month, month, day of the week"
        )
    if re.search(r"\d", re.sub(r"#\d", "", fields[4])):
        raise ValueError(
            f"the day of the week is written as a name in '{line}', since numbers mean different "
            f"days in different programs: {_WEEKDAYS}"
        )
    line = " ".join(fields)
    try:
        next(CronSim(line, _EPOCH.astimezone(LOCAL)))
        next(CronSim(line, _EPOCH.astimezone(LOCAL), reverse=True))
    except CronSimError as error:
        raise ValueError(f"'{line}' is no line of cron: {error}") from None
    except StopIteration:
        raise ValueError(f"'{line}' never comes") from None
    return Cron(f"cron {line}", line)


def _local(us: int) -> datetime:
    return (_EPOCH + timedelta(microseconds=us)).astimezone(LOCAL)


def _us(moment: datetime) -> int:
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * _SECOND_US + since.microseconds

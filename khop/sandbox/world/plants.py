"""Planted discrepancies: one maker per rule, each with several ways to break it.

A maker gets a ``Maker`` and a running number, which picks the way. What really fires is left to
``judge``; a test holds that every plant fires its own rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from khop.sandbox.world.calendar import DAY, midnight
from khop.sandbox.world.dossiers import (
    Dossier,
    PortalEntry,
    by_day,
    copy_for_portal,
)
from khop.sandbox.world.paper import LogbookRow, RegisterRow
from khop.sandbox.world.post_events import Event
from khop.sandbox.world.timeline import Maker

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Made:
    """What one plant or decoy adds to the world.

    ``silent``: codes of whose presence the portal gives no answer. Paper and post tell nothing
    of a dossier that is told of here but what stands here.
    """

    dossiers: tuple[Dossier, ...] = ()
    entries: tuple[PortalEntry, ...] = ()
    silent: tuple[str, ...] = ()
    logbook: tuple[LogbookRow, ...] = ()
    register: tuple[RegisterRow, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def told(self) -> bool:
        return bool(self.logbook or self.register or self.events)


Planting = Callable[[Maker, int], Made]


def pair(d: Dossier, entry: PortalEntry) -> Made:
    return Made((d,), (entry,))


def long_ago(m: Maker, d: Dossier, variant: int) -> None:
    """Make the last change just, or well, older than the grace."""
    last = m.last_of_age(2)
    if variant % 2 or d.acted > last:
        d.acted = min(d.acted, last)
        m.settle(d, last)
    else:
        m.settle(d)


def give_alias(m: Maker, d: Dossier) -> None:
    d.channel = 2
    d.nation = m.fresh_alias(d)


def move_reception(m: Maker, d: Dossier, received: int) -> None:
    """Move the reception of an open dossier, its code and its steps with it."""
    d.received = received
    d.entered = min(received + 600, m.now - 120)
    d.submitted = received - 900
    d.acted = max(d.entered + 60, min(d.acted, m.now))
    m.name(d)
    m.settle(d)


def a7(m: Maker, i: int) -> Made:
    """On the one-stop, absent from the portal."""
    way = i % 7
    status = (4, 10, 2, 9, 4, 3, 10)[way]
    d = m.counter(status, "A7", age=30 if status in (3, 9, 10) else 8)
    if way == 0:
        move_reception(m, d, m.last_of_age(2))
    elif way == 2:
        d.channel, d.nation = 2, "undefined"
    elif way == 3:
        d.channel = 0
    elif way == 4:
        d.nation = m.fresh_alias(d)
    elif way == 5:
        d.channel = 3
    elif way == 6:
        d.finished = None
    return Made((d,))


def a8(m: Maker, i: int) -> Made:
    """On the portal, unknown to the one-stop. The dossier lends its dates and is thrown away."""
    d = m.counter((4, 10, 2, 9)[i % 4], "A8", age=25)
    entry = copy_for_portal(d)
    if i % 4 == 1:
        entry.received = None
    elif i % 4 == 2:
        entry.received = m.last_of_age(2)
    elif i % 4 == 3:
        entry.form = "day"
        by_day(entry)
    return Made((), (entry,))


def b5(m: Maker, i: int) -> Made:
    d = m.counter((4, 2, 5, 6, 8)[i % 5], "B5", age=6)
    if i % 4 == 3:
        give_alias(m, d)
    entry = copy_for_portal(d)
    entry.status = 9 + i % 2
    entry.finished = m.now - 5 * HOUR
    entry.returned = m.now - 4 * HOUR if entry.status == 10 else None
    if i % 3 == 0:
        m.settle(d, m.now - 60)
    return pair(d, entry)


def b6(m: Maker, i: int) -> Made:
    d = m.counter(9 + i % 2, "B6", age=20)
    if i % 5 == 0:
        d.status, d.returned = 9, None
        d.finished = d.acted = m.last_of_age(2)
        m.settle(d, m.now - 60)
    elif i % 5 == 3:
        give_alias(m, d)
    elif i % 5 == 4:
        d.channel = 0
    entry = copy_for_portal(d)
    entry.status = (4, 2, 5, 6, 8, 1)[i % 6]
    entry.finished = entry.returned = None
    return pair(d, entry)


def b10(m: Maker, i: int) -> Made:
    d = m.ordinary(1, "B10")
    d.submitted = d.acted = m.last_of_age(2) if i % 2 else m.moment(3 + m.below(20))
    m.name(d)
    m.settle(d)
    return Made((d,), () if d.alias is None else (copy_for_portal(d),))


#: (one-stop, portal): neither is B5 nor B6.
_DIFFERENT = ((4, 2), (10, 9), (9, 10), (3, 4), (7, 4), (5, 1), (4, 6), (9, 3), (7, 9), (4, 7))


def b11(m: Maker, i: int) -> Made:
    mine, theirs = _DIFFERENT[i % len(_DIFFERENT)]
    d = m.counter(mine, "B11", age=9)
    if mine == 5:
        d.received = d.due = d.entered = None
        d.nation = None
    if i % 7 == 6:
        give_alias(m, d)
    entry = copy_for_portal(d)
    entry.status = theirs
    if theirs not in (9, 10):
        entry.finished = None
    if theirs != 10:
        entry.returned = None
    long_ago(m, d, i)
    return pair(d, entry)


def c1(m: Maker, i: int) -> Made:
    d = m.counter((4, 9, 2, 10)[i % 4], "C1", age=12)
    d.received = None
    entry = copy_for_portal(d)
    if i % 3 == 2:
        entry.status = 6
        entry.finished = entry.returned = None
        long_ago(m, d, i)
    return Made((d,)) if i % 4 == 1 else pair(d, entry)


def c2(m: Maker, i: int) -> Made:
    d = m.counter(9 + i % 2, "C2", age=15)
    d.finished = None
    entry = copy_for_portal(d)
    if i % 3 == 1:
        entry.status, entry.returned = 4, None
        long_ago(m, d, i)
    return pair(d, entry)


def c3(m: Maker, i: int) -> Made:
    d = m.counter((2, 4)[i % 2], "C3", age=1)
    tomorrow = m.calendar.day_at(m.today + 1)
    later = midnight(tomorrow) + 300 if i % 2 else m.now + (2 + i % 8) * DAY
    move_reception(m, d, later)
    if d.due is not None:
        d.due = later + 5 * DAY
    return pair(d, copy_for_portal(d))


def c4(m: Maker, i: int) -> Made:
    d = m.counter(9, "C4", age=10)
    d.finished = m.now + (1 + i % 5) * DAY
    entry = copy_for_portal(d)
    if i % 3 == 1:
        entry.status, entry.finished = 4, None
    elif i % 3 == 2:
        entry.finished = d.acted
    if i % 3:
        long_ago(m, d, i)
    return pair(d, entry)


def c5(m: Maker, i: int) -> Made:
    d = m.counter(9 + i % 2, "C5", age=14)
    assert d.received is not None
    entry = copy_for_portal(d)
    d.finished = d.received - (1, 60, 26 * HOUR, 5 * DAY)[i % 4]
    if i % 3:
        entry.finished = d.finished
    else:
        long_ago(m, d, i)
    return pair(d, entry)


def c6(m: Maker, i: int) -> Made:
    d = m.counter(10 if i % 2 else 4, "C6", age=10)
    if i % 2:
        assert d.finished is not None
        d.returned = d.finished - (1, HOUR, 2 * DAY)[i // 2 % 3]
    else:
        assert d.received is not None
        d.submitted = d.received + (1, HOUR, 2 * DAY)[i // 2 % 3]
    return pair(d, copy_for_portal(d))


def c9(m: Maker, i: int) -> Made:
    d = m.counter((4, 10, 2, 9)[i % 4], "C9", age=7)
    d.due, d.no_due = None, False
    return pair(d, copy_for_portal(d))


def c12(m: Maker, i: int) -> Made:
    """UTC taken for local time somewhere on the way, 60 s of tolerance included."""
    d = m.counter(9 + i % 2, "C12", age=18)
    if i % 5 == 4:
        give_alias(m, d)
    entry = copy_for_portal(d)
    shift = 7 * HOUR + (0, 60, -60)[i % 3]
    for name in ("received", "due", "finished", "returned")[i % 4 :]:
        moment = getattr(entry, name)
        if moment is not None:
            setattr(entry, name, moment - shift if i % 2 else moment + shift)
            if i % 4 == 0:
                break
    else:
        if i % 4:
            assert entry.received is not None
            entry.received -= shift
    if i % 3 == 0:
        m.settle(d, m.now - 30)
    return pair(d, entry)


def c14(m: Maker, i: int) -> Made:
    d = m.counter((4, 9, 10)[i % 3], "C14", age=16)
    if i % 6 == 5:
        give_alias(m, d)
    entry = copy_for_portal(d)
    assert entry.received is not None
    way = i % 5
    if way == 0:
        entry.received += 901
    elif way == 1:
        entry.received -= 7 * HOUR + 61
    elif way == 2:
        entry.received -= 2 * DAY
    else:
        entry.form = "slashed_day" if way == 3 else "day"
        by_day(entry)
        entry.received -= DAY
    long_ago(m, d, i)
    return pair(d, entry)


def e7(m: Maker, i: int) -> Made:
    d = m.counter((4, 10, 9)[i % 3], "E7", age=11)
    code, wire = (
        (f"HS.{d.n:06d}/2026", f"HS.{d.n:06d}/2026"),
        (f"HỒSƠ-{d.n:06d}/26", f"Hồ sơ-{d.n:06d}/26"),
        (f"BTP-2026-{d.n:08d}", f" btp-2026-{d.n:08d}"),
        (f"H99.18.03-260820-{d.n:012d}", f"H99.18.03-260820-{d.n:012d}"),
    )[i % 4]
    d.code, d.code_wire = code, wire
    return pair(d, copy_for_portal(d))


PLANTS: dict[str, Planting] = {
    "A7": a7, "A8": a8, "B5": b5, "B6": b6, "B10": b10, "B11": b11, "C1": c1, "C2": c2,
    "C3": c3, "C4": c4, "C5": c5, "C6": c6, "C9": c9, "C12": c12, "C14": c14, "E7": e7,
}  # fmt: skip

"""Decoys: dossiers that look wrong and are not, each at the very edge of a rule."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from khop.sandbox.world.calendar import DAY, day_of, midnight
from khop.sandbox.world.dossiers import NATION_ABSENT, by_day, copy_for_portal
from khop.sandbox.world.plants import (
    HOUR,
    Made,
    Planting,
    give_alias,
    long_ago,
    move_reception,
    pair,
)
from khop.sandbox.world.timeline import Maker


def fresh_reception(m: Maker, i: int) -> Made:
    """Not on the portal yet, received exactly the grace ago; days off between do not count."""
    d = m.counter(2, "fresh reception", age=1)
    moment = m.first_of_age(1) if i % 2 else m.last_of_age(1)
    move_reception(m, d, min(moment, m.now - HOUR))
    return Made((d,))


def fresh_end(m: Maker, i: int) -> Made:
    """Ended within the grace; the portal still shows it open."""
    d = m.counter(9, "fresh end", age=12)
    d.finished = d.acted = m.first_of_age(1) if i % 2 else m.last_of_age(1)
    d.finished = d.acted = min(d.acted, m.now - HOUR)
    m.settle(d, d.acted)
    entry = copy_for_portal(d)
    entry.status, entry.finished = (4, 2, 8)[i % 3], None
    return pair(d, entry)


def fresh_change(m: Maker, i: int) -> Made:
    """States and times differ, changed within the grace."""
    d = m.counter(4, "fresh change", age=5)
    d.acted = m.first_of_age(1) if i % 2 else min(m.last_of_age(1), m.now - HOUR)
    m.settle(d, d.acted)
    entry = copy_for_portal(d)
    assert entry.received is not None
    entry.status = (2, 6, 7)[i % 3]
    entry.received -= 2 * DAY
    return pair(d, entry)


def fresh_filing(m: Maker, i: int) -> Made:
    d = m.ordinary(1, "fresh filing")
    moment = m.first_of_age(1) if i % 2 else m.last_of_age(1)
    d.submitted = d.acted = min(moment, m.now - HOUR)
    m.name(d)
    m.settle(d)
    return Made((d,), () if d.alias is None else (copy_for_portal(d),))


def quarter_hour(m: Maker, i: int) -> Made:
    """Exactly fifteen minutes apart."""
    d = m.counter((9, 10)[i % 2], "quarter hour", age=13)
    entry = copy_for_portal(d)
    assert entry.received is not None
    assert entry.finished is not None
    entry.received += 900 if i % 2 else -900
    entry.finished -= 900
    long_ago(m, d, i)
    return pair(d, entry)


def same_day(m: Maker, i: int) -> Made:
    """The portal knows the day only: midnight is 7 h from 07:00, and that is no shift."""
    d = m.counter((4, 9, 10)[i % 3], "same day", age=10)
    assert d.received is not None
    assert d.entered is not None
    d.received = midnight(day_of(d.received)) + 7 * HOUR
    d.submitted = d.received - 60
    entry = copy_for_portal(d, "slashed_day" if i % 2 else "day")
    long_ago(m, d, i)
    return pair(d, entry)


def born_on_portal(m: Maker, i: int) -> Made:
    """Filed on the portal, which knows only its own code."""
    d = m.counter((4, 10, 9)[i % 3], "born on portal", age=15)
    give_alias(m, d)
    if i % 4 == 3:
        return Made((d,))
    entry = copy_for_portal(d)
    if i % 4 == 2:
        assert d.nation is not None
        d.nation = f" {d.nation.lower()} "
    return pair(d, entry)


def empty_nation(m: Maker, i: int) -> Made:
    d = m.counter(4, "empty nation", age=6)
    d.channel, d.nation = 2, ("", None, NATION_ABSENT, "undefined")[i % 4]
    return pair(d, copy_for_portal(d))


def odd_code(m: Maker, i: int) -> Made:
    """The code in lower case, with white space, or in decomposed letters."""
    d = m.counter((4, 9)[i % 2], "odd code", age=9)
    head, serial = d.code.rsplit("-", 1)
    d.code_wire = (
        d.code.lower(),
        f" {d.code}\t",
        f"{head} - {serial}",
        unicodedata.normalize("NFD", f"{head.lower()}\u00a0-{serial}"),
    )[i % 4]
    return pair(d, copy_for_portal(d))


def unmapped(m: Maker, i: int) -> Made:
    """A state no table knows: nothing fires, whatever else is wrong."""
    d = m.counter(9, "unmapped", age=20)
    d.status, d.due, d.no_due = 0, None, False
    if i % 2:
        d.finished = None
        d.received = None
        return Made((d,))
    assert d.received is not None
    d.finished = d.received - DAY
    entry = copy_for_portal(d)
    entry.status = 10
    return pair(d, entry)


def supplement_first(m: Maker, i: int) -> Made:
    """Papers asked for before acceptance: no reception date, no due date, not on the portal."""
    d = m.counter(5, "supplement first", age=5)
    d.channel, d.nation = 2, None
    d.received = d.entered = d.due = None
    d.no_due = False
    return Made((d,)) if i % 2 else pair(d, copy_for_portal(d))


def no_due_date(m: Maker, i: int) -> Made:
    d = m.counter((4, 10)[i % 2], "no due date", age=40)
    d.due, d.no_due = None, True
    return pair(d, copy_for_portal(d))


def reused_code(m: Maker, i: int) -> Made:
    """One code, two native records of the same dossier; the later changed one speaks."""
    old = m.counter(4, "reused code", age=20)
    new = m.counter(10, "reused code", age=20)
    # Equal, plainly written persons: only then is it the same applicant for every reader.
    old.shape = new.shape = 0
    twin = replace(old, n=new.n, status=10, finished=new.finished, returned=new.returned)
    assert old.received is not None
    twin.finished = old.acted + HOUR
    twin.returned = twin.acted = twin.finished + HOUR
    late = m.now - 2 * HOUR
    twin.finished, twin.returned = min(twin.finished, late), min(twin.returned, late)
    twin.acted = twin.returned
    m.settle(twin)
    old.changed = min(old.changed, twin.changed - 60_000)
    dossiers = (twin, old) if i % 2 else (old, twin)
    return Made(dossiers, (copy_for_portal(twin),))


def unanswered(m: Maker, i: int) -> Made:
    """The portal gives no answer about it: presence is unknown, never absent."""
    d = m.counter((4, 10)[i % 2], "unanswered", age=10)
    return Made((d,), (), (d.code,))


def fresh_phantom(m: Maker, i: int) -> Made:
    """On the portal alone, within the grace: the one-stop may still be writing it."""
    d = m.counter(2, "fresh phantom", age=1)
    entry = copy_for_portal(d)
    moment = m.first_of_age(1) if i % 2 else m.last_of_age(1)
    entry.received = min(moment, m.now - HOUR)
    if i % 3 == 2:
        entry.submitted, entry.received = entry.received, None
    return Made((), (entry,))


def refused_first(m: Maker, i: int) -> Made:
    d = m.counter(3, "refused first", age=10 + i % 5)
    d.channel, d.nation = 2, None
    d.received = d.entered = d.due = None
    return Made((d,))


def later_today(m: Maker, i: int) -> Made:
    """Received or ended later on the day of now: not the future yet."""
    later = min(m.now + HOUR, midnight(day_of(m.now) + 1) - 1)
    if i % 2:
        d = m.counter(9, "later today", age=4)
        d.finished = later
        return pair(d, copy_for_portal(d))
    d = m.counter(2, "later today", age=1)
    move_reception(m, d, later)
    return pair(d, copy_for_portal(d))


def same_moment(m: Maker, i: int) -> Made:
    """Filed, received, ended and returned in the same second."""
    d = m.counter(10, "same moment", age=5 + i % 9)
    assert d.received is not None
    d.submitted = d.finished = d.returned = d.received
    return pair(d, copy_for_portal(d))


def day_of_due(m: Maker, i: int) -> Made:
    """Every time of the portal is a day, and every day is right."""
    d = m.counter(10, "day of due", age=22)
    entry = copy_for_portal(d)
    entry.form = "day" if i % 2 else "slashed_day"
    long_ago(m, d, 1)
    return pair(d, by_day(entry))


DECOYS: tuple[Planting, ...] = (
    fresh_reception, fresh_end, fresh_change, fresh_filing, quarter_hour, same_day,
    born_on_portal, empty_nation, odd_code, unmapped, supplement_first, no_due_date,
    reused_code, unanswered, fresh_phantom, refused_first, later_today, same_moment, day_of_due,
)  # fmt: skip

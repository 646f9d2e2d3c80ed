"""Decoys: dossiers at the limit of a rule that must not fire it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from khop.sandbox.world.calendar import DAY, day_of, midnight
from khop.sandbox.world.dossier_maker import DossierMaker
from khop.sandbox.world.dossiers import NATION_ABSENT, by_day, copy_for_portal
from khop.sandbox.world.plants import (
    HOUR,
    Additions,
    PlantMaker,
    give_alias,
    move_reception,
    older_than_grace,
    on_both,
)


def fresh_reception(m: DossierMaker, i: int) -> Additions:
    """Not on the portal yet, received exactly the grace ago; days off in between do not count."""
    d = m.counter_dossier(2, "fresh reception", age=1)
    moment = m.first_of_age(1) if i % 2 else m.last_of_age(1)
    move_reception(m, d, min(moment, m.now - HOUR))
    return Additions((d,))


def fresh_end(m: DossierMaker, i: int) -> Additions:
    """Finished within the grace; the portal still has it open."""
    d = m.counter_dossier(9, "fresh end", age=12)
    d.finished = d.acted = m.first_of_age(1) if i % 2 else m.last_of_age(1)
    d.finished = d.acted = min(d.acted, m.now - HOUR)
    m.set_changed(d, d.acted)
    entry = copy_for_portal(d)
    entry.status, entry.finished = (4, 2, 8)[i % 3], None
    return on_both(d, entry)


def fresh_change(m: DossierMaker, i: int) -> Additions:
    """States and times differ, but the last change is within the grace."""
    d = m.counter_dossier(4, "fresh change", age=5)
    d.acted = m.first_of_age(1) if i % 2 else min(m.last_of_age(1), m.now - HOUR)
    m.set_changed(d, d.acted)
    entry = copy_for_portal(d)
    assert entry.received is not None
    entry.status = (2, 6, 7)[i % 3]
    entry.received -= 2 * DAY
    return on_both(d, entry)


def fresh_filing(m: DossierMaker, i: int) -> Additions:
    d = m.ordinary(1, "fresh filing")
    moment = m.first_of_age(1) if i % 2 else m.last_of_age(1)
    d.submitted = d.acted = min(moment, m.now - HOUR)
    m.give_code(d)
    m.set_changed(d)
    return Additions((d,), () if d.alias is None else (copy_for_portal(d),))


def quarter_hour(m: DossierMaker, i: int) -> Additions:
    """Times exactly fifteen minutes apart."""
    d = m.counter_dossier((9, 10)[i % 2], "quarter hour", age=13)
    entry = copy_for_portal(d)
    assert entry.received is not None
    assert entry.finished is not None
    entry.received += 900 if i % 2 else -900
    entry.finished -= 900
    older_than_grace(m, d, i)
    return on_both(d, entry)


def same_day(m: DossierMaker, i: int) -> Additions:
    """The portal has only days: midnight is 7 h from 07:00, but that is no shift of hours."""
    d = m.counter_dossier((4, 9, 10)[i % 3], "same day", age=10)
    assert d.received is not None
    assert d.entered is not None
    d.received = midnight(day_of(d.received)) + 7 * HOUR
    d.submitted = d.received - 60
    entry = copy_for_portal(d, "slashed_day" if i % 2 else "day")
    older_than_grace(m, d, i)
    return on_both(d, entry)


def filed_on_portal(m: DossierMaker, i: int) -> Additions:
    """Filed on the portal, which has only its own code."""
    d = m.counter_dossier((4, 10, 9)[i % 3], "filed on portal", age=15)
    give_alias(m, d)
    if i % 4 == 3:
        return Additions((d,))
    entry = copy_for_portal(d)
    if i % 4 == 2:
        assert d.nation is not None
        d.nation = f" {d.nation.lower()} "
    return on_both(d, entry)


def empty_nation(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier(4, "empty nation", age=6)
    d.channel, d.nation = 2, ("", None, NATION_ABSENT, "undefined")[i % 4]
    return on_both(d, copy_for_portal(d))


def unusual_code(m: DossierMaker, i: int) -> Additions:
    """The code in lower case, with white space, or in decomposed Unicode."""
    d = m.counter_dossier((4, 9)[i % 2], "unusual code", age=9)
    head, serial = d.code.rsplit("-", 1)
    d.code_wire = (
        d.code.lower(),
        f" {d.code}\t",
        f"{head} - {serial}",
        unicodedata.normalize("NFD", f"{head.lower()}\u00a0-{serial}"),
    )[i % 4]
    return on_both(d, copy_for_portal(d))


def unmapped(m: DossierMaker, i: int) -> Additions:
    """An unmapped state: no rule fires, whatever else is wrong."""
    d = m.counter_dossier(9, "unmapped", age=20)
    d.status, d.due, d.no_due = 0, None, False
    if i % 2:
        d.finished = None
        d.received = None
        return Additions((d,))
    assert d.received is not None
    d.finished = d.received - DAY
    entry = copy_for_portal(d)
    entry.status = 10
    return on_both(d, entry)


def supplement_first(m: DossierMaker, i: int) -> Additions:
    """Papers were requested before the reception: no reception date and no due date."""
    d = m.counter_dossier(5, "supplement first", age=5)
    d.channel, d.nation = 2, None
    d.received = d.entered = d.due = None
    d.no_due = False
    return Additions((d,)) if i % 2 else on_both(d, copy_for_portal(d))


def no_due_date(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier((4, 10)[i % 2], "no due date", age=40)
    d.due, d.no_due = None, True
    return on_both(d, copy_for_portal(d))


def reused_code(m: DossierMaker, i: int) -> Additions:
    """Two native records of the same dossier; the last changed one counts."""
    old = m.counter_dossier(4, "reused code", age=20)
    new = m.counter_dossier(10, "reused code", age=20)
    # With shape 0 both write the applicant alike, so that every reader sees the same person.
    old.shape = new.shape = 0
    twin = replace(old, n=new.n, status=10, finished=new.finished, returned=new.returned)
    assert old.received is not None
    twin.finished = old.acted + HOUR
    twin.returned = twin.acted = twin.finished + HOUR
    late = m.now - 2 * HOUR
    twin.finished, twin.returned = min(twin.finished, late), min(twin.returned, late)
    twin.acted = twin.returned
    m.set_changed(twin)
    old.changed = min(old.changed, twin.changed - 60_000)
    dossiers = (twin, old) if i % 2 else (old, twin)
    return Additions(dossiers, (copy_for_portal(twin),))


def unanswered(m: DossierMaker, i: int) -> Additions:
    """The look-up on the portal gives no answer: the presence is unknown, not absent."""
    d = m.counter_dossier((4, 10)[i % 2], "unanswered", age=10)
    return Additions((d,), (), (d.code,))


def fresh_phantom(m: DossierMaker, i: int) -> Additions:
    """Only on the portal, within the grace: it may still be entered in the one-stop."""
    d = m.counter_dossier(2, "fresh phantom", age=1)
    entry = copy_for_portal(d)
    moment = m.first_of_age(1) if i % 2 else m.last_of_age(1)
    entry.received = min(moment, m.now - HOUR)
    if i % 3 == 2:
        entry.submitted, entry.received = entry.received, None
    return Additions((), (entry,))


def refused_first(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier(3, "refused first", age=10 + i % 5)
    d.channel, d.nation = 2, None
    d.received = d.entered = d.due = None
    return Additions((d,))


def later_today(m: DossierMaker, i: int) -> Additions:
    """Received or finished later today, which is not yet a later day."""
    later = min(m.now + HOUR, midnight(day_of(m.now) + 1) - 1)
    if i % 2:
        d = m.counter_dossier(9, "later today", age=4)
        d.finished = later
        return on_both(d, copy_for_portal(d))
    d = m.counter_dossier(2, "later today", age=1)
    move_reception(m, d, later)
    return on_both(d, copy_for_portal(d))


def same_moment(m: DossierMaker, i: int) -> Additions:
    """Filed, received, finished and returned in the same second."""
    d = m.counter_dossier(10, "same moment", age=5 + i % 9)
    assert d.received is not None
    d.submitted = d.finished = d.returned = d.received
    return on_both(d, copy_for_portal(d))


def day_of_due(m: DossierMaker, i: int) -> Additions:
    """The portal has only days, and every day is right."""
    d = m.counter_dossier(10, "day of due", age=22)
    entry = copy_for_portal(d)
    entry.form = "day" if i % 2 else "slashed_day"
    older_than_grace(m, d, 1)
    return on_both(d, by_day(entry))


DECOYS: tuple[PlantMaker, ...] = (
    fresh_reception, fresh_end, fresh_change, fresh_filing, quarter_hour, same_day,
    filed_on_portal, empty_nation, unusual_code, unmapped, supplement_first, no_due_date,
    reused_code, unanswered, fresh_phantom, refused_first, later_today, same_moment, day_of_due,
)  # fmt: skip

"""Worlds drawn at random, whose times lie around every limit of the rules.

A world is many small neighbourhoods of dossiers that share nothing with each other. Within one,
codes, aliases, rows of paper and events of the post refer to each other in every way.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Literal

from khop.sandbox.truth.statements import Answer, PostEvent, Record, Row, Statements, Time
from khop.sandbox.truth.times import DAY, HOUR, MINUTE

SECOND = 1_000_000

ONE_STOPS = ("igate", "igate-2")

#: Units of the packaged table, and units and procedures that no table has.
LISTED_UNITS = ("Tỉnh An Giang", "Tỉnh Bắc Ninh")
UNLISTED = frozenset({"Một cửa", "lạ 1"})

TIMES = ("submitted", "received", "finished", "returned", "due")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRecord(Record):
    """``history_read``: False when the source gave no history, which differs from an empty one."""

    source: str
    status_raw: str | None
    history_read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnAnswer(Answer):
    """``look_ups``: the answers in their order; the last that did not fail counts."""

    look_ups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnEvent(PostEvent):
    """``kind``: as in ``StatusKind``."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRow(Row):
    """``key``: of the row in its file. ``files``: names of the files that hold it."""

    key: str
    files: tuple[str, ...]


@dataclass(slots=True)
class DrawnWorld:
    """Statements of all systems, with further values that a ledger stores."""

    records: list[DrawnRecord] = field(default_factory=list)
    answers: list[DrawnAnswer] = field(default_factory=list)
    events: list[DrawnEvent] = field(default_factory=list)
    rows: list[DrawnRow] = field(default_factory=list)
    quarantined: set[str] = field(default_factory=set)
    complete: bool = True

    def statements(self) -> Statements:
        """The world as the judge reads it."""
        return Statements(
            list(self.records),
            list(self.answers),
            list(self.events),
            list(self.rows),
            self.quarantined,
            UNLISTED,
            self.complete,
        )


def local(text: str) -> int:
    """Microseconds of UTC of a local time, ``2026-11-20 16:00``."""
    since = datetime.fromisoformat(text) - datetime(1970, 1, 1)
    return since // timedelta(microseconds=1) - 7 * HOUR


def moment(us: int) -> datetime:
    """The moment of so many microseconds of UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)


#: Ordinary days, days off, worked Saturdays, the first and the last moment of a day.
NOWS = tuple(
    map(
        local,
        (
            "2025-04-28 09:00",
            "2026-01-05 08:00",
            "2026-01-10 10:00",
            "2026-01-12 00:00",
            "2026-08-24 23:59:59.999999",
            "2026-11-20 16:00",
            "2026-11-22 12:00",
            "2026-11-25 07:30",
            "2027-01-04 08:00",
        ),
    )
)
TODAY = NOWS[5]

_STEPS = (
    *(0, 1, SECOND, MINUTE, 5 * MINUTE),
    *(15 * MINUTE + off for off in (-1, 0, 1)),
    *(7 * HOUR + off for off in (-MINUTE - 1, -MINUTE, 0, 30 * SECOND, MINUTE, MINUTE + 1)),
    *(3 * HOUR + off for off in (-2 * MINUTE - 1, -2 * MINUTE, 0, 2 * MINUTE, 2 * MINUTE + 1)),
    *(HOUR, 17 * HOUR, DAY, 2 * DAY, 3 * DAY),
)
#: What stands for a field that cannot be read, where it is not None.
_NOTHING: dict[str, Any] = {"aliases": (), "no_due": False}
_EDGES = (0, 1, 12 * HOUR, 23 * HOUR, DAY - 1)
_IMPOSSIBLE = ("261131", "000000", "260229", "261301", "991231", "000101", "240229")


class Neighbourhood:
    """Draws one neighbourhood; ``number`` keeps its codes apart from all others."""

    def __init__(self, random: Random, number: int, now: int) -> None:
        self.random = random
        self.tag = _tag(number)
        self.now = now
        self._drawn: list[int] = []

    def draw(self, world: DrawnWorld) -> None:
        random = self.random
        own = [self.code() for _ in range(random.choice((0, 1, 1, 1, 1, 2, 3)))]
        before = len(world.records)
        foreign = [f"G22.{self.tag}-{i}" for i in range(2)] + [self.code()]
        for code in own:
            for _ in range(random.choice((1, 1, 1, 1, 2, 3))):
                world.records.append(self.record(code, [*own, *foreign[:2]]))
        ours = world.records[before:]
        known = random.choice(ours) if ours else None
        mentioned = [*own, *own, *foreign]
        for code in dict.fromkeys([*own, *foreign]):
            if random.random() < 0.6:
                of_code = [r for r in ours if code in (r.code, *r.aliases)]
                world.answers.append(self.answer(code, random.choice(of_code or [known])))
        if known:  # one of them is named most often
            mentioned += [known.code] * 4
        for _ in range(random.choice((0, 0, 1, 2, 3, 4))):
            world.events.append(self.event(random.choice(mentioned), known))
        for i in range(random.choice((0, 0, 1, 2, 3, 4))):
            world.rows.append(self.row(i, random.choice([*mentioned, None, None]), known))
        if random.random() < 0.1:
            world.quarantined.add(random.choice(mentioned))

    def code(self) -> str:
        random = self.random
        day = local_date(self.moment())
        short, long = f"{day:%y%m%d}", f"{day:%Y%m%d}"
        if random.random() < 0.08:
            short = random.choice(_IMPOSSIBLE)
            long = f"{random.choice(('19', '20', '99'))}{short}"
        digits = random.choice((4, 4, 4, 4, 5, 6, 7, random.randint(1, 9)))
        serial = "".join(random.choices(string.digits, k=digits))
        unit = random.choice(
            (
                *(f"H99.{self.tag}",) * 4,
                f"H99.{self.tag}.05.13",
                f"{self.tag}.00.53.H48",
                f"{self.tag}.A0.01.H26",
                f"Z99.{self.tag}",
                f"H99.{self.tag}{'.01' * 6}",
                f"UBND-{self.tag}",
                f"H99.{self.tag}.1",
            )
        )
        return random.choice(
            (
                *(f"{unit}-{short}-{serial}",) * 6,
                f"G09.{self.tag}-{long}-{serial}",
                f"G09.{self.tag}-{long}-{serial}",
                f"HS-{self.tag}-{serial}",
                f"{unit}-{short}-{serial}A",
            )
        )

    def moment(self) -> int:
        """A moment that may lie exactly at a limit, seen from now or from another moment."""
        random = self.random
        if self._drawn and random.random() < 0.45:
            us = random.choice(self._drawn) + random.choice((-1, 1)) * random.choice(_STEPS)
        elif random.random() < 0.1:
            us = self.now - random.choice((30, 31, 45)) * DAY + random.choice((-1, 0, 1, HOUR))
        else:
            midnight = self.now - (self.now + 7 * HOUR) % DAY
            back = random.choice((0, 1, 1, 2, 2, 3, 4, 5, 8, 10, 12, 14, 15, 16, 17, 18, 20, -1))
            us = midnight - back * DAY + random.choice(_EDGES)
        self._drawn.append(us)
        return us

    def time(self, missing: float = 0.2) -> Time | None:
        """A time, or none."""
        if self.random.random() < missing:
            return None
        us = self.moment()
        if self.random.random() < 0.25:
            return us - (us + 7 * HOUR) % DAY, True
        return us, False

    def record(self, code: str, aliases: Sequence[str]) -> DrawnRecord:
        random = self.random
        status = random.choice((*range(1, 11), 2, 4, 5, 9, 10, None, None))
        others = [alias for alias in aliases if alias != code]
        changed = self.time(0.1)
        times = [self.time() for _ in TIMES]
        if random.random() < 0.5:  # in the order in which things happen
            known = iter(sorted(time for time in times if time))
            times = [time and next(known) for time in times]
        history = self.history()
        due = times[TIMES.index("due")]
        if due and random.random() < 0.15:  # ended when it was due
            off = random.choice((0, 0, 0, SECOND - 1, SECOND, -1))
            times[TIMES.index("finished")] = due[0] + off, due[1]
            changed = due[0] + 15 * MINUTE + random.choice((-1, 0, 1, DAY)), False
        if status in (3, 5, 7) and random.random() < 0.85:  # the history says when it became so
            near = random.choice((0, 1, HOUR, DAY, DAY, 2 * DAY)) * random.choice((-1, 1))
            moment = due[0] + near if due else self.moment()
            history = (*(history or ()), (status, (moment, False)))
        if status == 5 and random.random() < 0.5:  # for about as long as it may
            changed = self.now - 30 * DAY + random.choice((-1, 0, 0, 1)), False
            history = ((2, None), (5, changed)) if random.random() < 0.5 else None
        fields = {
            "source": random.choice((*ONE_STOPS[:1] * 4, ONE_STOPS[1])),
            "native_id": f"{random.choice('aBc0')}{self.tag}{random.randrange(10**6)}",
            "aliases": tuple(random.sample(others, random.choice((0, 0, 0, 1, 1, 2)))),
            "status_raw": random.choice(("trạng thái lạ", "Đang xử lý", None)),
            "entered": self.time(0.3),
            "no_due": random.random() < 0.2,
            "channel": random.choice((1, 1, 2, 2, 3, None)),
            **self.who(),
            **dict(zip(TIMES, times, strict=True)),
        }
        traits = ("unit", "procedure", "applicant")
        unread = self.unread((*TIMES, *traits, "entered", "channel", "no_due", "aliases"))
        fields |= {name: _NOTHING.get(name) for name in unread}
        return DrawnRecord(
            **fields,
            code=code,
            status=status,
            unmapped=status is None and fields["status_raw"] is not None,
            changed=changed and (changed[0], False),
            history=history or (),
            history_read=history is not None,
            held=random.choice((True, False, False, None)) if history else None,
            unread=unread,
        )

    def unread(self, names: Sequence[str]) -> frozenset[str]:
        """Fields whose value cannot be read: mostly none."""
        random = self.random
        return frozenset(random.sample(names, random.choice((*(0,) * 8, 1, 2))))

    def who(self) -> dict[str, Any]:
        random = self.random
        return {
            "unit": random.choice((*LISTED_UNITS, *LISTED_UNITS, LISTED_UNITS[0], "Một cửa", None)),
            "procedure": random.choice(("1.001612",) * 3 + ("2.000815", "2.000815", "lạ 1", None)),
            "applicant": random.choice((f"a-{self.tag}", f"a-{self.tag}", f"b-{self.tag}", None)),
            "applicant_known_by": random.choice(("number", "number", "number", "name")),
        }

    def history(self) -> tuple[tuple[int | None, Time | None], ...] | None:
        """Its steps; None when the source does not give them."""
        random = self.random
        if random.random() < 0.4:
            return random.choice((None, ()))
        states = (*range(1, 11), 2, 4, 5, 5, 5, None)
        times = [self.time(0.05) for _ in range(random.randint(1, 6))]
        moments = [time and (time[0], False) for time in times]
        return tuple((random.choice(states), moment) for moment in moments)

    def answer(self, code: str, known: Record | None) -> DrawnAnswer:
        """``known``: a record whose times the portal's may be like."""
        random = self.random
        stories = ("present", "present", "absent", "failed", "present failed", "absent failed")
        story = random.choice((*stories, "absent present", "present absent", "failed present"))
        look_ups = tuple(story.split())
        presence = [word for word in look_ups if word != "failed"] or ["unknown"]
        first_seen = self.moment() if "present" in look_ups else None
        times: dict[str, Any] = {}
        status = None
        if presence[-1] == "present":
            status = random.choice((*range(1, 11), 2, 4, 9, 10, None))
            alike = random.random() < 0.4  # in all times but one
            other = random.choice(TIMES)
            for name in TIMES:
                theirs = getattr(known, name, None)
                same = alike and known is not None and name != other
                times[name] = theirs if same else self.near(theirs)
        unread = self.unread(TIMES) if times else frozenset()
        times |= dict.fromkeys(unread)
        return DrawnAnswer(
            code=code,
            presence=presence[-1],  # type: ignore[arg-type]
            status=status,
            **times,
            first_seen=None if first_seen is None else (first_seen, False),
            checked=first_seen or 1,
            look_ups=look_ups,
            unread=unread,
        )

    def near(self, time: Time | None) -> Time | None:
        """The time of another system: the same, a little off, or any."""
        random = self.random
        if time is None or random.random() < 0.3:
            return self.time()
        us = time[0] + random.choice((-1, 1)) * random.choice((0, 0, *_STEPS))
        if random.random() < 0.2:
            return us - (us + 7 * HOUR) % DAY, True
        return us, False

    def event(self, code: str, known: Record | None) -> DrawnEvent:
        random = self.random
        kind = random.choice(("handed_to_post", "delivered", "delivered", "postal_event"))
        at = self.time(0.1)
        if known and random.random() < 0.3:
            at = self.near(known.received)
        return DrawnEvent(
            order=f"{code}{random.choice(('', '', '-2'))}",
            item=random.choice((None, "W1", "W1", "W2")),
            code=code,
            delivered=kind == "delivered",
            at=at,
            kind=kind,
        )

    def row(self, i: int, code: str | None, known: Record | None) -> DrawnRow:
        random = self.random
        kind: Literal["logbook", "register"] = random.choice(("logbook", "register"))
        who = self.who()
        if code is None and known and random.random() < 0.5:
            who = {name: getattr(known, name) for name in who}
        key = f"{kind}-{self.tag}-{i}"
        times = {
            "received": self.time() if kind == "logbook" else None,
            "returned": self.time(0.5) if kind == "logbook" else None,
            "signed": self.time() if kind == "register" else None,
        }
        unread = self.unread(("received", "returned") if kind == "logbook" else ("signed", "unit"))
        fields = {**who, **times} | dict.fromkeys(unread)
        return DrawnRow(
            subject=f"row:{key}",
            kind=kind,
            code=code,
            **fields,
            unread=unread,
            key=key,
            files=random.choice((("cũ.xlsx",), ("mới.csv",), ("cũ.xlsx", "mới.csv"))),
        )


def draw_world(seed: int, size: int) -> DrawnWorld:
    """A world of ``size`` neighbourhoods whose times lie around one of ``NOWS`` each, every
    second one's around ``TODAY``."""
    random = Random(seed)
    world = DrawnWorld()
    for number in range(size):
        Neighbourhood(random, number, random.choice((random.choice(NOWS), TODAY))).draw(world)
    return world


def local_date(us: int) -> date:
    """The day in Viet Nam."""
    return (datetime(1970, 1, 1) + timedelta(microseconds=us + 7 * HOUR)).date()


def _tag(number: int) -> str:
    """Three characters of a unit's code."""
    digits = string.digits + string.ascii_uppercase
    return digits[number // 1296 % 36] + digits[number // 36 % 36] + digits[number % 36]

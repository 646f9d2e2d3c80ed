"""Worlds for the second opinion: drawn at random around every limit, and put into a ledger.

A world is many small neighbourhoods of dossiers that share nothing with each other; within one,
codes, aliases, paper and the post meet in every way.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import PaperFile, Role
from khop.mappings.records import (
    Channel,
    DossierReading,
    DossierRecord,
    IdentityVerdict,
    Instant,
    PaperKind,
    PaperRow,
    Precision,
    Reject,
    Status,
    StatusKind,
    StatusRecord,
)
from khop.sync.ledger import Ledger, presence, quarantine, records
from khop.sync.ledger import paper_rows as paper
from khop.sync.ledger.records import Arrival, record_hash
from khop.sync.ledger.schema import identity_check
from khop.sync.privacy import Privacy
from khop.sync.reading.list_pull import Cursor, save_cursor
from tests.sync.oracle.days import DAY, HOUR, MINUTE, SECOND, Time, local_date
from tests.sync.oracle.judge import World

ONE_STOPS = ("igate", "igate-2")
SOURCES = ("dvcqg", *ONE_STOPS, "population", "so-theo-doi", "so-van-thu", "vnpost")
#: A source that was taken out of the configuration: whatever it said says nothing any more.
GONE = "cũ"

_TIMES = ("submitted", "received", "finished", "returned", "due")


def local(text: str) -> int:
    """Microseconds of UTC of a local time, ``2026-11-20 16:00``."""
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1)) // timedelta(
        microseconds=1
    ) - 7 * HOUR


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
_EDGES = (0, 1, 12 * HOUR, 23 * HOUR, DAY - 1)
_IMPOSSIBLE = ("261131", "000000", "260229", "261301", "991231", "000101", "240229")


class Neighbourhood:
    """Draws one neighbourhood; ``number`` keeps its codes apart from all others."""

    def __init__(self, random: Random, number: int, now: int) -> None:
        self.random = random
        self.tag = _tag(number)
        self.now = now
        self._drawn: list[int] = []

    def draw(self, world: World) -> None:
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
                of_code = [r for r in ours if code in (r["code"], *r["aliases"])]
                world.answers.append(self.answer(code, random.choice(of_code or [known or {}])))
        if known:  # much is said of one of them
            mentioned += [known["code"]] * 4
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

    def record(self, code: str, aliases: Sequence[str]) -> dict[str, Any]:
        random = self.random
        status = random.choice((*range(1, 11), 2, 4, 5, 9, 10, None, None))
        others = [alias for alias in aliases if alias != code]
        changed = self.time(0.1)
        times = [self.time() for _ in _TIMES]
        if random.random() < 0.5:  # in the order in which things happen
            known = iter(sorted(time for time in times if time))
            times = [time and next(known) for time in times]
        history = self.history()
        if status == 5 and random.random() < 0.5:  # for about as long as it may
            changed = self.now - 30 * DAY + random.choice((-1, 0, 0, 1)), False
            history = [(2, None), (5, changed)] if random.random() < 0.5 else None
        return {
            "source": random.choice((*ONE_STOPS[:1] * 4, ONE_STOPS[1])),
            "native_id": f"{random.choice('aBc0')}{self.tag}{random.randrange(10**6)}",
            "code": code,
            "aliases": tuple(random.sample(others, random.choice((0, 0, 0, 1, 1, 2)))),
            "status": status,
            "status_raw": random.choice(("trạng thái lạ", "Đang xử lý", None)),
            **dict(zip(_TIMES, times, strict=True)),
            "entered": self.time(0.3),
            "changed": changed and (changed[0], False),
            "no_due": random.random() < 0.2,
            "channel": random.choice((1, 1, 2, 2, 3, None)),
            **self.who(),
            "history": history,
        }

    def who(self) -> dict[str, Any]:
        random = self.random
        return {
            "unit": random.choice(("UBND xã Mẫu", "UBND xã Mẫu", "Sở Mẫu", None)),
            "procedure": random.choice(("1.001612", "1.001612", "2.000815", None)),
            "applicant": random.choice((f"a-{self.tag}", f"a-{self.tag}", f"b-{self.tag}", None)),
        }

    def history(self) -> list[tuple[int | None, Time | None]] | None:
        """Its steps; None when they were not read."""
        random = self.random
        if random.random() < 0.4:
            return random.choice((None, []))
        states = (*range(1, 11), 2, 4, 5, 5, 5, None)
        times = [self.time(0.05) for _ in range(random.randint(1, 6))]
        moments = [time and (time[0], False) for time in times]
        return [(random.choice(states), moment) for moment in moments]

    def answer(self, code: str, known: Mapping[str, Any]) -> dict[str, Any]:
        """What look-ups came to; ``story`` is the way there. ``known``: what it may be like."""
        random = self.random
        stories = ("present", "present", "absent", "failed", "present failed", "absent failed")
        story = random.choice((*stories, "absent present", "present absent", "failed present"))
        presence = [word for word in story.split() if word != "failed"] or ["unknown"]
        first_seen = self.moment() if "present" in story else None
        times: dict[str, Time | None] = dict.fromkeys(_TIMES)
        status = None
        if presence[-1] == "present":
            status = random.choice((*range(1, 11), 2, 4, 9, 10, None))
            alike = random.random() < 0.4  # but for one time at most
            other = random.choice(_TIMES)
            for name in _TIMES:
                same = alike and name in known and name != other
                times[name] = known[name] if same else self.near(known.get(name))
        return {
            "code": code,
            "story": story,
            "presence": presence[-1],
            "status": status,
            **times,
            "first_seen": first_seen and (first_seen, False),
            "checked": first_seen or 1,
        }

    def near(self, time: Time | None) -> Time | None:
        """The time of another system: the same, a little off, or any."""
        random = self.random
        if time is None or random.random() < 0.3:
            return self.time()
        us = time[0] + random.choice((-1, 1)) * random.choice((0, 0, *_STEPS))
        if random.random() < 0.2:
            return us - (us + 7 * HOUR) % DAY, True
        return us, False

    def event(self, code: str, known: Mapping[str, Any] | None) -> dict[str, Any]:
        random = self.random
        kind = random.choice(("handed_to_post", "delivered", "delivered", "postal_event"))
        at = self.time(0.1)
        if known and random.random() < 0.3:
            at = self.near(known["received"])
        return {
            "order": f"{code}{random.choice(('', '', '-2'))}",
            "item": random.choice((None, "W1", "W1", "W2")),
            "code": code,
            "kind": kind,
            "delivered": kind == "delivered",
            "at": at,
        }

    def row(self, i: int, code: str | None, known: Mapping[str, Any] | None) -> dict[str, Any]:
        random = self.random
        kind = random.choice(("logbook", "register"))
        who = self.who()
        if code is None and known and random.random() < 0.5:
            who = {name: known[name] for name in who}
        return {
            "key": f"{kind}-{self.tag}-{i}",
            "kind": kind,
            "code": code,
            **who,
            "received": self.time() if kind == "logbook" else None,
            "returned": self.time(0.5) if kind == "logbook" else None,
            "signed": self.time() if kind == "register" else None,
            "files": random.choice((("cũ.xlsx",), ("mới.csv",), ("cũ.xlsx", "mới.csv"))),
        }


def draw_world(seed: int, size: int) -> World:
    """A world of ``size`` neighbourhoods whose times lie around one of ``NOWS`` each, every
    second one's around ``TODAY``."""
    random = Random(seed)
    world = World()
    for number in range(size):
        Neighbourhood(random, number, random.choice((random.choice(NOWS), TODAY))).draw(world)
    return world


def _tag(number: int) -> str:
    """Three characters of a unit's code."""
    digits = string.digits + string.ascii_uppercase
    return digits[number // 1296 % 36] + digits[number // 36 % 36] + digits[number % 36]


# --- into a ledger ------------------------------------------------------------------------------


def store(world: World, ledger: Ledger, privacy: Privacy) -> None:
    """Put a world into an empty ledger by the ledger's own functions."""
    with ledger.write() as connection:
        for source in ONE_STOPS:
            save_cursor(connection, source, Cursor(complete=world.complete))
        arrivals = list(map(_arrival, world.records))
        records.store_arrivals(connection, Role.ONE_STOP, arrivals, 1)
        for answer in world.answers:
            _store_answer(connection, answer)
        records.store_events(connection, list(_events(world)))
        for kind, source in (("logbook", "so-theo-doi"), ("register", "so-van-thu")):
            for name in ("cũ.xlsx", "mới.csv"):
                rows = [_row(r) for r in world.rows if r["kind"] == kind and name in r["files"]]
                read = paper.FileRead(PaperFile(name, "0"), rows, ())
                paper.store_file(connection, source, read, privacy, 1)
        rejects = [
            Reject("agency", "là số", native_id=f"bad-{code}", code=code)
            for code in sorted(world.quarantined)
        ]
        quarantine.put(connection, ONE_STOPS[0], rejects, privacy, 1)
        _store_noise(connection, world, privacy)


def _store_noise(connection: sa.Connection, world: World, privacy: Privacy) -> None:
    """What must not count: a source that is gone, what was mended, what identity checks said."""
    codes = sorted({record["code"] for record in world.records} | {"H99.00-261101-0001"})
    gone = [
        DossierRecord(GONE, code, code, status=Status.RETURNED, aliases=(f"{code}X",))
        for code in codes[::5]
    ]
    arrivals = [Arrival(DossierReading(record), record_hash(record)) for record in gone]
    records.store_arrivals(connection, Role.ONE_STOP, arrivals, 1)
    presence.answered(connection, GONE, [(code, None) for code in codes[1::5]], 1)
    when = Instant(NOWS[0])
    delivered = [StatusRecord(GONE, c, "e", c, StatusKind.DELIVERED, when) for c in codes[2::5]]
    records.store_events(connection, delivered)
    rows = [
        PaperRow(PaperKind.REGISTER, f"{GONE}-{i}", "Sổ", i, code=code, signed_at=when)
        for i, code in enumerate([None, *codes[3::5]])
    ]
    read = paper.FileRead(PaperFile("x.csv", "0"), rows, ())
    paper.store_file(connection, GONE, read, privacy, 1)
    mended = [Reject("agency", "là số", native_id="mended", code="H99.00-261101-0002")]
    quarantine.put(connection, ONE_STOPS[0], mended, privacy, 1)
    quarantine.release(connection, ONE_STOPS[0], ["mended"])
    verdicts = list(IdentityVerdict)
    for i, code in enumerate(codes[4::5]):
        row = {"source": "population", "code": code, "verdict": verdicts[i % 3].value}
        connection.execute(sa.insert(identity_check).values(**row, warnings="[]", checked_us=1))


def _instant(time: Time | None) -> Instant | None:
    return time and Instant(time[0], Precision.DAY if time[1] else Precision.SECOND)


def _times_of(said: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {f"{name}_at": _instant(said[name]) for name in names}


def _arrival(said: Mapping[str, Any]) -> Arrival:
    ours = DossierRecord(
        said["source"],
        said["native_id"],
        said["code"],
        said["aliases"],
        status=said["status"] and Status(said["status"]),
        status_raw=said["status_raw"],
        **_times_of(said, *_TIMES, "entered", "changed"),
        no_due=said["no_due"],
        unit=said["unit"],
        procedure=said["procedure"],
        channel=said["channel"] and Channel(said["channel"]),
        applicant_key=said["applicant"],
    )
    history = said["history"]
    return Arrival(
        DossierReading(ours, None if history is None else tuple(_steps(ours, history))),
        record_hash(ours),
    )


def _steps(
    ours: DossierRecord, history: Sequence[tuple[int | None, Time | None]]
) -> Iterator[StatusRecord]:
    for i, (status, when) in enumerate(history):
        state = None if status is None else Status(status)
        yield StatusRecord(
            ours.source,
            ours.native_id,
            f"{i}",
            ours.code,
            StatusKind.STATUS,
            _instant(when),
            state,
            "bước",
        )


def _store_answer(connection: sa.Connection, said: Mapping[str, Any]) -> None:
    code = said["code"]
    seen = said["first_seen"]
    record = DossierRecord(
        "dvcqg",
        code,
        code,
        status=said["status"] and Status(said["status"]),
        status_raw="trạng thái lạ",
        **_times_of(said, *_TIMES),
    )
    for word in said["story"].split():
        if word == "failed":
            presence.failed(connection, "dvcqg", [(code, "không trả lời")], 1)
        else:
            found = record if word == "present" else None
            presence.answered(connection, "dvcqg", [(code, found)], seen[0] if seen else 1)


def _events(world: World) -> Iterator[StatusRecord]:
    for i, event in enumerate(world.events):
        yield StatusRecord(
            "vnpost",
            event["order"],
            f"{i}",
            event["code"],
            StatusKind(event["kind"]),
            _instant(event["at"]),
            item=event["item"],
        )


def _row(said: Mapping[str, Any]) -> PaperRow:
    return PaperRow(
        PaperKind(said["kind"]),
        said["key"],
        "Sổ",
        1,
        code=said["code"],
        unit=said["unit"],
        procedure=said["procedure"],
        applicant_key=said["applicant"],
        **_times_of(said, "received", "returned", "signed"),
    )

"""A week of a whole province in minutes: systems that go wrong, people who work, two daemons that
are killed at random. In the end it is as if nothing had happened."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from khop.config.slots import calendar_of
from khop.connectors.notices import verify_notice
from khop.daemon.alarms.names import Kind
from khop.daemon.firings import OPEN, State
from khop.loopback import LoopbackServer, Request, Response
from khop.sandbox import Faults, World
from khop.sync.ledger.schema import discrepancy, last_reconcile, pause, schedule
from khop.text.local_time import local_text
from tests.daemon.whole.moved import MovedClock
from tests.daemon.whole.province import Province, Running, province, wait_for
from tests.postgres import Server, program
from tests.tiers import seeds

#: Wednesday morning in the province.
NOW = datetime(2026, 11, 18, 0, 40, tzinfo=UTC)
HOUR = 3600.0
WEEK = 7 * 24 * HOUR
#: Seconds that the work of a day may take on a busy machine.
_PATIENCE = 300.0
SECRET = "a secret of both sides"
#: A message may have been signed before the clock was moved.
_ANY_AGE = timedelta(days=30)
#: What is added to the sandbox's khop.toml, which ends with its table [repair].
_SETTINGS = """
max_share = 1.0

[daemon]
listen = ""

[schedule]
traverse = {{ cron = "30 2 * * *" }}

[[repair.policy]]
name = "all"
rules = ["A7", "B6", "B11", "C12", "C14"]
hours = "00:00-24:00"
working_days = false

[log]
anchor_file = "anchors.txt"

[notices]
url = "{notices}"
secret = {{ file = "secrets/notices" }}
severities = ["S1", "S2", "S3", "S4"]

[alarms]
url = "{alarms}"
secret = {{ file = "secrets/alarms" }}
"""


class Drawn(NamedTuple):
    """``steps``: so often time is moved."""

    seed: int
    size: int
    ledger: str
    steps: int

    def __str__(self) -> str:
        return f"{self.seed}-{self.size}-{self.ledger}"


@dataclass
class Receiver:
    """A receiver that is out of order at times, and keeps each message once, as it should."""

    clock: MovedClock
    rng: random.Random
    url: str = ""
    order: list[Mapping[str, Any]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def answer(self, request: Request) -> Response:
        kind = self.rng.choices((200, 503, None), (8, 1, 1))[0]
        if kind == 503:
            return Response(503)
        said = verify_notice(
            SECRET, request.headers, request.body, now=self.clock.now(), longest_age=_ANY_AGE
        )
        if said["id"] not in self.seen:
            self.seen.add(said["id"])
            self.order.append(said)
        return Response(200) if kind else Response(cut="not_http")


@contextmanager
def receiving(clock: MovedClock, seed: int) -> Iterator[Receiver]:
    receiver = Receiver(clock, random.Random(seed))
    with LoopbackServer(receiver.answer) as server:
        receiver.url = server.url
        yield receiver


@dataclass
class Week:
    here: Province
    clock: MovedClock
    rng: random.Random
    #: Dossiers without a finding at first, each with its state in the one-stop.
    codes: dict[str, int]
    nodes: list[Running] = field(default_factory=list)
    kills: int = 0
    #: Every slot until then has been looked at.
    looked_us: int = 0

    def pass_by(self, steps: int) -> None:
        """Time moves on, people work, and processes are killed."""
        self.nodes = [self.here.start(), self.here.start()]
        for _ in range(steps):
            self._forward(self.rng.uniform(0.5, 1.5) * WEEK / steps)
            self._work()
            self._kill_and_start()
            self._let_run(self.rng.uniform(1.0, 5.0))
            self._resume_repair()

    def end_quietly(self) -> None:
        """Nothing goes wrong any more: a night with its sweep and traversal, and a morning."""
        self.here.sandbox.set_faults(Faults(0.0))
        for hours in (24, 1, 1, 1):
            self._wait_for(self._is_quiet)
            self.looked_us = self.clock.now_us() + int(hours * HOUR * 1_000_000)
            self._forward(hours * HOUR)
            self._wait_for(lambda: self._pulls() <= self.here.done_since(self.looked_us))
        self._wait_for(self._is_quiet)
        for node in self.nodes:
            assert node.stop()[0] == 0

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        wait_for(condition, self.nodes[0], _PATIENCE)

    def _pulls(self) -> set[str]:
        with self.here.ledger.read() as connection:
            tasks = connection.scalars(sa.select(schedule.c.task))
            return {task for task in tasks if task.startswith("pull:")}

    def _is_quiet(self) -> bool:
        """Whether nothing runs or waits. Time is moved to what waits for a later moment."""
        rows = self.here.open_rows()
        until = min((row.start_us for row in rows), default=0) - self.clock.now_us()
        if until > 0 and all(row.state == State.DUE for row in rows):
            self._forward(until / 1_000_000)
        return not rows

    def _forward(self, seconds: float) -> None:
        self.clock.forward(seconds)
        self.here.sandbox.advance(seconds)

    def _work(self) -> None:
        """Officers act on some dossiers, on paper too, and the portal loses one at times."""
        portal = self.here.sandbox
        acted = self.rng.sample(list(self.codes), 3)
        portal.portal_forget(acted[0])
        for code in acted:
            others = [state for state in (3, 4, 8, 9, 10) if state != self.codes[code]]
            self.codes[code] = self.rng.choice(others)
            portal.change_status(code, self.codes[code])
        if self.rng.random() < 0.2:
            received = int(self.clock.now().timestamp()) - 3 * 86_400
            number = f"H99.02-{self.clock.now():%y%m%d}-{self.rng.randrange(7000, 9999)}"
            row = {"unit": 1, "procedure": 1, "citizen": 1, "received": received}
            portal.logbook_write(code=number, **row)

    def _kill_and_start(self) -> None:
        for place, node in enumerate(self.nodes):
            if self.rng.random() < 0.12:
                node.kill()
                self.kills += 1
                self._let_run(self.rng.uniform(0.0, 1.0), but=node)
                self.nodes[place] = self.here.start()

    def _let_run(self, seconds: float, but: Running | None = None) -> None:
        next(node for node in self.nodes if node is not but).goes_on_for(seconds)

    def _resume_repair(self) -> None:
        """A person looks at a policy that paused itself, and lets it go on."""
        with self.here.ledger.read() as connection:
            held = list(connection.scalars(sa.select(pause.c.name)))
        for name in held:
            assert name == "repair:all", name
            self.here.khop("repair", "resume", "all", "--why", "looked at")


SLOW = [Drawn(1, 300, "postgres", 45)]
DEEP = [
    Drawn(2, 300, "sqlite", 45),
    Drawn(3, 2000, "postgres", 60),
    Drawn(4, 2000, "sqlite", 60),
]


@contextmanager
def weeks(
    drawn: Drawn, postgres: Server, folder: Path, notices: Receiver, alarms: Receiver
) -> Iterator[Week]:
    """A province at the beginning of its week."""
    clock, url, more = notices.clock, f"sqlite:///{folder / 'khop.db'}", ""
    with postgres.database() as name:
        if drawn.ledger == "postgres":
            url = postgres.url(name)
            clock.of_database(postgres, name)
            more = f'[backup]\npg_dump = "{program("pg_dump")}"\n'
        (folder / "secrets").mkdir(parents=True)
        for secret in ("notices", "alarms"):
            (folder / "secrets" / secret).write_text(SECRET, "utf-8")
        settings = _SETTINGS.format(notices=notices.url, alarms=alarms.url) + more
        with province(folder, url, drawn.size, seed=drawn.seed, now=NOW, settings=settings) as here:
            here.sandbox.set_faults(Faults(0.1, seed=drawn.seed))
            world = World.generate(seed=drawn.seed, size=drawn.size, now=NOW)
            # of others the one-stop tells a step without a state, which the truth does not know
            plain = [d for d in world.dossiers if d.story == "ordinary" and d.shape >> 25 & 15]
            codes = {d.code: d.status for d in plain}
            yield Week(here, clock, random.Random(drawn.seed), codes)


@pytest.mark.parametrize("drawn", seeds(slow=SLOW, deep=DEEP), ids=str)
def test_a_week_of_faults_and_kills_ends_as_if_nothing_had_happened(
    drawn: Drawn, postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = MovedClock(tmp_path / "clock", NOW)
    clock.of_processes(monkeypatch)
    with (
        receiving(clock, drawn.seed) as notices,
        receiving(clock, drawn.seed) as alarms,
        weeks(drawn, postgres, tmp_path / "province", notices, alarms) as week,
    ):
        week.pass_by(drawn.steps)
        week.end_quietly()
        here = week.here
        asked = here.sandbox.stats()
        assert week.kills > 0
        assert asked["requests"]["dvcqg"]["DongBoHoSoMC"] > 0
        assert all(asked["faults"][name] for name in ("igate", "dvcqg", "vnpost"))
        assert here.sandbox.violations() == []
        _every_slot_is_accounted_for(week)
        _findings_are_true(here)
        _each_transition_was_told_once(here, notices)
        _each_alarm_was_told_once(alarms)
        here.khop("log", "verify")


def _every_slot_is_accounted_for(week: Week) -> None:
    """Each slot of the week is in one row, and each row has an end."""
    rows_of: defaultdict[str, list[Any]] = defaultdict(list)
    for row in sorted(week.here.rows(), key=lambda row: row.slot_us):
        assert row.state not in OPEN, row
        assert row.state == State.DONE or row.reason, row
        rows_of[row.task].append(row)
    with week.here.ledger.read() as connection:
        planned = list(connection.execute(sa.select(schedule)))
    for task in planned:
        calendar = calendar_of(task.spec)
        assert task.next_us > week.looked_us
        slots = [row for row in rows_of[task.task] if calendar.latest(row.slot_us) == row.slot_us]
        for row in slots:
            assert row.covers == calendar.count(row.since_us, row.slot_us), row
        for before, after in pairwise(slots):
            assert after.since_us == calendar.following(before.slot_us), (before, after)


def _findings_are_true(here: Province) -> None:
    """What the daemon found is what a comparison of everything finds at the time of its last; and
    the one of now finds the truth."""
    with here.ledger.read() as connection:
        at_us = connection.scalars(sa.select(last_reconcile.c.now_us)).one()
    by_daemon = here.findings()
    here.khop("reconcile", "--now", local_text(at_us), "--whole", "--force")
    assert here.findings() == by_daemon
    now = here.sandbox.advance(0).isoformat()
    here.khop("reconcile", "--now", now, "--force")
    true = Counter((f["rule"], f["code"]) for f in here.sandbox.findings() if f["code"])
    found = Counter({key: n for key, n in here.findings().items() if key[1]})
    assert (found - true, true - found) == (Counter(), Counter())


def _each_transition_was_told_once(here: Province, notices: Receiver) -> None:
    """A finding is new first, then resolved and opened again in turns; and in the end each one that
    is open, and no other, was told so."""
    here.khop("notify")
    told: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for notice in notices.order:
        for one in notice["findings"]:
            told[one["rule"], one["subject"]].append(one["event"])
    for key, events in told.items():
        assert events == ["new", *_in_turns(len(events) - 1, "resolved", "reopened")], key
    with here.ledger.read() as connection:
        rows = connection.execute(
            sa.select(discrepancy.c.rule, discrepancy.c.subject, discrepancy.c.state)
        )
        is_open = {(row.rule, row.subject) for row in rows if row.state != "resolved"}
    assert {key for key, events in told.items() if events[-1] != "resolved"} == is_open


def _each_alarm_was_told_once(alarms: Receiver) -> None:
    """What is told of one matter begins and ends in turns, and each of its states is told once
    meanwhile. A message that was not answered comes again with others, under its id."""
    messages = {one["message"]: one for batch in alarms.order for one in batch["alarms"]}
    told: defaultdict[str, list[str]] = defaultdict(list)
    states: Counter[tuple[str, str, str]] = Counter()
    for one in messages.values():
        if one["kind"] in (Kind.BEGAN, Kind.ENDED):
            told[one["about"]].append(one["kind"])
        if one["kind"] in (Kind.BEGAN, Kind.CHANGED):
            states[one["about"], one["since"], one["state"]] += 1
    assert [key for key, times in states.items() if times > 1] == []
    for about, kinds in told.items():
        assert kinds == _in_turns(len(kinds), Kind.BEGAN, Kind.ENDED), about


def _in_turns(count: int, *events: str) -> list[str]:
    return list(islice(cycle(events), count))

"""One simulated province: the records of each system, and the findings that are true.

Everything follows from a seed and a ``now``; no clock is read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import RLock
from typing import Any, Literal

from khop.sandbox.files.folder import write_world
from khop.sandbox.files.office import Office
from khop.sandbox.truth.finding import Finding
from khop.sandbox.truth.times import Clock
from khop.sandbox.truth.world_truth import WorldTruth
from khop.sandbox.world.broken_items import BrokenItem
from khop.sandbox.world.calendar import Calendar
from khop.sandbox.world.content import SMALLEST, Content, generate_content
from khop.sandbox.world.dossier_maker import DossierMaker
from khop.sandbox.world.dossiers import (
    DONE,
    Dossier,
    PortalEntry,
    canonical,
    copy_for_portal,
    history,
    native_number,
)
from khop.sandbox.world.paper import Place
from khop.sandbox.world.register import Register

Row = Dossier | BrokenItem
PortalAnswer = Literal["present", "absent", "unknown"]


class World:
    """The state that all servers serve. Methods that change it are safe to call from any thread.

    ``truth``: the findings of docs/rules.md in the world as generated; ``findings()``: those in
    the world as it is now. ``broken``: the unusable list items. ``planted``: each planted rule
    with the subject of its finding. ``decoys``: each decoy with its subjects. ``post``: the scans
    of the post. ``office``: the rows on paper. ``unanswered``: codes whose look-up on the portal
    gives no answer.
    """

    def __init__(
        self, content: Content, *, seed: int, now: datetime, calendar: Calendar, register: Register
    ) -> None:
        self.seed = seed
        self.now = now
        self.register = register
        self.calendar = calendar
        self.lock = RLock()
        self.broken = tuple(content.broken)
        self.unanswered = frozenset(content.unanswered)
        self.portal: dict[str, PortalEntry] = {e.code: e for e in content.entries}
        self._dossiers = {d.n: d for d in content.dossiers}
        self._natives = _grouped(content.dossiers)
        self._aliases = {d.alias: d.code for d in content.dossiers if d.alias is not None}
        self._ordinary = [d.n for d in content.dossiers if d.story == "ordinary"]
        rows: list[Row] = [*content.dossiers, *content.broken]
        self._rows = sorted(rows, key=lambda row: row.order_key)
        self._tick = max(int(now.timestamp() * 1000), self._rows[-1].order_key[0])
        self.version = 0
        self._folder: Path | None = None
        self.post = tuple(sorted(content.events, key=lambda event: event.written))
        self.office = Office(content.logbook, content.register, register, now)
        self._truth = WorldTruth(
            self._clock,
            self.office,
            self.post,
            silent=self.unanswered,
            unreadable={item.code for item in content.broken if item.code is not None},
        )
        self.planted = tuple((rule, self.office.subject(of)) for rule, of in content.planted)
        self.decoys = tuple(
            (name, tuple(self.office.subject(of) for of in subjects))
            for name, subjects in content.decoys
        )
        self.truth = self.findings()

    @classmethod
    def generate(
        cls,
        *,
        seed: int,
        size: int,
        now: datetime,
        broken: int = 0,
        plant_share: float = 0.1,
    ) -> World:
        """A world with ``size`` dossiers in the one-stop; the same for the same arguments.

        ``now``: with a time zone. ``broken``: how many unusable list items of each kind.
        ``plant_share``: the part of the dossiers with a planted discrepancy; each rule has three
        at least. Raises ValueError for a ``now`` without a time zone, or a size under 180.
        """
        if now.tzinfo is None:
            raise ValueError("now has no time zone: give it one, such as datetime.UTC")
        if size < SMALLEST:
            raise ValueError(f"a world needs at least {SMALLEST} dossiers")
        moment = now.astimezone(UTC).replace(microsecond=0)
        calendar = Calendar(moment.year - 2, moment.year + 1)
        register = Register(people=max(100, size // 2))
        maker = DossierMaker(Random(seed), calendar, int(moment.timestamp()), register)
        content = generate_content(
            maker, seed=seed, size=size, broken=broken, plant_share=plant_share
        )
        return cls(content, seed=seed, now=moment, calendar=calendar, register=register)

    @property
    def _clock(self) -> Clock:
        return Clock(int(self.now.timestamp()) * 1_000_000, self.calendar)

    @property
    def dossiers(self) -> Iterable[Dossier]:
        """Every native record of the one-stop."""
        return self._dossiers.values()

    @property
    def rows(self) -> list[Row]:
        """The list's items, oldest change first. Hold ``lock`` while reading it."""
        return self._rows

    def by_native_id(self, native_id: str) -> Dossier | None:
        number = native_number(native_id)
        return None if number is None else self._dossiers.get(number)

    def natives(self, code: str) -> tuple[Dossier, ...]:
        """All native records with this code, in any spelling."""
        return self._natives.get(canonical(code), ())

    def current_record(self, code: str) -> Dossier:
        """The last changed of the native records with this code. Raises KeyError."""
        natives = self.natives(code)
        if not natives:
            raise KeyError(code)
        return max(natives, key=lambda d: d.order_key)

    def advance(self, seconds: float) -> None:
        """Move the world's now forward. Nothing is done meanwhile, but what is due comes near."""
        if seconds < 0:
            raise ValueError("time goes forward only")
        with self.lock:
            self.now += timedelta(seconds=seconds)
            self._tick = max(self._tick, int(self.now.timestamp() * 1000))
            self._truth.judge_at(self._clock)

    def touch(self, code: str) -> None:
        """Save a dossier unchanged: it becomes the last changed one. Raises KeyError."""
        with self.lock:
            self._move_to_front(self.current_record(code))

    def touch_any(self, draw: int) -> str:
        """Touch an ordinary dossier without a finding; ``draw`` picks it. Its code."""
        with self.lock:
            for step in range(len(self._ordinary)):
                d = self._dossiers[self._ordinary[(draw + step) % len(self._ordinary)]]
                if self.has_no_finding(d):
                    self._move_to_front(d)
                    return d.code
        raise LookupError("no dossier without a finding is left")

    def has_no_finding(self, d: Dossier) -> bool:
        """Whether this is an ordinary dossier without a finding."""
        if d.story != "ordinary":
            return False
        return self._truth.has_no_finding(self._natives[d.code], self.portal)

    def change_status(self, code: str, status: int) -> None:
        """Move a dossier of the one-stop to another state, now. Raises KeyError, ValueError."""
        if not 1 <= status <= 10:
            raise ValueError(f"state {status} does not exist: use 1 to 10")
        with self.lock:
            d = self.current_record(code)
            moment = self._tick // 1000 + 1
            d.steps = (*history(d), (moment, status))
            d.status, d.acted = status, moment
            if status in DONE and d.finished is None:
                d.finished = moment
            if status == 10 and d.returned is None:
                d.returned = moment
            self._move_to_front(d)

    def _move_to_front(self, d: Dossier) -> None:
        key = d.order_key
        del self._rows[bisect_left(self._rows, key, key=lambda row: row.order_key)]
        self._tick = max(self._tick, d.acted * 1000) + 1
        d.changed = self._tick
        self._rows.append(d)
        self.version += 1

    def portal_presence(self, code: str) -> PortalAnswer:
        """The answer to a look-up of exactly this code."""
        if code in self.unanswered:
            return "unknown"
        return "present" if code in self.portal else "absent"

    def filed_on_portal(self, code: str) -> bool:
        """Whether the code, local or alias, is of a dossier that was filed on the portal."""
        key = canonical(code)
        return key in self._aliases or any(d.alias for d in self.natives(key))

    def local_code(self, alias: str) -> str | None:
        """The one-stop's code of a dossier filed on the portal under ``alias``, or None."""
        return self._aliases.get(canonical(alias))

    def portal_forget(self, code: str) -> bool:
        """Delete a dossier from the portal; whether the portal had it."""
        with self.lock:
            return self.portal.pop(self._portal_code(code), None) is not None

    def portal_put(self, code: str, status: int | None = None) -> None:
        """Put a faithful copy of a dossier on the portal, in ``status`` if given. Raises
        KeyError."""
        with self.lock:
            entry = copy_for_portal(self.current_record(code))
            entry.status = entry.status if status is None else status
            self.portal[entry.code] = entry

    def _portal_code(self, code: str) -> str:
        natives = self.natives(code)
        alias = natives[0].alias if natives else None
        return alias if alias in self.portal else canonical(code)

    def findings(self) -> list[Finding]:
        """The findings of docs/rules.md in the world as it is now, sorted by rule and subject.

        Orders that clients placed with the post do not count.
        """
        with self.lock:
            return self._truth.findings(self._natives, self.portal)

    @property
    def bad_rows(self) -> tuple[Place, ...]:
        """The rows on paper with a date that does not exist."""
        return self.office.bad_rows()

    def logbook_write(self, **row: Any) -> Place:
        """Append a row to the logbook. ``row`` has the fields of ``LogbookRow`` without ``n``. The
        file is written again if ``write`` has written it. Raises TypeError for other fields."""
        with self.lock:
            place = self.office.enter(**row)
            self._rewrite()
        return place

    def register_write(self, **row: Any) -> Place:
        """Append a row to the register of signed results, as ``logbook_write`` does. ``row`` has
        the fields of ``RegisterRow`` without ``n``."""
        with self.lock:
            place = self.office.sign(**row)
            self._rewrite()
        return place

    def _rewrite(self) -> None:
        if self._folder is not None:
            self.office.write(self._folder)

    def write(self, folder: Path, urls: Mapping[str, str]) -> None:
        """Write khop.toml with its secrets, the files it names, and truth.jsonl into ``folder``,
        which is created if needed."""
        with self.lock:
            entries = sorted(self.portal.values(), key=lambda entry: entry.code)
            write_world(folder, urls, truth=self.truth, entries=entries, register=self.register)
            self._folder = folder
            self._rewrite()


def _grouped(dossiers: Iterable[Dossier]) -> dict[str, tuple[Dossier, ...]]:
    groups: dict[str, tuple[Dossier, ...]] = {}
    for d in dossiers:
        groups[d.code] = (*groups.get(d.code, ()), d)
    return groups

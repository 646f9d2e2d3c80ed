"""What happens in a province: the rules of the state machine that khop has no part in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from khop.mappings.records import DossierRecord, Instant, Reject, StatusKind, StatusRecord
from tests.sync.fakes import PAYLOAD, at, history, record
from tests.sync.papers import logbook_row
from tests.sync.promises import FILE, START, Promises
from tests.sync.strategies import ALIAS, CODES, changes, rows

#: The moments rules are run at: the next day, over a weekend, over the holiday of 24 November,
#: later. Few, because compiling the rules for a new moment takes longer than running them.
MOMENTS = [START + timedelta(hours=hours) for hours in (0, 24, 63, 140, 400)]


class World(Promises):
    """Dossiers change, the portal and the post say new things, time passes."""

    @rule(number=st.integers(1, 4), change=changes, late=st.booleans())
    def appear(self, number: int, change: dict[str, Any], late: bool) -> None:
        """A dossier is new, or changes: with a new change time, or with an old one."""
        self.clock.advance(minutes=1)
        before = self.one_stop.dossiers.get(f"{number:024x}", record(number))
        long_ago = before.changed_at if number % 2 else at(3, second=number)
        changed = long_ago if late else Instant.of(self.clock())
        self._put(replace(before, changed_at=changed, **change), late)

    @precondition(lambda self: self.one_stop.dossiers)
    @rule(pick=st.integers(0, 3))
    def vanish(self, pick: int) -> None:
        """A dossier is removed from the one-stop."""
        native_id = sorted(self.one_stop.dossiers)[pick % len(self.one_stop.dossiers)]
        del self.one_stop.dossiers[native_id]
        self.unread.pop(native_id, None)
        self._something_changed()

    @precondition(lambda self: self.one_stop.dossiers)
    @rule(pick=st.integers(0, 3))
    def turn_bad_or_good(self, pick: int) -> None:
        """A dossier becomes unreadable, or readable again."""
        self.clock.advance(minutes=1)
        native_id = sorted(self.one_stop.dossiers)[pick % len(self.one_stop.dossiers)]
        self.one_stop.bad ^= {native_id}
        now = Instant.of(self.clock())
        self._put(replace(self.one_stop.dossiers[native_id], changed_at=now), late=False)

    def _put(self, ours: DossierRecord, late: bool) -> None:
        steps = self.one_stop.histories.get(ours.native_id, ())
        self.one_stop.put(ours)
        states = [(s.status, s.event_at) for s in steps if s.status and s.event_at]
        if ours.status and (not states or states[-1][0] is not ours.status):
            states.append((ours.status, Instant.of(self.clock())))
        self.one_stop.histories[ours.native_id] = history(ours, *states)
        # The first traversal reads all there is, however old.
        self.unread[ours.native_id] = late and self.pulled
        self.versions[ours.native_id] = self.versions.get(ours.native_id, 0) + 1
        self._something_changed()

    def _something_changed(self) -> None:
        self.open_questions = {"second pull", "second plan", "rest"}

    @rule(code=st.sampled_from([*CODES, ALIAS]), change=changes)
    def change_portal(self, code: str, change: dict[str, Any]) -> None:
        """Somebody else writes to the portal."""
        self.portal.hold(replace(record(1), **{**change, "code": code, "aliases": ()}))
        self._something_changed()

    @rule(
        code=st.sampled_from([*CODES[:3], ALIAS]),
        entry=st.sampled_from("ab"),
        how=st.sampled_from(["whole", "whole", "emptier", "bad"]),
    )
    def tell_of_post(self, code: str, entry: str, how: str) -> None:
        """The post sends an event: a complete one, an emptier copy, or an unreadable one."""
        kind = StatusKind.HANDED_TO_POST if entry == "a" else StatusKind.DELIVERED
        event = StatusRecord("vnpost", code, entry, code, kind, at(16 if entry == "a" else 17))
        events: dict[str, StatusRecord | Reject] = {
            "whole": event,
            "emptier": replace(event, event_at=None),
            "bad": Reject("EventTime", "is no time", f"bad-{entry}", code, PAYLOAD),
        }
        self.post.log.append(events[how])
        self._something_changed()

    @rule(written=rows(logbook_row, "received_at"), broken=st.sampled_from([False, False, True]))
    def write_in_logbook(self, written: list[Any], broken: bool) -> None:
        self.papers.contents[FILE] = written
        self.papers.broken = {FILE: "cannot be read"} if broken else {}
        self._something_changed()

    @rule(steps=st.integers(1, 2))
    def time_passes(self, steps: int) -> None:
        """A day, a weekend, a holiday."""
        later = [moment for moment in MOMENTS if moment > self.clock.now][:steps]
        self.clock.now = later[-1] if later else self.clock.now + timedelta(hours=1)
        self._something_changed()

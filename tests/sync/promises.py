"""The promises of the engine as invariants, over an engine and a model beside it.

The model is plain dicts: what each system has (the fakes keep that) and what the engine cannot
have read yet. ``test_machine`` draws what happens.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis.stateful import RuleBasedStateMachine, invariant
from structlog.testing import capture_logs

from khop.adapters.ports import Role
from khop.mappings.records import PaperKind, StatusRecord
from khop.sync.ledger import finding_counts
from khop.sync.ledger.audit_log import Head
from khop.sync.ledger.records import read_record
from khop.sync.ledger.schema import (
    discrepancy,
    paper_row,
    presence,
    quarantine,
    source_record,
    status_record,
)
from khop.sync.results import FindingState
from tests.sync.fakes import PERSONAL, FakeClock
from tests.sync.installation import Fuse, Installation
from tests.sync.papers import FakePapers
from tests.sync.province import CheckingPortal, DisorderedFeed, OneStop

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
FILE = "so.xlsx"


class Promises(RuleBasedStateMachine):
    """An engine, a model of what it must have, and what must hold after every step."""

    def __init__(self, template: Path) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.logs = self.stack.enter_context(capture_logs())
        self.clock, self.fuse = FakeClock(START), Fuse()
        self.one_stop = OneStop(fuse=self.fuse)
        self.portal = CheckingPortal(fuse=self.fuse, one_stop=self.one_stop)
        self.post = DisorderedFeed(fuse=self.fuse)
        self.papers = self._papers("logbook", Role.LOGBOOK, PaperKind.LOGBOOK)
        self.register = self._papers("import_register", Role.REGISTER, PaperKind.REGISTER)
        adapters = (self.one_stop, self.portal, self.post, self.papers)
        self.khop = Installation(folder, template, self.clock, self.fuse, *adapters)
        self.stack.callback(lambda: self.khop.close())

        #: Dossiers whose newest version need not have been read, and whether its change time is
        #: an old one.
        self.unread: dict[str, bool] = {}
        #: How often each dossier changed.
        self.versions: dict[str, int] = {}
        self.pulled = False
        #: Native ids the ledger ever had.
        self.had: set[str] = set()
        #: Events in the feed when it was last read to its end.
        self.events_read = 0
        #: The rows of paper the ledger may have of each source.
        self.paper_may_be: dict[str, list[dict[str, Any]]] = {
            "logbook": [{}],
            "import_register": [{}],
        }
        self.decided: dict[tuple[str, str], tuple[FindingState, str | None]] = {}
        self.head = Head(0, "0" * 64)
        #: Checks to make since something changed: to repeat one without a change shows nothing.
        self.open_questions: set[str] = set()

    def _papers(self, name: str, role: Role, kind: PaperKind) -> FakePapers:
        return FakePapers(
            name, role, kind, contents={FILE: []}, on_row=lambda item: self.fuse.instant()
        )

    def teardown(self) -> None:
        self.stack.close()

    @invariant()
    def nothing_is_lost_or_doubled_or_made_up(self) -> None:
        with self.khop.ledger.read() as connection:
            held = self.natives(connection)
            stored = {n: read_record(connection, "igate", n) for n in held}
        assert held == sorted(set(held))
        assert set(held) <= self.one_stop.said.keys()
        for native_id, ours in stored.items():
            assert ours in self.one_stop.said[native_id], "the one-stop never said this"
        for native_id, ours in self.one_stop.dossiers.items():
            if native_id not in self.unread and native_id not in self.one_stop.bad:
                assert stored.get(native_id) == ours

    @invariant()
    def a_stored_history_is_the_one_the_source_gave(self) -> None:
        with self.khop.ledger.read() as connection:
            due = set(
                connection.scalars(
                    sa.select(source_record.c.native_id).where(source_record.c.history_due)
                )
            )
            held = set(self.natives(connection)) - due - self.unread.keys() - self.one_stop.bad
            query = sa.select(status_record).where(status_record.c.source == "igate")
            rows = {
                (row.native_id, row.entry_id, row.status, row.event_us)
                for row in connection.execute(query)
                if row.native_id in held & self.one_stop.dossiers.keys()
            }
        assert rows == {
            (n, step.entry_id, step.status, step.event_at and step.event_at.us)
            for n in held & self.one_stop.dossiers.keys()
            for step in self.one_stop.histories[n]
        }

    @invariant()
    def a_bad_record_is_in_quarantine(self) -> None:
        with self.khop.ledger.read() as connection:
            query = sa.select(quarantine.c.native_id).where(
                quarantine.c.source == "igate", quarantine.c.state == "open"
            )
            quarantined = set(connection.scalars(query))
        read = self.one_stop.dossiers.keys() - self.unread.keys()
        assert quarantined & read == self.one_stop.bad & read

    @invariant()
    def nothing_leaves_the_ledger(self) -> None:
        with self.khop.ledger.read() as connection:
            held = set(self.natives(connection))
        assert self.had <= held
        self.had = held

    @invariant()
    def every_event_is_there_once(self) -> None:
        events = {
            (one.native_id, one.entry_id): one
            for one in sorted(
                (e for e in self.post.log[: self.events_read] if isinstance(e, StatusRecord)),
                key=lambda e: e.event_at is not None,
            )
        }
        with self.khop.ledger.read() as connection:
            query = sa.select(status_record).where(status_record.c.source == "vnpost")
            held = {(r.native_id, r.entry_id): r.event_us for r in connection.execute(query)}
        assert events.keys() <= held.keys()
        for key, event in events.items():
            assert event.event_at is None or held[key] == event.event_at.us

    @invariant()
    def rows_of_paper_are_those_of_one_whole_file(self) -> None:
        for source, contents in self.paper_may_be.items():
            with self.khop.ledger.read() as connection:
                query = sa.select(paper_row).where(paper_row.c.source == source)
                held = {
                    r.row_key: (r.code, r.received_us, r.signed_us)
                    for r in connection.execute(query)
                }
            assert held in [
                {k: (code, a and a.us, b and b.us) for k, (code, a, b) in rows.items()}
                for rows in contents
            ]

    @invariant()
    def absent_is_only_written_after_an_answer(self) -> None:
        with self.khop.ledger.read() as connection:
            for row in connection.execute(sa.select(presence)):
                if row.presence != "unknown":
                    there = row.presence == "present"
                    assert there in self.portal.answered.get(row.code, ()), row.code

    @invariant()
    def the_portal_gets_no_forbidden_call(self) -> None:
        assert self.portal.breaches == []

    @invariant()
    def the_audit_log_is_one_chain(self) -> None:
        verified = self.khop.engine.verify_log(str(self.head))
        assert verified.bad is None
        self.head = verified.head

    @invariant()
    def the_counts_are_those_of_the_findings(self) -> None:
        with self.khop.ledger.read() as connection:
            assert list(finding_counts.differences(connection)) == []

    @invariant()
    def decisions_survive(self) -> None:
        rows = self.rows()
        for key, (state, text) in list(self.decided.items()):
            now = FindingState(rows[key].state)
            if now is FindingState.RESOLVED and state is not FindingState.EXCLUDED:
                del self.decided[key]
                continue
            assert now in (state, FindingState.RESOLVED), key
            kept = {FindingState.ASSIGNED: "assignee", FindingState.EXPLAINED: "explanation"}
            assert state not in kept or getattr(rows[key], kept[state]) == text

    @invariant()
    def no_personal_data_is_in_files_or_logs(self) -> None:
        words = [form for word in PERSONAL for form in (word, json.dumps(word)[1:-1])]
        for path in self.khop.files:
            held = path.read_bytes()
            assert not any(word.encode() in held for word in words)
        assert not any(word in repr(self.logs) for word in words)

    def natives(self, connection: sa.Connection) -> list[str]:
        query = sa.select(source_record.c.native_id).where(source_record.c.source == "igate")
        return sorted(connection.scalars(query))

    def rows(self) -> dict[tuple[str, str], sa.Row[Any]]:
        with self.khop.ledger.read() as connection:
            found = connection.execute(sa.select(discrepancy))
            return {(row.rule, row.subject): row for row in found}

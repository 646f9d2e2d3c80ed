"""Verifying the audit log: every row is as it was written, none is missing, none was added.

::

    rows before the log was sealed ── key.begin ── sealed ── key.rotate ── sealed with another key
      (plain digests)                                 └───── key.lost ──── the same, but what stands
                                                             before can no longer be proved
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from khop.errors import KhopError
from khop.sync.ledger.audit_log import (
    EMPTY,
    GAP,
    KEY_BEGIN,
    KEY_LOST,
    KEY_ROTATE,
    Head,
    plain_digest,
    read_head,
    seal_of,
)
from khop.sync.ledger.installation import in_use, recorded_head
from khop.sync.ledger.schema import audit_log
from khop.sync.privacy import Privacy

#: Problems that are kept; the rest is counted.
MOST_PROBLEMS = 1000

_BATCH = 1000
_KEY_EVENTS = (KEY_BEGIN, KEY_ROTATE, KEY_LOST)


@dataclass(frozen=True, slots=True)
class Problem:
    """One difference. ``kind``: a key of the messages ``log.problem.KIND``, with the names
    ``about``. ``entry``: the row of the log, where it is about one."""

    kind: str
    about: Mapping[str, object] = field(default_factory=dict)
    entry: int | None = None

    def as_json(self) -> dict[str, object]:
        return {"kind": self.kind, "entry": self.entry, **self.about}


@dataclass(frozen=True, slots=True)
class Verified:
    """``entries``: rows that were read. ``bad``: the number of the first row that was changed or
    is missing; None when all are as written. ``unproven``: rows up to this number were written
    before the log was sealed, or with a key that nobody has any more. ``problems``: all
    differences of the log, of anchors, and of the tables that the log covers; ``more``: how many
    others there are."""

    entries: int
    head: Head
    bad: int | None
    unproven: int = 0
    problems: tuple[Problem, ...] = ()
    more: int = 0

    @property
    def ok(self) -> bool:
        return self.bad is None and not self.problems


class Problems:
    """The problems that are found."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.count = 0

    def add(self, kind: str, entry: int | None = None, **about: object) -> None:
        self.count += 1
        if len(self.found) < MOST_PROBLEMS:
            self.found.append(Problem(kind, about, entry))

    @property
    def first_entry(self) -> int | None:
        return min((one.entry for one in self.found if one.entry is not None), default=None)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the log that a holder of its key wrote. ``restart``: what stands before it is not
    proved by it; rows about the other tables follow."""

    id: int
    at_us: int
    actor: str
    action: str
    code: str | None
    detail: Mapping[str, Any]
    restart: bool = False


def read_chain(
    connection: sa.Connection,
    privacy: Privacy,
    problems: Problems,
    anchors: Iterable[tuple[str, Head]] = (),
) -> tuple[Iterator[Row], Callable[[], Verified]]:
    """The genuine rows of the log in their order, and what was found once they are read.

    ``anchors``: where each was noted, and a head, which must still be in the log.
    """
    reader = _Reader(privacy, problems, anchors)
    return reader.rows(connection), reader.result


class _Reader:
    """Reads the log from its beginning. ``_sealed``: with the key of which fingerprint; None
    before the log is sealed."""

    def __init__(
        self, privacy: Privacy, problems: Problems, anchors: Iterable[tuple[str, Head]]
    ) -> None:
        self._privacy = privacy
        self._problems = problems
        self._anchors: dict[int, list[tuple[str, Head]]] = {}
        for place, anchor in anchors:
            self._anchors.setdefault(anchor.id, []).append((place, anchor))
        self._before = EMPTY
        self._genuine = True
        self._entries = 0
        self._sealed: str | None = None
        self._unproven = 0
        self._unknown_from: int | None = None
        self._gap = False

    def rows(self, connection: sa.Connection) -> Iterator[Row]:
        self._anchors.pop(0, None)  # the head of an empty log
        query = sa.select(audit_log).order_by(audit_log.c.id)
        with connection.execution_options(yield_per=_BATCH).execute(query) as found:
            for row in found.mappings():
                read = self._read(dict(row))
                if read is not None:
                    yield read
        self._end(connection)

    def result(self) -> Verified:
        found = self._problems
        return Verified(
            self._entries,
            self._before,
            found.first_entry,
            self._unproven,
            tuple(found.found),
            found.count - len(found.found),
        )

    def _read(self, row: dict[str, Any]) -> Row | None:
        number = row["id"]
        self._gap = number != self._before.id + 1
        if self._gap:
            first, last = self._before.id + 1, number - 1
            self._problems.add("missing", first, first=first, last=last)
        elif self._genuine and row["previous"] != self._before.digest:
            self._problems.add("changed", self._before.id or 1, number=self._before.id or 1)
        read = self._checked(row)
        self._genuine = read is not None
        if read is None:
            self._problems.add("changed", number, number=number)
        elif read.action == GAP:
            self._problems.add("gap", number, number=number)
        for place, anchor in self._anchors.pop(number, ()):
            if anchor.digest != row["digest"]:
                self._problems.add("anchor", number, place=place, number=number)
        self._before = Head(number, row["digest"])
        self._entries += 1
        return read

    def _checked(self, row: dict[str, Any]) -> Row | None:
        """The row, when it is genuine."""
        try:
            detail = json.loads(row["detail"])
        except (ValueError, RecursionError):
            return None
        if not isinstance(detail, dict):
            return None
        named = {name: row[name] for name in ("id", "at_us", "actor", "action", "code")}
        if row["action"] in _KEY_EVENTS and self._sealed != detail.get("key"):
            return self._new_key(row, detail, Row(**named, detail=detail, restart=True))
        if not self._is_genuine(row):
            return None
        return Row(**named, detail=detail)

    def _new_key(self, row: dict[str, Any], detail: dict[str, Any], read: Row) -> Row | None:
        """A row from which on another key seals, when it is genuine."""
        action, name = row["action"], str(detail.get("key"))
        begins = action == KEY_BEGIN
        if (None if begins else detail.get("before")) != self._sealed:
            return None
        if name in self._privacy.chain:
            if not _same(row["digest"], seal_of(row, self._privacy.chain[name])):
                return None
            if action == KEY_LOST or begins:
                self._unproven = row["id"] - 1
                self._unknown_from = None
            elif self._unknown_from is not None:
                return None  # a rotation proves the key before, which must be in the file then
        elif self._unknown_from is None:
            self._unknown_from = row["id"]
        self._sealed = name
        return read if action != KEY_ROTATE else Row(**{**_fields(read), "restart": False})

    def _is_genuine(self, row: dict[str, Any]) -> bool:
        known, sealed = self._privacy.chain, self._sealed
        if sealed is None and _same(row["digest"], plain_digest(row)):
            return True
        if (
            sealed is not None
            and sealed in known
            and _same(row["digest"], seal_of(row, known[sealed]))
        ):
            return True
        if self._gap:  # the row that said with which key may be among those that are missing
            for name, key in known.items():
                if _same(row["digest"], seal_of(row, key)):
                    self._sealed = name
                    return True
        # Judged at the end: rows of an unknown key prove nothing.
        return sealed is not None and sealed not in known

    def _end(self, connection: sa.Connection) -> None:
        problems, last = self._problems, self._before.id
        recorded = recorded_head(connection)
        if self._unknown_from is not None:
            problems.add("unknown_key", self._unknown_from, number=self._unknown_from)
        elif self._sealed is None and (self._entries or recorded is not None or in_use(connection)):
            problems.add("not_sealed", 1)
        if recorded is not None:
            self._compare_end(*recorded)
        elif self._sealed is not None:
            problems.add("end_changed")
        for number, anchors in sorted(self._anchors.items()):
            for place, _ in anchors:
                problems.add("anchor_missing", last + 1, place=place, number=number, last=last)

    def _compare_end(self, text: str, genuine: bool) -> None:
        last = self._before.id
        if not genuine:
            self._problems.add("end_changed")
            return
        try:
            end = read_head(text)
        except KhopError:
            self._problems.add("end_changed")
            return
        if end.id > last:
            self._problems.add("missing", last + 1, first=last + 1, last=end.id)
        elif end.id < last:
            self._problems.add("added", end.id + 1, first=end.id + 1, last=last)


def _fields(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Row.__slots__}


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())

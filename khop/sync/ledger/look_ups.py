"""Which codes to ask a system about, and when again.

A code is asked about for a reason: it was never answered, its dossier changed, a push of it was
sent, or the answer is older than its kind allows (``Ages``)::

    dossier changed ──► source_record.change_no ──► take_changes ──► ask_us = 0
    push sent ───────────────────────────────────────► ask_now ────► ask_us = 0
    answered ──► schedule ──► ask_us = a later time, spread evenly over the codes
    not answered ──► ask_us = now: by the next pull

A time of an earlier look-up that lies after now was written under a wrong clock, and counts as
never (``forget_later``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from khop.mappings.records import ENDED, Presence
from khop.sync.ledger.schema import look_up_state, presence, record_alias, source_record
from khop.text.digest import hex_digest
from khop.text.local_time import DAY_US

#: The kinds of look-ups: whether a system has a dossier, and what happened to it.
PRESENCE, EVIDENCE = "presence", "evidence"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Ages:
    """How old an answer may become before it is asked again, in microseconds.

    ``open_us``: of a dossier that is open, or of which the systems do not agree. ``ended_us``: of
    one that has ended and on which they agree. ``finding_us``: of one with a finding that is not
    resolved, which somebody may be about to put right.
    """

    open_us: int = 4 * DAY_US
    ended_us: int = 42 * DAY_US
    finding_us: int = DAY_US

    @classmethod
    def of_days(cls, open_days: float, ended_days: float, finding_days: float) -> Ages:
        """Ages given in days."""
        return cls(*(int(days * DAY_US) for days in (open_days, ended_days, finding_days)))

    def next_us(self, code: str, answered_us: int, *, ended: bool) -> int:
        """When a code that was answered then is asked again.

        Between a quarter of the age and the whole; after that every three quarters. Each code has
        its own moment in this cycle, so that codes that were answered together are not asked
        together again.
        """
        age_us = self.ended_us if ended else self.open_us
        cycle_us = age_us - age_us // 4
        moment_us = int(hex_digest(code.encode())[:12], 16) % cycle_us
        earliest_us = answered_us + age_us // 4
        return earliest_us + (moment_us - earliest_us) % cycle_us

    def __str__(self) -> str:
        return f"{self.open_us}:{self.ended_us}"


def take_changes(connection: sa.Connection, source: str, ages: Ages, now_us: int) -> None:
    """Have ``source`` asked about the codes that are new or changed since the last call.

    Reads only what changed; at the first call for a source, and after its ages changed, all codes.
    """
    state = _state(connection, source, PRESENCE)
    newest = newest_change(connection)
    forget_later(connection, source, now_us)
    if state is None:
        connection.execute(_ALL_CODES, {"source": source})
    elif newest > state.change_no:
        connection.execute(_CHANGED, {"source": source, "change_no": state.change_no})
    if state is not None and state.ages != str(ages):
        _schedule_all(connection, source, ages)
    values = {"source": source, "now_us": now_us, "since_us": now_us - ages.finding_us}
    connection.execute(sa.text(ASK_ABOUT_FINDINGS), values)
    save_state(connection, source, PRESENCE, newest, str(ages))


def forget_later(connection: sa.Connection, source: str, now_us: int) -> None:
    """Count answers of after ``now`` as never given: the clock was wrong when they came."""
    connection.execute(_FORGET_LATER, {"source": source, "now_us": now_us})


def due_codes(connection: sa.Connection, source: str, limit: int, now_us: int) -> Sequence[str]:
    """Codes to ask about, at most ``limit``: first those that are new or changed, then by the time
    from which they are due."""
    values = {"source": source, "limit": limit, "now_us": now_us}
    return connection.scalars(sa.text(DUE_CODES), values).all()


def waiting(connection: sa.Connection, source: str, since_us: int) -> int:
    """How many codes were never answered, and not asked about since then either."""
    values = {"source": source, "since_us": since_us}
    return int(connection.scalar(sa.text(WAITING), values) or 0)


def ask_all(connection: sa.Connection, source: str) -> None:
    """Have the next pull ask about every code."""
    connection.execute(sa.update(presence).where(presence.c.source == source).values(ask_us=0))


def ask_now(connection: sa.Connection, codes: Iterable[str]) -> None:
    """Have the next pull ask every system about these codes."""
    rows = [{"of_code": code} for code in codes]
    if rows:
        again = sa.update(presence).where(presence.c.code == sa.bindparam("of_code"))
        connection.execute(again.values(ask_us=0), rows)


def asked_sources(connection: sa.Connection) -> set[str]:
    """The systems that were asked about codes at least once."""
    query = sa.select(look_up_state.c.source).where(look_up_state.c.kind == PRESENCE)
    return set(connection.scalars(query))


def newest_change(connection: sa.Connection) -> int:
    """The number of the newest change of a dossier; 0 when there is none."""
    return int(connection.scalar(sa.select(sa.func.max(source_record.c.change_no))) or 0)


def change_no_before(connection: sa.Connection, source: str, kind: str) -> int | None:
    """The number of the last change that this kind of look-up has taken over; None: none yet."""
    state = _state(connection, source, kind)
    return None if state is None else state.change_no


def save_state(
    connection: sa.Connection, source: str, kind: str, change_no: int, ages: str
) -> None:
    """Remember that the changes up to this number were taken over."""
    values = {"source": source, "kind": kind, "change_no": change_no, "ages": ages}
    connection.execute(_SAVE_STATE, values)


@dataclass(slots=True)
class _Dossier:
    """The codes of one dossier, and its states at the one-stop."""

    codes: set[str] = field(default_factory=set)
    states: set[int | None] = field(default_factory=set)

    def has_ended(self, answers: Iterable[sa.Row[Any]]) -> bool:
        """Whether it has ended, and the system that was asked says the same."""
        there = [row.status for row in answers if row.presence == Presence.PRESENT]
        if not there or not self.states <= ENDED:
            return False
        if not self.states:
            return any(status in ENDED for status in there)
        return any(status in self.states for status in there)


def schedule(connection: sa.Connection, source: str, codes: Iterable[str], ages: Ages) -> None:
    """Set when codes that were just answered are asked again, and the other codes of their
    dossiers, whose kind an answer may have changed."""
    answered = set(codes)
    dossiers = _dossiers(connection, answered)
    answers = _answers(connection, source, {code for each in dossiers for code in each.codes})
    changed = []
    for dossier in dossiers:
        rows = [answers[code] for code in sorted(dossier.codes) if code in answers]
        ended = dossier.has_ended(rows)
        for row in rows:
            if row.checked_us is None or (row.ask_us == 0 and row.code not in answered):
                continue
            next_us = ages.next_us(row.code, row.checked_us, ended=ended)
            if next_us != row.ask_us:
                changed.append({"of_source": source, "of_code": row.code, "next_us": next_us})
    if changed:
        connection.execute(_SET_NEXT, changed)


def _answers(
    connection: sa.Connection, source: str, codes: Iterable[str]
) -> dict[str, sa.Row[Any]]:
    """The rows of these codes, by code."""
    columns = [presence.c[name] for name in ("code", "presence", "status", "checked_us", "ask_us")]
    query = sa.select(*columns).where(presence.c.source == source)
    wanted = sorted(codes)
    return {
        row.code: row
        for start in range(0, len(wanted), _BATCH)
        for row in connection.execute(
            query.where(presence.c.code.in_(wanted[start : start + _BATCH]))
        )
    }


def _schedule_all(connection: sa.Connection, source: str, ages: Ages) -> None:
    """Set anew when each answered code is asked again, because the ages changed."""
    after = ""
    while True:
        query = (
            sa.select(presence.c.code)
            .where(presence.c.source == source, presence.c.code > after, presence.c.ask_us > 0)
            .order_by(presence.c.code)
            .limit(_BATCH)
        )
        codes = connection.scalars(query).all()
        if not codes:
            return
        schedule(connection, source, codes, ages)
        after = codes[-1]


def _dossiers(connection: sa.Connection, codes: set[str]) -> list[_Dossier]:
    """The dossiers these codes are of; a code of no dossier stands alone."""
    same = sa.and_(
        record_alias.c.source == source_record.c.source,
        record_alias.c.native_id == source_record.c.native_id,
    )
    asked = sorted(codes)
    record = sa.select(source_record.c.code, source_record.c.status)
    main = set(
        connection.scalars(
            sa.select(source_record.c.code)
            .join(record_alias, same)
            .where(record_alias.c.alias.in_(asked))
        )
    )
    found: dict[str, _Dossier] = {}
    owners = sorted(main | codes)
    for row in connection.execute(record.where(source_record.c.code.in_(owners))):
        dossier = found.setdefault(row.code, _Dossier({row.code}))
        dossier.states.add(row.status)
    aliases = (
        sa.select(source_record.c.code, record_alias.c.alias)
        .join(record_alias, same)
        .where(source_record.c.code.in_(sorted(found)))
    )
    for row in connection.execute(aliases):
        found[row.code].codes.add(row.alias)
    known = {code for dossier in found.values() for code in dossier.codes}
    return [*found.values(), *(_Dossier({code}) for code in asked if code not in known)]


def _state(connection: sa.Connection, source: str, kind: str) -> sa.Row[Any] | None:
    query = sa.select(look_up_state).where(
        look_up_state.c.source == source, look_up_state.c.kind == kind
    )
    return connection.execute(query).first()


DUE_CODES = """
    SELECT code FROM presence WHERE source = :source AND ask_us <= :now_us
    ORDER BY ask_us, code LIMIT :limit
"""

WAITING = """
    SELECT COUNT(*) FROM presence
    WHERE source = :source AND checked_us IS NULL AND (asked_us IS NULL OR asked_us < :since_us)
"""

CHANGED_CODES = """
    SELECT code AS code FROM source_record WHERE role = 'one_stop' AND change_no > :change_no
    UNION
    SELECT a.alias FROM source_record r
    JOIN record_alias a ON a.source = r.source AND a.native_id = r.native_id
    WHERE r.change_no > :change_no
"""

_UNRESOLVED = "state IN ('open', 'assigned', 'explained', 'excluded')"
# "+": the planner is to begin with the findings, which are few.
ASK_ABOUT_FINDINGS = f"""
    UPDATE presence SET ask_us = :now_us
    WHERE source = :source AND +ask_us > :now_us AND checked_us <= :since_us AND code IN (
        SELECT code FROM discrepancy WHERE {_UNRESOLVED} AND code IS NOT NULL
        UNION
        SELECT a.alias FROM discrepancy d JOIN source_record r ON r.code = d.code
        JOIN record_alias a ON a.source = r.source AND a.native_id = r.native_id
        WHERE d.{_UNRESOLVED}
    )
"""

_CHANGED = sa.text(
    "INSERT INTO presence (source, code, presence, fields_lost, ask_us) "
    f"SELECT :source, code, 'unknown', '[]', 0 FROM ({CHANGED_CODES}) AS changed WHERE true "
    "ON CONFLICT (source, code) DO UPDATE SET ask_us = 0"
)
_ALL_CODES = sa.text(
    "INSERT INTO presence (source, code, presence, fields_lost, ask_us) "
    "SELECT :source, code, 'unknown', '[]', 0 FROM ("
    "SELECT code FROM source_record WHERE role = 'one_stop' UNION SELECT alias FROM record_alias "
    "UNION SELECT code FROM presence) AS mentioned WHERE true "
    "ON CONFLICT (source, code) DO NOTHING"
)
_FORGET_LATER = sa.text(
    "UPDATE presence SET ask_us = 0, asked_us = NULL, "
    "checked_us = CASE WHEN checked_us > :now_us THEN NULL ELSE checked_us END, "
    "first_seen_us = CASE WHEN first_seen_us > :now_us THEN NULL ELSE first_seen_us END, "
    "first_absent_us = CASE WHEN first_absent_us > :now_us THEN NULL ELSE first_absent_us END "
    "WHERE source = :source AND asked_us > :now_us"
)
_SET_NEXT = (
    sa.update(presence)
    .where(
        presence.c.source == sa.bindparam("of_source"), presence.c.code == sa.bindparam("of_code")
    )
    .values(ask_us=sa.bindparam("next_us"))
)
_SAVE_STATE = sa.text(
    "INSERT INTO look_up_state (source, kind, change_no, ages) "
    "VALUES (:source, :kind, :change_no, :ages) ON CONFLICT (source, kind) "
    "DO UPDATE SET change_no = excluded.change_no, ages = excluded.ages"
)

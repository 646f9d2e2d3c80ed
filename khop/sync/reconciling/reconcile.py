"""Reconciling: cases -> findings (docs/rules.md).

All rules are columns of one query over the cases. What it answers is compared with the ledger
and written in one transaction (``finding_states``), so a run over the same ledger at the same
``now`` changes nothing. A run looks at all cases, or at those that can have changed
(``increments``); both find the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, reduce
from operator import or_
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import sqlalchemy as sa

from khop.config.domain_tables import Tables
from khop.config.model import RuleSettings
from khop.errors import KhopError
from khop.mappings.records import Instant
from khop.mappings.time.calendar import DayError
from khop.sync.ledger import Ledger, dirty
from khop.sync.ledger.schema import cursor
from khop.sync.reconciling.cases.days import day_table
from khop.sync.reconciling.finding_states import Found, write_findings
from khop.sync.reconciling.increments import (
    Recheck,
    basis_of,
    read_last_reconcile,
    recheck_rows,
    rechecked,
    subjects_to_see,
    write_rechecks,
    write_reconcile,
)
from khop.sync.reconciling.matching import match_rows
from khop.sync.reconciling.rules import RULES, Clock, Rule, Severity
from khop.sync.reconciling.rules.excuses import excused, has_excuses
from khop.sync.reconciling.rules.rule import fires
from khop.sync.reconciling.warehouse import Question, answers, ledger_cases, question
from khop.sync.results import RuleCount
from khop.text.local_time import local_text
from khop.version import __version__


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a reconcile saw and changed. ``subjects``: how many were looked at; None is all."""

    cases: int
    unmapped: int
    counts: tuple[RuleCount, ...]
    subjects: int | None = None
    excused: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """``sources``: those that count. ``one_stops``: those of them that list dossiers."""

    sources: Sequence[str]
    one_stops: Sequence[str]


def reconcile(
    ledger: Ledger,
    settings: RuleSettings,
    tables: Tables,
    now: datetime,
    *,
    scope: Scope,
    whole: bool = False,
    on_write: Callable[[sa.Connection, Reconciled], None] = lambda connection, done: None,
) -> Reconciled:
    """Run the rules at ``now`` and bring the findings up to date.

    Looks at the cases that can have changed since the last reconcile; at all of them when
    ``whole``, when there was none, when ``now`` lies before it, and when rules, numbers, calendar
    or sources are others. ``on_write`` is called in the transaction that writes the findings.
    """
    phantoms = lists_complete(ledger, scope.one_stops)
    clock = _clock(settings, tables, now)
    _check_now(clock)
    now_us = Instant.of(now).us
    basis = basis_of(settings, _basis(tables, scope, phantoms))
    with ledger.write() as connection:
        last = read_last_reconcile(connection)
        taken = dirty.take(connection)
        again = whole or last is None or last.basis != basis or now_us < last.now_us
        subjects = None if again else subjects_to_see(connection, taken, now_us)
        rows_alike = match_rows(connection, tables, scope.sources, subjects)
        # This much is written now: if the rest never is, the next run has to look at them too.
        dirty.mark(connection, rows_alike)
        dirty.take(connection)
        if subjects is not None:
            subjects |= rows_alike
    ask = _Ask(f"{basis} {now_us}", settings, clock)
    seen = _see(ledger, ask, scope, phantoms=phantoms, only=subjects)
    with ledger.write() as connection:
        before_us = None if last is None else last.now_us
        counts = write_findings(
            connection, seen.found, now_us, before_us=before_us, subjects=subjects
        )
        total, unmapped = seen.sizes if last is None or again else (last.cases, last.unmapped)
        write_rechecks(connection, seen.rechecks, subjects)
        write_reconcile(connection, now_us, basis, total, unmapped)
        dirty.drop_taken(connection)
        done = Reconciled(
            total,
            unmapped,
            tuple(counts.get(rule.id, _none(rule.id)) for rule in _active(settings)),
            None if subjects is None else len(subjects),
            seen.excused,
        )
        on_write(connection, done)
    return done


def _check_now(clock: Clock) -> None:
    """Raises KhopError before anything is written."""
    try:
        clock.calendar.first_with_ord(clock.today_ord)
    except DayError as error:
        raise KhopError(f"the rules cannot run at {clock.now:%Y-%m-%d}: {error.reason}") from None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the rules say of the cases. ``sizes``: how many cases, and how many are unmapped."""

    found: Sequence[Found] = ()
    rechecks: Sequence[Mapping[str, Any]] = ()
    sizes: tuple[int, int] = (0, 0)
    excused: int = 0


def _see(
    ledger: Ledger,
    ask: _Ask,
    scope: Scope,
    *,
    phantoms: bool,
    only: Iterable[str] | None,
) -> _Seen:
    if only is not None and not only:
        return _Seen()
    clock = ask.clock
    with ledger_cases(
        ledger,
        phantoms=phantoms,
        only=None if only is None else sorted(only),
        sources=scope.sources,
        one_stops=scope.one_stops,
        extra={"day": day_table(clock.calendar)},
        shapes=clock.tables.codes.dossier,
    ) as cases:
        asked = _questions(ask, cases.schema(), cases.get_backend().name)
        return _Seen(
            list(_found(cases, asked, ask.rules)),
            _rechecks(cases, asked, clock),
            _sizes(cases, asked) if only is None else (0, 0),
            _excused(cases, asked),
        )


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is asked of cases. ``key`` names all of it."""

    key: str
    settings: RuleSettings = field(compare=False)
    clock: Clock = field(compare=False)

    @property
    def rules(self) -> Sequence[Rule]:
        return _active(self.settings)


@dataclass(frozen=True, slots=True)
class _Questions:
    """None where no rule could answer. ``ages``: what is asked of the times of ``rechecks``."""

    flagged: Question | None
    excused: Question | None
    rechecks: Question | None
    ages: tuple[Recheck, ...]
    sizes: Question


@lru_cache(maxsize=16)
def _questions(ask: _Ask, schema: ibis.Schema, dialect: str) -> _Questions:
    """Writing them takes longer than a small ledger takes to answer them."""
    cases = ibis.table(schema, "cases")
    rules, settings, clock = ask.rules, ask.settings, ask.clock
    excuses = _excuses(cases, rules, settings, clock)
    rechecks, ages = rechecked(cases, rules, clock)
    return _Questions(
        question(flagged(cases, rules, settings, clock), dialect) if rules else None,
        None if excuses is None else question(excuses, dialect),
        None if rechecks is None else question(rechecks, dialect),
        ages,
        question(_counted(cases), dialect),
    )


def _active(settings: RuleSettings) -> list[Rule]:
    return [rule for rule in RULES.values() if rule.id not in settings.off]


def _clock(settings: RuleSettings, tables: Tables, now: datetime) -> Clock:
    return Clock(
        now,
        tables,
        grace=settings.grace,
        grace_by_rule=settings.grace_by_rule,
        differs_minutes=settings.differs_minutes,
        parameters=settings.numbers,
    )


def _basis(tables: Tables, scope: Scope, phantoms: bool) -> Mapping[str, Any]:
    own = tables.own
    return {
        "version": __version__,
        "known_rules": list(RULES),
        "calendar": own.calendar.model_dump(mode="json"),
        "codes": own.codes,
        "transitions": own.transitions,
        "units": [_content(tables, name) for name in (own.units.file, own.units.relations)],
        "sources": (list(scope.sources), list(scope.one_stops)),
        "phantoms": phantoms,
    }


def _content(tables: Tables, name: Path | None) -> str:
    """Digest of a file of the province's units."""
    content = b"" if name is None else (tables.folder / name).read_bytes()
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def rule_columns(
    cases: ir.Table, rules: Iterable[Rule], settings: RuleSettings, clock: Clock
) -> dict[str, ir.BooleanValue]:
    """Each rule as a boolean over the cases. A case with an unmapped state fires none."""
    return {
        rule.id: ~excused(cases, rule, clock, settings) & condition
        if has_excuses(rule, settings)
        else condition
        for rule, condition in _conditions(cases, rules, clock)
    }


def _conditions(
    cases: ir.Table, rules: Iterable[Rule], clock: Clock
) -> Iterator[tuple[Rule, ir.BooleanValue]]:
    mapped = cases.os_status.notnull() | cases.os_status_raw.isnull()
    for rule in rules:
        yield rule, mapped & fires(rule.predicate(cases, clock.of(rule.id)))


def _excuses(
    cases: ir.Table, rules: Sequence[Rule], settings: RuleSettings, clock: Clock
) -> ir.Table | None:
    """How often each rule would have fired but for what is on file."""
    concerned = [rule for rule in rules if has_excuses(rule, settings)]
    held = {
        rule.id: (condition & excused(cases, rule, clock, settings)).cast("int32").sum()
        for rule, condition in _conditions(cases, concerned, clock)
    }
    return cases.aggregate(**held) if held else None


def _rechecks(cases: ir.Table, asked: _Questions, clock: Clock) -> list[dict[str, Any]]:
    if asked.rechecks is None:
        return []
    return recheck_rows(answers(cases, asked.rechecks), asked.ages, clock)


def _excused(cases: ir.Table, asked: _Questions) -> int:
    if asked.excused is None:
        return 0
    (row,) = answers(cases, asked.excused)
    return sum(count or 0 for count in row.values())


def flagged(
    cases: ir.Table, rules: Sequence[Rule], settings: RuleSettings, clock: Clock
) -> ir.Table:
    """The cases for which a rule fires, with a column ``fires_RULE`` for each rule, and
    ``graver_RULE`` where its severity hangs on the case."""
    fired = rule_columns(cases, rules, settings, clock)
    graver = {
        f"graver_{rule.id}": fires(rule.graver(cases, clock.of(rule.id)))
        for rule in rules
        if rule.graver is not None
    }
    flags = cases.mutate(**{f"fires_{rule}": column for rule, column in fired.items()}, **graver)
    return flags.filter(reduce(or_, (flags[f"fires_{rule.id}"] for rule in rules)))


def _found(cases: ir.Table, asked: _Questions, rules: Sequence[Rule]) -> Iterator[Found]:
    if asked.flagged is None:
        return
    for row in answers(cases, asked.flagged):
        for rule in rules:
            if row[f"fires_{rule.id}"]:
                yield _finding(rule, row)


def _finding(rule: Rule, row: Mapping[str, Any]) -> Found:
    values = {name: shown(row, name) for name in rule.shows}
    grave = rule.graver is not None and row[f"graver_{rule.id}"]
    return Found(
        rule=rule,
        subject=row["subject"],
        code=row["code"],
        severity=Severity.S1 if grave else rule.severity,
        unit=row["os_unit"] or row["po_unit"] or row["lb_unit"] or row["rg_unit"],
        values=json.dumps(values, ensure_ascii=False),
        evidence=json.dumps(_evidence(rule, row), ensure_ascii=False),
    )


def shown(row: Mapping[str, Any], name: str) -> Any:
    """A case's value as people read it: times in ISO 8601 local time, days as days."""
    if f"{name}_us" not in row:
        return row[name]
    us = row[f"{name}_us"]
    return None if us is None else local_text(us, bool(row.get(f"{name}_day")))


def _evidence(rule: Rule, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where the values stand: the systems' records, and the paper and post the rule looks at."""
    evidence = []
    if row["os_native_id"] is not None:
        evidence.append(
            {
                "source": row["os_source"],
                "kind": "record",
                "native_id": row["os_native_id"],
                "changed_at": shown(row, "os_changed"),
            }
        )
    if row["po_source"] is not None:
        evidence.append(
            {
                "source": row["po_source"],
                "kind": "look_up",
                "code": row["po_code"],
                "presence": row["po_presence"],
                "checked_at": shown(row, "po_checked"),
            }
        )
    for side, kind in _PAPER_SIDES.items():
        place = _row_evidence(row, side, kind)
        if any(name.startswith(_SHOWN_AS[side]) for name in rule.shows) and place is not None:
            evidence += [place] if place not in evidence else []
    if any(name.startswith("ps_") for name in rule.shows) and row["ps_source"] is not None:
        evidence.append(
            {"source": row["ps_source"], "kind": "postal_order", "item": row["ps_item"]}
        )
    return evidence


def _row_evidence(row: Mapping[str, Any], side: str, kind: str) -> dict[str, Any] | None:
    """Where a row of paper stands, and by what it was found to be about this dossier."""
    if row[f"{side}_source"] is None:
        return None
    named = row[f"{side}_code"]
    return {
        "source": row[f"{side}_source"],
        "kind": kind,
        "file": row[f"{side}_file"],
        "sheet": row[f"{side}_sheet"],
        "row": row[f"{side}_row_number"],
        "matched_by": named and ("code" if named == row["code"] else "alias"),
    }


_PAPER_SIDES = {"lb": "logbook_row", "lr": "logbook_row", "rg": "register_row"}
#: What a rule that looks at the row shows of it.
_SHOWN_AS = {"lb": ("lb_received", "lb_unit"), "lr": ("lb_returned",), "rg": ("rg_",)}


def _counted(cases: ir.Table) -> ir.Table:
    unmapped = cases.os_status.isnull() & cases.os_status_raw.notnull()
    return cases.aggregate(total=cases.count(), unmapped=unmapped.cast("int32").sum())


def _sizes(cases: ir.Table, asked: _Questions) -> tuple[int, int]:
    """How many cases, and how many of them are unmapped."""
    (row,) = answers(cases, asked.sizes)
    return int(row["total"]), int(row["unmapped"] or 0)


def lists_complete(ledger: Ledger, one_stops: Sequence[str]) -> bool:
    """Whether each of these lists was read to its end at least once."""
    with ledger.read() as connection:
        read = connection.scalars(sa.select(cursor.c.source).where(cursor.c.complete))
        return bool(one_stops) and set(one_stops) <= set(read)


def _none(rule: str) -> RuleCount:
    return RuleCount(rule, 0, 0, 0, 0)

"""One dossier, or one row of paper, with everything the ledger has about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa

from khop.mappings.codes.dossier import parse_code
from khop.mappings.codes.near import near_codes, spellings
from khop.mappings.paper.code_cells import SEVERAL_CODES, UNKNOWN_SHAPE
from khop.mappings.records import Channel, Status, StatusKind
from khop.mappings.units.names import UnitNames
from khop.sync.findings.record_changes import changes_under
from khop.sync.findings.subjects import subject_of
from khop.sync.findings.views import findings_of_subject
from khop.sync.ledger import Ledger
from khop.sync.ledger.codes import codes_of_dossiers
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.quarantine import OPEN
from khop.sync.ledger.schema import (
    feedback_row,
    identity_check,
    ministry_row,
    near_code,
    outbox,
    paper_match,
    paper_row,
    presence,
    progress_step,
    quarantine,
    rating_row,
    record_alias,
    source_record,
    status_record,
)
from khop.sync.results import CaseView
from khop.text.local_time import local_text

#: From and until, in microseconds of UTC.
Spans: TypeAlias = "Sequence[tuple[int, int]]"
#: Columns that are not shown.
_INTERNAL = frozenset(
    {
        *("applicant_key", "actor_key", "entered_by", "closed_by"),
        *("listed_hash", "list_said", "detail_said", "last_known"),
    }
)
#: Rows in quarantine because of the text in their cell for the code.
_HELD = sa.select(
    quarantine.c.source,
    quarantine.c.native_id,
    quarantine.c.code,
    quarantine.c.unit,
    quarantine.c.reason,
).where(
    quarantine.c.state == OPEN,
    quarantine.c.code.is_not(None),
    quarantine.c.reason.in_((UNKNOWN_SHAPE, SEVERAL_CODES)),
)
#: What the columns of a case begin with.
_SIDES = ("os_", "po_", "ps_", "lb_", "rg_", "id_")


def case_view(
    ledger: Ledger,
    code: str,
    sources: Sequence[str],
    names: UnitNames,
    migrations: Spans = (),
) -> CaseView | None:
    """Everything the ledger has under this code, or under the dossier it is an alias of.

    ``code`` may also be ``row:KEY``, or the beginning of it: then the row of paper and its
    findings. ``names``: of the province's units. ``migrations``: as in ``cases.case_table``.
    Raises KhopError when several rows begin so.
    """
    with ledger.read() as connection:
        code = subject_of(connection, code)
    if code.startswith(ROW):
        return _row_view(ledger, code)
    case = _case(ledger, code, sources, migrations)
    with ledger.read() as connection:
        keys = _keys(connection, code)
        view = CaseView(
            code=code,
            case=case or {},
            records=_rows(connection, source_record, source_record.c.code == code),
            history=_rows(
                connection,
                status_record,
                status_record.c.code.in_(keys),
                status_record.c.event_us,
            ),
            changes=changes_under(connection, code),
            presence=_rows(connection, presence, presence.c.code.in_(keys)),
            findings=findings_of_subject(connection, code),
            pushes=_rows(connection, outbox, outbox.c.code == code, outbox.c.made_us),
            steps=_rows(
                connection, progress_step, progress_step.c.code == code, progress_step.c.event_us
            ),
            identity=_rows(connection, identity_check, identity_check.c.code == code),
            paper=(
                *_rows(connection, paper_row, paper_row.c.code.in_(keys)),
                *_rows(connection, ministry_row, ministry_row.c.code.in_(keys)),
                *_rows(connection, feedback_row, feedback_row.c.code.in_(keys)),
                *_rows(connection, rating_row, rating_row.c.code.in_(keys)),
            ),
            candidates=(*_candidates(connection, code), *_near(connection, code, names)),
        )
    known = case or view.history or view.presence or view.findings or view.paper or view.changes
    return view if known else None


def _row_view(ledger: Ledger, subject: str) -> CaseView | None:
    with ledger.read() as connection:
        view = CaseView(
            code=subject,
            case={},
            paper=_rows(connection, paper_row, paper_row.c.row_key == subject.removeprefix(ROW)),
            findings=findings_of_subject(connection, subject),
        )
    return view if view.paper or view.findings else None


def _candidates(connection: sa.Connection, code: str) -> tuple[dict[str, Any], ...]:
    """Rows of paper without a code whose candidate this dossier is, with the reasons."""
    keys = ("source", "file", "row_key")
    same = (paper_row.c[key] == paper_match.c[key] for key in keys)
    query = (
        sa.select(paper_row, paper_match.c.reasons)
        .join(paper_match, sa.and_(*same))
        .where(paper_match.c.code == code)
        .order_by(*(paper_row.c[key] for key in keys))
    )
    return tuple(_shown(row._mapping) for row in connection.execute(query))


def _near(connection: sa.Connection, code: str, names: UnitNames) -> tuple[dict[str, Any], ...]:
    """Rows of paper, rows in quarantine and evidence whose code may mean this dossier."""
    same = sa.select(near_code.c.code).where(near_code.c.dossier == code)
    paper = _rows(connection, paper_row, paper_row.c.code.in_(same))
    asked = sa.and_(presence.c.code.in_(same), presence.c.presence == "present")
    held = connection.execute(_HELD.order_by(quarantine.c.id)).mappings()
    found = [*paper, *_rows(connection, presence, asked), *_evidence(connection, code, names)]
    found += [_shown(row) for row in held if _may_mean(row, code, names)]
    return tuple({**row, "reasons": ["code"]} for row in found)


def _evidence(connection: sa.Connection, code: str, names: UnitNames) -> tuple[dict[str, Any], ...]:
    """Events of the post and the like under another spelling of the code, which no dossier has."""
    others = spellings(code)
    free = others - codes_of_dossiers(connection, others)
    same = sorted(each for each in free if not _two_units(each, code, names))
    evidence = status_record.c.kind != StatusKind.STATUS.value
    where = sa.and_(status_record.c.code.in_(same), evidence)
    return _rows(connection, status_record, where, status_record.c.event_us)


def _two_units(one: str, other: str, names: UnitNames) -> bool:
    """Whether the codes are of two units of the province's table."""
    parts = [parse_code(code) for code in (one, other)]
    first, second = (names.unit(None, each.unit, each.date) for each in parts)
    return first is not None and second is not None and first.id != second.id


def _may_mean(held: Mapping[Any, Any], code: str, names: UnitNames) -> bool:
    """Whether a text in quarantine may mean the dossier of this code, in a row of its unit."""
    parts = parse_code(code)
    found = [near for near in near_codes(held["code"]) if near.may_be(parts)]
    if not found or any(near.unit for near in found):
        return bool(found)
    theirs = names.unit(held["unit"], on=parts.date)
    ours = names.unit(None, parts.unit, parts.date)
    return theirs is None or ours is None or theirs.id == ours.id


def _keys(connection: sa.Connection, code: str) -> list[str]:
    aliases = connection.scalars(
        sa.select(record_alias.c.alias)
        .join(
            source_record,
            sa.and_(
                record_alias.c.source == source_record.c.source,
                record_alias.c.native_id == source_record.c.native_id,
            ),
        )
        .where(source_record.c.code == code)
    )
    return [code, *aliases]


def _case(
    ledger: Ledger, code: str, sources: Sequence[str], migrations: Spans
) -> dict[str, Any] | None:
    from khop.sync.reconciling.cases import CASE_COLUMNS
    from khop.sync.reconciling.ledger_inputs import Selection
    from khop.sync.reconciling.warehouse import ledger_cases

    selection = Selection(only=[code], sources=sources)
    with ledger_cases(ledger, selection, migrations=migrations) as cases:
        found = [row for row in cases.rows(cases.table) if row["code"] == code]
    return _shown({name: found[0][name] for name in ("code", *CASE_COLUMNS)}) if found else None


def _rows(
    connection: sa.Connection,
    table: sa.Table,
    where: sa.ColumnElement[bool],
    order: sa.ColumnElement[Any] | None = None,
) -> tuple[dict[str, Any], ...]:
    query = sa.select(table).where(where)
    keys = list(table.primary_key.columns)
    query = query.order_by(*([order] if order is not None else []), *keys)
    return tuple(_shown(row._mapping) for row in connection.execute(query))


def _shown(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row for people: times in ISO 8601, without digests and keys."""
    shown: dict[str, Any] = {}
    for name, value in row.items():
        bare = name.split("_", 1)[1] if name.startswith(_SIDES) else name
        if bare in _INTERNAL or name.endswith("_day"):
            continue
        if name.endswith("_us"):
            stem = name.removesuffix("_us")
            day = bool(row.get(f"{stem}_day"))
            shown[f"{stem}_at"] = None if value is None else local_text(value, day)
        else:
            shown[name] = _named(bare, value)
    return shown


def _named(column: str, value: Any) -> Any:
    if column in ("fields_lost", "warnings", "reasons") and isinstance(value, str):
        return json.loads(value)
    if column == "unread" and isinstance(value, str):
        return list(dict.fromkeys(value.split()))
    if column in ("status", "seen_status") and value is not None:
        return int(Status(value))
    if column == "channel" and value is not None:
        return int(Channel(value))
    return value

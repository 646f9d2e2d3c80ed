"""Why a machine may not push a dossier (docs/rules.md); each is looked at for the plan, and again
before something is sent."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from khop.mappings.codes.dossier import parse_code
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.records import DONE, Status
from khop.sync.ledger.quarantine import OPEN
from khop.sync.ledger.schema import (
    near_code,
    presence,
    quarantine,
    record_alias,
    source_record,
)

PORTAL_BORN = "portal_born"
#: Several dossiers of the one-stop have the code, and are not known to be one.
CODE_REUSED = "code_reused"
#: The code has another letter or sign than codes have, or is of no known shape.
CODE_NOT_PLAIN = "code_not_plain"
#: The portal has the dossier under another spelling of its code.
OTHER_SPELLING = "other_spelling_on_portal"

_PLAIN = re.compile(r"[0-9A-Z.\-]+", re.ASCII)
_BATCH = 500


def is_plain(code: str, grammar: CodeGrammar | None) -> bool:
    """Whether a code may be pushed: ASCII letters, digits, full stops and hyphens of a known
    shape. A look-alike would be a second dossier that nobody can tell from a true one."""
    return _PLAIN.fullmatch(code) is not None and parse_code(code, grammar).grammar is not None


def reused_codes(connection: sa.Connection, codes: Collection[str]) -> set[str]:
    """Those of these codes that several dossiers of a one-stop have, as their own or as the
    portal's code, and which differ in applicant or procedure, or of which either is not known; a
    dossier in quarantine is one of which nothing is known."""
    found: set[str] = set()
    wanted = sorted(codes)
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        named = _dossiers_named(batch).subquery()
        same = [
            sa.and_(
                sa.func.count(column) == sa.func.count(), sa.func.min(column) == sa.func.max(column)
            )
            for column in (named.c.applicant_key, named.c.procedure)
        ]
        several = (
            sa.select(named.c.code)
            .group_by(named.c.code)
            .having(sa.func.count() > 1, ~sa.and_(*same))
        )
        found.update(connection.scalars(several))
        found.update(connection.scalars(_in_quarantine(batch)))
    return found


def _dossiers_named(codes: Sequence[str]) -> sa.CompoundSelect[Any]:
    """Each of these codes with each dossier of a one-stop that has it."""
    record = source_record.c
    columns = [record.source, record.native_id, record.applicant_key, record.procedure]
    same = sa.and_(
        record_alias.c.source == record.source, record_alias.c.native_id == record.native_id
    )
    ours = record.role == "one_stop"
    own = sa.select(record.code.label("code"), *columns).where(ours, record.code.in_(codes))
    alias = (
        sa.select(record_alias.c.alias.label("code"), *columns)
        .join(source_record, same)
        .where(ours, record_alias.c.alias.in_(codes))
    )
    return sa.union(own, alias)


def _in_quarantine(codes: Sequence[str]) -> sa.Select[Any]:
    """Those of these codes that another dossier of a one-stop has, which is in quarantine. A row
    without an id is another dossier: nothing says that it is a known one."""
    known, other = source_record.alias("known"), source_record.alias("other")
    row = quarantine.c
    of_one_stop = sa.exists().where(other.c.source == row.source, other.c.role == "one_stop")
    is_it = sa.exists().where(
        known.c.source == row.source, known.c.native_id == row.native_id, known.c.code == row.code
    )
    return sa.select(row.code).where(row.code.in_(codes), row.state == OPEN, of_one_stop, ~is_it)


def spelled_otherwise(connection: sa.Connection) -> set[str]:
    """The dossiers that the portal may have under another spelling of their code."""
    query = (
        sa.select(near_code.c.dossier)
        .join(presence, presence.c.code == near_code.c.code)
        .where(presence.c.presence == "present")
    )
    return set(connection.scalars(query))


def portal_problems(portal: Status | None, ours: Status | None) -> tuple[str, ...]:
    """Why a dossier that the portal has may not be sent. A state of the portal that no table knows
    may be 9 or 10."""
    if portal is None:
        return ("portal_status_unknown",)
    return ("would_lower",) if would_lower(portal, ours) else ()


def would_lower(portal: Status | None, ours: Status | None) -> bool:
    """Whether the push would take the portal back from 9 or 10."""
    return portal in DONE and (ours is None or ours < portal)

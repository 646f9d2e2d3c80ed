"""Why a machine may not push a dossier (docs/rules.md); each is looked at for the plan, and again
before something is sent."""

from __future__ import annotations

import re
from collections.abc import Collection

import sqlalchemy as sa

from khop.mappings.codes.dossier import parse_code
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.records import DONE, Status
from khop.sync.ledger.schema import near_code, presence, source_record

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
    """Those of these codes that several dossiers of a one-stop have, which differ in applicant or
    procedure, or of which either is not known."""
    same = [
        sa.and_(
            sa.func.count(column) == sa.func.count(), sa.func.min(column) == sa.func.max(column)
        )
        for column in (source_record.c.applicant_key, source_record.c.procedure)
    ]
    found: set[str] = set()
    wanted = sorted(codes)
    for start in range(0, len(wanted), _BATCH):
        query = (
            sa.select(source_record.c.code)
            .where(
                source_record.c.role == "one_stop",
                source_record.c.code.in_(wanted[start : start + _BATCH]),
            )
            .group_by(source_record.c.code)
            .having(sa.func.count() > 1, ~sa.and_(*same))
        )
        found.update(connection.scalars(query))
    return found


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

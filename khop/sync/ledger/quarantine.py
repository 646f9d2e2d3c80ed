"""Quarantine in the ledger: bad records with their reason, until they can be read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from khop.mappings.codes.spelling import canonical_code
from khop.mappings.records import Reject
from khop.sync.ledger.dirty import mark
from khop.sync.ledger.many import among, listed
from khop.sync.ledger.schema import quarantine
from khop.sync.privacy import Privacy

OPEN = "open"
RELEASED = "released"

#: Characters that are kept of a native id, a code, a field or a reason.
TEXT_LIMIT = 200


def put(
    connection: sa.Connection,
    source: str,
    rejects: Iterable[Reject],
    privacy: Privacy,
    now_us: int,
) -> None:
    """Store these rejects; a row that is there already is updated."""
    rows = {
        key: {
            "source": source,
            "key": key,
            "native_id": None if reject.native_id is None else _cut(reject.native_id),
            "code": _code(reject.code),
            "unit": None if reject.unit is None else _cut(reject.unit),
            "field": _cut(reject.field),
            "reason": _cut(reject.reason),
            "payload": privacy.seal(reject.payload),
            "state": OPEN,
            "first_seen_us": now_us,
            "last_seen_us": now_us,
        }
        for reject in rejects
        for key in (_key(reject),)
    }
    if rows:
        connection.execute(_UPSERT, list(rows.values()))
        mark(connection, [str(row["code"]) for row in rows.values() if row["code"]])


def release(connection: sa.Connection, source: str, native_ids: Sequence[str]) -> None:
    """Release the records with these native ids: they could be read now."""
    if not native_ids:
        return
    given = {"of": source, "ids": listed(native_ids)}
    released = connection.scalars(_RELEASE, given)
    mark(connection, [code for code in released if code])


def _key(reject: Reject) -> str:
    if reject.native_id is not None and len(reject.native_id) <= TEXT_LIMIT:
        return f"id:{_cut(reject.native_id)}"
    try:
        text = json.dumps(reject.payload, sort_keys=True, default=repr)
    except (ValueError, RecursionError):
        text = f"{reject.field}|{reject.reason}|{reject.code}"
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"sha:{digest}"


def _cut(text: str) -> str:
    """Short, and without characters that a database refuses: NUL, halves of surrogate pairs."""
    return text[:TEXT_LIMIT].replace("\0", "?").encode("utf-8", "replace").decode()


def _code(text: str | None) -> str | None:
    """The canonical code, by which a quarantined dossier is found."""
    return None if text is None else canonical_code(_cut(text)) or None


_UPSERT = sa.text(
    "INSERT INTO quarantine (source, key, native_id, code, unit, field, reason, payload, "
    "state, first_seen_us, last_seen_us) VALUES (:source, :key, :native_id, :code, :unit, :field, "
    ":reason, :payload, :state, :first_seen_us, :last_seen_us) "
    "ON CONFLICT (source, key) DO UPDATE SET native_id = excluded.native_id, "
    "code = excluded.code, unit = excluded.unit, field = excluded.field, "
    "reason = excluded.reason, payload = excluded.payload, state = excluded.state, "
    "last_seen_us = excluded.last_seen_us"
)
_RELEASE = (
    sa.update(quarantine)
    .where(
        quarantine.c.source == sa.bindparam("of"),
        quarantine.c.state == OPEN,
        among(quarantine.c.native_id, "ids"),
    )
    .values(state=RELEASED, payload=None)
    .returning(quarantine.c.code)
)

"""What a finding is about, as people write it: a dossier's code, or a row of paper."""

from __future__ import annotations

import sqlalchemy as sa

from khop.errors import KhopError
from khop.mappings.codes.spelling import canonical_code
from khop.sync.ledger.codes import main_code
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.schema import discrepancy, paper_row
from khop.text.choices import check_text

#: Characters of a row's key that are shown. Whoever types a key may give more of it, or fewer.
SHOWN = 8
#: Of a beginning that fits several rows: how many rows are named, and how many more characters.
_NAMED, _MORE = 10, 8
#: Between a row's digest and its number among equal rows.
_NUMBER = "-"


def short_subject(subject: str) -> str:
    """``row:KEY`` with the beginning of the key, ``row:3f9a01bc`` or ``row:3f9a01bc-2``; a code as
    it is."""
    if not subject.startswith(ROW):
        return subject
    province, key = _parts(subject.removeprefix(ROW))
    digest, dash, number = key.partition(_NUMBER)
    return f"{ROW}{province}{digest[:SHOWN]}{dash}{number}"


def _parts(key: str) -> tuple[str, str]:
    """(``H29/`` or nothing, the rest): in a ledger of several provinces, the key of a row begins
    with its province (``sync.exports.subjects``)."""
    province, slash, rest = key.rpartition("/")
    return f"{province}{slash}".upper(), rest


def subject_of(connection: sa.Connection, text: str) -> str:
    """The subject that a person names by a row of paper, a dossier's code, or its alias.

    A row may be named by the beginning of its key. Raises KhopError when several rows begin so, and
    for what can be no code.
    """
    check_text("code", text)
    bare = text.strip()
    if bare.startswith(ROW):
        return _row(connection, bare)
    code = canonical_code(bare)
    own = sa.select(discrepancy.c.subject).where(discrepancy.c.subject == code).limit(1)
    return code if connection.scalar(own) is not None else main_code(connection, code)


def _row(connection: sa.Connection, given: str) -> str:
    """The row whose key begins so; the text itself when there is none."""
    province, key = _parts(given.removeprefix(ROW))
    digest, _, number = key.lower().partition(_NUMBER)
    if not digest.isalnum():
        return given
    digest = f"{province}{digest}"
    keys = {
        f"{ROW}{key}"
        for key in connection.scalars(
            sa.select(paper_row.c.row_key).where(_between(paper_row.c.row_key, digest))
        )
    }
    keys |= set(
        connection.scalars(
            sa.select(discrepancy.c.subject).where(_between(discrepancy.c.subject, ROW + digest))
        )
    )
    fitting = sorted(key for key in keys if key.partition(_NUMBER)[2] == number)
    if len(fitting) > 1:
        longer = len(ROW) + len(digest) + _MORE
        dash = _NUMBER if number else ""
        few = ", ".join(f"{key[:longer]}{dash}{number}" for key in fitting[:_NAMED])
        few += ", …" if len(fitting) > _NAMED else ""
        raise KhopError(f"{len(fitting)} rows begin with {given}; write more of the key: {few}")
    return fitting[0] if fitting else given


def _between(column: sa.ColumnElement[str], start: str) -> sa.ColumnElement[bool]:
    # "g" follows the last digit of a hexadecimal key.
    return sa.and_(column >= start, column < f"{start}g")

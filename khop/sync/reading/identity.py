"""One dossier's applicant, checked with the population database: one person, one question."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa

from khop.adapters.ports import DossierSource, IdentityAnswer, IdentityCheck, Purpose, Role
from khop.errors import ConfigError, KhopError, RecordError
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.records import Applicant
from khop.sync.ledger import Ledger
from khop.sync.ledger.codes import main_code
from khop.sync.ledger.schema import source_record
from khop.sync.reading.adapter_bugs import bug_of, is_bug
from khop.sync.results import IdentityView


def checker_of(checkers: Sequence[IdentityCheck], source: str | None) -> IdentityCheck:
    """The system ``source``, or the first that checks persons. Raises ConfigError when there is
    none."""
    for checker in checkers:
        if source in (None, checker.name):
            return checker
    raise ConfigError('no configured source checks persons; configure one with role = "population"')


def check_applicant(
    ledger: Ledger,
    sources: Sequence[DossierSource],
    checker: IdentityCheck,
    code: str,
    officer: str,
    now_us: int,
) -> IdentityView:
    """Read the dossier again, ask about its applicant, store the verdict.

    ``code``: the dossier's own code or an alias. The applicant's data is in memory only
    meanwhile. Raises KhopError when there is no such dossier, or it has no procedure to ask for;
    ConnectorError, RecordError as the port does.
    """
    by_name = {source.name: source for source in sources}
    with ledger.read() as connection:
        code = main_code(connection, canonical_code(code))
    source, native_id, procedure = _dossier(ledger, code, sorted(by_name))
    dossier = by_name[source].full(native_id)
    if dossier.record.code != code:
        raise RecordError("code", "the dossier read again has another code")
    purpose = Purpose(procedure=procedure, officer=officer, dossier=code)
    answer = _asked(checker, dossier.applicant, purpose)
    _store(ledger, checker.name, code, answer, now_us)
    return IdentityView(code, checker.name, answer.verdict.value, answer.warnings)


def _asked(checker: IdentityCheck, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
    try:
        return checker.check_identity(applicant, purpose)
    except BaseException as error:
        if not is_bug(error):
            raise
        bug = bug_of(checker.name, error)
    # Raised here, outside of ``except``: its context would hold the person's data.
    raise bug


def _dossier(ledger: Ledger, code: str, sources: list[str]) -> tuple[str, str, str]:
    query = (
        sa.select(source_record.c.source, source_record.c.native_id, source_record.c.procedure)
        .where(
            source_record.c.code == code,
            source_record.c.role == Role.ONE_STOP.value,
            source_record.c.source.in_(sources),
        )
        .order_by(source_record.c.changed_us.desc(), source_record.c.native_id.desc())
        .limit(1)
    )
    with ledger.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise KhopError(f"the one-stop has no dossier {code} that was pulled; run `khop pull`")
    if row.procedure is None:
        raise KhopError(f"the dossier {code} names no procedure; no check may be made without one")
    return row.source, row.native_id, row.procedure


def _store(ledger: Ledger, source: str, code: str, answer: IdentityAnswer, now_us: int) -> None:
    row = {
        "source": source,
        "code": code,
        "verdict": answer.verdict.value,
        "warnings": json.dumps(answer.warnings),
        "checked_us": now_us,
    }
    with ledger.write() as connection:
        connection.execute(_UPSERT, row)


_UPSERT = sa.text(
    "INSERT INTO identity_check (source, code, verdict, warnings, checked_us) "
    "VALUES (:source, :code, :verdict, :warnings, :checked_us) "
    "ON CONFLICT (source, code) DO UPDATE SET verdict = excluded.verdict, "
    "warnings = excluded.warnings, checked_us = excluded.checked_us"
)

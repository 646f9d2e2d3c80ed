"""One dossier as the one-stop and the portal have it, and the rules that fire for it."""

from __future__ import annotations

from typing import Any

from khop.config.model import RuleSettings
from khop.mappings.records import DossierRecord, Instant, Presence
from khop.sync.ledger import Ledger, presence
from tests.sync.fakes import at, record
from tests.sync.reconciling.rules.judging import NOW, complete, put_record, run

#: Changed longer ago than the grace.
OLD = {"changed_at": at(11)}


def fired(
    ledger: Ledger,
    ours: DossierRecord | None,
    theirs: DossierRecord | Presence | None,
    *,
    asked_as: str | None = None,
    settings: RuleSettings | None = None,
) -> set[str]:
    """The rules that fire for one dossier as the two systems have it.

    ``theirs`` None: the portal was not asked. ``asked_as``: the code of the look-up.
    """
    with ledger.write() as connection:
        complete(connection)
        if ours is not None:
            put_record(connection, ours)
        code = asked_as or (ours.code if ours else record(1).code)
        if theirs is Presence.UNKNOWN:
            presence.failed(connection, "dvcqg", [(code, "no answer")], 1)
        elif theirs is not None:
            found = None if theirs is Presence.ABSENT else theirs
            assert found is None or isinstance(found, DossierRecord)
            presence.answered(connection, "dvcqg", [(code, found)], Instant.of(NOW).us)
    done = run(ledger, settings)
    return {count.rule for count in done.counts if count.open}


def both(number: int = 1, **changes: Any) -> tuple[DossierRecord, DossierRecord]:
    """The same old dossier in both systems, with the changes ``os_…`` and ``po_…``."""
    ours = {k.removeprefix("os_"): v for k, v in changes.items() if k.startswith("os_")}
    theirs = {k.removeprefix("po_"): v for k, v in changes.items() if k.startswith("po_")}
    return record(number, **{**OLD, **ours}), record(number, **theirs)

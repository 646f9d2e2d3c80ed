"""What the engine does with exports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from khop.errors import KhopError
from khop.sync.ledger.pauses import given
from khop.sync.operations import Operations
from khop.sync.results import CountrySummary, ExportSummary, Progress
from khop.text.choices import check_moment


class Exports:
    """``Engine.exports``, which makes it. What it needs is loaded when it is asked."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def make(
        self,
        folder: Path,
        *,
        actor: str,
        buckets: int,
        applicant_keys: bool = False,
        reason: str = "",
        force: bool = False,
        progress: Progress | None = None,
    ) -> ExportSummary:
        """Write what cases are made of into a new folder, as Parquet by bucket.

        ``applicant_keys``: with the keys of applicants, which needs a ``reason``; else with marks
        (``exports.manifest.Applicants``). ``force``: in the place of an export that is there.
        ``actor``, ``reason`` and the digest are in the audit log. Raises KhopError.
        """
        from khop.sync.exports.making import Asked
        from khop.sync.exports.manifest import Applicants
        from khop.sync.exports.running import export_ledger

        if applicant_keys and not reason.strip():
            raise KhopError("an export with the keys of applicants needs a reason")
        why = given(reason) if reason.strip() else ""
        asked = Asked(folder.absolute(), given(actor), why, force)
        kind = Applicants.KEYS if applicant_keys else Applicants.MARKS
        return export_ledger(self._operations, asked, buckets, kind, progress)

    def reconcile(
        self,
        remote: str,
        places: Sequence[str],
        now: datetime | None = None,
        *,
        progress: Progress | None = None,
    ) -> CountrySummary:
        """Run the rules over exports on a server of Spark Connect, and bring the findings of their
        provinces in this ledger up to date.

        ``remote``: ``sc://HOST:PORT``. ``places``: folders, as the server reads them. ``now``:
        aware; each province is judged at the moment of its export unless given. The rules,
        numbers and tables are those of this installation. Raises KhopError.
        """
        from khop.sync.exports.running import reconcile_exports

        check_moment("now", now)
        return reconcile_exports(self._operations, remote, places, now, progress)

"""What keeps a paper row the same row from one reading of its file to the next."""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Callable

from khop.connectors.spreadsheets.model import Cell
from khop.mappings.identity import fold_name
from khop.mappings.records import PaperKind, PaperRow
from khop.text.cleaning import fold_label


class RowKeys:
    """Keys of the rows of one file. ``key``: the installation's secret, since what a key is made
    of may be personal."""

    def __init__(self, kind: PaperKind, key: bytes) -> None:
        self._kind = kind
        self._key = key
        self._seen: Counter[bytes] = Counter()

    def base(self, row: PaperRow, name: str, kept: Callable[[], list[Cell]]) -> bytes:
        """What the row is known by. ``name``: of the applicant. ``kept``: gives its cells
        but for those that are filled in later, for a row that nothing else tells apart."""
        told = [row.code] if row.code else self._attributes(row, name)
        parts = told or ["", *map(repr, kept())]
        text = json.dumps([self._kind, *parts], ensure_ascii=True)
        return hmac.digest(self._key, text.encode(), "sha256")

    def count(self, base: bytes) -> int:
        """Which row of this base it is in the file, from 1."""
        self._seen[base] += 1
        return self._seen[base]

    @staticmethod
    def key_of(base: bytes, occurrence: int) -> str:
        """The row's key; equal rows differ by their number."""
        return f"{base.hex()}-{occurrence}" if occurrence > 1 else base.hex()

    def _attributes(self, row: PaperRow, name: str) -> list[str | None]:
        """What identifies a row without a code; empty when that is not enough."""
        unit = fold_label(row.unit_code or row.unit or "")
        if row.number and row.signed_at:
            number = row.number.lstrip("0") or row.number
            day = row.signed_at.local_date.isoformat()
            # Every unit counts its documents from 1.
            return ["document", unit, fold_label(number), fold_label(row.symbol or ""), day]
        who = row.applicant_key or (f"name:{fold_name(name)}" if name else None)
        if who is None:
            return []
        began = row.received_at or row.due_at
        day_begun = began.local_date.isoformat() if began else None
        return ["dossier", unit, row.procedure, who, day_begun]

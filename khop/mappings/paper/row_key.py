"""Keys of paper rows, which stay the same from one reading of a file to the next."""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Callable, Sequence

from khop.connectors.spreadsheets.model import Cell
from khop.mappings.identity import KEY_BYTES, fold_name
from khop.mappings.records import PaperKind, PaperRow
from khop.text.cleaning import fold_label


class RowKeys:
    """Keys of the rows of one file. ``key``: the installation's secret, because keys are made of
    personal data. Of several secrets the first counts, so that rows keep their keys, and with them
    findings and decisions, when a new secret is made."""

    def __init__(self, kind: PaperKind, key: bytes) -> None:
        self._kind = kind
        self._key = key[:KEY_BYTES]
        self._seen: Counter[bytes] = Counter()

    def base(self, row: PaperRow, name: str, kept: Callable[[], list[Cell]]) -> bytes:
        """The base of a row's key. ``name``: of the applicant. ``kept``: gives the cells without
        columns that are filled in later, for a row without identifying values."""
        values = _slip(row) or ([row.code] if row.code else self._attributes(row, name))
        return self.of(values, kept)

    def of(self, values: Sequence[str | None], kept: Callable[[], list[Cell]]) -> bytes:
        """The base of a key made of identifying values, or of ``kept`` where there are none."""
        parts = values or ["", *map(repr, kept())]
        text = json.dumps([self._kind, *parts], ensure_ascii=True)
        return hmac.digest(self._key, text.encode(), "sha256")

    def count(self, base: bytes) -> int:
        """The number of the row among rows of this base in the file, from 1."""
        self._seen[base] += 1
        return self._seen[base]

    @staticmethod
    def key_of(base: bytes, occurrence: int) -> str:
        """The key of a row; rows of equal base differ by their number."""
        return f"{base.hex()}-{occurrence}" if occurrence > 1 else base.hex()

    def _attributes(self, row: PaperRow, name: str) -> list[str | None]:
        """The values that identify a row without a code; empty when they are not enough."""
        unit = fold_label(row.unit_code or row.unit or "")
        if row.number and row.signed_at:
            number = row.number.lstrip("0") or row.number
            day = row.signed_at.local_date.isoformat()
            # Every unit numbers its documents from 1, so the unit is part of the key.
            return ["document", unit, fold_label(number), fold_label(row.symbol or ""), day]
        who = row.applicant_key or (f"name:{fold_name(name)}" if name else None)
        if who is None:
            return []
        began = row.received_at or row.due_at
        day_begun = began.local_date.isoformat() if began else None
        return ["dossier", unit, row.procedure, who, day_begun]


def _slip(row: PaperRow) -> list[str | None]:
    """The values that identify a slip; empty for another row, and where they are not enough."""
    if row.kind is not PaperKind.SLIPS or not (row.form and row.signed_at):
        return []
    day = row.signed_at.local_date.isoformat()
    unit = "" if row.code else fold_label(row.unit_code or row.unit or "")
    about = [
        row.code,
        unit,
        row.form,
        day,
        fold_label(row.number or ""),
        fold_label(row.symbol or ""),
    ]
    return about if row.code or row.number else []

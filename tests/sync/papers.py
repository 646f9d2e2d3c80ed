"""Rows of paper and a source of them, in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from khop.adapters.ports import CheckStep, Health, PaperFile, Role
from khop.errors import ConfigError, RecordError
from khop.mappings.records import PaperKind, PaperRow, Reject
from tests.sync.fakes import FakeSystem, at

CODE = "H99.12-261110-0001"
APPLICANT = "k" * 64

Item = PaperRow | Reject


def logbook_row(number: int, /, **changes: object) -> PaperRow:
    """A row of the logbook that names no dossier, and is like ``fakes.record``."""
    ordinary = PaperRow(
        kind=PaperKind.LOGBOOK,
        row_key=f"key-{number}",
        sheet="Sổ",
        row_number=number + 3,
        unit="UBND xã Mẫu",
        procedure="1.001612",
        applicant_key=APPLICANT,
        applicant_kind="number_12",
        applicant_mask="Nguyễn V. M.",
        received_at=at(10, 9),
    )
    return replace(ordinary, **changes)  # type: ignore[arg-type]


def register_row(number: int, /, **changes: object) -> PaperRow:
    """A row of the register of results that names no dossier."""
    signed = replace(
        logbook_row(number),
        kind=PaperKind.REGISTER,
        received_at=None,
        signed_at=at(16, 0),
        number=str(number),
        symbol="QĐ-UBND",
    )
    return replace(signed, **changes)  # type: ignore[arg-type]


def reject(file: str, number: int, **changes: object) -> Reject:
    """A row whose day cannot be read; ``replay_row`` reads it when ``understands`` is set."""
    bad = Reject(
        field="Ngày tiếp nhận",
        reason="is no day that exists",
        native_id=f"{file}#Sổ!{number + 3}",
        payload={"number": number},
    )
    return replace(bad, **changes)  # type: ignore[arg-type]


@dataclass
class FakePapers(FakeSystem):
    """Files of rows. A file's digest is the digest of its rows."""

    name: str = "logbook"
    role: Role = Role.LOGBOOK
    kind: PaperKind = PaperKind.LOGBOOK
    contents: dict[str, Sequence[Item]] = field(default_factory=dict)
    #: Files that cannot be read, and why.
    broken: dict[str, str] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)
    #: Called before each row.
    on_row: Callable[[Item], None] = lambda item: None
    #: Whether the program can read rows now that it could not read before.
    understands: bool = False

    def files(self) -> Sequence[PaperFile]:
        if "" in self.broken:
            raise ConfigError(self.broken[""])
        return [
            PaperFile(name, hashlib.sha256(repr(rows).encode("utf-8", "replace")).hexdigest())
            for name, rows in sorted(self.contents.items())
        ]

    def rows(self, file: PaperFile) -> Iterator[Item]:
        self.read.append(file.name)
        for item in self.contents[file.name]:
            self.on_row(item)
            yield item
        if file.name in self.broken:
            raise ConfigError(self.broken[file.name])

    def replay_row(self, payload: object) -> PaperRow:
        if not self.understands or not isinstance(payload, dict):
            raise RecordError("Ngày tiếp nhận", "is still no day that exists")
        return logbook_row(int(payload["number"]), code=CODE)

    def check(self) -> Health:
        return Health((CheckStep("read", not self.broken, f"{len(self.contents)} files"),))

"""A ledger of invented dossiers, written directly into SQLite: always the same for the same size.

One dossier in twenty breaks a rule, each rule in turn; as many nearly break one (``planted``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.planted import BREAKS, NEAR, Row
from bench.times import DAY, HOUR, MINUTE, NOW_US
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.ledger.schema import SHARED_TIMES, presence, record_alias, source_record
from khop.sync.privacy import Privacy

ONE_STOP, PORTAL = "igate", "dvcqg"
_BATCH = 20_000


def open_ledger(path: Path) -> Ledger:
    """The ledger of a file, with the key of all these ledgers, which are copied."""
    key = path.with_name("khop.key")
    key.write_text("0" * 64, "ascii")
    ledger = Ledger(f"sqlite:///{path}")
    ledger.use(Privacy(key), lambda: datetime.fromtimestamp(NOW_US / 1e6, UTC))
    return ledger


def make_ledger(path: Path, size: int) -> None:
    """Create the ledger with ``size`` dossiers."""
    create_ledger(f"sqlite:///{path}")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for start in range(0, size, _BATCH):
            connection.execute("BEGIN")
            _write_batch(connection, range(start, min(start + _BATCH, size)))
            connection.execute("COMMIT")
        connection.execute(
            "INSERT INTO cursor (source, whole, complete, surplus) VALUES (?, 0, 1, 0)", (ONE_STOP,)
        )


def _write_batch(connection: sqlite3.Connection, numbers: range) -> None:
    records: list[Row] = []
    answers: list[Row] = []
    for number in numbers:
        more_records, more_answers = _dossier(number)
        records += more_records
        answers += more_answers
    aliases = [(r["source"], r["native_id"], r["alias"]) for r in records if r["alias"]]
    held = [r["code"] for r in answers if r["held"]]
    connection.executemany(insert(source_record.name, _RECORD_COLUMNS), records)
    connection.executemany(insert(presence.name, _ANSWER_COLUMNS), answers)
    connection.executemany(f"INSERT INTO {record_alias.name} VALUES (?, ?, ?)", aliases)
    connection.executemany(_HOLD, [(ONE_STOP, code, code, NOW_US, NOW_US) for code in held])


def ordinary_dossiers(numbers: Iterable[int]) -> Iterator[tuple[int, Row]]:
    """(number, columns) of the dossiers that neither break a rule nor nearly break one."""
    for number in numbers:
        if number == ordinary_number(number):
            yield number, _ordinary(number)[0]


def ordinary_number(number: int) -> int:
    """The number of an ordinary dossier: this one, or the one before it."""
    return number - (number % 20 in (3, 13))


def insert(table: str, columns: tuple[str, ...]) -> str:
    """A statement that inserts a row given by name."""
    values = ", ".join(f":{name}" for name in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"


_RECORD_COLUMNS = tuple(column.name for column in source_record.columns)
_ANSWER_COLUMNS = tuple(column.name for column in presence.columns)
_HOLD = (
    "INSERT INTO quarantine (source, key, code, field, reason, state, first_seen_us, last_seen_us)"
    " VALUES (?, ?, ?, 'dossierStatus', 'is not an object', 'open', ?, ?)"
)


def _dossier(number: int) -> tuple[list[Row], list[Row]]:
    """The records of dossier ``number``, and the portal's answers about its codes."""
    record, answer = _ordinary(number)
    records, answers = [record], [answer]
    if number % 20 == 3:
        plant = BREAKS[number // 20 % len(BREAKS)]
        plant(record, answer)
    elif number % 20 == 13:
        plant = NEAR[number // 20 % len(NEAR)]
        plant(record, answer)
    elif number % 7 == 0:
        answers.append(_filed_online(record, answer))
    elif number % 101 == 0:
        records.append(_stale(record))
    if record["role"] is None:
        records.clear()
    return records, answers


def _ordinary(number: int) -> tuple[Row, Row]:
    received = NOW_US - (4 + number % 700) * DAY - number * 7919 % 36_000 * 1_000_000
    status = (10, 10, 10, 10, 10, 10, 10, 9, 4, 2)[number % 10]
    finished = received + (1 + number % 3) * DAY if status >= 9 else None
    code = _code(number, received)
    shared: Row = {"code": code, "status": status, "status_raw": f"Trạng thái {status}"}
    for name in SHARED_TIMES:
        shared[f"{name}_day"] = 0
    shared["submitted_us"] = received - HOUR
    shared["received_us"] = received
    shared["due_us"] = received + 10 * DAY
    shared["finished_us"] = finished
    shared["returned_us"] = finished + HOUR if finished and status == 10 else None
    record = shared | _ONLY_RECORD | {
        "native_id": f"{number:024x}",
        "changed_us": shared["returned_us"] or finished or received,
        "unit": f"UBND xã Mẫu {number % 120}",
        "unit_code": f"H99.{number % 120:03d}",
        "procedure": f"1.{number % 1800:06d}",
        "channel": 1 + number % 3 % 2,
        "applicant_key": f"{number * 2654435761 % 2**64:064x}",
        "applicant_kind": "number_12",
        "path": ">".join(str(state) for state in _STEPS if state <= status),
        "entered_us": received + 5 * MINUTE, "entered_day": 0,
    }  # fmt: skip
    return record, shared | _ONLY_ANSWER


#: The states of an ordinary dossier, in their order.
_STEPS = (1, 2, 4, 9, 10)
_ONLY_RECORD: Row = {
    "source": ONE_STOP, "role": "one_stop", "alias": None, "no_due": 0,
    "applicant_mask": "Nguyễn V. M.", "fields_lost": "[]", "supplement_us": None,
    "supplement_before_us": None, "supplement_after_us": None, "refused_us": None,
    "withdrawn_us": None, "stopped_us": None, "entered_by": None, "closed_by": None,
    "closed_entered_us": None, "actor_key": None, "actor_default": False,
    "listed_hash": "0" * 32, "history_due": 0, "first_seen_us": NOW_US, "stored_us": NOW_US,
    "unread": None, "change_no": 0, "list_said": None, "detail_said": None, "last_known": None,
}  # fmt: skip
_ONLY_ANSWER: Row = {
    "source": PORTAL, "presence": "present", "unit": "UBND xã Mẫu", "procedure": None,
    "fields_lost": "[]", "checked_us": NOW_US - HOUR, "first_seen_us": NOW_US - 9 * DAY,
    "first_absent_us": None, "asked_us": NOW_US - HOUR, "failure": None, "held": False,
    "unread": None, "ask_us": 0,
}  # fmt: skip


def _code(number: int, received_us: int) -> str:
    day = datetime.fromtimestamp(received_us / 1_000_000, UTC) + timedelta(hours=7)
    return f"H99.{number // 10_000:03d}-{day:%y%m%d}-{number % 10_000:04d}"


def _filed_online(record: Row, answer: Row) -> Row:
    """The portal has the dossier under its own code only, and the one-stop's code is absent."""
    record["alias"] = answer["code"] = record["code"].replace("H99.", "G99.")
    record["channel"] = 2
    absent = dict.fromkeys(f"{name}_us" for name in SHARED_TIMES)
    return answer | absent | {"code": record["code"], "presence": "absent", "status": None}


def _stale(record: Row) -> Row:
    """An older record of the same code, which khop must ignore."""
    return record | {
        "native_id": f"f{record['native_id'][1:]}",
        "status": 1,
        "received_us": None,
        "changed_us": record["changed_us"] - DAY,
    }

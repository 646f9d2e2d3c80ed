"""A ledger of invented dossiers, written straight into SQLite: the same one for the same size.

About one dossier in twenty breaks a rule, each rule in turn. As many come close without breaking
one: look-ups nobody answered, codes in quarantine, times known by day, changes younger than the
grace.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from khop.sync.ledger import create_ledger
from khop.sync.ledger.schema import SHARED_TIMES, presence, record_alias, source_record

#: The run's now: a Friday, 16:00 in Viet Nam.
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ONE_STOP, PORTAL = "igate", "dvcqg"

NOW_US = int(NOW.timestamp()) * 1_000_000
MINUTE = 60 * 1_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_BATCH = 20_000

Row = dict[str, Any]
#: Changes a dossier and what the portal says of it.
Plant = Callable[[Row, Row], None]


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
    """(number, columns) of the dossiers that neither break a rule nor come close."""
    for number in numbers:
        if number == ordinary_number(number):
            yield number, _ordinary(number)[0]


def ordinary_number(number: int) -> int:
    """The number of such a dossier: this one or the one before."""
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
    """The records of dossier ``number`` and what the portal answered about its codes."""
    record, answer = _ordinary(number)
    records, answers = [record], [answer]
    if number % 20 == 3:
        plant = _BREAKS[number // 20 % len(_BREAKS)]
        plant(record, answer)
    elif number % 20 == 13:
        plant = _NEAR[number // 20 % len(_NEAR)]
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
        "path": ">".join(str(state) for state in _STEPS if state <= status),
        "entered_us": received + 5 * MINUTE, "entered_day": 0,
    }  # fmt: skip
    return record, shared | _ONLY_ANSWER


#: The states of a dossier that goes its way.
_STEPS = (1, 2, 4, 9, 10)
_ONLY_RECORD: Row = {
    "source": ONE_STOP, "role": "one_stop", "alias": None, "no_due": 0,
    "applicant_mask": "Nguyễn V. M.", "fields_lost": "[]", "supplement_us": None,
    "supplement_before_us": None, "listed_hash": "0" * 32, "history_due": 0,
    "first_seen_us": NOW_US, "stored_us": NOW_US,
}  # fmt: skip
_ONLY_ANSWER: Row = {
    "source": PORTAL, "presence": "present", "unit": "UBND xã Mẫu", "procedure": None,
    "fields_lost": "[]", "checked_us": NOW_US - HOUR, "first_seen_us": NOW_US - 9 * DAY,
    "first_absent_us": None, "asked_us": NOW_US - HOUR, "failure": None, "held": False,
}  # fmt: skip


def _code(number: int, received_us: int) -> str:
    day = datetime.fromtimestamp(received_us / 1_000_000, UTC) + timedelta(hours=7)
    return f"H99.{number // 10_000:03d}-{day:%y%m%d}-{number % 10_000:04d}"


def _filed_online(record: Row, answer: Row) -> Row:
    """The portal knows the dossier by its own code only; the answer about ours was no."""
    record["alias"] = answer["code"] = record["code"].replace("H99.", "G99.")
    record["channel"] = 2
    absent = dict.fromkeys(f"{name}_us" for name in SHARED_TIMES)
    return answer | absent | {"code": record["code"], "presence": "absent", "status": None}


def _stale(record: Row) -> Row:
    """An older native record of the same code, which must not be heard."""
    return record | {
        "native_id": f"f{record['native_id'][1:]}",
        "status": 1,
        "received_us": None,
        "changed_us": record["changed_us"] - DAY,
    }


# --- dossiers that break a rule -----------------------------------------------------------------


def _both(record: Row, answer: Row, **columns: object) -> None:
    record.update(columns)
    answer.update(columns)


def _open(record: Row, answer: Row) -> None:
    _both(record, answer, status=4, status_raw="Đang xử lý", finished_us=None, returned_us=None)


def _a7(record: Row, answer: Row) -> None:
    _absent(record, answer)


def _a8(record: Row, answer: Row) -> None:
    record["role"] = None


def _b5(record: Row, answer: Row) -> None:
    _open(record, answer)
    answer.update(status=9)


def _b6(record: Row, answer: Row) -> None:
    end = record["received_us"] + DAY
    _both(record, answer, status=9, finished_us=end, returned_us=None)
    answer.update(status=4)


def _b10(record: Row, answer: Row) -> None:
    _open(record, answer)
    _both(record, answer, status=1, received_us=None, due_us=None)


def _b11(record: Row, answer: Row) -> None:
    _open(record, answer)
    answer.update(status=2)


def _c1(record: Row, answer: Row) -> None:
    _open(record, answer)
    _both(record, answer, received_us=None)


def _c2(record: Row, answer: Row) -> None:
    _both(record, answer, status=9, finished_us=None, returned_us=None)


def _c3(record: Row, answer: Row) -> None:
    _open(record, answer)
    _both(record, answer, received_us=NOW_US + 2 * DAY)


def _c4(record: Row, answer: Row) -> None:
    _both(record, answer, status=9, finished_us=NOW_US + 3 * DAY, returned_us=None)


def _c5(record: Row, answer: Row) -> None:
    end = record["received_us"] - DAY
    _both(record, answer, status=9, finished_us=end, returned_us=None)


def _c6(record: Row, answer: Row) -> None:
    _both(record, answer, submitted_us=record["received_us"] + HOUR)


def _c9(record: Row, answer: Row) -> None:
    _both(record, answer, due_us=None)


def _c12(record: Row, answer: Row) -> None:
    answer["received_us"] -= 7 * HOUR - 30 * 1_000_000


def _c14(record: Row, answer: Row) -> None:
    answer["due_us"] += DAY


def _e7(record: Row, answer: Row) -> None:
    _both(record, answer, code=record["code"].replace("-", "/"))


_BREAKS: tuple[Plant, ...] = (
    _a7, _a8, _b5, _b6, _b10, _b11, _c1, _c2, _c3, _c4, _c5, _c6, _c9, _c12, _c14, _e7,
)  # fmt: skip
#: The rules that are compared: those that dossiers here break.
RULE_IDS = tuple(plant.__name__.strip("_").upper() for plant in _BREAKS)


# --- dossiers that come close -------------------------------------------------------------------


def _absent(record: Row, answer: Row) -> None:
    times = dict.fromkeys(f"{name}_us" for name in SHARED_TIMES)
    answer.update(times, presence="absent", status=None, first_absent_us=NOW_US - DAY)


def _unanswered(record: Row, answer: Row) -> None:
    _absent(record, answer)
    answer.update(presence="unknown", checked_us=None, first_absent_us=None, failure="Unreachable")


def _unmapped(record: Row, answer: Row) -> None:
    _absent(record, answer)
    record.update(status=None, status_raw="Chờ ký số liên thông", received_us=None)


def _absent_since_today(record: Row, answer: Row) -> None:
    _open(record, answer)
    _absent(record, answer)
    record.update(received_us=NOW_US - 2 * HOUR, changed_us=NOW_US - HOUR)


def _portal_born(record: Row, answer: Row) -> None:
    _absent(record, answer)
    record.update(alias=record["code"].replace("H99.", "G98."), channel=2)


def _held(record: Row, answer: Row) -> None:
    record["role"] = None
    answer["held"] = True


def _quarter_of_an_hour(record: Row, answer: Row) -> None:
    answer["due_us"] += 15 * MINUTE


def _known_by_day(record: Row, answer: Row) -> None:
    morning = (record["due_us"] + 7 * HOUR) // DAY * DAY - 7 * HOUR
    answer.update(due_us=morning, due_day=1)


def _changed_today(record: Row, answer: Row) -> None:
    _open(record, answer)
    record["changed_us"] = NOW_US - HOUR
    answer.update(status=2)


def _no_limit(record: Row, answer: Row) -> None:
    _both(record, answer, due_us=None)
    record["no_due"] = 1


_NEAR: tuple[Plant, ...] = (
    _unanswered, _unmapped, _absent_since_today, _portal_born, _held, _quarter_of_an_hour,
    _known_by_day, _changed_today, _no_limit,
)  # fmt: skip

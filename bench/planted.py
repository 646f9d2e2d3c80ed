"""Changes that make a dossier break a rule, or nearly break one.

``BREAKS`` are named after their rules. ``NEAR`` are cases that no rule may report: look-ups without
an answer, codes in quarantine, times known by day only, changes younger than the grace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.times import DAY, HOUR, MINUTE, NOW_US
from khop.sync.ledger.schema import SHARED_TIMES

Row = dict[str, Any]
#: Changes a dossier and the portal's answer about it.
Plant = Callable[[Row, Row], None]


def _both(record: Row, answer: Row, **columns: object) -> None:
    record.update(columns)
    answer.update(columns)


def _open(record: Row, answer: Row) -> None:
    _both(record, answer, status=4, status_raw="Đang xử lý", finished_us=None, returned_us=None)


def _absent(record: Row, answer: Row) -> None:
    times = dict.fromkeys(f"{name}_us" for name in SHARED_TIMES)
    answer.update(times, presence="absent", status=None, first_absent_us=NOW_US - DAY)


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


BREAKS: tuple[Plant, ...] = (
    _a7, _a8, _b5, _b6, _b10, _b11, _c1, _c2, _c3, _c4, _c5, _c6, _c9, _c12, _c14, _e7,
)  # fmt: skip
#: The rules that these dossiers break; the benchmark runs no others.
RULE_IDS = tuple(plant.__name__.strip("_").upper() for plant in BREAKS)
NEAR: tuple[Plant, ...] = (
    _unanswered, _unmapped, _absent_since_today, _portal_born, _held, _quarter_of_an_hour,
    _known_by_day, _changed_today, _no_limit,
)  # fmt: skip

"""Rows of a table, packaged or a province's own, read into a dataclass.

A fault names the row (counted from 1) and the key, so that a person can correct the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from khop.errors import ConfigError, RecordError

R = TypeVar("R")

_UNKNOWN = "unexpected_keyword_argument"


def read_rows(kind: type[R], rows: object, key: str) -> tuple[R, ...]:
    """Each of ``rows`` as ``kind``, a dataclass.

    ``key`` is their path in khop.toml, or a file and a table in it. Raises ConfigError when
    ``rows`` is not a list of tables, for unknown and missing keys, and for wrong values.
    """
    if not isinstance(rows, list | tuple):
        raise ConfigError("is not a list of tables; write [[ ]] around its name", key=key)
    return tuple(_read_row(kind, row, f"{key}[{place}]") for place, row in enumerate(rows, 1))


def refuse_twice(names: Iterable[str], key: str) -> None:
    """Raises ConfigError when two rows at ``key`` have one name."""
    seen: set[str] = set()
    for place, name in enumerate(names, 1):
        if name in seen:
            raise ConfigError(f"{name} is written twice; keep one", key=f"{key}[{place}]")
        seen.add(name)


def holds_on(day: date, valid_from: date | None, valid_to: date | None) -> bool:
    """Whether ``day`` lies in the range, which includes both ends; None is an open end.

    Raises RecordError when ``day`` is not a day; a datetime is refused.
    """
    day = plain_day(day)
    return (valid_from is None or valid_from <= day) and (valid_to is None or day <= valid_to)


def plain_day(day: date) -> date:
    """``day`` itself. Raises RecordError for anything else, a datetime too."""
    if not isinstance(day, date) or isinstance(day, datetime):
        raise RecordError("day", "is not a day; take the local date of a moment")
    return day


def refuse_reversed(valid_from: date | None, valid_to: date | None) -> None:
    """Raises ValueError for a range that ends before it begins."""
    if valid_from and valid_to and valid_to < valid_from:
        raise ValueError("valid_to is before valid_from")


@cache
def _reader(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _read_row(kind: Any, row: object, key: str) -> Any:
    if not isinstance(row, dict):
        raise ConfigError("is not a table", key=key)
    try:
        return _reader(kind).validate_python(row)
    except ValidationError as error:
        fault = first_fault(error)
    place = ".".join((key, *map(str, fault["loc"])))
    raise ConfigError(sentence(fault, (field.name for field in fields(kind))), key=place)


def first_fault(error: ValidationError) -> ErrorDetails:
    """The fault to report: an unknown key first, since a misspelled key is also missing."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return min(faults, key=lambda fault: fault["type"] != _UNKNOWN)


def sentence(fault: ErrorDetails, keys: Iterable[str]) -> str:
    """The fault as a sentence; ``keys``: the known keys, for a suggestion."""
    if fault["type"] == "missing":
        return "this key is missing"
    if fault["type"] == _UNKNOWN:
        near = get_close_matches(str(fault["loc"][-1]), list(keys), n=1)
        return f"unknown key; did you mean {near[0]}?" if near else "unknown key"
    return fault["msg"].removeprefix("Value error, ")

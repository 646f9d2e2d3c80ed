"""Rows of a table, packaged or a province's own, read into a dataclass.

An error names the row (counted from 1) and the key, so that a person can correct the file.
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
        failure = first_error(error)
    place = ".".join((key, *map(str, failure["loc"])))
    raise ConfigError(sentence(failure, (field.name for field in fields(kind))), key=place)


def first_error(error: ValidationError) -> ErrorDetails:
    """The error to report: an unknown key first, since a misspelled key is also missing."""
    failures = error.errors(include_url=False, include_input=False, include_context=False)
    return min(failures, key=lambda failure: failure["type"] != _UNKNOWN)


def sentence(failure: ErrorDetails, keys: Iterable[str]) -> str:
    """The error as a sentence; ``keys``: the known keys, for a suggestion."""
    if failure["type"] == "missing":
        return "this key is missing"
    if failure["type"] == _UNKNOWN:
        near = get_close_matches(str(failure["loc"][-1]), list(keys), n=1)
        return f"unknown key; did you mean {near[0]}?" if near else "unknown key"
    return failure["msg"].removeprefix("Value error, ")

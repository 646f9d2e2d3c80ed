"""The grammar of codes: a versioned table of shapes, to which a province adds its own rows.

``data/code_grammar.toml`` lists the shapes of dossier codes, of organisation codes and of procedure
codes (docs/domain.md, Codes). Patterns and names of parts are in that file only, not in code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from pydantic import ConfigDict

from khop.errors import ConfigError
from khop.mappings.facts.packaged import load_table
from khop.mappings.facts.rows import holds_on, read_rows, refuse_reversed, refuse_twice


class Order(StrEnum):
    """Where an organisation code has its level-1 code: ``OLD`` last, ``NEW`` first."""

    OLD = "old"
    NEW = "new"
    EITHER = "either"


#: Names of parts by kind of code; the first of each is required.
_PARTS = {
    "dossier": ("serial", "unit", "date"),
    "organisation": ("level1", "level2", "level3", "level4", "below"),
    "procedure": ("base", "authority", "case"),
}
_DATE_FORMATS = ("yyMMdd", "yyyyMMdd", "ddMMyy", "ddMMyyyy")
# Escapes of letters, look-arounds, named groups and possessive quantifiers differ between RE2,
# PostgreSQL and re, or are missing in one of them.
_UNPORTABLE = re.compile(r"\\[0-9A-Za-z]|\(\?(?!:)|[*+?}]\+")


@dataclass(frozen=True, slots=True)
class CodeShape:
    """One shape of code.

    ``pattern`` matches a canonical code from end to end, and ``parts`` names its groups in order.
    ``date_format`` is the form of the part ``date`` (a year of two digits is of this century).
    ``made_up_serial`` is the number of digits of a serial that only a machine gives out.
    ``longest`` is the most characters the code may have. ``issued_by`` is the legal text, or who
    uses it. ``valid_from`` and ``valid_to`` are the first and the last day on which such codes
    are given out, None where not known.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    id: str
    name: str
    pattern: str
    parts: tuple[str, ...]
    source: str
    order: Order | None = None
    date_format: str | None = None
    made_up_serial: int | None = None
    longest: int | None = None
    issued_by: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a row that cannot be used."""
        refuse_reversed(self.valid_from, self.valid_to)
        _check_pattern(self.pattern, len(self.parts))
        if "date" in self.parts and self.date_format not in _DATE_FORMATS:
            raise ValueError(f"date_format must be one of {', '.join(_DATE_FORMATS)}")

    def read(self, code: str) -> Mapping[str, str] | None:
        """The parts of a canonical code, "" for one left out; None when the shape does not fit."""
        if self.longest is not None and len(code) > self.longest:
            return None
        match = re.fullmatch(self.pattern, code)
        return match and dict(zip(self.parts, match.groups(""), strict=True))

    def day(self, digits: str) -> date | None:
        """The day that ``digits`` mean in a code of this shape; None when they are no day."""
        form = self.date_format or ""
        if len(digits) != len(form) or not (digits.isascii() and digits.isdecimal()):
            return None
        year, month, day = (
            "".join(digit for sign, digit in zip(form, digits, strict=True) if sign == part)
            for part in "yMd"
        )
        try:
            return date(int(f"20{year}"[-4:]), int(month), int(day))
        except ValueError:
            return None

    def given_out_on(self, day: date | None) -> bool:
        """Whether such codes may have been given out on ``day``; True for None."""
        return day is None or holds_on(day, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True, eq=False)
class CodeGrammar:
    """All shapes, in the order in which they are tried."""

    dossier: tuple[CodeShape, ...]
    organisation: tuple[CodeShape, ...]
    procedure: tuple[CodeShape, ...]


def readings(
    shapes: tuple[CodeShape, ...], code: str
) -> Iterator[tuple[CodeShape, Mapping[str, str]]]:
    """Each shape that fits a canonical code, with the parts it gives."""
    for shape in shapes:
        parts = shape.read(code)
        if parts is not None:
            yield shape, parts


@cache
def packaged_grammar() -> CodeGrammar:
    """The packaged shapes."""
    table = load_table("code_grammar")
    return CodeGrammar(**{kind: _read(kind, table[kind], kind) for kind in _PARTS})


def code_grammar(own: Mapping[str, object], *, key: str = "codes") -> CodeGrammar:
    """The packaged shapes and a province's own, which are tried first.

    ``own`` has lists of rows under ``dossier``, ``organisation`` and ``procedure``, as in
    khop.toml. A row with the id of a packaged one replaces it. ``key`` is the path of ``own`` for
    messages. Raises ConfigError.
    """
    if not isinstance(own, Mapping):
        raise ConfigError("is not a table", key=key)
    if unknown := sorted(str(kind) for kind in own if kind not in _PARTS):
        raise ConfigError(
            f"unknown key; write one of {', '.join(_PARTS)}", key=f"{key}.{unknown[0]}"
        )
    packaged = packaged_grammar()
    return CodeGrammar(
        **{
            kind: _merged(_read(kind, own.get(kind, ()), f"{key}.{kind}"), getattr(packaged, kind))
            for kind in _PARTS
        }
    )


def _read(kind: str, rows: object, key: str) -> tuple[CodeShape, ...]:
    shapes = read_rows(CodeShape, rows, key)
    refuse_twice((shape.id for shape in shapes), key)
    for place, shape in enumerate(shapes, 1):
        _check_parts(kind, shape, f"{key}[{place}]")
    return shapes


def _merged(own: tuple[CodeShape, ...], packaged: tuple[CodeShape, ...]) -> tuple[CodeShape, ...]:
    replaced = {shape.id for shape in own}
    return own + tuple(shape for shape in packaged if shape.id not in replaced)


def _check_parts(kind: str, shape: CodeShape, key: str) -> None:
    names = _PARTS[kind]
    if not set(shape.parts) <= set(names) or len(set(shape.parts)) < len(shape.parts):
        raise ConfigError(f"name each of {', '.join(names)} once at most", key=f"{key}.parts")
    if names[0] not in shape.parts:
        raise ConfigError(f"needs the part {names[0]}", key=f"{key}.parts")
    if kind == "organisation" and shape.order not in (Order.OLD, Order.NEW):
        raise ConfigError('write "old" or "new"', key=f"{key}.order")


def _check_pattern(pattern: str, parts: int) -> None:
    if not pattern.startswith("^") or not pattern.endswith("$") or pattern.endswith(r"\$"):
        raise ValueError("the pattern must begin with ^ and end with $")
    if _UNPORTABLE.search(pattern):
        raise ValueError(r"the pattern may use [...], (...), (?:...), | and counts, no \d or (?=")
    try:
        groups = re.compile(pattern).groups
    except (re.error, OverflowError, RecursionError):
        raise ValueError("the pattern is no regular expression") from None
    if groups != parts:
        raise ValueError(f"the pattern has {groups} groups, parts names {parts}")

"""Columns of a case that need the calendar or the code shapes: working days, parts of the code."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from khop.mappings.codes.grammar import CodeShape
from khop.mappings.time.calendar import FIRST_DAY, LAST_DAY, WorkingCalendar
from khop.text.local_time import DAY_US, LOCAL_OFFSET_US

#: The table ``day``: a local day as days since 1970, how it is written, and its number among the
#: working days (``WorkingCalendar.ord``).
DAY = pa.schema([("day", pa.int64()), ("ymd", pa.string()), ("ord", pa.int64())])

#: Columns from which others are made; no case has them in the end.
CODE_COLUMNS = ("code_said",)

#: First character of ``code_said``: a serial as machines make it up, or any other.
_MADE_UP, _GIVEN_OUT = "M", "-"

_EPOCH = date(1970, 1, 1)
#: Times of a case whose working day rules use.
DATED = (
    *("os_received", "os_entered", "os_due", "os_supplement", "os_supplement_after"),
    *("os_withdrawn", "lb_received"),
)


@lru_cache(maxsize=4)
def day_table(calendar: WorkingCalendar) -> pa.Table:
    """All days of the calendar, as the table ``day``. A time outside of it has no working day."""
    ords = calendar.all_ords()
    days = range(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1)
    return pa.table(
        {
            "day": [day - _EPOCH.toordinal() for day in days],
            "ymd": [date.fromordinal(day).isoformat().replace("-", "") for day in days],
            "ord": ords,
        },
        schema=DAY,
    )


def code_columns(cases: ir.Table, shapes: tuple[CodeShape, ...]) -> ir.Table:
    """The cases with ``code_said``: what the code says by its shape; null for an unknown shape.

    "M" when the serial has the length that machines make up, else "-"; then the date as yyyyMMdd.
    Of several shapes that fit, the first one that was in use on the code's own date is taken. It
    is one column, because the database matches a pattern again for every column made from it.
    """
    fits = [(_fits(cases.code, shape), shape, _said(cases.code, shape)) for shape in shapes]
    branches = [(holds & _in_force(cases.code, shape), said) for holds, shape, said in fits]
    branches += [(holds, said) for holds, shape, said in fits if _dated(shape)]
    said = ibis.cases(*branches) if branches else ibis.null("string")
    return cases.mutate(code_said=said)


def working_days(cases: ir.Table, days: ir.Table) -> ir.Table:
    """The cases with the working-day numbers of their times, as ``os_received_ord``, and
    ``code_ord`` (of the date in the code); ``code_known``: the code has one of the shapes;
    ``code_made_up``: its serial has the length that machines make up."""
    found = cases
    for name in DATED:
        numbers = days.select(**{f"{name}_date": "day", f"{name}_ord": "ord"})
        day = (cases[f"{name}_us"] + LOCAL_OFFSET_US) // DAY_US
        found = found.left_join(numbers, day == numbers[f"{name}_date"])
    numbers = days.select(code_ymd="ymd", code_ord="ord")
    found = found.left_join(numbers, cases.code_said.substr(1) == numbers.code_ymd)
    kept = [name for name in cases.columns if name not in CODE_COLUMNS]
    return found.select(
        *kept,
        *(f"{name}_ord" for name in (*DATED, "code")),
        code_known=found.code_said.notnull(),
        code_made_up=found.code_said.startswith(_MADE_UP),
    )


def _fits(code: ir.StringValue, shape: CodeShape) -> ir.BooleanValue:
    fits = code.re_search(_pattern(shape))
    return fits if shape.longest is None else fits & (code.length() <= shape.longest)


def _said(code: ir.StringValue, shape: CodeShape) -> ir.StringValue:
    date = ibis.coalesce(_ymd(code, shape), "")
    if shape.made_up_serial is None:
        return ibis.literal(_GIVEN_OUT) + date
    made_up = _part(code, shape, "serial").length() == shape.made_up_serial
    return ibis.ifelse(made_up, _MADE_UP, _GIVEN_OUT) + date


def _dated(shape: CodeShape) -> bool:
    return shape.valid_from is not None or shape.valid_to is not None


def _in_force(code: ir.StringValue, shape: CodeShape) -> ir.BooleanValue:
    """The shape was in use on the code's date; true also where the code has no date."""
    ymd, known = _ymd(code, shape), ibis.literal(True)
    if shape.valid_from is not None:
        known = known & (ymd >= f"{shape.valid_from:%Y%m%d}")
    if shape.valid_to is not None:
        known = known & (ymd <= f"{shape.valid_to:%Y%m%d}")
    return ibis.coalesce(known, True) if _dated(shape) else known


def _ymd(code: ir.StringValue, shape: CodeShape) -> ir.StringValue:
    """The date of a code of this shape as yyyyMMdd; null for a shape without one."""
    form = shape.date_format
    if form is None or "date" not in shape.parts:
        return ibis.null("string")
    digits = _part(code, shape, "date")
    if not form.startswith("y"):
        year, month, day = (digits.substr(form.index(s), form.count(s)) for s in ("y", "M", "d"))
        digits = year + month + day
    return digits if form.count("y") == 4 else ibis.literal("20") + digits


def _part(code: ir.StringValue, shape: CodeShape, name: str) -> ir.StringValue:
    return code.re_extract(_pattern(shape), shape.parts.index(name) + 1)


def _pattern(shape: CodeShape) -> str:
    return f"^(?:{shape.pattern[1:-1]})$"

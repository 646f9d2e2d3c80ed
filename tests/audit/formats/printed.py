"""How small a sheet becomes when a spreadsheet program prints it."""

from __future__ import annotations

from typing import Any

_A4_LANDSCAPE = 11.69  # inches
_DOTS = 96  # pixels of an inch on the screen at 100 %


def printed_scale(sheet: Any) -> float:
    """The scale at which a worksheet (parsed XML) is one page of A4 wide; at most 1.

    A width in a file is in characters of 7 pixels, its margin of 5 pixels included.
    """
    margins = sheet.find(".//{*}pageMargins")
    width = _A4_LANDSCAPE - float(margins.get("left")) - float(margins.get("right"))
    columns = sum(
        float(each.get("width")) * (int(each.get("max")) - int(each.get("min")) + 1)
        for each in sheet.findall(".//{*}cols/{*}col")
    )
    return min(1.0, width * _DOTS / (columns * 7))

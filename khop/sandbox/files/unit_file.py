"""The file of the province's units: the present ones, and one that merged into another."""

from __future__ import annotations

import json
from collections.abc import Iterator

from khop.sandbox.world.register import DEPARTMENTS, PREDECESSOR, Register, Unit

_MERGED = "2025-07-01"
_LAST_DAY = "2025-06-30"


def units_text(register: Register) -> str:
    """TOML with ``[[unit]]`` and ``[[relation]]``."""
    return "\n".join(_lines(register))


def _lines(register: Register) -> Iterator[str]:
    for unit in register.units:
        yield from _unit(unit, 1 if unit.index < DEPARTMENTS else 3)
    yield from _unit(PREDECESSOR, 1)
    yield f"valid_to = {_LAST_DAY}"
    yield "\n[[relation]]"
    yield f'from = "{PREDECESSOR.native_id}"'
    yield f'to = "{register.units[0].native_id}"'
    yield f'kind = "merge"\neffective = {_MERGED}\n'


def _unit(unit: Unit, level: int) -> Iterator[str]:
    yield "\n[[unit]]"
    yield f'id = "{unit.native_id}"'
    # a JSON string is a TOML string
    yield f"name = {json.dumps(unit.name, ensure_ascii=False)}"
    yield f'codes = ["{unit.code}"]'
    yield f"level = {level}"

"""Plans as JSON: what ``khop plan --out`` wrote, read again."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from khop.errors import ConfigError
from khop.sync.results import Plan

#: Levels of a plan's JSON are four; deeper ones are of something else.
_LONGEST_PLACE = 60


def plan_from_json(data: Any) -> Plan:
    """A plan as ``as_json`` wrote it. Raises ConfigError, one sentence, when it is none."""
    try:
        text = json.dumps(data)
        return _plans().validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))[:_LONGEST_PLACE]
        detail = f" ({where}: {first['msg'].lower()})" if where else ""
    except (TypeError, ValueError, RecursionError):
        detail = ""
    raise ConfigError(
        f"this file is no plan of this version of khop{detail}; "
        "make one with `khop plan --out FILE`"
    )


@cache
def _plans() -> TypeAdapter[Plan]:
    return TypeAdapter(Plan)

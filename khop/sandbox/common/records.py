"""Records that clients send: reading them, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from khop.loopback import Request


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with a record. ``kind``: of the violation; ``where``: the field; ``refused``:
    the system does not accept the record."""

    kind: str
    where: str
    refused: bool = True


def missing_fields(record: Mapping[str, Any], names: Iterable[str]) -> Iterator[Defect]:
    """A defect for each field that is missing, null or empty text."""
    for name in names:
        if record.get(name) in (None, ""):
            yield Defect("missing_field", name)


def objects_in(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects in the list of that name; none if it is no list."""
    value = record.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def json_object(request: Request) -> dict[str, Any] | None:
    """The body as a JSON object, or None."""
    body = request.json()
    return body if isinstance(body, dict) else None

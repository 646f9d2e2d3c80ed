"""Results as JSON: one way for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any, ClassVar

#: Types that JSON has too, and that most values are of.
_PLAIN = frozenset({str, int, float, bool, type(None)})


class Result:
    """A dataclass that can be shown as JSON: its fields by name, in their order.

    ``json_names``: the attributes shown, where a class shows properties too. A field with the
    metadata ``json`` is shown under that name.
    """

    __slots__ = ()

    json_names: ClassVar[tuple[str, ...]] = ()

    def as_json(self) -> dict[str, Any]:
        """A mapping of JSON values with stable names."""
        own = fields(self)  # type: ignore[arg-type]
        names = {field.name: field.metadata.get("json", field.name) for field in own}
        shown = self.json_names or names
        return {names.get(name, name): to_json(getattr(self, name)) for name in shown}


class OfSubject(Result):
    """A result about a dossier or a row of paper. ``subject``: the code unless given."""

    __slots__ = ()

    subject: str
    code: str | None

    def __post_init__(self) -> None:
        if not self.subject and self.code is not None:
            object.__setattr__(self, "subject", self.code)


def to_json(value: Any) -> Any:
    """A tree of results, mappings and collections as JSON values.

    Enums by value, days and times as ISO 8601.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Result):
        return value.as_json()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {to_json(key): to_json(item) for key, item in value.items()}
    if isinstance(value, Collection) and not isinstance(value, str | bytes):
        return [to_json(item) for item in value]
    return value

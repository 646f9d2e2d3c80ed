"""The form of the fields that differ between answers of iGate (docs/systems/igate.md).

The bits of a dossier select its forms, so that its answer is always the same. A deployment may
have one form for all dossiers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Names = Literal["text", "array", "english_first"]
Translate = Literal["object", "array", "english_first"]
Tasks = Literal["array", "two", "object", "null", "absent"]
Person = Literal["text", "number", "plus84"]
Birthday = Literal["utc", "local", "absent"]

_TRANSLATE: tuple[Translate, ...] = ("array", "english_first", "object", "object")
_SECTOR: tuple[Names, ...] = ("array", "text", "text", "text")
_AGENCY: tuple[Names, ...] = ("english_first", "text", "text", "text")
_STATUS: tuple[Names, ...] = ("array", *("text",) * 7)
_TASK_STATUS: tuple[Names, ...] = ("english_first", "text", "text", "array")
_CURRENT: tuple[Tasks, ...] = ("two", *("array",) * 4, "object", "null", "absent")
_PERSON: tuple[Person, ...] = ("text", "number", "plus84", *("text",) * 5)


@dataclass(frozen=True, slots=True)
class Shapes:
    """The form of each field for all dossiers; None: selected by the bits of each dossier.

    ``person``: identity and phone number as text, as numbers without leading zeros, or the phone
    with +84. ``birthday``: local midnight in UTC, which is on the day before, or in local time.
    ``task``: the form of a history with one step. ``odd``: references, dates and keys in the forms
    of ``odd_forms``.
    """

    translate: Translate | None = None
    sector_name: Names | None = None
    agency_name: Names | None = None
    status_name: Names | None = None
    task_status_name: Names | None = None
    current_task: Tasks | None = None
    task: Literal["array", "object"] | None = None
    person: Person | None = None
    birthday: Birthday | None = None
    odd: bool = False

    def translate_of(self, bits: int) -> Translate:
        return self.translate or _TRANSLATE[bits >> 10 & 3]

    def sector_of(self, bits: int) -> Names:
        return self.sector_name or _SECTOR[bits >> 13 & 3]

    def agency_of(self, bits: int) -> Names:
        return self.agency_name or _AGENCY[bits >> 2 & 3]

    def status_of(self, bits: int) -> Names:
        return self.status_name or _STATUS[bits >> 4 & 7]

    def task_status_of(self, bits: int) -> Names:
        return self.task_status_name or _TASK_STATUS[bits >> 29 & 3]

    def current_of(self, bits: int) -> Tasks:
        return self.current_task or _CURRENT[bits >> 17 & 7]

    def task_of(self, bits: int) -> Literal["array", "object"]:
        return self.task or ("object" if bits >> 26 & 1 else "array")

    def person_of(self, bits: int) -> Person:
        return self.person or _PERSON[bits >> 27 & 7]

    def birthday_of(self, bits: int, *, detail: bool) -> Birthday:
        if self.birthday is not None:
            return self.birthday
        if not detail and bits >> 27 & 7 != 3:
            return "absent"
        return "local" if bits >> 6 & 3 == 0 else "utc"


def named(form: Names, vietnamese: str, english: str) -> str | list[dict[str, object]]:
    """A name as text, or as an array with languages 228 Vietnamese and 46 English."""
    if form == "text":
        return vietnamese
    both: list[dict[str, object]] = [
        {"languageId": 228, "name": vietnamese},
        {"languageId": 46, "name": english},
    ]
    return both[::-1] if form == "english_first" else both

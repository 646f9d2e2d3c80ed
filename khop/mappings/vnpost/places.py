"""The post's own numbers of places, from a configured table and never computed.

They are not the numbers of the statistics office, and a district's number does not begin with its
province's (docs/systems/vnpost.md): 70 is TP Hồ Chí Minh, and 7270 one of its districts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from khop.errors import ConfigError, RecordError
from khop.mappings.facts.packaged import load_table
from khop.mappings.identity import fold_name

_PARTS = re.compile(r"[,;\n]")
_DASH = re.compile(r"\s?[-–]\s?")


@dataclass(frozen=True, slots=True)
class Place:
    """A place by the post's numbers. ``district`` is 0 when it is not known."""

    province: int
    province_name: str = ""
    district: int = 0
    district_name: str = ""


class PlaceTable:
    """``provinces``: name to number; several names may share one. ``districts``: a name, or
    ``Province/District``, to number; the second form where a name is not unique.

    Raises ConfigError when two spellings of one name have different numbers.
    """

    def __init__(
        self, provinces: Mapping[str, int], districts: Mapping[str, int], *, key: str = ""
    ) -> None:
        self._provinces = _folded(provinces, f"{key}.provinces")
        self._districts = _folded(districts, f"{key}.districts")

    def of_address(self, address: str, field: str) -> Place:
        """The place of an address, by its last parts. Raises RecordError when the province at its
        end has no number."""
        parts = _parts(address)
        if parts and fold_place(parts[-1]) not in self._provinces:
            # Names of provinces may contain a dash, so a known name is not split at it.
            parts = parts[:-1] + _DASH.split(parts[-1])
        province = self._provinces.get(fold_place(parts[-1])) if parts else None
        if province is None:
            raise RecordError(
                field, "ends with no province that the table of the post's numbers has"
            )
        district = self._district(fold_place(parts[-1]), parts[:-1])
        return Place(province, parts[-1], *district)

    def _district(self, province: str, parts: list[str]) -> tuple[int, str]:
        """The district is the part before the province; new addresses have none."""
        if not parts:
            return 0, ""
        name = fold_place(parts[-1])
        found = self._districts.get(f"{province}/{name}", self._districts.get(name))
        return (found, parts[-1]) if found else (0, "")


def fold_place(name: str) -> str:
    """The name of a place for comparison: folded, without the word for its kind."""
    folded = _DASH.sub("-", fold_name(name))
    kinds = map(fold_name, load_table("vnpost_orders")["places"]["kinds"])
    for kind in sorted(kinds, key=len, reverse=True):
        if folded.startswith(f"{kind} "):
            return folded.removeprefix(f"{kind} ").strip()
        if kind.endswith(".") and folded.startswith(kind):
            return folded.removeprefix(kind).strip()
    return folded


def _parts(address: str) -> list[str]:
    country = set(map(fold_name, load_table("vnpost_orders")["places"]["country"]))
    parts = (part.strip(" .") for part in _PARTS.split(address))
    return [part for part in parts if part and fold_name(part) not in country]


def _folded(table: Mapping[str, int], key: str) -> dict[str, int]:
    read: dict[str, int] = {}
    for name, number in table.items():
        folded = "/".join(fold_place(part) for part in name.split("/"))
        if read.setdefault(folded, number) != number:
            raise ConfigError("is written twice with different numbers", key=f"{key}.{name}")
    return read

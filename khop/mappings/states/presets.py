"""Status tables of known systems, chosen by name (``data/status_presets.toml``).

Two tables of public code contradict each other for the same keys, so the deployment chooses a
table, and khop never does.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from khop.errors import ConfigError
from khop.mappings.facts.packaged import load_table
from khop.mappings.records import Status
from khop.text.cleaning import fold_label


@dataclass(frozen=True, slots=True)
class StatusPreset:
    """A system's states as the portal's ten, with their source.

    ``defaults``: tables ``by_id`` and ``by_name``, as ``StatusTable`` takes them.
    ``without_state``: keys (folded) of the system that have no state of the portal.
    ``sends``: the states that its province sends to the portal as another one.
    """

    name: str
    about: str
    source: str
    defaults: Mapping[str, Any]
    without_state: frozenset[str]
    sends: Mapping[Status, Status]

    def sent_as(self, status: Status) -> Status:
        """The state that is sent to the portal for a dossier in ``status``."""
        return self.sends.get(status, status)

    def has_no_state(self, written: str) -> bool:
        """Whether the id or label is known to have no state of the portal."""
        return fold_label(written) in self.without_state


def status_preset_names() -> tuple[str, ...]:
    """The names of all presets, in the order of the table."""
    return tuple(name for name, _ in _rows())


def status_preset(name: str, *, key: str = "status.preset") -> StatusPreset:
    """The preset of that name.

    Raises ConfigError, naming ``key`` and the most similar name, when there is none.
    """
    for known, row in _rows():
        if known == name:
            return _preset(name, row)
    close = difflib.get_close_matches(str(name), status_preset_names(), n=1)
    hint = f"did you mean {close[0]}?" if close else f"write {', '.join(status_preset_names())}"
    raise ConfigError(f"is not a table khop has; {hint}", key=key)


def _rows() -> Iterator[tuple[str, Mapping[str, Any]]]:
    table = load_table("status_presets")
    return ((name, row) for name, row in table.items() if isinstance(row, Mapping))


def _preset(name: str, row: Mapping[str, Any]) -> StatusPreset:
    keys = row.get("by_key", {})
    return StatusPreset(
        name=name,
        about=row["about"],
        source=row["source"],
        defaults=load_table(row["table"]) if "table" in row else {"by_id": keys, "by_name": keys},
        without_state=frozenset(map(fold_label, row.get("without_state", ()))),
        sends=MappingProxyType(
            {Status(int(held)): Status(sent) for held, sent in row.get("sends", {}).items()}
        ),
    )

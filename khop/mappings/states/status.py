"""Code lists of a source, mapped to khop's: states and channels.

A table has the packaged defaults of its system and the deployment's overrides from khop.toml. A
look-up tries in this order: overridden id, overridden name, default id, default name, default part
of a name. So ids come before names, and no default hides an override. A status preset
(``states/presets.py``) replaces the defaults: a label that it does not know stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Generic, TypeVar

from khop.errors import ConfigError
from khop.mappings.facts.packaged import load_table
from khop.mappings.records import Channel, Status
from khop.mappings.states.presets import status_preset
from khop.text.cleaning import fold_label

C = TypeVar("C", bound=IntEnum)

_Key = tuple[type, int | str | None, str | None]
#: The most (id, name) pairs that are cached; a deployment has some dozens.
_REMEMBERED = 2048


class CodeTable(Generic[C]):
    """One code list. ``by_id`` and ``by_name`` are the overrides, ``defaults`` a packaged table.

    ``key`` is the path of the overrides in khop.toml, which a ConfigError names.
    """

    kind: type[C]
    what: str

    def __init__(
        self,
        by_id: Mapping[int | str, int] | Mapping[int, int] | Mapping[str, int],
        by_name: Mapping[str, int],
        *,
        defaults: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> None:
        known = defaults or {}
        self._layers = (
            (self._read(by_id, _fold_id, f"{key}.by_id"), _by_id),
            (self._read(by_name, fold_label, f"{key}.by_name"), _by_name),
            (self._read(known.get("by_id", {}), _fold_id, "by_id"), _by_id),
            (self._read(known.get("by_name", {}), fold_label, "by_name"), _by_name),
        )
        self._parts = self._read(known.get("by_part", {}), fold_label, "by_part")
        self._seen: dict[_Key, C | None] = {}

    def lookup(self, id: int | str | None, name: str | None) -> C | None:
        """The code that the source's id or label means; None when no table knows it."""
        # ``True`` equals 1 but is no id, so the type is part of the key.
        asked = (id.__class__, id, name)
        try:
            return self._seen[asked]
        except KeyError:
            pass
        found = self._find(_fold_id(id), fold_label(name or ""))
        if len(self._seen) < _REMEMBERED:
            self._seen[asked] = found
        return found

    def _find(self, id: str, name: str) -> C | None:
        for table, wanted in self._layers:
            if found := table.get(wanted(id, name)):
                return found
        return next((code for part, code in self._parts.items() if part in name), None)

    def _read(self, table: Mapping[Any, Any], fold: Any, key: str) -> dict[str, C]:
        read: dict[str, C] = {}
        if not isinstance(table, Mapping):
            raise ConfigError("is not a table of the source's ids or labels", key=key.lstrip("."))
        for written, value in table.items():
            where = f"{key}.{written}".lstrip(".")
            folded = fold(str(written)) if isinstance(written, int | str) else ""
            code = self._code(value, where)
            if not folded:
                raise ConfigError("write the source's id or label as the key", key=where)
            if read.setdefault(folded, code) is not code:
                raise ConfigError("is written twice with different meanings; keep one", key=where)
        return read

    def _code(self, value: Any, where: str) -> C:
        choices = ", ".join(str(int(code)) for code in self.kind)
        if isinstance(value, int) and not isinstance(value, bool):
            try:
                return self.kind(value)
            except ValueError:
                pass
        raise ConfigError(f"is not {self.what}; write one of {choices}", key=where)


class StatusTable(CodeTable[Status]):
    """A source's states -> the portal's ten."""

    kind = Status
    what = "one of the portal's states"


class ChannelTable(CodeTable[Channel]):
    """A source's filing channels -> counter, online, post."""

    kind = Channel
    what = "a channel (1 counter, 2 online, 3 post)"

    def names_post(self, name: str) -> bool:
        """Whether a label contains a name of the public post."""
        folded = fold_label(name)
        return any(code is Channel.POST and part in folded for part, code in self._parts.items())


def igate_statuses(
    by_id: Mapping[str, int],
    by_name: Mapping[str, int],
    *,
    preset: str | None = None,
    key: str = "status",
) -> StatusTable:
    """iGate's states, or those of a preset, with a deployment's overrides. Raises ConfigError."""
    return preset_statuses("igate" if preset is None else preset, by_id, by_name, key=key)


def preset_statuses(
    preset: str, by_id: Mapping[str, int], by_name: Mapping[str, int], *, key: str = "status"
) -> StatusTable:
    """The states of a known system by its name, with overrides. Raises ConfigError."""
    chosen = status_preset(preset, key=f"{key}.preset")
    return StatusTable(by_id, by_name, defaults=chosen.defaults, key=key)


def igate_channels(
    by_id: Mapping[str, int], by_name: Mapping[str, int], *, key: str = "channel"
) -> ChannelTable:
    """iGate's applyMethod with a deployment's overrides. Raises ConfigError."""
    return ChannelTable(by_id, by_name, defaults=load_table("igate_channel"), key=key)


def portal_statuses(
    by_id: Mapping[str, int],
    by_name: Mapping[str, int],
    *,
    preset: str | None = None,
    key: str = "status",
) -> StatusTable:
    """The portal's states, or those of a preset, with overrides. Raises ConfigError."""
    return preset_statuses("dvcqg" if preset is None else preset, by_id, by_name, key=key)


def portal_channels(
    by_id: Mapping[str, int], by_name: Mapping[str, int], *, key: str = "channel"
) -> ChannelTable:
    """The portal's KenhThucHien with overrides. Raises ConfigError."""
    return ChannelTable(by_id, by_name, defaults=load_table("dvcqg_channel"), key=key)


def _by_id(id: str, name: str) -> str:
    return id


def _by_name(id: str, name: str) -> str:
    return name


def _fold_id(id: int | str | None) -> str:
    """An id as text; ``4``, ``"4"`` and ``"04"`` are equal."""
    text = "" if id is None else fold_label(str(id))
    return str(int(text)) if text.isdecimal() and len(text) < 10 else text

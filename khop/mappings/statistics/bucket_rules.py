"""Which states and channels form II.06a counts where (``data/statistics.toml``).

A deployment replaces lists where its province counts otherwise: a system that keeps state 8 open
leaves it out of ``ended`` (docs/domain.md, States).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import cache
from typing import Any

from khop.errors import ConfigError
from khop.mappings.facts.packaged import load_table
from khop.mappings.records import Channel, Status


@dataclass(frozen=True, slots=True)
class BucketRules:
    """The lists of ``data/statistics.toml``, which explains each."""

    never_counted: frozenset[Status]
    before_reception: frozenset[Status]
    ended: frozenset[Status]
    on_time: frozenset[Status]
    in_process: frozenset[Status]
    online: frozenset[Channel]


def bucket_rules(
    overrides: Mapping[str, object] | None = None, *, key: str = "report"
) -> BucketRules:
    """The packaged rules with a deployment's lists over them.

    ``overrides`` has the shape of the packaged table: ``states.ended = [3, 7, 9, 10]``. Raises
    ConfigError, naming the path under ``key``.
    """
    if overrides is None:
        return _packaged()
    lists = _lists(overrides, key)
    merged = {f.name: lists.get(f.name, getattr(_packaged(), f.name)) for f in fields(BucketRules)}
    rules = BucketRules(**merged)
    if rules.on_time - rules.ended:
        raise ConfigError(
            "names a state that is not among ended; add it there", key=f"{key}.states.on_time"
        )
    if rules.in_process & rules.ended:
        raise ConfigError(
            "names a state that is among ended; keep it in one", key=f"{key}.states.in_process"
        )
    return rules


@cache
def _packaged() -> BucketRules:
    table = load_table("statistics")
    shown = {name: table[name] for name in ("states", "channels")}
    return BucketRules(**_lists(shown, "report"))


_KINDS: Mapping[str, type[IntEnum]] = {"states": Status, "channels": Channel}
_PLACES = {f.name: "channels" if f.name == "online" else "states" for f in fields(BucketRules)}


def _lists(tables: object, key: str) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for part, lists in _table(tables, key).items():
        if part not in _KINDS:
            raise ConfigError(f"is not known; write {' or '.join(_KINDS)}", key=f"{key}.{part}")
        for name, values in _table(lists, f"{key}.{part}").items():
            where = f"{key}.{part}.{name}"
            if name == "source":
                continue
            if _PLACES.get(name) != part:
                lists = ", ".join(name for name, place in _PLACES.items() if place == part)
                raise ConfigError(f"is not a list khop has; write one of {lists}", key=where)
            read[name] = _codes(_KINDS[part], values, where)
    return read


def _codes(kind: type[IntEnum], values: object, where: str) -> frozenset[IntEnum]:
    if not isinstance(values, list):
        raise ConfigError("is not a list of codes such as [3, 9, 10]", key=where)
    known = [int(code) for code in kind]
    for value in values:
        if not isinstance(value, int) or isinstance(value, bool) or value not in known:
            choices = ", ".join(map(str, known))
            raise ConfigError(f"holds {value!r}, which is no code; write {choices}", key=where)
    return frozenset(map(kind, values))


def _table(value: object, key: str) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise ConfigError("is not a table", key=key)

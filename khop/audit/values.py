"""Values of a finding in a person's words: labels, names of states, times in Viet Nam time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from khop.text.local_time import LOCAL
from khop.text.safe_display import plain
from khop.text.words import Words

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
#: Separator between the states of a path (khop.mappings.states.histories).
_PATH_SEPARATOR = ">"
#: Fields whose values have names in the sentences of reports.
_NAMED_FIELDS = (
    "status",
    "channel",
    "presence",
    "kind",
    "role",
    "verdict",
    "reasons",
    "matched_by",
    "state",
)


def local_time(text: str) -> datetime | None:
    """The ISO 8601 moment ``text`` in Viet Nam time, without a zone; None when it is no moment.

    A moment without a zone is taken for UTC.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(LOCAL).replace(tzinfo=None)


def in_minutes(text: str) -> str:
    """The ISO 8601 moment ``text`` as ``dd/MM/yyyy HH:mm``."""
    moment = local_time(text)
    return f"{moment:%d/%m/%Y %H:%M}" if moment else text


def event_time(text: str | None) -> datetime | date | None:
    """An ISO 8601 day as a day, a moment as one in Viet Nam time without a zone."""
    if text is None:
        return None
    return date.fromisoformat(text) if _DAY.fullmatch(text) else local_time(text)


def show_time(text: str) -> str:
    """An ISO 8601 day or moment as ``dd/MM/yyyy HH:mm:ss``; any other text as it is."""
    if _DAY.fullmatch(text):
        try:
            return f"{date.fromisoformat(text):%d/%m/%Y}"
        except ValueError:
            return text
    moment = local_time(text) if _MOMENT.fullmatch(text) else None
    return f"{moment:%d/%m/%Y %H:%M:%S}" if moment else text


def label(key: str, words: Words) -> str:
    """The name of a case's column (``os_received_at``: side and field) or of a field alone."""
    prefix, _, rest = key.partition("_")
    side = words.get(f"side.{prefix}", "")
    base = (rest if side else key).removesuffix("_at").removesuffix("_us")
    name = words.get(f"field.{base}", base.replace("_", " "))
    return f"{side}: {name}" if side else name


def show_value(key: str, value: Any, words: Words) -> str:
    """One value as a person reads it. Control characters of foreign text are removed."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return words("truth.true" if value else "truth.false")
    if isinstance(value, Mapping):
        return describe(value, words)
    if key == "unread":
        return ", ".join(label(name, words) for name in value) or "–"
    if isinstance(value, list | tuple):
        return ", ".join(show_value(key, item, words) for item in value) or "–"
    text = plain(str(value))
    if key == "path" or key.endswith("_path"):
        # "?" stands for several states at one moment, whose order is not known.
        names = {"?": words("report.unknown_step")}
        states = text.split(_PATH_SEPARATOR)
        return " → ".join(names.get(state) or _named("status", state, words) for state in states)
    for kind in _NAMED_FIELDS:
        if key == kind or key.endswith(f"_{kind}"):
            return _named(kind, text, words)
    return show_time(text) if isinstance(value, str) else text


def _named(kind: str, text: str, words: Words) -> str:
    name = words.get(f"{kind}.{text}", "")
    if not name:
        return text
    return f"{text} {name}" if text.isdigit() else name


def describe(values: Mapping[str, Any], words: Words) -> str:
    """``label = value`` of each value that is not empty, in the given order."""
    return "; ".join(
        f"{plain(label(key, words))} = {show_value(key, value, words)}"
        for key, value in values.items()
        if value is not None and value != ""
    )


def describe_all(rows: Iterable[Mapping[str, Any]], words: Words) -> str:
    """Several rows of evidence on one line."""
    return " | ".join(describe(row, words) for row in rows)

"""Values of JSON objects whose keys and types differ between servers."""

from __future__ import annotations

from collections.abc import Mapping


def lower_keys(body: object) -> dict[str, object]:
    """The object with its keys in lower case; {} for any other value."""
    if not isinstance(body, Mapping):
        return {}
    return {str(key).strip().casefold(): value for key, value in body.items()}


def bare_keys(body: object) -> dict[str, object]:
    """The object with its keys in lower case and without underscores; {} for any other value."""
    if not isinstance(body, Mapping):
        return {}
    return {str(key).strip().replace("_", "").casefold(): value for key, value in body.items()}


def text_of(value: object) -> str:
    """A text or an integer as text; "" for any other value."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def first_text(fields: Mapping[str, object], *names: str) -> str:
    """The first of these fields that is no empty text; "" where there is none."""
    return next(filter(None, (text_of(fields.get(name)) for name in names)), "")

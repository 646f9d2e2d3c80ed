"""The files that khop.toml names, and those that belong to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from khop.adapters.settings import Secret
from khop.config.model import Config

_SQLITE = "sqlite:///"


def files_of(config: Config) -> set[Path]:
    """The ledger, the key, secrets, tables, certificates, and the files, folders and patterns that
    sources read."""
    # the folder of [daemon] is one that khop writes reports into
    fields = type(config).model_fields.keys() - {"base_dir", "daemon"}
    found = {config.base_dir / path for name in fields for path in _paths(getattr(config, name))}
    url = config.ledger_url
    if url.startswith(_SQLITE):
        ledger = Path(url.removeprefix(_SQLITE))
        ends = ("", "-wal", "-shm", "-journal")
        found |= {ledger.with_name(f"{ledger.name}{end}") for end in ends}
    return found


def secrets_of(value: object, key: str = "") -> Iterator[tuple[str, Secret]]:
    """The secrets in settings, each with its key in khop.toml."""
    if isinstance(value, Secret):
        yield key, value
    for name, inner in _parts(value):
        yield from secrets_of(inner, f"{key}.{name}" if key else name)


def texts_of(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """The texts in settings, each with its key in khop.toml."""
    if isinstance(value, str):
        yield key, value
    for name, inner in _parts(value):
        yield from texts_of(inner, f"{key}.{name}" if key else name)


def _paths(value: object) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    if isinstance(value, Secret) and value.file is not None:
        yield Path(value.file)
    for _, inner in _parts(value):
        yield from _paths(inner)


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, BaseModel):
        yield from ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, Mapping):
        yield from ((str(name), inner) for name, inner in value.items())
    elif isinstance(value, tuple | list):
        yield from ((str(number), inner) for number, inner in enumerate(value))

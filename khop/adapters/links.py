"""The page of a dossier for people, as a pattern of khop.toml."""

from __future__ import annotations

from string import Formatter
from typing import Annotated
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, Field, field_validator

_NAMES = frozenset({"code", "native_id"})


class DossierPages(BaseModel):
    """The keys of a source whose dossiers have pages for people."""

    dossier_url: Annotated[
        str | None,
        Field(
            description="Page of one dossier for people, such as "
            "https://motcua.example.vn/dossier/{native_id}; {code} is its code."
        ),
    ] = None

    @field_validator("dossier_url")
    @classmethod
    def _leads_to_one_dossier(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            _check_address(pattern)
            if not _names(pattern):
                raise ValueError("it names no dossier: write {code} or {native_id} into it")
        return pattern


def dossier_link(pattern: str, *, code: str | None, native_id: str | None) -> str | None:
    """The page of one dossier; None when a value of the pattern is not known."""
    known = {"code": code, "native_id": native_id}
    values = {name: known[name] for name in _names(pattern)}
    if not all(values.values()):
        return None
    return pattern.format_map({name: quote(str(v), safe="") for name, v in values.items()})


def _check_address(pattern: str) -> None:
    parts = urlsplit(pattern)
    if parts.scheme not in ("http", "https") or not parts.hostname or "{" in parts.netloc:
        raise ValueError("write the whole address, such as https://host.example.vn/dossier/{code}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address must not hold a user or a password")
    if not pattern.isprintable() or " " in pattern:
        raise ValueError("an address holds no blank")


def _names(pattern: str) -> set[str]:
    """The placeholders of a pattern. Raises ValueError for an unknown one."""
    found = set()
    for _, name, form, conversion in Formatter().parse(pattern):
        if name is None:
            continue
        if name not in _NAMES or form or conversion:
            raise ValueError("only {code} and {native_id} may be in braces")
        found.add(name)
    return found

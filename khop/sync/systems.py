"""The systems of an installation: its adapters, by name, by port and by role."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from khop.adapters.links import DossierPages
from khop.adapters.ports import (
    Adapter,
    CatalogueSource,
    CodeSource,
    DossierLookup,
    DossierSink,
    DossierSource,
    EvidenceLookup,
    EvidenceSource,
    PaperSource,
    Role,
    WindowSource,
)
from khop.config.adapters import check_source
from khop.config.model import Config
from khop.errors import ConfigError
from khop.sync.ledger import paper_rows
from khop.text.choices import check_words
from khop.text.logs import Log

log = Log(__name__)

_PULLED = (CodeSource, DossierLookup, DossierSource, EvidenceLookup, EvidenceSource, PaperSource)
#: Prefix of the source names of imported files. khop.toml does not name these sources.
IMPORTED = "import_"


class Systems:
    """The adapters that were built, and the sources that are configured."""

    def __init__(self, config: Config, adapters: Sequence[Adapter]) -> None:
        self.all = tuple(adapters)
        self._settings = config.sources
        self._roles = {adapter.name: adapter.role for adapter in adapters} | {
            name: source.role for name, source in config.sources.items()
        }

    def close(self) -> None:
        """Give back connections. An adapter that fails at it does not keep the others from it."""
        for adapter in self.all:
            try:
                adapter.close()
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - an adapter may raise anything
                log.warning("adapter_not_closed", source=adapter.name, error=type(error).__name__)

    def of_port(self, port: type[Any]) -> list[Any]:
        """The adapters that fill a port."""
        return of_port(self.all, port)

    def chosen(self, names: Sequence[str]) -> Sequence[Adapter]:
        """The adapters of these names; all for no name. Raises ConfigError for another name."""
        check_words("sources", names)
        known = {adapter.name: adapter for adapter in self.all}
        for name in names:
            check_source(name, known)
        return [known[name] for name in names] if names else self.all

    def lookup(self) -> DossierLookup | None:
        """The system that is asked about dossier codes."""
        return next(iter(self.of_port(DossierLookup)), None)

    def sink(self) -> DossierSink | None:
        """The system that dossiers are pushed to."""
        return next(iter(self.of_port(DossierSink)), None)

    def source_names(self, connection: sa.Connection) -> list[str]:
        """Names of the sources whose records are compared: configured sources and imported files.
        A source removed from khop.toml is left out."""
        imported = paper_rows.sources_named(connection, IMPORTED)
        return sorted({*self._roles, *imported})

    def roles(self, connection: sa.Connection) -> dict[str, str | None]:
        """The role of each source whose records are compared; None for an imported file."""
        return {name: self._roles.get(name) for name in self.source_names(connection)}

    def one_stops(self) -> list[str]:
        """The names of the sources that are one-stops."""
        return sorted(name for name, role in self._roles.items() if role is Role.ONE_STOP)

    def dossier_pages(self) -> dict[str, str]:
        """Patterns of the addresses of dossiers, by the source that has such pages."""
        return {
            name: source.dossier_url
            for name, source in self._settings.items()
            if isinstance(source, DossierPages) and source.dossier_url is not None
        }

    def check_imported(self, adapters: Sequence[Adapter]) -> None:
        """Raises ConfigError for the name of an imported file that would not count, or that is
        the name of a configured source."""
        for name in (adapter.name for adapter in adapters):
            if name in self._settings:
                raise ConfigError(
                    f"{name} is a source of khop.toml; import under another name", key="sources"
                )
            if not name.startswith(IMPORTED):
                raise ConfigError(
                    f"imported files need a name that begins with {IMPORTED}; {name} does not"
                )


def of_port(adapters: Sequence[Adapter], port: type[Any]) -> list[Any]:
    """The adapters among these that fill a port."""
    return [adapter for adapter in adapters if isinstance(adapter, port)]


def readable(adapters: Sequence[Adapter]) -> dict[str, frozenset[str]]:
    """For each source what can be read of it: ``pull``, ``sweep`` (a list that is asked by dates),
    ``traverse`` (a list that is read to its end), ``catalogue``."""
    return {adapter.name: frozenset(_kinds_of(adapter)) for adapter in adapters}


def _kinds_of(adapter: Adapter) -> Iterator[str]:
    if isinstance(adapter, _PULLED):
        yield "pull"
    if isinstance(adapter, WindowSource):
        yield "sweep"
    if isinstance(adapter, DossierSource):
        yield "traverse"
    if isinstance(adapter, CatalogueSource):
        yield "catalogue"


def pulls_of(adapters: Sequence[Adapter]) -> list[str]:
    """The leases of pulling these: one for each system."""
    return [f"pull:{adapter.name}" for adapter in adapters]

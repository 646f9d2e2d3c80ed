"""What all of the engine stands on: the ledger, the adapters, the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from khop.adapters.ports import (
    Adapter,
    DossierSink,
)
from khop.config.domain_tables import Tables
from khop.config.model import Config
from khop.errors import ConfigError
from khop.sync.ledger import Ledger
from khop.sync.ledger import paper_rows as paper
from khop.sync.privacy import Privacy
from khop.sync.reconciling.rules.settings import check_rules
from khop.sync.runs import Run, running

#: What the names of sources begin with that are no part of khop.toml: files that were imported.
IMPORTED = "import_"


class EngineBase:
    """The engine's parts and how they are given back."""

    def __init__(
        self,
        config: Config,
        ledger: Ledger,
        privacy: Privacy,
        tables: Tables,
        adapters: Sequence[Adapter],
        clock: Callable[[], datetime],
    ) -> None:
        self.config = config
        self.ledger = ledger
        self._privacy = privacy
        self.tables = tables
        self._adapters = tuple(adapters)
        self._roles = {adapter.name: adapter.role for adapter in adapters} | {
            name: source.role for name, source in config.sources.items()
        }
        self._clock = clock
        check_rules(config)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back connections."""
        for adapter in self._adapters:
            adapter.close()
        self.ledger.close()

    def _chosen(self, names: Sequence[str]) -> Sequence[Adapter]:
        known = {adapter.name: adapter for adapter in self._adapters}
        missing = [name for name in names if name not in known]
        if missing:
            raise ConfigError(
                f"there is no source {', '.join(missing)}; configured: {', '.join(known)}"
            )
        return [known[name] for name in names] if names else self._adapters

    def _sink(self) -> DossierSink | None:
        return next(iter(of_port(self._adapters, DossierSink)), None)

    def _sources(self) -> list[str]:
        with self.ledger.read() as connection:
            imported = paper.sources_named(connection, IMPORTED)
        return sorted({*self._roles, *imported})

    def _run(self, kind: str, now: datetime | None = None) -> AbstractContextManager[Run]:
        return running(self.ledger, kind, self._clock, now)


def of_port(adapters: Sequence[Adapter], port: type[Any]) -> list[Any]:
    return [adapter for adapter in adapters if isinstance(adapter, port)]

"""An installed khop whose process can be killed before or after any commit or call."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Adapter
from khop.config.domain_tables import Tables
from khop.config.model import Config, Province
from khop.config.repair import RepairPolicy, RepairSettings
from khop.sync.engine import Engine
from khop.sync.ledger import Lease, Ledger, create_ledger
from khop.sync.privacy import Privacy, ensure_key
from tests.sync.fakes import FakeClock

#: The name of the file that holds an installation's secret.
KEY = "khop.key"
#: The fixture ``build_engine``: an engine over these adapters.
Build = Callable[..., Engine]


@cache
def tables() -> Tables:
    """The packaged tables; made once, because making the calendar is slow."""
    return Tables()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger with a key beside it. It is copied, because making one is slow."""
    folder = tmp_path_factory.mktemp("template")
    create_ledger(f"sqlite:///{folder / 'khop.db'}")
    ensure_key(folder / KEY)
    return folder / "khop.db"


class Killed(SystemExit):
    """The process was killed: no ``except`` and no clean-up may run after it."""


@dataclass
class Fuse:
    """Kills the process at the n-th instant from now: before or after a commit or a call."""

    left: int | None = None
    dead: bool = False
    #: Called at the kill.
    on_kill: Callable[[], None] = lambda: None

    def instant(self) -> None:
        if self.dead:
            raise Killed
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.dead = True
            self.on_kill()
            raise Killed


class MortalLedger(Ledger):
    """A ledger whose process may be killed just before or just after a commit."""

    def __init__(self, path: Path, fuse: Fuse) -> None:
        super().__init__(f"sqlite:///{path}")
        self._fuse = fuse

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[sa.Connection]:
        if self._fuse.dead:
            raise Killed
        with super().write(lease) as connection:
            yield connection
            self._fuse.instant()
        self._fuse.instant()


@dataclass
class SeesLedger:
    """A system that checks what is in the ledger when it is called."""

    ledger: Ledger | None = None


class Installation:
    """An installed khop: a ledger, a key, an engine over adapters. It can be killed, and starts
    again from what was on the disk then."""

    def __init__(
        self,
        folder: Path,
        template: Path,
        clock: FakeClock,
        fuse: Fuse,
        *adapters: Adapter,
        policies: Sequence[RepairPolicy] = (),
    ) -> None:
        self._repair = RepairSettings(max_share=1.0, policy=tuple(policies))
        self._folder = folder
        self._adapters = adapters
        self._clock = clock
        self._fuse = fuse
        self._names = map("khop-{}.db".format, count())
        self._path = folder / next(self._names)
        self._left = self._path
        shutil.copy(template, self._path)
        shutil.copy(template.with_name(KEY), folder / KEY)
        fuse.on_kill = self._freeze
        self._open()

    @property
    def files(self) -> list[Path]:
        """The files of the ledger."""
        return [path for path in _parts(self._path) if path.exists()]

    def restart(self) -> None:
        """Start again after a kill: leases have expired, the ledger is what was on the disk."""
        self.close()
        self._path = self._left
        self._fuse.left, self._fuse.dead = None, False
        self._clock.advance(minutes=6)
        self._open()

    def twin(self) -> Engine:
        """An engine on a copy of the ledger; the caller closes it."""
        target = self._folder / next(self._names)
        with self.ledger.write():  # no other writer during the copy
            _copy(self._path, target)
        return self._engine(Ledger(f"sqlite:///{target}"))

    def close(self) -> None:
        self.engine.close()

    def _open(self) -> None:
        self.ledger = MortalLedger(self._path, self._fuse)
        for adapter in self._adapters:
            if isinstance(adapter, SeesLedger):
                adapter.ledger = self.ledger
        self.engine = self._engine(self.ledger)

    def _engine(self, ledger: Ledger) -> Engine:
        config = Config(
            province=Province(name="Tỉnh Mẫu", code="H99"),
            base_dir=self._folder,
            sources={},
            repair=self._repair,
        )
        privacy = Privacy(self._folder / KEY)
        return Engine(config, ledger, privacy, tables(), self._adapters, self._clock)

    def _freeze(self) -> None:
        self._left = self._folder / next(self._names)
        _copy(self._path, self._left)


def _parts(path: Path) -> list[Path]:
    return [path, path.with_name(f"{path.name}-wal")]


def _copy(path: Path, target: Path) -> None:
    """Copy the file before its log: the log holds all pages that were moved into the file since."""
    for there, copied in zip(_parts(path), _parts(target), strict=True):
        if there.exists():
            shutil.copy(there, copied)

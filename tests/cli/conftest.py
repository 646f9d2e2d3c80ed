"""Fixtures: the command line over an engine in memory."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import khop.config.adapters
import khop.sync.opening
from khop.cli.main import main
from khop.config.adapters import GROUP, AdapterTypes
from tests import paths
from tests.cli.fakes import FakeEngine, Finished, Run

ROOT = paths.ROOT

CONFIG = """
[province]
name = "Tỉnh Mẫu"
code = "H99"
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command line in an empty folder, in English, without the environment of the machine."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "KHOP_CONFIG", "KHOP_DEBUG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run_command(*args: str) -> Finished:
        code = main(args)
        captured = capsys.readouterr()
        return Finished(code, captured.out, captured.err)

    return run_command


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> AdapterTypes:
    """The adapters that pyproject.toml declares, installed or not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    points = {
        name: frozenset({EntryPoint(name, value, GROUP)})
        for name, value in sorted(project["entry-points"][GROUP].items())
    }
    types = AdapterTypes(points)
    monkeypatch.setattr(khop.config.adapters, "adapter_types", lambda: types)
    return types


@pytest.fixture
def engine(
    monkeypatch: pytest.MonkeyPatch, declared: AdapterTypes, tmp_path: Path
) -> Callable[..., FakeEngine]:
    """Puts a fake engine with these answers behind the command line, and writes a khop.toml."""

    def put(**answers: object) -> FakeEngine:
        fake = FakeEngine(answers)

        @contextmanager
        def opened(
            config: object,
            types: object,
            *,
            sources: Sequence[str] | None = None,
            accept_clock: bool = False,
        ) -> Iterator[FakeEngine]:
            fake.sources, fake.accepts_clock = sources, accept_clock
            yield fake

        monkeypatch.setattr(khop.sync.opening, "open_engine", opened)
        (tmp_path / "khop.toml").write_text(CONFIG, "utf-8")
        return fake

    return put

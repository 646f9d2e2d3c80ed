"""Jobs that start a program of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from khop.config.load import load_config
from khop.daemon import jobs
from khop.daemon.jobs import Surroundings
from khop.daemon.tasks import tasks_of
from khop.sync.opening import open_engine, prepare_ledger
from khop.sync.results import NoProgress
from tools.repository import adapters

CONFIG = (
    '[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n[daemon]\nwork_folder = "việc của đơn vị"\n'
    '[ledger]\nurl = "sqlite:///khop.db"\n'
)


def test_the_workbooks_may_be_written_into_the_folder_that_khop_toml_names(tmp_path: Path) -> None:
    path = tmp_path / "khop.toml"
    path.write_text(CONFIG, "utf-8")
    config = load_config(path, adapters())
    prepare_ledger(config)
    given = Surroundings(
        config,
        path,
        lambda sources: open_engine(config, adapters(), sources=sources),
        lambda: datetime.now(UTC),
        NoProgress(),
        lambda: False,
    )
    done = jobs.run(tasks_of(config, {})["work"], given)
    assert done.error is None
    assert done.summary == {"folder": str(tmp_path / "việc của đơn vị")}

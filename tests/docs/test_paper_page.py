"""docs/paper.md says what khop reads of paper."""

from __future__ import annotations

import re
from pathlib import Path

import khop
from khop.config.load import load_config
from khop.mappings.paper.days import read_time
from khop.mappings.paper.meanings import READ_COLUMNS
from khop.sync.ledger import create_ledger
from khop.sync.privacy import ensure_key
from khop.text.translation import translator
from tests.docs.pages import blocks, read
from tools.repository import adapters


def test_the_example_of_paper_is_read_as_its_page_says(tmp_path: Path) -> None:
    page, engine = read("docs/paper.md"), _paper_engine(tmp_path)
    logbook = tmp_path / "so-theo-doi.csv"
    steps = blocks(page, "text")[0].splitlines()
    with engine:
        (checked,) = engine.check()
        assert [step["detail"] for step in checked.steps[1:]] == steps
        (first,) = engine.pull().sources
        (bad,) = engine.quarantine()
        logbook.write_text(logbook.read_text("utf-8").replace("31/02", "30/11"), "utf-8")
        (mended,) = engine.pull().sources
        assert engine.quarantine() == []
        logbook.write_text("".join(logbook.read_text("utf-8").splitlines(True)[:5]), "utf-8")
        (withdrawn,) = engine.pull().sources
    parts = [part.as_json() for part in (first, mended, withdrawn)]
    assert [part["stored"] for part in parts] == [2, 1, 0]
    assert [part["deleted"] for part in parts] == [0, 0, 3]
    assert [part["quarantined"] for part in parts] == [1, 0, 0]
    assert f"`{bad.native_id}`" in page
    assert f"*{bad.field}: {bad.reason}*" in page
    vietnamese, translated = read("docs/paper.vi.md"), translator("vi")
    assert list(map(translated, steps)) == blocks(vietnamese, "text")[0].splitlines()
    assert f"{bad.field}: {translated(bad.reason or '')}" in " ".join(vietnamese.split())


def _paper_engine(folder: Path) -> khop.Engine:
    """The engine of the example of the page of paper, in this folder."""
    page = read("docs/paper.md")
    config = f'[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n{blocks(page, "toml")[0]}'
    (folder / "khop.toml").write_text(config, "utf-8")
    (folder / "so-theo-doi.csv").write_text(blocks(page, "csv")[0], "utf-8")
    ensure_key(folder / "khop.key")
    create_ledger(f"sqlite:///{folder / 'khop.db'}")
    return khop.open_engine(load_config(folder / "khop.toml", adapters()), adapters())


def test_the_example_rows_of_paper_store_no_personal_data(tmp_path: Path) -> None:
    with _paper_engine(tmp_path) as engine:
        engine.pull()
        shown = engine.show("H99.18.03-261110-0001")
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("khop.db*"))
    assert shown is not None
    assert [row["unit"] for row in shown.paper] == ["UBND xã Mẫu 3"]
    assert "Nguyễn V. M.".encode() in kept
    for name in ("Nguyễn Văn Mẫu", "Trần Thị Mẫu", "01/02/1990"):
        assert name.encode() not in kept


def test_every_day_that_the_page_of_paper_shows_is_read() -> None:
    (item,) = re.findall(
        r"^- \*\*Days\*\*(.*?)^- ", read("docs/paper.md"), re.DOTALL | re.MULTILINE
    )
    days = re.findall(r"`([^`]+)`", item)
    moments = [read_time(day, "received") for day in days]
    assert len(moments) > 4
    assert {moment.local_date.isoformat() for moment in moments if moment} == {"2026-11-10"}


def test_the_page_of_paper_names_every_column_that_is_read() -> None:
    table = read("docs/paper.md").split("| Meaning | Column |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([a-z_]+)`", table)) == READ_COLUMNS

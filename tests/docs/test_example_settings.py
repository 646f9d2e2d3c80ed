"""The examples of khop.toml on the pages load."""

from __future__ import annotations

import tomllib
from pathlib import Path

from khop.config.load import load_config
from khop.config.own_tables import OwnTables
from khop.sync.reconciling.rules.checks import check_rules
from tests.docs.pages import blocks, every_page, read
from tools.repository import adapters


@every_page
def test_every_piece_of_configuration_is_toml(page: Path) -> None:
    for block in blocks(page.read_text("utf-8"), "toml"):
        assert tomllib.loads(block)


def test_the_example_configuration_loads(tmp_path: Path) -> None:
    path = tmp_path / "khop.toml"
    path.write_text(blocks(read("docs/configuration.md"), "toml")[0], "utf-8")
    config = load_config(path, adapters())
    assert {source.adapter for source in config.sources.values()} == set(adapters())


def test_the_examples_on_the_tables_page_load(tmp_path: Path) -> None:
    """The examples of tables.md are pieces of khop.toml, but for the file of units."""
    files = {
        "units.toml": next(b for b in blocks(read("docs/tables.md"), "toml") if "[[unit]]" in b),
        "procedures.csv": _csv_block("procedure,"),
        "sessions.csv": _csv_block("unit,"),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    path, seen = tmp_path / "khop.toml", set()
    for block in blocks(read("docs/tables.md"), "toml"):
        if block != files["units.toml"] and "[sources." not in block:
            path.write_text(f'[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n{block}', "utf-8")
            load_config(path, adapters())
            seen |= set(tomllib.loads(block))
    assert seen == set(OwnTables.model_fields)


def test_the_settings_on_the_rules_page_load(tmp_path: Path) -> None:
    path, seen = tmp_path / "khop.toml", set()
    for block in blocks(read("docs/rules.md"), "toml"):
        path.write_text(f'[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n{block}', "utf-8")
        check_rules(load_config(path, adapters()))
        seen |= set(tomllib.loads(block)["rules"])
    assert {"numbers", "exceptions", "outages", "migrations"} <= seen


def test_the_settings_on_the_operate_page_load(tmp_path: Path) -> None:
    page, seen = blocks(read("docs/configuration.md"), "toml")[0], set()
    for block in blocks(read("docs/operate.md"), "toml"):
        raw = tomllib.loads(block)
        text = page + block
        if "sources" in raw:
            (line,) = [line for line in block.splitlines() if line.startswith("dossier_url")]
            text = page.replace('role = "one_stop"', f'role = "one_stop"\n{line}')
        (tmp_path / "khop.toml").write_text(text, "utf-8")
        config = load_config(tmp_path / "khop.toml", adapters())
        check_rules(config)
        seen |= set(raw)
    assert {"notices", "sources"} <= seen


def _csv_block(start: str) -> str:
    return next(b for b in blocks(read("docs/tables.md"), "csv") if b.startswith(start))

"""A khop.toml with tables of the domain, and the files beside it."""

from __future__ import annotations

from pathlib import Path

from khop.config.domain_tables import Tables
from khop.config.load import load_config
from khop.config.model import Config

PROVINCE = '[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n'
UNITS = """
[[unit]]
id = "huyen-a"
name = "UBND huyện A"
codes = ["000.00.31.H99"]
level = "huyện"

[[unit]]
id = "xa-b"
name = "UBND xã B"
valid_from = 2025-07-01

[[relation]]
from = "huyen-a"
to = "xa-b"
kind = "merge"
effective = 2025-07-01
"""


def load(folder: Path, text: str, **files: str) -> Config:
    """The configuration with ``text`` in it and the files beside it, by their names."""
    for name, inside in files.items():
        stem, _, ending = name.rpartition("_")
        (folder / f"{stem}.{ending}").write_text(inside, "utf-8")
    path = folder / "khop.toml"
    path.write_text(PROVINCE + text, "utf-8")
    return load_config(path, {})


def tables(folder: Path, text: str, **files: str) -> Tables:
    return Tables.of(load(folder, text, **files))

"""Units and relations as TOML and as CSV, and the two forms read from a folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from khop.mappings.units.files import load_units
from khop.mappings.units.history import UnitHistory

MERGED, EVE = date(2025, 7, 1), date(2025, 6, 30)

TOML = """
source = "catalogue of the Office"

[[unit]]
id = "huyen-a"
name = "UBND huyện  A"
codes = ["000.00.31.H99", "CNA"]
level = 2
valid_to = 2025-06-30

[[unit]]
id = "xa-b"
name = "UBND xã B"
codes = ["H99.242"]
level = "xã"
statistics_code = "00004"
valid_from = 2025-07-01
source = "NQ 1/NQ-UBTVQH15"

[[relation]]
from = "huyen-a"
to = ["xa-b"]
kind = "transfer"
effective = 2025-07-01
procedures = ["1.012784.H99"]
legal_basis = "NĐ 118/2025"
"""

UNITS = """\
Định danh;Tên đơn vị;Mã đơn vị;Cấp;Mã thống kê;Từ ngày;Đến hết ngày;Nguồn
huyen-a;UBND huyện A;000.00.31.H99|CNA;huyện;;;30/06/2025;
;;;;;;;
xa-b;UBND xã B;H99.242;3;00004;1/7/2025;;NQ 1/NQ-UBTVQH15
"""
RELATIONS = """\
from,to,kind,effective,procedures,legal_basis
huyen-a,xa-b,Chuyển nhiệm vụ,2025-07-01,1.012784.H99,NĐ 118/2025
"""


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding)
    return path


def of_toml(folder: Path, text: str) -> UnitHistory:
    return load_units(written(folder, "units.toml", text))


def of_csv(folder: Path, units: str, relations: str | None = None) -> UnitHistory:
    second = None if relations is None else written(folder, "relations.csv", relations)
    return load_units(written(folder, "units.csv", units), second)

"""Files that are no evidence of one dossier, from real files into the ledger and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from khop.adapters.files import paper
from khop.adapters.ports import AdapterType, PaperSource
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import (
    count_row,
    discrepancy,
    feedback_row,
    ministry_row,
    quarantine,
    rating_row,
    report_row,
)
from tests.adapters.files.tables import context
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock
from tests.sync.installation import Build
from tests.sync.reading.paper_ledger import only_paper, table_rows

LEDGERS = BOTH

REPORT = """Đơn vị báo cáo: UBND xã Mẫu 3,,,,
(Từ ngày 01/11/2026 đến ngày 30/11/2026),,,,
STT,Lĩnh vực,Tổng số hồ sơ đã giải quyết,Trước hạn,Đúng hạn
1,Hộ tịch,8,4,4
2,Đất đai,nhiều,,
Tổng cộng,,12,6,6
"""

COUNTS = """Đơn vị: UBND xã Mẫu 3,,,
STT,Ngày,Mã TTHC,Số việc
1,10/11/2026,2.000815,12
2,11/11/2026,2.000815,nhiều
3,11/11/2026,2.000884,1.200
Tổng cộng,,,1.216
"""
FEEDBACK = """STT,Mã PAKN,Ngày tiếp nhận,Ngày trả lời,Mã hồ sơ,Nội dung,Người gửi
1,PA-26-001,10/02/2026,20/02/2026,H99.18.03-260201-0001,Chậm trả kết quả,Nguyễn Văn Mẫu
2,PA-26-002,31/02/2026,,,Thái độ,Trần Thị Mẫu
3,PA-26-003,11/02/2026,,,Phí,Lê Văn Mẫu
"""
RATINGS = """STT,Mã hồ sơ,Ngày,Mức độ hài lòng,Kênh
1,H99.18.03-261110-0001,10/11/2026,Rất hài lòng,Quầy
2,,10/11/2026,Hài lòng,Quầy
3,,10/11/2026,Hài lòng,Quầy
4,,11/11/2026,Bình thường,Quầy
"""

MINISTRY = """STT,Mã hồ sơ,Trạng thái,Mã TTHC,Đơn vị,Ngày tiếp nhận,Ngày cập nhật
1,H99.18.03-261110-0001,Đang xử lý,1.001612,UBND xã Mẫu 3,10/11/2026,12/11/2026
2,H99.18.03-x-0002,Đang xử lý,1.001612,UBND xã Mẫu 3,10/11/2026,12/11/2026
3,H99.18.03-261110-0003,9,1.001612,UBND xã Mẫu 3,10/11/2026,12/11/2026
"""


def source(kind: AdapterType, folder: Path, **settings: Any) -> PaperSource:
    """A source of the files below a folder."""
    (role,) = kind.roles
    given = kind.settings(adapter="x", role=role, path=".", **settings)
    built = kind.build(str(role), role, given, context(folder))
    assert isinstance(built, PaperSource)
    return built


#: Kind, its table, a good file with one bad row, the number of good rows, and the bad row mended.
KINDS = [
    (paper.COUNTS_FILE, count_row, COUNTS, 2, ("nhiều", "4")),
    (paper.FEEDBACK_FILE, feedback_row, FEEDBACK, 2, ("31/02", "28/02")),
    (paper.RATINGS_FILE, rating_row, RATINGS, 3, ("Bình thường", "Hài lòng")),
    (paper.MINISTRY_FILE, ministry_row, MINISTRY, 2, ("x-0002", "261110-0002")),
    (paper.REPORT_FILE, report_row, REPORT, 2, ("nhiều", "4")),
]


@pytest.mark.parametrize(("kind", "table", "text", "good", "mend"), KINDS)
def test_rows_are_stored_corrected_and_deleted(
    kind: AdapterType,
    table: sa.Table,
    text: str,
    good: int,
    mend: tuple[str, str],
    build_engine: Build,
    ledger: Ledger,
    clock: FakeClock,
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text, "utf-8")
    engine = build_engine(source(kind, tmp_path))
    summary = only_paper(engine.pull())
    assert (summary.error, summary.stored, summary.quarantined) == (None, good, 1)
    assert summary.adds_up
    before = table_rows(ledger, table)
    assert only_paper(engine.pull(full=True)).unchanged == good
    assert table_rows(ledger, table) == before
    file.write_text(text.replace(*mend), "utf-8")
    assert only_paper(engine.pull()).stored == 1
    assert {row["state"] for row in table_rows(ledger, quarantine)} == {"released"}
    first = [line for line in text.splitlines(keepends=True) if line.startswith("1,")]
    file.write_text(text.replace(*mend).replace(first[0], ""), "utf-8")
    assert only_paper(engine.pull()).deleted == 1
    engine.reconcile(now=clock.now)
    assert table_rows(ledger, discrepancy) == []


@pytest.mark.parametrize(("kind", "table", "text", "good", "mend"), KINDS)
def test_a_name_has_files_of_one_kind(
    kind: AdapterType,
    table: sa.Table,
    text: str,
    good: int,
    mend: tuple[str, str],
    build_engine: Build,
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text, "utf-8")
    mine = source(kind, tmp_path)
    engine = build_engine(mine)
    engine.pull()
    other = source(paper.LOGBOOK_FILE, tmp_path)
    other.name = mine.name
    file.write_text("Mã hồ sơ,Ngày tiếp nhận\nH99.18.03-261110-0001,10/11/2026\n", "utf-8")
    summary = only_paper(build_engine(other).pull())
    assert f"was read as {mine.kind}" in (summary.error or "")


def test_nothing_of_who_gave_feedback_and_of_what_they_wrote_is_kept(
    build_engine: Build, ledger: Ledger, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(FEEDBACK, "utf-8")
    build_engine(source(paper.FEEDBACK_FILE, tmp_path)).pull()
    kept = repr([table_rows(ledger, table) for table in (feedback_row, quarantine)])
    for text in ("Nguyễn Văn Mẫu", "Trần Thị Mẫu", "Chậm trả", "Thái độ"):
        assert text not in kept

"""A dossier, a mapping and the samples that tests of the portal's messages share."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from khop.mappings.dvcqg.mapping import DvcqgMapping
from khop.mappings.records import (
    Applicant,
    Attachment,
    Channel,
    DossierRecord,
    Fee,
    FullDossier,
    Status,
    Step,
)
from tests.mappings.moments import at
from tests.mappings.samples import load_sample

sample = partial(load_sample, "dvcqg")
MAPPING = DvcqgMapping("dvcqg")
CODE = "H99.12-250114-0007"
RECORD = DossierRecord(
    source="igate",
    native_id="68a53f0c1d2e3f4a5b6c7d80",
    code=CODE,
    status=Status.PROCESSING,
    status_raw="Đang xử lý",
    submitted_at=at(2025, 1, 14, 8, 15, 30),
    received_at=at(2025, 1, 14, 8, 15, 30),
    due_at=at(2025, 1, 17, 17),
    unit="UBND xã Mẫu",
    unit_code="000.12.00.H99",
    procedure="1.001612",
    channel=Channel.ONLINE,
)
URL = "https://motcua.example.vn/file?path=/2025/01/don-dang-ky.pdf"
DOSSIER = FullDossier(
    record=RECORD,
    applicant=Applicant("Nguyễn Văn Mẫu", "099000000001", phone="0900000001"),
    procedure_name="Đăng ký thành lập hộ kinh doanh",
    sector_code="G05-KH02",
    sector_name="Thành lập và hoạt động của hộ kinh doanh",
    summary="Đăng ký hộ kinh doanh Mẫu",
    files=(Attachment("don-dang-ky.pdf", "", URL, digitised=True),),
    fees=(Fee("Lệ phí đăng ký", 100_000, True, code="1", kind="1", collected="1"),),
)


def with_record(**changes: Any) -> FullDossier:
    return replace(DOSSIER, record=replace(RECORD, **changes))


def step(status: int, text: str = "Chuyển xử lý", actor: str = "", minute: int = 0) -> Step:
    return Step(at(2025, 1, 15, 9, minute, 12), Status(status), text, actor=actor)

"""The invented people and the invented dossier that all systems of the contract tests share."""

from __future__ import annotations

from khop.mappings.records import (
    Applicant,
    Birth,
    Channel,
    DossierRecord,
    FullDossier,
    Instant,
    Status,
    Step,
)
from khop.testing.system import NOW

NAME, NUMBER, PHONE, EMAIL = "Nguyễn Văn Mẫu", "001080000001", "0990123456", "mau@example.vn"
STREET = "Số 1 đường Không Có"
OFFICER = "Lê Thị Cán Bộ"
PERSONAL = frozenset({NAME, NUMBER, PHONE, EMAIL, STREET, OFFICER})
SECRET = "only-in-the-contract"

CODE, UNKNOWN_CODE = "H99.12-261110-0001", "H99.12-261110-0002"
APPLICANT = Applicant(NAME, NUMBER, 1, PHONE, EMAIL, Birth(1980, 2, 1), STREET)
DOSSIER = FullDossier(
    record=DossierRecord(
        source="igate",
        native_id=f"{1:024x}",
        code=CODE,
        status=Status.PROCESSING,
        status_raw="Đang xử lý",
        submitted_at=Instant.of(NOW.replace(day=10)),
        received_at=Instant.of(NOW.replace(day=10)),
        due_at=Instant.of(NOW.replace(day=25)),
        unit="Sở Mẫu",
        unit_code="H99.12",
        procedure="1.001600",
        channel=Channel.ONLINE,
    ),
    applicant=APPLICANT,
    procedure_name="Đăng ký mẫu",
    sector_code="G99",
    sector_name="Lĩnh vực mẫu",
    summary=f"Hồ sơ của {NAME}",
)
STEPS = (Step(Instant.of(NOW.replace(day=11)), Status.PROCESSING, "Đang xử lý", OFFICER, "Sở Mẫu"),)

"""One unit under several spellings: one name in findings, counts, filters and workbooks."""

from __future__ import annotations

from collections import Counter

from tests.cases.installation import Installation
from tests.cases.sheets import write_xlsx
from tests.cases.systems import row

NAME = "UBND xã Mẫu 14"
SPELLINGS = [
    NAME,
    "Xã Mẫu 14",
    "UBND Xã Mẫu 14 ",
    "H99.18.14",
    "000.14.18.H99",
    "Ủy ban nhân dân xã Mẫu 14",
    "UỶ BAN NHÂN DÂN XÃ MẪU 14",
    "X. Mẫu 14",
]


def test_a_unit_has_one_name_in_every_list(installation: Installation) -> None:
    installation.one_stop.rows = [
        row(1, "H99.18.03-261110-0001"),
        # C2: of the same unit, as the one-stop writes it
        row(
            2,
            "H99.18.14-261110-2699",
            agency={"code": "000.14.18.H99", "name": "Bộ phận một cửa Mẫu 14"},
            dossierStatus={"id": 4, "name": "Đã có kết quả"},
        ),
    ]
    installation.portal.hold("H99.18.03-261110-0001")
    installation.portal.hold("H99.18.14-261110-2699")
    headers = ["STT", "Mã hồ sơ", "Chủ hồ sơ", "Ngày tiếp nhận", "Đơn vị"]
    lines = [
        [number, f"H99.18.14-261110-26{number:02d}", "Trần Văn Mẫu", "10/11/2026", unit]
        for number, unit in enumerate([*SPELLINGS, "UBND phường Lạ"], 1)
    ]
    write_xlsx(installation.folder / "so.xlsx", [headers, *lines])
    installation.watch_logbook("so.xlsx")
    findings = installation.audit()
    paper = Counter(each["unit"] for each in findings if each["rule"] == "A1")
    assert paper == {NAME: len(SPELLINGS), "UBND phường Lạ": 1}
    others = {each["unit"] for each in findings if each["code"] == "H99.18.14-261110-2699"}
    assert others == {NAME}
    total = sum(each["unit"] == NAME for each in findings)
    for spelling in ("xã mẫu 14", "H99.18.14", "000.14.18.H99"):
        found = installation.run("audit", "--unit", spelling)["findings"]
        assert [each["unit"] for each in found] == [NAME] * total
        folder = installation.folder / f"viec-{spelling}"
        installation.run("work", "--unit", spelling, "--out", str(folder))
        listed = (folder / "work.json").read_text("utf-8")
        assert listed.count(f'"{NAME}"') >= len(SPELLINGS)
        assert "Lạ" not in listed
    printed = installation.khop("audit", "--unit", "UBND xã Mẫu 15")
    assert printed.code == 0, printed.text
    printed = installation.khop("audit", "--unit", "UBND xã Không Có")
    assert printed.code == 1, printed.text
    installation.khop("work", "--out", str(installation.folder / "viec"))
    books = {path.name for path in (installation.folder / "viec").glob("*.xlsx")}
    assert len(books) == 2, books

"""The installation of the cases itself: ordinary inputs give ordinary findings."""

from __future__ import annotations

from tests.cases.installation import Installation, rules_by_code
from tests.cases.systems import row

CODE = "H99.18.03-261110-0101"


def test_a_dossier_in_step_has_no_finding(installation: Installation) -> None:
    installation.one_stop.rows = [row(1, CODE)]
    installation.portal.hold(CODE)
    assert installation.audit() == []
    assert installation.portal.asked == [CODE]


def test_a_dossier_the_portal_lacks_is_found_and_created(installation: Installation) -> None:
    installation.one_stop.rows = [row(1, CODE)]
    assert rules_by_code(installation.audit()) == {CODE: {"A7"}}
    installation.run("apply", "--yes")
    assert [each["MaHoSo"] for each in installation.portal.created] == [CODE]


def test_paper_that_says_more_is_found(installation: Installation) -> None:
    installation.one_stop.rows = [row(1, CODE)]
    installation.portal.hold(CODE)
    installation.watch_logbook("so.csv")
    (installation.folder / "so.csv").write_text(
        "Mã hồ sơ,Ngày tiếp nhận,Ngày trả kết quả\n"
        f"{CODE},10/11/2026,19/11/2026\n"
        "H99.18.03-261110-0102,10/11/2026,\n",
        "utf-8",
    )
    findings = rules_by_code(installation.audit())
    assert findings == {CODE: {"B1"}, "H99.18.03-261110-0102": {"A1"}}

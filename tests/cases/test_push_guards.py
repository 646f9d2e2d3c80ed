"""What else may not be sent: a code that another dossier has as the portal's, what a person has
excluded, an edited plan, more than a day's limit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khop.loopback import Response
from tests.cases.installation import Installation
from tests.cases.systems import row
from tests.cases.test_pushes import applicant, sent

SHARED, OWN, BORN = "H99.18.03-261110-3601", "H99.18.03-261110-3602", "000.00.00.H99-261110-0001"
FINISHED: dict[str, Any] = {
    "dossierStatus": {"id": 4, "name": "Đã có kết quả"},
    "completedDate": "2026-11-13T09:00:00.000+0700",
}


def reasons(installation: Installation) -> dict[str, str]:
    return {each["code"]: each["reason"] for each in installation.run("plan")["work"]}


@pytest.mark.parametrize("on_portal", [True, False])
@pytest.mark.parametrize(
    "other",
    [
        {"applicant": applicant("099000000002")},
        {"applicant": {"data": {}}},
        {"procedure": {"code": "2.000777", "translate": {"languageId": 228, "name": "Khác"}}},
    ],
)
def test_nothing_is_sent_under_a_code_that_is_another_dossiers_on_the_portal(
    installation: Installation, other: dict[str, Any], on_portal: bool
) -> None:
    installation.one_stop.rows = [
        row(1, BORN, **FINISHED),
        row(2, OWN, nationCode=BORN, **other),
        row(3, SHARED),
    ]
    if on_portal:
        installation.portal.hold(BORN)
    installation.audit()
    assert reasons(installation)[BORN] == "code_reused"
    installation.run("apply", "--yes")
    assert sent(installation) == {SHARED}


@pytest.mark.parametrize("odd", [[SHARED], {"value": SHARED}])
def test_nothing_is_sent_under_a_code_that_a_dossier_in_quarantine_has(
    installation: Installation, odd: object
) -> None:
    installation.one_stop.rows = [row(1, SHARED, **FINISHED), row(2, OWN) | {"code": odd}]
    installation.portal.hold(SHARED)
    installation.audit()
    assert reasons(installation) == {SHARED: "code_reused"}
    installation.run("apply", "--yes")
    assert sent(installation) == set()
    installation.one_stop.rows[1] = row(2, OWN, updatedDate="2026-11-25T10:11:12.345+0700")
    installation.run("pull")
    installation.reconcile()
    installation.run("apply", "--yes")
    assert sent(installation) == {SHARED, OWN}


@pytest.mark.parametrize("no_id", [None, "", "undefined", {"a": 1}])
def test_nothing_is_sent_under_a_code_that_a_dossier_without_an_id_has_too(
    installation: Installation, no_id: object
) -> None:
    installation.one_stop.rows = [row(1, SHARED, **FINISHED), row(2, OWN)]
    installation.portal.hold(SHARED)
    installation.audit()
    file = installation.folder / "plan.json"
    installation.run("plan", "--out", str(file))
    changed = "2026-11-25T10:11:12.345+0700"
    installation.one_stop.rows.append(row(3, SHARED, updatedDate=changed) | {"id": no_id})
    installation.run("pull")
    assert reasons(installation) == {SHARED: "code_reused"}
    assert installation.khop("apply", str(file), "--yes").code == 1
    installation.run("apply", "--yes")
    assert sent(installation) == {OWN}


def test_a_push_that_was_begun_ends_where_a_person_excludes_its_finding(
    installation: Installation,
) -> None:
    installation.one_stop.rows = [row(1, SHARED, **FINISHED)]
    installation.portal.hold(SHARED)
    installation.audit()
    installation.portal.answers = {"DongBoHoSoMC": lambda _: Response.text("gateway", 502)}
    assert installation.khop("apply", "--yes").code == 2
    installation.portal.answers = {}
    excluded = installation.khop("finding", "exclude", SHARED, "--reason", "nhầm người")
    assert excluded.code == 0, excluded.text
    assert reasons(installation) == {SHARED: "excluded"}
    installation.run("apply", "--yes")
    assert sent(installation) == set()
    back = installation.khop("finding", "take-back", SHARED, "--reason", "đúng người")
    assert back.code == 0, back.text
    installation.run("apply", "--yes")
    assert sent(installation) == {SHARED}


def test_a_plan_whose_codes_were_changed_is_refused(installation: Installation) -> None:
    installation.one_stop.rows = [row(1, SHARED), row(2, OWN)]
    installation.audit()
    file = installation.folder / "plan.json"
    installation.run("plan", "--out", str(file))
    text = file.read_text("utf-8")
    first, second = json.loads(text)["items"]
    for name in ("code", "native_id", "source"):
        edited = json.loads(text)
        edited["items"] = [first | {name: second[name] if name != "source" else "post"}]
        file.write_text(json.dumps(edited), "utf-8")
        printed = installation.khop("apply", str(file), "--yes")
        assert (printed.code, sent(installation)) == (1, set()), name
        assert "changed after khop wrote it" in printed.err


def test_dossiers_whose_steps_the_portal_refused_count_for_the_limit(
    installation: Installation,
) -> None:
    installation.configure("\n[repair]\nmax_changes = 2\nmax_share = 1.0\n")
    codes = [f"H99.18.03-261110-361{number}" for number in range(4)]
    installation.one_stop.rows = [row(number, code) for number, code in enumerate(codes[:2], 1)]
    no = Response.json({"error_code": -5, "message": "Sai mã cán bộ"})
    installation.portal.answers = {"CapNhatTienDoHoSoMC": lambda _: no}
    installation.audit()
    assert installation.khop("apply").code == 2
    assert sent(installation) == set(codes[:2])
    installation.one_stop.rows += [
        row(number, code, updatedDate="2026-11-25T10:11:12.345+0700")
        for number, code in enumerate(codes[2:], 11)
    ]
    installation.run("pull")
    installation.reconcile()
    printed = installation.khop("apply")
    assert printed.code == 1
    assert "2 in the last 24 hours" in printed.err
    assert sent(installation) == set(codes[:2])


def test_dossiers_that_the_portal_refused_do_not_count_for_the_limit(
    installation: Installation,
) -> None:
    installation.configure("\n[repair]\nmax_changes = 1\nmax_share = 1.0\n")
    installation.one_stop.rows = [row(1, SHARED)]
    no = Response.json({"error_code": -5, "message": "Sai mã thủ tục"})
    installation.portal.answers = {"DongBoHoSoMC": lambda _: no}
    installation.audit()
    assert installation.khop("apply").code == 2
    installation.portal.answers = {}
    installation.one_stop.rows += [row(2, OWN, updatedDate="2026-11-25T10:11:12.345+0700")]
    installation.run("pull")
    installation.reconcile()
    assert installation.khop("apply").code == 0
    assert sent(installation) == {OWN}

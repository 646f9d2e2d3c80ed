"""What a plan may push: nothing under a code of two dossiers or a look-alike, each dossier once."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from khop.loopback import Request, Response
from tests.cases.installation import Installation, rules_by_code
from tests.cases.systems import row

SHARED, OWN = "H99.18.03-261110-3301", "H99.18.03-261110-3302"
#: A code that begins with a letter of another alphabet.
CYRILLIC, GREEK, WIDE = (
    "\u041d99.18.28-261110-3502",
    "\u039799.18.28-261110-3503",
    "\uff2899.18.28-261110-3504",
)


def applicant(number: str) -> dict[str, Any]:
    data = {"fullname": "Lê Thị Mẫu", "ownerFullname": "Lê Thị Mẫu", "identityNumber": number}
    return {"data": data}


def second(**changes: Any) -> dict[str, Any]:
    """Another citizen's dossier under the shared code, finished and changed later."""
    usual: dict[str, Any] = {
        "applicant": applicant("099000000002"),
        "procedure": {"code": "2.000777", "translate": {"languageId": 228, "name": "Khác"}},
        "dossierStatus": {"id": 4, "name": "Đã có kết quả"},
        "completedDate": "2026-11-13T09:00:00.000+0700",
        "updatedDate": "2026-11-14T10:11:12.345+0700",
    }
    return row(2, SHARED, **usual | changes)


def sent(installation: Installation) -> set[str]:
    return {each["MaHoSo"] for each in installation.portal.created + installation.portal.updated}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"procedure": row(9, OWN)["procedure"]},
        {"applicant": row(9, OWN)["applicant"]},
        # Nobody can tell whose it is.
        {"applicant": {"data": {}}, "procedure": row(9, OWN)["procedure"]},
    ],
)
@pytest.mark.parametrize("on_portal", [True, False])
def test_nothing_is_sent_under_a_code_of_two_dossiers(
    installation: Installation, changes: dict[str, Any], on_portal: bool
) -> None:
    installation.one_stop.rows = [row(1, SHARED), second(**changes), row(3, OWN)]
    if on_portal:
        installation.portal.hold(SHARED)
    installation.audit()
    plan = installation.run("plan")
    assert [item["code"] for item in plan["items"]] == [OWN]
    reasons = {item["reason"] for item in plan["work"] if item["code"] == SHARED}
    assert "code_reused" in reasons
    installation.run("apply", "--yes")
    assert sent(installation) == {OWN}


def test_a_plan_made_before_a_code_was_reused_sends_nothing_under_it(
    installation: Installation,
) -> None:
    installation.one_stop.rows = [row(1, SHARED), row(3, OWN)]
    installation.audit()
    installation.run("plan", "--out", str(installation.folder / "plan.json"))
    installation.one_stop.rows.append(second())
    installation.run("pull")
    printed = installation.khop("apply", str(installation.folder / "plan.json"), "--yes")
    assert (printed.code, sent(installation)) == (1, set()), printed.text
    assert "stale" in printed.err
    assert rules_by_code(installation.reconcile())[SHARED] >= {"E1"}
    installation.run("apply", "--yes")
    assert sent(installation) == {OWN}


def test_a_code_with_a_look_alike_letter_is_work_for_people(installation: Installation) -> None:
    odd = [CYRILLIC, GREEK, WIDE, "H99.18.28/261110/3505"]
    installation.one_stop.rows = [row(number, code) for number, code in enumerate([OWN, *odd], 1)]
    installation.audit()
    plan = installation.run("plan")
    assert [item["code"] for item in plan["items"]] == [OWN]
    reasons = {item["code"]: item["reason"] for item in plan["work"] if "A7" in item["rules"]}
    assert reasons == dict.fromkeys(odd, "code_not_plain")
    installation.run("apply", "--yes")
    assert sent(installation) == {OWN}


def test_a_dossier_that_the_portal_has_under_another_spelling_is_not_created(
    installation: Installation,
) -> None:
    code, other = "H99.18.14-261110-0001", "000.14.18.H99-261110-0001"
    installation.one_stop.rows = [row(1, code)]
    installation.portal.hold(other)
    (installation.folder / "cong.csv").write_text(f"MaHoSo\n{other}\n", "utf-8")
    installation.configure(
        '\n[sources.extract]\nadapter = "portal_file"\nrole = "portal"\npath = "cong.csv"\n'
    )
    installation.audit()
    (work,) = installation.run("plan")["work"]
    assert (work["code"], work["reason"]) == (code, "other_spelling_on_portal")
    installation.run("apply", "--yes")
    assert sent(installation) == set()


def test_an_item_that_a_plan_has_three_times_is_sent_once(installation: Installation) -> None:
    codes = [f"H99.18.03-261110-340{number}" for number in range(1, 4)]
    installation.one_stop.rows = [row(number, code) for number, code in enumerate(codes, 1)]
    installation.set_key("dvcqg", "connections = 4")
    installation.audit()
    file = installation.folder / "plan.json"
    installation.run("plan", "--out", str(file))
    plan = json.loads(file.read_text("utf-8"))
    plan["items"] = [item for item in plan["items"] for _ in range(3)]
    file.write_text(json.dumps(plan), "utf-8")
    slow = Event()  # never set: a wait without a result

    def late(seconds: float) -> Any:
        def answer(_: Request) -> Response | None:
            slow.wait(seconds)
            return None

        return answer

    installation.portal.answers = {"DongBoHoSoMC": late(0.1), "TraCuuHoSo": late(0.05)}
    installation.run("apply", str(file), "--yes")
    assert sorted(each["MaHoSo"] for each in installation.portal.created) == codes


def test_pushes_of_the_last_day_count_for_the_limit(installation: Installation) -> None:
    installation.configure("\n[repair]\nmax_changes = 3\nmax_share = 1.0\n")
    codes = [f"H99.18.03-261110-341{number}" for number in range(6)]
    installation.one_stop.rows = [row(number, code) for number, code in enumerate(codes[:2], 1)]
    installation.audit()
    assert installation.khop("apply").code == 0
    new = [
        row(number, code, updatedDate="2026-11-25T10:11:12.345+0700")
        for number, code in enumerate(codes[2:4], 11)
    ]
    installation.one_stop.rows += new
    installation.run("pull")
    installation.reconcile()
    printed = installation.khop("apply")
    assert printed.code == 1
    assert "2 in the last 24 hours" in printed.err
    assert sent(installation) == set(codes[:2])
    for _ in range(3):
        installation.now += timedelta(hours=9)
        installation.run("reconcile")
    assert installation.khop("apply").code == 0
    assert sent(installation) == set(codes[:4])


def test_a_plan_shows_what_would_change(installation: Installation) -> None:
    done = {
        "dossierStatus": {"id": 4, "name": "Đã có kết quả"},
        "completedDate": "2026-11-13T09:00:00.000+0700",
    }
    installation.one_stop.rows = [row(1, OWN, **done)]
    installation.portal.hold(OWN)
    installation.audit()
    (item,) = installation.run("plan")["items"]
    assert item["changes"] == [
        {"field": "status", "old": 4, "new": 9},
        {"field": "finished", "old": None, "new": "2026-11-13T09:00:00+07:00"},
    ]
    printed = installation.khop("plan")
    assert "finished: – -> 13/11/2026 09:00:00" in " ".join(printed.out.split())
    printed = installation.khop("plan", "--lang", "vi")
    assert "– -> 13/11/2026 09:00:00" in " ".join(printed.out.split())


def test_a_plan_that_windows_wrote_is_read(installation: Installation) -> None:
    installation.one_stop.rows = [row(1, OWN)]
    installation.audit()
    file = installation.folder / "plan.json"
    installation.run("plan", "--out", str(file))
    text = file.read_text("utf-8")
    file.write_bytes(text.encode("utf-16"))
    assert installation.khop("apply", str(file), "--yes").code == 0
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert installation.khop("apply", str(file), "--yes").code == 0
    assert len(installation.portal.created) == 1
    file.write_bytes(text.encode("utf-32"))
    printed = installation.khop("apply", str(file), "--yes")
    assert printed.code == 1
    assert printed.err.count("\n") == 1, printed.err


@pytest.mark.slow
def test_two_processes_that_apply_one_plan_send_each_dossier_once(
    installation: Installation, tmp_path: Path
) -> None:
    codes = [f"H99.18.03-261110-342{number}" for number in range(4)]
    installation.one_stop.rows = [row(number, code) for number, code in enumerate(codes, 1)]
    installation.set_key("dvcqg", "connections = 4")
    installation.audit()
    file = tmp_path / "plan.json"
    installation.run("plan", "--out", str(file))
    both = Event()

    def late(_: Request) -> Response | None:
        both.wait(0.3)
        return None

    installation.portal.answers = {"DongBoHoSoMC": late}
    # The processes have the clock of this machine.
    command = [sys.executable, "-m", "khop", "apply", str(file), "--yes", "--accept-clock"]
    config = ["--config", str(tmp_path / "khop.toml")]
    running = [subprocess.Popen([*command, *config], cwd=tmp_path) for _ in range(3)]
    assert [process.wait(60) for process in running].count(0) >= 1
    assert sorted(each["MaHoSo"] for each in installation.portal.created) == codes

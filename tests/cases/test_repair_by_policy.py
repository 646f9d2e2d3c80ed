"""Repair by policy: what khop pushes without being asked, and when it stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from khop.loopback import Request, Response
from tests.cases.installation import Installation
from tests.cases.systems import numbered, row

#: Of the portal's state while the one-stop has finished: B6.
FINISHED = {
    "dossierStatus": {"id": 4, "name": "Đã có kết quả"},
    "completedDate": "2026-11-13T09:00:00.000+0700",
}
POLICY = """
[repair]
max_share = 1.0
[[repair.policy]]
name = "missing"
rules = ["A7"]
max_per_run = {per_run}
max_per_day = {per_day}
"""
WRITE, STEPS, LOOK_UP = "DongBoHoSoMC", "CapNhatTienDoHoSoMC", "TraCuuHoSo"
REFUSAL = {"error_code": -5, "message": "Sai mã thủ tục"}

pytestmark = pytest.mark.slow

Answer = Callable[[Request], Response | None]


def sent(installation: Installation) -> list[str]:
    """The codes of the dossiers that the portal took, in order."""
    portal = installation.portal
    return [each["MaHoSo"] for each in portal.created + portal.updated]


def compare(installation: Installation, minutes: int = 30) -> None:
    """A pull and a reconcile, each some time later."""
    installation.now += timedelta(minutes=minutes)
    installation.run("pull")
    installation.now += timedelta(minutes=1)
    installation.run("reconcile")
    installation.now += timedelta(minutes=1)


def stand(installation: Installation) -> None:
    """Have every finding found by two reconciles with a look-up between them."""
    compare(installation)
    repair(installation)
    compare(installation)


def repair(installation: Installation, *args: str) -> dict[str, Any]:
    """One run; what the one policy did."""
    (policy,) = installation.run("repair", "run", *args)["policies"]
    assert isinstance(policy, dict)
    return policy


def begin(
    installation: Installation, dossiers: int, *, per_run: int = 50, per_day: int = 200
) -> list[str]:
    """A policy for A7, and so many dossiers that the portal does not have; their codes."""
    codes = [numbered(number) for number in range(1, dossiers + 1)]
    installation.one_stop.rows = [row(number, code) for number, code in enumerate(codes, 1)]
    installation.configure(POLICY.format(per_run=per_run, per_day=per_day))
    installation.khop("init")
    return codes


def refusing(*places: int) -> Answer:
    """A portal that refuses these dossiers: the first that is sent to it, the second, and so on."""
    seen: list[str] = []

    def answer(request: Request) -> Response | None:
        code = request.json()["data"][0]["MaHoSo"]
        if code not in seen:
            seen.append(code)
        return Response.json(REFUSAL) if seen.index(code) + 1 in places else None

    return answer


def rewrite(installation: Installation, before: str, after: str) -> None:
    """Change khop.toml."""
    path = installation.folder / "khop.toml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


def outcomes(policy: dict[str, Any]) -> list[str]:
    return [each["outcome"] for each in policy["applied"]]


def test_a_finding_of_one_reconcile_is_not_touched_and_one_of_two_is_repaired(
    installation: Installation,
) -> None:
    codes = begin(installation, 7)
    compare(installation)
    first = repair(installation)
    assert (first["state"], first["left"], sent(installation)) == ("done", {"not_confirmed": 7}, [])
    asked = len(installation.portal.asked)
    compare(installation)
    assert len(installation.portal.asked) == asked + 7
    second = repair(installation)
    assert (second["state"], outcomes(second)) == ("done", ["done"] * 7)
    assert sorted(sent(installation)) == codes
    compare(installation)
    assert repair(installation)["planned"] == []
    assert sorted(sent(installation)) == codes
    assert installation.run("audit")["findings"] == []
    assert installation.khop("log", "verify").code == 0


def test_two_reconciles_without_a_look_up_between_confirm_nothing(
    installation: Installation,
) -> None:
    begin(installation, 2)
    compare(installation)
    installation.now += timedelta(minutes=5)
    installation.run("reconcile", "--whole")
    assert repair(installation)["left"] == {"not_confirmed": 2}


def test_a_reconcile_of_another_day_than_that_of_the_clock_confirms_nothing(
    installation: Installation,
) -> None:
    begin(installation, 2)
    stand(installation)
    installation.run("reconcile", "--now", "2026-12-20")
    assert repair(installation)["left"] == {"not_confirmed": 2}
    assert sent(installation) == []


def test_only_what_the_policy_names_is_pushed(installation: Installation) -> None:
    begin(installation, 3)
    other = numbered(9)
    installation.one_stop.rows.append(row(9, other, **FINISHED))
    installation.portal.hold(other)
    stand(installation)
    plan = installation.run("plan")
    assert other in {item["code"] for item in plan["items"]}
    assert outcomes(repair(installation)) == ["done"] * 3
    assert other not in sent(installation)


def test_a_dossier_with_a_finding_that_the_policy_does_not_name_is_left(
    installation: Installation,
) -> None:
    installation.one_stop.rows = [row(1, numbered(1), **FINISHED)]
    installation.portal.hold(numbered(1), NgayTiepNhan="20261109090000")
    installation.configure(POLICY.format(per_run=9, per_day=9).replace('"A7"', '"B6"'))
    installation.khop("init")
    stand(installation)
    (item,) = installation.run("plan")["items"]
    assert len(item["rules"]) > 1
    assert repair(installation)["left"] == {"other_rules": 1}
    assert sent(installation) == []


def test_what_would_be_pushed_is_shown_and_not_sent(installation: Installation) -> None:
    codes = begin(installation, 3, per_run=2)
    stand(installation)
    shown = repair(installation, "--dry-run")
    assert (shown["state"], shown["left"], sent(installation)) == ("ready", {"max_per_run": 1}, [])
    planned = {item["code"] for item in shown["planned"]}
    assert planned < set(codes)
    repair(installation)
    assert set(sent(installation)) == planned


@pytest.mark.parametrize("place", [1, 5])
def test_one_refusal_among_the_first_five_pauses_the_policy_at_once(
    installation: Installation, place: int
) -> None:
    codes = begin(installation, 12)
    stand(installation)
    installation.portal.answers = {WRITE: refusing(place)}
    printed = installation.khop("repair", "run", "--format", "json")
    (policy,) = json.loads(printed.out)["policies"]
    assert (printed.code, policy["state"]) == (2, "paused")
    assert outcomes(policy) == ["done"] * (place - 1) + ["refused"]
    assert f"1 of the last {place} pushes went wrong" in policy["why"]
    assert repair(installation)["applied"] == []
    assert len(sent(installation)) == place - 1
    (status,) = installation.run("repair", "status")["policies"]
    assert (status["state"], status["by"], status["pushed"]) == ("paused", "khop", place - 1)
    resumed = installation.khop("repair", "resume", "missing", "--why", "mã thủ tục đã sửa")
    assert resumed.code == 0, resumed.text
    compare(installation)
    assert repair(installation)["state"] == "done"
    assert len(set(sent(installation))) == len(sent(installation)) == len(codes) - 1
    assert installation.khop("log", "verify").code == 0


def test_a_refusal_after_good_pushes_is_too_great_a_share_of_few(
    installation: Installation,
) -> None:
    begin(installation, 12)
    stand(installation)
    installation.portal.answers = {WRITE: refusing(8, 10)}
    policy = repair(installation)
    assert (policy["state"], len(policy["applied"])) == ("paused", 8)


def test_a_portal_that_takes_pushes_and_keeps_nothing_is_found_out_by_the_first(
    installation: Installation,
) -> None:
    begin(installation, 9)
    stand(installation)
    taken: list[Request] = []

    def swallow(request: Request) -> Response:
        taken.append(request)
        return Response.json({"error_code": 0, "message": "Đồng bộ thành công"})

    installation.portal.answers = {WRITE: swallow}
    policy = repair(installation)
    assert (policy["state"], outcomes(policy), len(taken)) == ("paused", ["not_shown"], 1)


@pytest.mark.parametrize(("service", "outcome"), [(WRITE, "unknown"), (STEPS, "steps_unknown")])
def test_a_push_of_which_nobody_knows_whether_it_took_effect_pauses_the_policy(
    installation: Installation, service: str, outcome: str
) -> None:
    codes = begin(installation, 9)
    stand(installation)
    calls: list[Request] = []

    def unknown(request: Request) -> Response:
        calls.append(request)
        return Response.text("gateway", 502)

    installation.portal.answers = {service: unknown}
    policy = repair(installation)
    assert (policy["state"], outcomes(policy)) == ("paused", [outcome])
    assert len(calls) <= 5
    assert repair(installation)["applied"] == []
    installation.portal.answers = {}
    installation.khop("repair", "resume", "missing", "--why", "Cổng đã chạy lại")
    compare(installation)
    assert repair(installation)["state"] == "done"
    assert sorted(sent(installation)) == codes


def test_what_was_begun_goes_on_first_and_a_push_that_a_person_began_is_left(
    installation: Installation,
) -> None:
    begin(installation, 3, per_run=1)
    stand(installation)
    lost = Response.text("gateway", 502)
    installation.portal.answers = {WRITE: lambda _: lost}
    (begun,) = (each["code"] for each in repair(installation)["applied"])
    installation.khop("apply")  # goes on with it, and begins the others
    (status,) = installation.run("repair", "status")["policies"]
    assert status["unfinished"] == 1
    installation.portal.answers = {}
    installation.khop("repair", "resume", "missing", "--why", "Cổng đã chạy lại")
    policy = repair(installation)
    assert [each["code"] for each in policy["applied"]] == [begun]
    assert sent(installation) == [begun]


def test_a_portal_that_is_away_ends_the_run_without_a_pause(installation: Installation) -> None:
    codes = begin(installation, 9)
    stand(installation)
    installation.portal.answers = {LOOK_UP: lambda _: Response.text("gateway", 503)}
    policy = repair(installation)
    assert (policy["state"], outcomes(policy)) == ("unreachable", ["unreachable"] * 3)
    installation.portal.answers = {}
    installation.now += timedelta(minutes=10)
    assert repair(installation)["state"] == "done"
    assert sorted(sent(installation)) == codes


def test_the_limits_hold_over_runs_and_for_a_clock_that_was_set_back(
    installation: Installation,
) -> None:
    begin(installation, 9, per_run=3)
    stand(installation)
    rewrite(installation, "max_per_day = 200", "max_per_day = 5")
    assert len(repair(installation)["applied"]) == 3
    second = repair(installation)
    assert (len(second["applied"]), second["left"]) == (2, {"max_per_day": 4})
    assert repair(installation)["applied"] == []
    installation.now -= timedelta(minutes=50)
    assert repair(installation)["applied"] == []
    installation.now += timedelta(hours=25)
    compare(installation)
    assert len(repair(installation)["applied"]) == 3
    assert len(set(sent(installation))) == 8


def test_no_more_than_max_changes_are_pushed(installation: Installation) -> None:
    begin(installation, 4)
    stand(installation)
    rewrite(installation, "max_share = 1.0", "max_share = 1.0\nmax_changes = 2")
    policy = repair(installation)
    assert (len(policy["applied"]), policy["left"]) == (2, {"max_changes": 2})


def test_findings_of_a_large_share_of_all_dossiers_are_left_to_a_person(
    installation: Installation,
) -> None:
    begin(installation, 4)
    stand(installation)
    rewrite(installation, "max_share = 1.0", "max_share = 0.9")
    policy = repair(installation)
    assert (policy["state"], sent(installation)) == ("too_many", [])
    assert "4 dossiers, 100.0% of all 4 cases" in policy["why"]


@pytest.mark.parametrize(
    ("hours", "days", "state"),
    [
        ("09:00-10:05", 0, "done"),
        ("07:00-10:04", 0, "off_hours"),
        ("10:10-17:00", 0, "off_hours"),
        ("00:00-24:00", 2, "off_hours"),  # a Saturday
    ],
)
def test_nothing_is_pushed_outside_of_its_hours(
    installation: Installation, hours: str, days: int, state: str
) -> None:
    begin(installation, 1)
    installation.configure(f'hours = "{hours}"\n')
    installation.now += timedelta(days=days)
    for _ in range(2):
        compare(installation)
        repair(installation)
    local = installation.now + timedelta(hours=7)
    assert f"{local:%H:%M}" == "10:04"
    assert repair(installation)["state"] == state
    assert len(sent(installation)) == (state == "done")

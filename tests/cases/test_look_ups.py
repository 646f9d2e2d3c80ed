"""Look-ups are made for a reason, and what was asked under a wrong clock is asked again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from khop.loopback import Response
from tests.cases.installation import Installation, rules_by_code
from tests.cases.systems import code, row

_EXTRACT = """
[sources.extract]
adapter = "portal_file"
role = "portal"
path = "extract.csv"
"""


def look_ups(printed: Any) -> dict[str, Any]:
    """The look-ups at the portal of one pull."""
    return next(part for part in printed["sources"] if part["kind"] == "lookups")


def ended(number: int) -> dict[str, Any]:
    """A dossier that was returned on 20/11/2026."""
    return row(
        number,
        code(number),
        dossierStatus={"id": 5, "name": "Đã trả kết quả"},
        completedDate="2026-11-19T15:00:00.000+0700",
        returnedDate="2026-11-20T09:00:00.000+0700",
        updatedDate="2026-11-26T08:00:00.000+0700",
    )


def test_an_unchanged_world_is_asked_about_once(installation: Installation) -> None:
    installation.one_stop.rows = [row(n, code(n)) for n in range(3701, 3741)]
    for number in (*range(3701, 3731), *range(3741, 3746)):
        installation.portal.hold(code(number))
    lines = ["Mã hồ sơ", *(code(n) for n in range(3741, 3751))]
    (installation.folder / "extract.csv").write_text("\n".join(lines), "utf-8")
    installation.configure(_EXTRACT)
    installation.khop("init")
    asked = []
    for turn in range(4):
        if turn == 2:
            installation.one_stop.rows[0] = ended(3701)
        found = look_ups(installation.run("pull"))
        assert (found["waiting"], found["unknown"]) == (0, 0)
        asked.append(found["asked"])
    assert asked == [50, 0, 1, 0]
    assert installation.portal.asked[50:] == [code(3701)]


def test_a_day_later_only_dossiers_with_a_finding_are_asked_again(
    installation: Installation,
) -> None:
    installation.one_stop.rows = [row(n, code(n)) for n in range(3701, 3741)]
    for number in range(3702, 3741):
        installation.portal.hold(code(number))
    assert rules_by_code(installation.audit())[code(3701)] == {"A7"}
    installation.portal.asked.clear()
    installation.portal.hold(code(3701))
    installation.now += timedelta(days=1)
    assert rules_by_code(installation.audit()) == {}
    assert installation.portal.asked == [code(3701)]


def test_a_code_without_an_answer_is_asked_at_every_pull(installation: Installation) -> None:
    installation.one_stop.rows = [row(1, code(3701)), row(2, code(3702))]
    installation.portal.hold(code(3701))
    installation.set_key("dvcqg", "attempts = 1")
    installation.portal.answers["TraCuuHoSo"] = lambda request: (
        None if b"3701" in request.body else Response.text("", 503)
    )
    installation.khop("init")
    found = [look_ups(installation.khop("pull", "--format", "json").json()) for _ in range(3)]
    assert [each["asked"] for each in found] == [2, 1, 1]
    assert [each["unknown"] for each in found] == [1, 1, 1]


def test_what_was_pushed_is_looked_up_by_the_next_pull(installation: Installation) -> None:
    installation.one_stop.rows = [row(n, code(n)) for n in range(3701, 3706)]
    for number in range(3702, 3706):
        installation.portal.hold(code(number))
    assert installation.audit()
    installation.run("apply", "--yes")
    installation.portal.asked.clear()
    assert installation.audit() == []
    assert installation.portal.asked == [code(3701)]


def test_a_source_named_with_full_is_asked_about_every_code(installation: Installation) -> None:
    installation.one_stop.rows = [row(n, code(n)) for n in range(3701, 3706)]
    installation.khop("init")
    for args, asked in ((), 5), (("--full",), 0), (("dvcqg", "--full"), 5):
        assert look_ups(installation.run("pull", *args))["asked"] == asked


def test_what_was_asked_under_a_clock_that_was_ahead_is_asked_again(
    installation: Installation,
) -> None:
    installation.one_stop.rows = [row(n, code(n)) for n in range(3601, 3613)]
    for number in range(3601, 3613):
        installation.portal.hold(code(number))
    installation.khop("init")
    right = installation.now
    installation.systems_now = right
    installation.now += timedelta(days=365)
    refused = installation.khop("pull")
    assert refused.code == 1
    assert "but igate says 2026-11-26" in refused.text
    assert not set(installation.portal.asked) & {code(n) for n in range(3601, 3613)}
    installation.run("pull", "--accept-clock")
    for number in range(3601, 3606):
        del installation.portal.dossiers[code(number)]
    installation.now = right
    assert rules_by_code(installation.audit()) == {code(n): {"A7"} for n in range(3601, 3606)}


@pytest.mark.parametrize(("seconds", "right"), [(59, True), (-59, True), (62, False), (-62, False)])
def test_check_fails_when_clocks_differ_by_more_than_a_minute(
    seconds: int, right: bool, installation: Installation
) -> None:
    installation.khop("init")
    installation.systems_now = installation.now + timedelta(seconds=seconds)
    checked = installation.khop("check", "--format", "json")
    assert (checked.code == 0) is right
    failed = [
        step["name"]
        for system in checked.json()["systems"]
        for step in system["steps"]
        if not step["ok"]
    ]
    assert failed == ([] if right else ["clock", "clock"])


def test_a_jump_that_no_system_confirms_stops_each_command_until_it_is_accepted(
    installation: Installation,
) -> None:
    installation.one_stop.rows = [row(1, code(3601))]
    installation.audit()
    installation.systems_now = installation.now
    installation.now += timedelta(days=3)
    (installation.folder / "so.csv").write_text("Mã hồ sơ,Ngày tiếp nhận\n", "utf-8")
    imported = ["import", "so.csv", "--as", "logbook"]
    for command in (["pull"], ["reconcile"], ["apply", "--yes"], imported):
        refused = installation.khop(*command)
        assert refused.code == 1, command
        assert "--accept-clock" in refused.text
    installation.run("reconcile", "--accept-clock")
    installation.run("pull")

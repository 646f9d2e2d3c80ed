"""The tasks of an installation, their times, and what is expected of their streams."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from khop.config.model import Config
from khop.daemon.node import held_back
from khop.daemon.tasks import Kind, streams_of, tasks_of
from khop.errors import ConfigError
from khop.sync.ledger.pauses import Cause, Pause
from tests.paths import ROOT

HOUR_US = 3_600_000_000
NOW = 1_796_000_430_000_000
SOURCES = {
    "igate": {"pull", "sweep", "traverse"},
    "dvcqg": {"pull", "catalogue"},
    "population": set[str](),
}


def config(**tables: Any) -> Config:
    return Config.model_validate(
        {"province": {"name": "Tỉnh Mẫu", "code": "H99"}, "base_dir": Path("/nowhere"), **tables}
    )


def test_each_source_has_its_own_tasks() -> None:
    assert list(tasks_of(config(), SOURCES)) == [
        "pull:igate",
        "pull:dvcqg",
        "sweep:igate",
        "traverse:igate",
        "catalogue:dvcqg",
        "reconcile",
        "backup",
        "check",
        "retention",
    ]


def test_a_task_is_there_when_it_has_something_to_do() -> None:
    wanted = {
        "notices": {"url": "https://a.example.vn/", "secret": {"env": "NOTICES"}},
        "daemon": {"work_folder": "work"},
        "log": {"anchor_file": "anchors.txt"},
        "repair": {"policy": [{"name": "a", "rules": ["A7"]}]},
    }
    named = tasks_of(config(**wanted), SOURCES)
    assert {"notify", "work", "anchor", "repair"} <= named.keys()
    assert not {"notify", "work", "anchor", "repair"} & tasks_of(config(), SOURCES).keys()


def test_khop_toml_says_when_for_one_task_or_all_of_a_kind() -> None:
    schedule = {
        "pull": {"every": "1h"},
        "pull:dvcqg": {"cron": "0 6 * * mon"},
        "backup": {"off": True},
    }
    named = tasks_of(config(schedule=schedule), SOURCES)
    texts = {name: task.calendar and task.calendar.text for name, task in named.items()}
    assert texts["pull:igate"] == "every 1h"
    assert texts["pull:dvcqg"] == "cron 0 6 * * mon"
    assert texts["backup"] is None
    assert (named["backup"].own, named["reconcile"].own) == (True, False)


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        ({"pul": {"every": "1h"}}, "did you mean pull"),
        ({"pull:population": {"every": "1h"}}, "there is no such task"),
    ],
)
def test_a_schedule_of_no_task_is_refused(schedule: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        tasks_of(config(schedule=schedule), SOURCES)


@pytest.mark.parametrize(
    "schedule",
    [{}, {"every": "1h", "cron": "0 7 * * *"}, {"every": "1h", "off": True}, {"every": "1"}],
)
def test_a_task_has_one_schedule(schedule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="write"):
        config(schedule={"pull": schedule})


@pytest.mark.parametrize("listen", ["8790", "host:", ":1", "a:b", "a:70000"])
def test_an_address_has_a_host_and_a_port(listen: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        config(daemon={"listen": listen})


@pytest.mark.parametrize(
    ("listen", "beyond"),
    [("127.0.0.1:1", False), ("localhost:1", False), ("[::1]:1", False), ("0.0.0.0:1", True),
     ("khop.example.vn:1", True), ("", False)],
)  # fmt: skip
def test_an_address_that_others_may_reach_is_known(listen: str, beyond: bool) -> None:
    assert config(daemon={"listen": listen}).daemon.listens_beyond_this_machine is beyond


def test_a_stream_is_late_after_its_longest_gap_and_some_more() -> None:
    named = tasks_of(config(), SOURCES)
    late = {s.name: s.late_after_us / HOUR_US for s in streams_of(config(), named.values(), NOW)}
    assert late["igate"] == 1.25
    assert late["reconcile"] == 72 * 1.5
    assert late["backup"] == 36
    critical = {s.name for s in streams_of(config(), named.values(), NOW) if s.critical}
    assert critical == {"igate", "dvcqg", "reconcile"}


def _late(**schedule: dict[str, Any]) -> dict[str, float]:
    settings = config(schedule=schedule)
    named = tasks_of(settings, SOURCES)
    return {s.name: s.late_after_us / HOUR_US for s in streams_of(settings, named.values(), NOW)}


@pytest.mark.parametrize("page", ["docs/operate.md", "docs/operate.vi.md"])
def test_nothing_is_expected_of_a_task_that_is_off(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    example = tomllib.loads("[schedule]\n" + text.split("\n[schedule]\n")[1].split("\n\n")[0])
    assert example["schedule"]["catalogue"] == {"off": True}
    assert _late().keys() - _late(**example["schedule"]).keys() == {"catalogue:dvcqg"}
    assert "igate" not in _late(pull={"off": True})
    settings = config(schedule={"check": {"off": True}}, alarms={"late_after": {"check": 5}})
    named = tasks_of(settings, SOURCES)
    assert "check" not in {s.name for s in streams_of(settings, named.values(), NOW)}


def test_a_step_that_only_follows_another_is_late_as_if_it_had_its_usual_time() -> None:
    assert _late(reconcile={"off": True})["reconcile"] == 72 * 1.5


def test_khop_toml_says_when_a_stream_is_late() -> None:
    settings = config(alarms={"late_after": {"igate": 5}})
    named = tasks_of(settings, SOURCES)
    late = {s.name: s.late_after_us / HOUR_US for s in streams_of(settings, named.values(), NOW)}
    assert late["igate"] == 5
    wrong = config(alarms={"late_after": {"igat": 5}})
    with pytest.raises(ConfigError, match="no such stream"):
        streams_of(wrong, named.values(), NOW)


@pytest.mark.parametrize(
    ("paused", "held"),
    [
        ("igate", {"pull:igate", "sweep:igate", "traverse:igate"}),
        ("pull:dvcqg", {"pull:dvcqg"}),
        ("traverse", {"traverse:igate"}),
        ("reconcile", {"reconcile"}),
        ("something", set[str]()),
    ],
)
def test_a_pause_holds_a_source_a_task_or_a_kind(paused: str, held: set[str]) -> None:
    named = tasks_of(config(), SOURCES)
    pauses = {paused: Pause(paused, NOW, Cause.PERSON, "canbo.mau", "maintenance")}
    assert held_back(named.values(), pauses).keys() == held


def test_what_catches_up_and_what_begins_at_once() -> None:
    for kind in Kind:
        assert (kind is Kind.REPAIR) == (not _task(kind).catches_up)
        assert (kind is Kind.PULL) == _task(kind).begins_at_once


def _task(kind: Kind) -> Any:
    from khop.daemon.tasks import Task

    return Task(kind.value, kind, None, None)


@pytest.mark.parametrize("page", ["docs/operate.md", "docs/operate.vi.md"])
def test_the_page_lists_every_kind_in_the_order_of_the_chain(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    section = text.split("\n[schedule]\n")[0].rsplit("\n### ", 1)[1]
    assert re.findall(r"^\| `(\w+)(?::SOURCE)?` \|", section, re.MULTILINE) == list(Kind)

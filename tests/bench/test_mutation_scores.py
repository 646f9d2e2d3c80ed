"""What a mutation run tells while it runs, and what its scores count."""

from __future__ import annotations

import fnmatch
import sys
import tomllib
from collections import Counter

import pytest

from bench.mutation import (
    TESTS,
    Progress,
    is_enough,
    pattern_of,
    print_scores,
    run_mutmut,
    score,
    scores_of,
)
from tests.paths import ROOT

STATES = """\
    khop.text.cleaning.x_clean_text__mutmut_1: killed
    khop.text.cleaning.x_clean_text__mutmut_2: survived
    khop.text.cleaning.x_cut_text__mutmut_1: timeout
    khop.text.cleaning.x_cut_text__mutmut_2: no tests
    khop.mappings.states.status.xǁStatusTableǁread__mutmut_1: caught by type check
    khop.mappings.states.status.xǁStatusTableǁread__mutmut_2: not checked
""".splitlines()


def count(tried: int, missed: int = 0) -> str:
    return f"⠋ {tried}/100  🎉 {tried - missed} 🫥 0  ⏰ 0  🤔 0  🙁 {missed}  🔇 0  🧙 0"


def test_a_change_without_a_test_is_missed_and_one_not_tried_is_not_counted() -> None:
    scores = scores_of(STATES)
    assert scores["text/cleaning"] == {True: 2, False: 2}
    assert scores["states/status"] == {True: 1}
    assert score(scores["text/cleaning"]) == 50


@pytest.mark.parametrize(
    ("noticed", "other", "whole", "enough"),
    [
        (97, 97, True, True),
        (96, 97, True, False),
        (96, 97, False, True),
        (84, 100, False, False),
        (85, 100, False, True),
    ],
)
def test_each_module_and_all_together_have_a_least_score(
    noticed: int, other: int, whole: bool, enough: bool
) -> None:
    rows = {
        name: Counter({True: seen, False: 100 - seen})
        for name, seen in (("codes/dossier", noticed), ("units/index", other))
    }
    assert is_enough(rows, whole=whole) is enough


def test_the_table_ends_with_the_sum_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    print_scores(scores_of(STATES))
    assert capsys.readouterr().out.splitlines()[2:] == [
        "| `states/status` | 1 | 1 | 100.0 % |",
        "| `text/cleaning` | 4 | 2 | 50.0 % |",
        "| all | 5 | 3 | 60.0 % |",
    ]


@pytest.mark.parametrize(
    ("module", "mutant", "chosen"),
    [
        ("codes/dossier", "khop.mappings.codes.dossier.x__parts__mutmut_1", True),
        ("codes/dossier", "khop.mappings.dvcqg.dossier.x__parts__mutmut_1", False),
        ("codes", "khop.mappings.codes.dossier.x__parts__mutmut_1", True),
        ("codes", "khop.mappings.units.index.x_codes__mutmut_1", False),
        ("identity", "khop.mappings.identity.x_fold_name__mutmut_1", True),
    ],
)
def test_a_module_is_chosen_by_folder_and_name(module: str, mutant: str, chosen: bool) -> None:
    assert fnmatch.fnmatch(mutant, pattern_of(module)) is chosen


def test_the_tests_named_for_a_stopped_run_are_those_mutmut_selects() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    assert settings["pytest_add_cli_args_test_selection"] == TESTS.split()


def test_each_module_to_change_is_there() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    assert [p for p in settings["only_mutate"] if not any(ROOT.glob(p))] == []


def test_progress_reports_each_step_once_and_the_time_that_is_left() -> None:
    reported: list[str] = []
    seconds = iter((0.0, 1.0, 60.0, 90.0))
    lines = ["⠋ Running stats", "⠙ Running stats", "    done", count(0), count(5), count(20, 2)]
    rest = list(
        Progress(reported.append, lambda: next(seconds)).of([*lines, count(100, 7), "1.11/s"])
    )
    assert rest == ["    done", "1.11/s"]
    assert reported == [
        "mutmut: Running stats ...",
        "mutmut: 0 of 100 changes tried, 0 not noticed",
        "mutmut: 20 of 100 changes tried, 2 not noticed, more than 4 min to go",
        "mutmut: 100 of 100 changes tried, 7 not noticed",
    ]


def test_a_stopped_run_returns_its_last_lines() -> None:
    failing = "print('⠋ Running stats'); print('E  assert 1 == 2'); raise SystemExit(1)"
    assert run_mutmut([sys.executable, "-c", failing]) == [
        "E  assert 1 == 2",
        "mutmut ended with 1",
    ]


def test_a_complete_run_returns_no_lines() -> None:
    assert run_mutmut([sys.executable, "-c", "print('3.20 mutations/second')"]) == []
